"""How English numbers its parts and speaks of the next."""

from briefing.detect.tongue import Cue, Pattern, Tongue, either, numbered, pattern
from briefing.detect.tongues.phrases import calendar

_CARDINALS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = numbered(" ".join(_CARDINALS), " ".join(_ORDINALS))

_N = rf"(?P<n> \d{{1,3}}(?![\d,]*\d) | {'|'.join(sorted(_CARDINALS, key=len, reverse=True))} | [ivx]{{1,6}} )\b"
_ONE = rf"(?:\d{{1,2}}|{'|'.join(_CARDINALS)}|[ivx]{{1,5}})"
_NUMBERED = rf"(?:part|pt\.?|chapter|episode|instal+ment|volume|vol\.?)_\#?{_N}"
_NEXT = "(?:next|following|upcoming|final|last|concluding)(?:_and_(?:final|last))?"
_OUR = "(?:our|my|this_series')_"
# A series alone has parts and instalments, a publisher its articles; reports and chapters are news unless "ours".
_UPCOMING = rf"""(?:
    (?:the_|{_OUR})? {_NEXT}_(?:(?:few|two|three|couple_of)_)?(?:part|instal+ment|episode|article|post|piece|column
        |blog(?:[ ]?post)?|newsletter
                               |dispatch|issue|video)s?
    | next_(?:week|month)'s_(?:part|instal+ment|episode|article|post|piece|column|newsletter)
    | {_OUR}{_NEXT}_(?:story|report|chapter|edition|entry|look)
    | (?:the_)?(?P<nth>{"|".join(_ORDINALS[1:])})(?:_and_(?:final|last))?_(?:part|instal+ment
        |(?:post|article|piece|episode)(?=_(?:of|in)_(?:this|our|my|the)_(?:[\w'-]+_){{0,3}}?series))
    | (?:our_|the_|a_)?follow-up(?:_(?:post|article|piece|story))?
    | an?_(?:upcoming|future|later|subsequent)_(?:part|instal+ment|article|post|piece|blog(?:[ ]?post)?|column)
)"""
# "the next part of this series" and "… of Rust Adventures", not "the next part of the negotiations"
_OF_SERIES = r"""(?:
    _(?:of|in)_(?:this|our|my|the|a)_(?:[\w'-]+_){0,3}?
        (?:series|posts?|articles?|story|investigation|guide|podcast|report)\b
    | _of_(?-i:[A-Z])[\w'-]*
)? (?! _of\b )"""
# "our next instalment, Part 2" is numbered
_ALSO = rf"(?:(?:the|our|my)_{_NEXT}_(?:part|instal+ment|episode|article|post)[\s,:(—–-]+)?"
_REF = rf"(?P<ref> (?:{_ALSO}{_NUMBERED}|{_UPCOMING}) {_OF_SERIES} )"

_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WHEN = rf"""(?: tomorrow | soon | (?:next|this)_(?:week|month|time|year|fortnight|{_DAY}) | (?:on_)?{_DAY}
    | in_(?:a|the_coming|one|two|three)_(?:few_)?(?:days?|weeks?) )"""
_MONTHS = "january february march april may june july august september october november december"
_WILL = r"""(?: 'll | _(?:will|shall|may) | (?:'m|'re|_am|_are|_is)_going_to | _(?:plan|hope|intend)s?_to )"""
_TELL = r"""(?:be_)? (?:\w+ly_|also_|then_)? (?: look | explor | cover | discuss | div | shar | examin | dig | delv
    | turn | focus | tell | introduc | explain | show | talk | investigat | review | publish | address | answer
    | continu | wrap | go(?:ing)?_(?:over|into|deep|through) | return | reveal | trac | present | analy[sz] | describ
    | consider | writ | unpack | deep-div | profil | hear )"""

_CUES = (
    # Coming up in Part 2: … · Up next: Part 3 · Tomorrow, in our next instalment
    Cue(
        pattern(rf"""^ (?: [\w'][\w' ]{{0,24}}[:—–] \s* )?
        (?: coming(?:_up)?(?:_(?:next|soon|{_WHEN}))? | up_next | next(?:_up)? | still_to_come | don't_miss
           | {_WHEN} )
        [\s:,—–-]+ (?:in_|is_)? {_REF}""")
    ),
    # Stay tuned for part two where we will …
    Cue(
        pattern(rf"""\b
        (?: stay_tuned | watch_this_space
          | keep_an_eye_out | (?:look|watch)_out | (?:check|come)_back | tune_in | join_us ) \b
        [^.!?]{{0,40}}? \b for_ {_REF}""")
    ),
    # To be continued · To be continued in Part 2 · Our investigation continues in Part 2
    Cue(pattern(rf"^[\s(\[*]* to_be_continued \W* (?:{_WHEN} \W*)? $")),
    Cue(pattern(rf"(?: ^[\s(\[*]* to_be_continued | \b continues )_(?:in|with)_ {_REF}")),
    # Our next instalment will … · Part 2 is coming · Part two: next week
    Cue(
        pattern(rf"""^ (?:and_|but_|read_)? {_REF} [\s,:—–-]* (?:
            (?: will | is_going_to | explores? | examines? | looks? | (?:is_)?(?:coming|due) | is_out | comes | follows
              | appears | drops | lands | arrives )\s
            | (?:is_)?(?:coming_)? {_WHEN} \b )""")
    ),
    # More on oil in part 3
    Cue(
        pattern(
            rf"""\b (?: more_(?:to_come_)?(?:(?:on|about|of)_[^.!?]{{1,80}}?_)?in | see_you_in
            | (?:look|watch)_for )_ {_REF}"""
        )
    ),
    Cue(pattern(rf"\b (?:publishing|posting|releasing)_ {_REF}"), ahead=True),
    Cue(pattern(rf"^ {_REF} ,_which_[^.!?]{{3,80}}?,_will\b")),
    Cue(
        pattern(r"""^ (?P<ref> (?:our|my)_next_(?:part|post|article|instal+ment|episode|blog(?:[ ]?post)?) ) _
        (?:dives?|delves?|covers?|turns?|focuses|shows?|tells?)\b""")
    ),
    Cue(pattern(rf"\b (?:topic|subject|focus)_of_ {_REF}"), ahead=True),
    # In our next instalment we will … · We will … in part four
    Cue(pattern(rf"\b in_ {_REF}"), ahead=True),
    # Next month, we'll be looking at …
    Cue(
        pattern(rf"""^ (?P<ref> {_WHEN} | next )\s*,?_
        (?: we | i | our_[\w' ]{{3,30}}? | the_(?:[\w']+_){{0,3}}(?:call|episode|podcast|newsletter|column|series) )
        {_WILL}_ {_TELL}"""),
        ahead=True,
        bare=False,
    ),
    # Next week: The Generals' Choice · Next in this series: …
    Cue(
        pattern(r"^ (?P<ref> (?:coming_(?:up_)?)? next_(?:week|month|time|issue) )\s*[:—–]\s*(?=\S)"),
        bare=False,
    ),
    Cue(
        pattern(r"^ (?:coming_up_)? (?P<ref> next_(?:up_)?in_(?:this|our|the)_(?:[\w'-]+_){0,2}series )\b"), bare=False
    ),
)

_STOP = r"(?=\s*(?:$|[:—–|]|-\s))"

# Too common to tell what a topic is about.
_COMMON = """
    a about above after again against all also am amid among an and another any are around as at be because been before
    being below between both but by can could did do does doing down during each even ever every few for from further
    get go going had has have having he her here hers him his how i if in inside into is it its itself just know let
    like likelihood look many may might more most much must my near new next no nor not now of off on once one only onto
    or other our out over own part possibility possible question really same series she should since so some such than
    that the their them then there these they thing things this those through to too toward towards under until up upon
    us use used using very via was way ways we were what when where whether which while who whom whose why will with
    within without would you your
"""
_WEAK = """
    behind chance chances deep future growing internal likely major potential real risk role story true
"""

ENGLISH = Tongue(
    code="en",
    letters="[a-z]",
    numbers=_NUMBERS,
    mark_words=(
        "part pt instalment installment chapter ch episode ep volume vol issue no lesson lecture step day week module "
        "study log diary series final last concluding conclusion continued cont # podcast weekly digest newsletter "
        "roundup"
    ),
    part=r"part|pt\.?|instal+ment",
    unit=r"chapter|ch\.|episode|ep\.?|volume|vol\.?|issue|no\.?|lesson|lecture|step",
    day="day|week",
    named_unit=r"module|(?:case\s+)?study|log|diary",
    alone=(
        # "Harbour Weekly 311: …", "Dock Talk #45"
        r"\b(?:podcast|weekly|digest|newsletter|roundup)\s(?P<mark>#?(?!(?:19|20)\d\d\b)(?P<n>\d{1,4}))" + _STOP,
        r"(?<=\w\s)(?P<mark>#(?P<n>\d{2,4}))" + _STOP,
    ),
    of="(?:out )?of",
    of_series=r"of\s+(?:(?:our|the|my|a)\s+)?",
    not_before_part=pattern(
        r"""\b (?: the | this | that | an? | best | worst | big | my | your | his | her | our | in | of | as | on | from
        | to | and | or | for | with | by | is | was | are )\s*$"""
    ),
    about_others=pattern(
        rf"\b seasons?_(?:\d+|{'|'.join(_CARDINALS)})\b | \b (?:recap|spoilers?|trailer|mixtape|soundtrack)\b"
    ),
    other_unit=pattern(
        r"""^ (?=.*\bchapter\b) .* \b (?: bankrupt\w* | insolven\w* | creditors? """
        r"""| protection | fil(?:e|es|ed|ing)_for )"""
    ),
    final=r"""(?:the\s+)?(?:final|last|concluding)\s+(?:part|chapter|instal+ment|episode)"""
    r"""|(?:the\s+)?conclusion""",
    end=r"final",
    continued=r"continued|cont(?:'?d|\.)",
    label=pattern(r"^ (?=.{,40}\bblog\b) [^:|]{3,40} \s [:|] \s"),
    named_series=Pattern(
        r"^(?-i:(?P<name>(?:[A-Z0-9][\w'.&-]*\s+(?:(?:of|the|and|on|in|for)\s+)*){1,5}"
        r"(?<!World )(?<!Time )(?<!TV )(?<!Web )(?<!Netflix )(?<!Hit )(?<!Test )Series))\s*[:—–|]\s*\S"
    ),
    own_part=pattern(
        rf"""\b(?: (?:this|here)_(?:\w+_)?is | in_this(?:_\w+)? | this_(?:post|article|story|piece
        |episode)_is ),? _(?:the_)?
            (?: part_(?P<n>{_ONE}) | (?P<nth>{"|".join(_ORDINALS)})(?:_(?:part|instal+ment|article|post|piece|story
        |report))? )
            (?: _(?:of|in)_(?P<total>{_ONE})(?:_\w+)?\b
              | _(?:of|in)_(?:a|an|our|the|this|my)_(?:(?P<total2>{_ONE})[-\s]part_)?(?:[\w'-]+_){{0,3}}?series )
            (?: _(?:of_\w+_)?(?:on|about)_(?P<series>[^.:;,]{{3,80}}) )?
        | ^\W* (?:this_is_)? part_(?P<n2>{_ONE})_
            (?: (?:out_)?of_(?P<total3>{_ONE})\b
              | (?:of|in)_(?:a|our|the|this|my)_(?:[\w'-]+_){{0,3}}?series (?:_(?:on
        |about)_(?P<series2>[^.:;,)]{{3,80}}))? )"""
    ),
    hint=(
        "part parts pt instalment instalments installment installments episode episodes post posts next following "
        "upcoming subsequent future later tuned continued continues coming follow follows chapter tomorrow"
    ),
    aside=pattern(
        r"""^\W* (?P<lead> related(?:_(?:reads?|readings?|stor(?:y|ies)|articles?|posts?|coverage|links?))?
        | read_(?:also|more|next|this|on) | also_read | see_also | more_(?:on|from)_[^:]{1,40} | recommended
        | (?:you_)?(?:may|might)_also_like | further_reading | must_read | watch | listen )\s*[:—–|-]\s*"""
    ),
    future=pattern(
        rf"""{_WILL}_ (?:be_)? (?:(?:\w+ly|also|then|finally|further)_)? [\w-]+
        (?:_(?:up|about|at|into|to|on|in|over|with|through|deeper|closely|details?_of)\b)* \s* (?P<topic>.*)"""
    ),
    back=pattern(
        r"""\b (?: have | has | had | was | were | saw | did | learn(?:t|ed) | discussed | talked | covered | explained
        | looked | introduced | mentioned | described | showed | shown | explored | examined | wrote | published
        | recall | remember | now | today )\b"""
    ),
    just_before=pattern(
        r"""\b (?<!\bbe\s)
        (?: here | earlier | as | seen | saw | learn(?:t|ed) | discussed | talked(?:_about)? | covered | explained
          | introduced | mentioned | described | showed | shown | did | was | were | published | data | insights? )
        _ (?:[\w'-]+_){0,2} in\s*$"""
    ),
    reported=pattern(
        r"""".*\b(?:said|says|told|added|tweeted|wrote)\b | \b(?:said|says|told|added|tweeted|wrote)\b.*" """
    ),
    opening=pattern(
        r"""^ (?:(?:that|which|where|when|in_which|and|on|about|with)_)?
        (?: (?:we|i)_[\w-]+_(?:(?:at|into|on|about|over|through)_)? | (?:on|about|talks?_about)_ )?"""
    ),
    vague=pattern(
        r"""^ (?: (?: it | this | that | these | those | them | out | soon | here | available | due | coming )
        \b .* | (?:it'?s|is)_.* )? $"""
    ),
    when=pattern(rf"(?: {_WHEN} | {calendar(_MONTHS)} | (?:{either(_MONTHS.split())})_\d{{1,2}}\b(?:,_20\d\d)? )"),
    cues=_CUES,
    common=frozenset(_COMMON.split()),
    weak=frozenset(_WEAK.split()),
    rubric=pattern(
        r"""^ (?: breaking | exclusive | analysis | opinion | explainer | explained | live | updated? | video
        | watch
        | podcast | interview | editorial | (?:special_)?report | news | factbox | column | comment | investigation
        | in_depth | feature )(?:_news)? $"""
    ),
)
