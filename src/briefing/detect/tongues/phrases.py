"""The shapes in which most languages announce a part, to be filled with their words.

Apart from the languages' own modules, which say what is said: here is where it stands in a sentence.
"""

from briefing.detect.tongue import Cue, either, pattern

_NAMED = r"^ (?: [\w'][\w'_]{0,24} [:—–] \s* )?"  # "Editor's note: "


def cues(
    ref: str,
    *,
    inside: str,
    lead: str,
    wait: str,
    continued: str,
    comes: str,
    soon: str,
    later: str,
    we: str,
    edge: str = r"\b",
    gap: str = "_",
) -> tuple[Cue, ...]:
    """Build the cues of a language from patterns: `ref` names the part, its number as `n` or `nth`.

    `inside`: "in", may be empty; `lead`: "coming up"; `wait`: "stay tuned for"; `continued`: "to be continued";
    `comes`: what a part does that comes; `soon`: "tomorrow", "on Friday"; `later`: "next week", which can be a heading;
    `we`: shows that the publisher speaks of itself; `edge` and `gap`: of words, both loose where none are written.
    """
    named = f"(?P<ref> {ref} )"
    within = f"(?: (?:{inside}) {gap} )?" if inside else ""
    told = f"(?:{inside}){gap}{named}" if inside else named
    texts = (
        (rf"{_NAMED} (?:{lead}) [\s:,—–-]* {within} {named}", False, True),
        (rf"{edge} (?:{wait}) [^.!?。]{{0,40}}? {named}", False, True),
        (rf"^[\s(\[*]* (?:{continued}) \W* (?: (?:{soon}) \W* )? $", False, True),
        (rf"^[\s(\[*]* (?:{continued}) \s* {within} {named}", False, True),
        (rf"^ {named} \s* [:,—–-]* \s* (?: (?:{comes}) | (?:{soon}) {edge} )", False, True),
        (rf"{edge} {told}", True, True),
        (rf"[—–]{gap}{told} \W* $", False, True),
        (rf"^ {named} \s* [:—–] \s* (?=\S)", True, False),
        (rf"^ (?P<ref> {soon} ) \s* ,? \s* (?= [^.!?。]{{0,60}} {edge} (?:{we}) {edge} )", True, False),
        (rf"^ (?P<ref> {later} ) \s*[:—–]\s* (?=\S)", False, False),
    )
    return tuple(Cue(pattern(text), ahead=later, bare=bare) for text, later, bare in texts)


def calendar(months: str) -> str:
    """Return a pattern of a day of a month, with or without the year: "5 December", "5 de diciembre de 2026"."""
    return rf"\d{{1,2}}\.?(?:er|º)?_(?:de_)?(?:{either(months.split())})(?:,?_(?:de_)?20\d\d)?"
