"""Which part of which series a title says it is.

Apart from `promises`, which reads sentences about parts to come: here a title speaks of its own item. What a word like
"part" is comes from the `tongue`s; here is where such a word must stand to count: beside a separator, in brackets, at
an end; never inside a quotation, which speaks of someone else's work.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from briefing.detect import grammar as grammars
from briefing.detect.grammar import Grammar
from briefing.detect.tongue import Tongue, in_quotation, straight, visible
from briefing.detect.works import is_work

_SEPARATORS = " \t\u3000,;:.—–|·-_/~，：；。、―－～،؛"
_BEFORE = re.compile(r"(?:^|[,;:.!?。—–|·~(\[{]|\s-)\s*$")
_AFTER = re.compile(r"^\s*(?:$|[:;,.!?。—–|·~)\]}(\[]|-\s)")
_AFTER_UNSPACED = re.compile(r"^(?:\s|$|[:;,.!?。—–|·~)\]}(\[-])")
_FRACTION = re.compile(
    rf"[(\[]\s*(?P<n>\d{{1,3}})\s*(?:/|{grammars.OF})\s*(?P<total>\d{{1,3}})\s*[)\]]"
    rf"|(?<=[,:—–-])\s*(?P<n2>\d{{1,2}})\s+(?:{grammars.OF})\s+(?P<total2>\d{{1,2}})\s*$",
    re.IGNORECASE,
)
_NOT_PARTS = {(9, 11), (24, 7), (7, 7), (4, 20), (50, 50)}  # dates and sayings
_NOT_EPISODES = {"911", "360", "365", "100", "101"}
_BARE_EPISODE = re.compile(r"^(?P<n>\d{3,4}):\s+(?=\D)")
_JOINTS = re.compile(r"[\s\u200c,]+")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}
_QUOTED = re.compile(r"([\"']).+\1")
_DANGLING = re.compile(r"\s*[(\[{（【［〔]\s*(?:#\d+)?\s*$|^[)\]}）】］〕]\s*")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a title says of itself: `series_title` is what stays when the marker goes, `own_title` what follows it.

    `part` is None where only the series is named; `series_title` is empty where only the part is.
    """

    part: int | None
    total: int | None = None
    series_title: str = ""
    own_title: str = ""
    final: bool = False
    by_feed: bool = False  # the part is the number that its feed gives it


def marker(title: str) -> Marker | None:
    """Read which part of a series `title` says it is; None if it says nothing of the kind."""
    shown = _unquoted(visible(title).strip())
    plain = straight(shown)
    readings = [*_without_word(shown, plain), *_fractions(shown, plain)]
    spoken = grammars.grammars(plain)
    foreign = _foreign(plain, spoken)
    for grammar in spoken:
        readings += _readings(shown, plain, grammar, foreign)
    readings = [one for one in readings if not is_work(one[1].series_title)]
    if not readings:
        return None
    best = max(readings, key=lambda reading: reading[0])[1]
    for grammar in spoken:
        best = _well_named(best, grammar)
    return best


def _unquoted(title: str) -> str:
    """Take off the quotes around a title that is one quotation."""
    plain = straight(title)
    return title[1:-1] if _QUOTED.fullmatch(plain) and plain.count(plain[0]) == 2 else title


def number(word: str, tongue: Tongue) -> int | None:
    """Read digits, a Roman number up to 39 or a written number."""
    word = _JOINTS.sub("", word.lower())
    if word.isdecimal():
        return int(word)
    if word in tongue.numbers:
        return tongue.numbers[word]
    if len(word) == 1 and unicodedata.category(word) in {"Nl", "No"}:
        return int(unicodedata.numeric(word))
    if not word or not _ROMAN.match(word):
        return None
    values = [_ROMAN_VALUES[letter] for letter in word]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


# --- readings: (how sure, how late in the title), what --------------------------------------------------------------

_KINDS = ("part", "unit", "day", "named")
_Reading = tuple[tuple[int, int], Marker]


def _without_word(title: str, plain: str) -> Iterator[_Reading]:
    """Read the number alone that many podcasts put before the title."""
    bare = _BARE_EPISODE.match(plain)
    if bare and bare["n"] not in _NOT_EPISODES and not 1900 <= int(bare["n"]) <= 2100:
        yield (1, 0), Marker(int(bare["n"]), own_title=title[bare.end() :])


def _fractions(title: str, plain: str) -> Iterator[_Reading]:
    for found in _FRACTION.finditer(plain):
        part, total = int(found["n"] or found["n2"]), int(found["total"] or found["total2"])
        if part <= total > 1 and (part, total) not in _NOT_PARTS:
            yield (4, found.start()), _marker(title, found, part, total)


def _foreign(plain: str, spoken: Iterable[Grammar]) -> frozenset[str]:
    """List the kinds of marks that are another work's, by the words of any tongue: tongues share words for units."""
    if any(grammar.tongue.about_others.search(plain) for grammar in spoken):
        return frozenset({"part", "unit", "named", "alone"})
    return frozenset({"unit"} if any(grammar.tongue.other_unit.search(plain) for grammar in spoken) else ())


def _readings(title: str, plain: str, grammar: Grammar, foreign: frozenset[str]) -> Iterator[_Reading]:
    """Read a title by one tongue, marks of `foreign` kinds left out."""
    tongue, last = grammar.tongue, grammar.final.search(plain)
    for rank, found in _numbered(plain, grammar):
        if next((kind for kind in _KINDS if found.groupdict().get(kind)), "alone") in foreign:
            continue
        part, total = number(found["n"], tongue), number(found.groupdict().get("total") or "", tongue)
        if part is not None:
            read = _marker(title, found, part, total)
            yield (rank, found.start()), replace(read, final=True) if last or found.groupdict().get("last") else read
    yield from _of_series(title, plain, grammar)
    if named := tongue.named_series.match(plain):
        yield (0, 0), Marker(None, series_title=title[: named.end("name")], own_title=_trim(title[named.end("name") :]))
    if last and last["sep"].strip():
        yield (0, 0), Marker(None, None, _trim(title[: last.start()]), _trim(title[last.end() :]), final=True)
    if (more := grammar.continued.search(plain)) and _trim(title[: more.start()]):
        yield (0, 0), Marker(None, None, _trim(title[: more.start()]))


def _numbered(plain: str, grammar: Grammar) -> Iterator[tuple[int, re.Match[str]]]:
    for pattern in grammar.numbered:
        for found in pattern.finditer(plain):
            if rank := _rank(found, plain, grammar.tongue):
                yield rank, found
    for pattern in grammar.alone:
        for found in pattern.finditer(plain):
            if not in_quotation(plain[: found.start()], plain[found.end() :]):
                yield 2, found


def _rank(found: re.Match[str], plain: str, tongue: Tongue) -> int:
    """Say how surely a numbered word is a marker; 0 if it is none."""
    before, after = plain[: found.start()], plain[found.end() :]
    if in_quotation(before, after):
        return 0
    parted = bool(_BEFORE.search(before)) or (not tongue.edge and before[-1:] == " ")
    ends = bool((_AFTER if tongue.edge else _AFTER_UNSPACED).match(after) or tongue.after.match(after))
    if found["named"]:
        return 2 if before.strip() and ends and ("#" in found[0] or after.lstrip().startswith(":")) else 0
    if found["day"]:
        # A day of news ("Day 5: …") is no series; a day of a named event is.
        return 3 if parted and before.strip() and (ends or before.rstrip().endswith(":")) else 0
    if found["unit"]:
        return 3 if parted and ends else 0
    if not ends or (not parted and (_is_written_first(found, tongue) or tongue.not_before_part.search(before))):
        return 0
    return 5 if parted else 4


def _is_written_first(found: re.Match[str], tongue: Tongue) -> bool:
    """Say whether an ordinal word stands before its unit: "the second part" is not yet a marker."""
    return bool(tongue.edge) and found.start("n") < found.start("part") and not found["n"].isdecimal()


def _marker(title: str, found: re.Match[str], part: int, total: int | None) -> Marker:
    groups = found.groupdict()
    begin = found.end("named") if groups.get("named") else found.start("mark" if groups.get("mark") else 0)
    before, after = title[:begin], title[found.end() :]
    final = total == part
    if not _trim(before) and ("part" not in found.re.groupindex or straight(before).strip() == "["):
        return Marker(part, total, _trim(after), final=final)  # "[2/5] The title" names the series last
    return Marker(part, total, _trim(before), _trim(after), final)


def _of_series(title: str, plain: str, grammar: Grammar) -> Iterator[_Reading]:
    """Read "Part 2 of our series on X" and "Day 5 of X's 7-Day Challenge"."""
    head = grammar.of_series.match(plain)
    part = number(head["n"], grammar.tongue) if head else None
    if head is None or part is None:
        return
    total = re.search(r"\b(\d+)-(?:day|week|part)\b", plain, re.IGNORECASE)
    if total or head["part"]:
        name, _, own = title[head.end() :].partition(":")
        yield (6, 0), Marker(part, int(total[1]) if total else None, _trim(name), _trim(own))


def _well_named(read: Marker, grammar: Grammar) -> Marker:
    """Take off what stands before a series title without being of it: "Lesson 4: ", the blog's name."""
    name = read.series_title
    for pattern in (grammar.tongue.label, grammar.lesson):
        if (lead := pattern.match(straight(name))) and _trim(name[lead.end() :]):
            name = _trim(name[lead.end() :])
    return replace(read, series_title=name)


def _trim(words: str) -> str:
    """Strip separators and the brackets and marks that the marker left behind."""
    words = _DANGLING.sub("", words.strip(_SEPARATORS)).strip(_SEPARATORS)
    plain = straight(words)
    if plain.count(")") > plain.count("(") or plain.count("]") > plain.count("["):
        words = words.rstrip(")]）】").strip(_SEPARATORS)
    return _unquoted(words).strip(_SEPARATORS)
