"""How German numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_STEMS = ("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwölft")
_ORDINALS = numbered(*(" ".join(stem + ending for stem in _STEMS) for ending in ("e", "er", "en", "em", "es")))
_CARDINALS = numbered("eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf", "ein")
_PIECE = r"(?:teil|folge|beitrag|artikel|blogbeitrag|blogpost|post|ausgabe|episode|kapitel|newsletter|reportage)s?"
_OURS = r"(?:(?:ein|einem|einer|der|die|das|den|dem|unser\w*|mein\w*|dieser)_)?"
_SERIES = r"(?:_(?:der|dieser|unserer|meiner)_(?:\w+_)?[\w-]*(?:serie|reihe)\b)? (?!_(?:der|des|von)_)"
_REF = rf"""(?: teil_(?P<n>\d{{1,3}}|{either(_CARDINALS)}|[ivx]{{1,5}})\b{_SERIES}
    | {_OURS}(?P<nth>\d{{1,2}}(?=\.)|{either(_ORDINALS)})\.?_(?:und_letzte\w*_)?(?:teil|folge)\b{_SERIES}
    | {_OURS}(?:nächst|kommend|folgend|abschließend|letzt)e[nrms]?_(?:und_letzte\w*_)?{_PIECE}\b{_SERIES} )"""
_DAY = "(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)"
_SOON = rf"""(?: morgen | demnächst | bald | in_kürze | (?:in_der_)?(?:nächste|kommende)[nrs]?_(?:woche|monat|mal|jahr
        |{_DAY})
    | (?:am_)?(?:kommenden_|nächsten_)?{_DAY} | in_(?:einer|zwei|drei)_wochen? )"""
_WILL = r"(?: werde[nt]? | wird | wollen | möchten | geht_es(?:_dann)?_um | erfahren_sie | lesen_sie )"
_MONTHS = "januar februar märz april mai juni juli august september oktober november dezember"

GERMAN = Tongue(
    code="de",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words=(
        "serie reihe teil tl folge kapitel band ausgabe nr nummer heft lektion schritt episode tag woche schluss "
        "letzter abschließender fortsetzung forts"
    ),
    part=r"teil|tl\.",
    unit=r"folge|kapitel|band|ausgabe|nr\.|nummer|heft|lektion|schritt|episode",
    day="tag|woche",
    nth=r"(?P<n>\d{1,3}(?=\.)|{words})\.?",
    of="von|aus",
    of_series=r"(?:unserer|der|meiner)\s+(?=[\w-]*(?:serie|reihe)\b)",
    not_before_part=pattern(r"\b (?: der|die|das|ein|kein|zum|im|vom|am|als|zu|und|oder|guter|großer )\s*$"),
    other_unit=pattern(r"\b(?: konkurs | insolvenz | gläubiger )"),
    about_others=pattern(r"\b(?: staffel_\d+ | \d+\._staffel | trailer | kinostart )\b"),
    final=r"(?:der\s+)?(?:letzter?|abschließender?)\s+(?:teil|folge)",
    end=r"schluss",
    continued="fortsetzung|forts\\.",
    own_part=pattern(
        rf"""\b(?: dies|das|hier )_ist_ (?:der|die|das)_(?P<nth>\d{{1,2}}(?=\.)|{either(_ORDINALS)})\.?_{_PIECE}
        (?:_(?:unserer|einer|meiner|der)_ (?:(?P<total>\w+?)teiligen_)? \w*(?:serie|reihe)
            (?:_(?:über|zu[mr]?)_(?P<series>[^.:;]+))? )?
        | ^\W* teil_(?P<n>\d{{1,3}}|{either(_CARDINALS)})_von_(?P<total2>\d{{1,3}}|{either(_CARDINALS)})\b"""
    ),
    hint=(
        "woche teil teils fortsetzung folge folgt demnächst bald "
        "morgen wird nächste nächsten nächster nächstes kommende "
        "kommenden kommender folgende folgenden folgender letzte letzten letzter abschließende abschließenden zweite "
        "zweiten zweiter dritte dritten dritter vierte vierten fünfte fünften montag dienstag mittwoch donnerstag "
        "freitag samstag sonntag"
    ),
    counted="teil|folge|kapitel|ausgabe|" + either(_MONTHS.split()),
    aside=pattern(
        r"""^\W* (?P<lead> lesen_sie_(?:auch|hierzu|dazu|mehr) | mehr_zum_thema | siehe_auch | auch_interessant
        | weiterlesen | lesetipp | verwandte_(?:artikel|themen) )\s*[:—–|-]\s*"""
    ),
    future=pattern(rf"\b{_WILL} (?:_(?:wir|ich|sie|es))? (?:_(?:uns|dann|auch|genauer|dabei))* \s+ (?P<topic>.*)"),
    back=pattern(
        r"""\b(?: haben | habe | hatten? | wurden? | war(?:en)? | ging | sahen | zeigten | gezeigt | gesehen
        | besprochen
        | behandelt | beschrieben | erklärt | erschienen | heute | jetzt )\b"""
    ),
    just_before=pattern(r"\b(?: hier | wie | bereits | schon | gesehen | besprochen )_(?:\w+_){0,2}in\s*$"),
    reported=pattern(r"""".*\b(?:sagte|sagt|erklärte|so)\b | \b(?:sagte|erklärte)\b.*" """),
    opening=pattern(
        r"""^ (?:(?:in_de[rm]|wo|und)_)? (?: (?:geht_es|dreht_sich_alles)(?:_dann)?_um_ | wird_es_um_
        | (?:schauen|sehen|widmen|befassen)_(?:wir|ich)_(?:uns|mir|mich)?_?(?:dann_)?(?:mit_)?
        | (?:zeigen|erklären|behandeln|untersuchen|stellen|berichten)_wir_(?:ihnen_)?(?:dann_)?(?:über_)? )?"""
    ),
    vague=pattern(r"^ (?: (?:es|das|dies|sie|er|hier|bald|demnächst|mehr) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside=r"im|in|in_der|in_unserem|in_unserer|mit",
        lead=(
            rf"demnächst | mehr(?:_dazu|_darüber)? | weiter_geht_es | als_nächstes "
            rf"| vorschau | ausblick | es_folgt | {_SOON}"
        ),
        wait=r"bleiben_sie_(?:dran|gespannt) | seien_sie_gespannt | freuen_sie_sich | freut_euch | bleibt_dran",
        continued=r"fortsetzung_folgt | wird_fortgesetzt",
        comes=r"folgt | erscheint | kommt | wird | widmet_sich | handelt | dreht_sich | geht_es | untersucht | zeigt",
        soon=_SOON,
        later=r"(?:beim_)?nächste[ns]?_(?:woche|monat|mal)",
        we="wir|ich|unser\\w*",
    ),
    common=STOPWORDS["de"] - {"war"},  # what English means something by is telling
    rubric=pattern(
        r"""^ (?: analyse | meinung | kommentar | interview | exklusiv | eilmeldung | liveblog | reportage | podcast
        | video | hintergrund | leitartikel | kolumne )$"""
    ),
)
