"""Which parts to come a text announces, and which other reading it links to.

Apart from `markers`, which reads what a title says of its own item: here sentences speak of another item, one that
does not exist yet. Talk of parts that are out, of the part at hand and of nothing in particular is no promise.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from briefing.detect.markers import marker, number
from briefing.detect.tongue import Cue, Tongue, in_quotation, straight, visible
from briefing.detect.tongues import TONGUES, Glance

_MOST = 12  # parts that one item may announce: each costs every later item of its source a comparison
_LONGEST_TEXT = 200_000  # characters
_LONGEST_SENTENCE = 1_000
_LONGEST_TOPIC = 300
_AT_ONCE = 4  # characters before a reference that begins its sentence
_COUNTED = "|".join(tongue.counted for tongue in TONGUES)
_SENTENCE_END = re.compile(
    rf"""[.!?…]+ (?<!\b[A-Z]\.)(?<!\b[Pp]t\.)(?<!\b[Vv]ol\.)(?<!\bNo\.)(?<!\bM[rs]\.)(?<!\bDr\.)(?<!\bMrs\.)(?<!\bvs\.)
    (?:(?<!\d\.)["')\]]*\s+|(?<=\d\.)["')\]]*\s+(?!(?i:{_COUNTED})\b))(?=["'(\[]?[^\W_a-z])
    | [。！？]["')\]]*\s*(?=\S)""",
    re.VERBOSE,
)
_BULLETS = " \t\xa0*•·>_–—-"
_MARKS = " \t,;:.!?…—–-\"'”’“‘。，、：；！？،؛「」『』《》«»"
_LEAD = re.compile(r"[\s:,.…—–-]*")
_QUOTED = re.compile(r"\"(?P<title>[^\"]{3,})\"|'(?P<single>.{3,}?)'(?!\w)")
_SPLIT = re.compile(r"\s*[—–]+\s*|\s+-\s+|:\s+|(?<=[\u3040-\u9fff]):|,\s+(?=[a-z])")

_may_announce = Glance(lambda tongue: tongue.hint)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A part to come, as a sentence announces it; `quote` is that sentence, word for word."""

    quote: str
    part: int | None = None
    title: str | None = None
    topic: str | None = None
    when: str | None = None  # as written: "next week"


def announcements(text: str, title: str) -> tuple[Announcement, ...]:
    """List the coming parts that `text` announces, in its order; `title` says which part the text itself is."""
    sentences = [*_sentences(visible(text[:_LONGEST_TEXT]))]
    own = marker(title) if sentences else None
    current = own.part if own else None
    found = (_read(quote, following, current) for quote, following in sentences)
    return _merged(one for one in found if one)[:_MOST]


def related(text: str) -> tuple[str, ...]:
    """List the titles that lines such as "Related Read: …" lead to."""
    lines = (line.strip() for line in visible(text[:_LONGEST_TEXT]).splitlines())
    asides = ((line, tongue.aside.match(straight(line))) for line in lines for tongue in TONGUES)
    return tuple(line[aside.end() :].strip() for line, aside in asides if aside and line[aside.end() :].strip())


# --- sentences ------------------------------------------------------------------------------------------------------


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of lines that may announce something, each with what follows it."""
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    for line, after in pairwise([*lines, ""]):
        if _may_announce(straight(line)):
            pieces = _split(line)
            yield from pairwise([*pieces, _split(after)[0]])


def _split(line: str) -> list[str]:
    """Split a line at its sentences' ends, keeping every character that shows."""
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(straight(line))), len(line)]
    return [line[start:end].strip(_BULLETS) for start, end in pairwise(ends)]


def _read(quote: str, following: str, current: int | None) -> Announcement | None:
    if not quote or len(quote) > _LONGEST_SENTENCE:
        return None
    plain = straight(quote)
    for tongue in _may_announce(plain):
        if not tongue.aside.match(plain) and not tongue.reported.search(plain):
            for cue in tongue.cues:
                for found in cue.pattern.finditer(plain):
                    if announcement := _announcement(quote, following, current, cue, found, tongue):
                        return announcement
    return None


# --- one cue in one sentence ----------------------------------------------------------------------------------------


def _announcement(
    quote: str, following: str, current: int | None, cue: Cue, found: re.Match[str], tongue: Tongue
) -> Announcement | None:
    part = _part(found, current, tongue)
    named = found.groupdict().get("n") or found.groupdict().get("nth")
    if part is not None and ((current is not None and part <= current) or (named and not _can_come(part, named, cue))):
        return None
    start, end = found.span("ref") if "ref" in found.re.groupindex else found.span()
    before, after = quote[:start], quote[end:]
    if in_quotation(straight(before), straight(after)):
        return None
    expected = found.start() < _AT_ONCE and _is_next(part, named, current)
    if cue.ahead and not _is_ahead(straight(before), straight(after), tongue, expected=expected):
        return None
    title, topic = _what(quote[: found.start()], after, following, tongue)
    if not cue.bare and not title and not topic:
        return None
    when = tongue.when.search(straight(quote))
    return Announcement(quote, part, title, topic, when[0] if when else None)


def _part(found: re.Match[str], current: int | None, tongue: Tongue) -> int | None:
    groups = found.groupdict()
    if written := groups.get("n") or groups.get("nth"):
        return number(written, tongue)
    return current + 1 if current is not None else None


def _can_come(part: int, named: str, cue: Cue) -> bool:
    """Say whether a part of this number can be ahead: "in part I will" is no number, and first parts rarely are."""
    return named.lower() != "i" and (part > 1 or not cue.ahead)


def _is_next(part: int | None, named: str | None, current: int | None) -> bool:
    """Say whether the number alone shows that the part is to come; without a number, the word "next" does."""
    return named is None or (current is not None and part == current + 1)


def _is_ahead(before: str, after: str, tongue: Tongue, *, expected: bool) -> bool:
    """Say whether the sentence speaks of its reference as something to come."""
    if tongue.just_before.search(before):
        return False
    if will := tongue.future.search(after):
        return not tongue.back.search(after[: will.start()])
    if tongue.future.search(before):
        return True
    return expected and not tongue.back.search(after)


# --- what is to come ------------------------------------------------------------------------------------------------


def _what(before: str, after: str, following: str, tongue: Tongue) -> tuple[str | None, str | None]:
    """Find the title and the topic of the coming part around the words that refer to it."""
    lead = _LEAD.match(straight(after))
    separator, rest = (straight(lead[0]), after[lead.end() :]) if lead else ("", after)
    if not re.search(r"\w", rest):
        if tongue.future.search(straight(before)):
            return None, _topic(_object(before, tongue), tongue)
        return (following.rstrip(" ."), None) if _is_title(following, tongue) else (None, None)
    if quoted := _QUOTED.match(straight(rest)):
        name = "title" if quoted["title"] else "single"
        return rest[slice(*quoted.span(name))].rstrip(" ,."), _topic(rest[quoted.end() :], tongue)
    if set(separator) & set(":—–-."):
        return _title_and_topic(rest, tongue)
    return None, _topic(_object(rest, tongue), tongue)


def _title_and_topic(rest: str, tongue: Tongue) -> tuple[str | None, str | None]:
    cut = _SPLIT.search(straight(rest))
    head, tail = (rest[: cut.start()], rest[cut.end() :]) if cut else (rest, "")
    if _is_title(head, tongue):
        return head.rstrip(" .!…。"), _topic(tail, tongue)
    return None, _topic(_object(rest, tongue), tongue)


def _object(words: str, tongue: Tongue) -> str:
    """Return what stands behind the verb of a sentence about the future; all of it where the verb comes last."""
    clause = tongue.future.search(straight(f" {words}"))
    return words[clause.start("topic") - 1 :] if clause and clause["topic"] is not None else words


def _topic(words: str, tongue: Tongue) -> str | None:
    trimmed = words.strip(_MARKS)
    opening = tongue.opening.match(straight(trimmed))
    topic = (trimmed[opening.end() :] if opening else trimmed).strip()
    if closing := tongue.closing.search(straight(topic)):
        topic = topic[: closing.start()].strip(_MARKS)
    empty = tongue.vague.match(straight(topic)) or tongue.when.fullmatch(straight(topic))
    return None if empty else topic[:_LONGEST_TOPIC]


def _is_title(words: str, tongue: Tongue) -> bool:
    """Say whether `words` are written as a title: short, and most of its telling words capitalised."""
    written = re.findall(r"[^\W_][\w'’-]*", words)
    if not written or len(written) > 14 or written[0][0].islower():
        return False
    telling = [word for word in written if word.lower() not in tongue.common] or written
    return sum(not word[0].islower() for word in telling) >= 0.6 * len(telling)


# --- one promise a part ---------------------------------------------------------------------------------------------


def _merged(found: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Join what several sentences say of one part; an unnumbered one speaks of the only numbered part there is."""
    merged: dict[object, Announcement] = {}
    unnumbered = []
    for one in found:
        if one.part is None:
            unnumbered.append(one)
        else:
            merged[one.part] = _joined(merged.get(one.part, one), one)
    for one in unnumbered:
        key = next(iter(merged)) if len(merged) == 1 else "next"
        merged[key] = _joined(merged.get(key, one), one)
    return tuple(merged.values())


def _joined(one: Announcement, other: Announcement) -> Announcement:
    """Keep the words of `one`, with what only `other` tells."""
    richer = other if other.title and not one.title else one
    return replace(
        richer,
        part=one.part if one.part is not None else other.part,
        title=one.title or other.title,
        topic=one.topic or other.topic,
        when=one.when or other.when,
    )
