"""How Turkish numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_ORDINALS = numbered(
    "birinci ikinci üçüncü dördüncü beşinci altıncı yedinci sekizinci dokuzuncu onuncu", "ilk", start=1
)
_CARDINALS = numbered("bir iki üç dört beş altı yedi sekiz dokuz on")
_PIECE = r"(?:bölüm|kısım|kısm|yazı|haber|sayı|makale|dosya|bülten)\w*"
_REF = rf"""(?: (?:bölüm|kısım|part)_(?P<n>\d{{1,3}}|[ivx]{{1,5}})\b
    | (?:yazı_?dizimizin_|serimizin_|serinin_|dizinin_)?
        (?P<nth>\d{{1,2}}(?=\.)|{either(_ORDINALS)})\.?_(?:ve_son_)?(?:bölüm|kısım|kısm|yazı)\w*
    | (?:yazı_?dizimizin_|serimizin_|serinin_|dizinin_)?(?:bir_)?(?:sonraki|gelecek|önümüzdeki|son)_{_PIECE} )"""
_DAY = "(?:pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar)"
_SOON = rf"""(?: yarın | yakında | (?:gelecek|önümüzdeki)_(?:hafta|ay|sefere|{_DAY}) | haftaya | bir_dahaki_sefere
    | {_DAY}_günü | iki_hafta_sonra )"""
_MONTHS = "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık"

TURKISH = Tongue(
    code="tr",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words="bölümü yazısı bölüm kısım cilt sayı ders adım fasikül gün hafta son final devamı devam",
    part=r"bölüm|kısım|part",
    unit=r"cilt|sayı|ders|adım|fasikül|bölge",
    day="gün|hafta",
    nth=r"(?P<n>\d{1,3}(?=\.)|{words})\.?",
    of="/",
    not_before_part=pattern(r"\b (?: bu|bir|o|en|iyi|büyük|son|tek )\s*$"),
    other_unit=pattern(r"\b(?: iflas | konkordato )"),
    about_others=pattern(r"\b(?: sezon(?:u)?_?\d* | fragman\w* | gişe | yeni_bölüm )\b"),
    final=r"son\s+(?:bölüm|kısım|yazı)",
    end=r"final",
    continued=r"devamı|devam",
    own_part=pattern(
        rf"""\bbu_(?:yazı_?)?,?_?(?P<series>[^.:;]{{0,60}}?)_?(?:serimizin|serisinin|serinin|dizisinin|dizimizin)_
        (?P<nth>\d{{1,2}}(?=\.)|{either(_ORDINALS)})\.?_(?:bölüm|kısm|yazı)\w*"""
    ),
    hint=(
        "hafta bölü* kısı* yazıda yazısında yazıya yazımızda devam devamı "
        "sonraki gelecek önüm* haftaya yarın yakında sıradaki sefere"
    ),
    counted=r"bölüm\w*|kısım|kısm\w*|yazı\w*|sayı\w*|gün\w*",
    aside=pattern(
        r"""^\W* (?P<lead> ilgili_haber(?:ler)? | ayrıca_(?:okuyun|bakınız) | bunu_da_oku\w* | önerilen | ayrıca_bkz\.?
        )\s*[:—–|-]\s*"""
    ),
    future=pattern(r"\w+(?:acağ|eceğ|acak|ecek)\w* (?P<topic>(?!))?"),
    back=pattern(
        r"\b(?: \w+(?:ledi|ladı|lendi|andı|mıştık|miştik|muştuk|müştük|dık|dik|duk|dük"
        r"|tık|tik) | bugün | şimdi | yayımlandı )\b"
    ),
    just_before=pattern(r"(?: \b(?:burada|işte) | \w[ıiuü]n )\s*$"),
    reported=pattern(r"""".*\b(?:dedi|söyledi)\b | \b(?:dedi|söyledi)\b.*" """),
    opening=pattern(r"^ (?: ise_ | de_ | da_ )?"),
    closing=pattern(
        r"""\s* (?: konusunu|hakkında|üzerine )? \s* (?: (?:ele|göz|söz|masaya)_)? (?:atacağız|alacağız|edeceğiz
        |yatıracağız|\w+(?:acağ|eceğ)(?:ız|iz|ım|im))
        \W* $"""
    ),
    vague=pattern(r"^ (?: (?:bu|şu|o|burada|yakında|daha) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside="",
        lead=rf"sırada | devamı | sıradaki | çok_yakında | {_SOON}",
        wait=r"kaçırmayın | takipte_kalın | bizi_izlemeye_devam_edin | bekleyin",
        continued=r"devamı?_(?:edecek|var|gelecek|yarın) | devam_edecek",
        comes=r"görüşmek_üzere | geliyor | yayımlanacak | yayınlanacak | çıkacak | gelecek | yayında_olacak",
        soon=_SOON,
        later=r"gelecek_(?:hafta|ay) | haftaya | bir_dahaki_sefere",
        we=r"\w+(?:acağız|eceğiz|acağım|eceğim)|biz|yazı_?dizimiz\w*",
    ),
    common=STOPWORDS["tr"],
    rubric=pattern(
        r"^ (?: analiz | yorum | görüş | röportaj | özel | özel_haber | son_dakika | canlı | video | podcast | köşe )$"
    ),
)
