"""How French numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar, cues

_ORDINALS = numbered(
    "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième onzième douzième",
    "première second",
    "1er seconde",
) | {"1re": 1, "1ère": 1}
_CARDINALS = numbered("un deux trois quatre cinq six sept huit neuf dix onze douze", "une")
_PIECE = r"(?:partie|volet|épisode|article|billet|numéro|chapitre|reportage|post|newsletter|livraison)s?"
_OURS = r"(?:(?:une?|la|le|l'|notre|nos|mon|ce|cette)_?)?"
_SERIES = r"(?:_de_(?:notre|cette|ma|la)_(?:série|enquête|saga)\b)? (?!_(?:de_la|de_l'|du|des|d'|de)[\s\w])"
_REF = rf"""(?: {_OURS}(?:partie|épisode|volet)_(?P<n>\d{{1,3}}|{either(_CARDINALS)}|[ivx]{{1,5}})\b{_SERIES}
    | {_OURS}(?P<nth>\d{{1,2}}(?=e|è)|{either(_ORDINALS)})(?:e|ème)?_(?:et_derni\w+_)?(?:partie|volet
        |épisode)\b{_SERIES}
    | {_OURS}(?:prochaine?|dernière?|dernier)_{_PIECE}\b{_SERIES}
    | {_OURS}{_PIECE}_(?:suivante?|à_venir)\b{_SERIES} | la_suite\b(?!_(?:de_la|de_l'|du|des|de|logique)\b) )"""
_DAY = "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
_SOON = rf"""(?: demain | bientôt | prochainement | (?:la_)?semaine_prochaine | (?:le_)?mois_prochain
        | {_DAY}(?:_prochain)?
    | la_prochaine_fois | dans_(?:une|deux)_semaines? | dans_quelques_jours )"""
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"

FRENCH = Tongue(
    code="fr",
    letters="[a-z]",
    numbers=_CARDINALS | _ORDINALS,
    mark_words=(
        "série n nº partie volet épisode episode ép chapitre "
        "tome volume vol numéro leçon étape cours acte jour "
        "semaine journée revue bulletin lettre dernière dernier fin conclusion suite"
    ),
    part=r"partie|volet",
    unit=r"n\.?\s?[º°]|épisode|episode|ép\.|chapitre|tome|volume|vol\.|numéro|leçon|étape|cours|acte",
    day="jour|semaine|journée",
    named_unit=r"(?:revue|bulletin|lettre)\s+(?:d'information\s+)?(?=n[°º])",
    nth=r"(?P<n>\d{1,3}(?=e\b|è|er\b|re\b|nde?\b)|{words})(?:e|ème|er|re|ère|nde?)?",
    of="sur|de",
    of_series=r"de\s+(?:notre|la|ma)\s+(?=série\b)",
    not_before_part=pattern(
        r"\b (?: la|le|une?|en|de|du|des|notre|sa|son|cette|grande|bonne|meilleure|fait|et|ou )\s*$"
    ),
    other_unit=pattern(r"\b(?: faillite | créanciers | insolvab )"),
    about_others=pattern(r"\b(?: saison_\d+ | bande-annonce | box-office | spoilers? )\b"),
    final=r"(?:la\s+|le\s+)?derni(?:ère|er)\s+(?:partie|volet|épisode)|conclusion",
    end=r"(?:suite\s+et\s+)?fin",
    continued=r"suite",
    own_part=pattern(
        rf"""\b(?: ceci_est | voici | c'est )_(?:la|le|l')_?
        (?P<nth>\d{{1,2}}(?=e|è)|{either(_ORDINALS)})(?:e|ème)?_{_PIECE}
        (?:_(?:de_notre|d'une|de_la|de_ma)_ série (?:_(?:en|de)_(?P<total>\w+)_\w+)?
            (?:_(?:sur|consacrée_à)_(?P<series>[^.:;]+))? )?
        | ^\W* (?:partie|épisode|volet)_(?P<n>\d{{1,3}}|{either(_CARDINALS)})_sur_(?P<total2>\d{{1,3}}
        |{either(_CARDINALS)})\b"""
    ),
    hint=(
        "semaine partie volet prochain prochaine prochainement suivre suite suivant suivante épisode épisodes demain "
        "bientôt venir volets"
    ),
    aside=pattern(
        r"""^\W* (?P<lead> (?:à_)?lire_(?:aussi|également) | voir_aussi | sur_le_même_sujet | à_découvrir
        | articles_liés
        | pour_aller_plus_loin | lire_la_suite )\s*[:—–|-]\s*"""
    ),
    future=pattern(
        r"""\b (?: (?:nous|je|on|il|elle)_(?:(?:nous|vous|y|en|l')_?)? (?: \w+(?:rons|rai|ra) | allons | vais | va )
        | sera | seront | portera | abordera | traitera | explorera | découvrirez | verrez ) \b
        (?:_(?:voir|parler|nous|vous|aborder|explorer|étudier|découvrir|plonger|présenter|sur|de|dans|à|comment))?
        \s* (?P<topic>.*)"""
    ),
    back=pattern(
        r"""\b(?: avons | ai | avait | avaient | était | étaient | a_été | vu | abordé | expliqué | montré | décrit
        | publiée? | aujourd'hui | maintenant )\b"""
    ),
    just_before=pattern(r"\b(?: ici | vue?s? | comme | déjà | abordée?s? )_(?:[\w'-]+_){0,2}dans(?:_la|_le)?\s*$"),
    reported=pattern(r"""".*\b(?:a_déclaré|a_dit|affirme|selon)\b | \b(?:a_déclaré|a_dit)\b.*" """),
    opening=pattern(
        r"""^ (?:(?:où|dans_(?:la|le)quelle?|qui|et)_)? (?: (?:nous|on|je)_[\w']+(?:_(?:à|sur|de|dans))?_
        | il_s'agira_de_
        | portera_sur_ | sur_ )?"""
    ),
    vague=pattern(r"^ (?: (?:ça|cela|c'est|il|elle|ici|bientôt|plus) \b.* )? $"),
    when=pattern(rf"(?: {_SOON} | {calendar(_MONTHS)} )"),
    cues=cues(
        _REF,
        inside=r"dans|avec|au",
        lead=(
            rf"à_suivre | (?:plus_de_détails|en_savoir_plus) | la_suite | à_venir "
            rf"| au_programme | prochainement | {_SOON}"
        ),
        wait=r"ne_manquez_pas | restez_(?:à_l'écoute|connectés?) | rendez-vous | retrouvez(?:-nous)? | à_suivre",
        continued=r"à_suivre",
        comes=r"arrive | paraîtra | sera | sortira | portera | abordera | traitera | explorera | est_à_venir | suivra",
        soon=_SOON,
        later=r"la_semaine_prochaine | le_mois_prochain | la_prochaine_fois",
        we="nous|je|notre|on",
    ),
    common=STOPWORDS["fr"] - {"son"},  # what English means something by is telling
    rubric=pattern(
        r"""^ (?: analyse | opinion | tribune | éditorial | édito | entretien | interview | exclusif | direct | vidéo
        | podcast | reportage | enquête | chronique | décryptage )$"""
    ),
)
