"""How Italian numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_ORDINALS = numbered(
    "prima seconda terza quarta quinta sesta settima ottava nona decima",
    "primo secondo terzo quarto quinto sesto settimo ottavo nono decimo",
)
_CARDINALS = numbered("uno due tre quattro cinque sei sette otto nove dieci undici dodici", "una")
_PIECE = r"(?:parte|puntata|capitolo|episodio|articolo|post|numero|appuntamento|uscita|reportage)"
_OURS = r"(?:(?:una?|la|il|l'|nostra|nostro|mia|mio|questa)_?)*"
_SERIES = (
    r"(?:_d(?:ella|i)_(?:nostra_|questa_|mia_)?(?:serie|inchiesta|saga)\b)? (?!_(?:di|del|della|dello|dei|delle)\b)"
)
_REF = rf"""(?: {_OURS}(?:parte|puntata|capitolo|episodio)_(?P<n>\d{{1,3}}|{either(_CARDINALS)}|[ivx]{{1,5}})\b{_SERIES}
    | {_OURS}(?P<nth>\d{{1,2}}(?=[ªº])|{either(_ORDINALS)})[ªº]?_(?:e_ultim[ao]_)?(?:parte|puntata)\b{_SERIES}
    | {_OURS}(?:prossim|ultim)[ao]_(?:e_ultim[ao]_)?{_PIECE}\b{_SERIES} | {_OURS}{_PIECE}_successiv[ao]\b{_SERIES} )"""
_DAY = "(?:lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)"
_SOON = rf"""(?: domani | presto | prossimamente | la_(?:prossima_settimana|settimana_prossima|prossima_volta)
    | il_(?:prossimo_mese|mese_prossimo) | {_DAY}(?:_prossim[oa])? | tra_(?:una|due)_settiman[ae] )"""
_MONTHS = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"

ITALIAN = Tongue(
    code="it",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words=(
        "( serie n nº parte puntata capitolo cap episodio ep "
        "volume vol tomo numero edizione lezione passo tappa modulo "
        "giorno settimana giornata ultima ultimo fine conclusione continua segue continuazione"
    ),
    part=r"parte|puntata",
    unit=r"n\.?\s?[º°]|capitolo|cap\.|episodio|ep\.|volume|vol\.|tomo|numero|edizione|lezione|passo|tappa|modulo",
    day="giorno|settimana|giornata",
    nth=r"(?P<n>\d{1,3}(?=[ªº])|[ivx]{1,5}(?=\s+parte)|{words})[ªº]?",
    alone=(r"[(\[]\s*(?:[ey]\s+)?(?P<n>[ivx]{2,5})\s*[)\]]",),  # "(II)", "(y III)"
    of="di|su",
    of_series=r"della\s+(?:nostra\s+)?(?=serie\b)",
    not_before_part=pattern(r"\b (?: la|una|in|di|da|a|per|e|o|sua|mia|gran|buona|altra|d'altra|questa|fa|come )\s*$"),
    other_unit=pattern(r"\b(?: bancarotta | fallimento | creditori )"),
    about_others=pattern(r"\b(?: stagione_\d+ | trailer | spoiler | botteghino )\b"),
    final=r"(?:l')?ultim[ao]\s+(?:parte|puntata|episodio)|parte\s+finale|conclusione",
    end=r"(?:e\s+)?fine",
    continued=r"continua|segue|continuazione",
    own_part=pattern(
        rf"""\b(?: questa_è | ecco )_(?:la|il)_(?P<nth>\d{{1,2}}(?=[ªº])|{either(_ORDINALS)})[ªº]?_{_PIECE}
        (?:_(?:della_nostra|di_una|della|della_mia)_ serie (?:_(?:di|in)_(?P<total>\w+)_\w+)?
            (?:_(?:su|sul|sulla|sui|sulle)_(?P<series>[^.:;]+))? )?
        | ^\W* (?:parte|puntata)_(?P<n>\d{{1,3}}|{either(_CARDINALS)})_(?:di|su)_(?P<total2>\d{{1,3}}
        |{either(_CARDINALS)})\b"""
    ),
    hint=(
        "settimana mese volta parte puntata prossima prossimo "
        "prossimamente successiva successivo continua segue domani episodio "
        "capitolo presto"
    ),
    aside=pattern(
        r"""^\W* (?P<lead> leggi_(?:anche|pure) | vedi_anche | per_approfondire | potrebbe_interessarti | correlati
        | articoli_correlati )\s*[:—–|-]\s*"""
    ),
    future=pattern(
        r"""\b (?: (?:ci_|vi_|si_)?\w+(?:remo|erò|irò|erà|irà|eranno|iranno) | sarà | saranno | (?:andremo
        |andiamo)_a_\w+ )
        \b (?:_(?:in|a|di|d[eai]ll?[aeo]?i?|dei|degli|su|come))? \s* (?P<topic>.*)"""
    ),
    back=pattern(
        r"""\b(?: abbiamo | ho | aveva | avevano | è_stat[oa] | sono_stat[ie] | vist[oa] | parlato | spiegato | mostrato
        | pubblicat[oa] | oggi | ora )\b"""
    ),
    just_before=pattern(r"\b(?: qui | vist[oa] | come | già | spiegato )_(?:\w+_){0,2}n(?:ella|el|ell')\s*$"),
    reported=pattern(r"""".*\b(?:ha_detto|afferma|secondo)\b | \bha_detto\b.*" """),
    opening=pattern(
        r"""^ (?:(?:dove|in_cui|nella_quale|che|e)_)? (?: (?:ci_|vi_)?\w+remo_(?:(?:in|a|di|su|sul|sulla|del|della)_)?
        | sarà_dedicat[ao]_a_ | su_ )?"""
    ),
    vague=pattern(r"^ (?: (?:questo|ciò|qui|presto|altro) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside=r"in|n(?:el|ella|ell')(?:_nostr[ao])?|con|all[ao]",
        lead=rf"prossimamente | in_arrivo | a_seguire | {_SOON}",
        wait=(
            r"ci_vediamo | non_perdete(?:vi)? | non_perdere | restate_(?:sintonizzati"
            r"|connessi) | appuntamento | vi_aspettiamo"
        ),
        continued=r"continua | segue | to_be_continued",
        comes=r"arriva | arriverà | uscirà | sarà | è_in_arrivo | esce | tratterà | affronterà | parlerà",
        soon=_SOON,
        later=r"la_prossima_(?:settimana|volta) | la_settimana_prossima | il_prossimo_mese",
        we="vi|ci|nostr[oa]|\\w+remo",
    ),
    common=STOPWORDS["it"] - {"era", "con"},  # what English means something by is telling
    rubric=pattern(
        r"""^ (?: analisi | opinione | editoriale | intervista | esclusiva | diretta | video | podcast | reportage
        | commento | inchiesta )$"""
    ),
)
