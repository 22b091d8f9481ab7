"""How Portuguese numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_ORDINALS = numbered(
    "primeira segunda terceira quarta quinta sexta sétima oitava nona décima",
    "primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo",
)
_CARDINALS = numbered("um dois três quatro cinco seis sete oito nove dez onze doze", "uma duas")
_PIECE = r"(?:parte|capítulo|episódio|artigo|post|texto|edição|reportagem|número|matéria|boletim)s?"
_OURS = r"(?:(?:uma?|a|o|nossa|nosso|minha|meu|esta)_)?"
_SERIES = r"(?:_(?:da|de|desta|dessa)_(?:nossa_|minha_)?(?:série|investigação|saga)\b)? (?!_(?:de|da|do|das|dos)\b)"
_REF = rf"""(?: {_OURS}(?:parte|capítulo|episódio)_(?P<n>\d{{1,3}}|{either(_CARDINALS)}|[ivx]{{1,5}})\b{_SERIES}
    | {_OURS}(?P<nth>\d{{1,2}}(?=\.?[ªº])|{either(_ORDINALS)})(?:\.?[ªº])?_(?:e_últim[ao]_)?(?:parte|capítulo
        |episódio)\b{_SERIES}
    | {_OURS}(?:próxim[ao]|últim[ao])_(?:e_últim[ao]_)?{_PIECE}\b{_SERIES} | {_OURS}{_PIECE}_seguinte\b{_SERIES} )"""
_DAY = "(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|sábado|domingo"
_SOON = rf"""(?: amanhã | em_breve | na_(?:próxima_semana|semana_que_vem|próxima_(?:{_DAY})) | no_próximo_(?:mês
        |sábado|domingo)
    | no_mês_que_vem | semana_que_vem | na_próxima_vez | daqui_a_(?:uma|duas)_semanas? )"""
_MONTHS = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"

PORTUGUESE = Tongue(
    code="pt",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words=(
        "série n nº parte capítulo cap episódio ep volume vol tomo número edição lição passo aula módulo encontro dia "
        "semana última último final conclusão continuação cont"
    ),
    part=r"parte",
    unit=r"n\.?\s?[º°]|capítulo|cap\.|episódio|ep\.|volume|vol\.|tomo|número|edição|lição|passo|aula|módulo|encontro",
    day="dia|semana",
    nth=r"(?P<n>\d{1,3}(?=\.?[ªº])|{words})(?:\.?[ªº])?",
    of="de",
    of_series=r"da\s+(?:nossa\s+)?(?=série\b)",
    not_before_part=pattern(r"\b (?: a|uma|em|de|da|por|à|e|ou|sua|minha|grande|melhor|boa|outra|esta|como|faz )\s*$"),
    other_unit=pattern(r"\b(?: falência | recuperação_judicial | credores )"),
    about_others=pattern(r"\b(?: temporada_\d+ | \d+[ªa]_temporada | trailer | spoilers? | bilheteria )\b"),
    final=r"(?:a\s+|o\s+)?(?:última\s+parte|último\s+(?:capítulo|episódio)|parte\s+final)|conclusão",
    end=r"(?:e\s+)?final",
    continued=r"continuação|cont\.",
    own_part=pattern(
        rf"""\best[ae]_é_[ao]_(?P<nth>\d{{1,2}}(?=\.?[ªº])|{either(_ORDINALS)})(?:\.?[ªº])?_{_PIECE}
        (?:_(?:da_nossa|de_uma|da|da_minha)_ série (?:_(?:de|em)_(?P<total>\w+)_\w+)? (?:_sobre_(?P<series>[^.:;]+))? )?
        | ^\W* (?:parte|capítulo)_(?P<n>\d{{1,3}}|{either(_CARDINALS)})_de_(?P<total2>\d{{1,3}}
        |{either(_CARDINALS)})\b"""
    ),
    hint="semana mês vez parte próxima próximo seguinte continua continuará amanhã breve capítulo episódio",
    aside=pattern(
        r"""^\W* (?P<lead> leia_(?:também|mais) | veja_(?:também|mais) | saiba_mais | relacionad[ao]s? | confira_também
        )\s*[:—–|-]\s*"""
    ),
    future=pattern(
        r"""\b (?: (?:nos_|se_|lhe_)?\w+(?:remos|arei|erei|irei|ará|erá|irá|arão|erão|irão) | (?:vamos|vou|vai)_\w+ )
        \b (?:_(?:em|a|d[aeo]s?|sobre|como))? \s* (?P<topic>.*)"""
    ),
    back=pattern(
        r"""\b(?: vimos | falamos | explicamos | mostramos | foi | foram | tinha | havia | publicad[oa]s? | vist[oa]s?
        | discutimos | aprendeu | hoje | agora )\b"""
    ),
    just_before=pattern(r"\b(?: aqui | vimos | visto | como | já )_(?:\w+_){0,2}n[ao]\s*$"),
    reported=pattern(r"""".*\b(?:disse|afirmou|segundo)\b | \b(?:disse|afirmou)\b.*" """),
    opening=pattern(
        r"""^ (?:(?:onde|em_que|na_qual|no_qual|que|e)_)? (?: (?:vamos|vou)_\w+_(?:(?:em|a|d[aeo]s?|sobre)_)?
        | \w+(?:remos|arei)_(?:(?:em|a|de|sobre)_)? | sobre_ )?"""
    ),
    vague=pattern(r"^ (?: (?:isto|isso|aqui|breve|mais) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside=r"em|n[ao]|com",
        lead=rf"a_seguir | em_breve | vem_aí | {_SOON}",
        wait=r"até | vemo-nos | não_perca\w* | fique_(?:ligado|atento) | fiquem_(?:ligados|atentos) | aguarde\w*",
        continued=r"continua | continuará | continua_em_breve",
        comes=r"chega\w* | sai | sairá | será | vem | virá | aparecerá | abordará | tratará | estará",
        soon=_SOON,
        later=r"na_próxima_(?:semana|vez) | na_semana_que_vem | no_próximo_mês",
        we="vamos|nosso|nossa|nos|\\w+remos",
    ),
    common=STOPWORDS["pt"],
    rubric=pattern(
        r"""^ (?: análise | opinião | editorial | entrevista | exclusivo | urgente | ao_vivo | vídeo | podcast
        | reportagem | coluna )$"""
    ),
)
