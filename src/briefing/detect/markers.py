"""Which part of which series a title says it is.

Apart from `promises`, which reads sentences about parts to come: here a title speaks of its own item. What a word like
"part" is comes from the `tongue`s; here is where such a word must stand to count: beside a separator, in brackets, at
an end; never inside a quotation, which speaks of someone else's work.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from briefing.detect.tongue import Tongue, in_quotation, straight, visible
from briefing.detect.tongues import TONGUES

_SEPARATORS = " \t,;:.—–|·-_/"
_BEFORE = re.compile(r"(?:^|[,;:.!?—–|·(\[{【（]|\s-)\s*$")
_AFTER = re.compile(r"^\s*(?:$|[:;,.—–|·)\]}】）(\[]|-\s)")
_FRACTION = re.compile(r"[(\[]\s*(?P<n>\d{1,3})\s*(?:/|of|out of)\s*(?P<total>\d{1,3})\s*[)\]]", re.IGNORECASE)
_NOT_PARTS = {(9, 11), (24, 7), (7, 7), (50, 50)}  # dates and sayings
_DAYS = {"day", "week"}
_NOT_EPISODES = {"911", "360", "365", "100", "101"}
_BARE_EPISODE = re.compile(r"^(?P<n>\d{3,4}):\s+(?=\D)")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})$")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}


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


def marker(title: str) -> Marker | None:
    """Read which part of a series `title` says it is; None if it says nothing of the kind."""
    shown = _unquoted(visible(title).strip())
    for grammar in _GRAMMARS:
        readings = [*_readings(shown, grammar)]
        if readings:
            return _with_final(max(readings, key=lambda reading: reading[0])[1], shown, grammar)
    return None


def _unquoted(title: str) -> str:
    """Take off the quotes around a title that is one quotation."""
    plain = straight(title)
    return title[1:-1] if re.fullmatch(r"([\"']).+\1", plain) and plain.count(plain[0]) == 2 else title


def number(word: str, tongue: Tongue) -> int | None:
    """Read digits, a Roman number up to 39 or a written number."""
    word = word.lower()
    if word.isdecimal():
        return int(word)
    if word in tongue.numbers:
        return tongue.numbers[word]
    if not word or not _ROMAN.match(word):
        return None
    values = [_ROMAN_VALUES[letter] for letter in word]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


# --- readings: (how sure, how late in the title), what --------------------------------------------------------------

_Reading = tuple[tuple[int, int], Marker]


@dataclass(frozen=True, slots=True)
class _Grammar:
    """A tongue's words for parts, compiled into patterns."""

    tongue: Tongue
    numbered: re.Pattern[str]
    of_series: re.Pattern[str]
    final: re.Pattern[str]


def _grammar(tongue: Tongue) -> _Grammar:
    words = "|".join(sorted(tongue.numbers, key=len, reverse=True))
    one = rf"(?:\d{{1,4}}|\d,\d{{3}}|{words}|[ivx]{{1,6}})(?!\w)"
    units = f"(?P<part>{tongue.part})|(?P<unit>{tongue.unit})|(?P<named>{tongue.named_unit})"
    numbered = rf"\b(?:{units})\s*[#№]?\s*(?P<n>{one})(?:\s?[a-z]/[a-z]\b)?(?:\s*(?:{tongue.of}|/)\s*(?P<total>{one}))?"
    of_series = rf"(?P<unit>{tongue.part}|day|week)\s+(?P<n>\w+)\s+{tongue.of}\s+(?:(?:our|the|my|a)\s+)?(?=\D)"
    final = rf"(?P<sep>^|[,:—–(\[]|\sand)\s*(?:{tongue.final})\s*(?:$|[:—–)\]])"
    return _Grammar(tongue, *(re.compile(pattern, re.IGNORECASE) for pattern in (numbered, of_series, final)))


_GRAMMARS = tuple(_grammar(tongue) for tongue in TONGUES)


def _readings(title: str, grammar: _Grammar) -> Iterator[_Reading]:
    plain, tongue = straight(title), grammar.tongue
    for found in grammar.numbered.finditer(plain):
        part = number(found["n"].replace(",", ""), tongue)
        if part is not None and (rank := _rank(found, plain, tongue)):
            yield (rank, found.start()), _marker(title, found, part, number(found["total"] or "", tongue))
    for found in _FRACTION.finditer(plain):
        part, total = int(found["n"]), int(found["total"])
        if part <= total > 1 and (part, total) not in _NOT_PARTS:
            yield (4, found.start()), _marker(title, found, part, total)
    yield from _of_series(title, plain, grammar)
    yield from _without_word(title, plain, grammar)


def _without_word(title: str, plain: str, grammar: _Grammar) -> Iterator[_Reading]:
    """Read what is numbered by a number alone, or not numbered at all."""
    bare = _BARE_EPISODE.match(plain)
    if bare and bare["n"] not in _NOT_EPISODES and not 1900 <= int(bare["n"]) <= 2100:
        yield (1, 0), Marker(int(bare["n"]), own_title=title[bare.end() :])
    if named := grammar.tongue.named_series.match(plain):
        yield (0, 0), Marker(None, series_title=title[: named.end("name")], own_title=_trim(title[named.end("name") :]))
    last = grammar.final.search(plain)
    if last and last["sep"].strip():
        yield (0, 0), Marker(None, None, _trim(title[: last.start()]), _trim(title[last.end() :]), final=True)


def _rank(found: re.Match[str], plain: str, tongue: Tongue) -> int:
    """Say how surely a numbered word is a marker; 0 if it is none."""
    before, after = plain[: found.start()], plain[found.end() :]
    parted = bool(_BEFORE.search(before))
    is_day = (found["unit"] or "").lower() in _DAYS
    if in_quotation(before, after) or (not is_day and tongue.about_others.search(plain)):
        return 0
    if found["named"]:
        return 2 if before.strip() and _AFTER.match(after) and _is_heading(found, after) else 0
    if found["unit"]:
        return 3 if parted and _unit_stands_alone(found, before, after, tongue) else 0
    if not _AFTER.match(after) or tongue.not_before_part.search(before):
        return 0
    return 5 if parted else 4


def _is_heading(found: re.Match[str], after: str) -> bool:
    return "#" in found[0] or after.lstrip().startswith(":")


def _unit_stands_alone(found: re.Match[str], before: str, after: str, tongue: Tongue) -> bool:
    unit = found["unit"].lower()
    if unit in _DAYS:
        # A day of news ("Day 5: …") is no series; a day of a named event is.
        return bool(before.strip()) and (bool(_AFTER.match(after)) or before.rstrip().endswith(":"))
    if unit.startswith("ch") and tongue.legal_chapter.search(before + found[0] + after):
        return False
    return bool(_AFTER.match(after))


def _marker(title: str, found: re.Match[str], part: int, total: int | None) -> Marker:
    before, after = title[: found.start()], title[found.end() :]
    if "named" in found.re.groupindex and found["named"]:
        before = title[: found.end("named")]
    if not _trim(before) and found[0][0] in "([":
        return Marker(part, total, _trim(after))  # "[2/5] The title" names the series last
    return Marker(part, total, _trim(before), _trim(after))


def _of_series(title: str, plain: str, grammar: _Grammar) -> Iterator[_Reading]:
    """Read "Part 2 of our series on X" and "Day 5 of X's 7-Day Challenge"."""
    head = grammar.of_series.match(plain)
    part = number(head["n"], grammar.tongue) if head else None
    if head is None or part is None:
        return
    total = re.search(r"\b(\d+)-(?:day|week|part)\b", plain, re.IGNORECASE)
    if total or head["unit"].lower() not in _DAYS:
        name, _, own = title[head.end() :].partition(":")
        yield (6, 0), Marker(part, int(total[1]) if total else None, _trim(name), _trim(own))


def _with_final(read: Marker, title: str, grammar: _Grammar) -> Marker:
    last = grammar.final.search(straight(title))
    return replace(read, final=True) if last or (read.total and read.part == read.total) else read


def _trim(words: str) -> str:
    """Strip separators and the brackets and marks that the marker left behind."""
    words = words.strip(_SEPARATORS)
    words = re.sub(r"\s*[(\[{]\s*(?:#\d+)?\s*$|^[)\]}]\s*", "", words).strip(_SEPARATORS)
    if words.count(")") > words.count("(") or words.count("]") > words.count("["):
        words = words.rstrip(")]").strip(_SEPARATORS)
    return words
