"""How languages cite a report and how they hold back: words beside a publisher's name, and words of denial and doubt.

Apart from `origins`, because these are tables. A cue stands right before the name ("according to Reuters") or right
after it ("Reuters reported"); a few words may stand between: articles, kinds of publishers, adverbs.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speech:
    """One language's ways to cite and to hold back, as patterns."""

    before: str  # ends where the name, or what may stand before it, begins
    after: str  # begins where the name ends
    between: str  # may stand between a cue before and the name: articles, "the newspaper"
    denial: str
    hedge: str


_SPEECH = {
    "en": Speech(
        before=r"(?:according to|citing|cited by|quoting|quoted by|told|as (?:first )?reported by"
        r"|(?:first )?reported by"
        r"|reports? (?:by|from|in)|(?:an )?interview (?:with|to)|(?:statement|comments?) to|reporting (?:by|from)"
        r"|(?:investigation|analysis) by|confirmed to|speaking to|obtained by|seen by|first published (?:by|in)"
        r"|revealed by|tells)",
        after=r"(?:has |had |have )?(?:\w+ly |first |also |later |earlier )?"
        r"(?:reported|reports|reporting|reveals|revealed|wrote|writes|cited|has learned"
        r"|(?:said|says)(?! (?:its|it (?:would|will|had|has)|his|her|their))|broke the (?:story|news)|is reporting)"
        r"|'s? (?:report|reporting|investigation|scoop)\b",
        between=r"(?:a |an |the |local |state |public |private |daily |weekly |business |news |newspapers?,? |magazine "
        r"|agency |broadcaster |television |TV |channel |network |website |outlet |wire |service "
        r"|reporters? (?:at|from) |"
        r"(?:U\.?S\.?|British|German|French|Israeli|Iranian|Russian|Turkish|Chinese|Japanese)(?:'s)? |outlets? )*",
        denial=r"den(?:y|ies|ied|ying)\b(?! (?:entry|access|bail|visas?|service|the (?:appeal|request|motion)))"
        r"|denials? (?:of|that)|rejected (?:the |any )?"
        r"(?:claims?|reports?|allegations?|accusations?|suggestions?)|dismiss(?:ed|es) (?:the |any )?(?:claims?"
        r"|reports?"
        r"|allegations?|accusations?|rumou?rs?)|refut(?:ed|es)|disput(?:ed|es) (?:the |those )?(?:claims?"
        r"|reports?|account)"
        r"|(?:is|are|was|were) (?:false|untrue|fake news|fabricated)|no truth (?:to|in)|(?:is|was) not true"
        r"|called (?:the |those )?(?:reports?|claims?|allegations?) (?:false|baseless|untrue|unfounded)",
        hedge=r"reportedly|allegedly|purportedly|supposedly|unconfirmed|unverified|could not (?:be )?(?:immediately |"
        r"independently )*(?:verif\w+|confirm\w*)|(?:not|n't) (?:been )?(?:yet |independently |immediately )*"
        r"(?:verified|confirmed)|(?:un)?able to (?:independently )?verify|cannot be (?:independently )?verified"
        r"|unclear "
        r"(?:whether|if|how)|rumou?red|is said to|are said to|believed to (?:be|have)|appears? to have",
    ),
    "de": Speech(
        before=r"(?:laut|zufolge|nach Angaben (?:von|der|des)|nach (?:einem Bericht|Berichten"
        r"|Informationen) (?:von|der|des)"
        r"|wie|gegenüber|(?:unter )?Berufung auf|beruft sich auf|berufen sich auf|berichtet(?:e|en)?|meldet(?:e|en)?"
        r"|schreibt|sagte|Recherchen (?:von|der|des)|im Gespräch mit|Interview mit|Bericht (?:von|der|des))",
        after=r"(?:zufolge|berichtete[nt]?|berichten|berichtet|meldete[nt]?|melden|meldet|schrieb|schreibt"
        r"|hatte (?:zuerst )?berichtet"
        r"|hatten (?:zuerst )?berichtet|erfuhr|unter Berufung)",
        between=r"(?:der |die |das |dem |den |des |einem? |Nachrichtenagentur(?:en)? |Zeitung |Tageszeitung "
        r"|Magazin |Nachrichtenmagazin "
        r"|Sender |Fernsehsender |Wochenzeitung |Portal |zuerst |auch |zuvor |US-Sender |US-Zeitung |Agentur )*",
        denial=r"dementiert\w*|bestreitet|bestritt(?:en)?|bestreiten|we(?:ist|isen) [^.!?]{0,80}zurück"
        r"|wies(?:en)? [^.!?]{0,80}zurück"
        r"|zurückgewiesen|Dementi",
        hedge=r"angeblich\w*|mutmaßlich\w*|unbestätigt\w*|soll(?:en)? [^.!?]{0,80}(?:haben|sein|worden sein)\b"
        r"|nicht (?:unabhängig )?"
        r"(?:überprüf\w+|bestätig\w+|verifizier\w+)|unklar, ob",
    ),
    "fr": Speech(
        before=r"(?:selon|d'après|a (?:déclaré|indiqué|affirmé|confié|expliqué) (?:à|au)|citant|cité(?:e"
        r"|s)? par|rapporte(?:nt)?|révélé(?:e|s)? par"
        r"|(?:une|l')enquête (?:de|du)|interview (?:à|au|avec)|indique|auprès (?:de|du)|informations? (?:de|du|des))",
        after=r"(?:a |avait |ont )?(?:rapporte(?:nt)?|rapporté|révèle(?:nt)?|révélé|indique(?:nt)?"
        r"|annonce(?:nt)?|affirme(?:nt)?|écrit)",
        between=r"(?:l'|le |la |les |un |une |du |de |journal |quotidien |l'agence |agence |de presse |chaîne "
        r"|site |magazine |hebdomadaire |télévision )*",
        denial=r"dément(?:i\w*|ent|ait)?\b|nie(?:nt)?\b|a nié|ont nié|réfut\w+|rejet(?:te|tent|é) (?:ces|les"
        r"|l') ?(?:accusations|allégations|informations)"
        r"|démenti\w*",
        hedge=r"aurai(?:t|ent)\b|serai(?:t|ent)\b|présumée?s?\b|n'(?:a|ont) pas (?:pu"
        r"|été) [^.!?]{0,40}(?:vérifi|confirm)\w+|non confirmée?s?"
        r"|prétendument|sous réserve",
    ),
    "es": Speech(
        before=r"(?:según|de acuerdo con|citando|citad[oa]s? por|dijo a|declaró a|afirmó a|contó a|reportó"
        r"|informó|reveló|publicó|entrevista (?:con|a)"
        r"|(?:información|investigación|informe) (?:de|del))",
        after=r"(?:ha |había )?(?:informó|informado|reportó|reporta|reveló|revelado|publicó|publicado|adelantó"
        r"|aseguró|señaló)",
        between=r"(?:a |al |el |la |los |las |un |una |diario |periódico |agencia |de noticias |cadena |medio "
        r"|canal |portal |revista |televisión )*",
        denial=r"desm(?:iente|intió|ienten|entido)|niegan?\b|negó|negaron|ha negado|rechaz(?:a|ó|aron) (?:las"
        r"|los|estas|esas) (?:acusaciones|informaciones|denuncias)",
        hedge=r"presunt[oa]s?|presuntamente|supuest[oa]s?|supuestamente|habrían?\b|no (?:ha podido|pudo"
        r"|se ha podido|se pudo) [^.!?]{0,40}(?:verific|confirm)\w+"
        r"|sin confirmar",
    ),
    "pt": Speech(
        before=r"(?:segundo|de acordo com|conforme|citando|citad[oa]s? (?:pela|pelo|por)|disse (?:à|ao)"
        r"|afirmou (?:à|ao)|declarou (?:à|ao)|entrevista (?:à|ao)"
        r"|(?:informações|reportagem|apuração) (?:da|do|de)|informou|noticiou|revelou)",
        after=r"(?:informou|noticiou|revelou|noticia|apurou|publicou|relatou|divulgou|avançou)",
        between=r"(?:o |a |os |as |um |uma |jornal |diário |agência |de notícias |emissora |revista |portal "
        r"|canal |site |TV )*",
        denial=r"desmentiu|desmentem|desmente|nega(?:m|ram)?\b|negou|rejeit(?:a|ou|aram) as (?:acusações|alegações)",
        hedge=r"supost[oa]s?\b|supostamente|alegad[oa]s?\b|alegadamente|teria(?:m)?\b|não (?:foi possível"
        r"|pôde) [^.!?]{0,40}(?:verific|confirm)\w+|não confirmad[oa]s?",
    ),
    "it": Speech(
        before=r"(?:secondo|stando a|citando|citat[oaie] da(?:l|lla|ll')?|ha (?:detto|dichiarato|spiegato"
        r"|riferito) (?:a|al|alla|all')|riporta|riferisce|rivela|scrive"
        r"|intervista (?:a|al|alla|con)|inchiesta (?:di|del|della)|come (?:riporta|riferisce|scrive))",
        after=r"(?:ha |aveva )?(?:riporta|riportato|riferisce|riferito|rivela|rivelato|scrive|scritto"
        r"|anticipato|pubblicato)",
        between=r"(?:il |lo |la |l'|i |gli |un |una |quotidiano |giornale |agenzia |di stampa |emittente "
        r"|rivista |sito |settimanale )*",
        denial=r"smenti(?:sce|scono|to|ta|te|va)\b|ha negato|nega(?:no)?\b|hanno negato|respinge (?:le"
        r"|ogni) accus\w+",
        hedge=r"presunt[oaie]\b|sarebbe(?:ro)?\b|avrebbe(?:ro)?\b|non (?:è stato"
        r"|è) (?:possibile )?[^.!?]{0,40}(?:verific|conferm)\w+|non confermat[oaie]",
    ),
    "ru": Speech(
        before=r"(?:по (?:данным|информации|сообщению|словам|сведениям)|сообщ(?:ает|ил|ила|или|ило|ают)"
        r"|переда(?:ет|ёт|л|ла|ли|ют)|пиш(?:ет|ут)"
        r"|со ссылкой на|ссылаясь на|рассказал[аи]?|заявил[аи]?|в интервью|цитирует)",
        after=r"(?:сообщ(?:ает|ил|ила|или|ило|ают)|переда(?:ет|ёт|л|ла|ли)|пиш(?:ет|ут)|написал[аи]?"
        r"|выяснил[аи]?|узнал[аи]?|со ссылкой)",
        between=r"(?:газет[аеыу]? |агентств[оауе]м? |издани[еяю] |телеканал[ауе]? |журнал[ауе]? |в |об этом |«|\")*",
        denial=r"опроверг\w*|опровергает|отрица(?:ет|ют|л|ла|ли)|отверг(?:ает|ла|ли)?\b"
        r"|не соответствует действительности",
        hedge=r"якобы|предположительно|по неподтвержд\w+|неподтвержд\w+|не удалось (?:\w+ )?(?:проверить"
        r"|подтвердить)|не подтвержден\w*|возможно,",
    ),
    "tr": Speech(
        before=r"(?:haberine göre|aktaran|bildiren|kaynak gösteren)",
        after=r"(?:haber ajansı |gazetesi |televizyonu |kanalı )?(?:[''’]?(?:y?[ae]|[nd]?[ıiuü]n|n[ıiuü]n"
        r"|[dt][ae]|y?[ıi])? )?(?:haber ajansı(?:n[ıa]n?)? |gazetesi(?:ne|nin)? )?"
        r"(?:haberine göre|bildirdi|duyurdu|yazdı|aktardı|göre|konuşan|konuştu|dayandırdığı|açıklama yapan)",
        between=r"(?:gazetesi |haber ajansı )*",
        denial=r"yalanla\w+|reddet\w+|reddedi\w+|asılsız|doğru değil|iddiaları kabul etmedi",
        hedge=r"iddia edil\w+|iddiasına göre|öne sürül\w+|doğrulanmadı|doğrulanamadı|teyit edil(?:e)?me\w+"
        r"|sözde|muhtemelen",
    ),
    "ar": Speech(
        before=r"(?:وفق(?:ا|اً)? ?ل|بحسب|حسب|نقلا عن|نقلاً عن|ونقلت|نقلت|وذكرت|ذكرت|ذكر|وأفادت|أفادت|أفاد|قال ل"
        r"|قالت ل|وقال ل|صرح ل|كشفت|في مقابلة مع|في تصريح ل)",
        after=r"(?:أفادت|ذكرت|نقلت|كشفت|قالت إن|أن|عن مصدر)",
        between=r"(?:وكالة |وكالات |الأنباء |أنباء |صحيفة |قناة |شبكة |موقع |مجلة |إذاعة )*",
        denial=r"نف(?:ى|ت|وا|ي)\b|ين(?:في|فون)|تنفي|ونفى|ونفت|كذ(?:ب|ّب)ت?\b|غير صحيح\w*|عار(?:ية)? (?:عن|من) الصحة",
        hedge=r"مزعوم\w*|المزعوم\w*|يُزعم|يزعم|زعم\w*|لم يتسن (?:\w+ ){0,3}التحقق|لم يت(?:م"
        r"|سنَّ) (?:\w+ ){0,2}(?:التحقق|التأكد)|غير مؤكد\w*|لم يتأكد",
    ),
    "fa": Speech(
        before=r"(?:به گزارش|به نقل از|به گفته|بنا بر گزارش|بر اساس گزارش|طبق گزارش|به نوشته|در گفت ?و ?گو با"
        r"|در گفت‌وگو با|در مصاحبه با|گزارش)",
        after=r"(?:گزارش (?:داد|داده|کرد)|نوشت|نوشته|خبر داد|اعلام کرد|به نقل از)",
        between=r"(?:خبرگزاری |روزنامه |شبکه |تلویزیون |وب‌سایت |وبسایت |پایگاه |خبری )*",
        denial=r"تکذیب|رد کرد|رد کرده|انکار کرد|نادرست (?:است|خواند)|کذب",
        hedge=r"گفته می‌?شود|ظاهرا|ظاهراً|ادعا(?:ی|شده| شده)|تایید نشده|تأیید نشده"
        r"|به صورت مستقل (?:\w+ )*(?:تایید|تأیید)|نتوانسته\w* [^.!؟]{0,40}(?:تایید|تأیید)|احتمالا",
    ),
    "he": Speech(
        before=r"(?:על פי|לפי|לדברי|אמר ל|אמרה ל|דיווח[הו]?(?: ב)?|דיווח של|דווח ב|כפי שדווח ב|בשיחה עם|בריאיון ל"
        r"|מצטט(?:ת)? את|בציטוט)",
        after=r"(?:דיווח[הו]?|מדווח(?:ת|ים)?|פרסמ[הו]|פרסם|חשפ[הו]|חשף|כתב[הו]?)",
        between=r"(?:סוכנות |הידיעות |העיתון |עיתון |ערוץ |אתר |רשת |ה-|ב-|ל-|-)*",
        denial=r"הכחיש\w*|מכחיש\w*|הכחשה|דח(?:ה|תה|ו) את (?:הטענות|הדיווחים|ההאשמות)|לא נכון|שקר",
        hedge=r"לכאורה|על פי הטענה|לא אומת\w*|טרם אומת\w*|לא ניתן (?:היה )?לאמת|ככל הנראה|נטען כי",
    ),
    "zh": Speech(
        before=r"(?:据|據|根据|根據|援引|引述|引用|转引|轉引|告诉|告訴|接受|对|對|向|综合|綜合)",
        after=r"(?:\d+[日号號])?(?:的)?(?:记者|記者)?(?:报道|報道|報導|报导|消息|披露|援引|引述|称|稱|指出|专访"
        r"|專訪|采访|採訪|表示)",
        between=r"(?:英国|美国|法国|德国|日本|俄罗斯|以色列|伊朗|英國|美國|法國|德國|俄羅斯|《|「|〈)*",
        denial=r"否认|否認|辟谣|闢謠|驳斥|駁斥|不实|不實|不属实|不屬實|澄清",
        hedge=r"据称|據稱|据传|據傳|涉嫌|疑似|未经证实|未經證實|未获证实|未獲證實|无法(?:独立)?(?:核实|证实)"
        r"|無法(?:獨立)?(?:核實|證實)|尚未证实|尚未證實|传闻|傳聞",
    ),
    "ja": Speech(
        before=r"(?:米|英|仏|独|露|韓国の|中国の|米紙|英紙|米メディア)?",
        after=r"(?:通信|新聞|紙|電子版|テレビ|の取材|のインタビュー|の報道)*(?:によると|によれば"
        r"|が(?:\d+日)?(?:、)?(?:報じ|伝え|報道し)|は(?:\d+日)?(?:、)?[^。]{0,40}(?:と報じ|と伝え)|に(?:対し|語"
        r"|述べ|答え|明らかに)|を引用|の取材に)",
        between=r"(?:「|『)*",
        denial=r"否定|否認|事実ではない|事実無根|反論した|打ち消し",
        hedge=r"とみられ(?:る|て)|とされ(?:る|て)|可能性がある|未確認|確認(?:でき|され)ていない"
        r"|裏付けられていない|の疑い|らしい|もようだ|模様だ",
    ),
}

_FOLLOW_NOT = (
    r"(?!['’]?s?\s*(?:Building|Tower|headquarters|House|offices?\b|photo|correspondent (?:was|were)"
    r"|journalists? (?:was|were|killed)|employees?|staff\b|poll\b))"
)


@dataclass(frozen=True, slots=True)
class Cues:
    """A language's speech, compiled: `before` is matched up to a name's start, `after` from its end."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    denial: re.Pattern[str]
    hedge: re.Pattern[str]


def _compiled(lang: str, speech: Speech) -> Cues:
    spaced = lang not in {"zh", "ja"}
    edge, gap = (r"(?<!\w)", r"[\s:,]+") if spaced else ("", "")
    glued = lang in {"ar", "he"}  # prepositions grow on to the name
    joint = "[ ]*" if glued else gap
    edge += "و?" if lang == "ar" else "[וש]?" if lang == "he" else ""
    before = rf"{edge}{speech.before}{joint}[\"“„«'‘]?{speech.between}[\"“„«'‘]?$"
    gap_after, end_after = (r"[\s,]*" if spaced else ""), (r"(?!\w)" if spaced and not glued else "")
    after = rf"^[\"”“»'’》〉」』]?{gap_after}{speech.after}{end_after}"
    if lang == "ja":
        before = r"(?!)"  # the name always comes first
    if lang == "en":
        after = _FOLLOW_NOT + after
    start, end = (r"(?<!\w)", r"(?!\w)") if spaced else ("", "")
    words = [f"{start}(?:{pattern}){end}" for pattern in (speech.denial, speech.hedge)]
    return Cues(*(re.compile(pattern, re.IGNORECASE) for pattern in (before, after, *words)))


CUES = {lang: _compiled(lang, speech) for lang, speech in _SPEECH.items()}
