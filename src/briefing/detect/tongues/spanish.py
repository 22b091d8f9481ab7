"""How Spanish numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_ORDINALS = numbered(
    "primera segunda tercera cuarta quinta sexta séptima octava novena décima",
    "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo",
) | {"primer": 1, "tercer": 3}
_CARDINALS = numbered("uno dos tres cuatro cinco seis siete ocho nueve diez once doce", "una")
_PIECE = r"(?:parte|entrega|capítulo|episodio|artículo|entrada|post|número|edición|reportaje|boletín)s?"
_OURS = r"(?:(?:una?|la|el|nuestra|nuestro|mi|esta)_)?"
_SERIES = r"(?:_de_(?:nuestra|esta|la|mi)_(?:serie|investigación|saga)\b)? (?!_(?:de|del)\b)"
_REF = rf"""(?: {_OURS}(?:parte|entrega|capítulo|episodio)_(?P<n>\d{{1,3}}|{either(_CARDINALS)}|[ivx]{{1,5}})\b{_SERIES}
    | {_OURS}(?P<nth>\d{{1,2}}(?=\.?[ªº])|{either(_ORDINALS)})(?:\.?[ªº])?_(?:y_últim[ao]_)?
        (?:parte|entrega|capítulo|episodio)\b{_SERIES}
    | {_OURS}(?:próxim|siguiente|últim)[ao]?_(?:y_últim[ao]_)?{_PIECE}\b{_SERIES} )"""
_DAY = "(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)"
_SOON = rf"""(?: mañana | pronto | próximamente | la_(?:próxima_semana|semana_(?:que_viene|próxima))
        | el_(?:próximo_)?{_DAY}
    | la_próxima_vez | el_(?:próximo_mes|mes_que_viene) | en_(?:unos_días|dos_semanas|breve) )"""
_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"

SPANISH = Tongue(
    code="es",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words=(
        "( serie n nº parte entrega capítulo cap episodio ep "
        "volumen vol tomo número núm edición lección paso clase tema "
        "sesión día semana jornada última último final conclusión desenlace continuación cont"
    ),
    part=r"parte|entrega",
    unit=(
        r"n\.?\s?[º°]|capítulo|cap\.|episodio|ep\.|volumen|vol\.|tomo|número|núm\.|edición"
        r"|lección|paso|clase|tema|sesión"
    ),
    day="día|semana|jornada",
    nth=r"(?P<n>\d{1,3}(?=\.?[ªº])|[ivx]{1,5}(?=\s+parte)|{words})(?:\.?[ªº])?",
    alone=(r"[(\[]\s*(?:[ey]\s+)?(?P<n>[ivx]{2,5})\s*[)\]]",),  # "(II)", "(y III)"
    of="de",
    of_series=r"de\s+(?:nuestra|la|mi)\s+(?=serie\b)",
    not_before_part=pattern(r"\b (?: la|una|en|de|por|a|y|o|su|mi|gran|mejor|buena|otra|forma|esta|como )\s*$"),
    other_unit=pattern(r"\b(?: bancarrota | quiebra | acreedores )"),
    about_others=pattern(r"\b(?: temporada_\d+ | tráiler | spoilers? | taquilla )\b"),
    final=r"(?:la\s+|el\s+)?(?:última\s+(?:parte|entrega)|último\s+(?:capítulo|episodio)|parte\s+final)"
    r"|conclusión|desenlace",
    end=r"(?:y\s+)?final",
    continued=r"continuación|cont\.",
    own_part=pattern(
        rf"""\best[ae]_es_(?:la|el)_(?P<nth>\d{{1,2}}(?=\.?[ªº])|{either(_ORDINALS)})(?:\.?[ªº])?_{_PIECE}
        (?:_de_(?:nuestra|una|la|mi)_ serie (?:_de_(?P<total>\w+)_\w+)? (?:_sobre_(?P<series>[^.:;]+))? )?
        | ^\W* (?:parte|entrega|capítulo)_(?P<n>\d{{1,3}}|{either(_CARDINALS)})_de_(?P<total2>\d{{1,3}}
        |{either(_CARDINALS)})\b"""
    ),
    hint=(
        "semana mes vez parte entrega próxima próximo "
        "próximamente siguiente continuará continúa mañana capítulo episodio pronto"
    ),
    aside=pattern(
        r"""^\W* (?P<lead> lea?_también | leer_(?:también|más) | te_puede_interesar | le_puede_interesar | ver_también
        | más_información | noticias_relacionadas | relacionado )\s*[:—–|-]\s*"""
    ),
    future=pattern(
        r"""\b (?: (?:nos_|les_|te_|se_)?\w+(?:remos|aré|eré|iré|ará|erá|irá|arán|erán|irán) | (?:vamos|voy|va)_a_\w+ )
        \b (?:_(?:en|a|del?|sobre|cómo))? \s* (?P<topic>.*)"""
    ),
    back=pattern(
        r"""\b(?: hemos | he | había | habían | fue | fueron | vimos | hablamos | explicamos | mostramos | analizamos_ya
        | publicad[oa]s? | vist[oa]s? | aprendiste | hoy | ahora )\b"""
    ),
    just_before=pattern(r"\b(?: aquí | vimos | visto | como | ya | explicad[oa] )_(?:\w+_){0,2}en(?:_la|_el)?\s*$"),
    reported=pattern(r"""".*\b(?:dijo|afirmó|aseguró|según)\b | \b(?:dijo|afirmó)\b.*" """),
    opening=pattern(
        r"""^ (?:(?:donde|en_(?:la|el)_que|que|y)_)? (?: (?:nos_)?\w+(?:remos|aré)_(?:(?:en|a|de|sobre)_)?
        | (?:vamos|voy)_a_\w+_(?:(?:en|a|de|sobre)_)? | sobre_ )?"""
    ),
    vague=pattern(r"^ (?: (?:esto|eso|ello|aquí|pronto|más) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside=r"en|con",
        lead=rf"próximamente | a_continuación | no_se_pierda | muy_pronto | {_SOON}",
        wait=r"nos_vemos | hasta | no_(?:se|te|os)_pierd\w+ | esté?n?_atent\w+ | estad_atentos | espere?n?",
        continued=r"continuará",
        comes=r"llega\w* | saldrá | se_publicará | será | estará | aparecerá | viene | tratará | abordará | explorará",
        soon=_SOON,
        later=r"la_próxima_(?:semana|vez) | la_semana_que_viene | el_próximo_mes",
        we="nos|nuestr[oa]|\\w+remos|les",
    ),
    common=STOPWORDS["es"] - {"son", "sin", "con"},  # what English means something by is telling
    rubric=pattern(
        r"""^ (?: análisis | opinión | editorial | entrevista | exclusiva | última_hora | en_vivo | vídeo | video
        | pódcast | podcast | reportaje | columna | crónica )$"""
    ),
)
