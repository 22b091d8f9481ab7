"""Takes the first sentences of a text, for excerpts: too few rather than a broken one.

Apart from `plaintext`, because it knows languages: where a full stop ends nothing, and where there is none.
"""

import re

from briefing.collect.characters import cut, words

LONGEST = 300  # characters; longer sentences are cut between words
_CLOSERS = "\"'”’»›)\\]」』】》"
_END = re.compile(rf"(?:[.!?…؟۔।]+[{_CLOSERS}]*(?=\s)|[。！？｡]+[{_CLOSERS}]*)")
_LAST_WORD = re.compile(r"(\S+)$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_OPENING = re.compile(r"\s*[\"'“‘«(\[]*")
_PARAGRAPH = re.compile(r"\n\s*\n")
_LEFTOVER = re.compile(
    r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|(?:continue reading|read more|read the full story|read on)\b.{0,200}"
    r"|the post .{0,300} appeared first on .{0,200})\s*[→»›.]*\s*$",
    re.IGNORECASE | re.DOTALL,
)

_ALWAYS = words(  # a name follows
    "mr mrs ms mx dr prof st ste gen col lt sgt capt cmdr adm maj brig sen rep gov rev hon pres supt messrs mme mlle"
    " sr sra srta hr fr frl vs nr bzw ca vgl approx fig cf e.g i.e z.b u.a d.h p.ex"
)
_SOMETIMES = words(  # may end a sentence as well: so they do if the next word opens one
    "jan feb mar apr jun jul aug sep sept oct nov dec inc ltd co corp jr etc usw al no vol pp dept univ ave blvd mt ft"
    " a.m p.m ph.d u.s u.k u.n e.u d.c mon tue wed thu fri sat sun"
)
_OPENERS = words(
    "the a an in on at it he she they we i you but and or so if as for from this that these those there then when while"
    " after before since now his her its their our some many most all no not what who how why by with to both only one"
    " officials analysts critics der die das ein eine er sie es wir im le la les un une il elle el los las una"
)


def sentences(text: str, lang: str | None = None, n: int = 2) -> tuple[str, ...]:
    """Return at most the first `n` sentences, each on one line and at most 300 characters.

    `lang` is a language tag; it matters for the few words that shorten with a full stop in one language only.
    """
    found: list[str] = []
    for paragraph in _PARAGRAPH.split(_LEFTOVER.sub("", text[: LONGEST * 20])):
        found += [cut(sentence, LONGEST) for sentence in _of(" ".join(paragraph.split()), lang, n - len(found))]
        if len(found) >= n:
            break
    return tuple(found)


def _of(paragraph: str, lang: str | None, n: int) -> list[str]:
    found: list[str] = []
    start = 0
    for end in _END.finditer(paragraph):
        if len(found) >= n:
            break
        if _ends(paragraph, end, lang):
            found.append(paragraph[start : end.end()].strip())
            start = end.end()
    rest = paragraph[start:].strip()
    return [*found, rest] if rest and len(found) < n else found


def _ends(text: str, end: re.Match[str], lang: str | None) -> bool:
    """Tell whether a mark ends its sentence, from the word before and the word after."""
    rest = text[end.end() :]
    following = rest[_OPENING.match(rest).end() :]  # type: ignore[union-attr] # it matches nothing at least
    if not end[0].startswith((".", "…")):
        return not following[:1].islower()
    if following[:1].islower():
        return False
    if end[0].startswith(("..", "…")) or len(end[0]) > 1:
        return True
    return _word_may_end(_word_before(text, end), following, lang)


def _word_before(text: str, end: re.Match[str]) -> str:
    found = _LAST_WORD.search(text[max(0, end.start() - 40) : end.start()])
    return found[1].lstrip("\"'“‘«([") if found else ""


def _word_may_end(word: str, following: str, lang: str | None) -> bool:
    lower = word.lower()
    if lower in _ALWAYS:
        return False
    if word.isdigit() and len(word) < 3 and (lang or "").startswith(("de", "da", "fi", "cs", "nb", "no", "hu")):
        return False  # an ordinal: "am 3. Januar"
    if lower == "no":
        return not following[:1].isdigit()
    if lower in _SOMETIMES or _INITIALS.fullmatch(word + "."):
        return following.split(" ", 1)[0].rstrip(",.;:").lower() in _OPENERS
    return True
