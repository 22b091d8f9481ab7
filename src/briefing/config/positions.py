"""Where everything stands: a document's values, and the file, line and column of each.

Apart from `reading`, which makes documents of files: here a place becomes a position, and a mistake a problem.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from briefing.errors import Problem

Place = tuple[str | int, ...]
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # in no value


@dataclass(slots=True)
class Source:
    """The text of one file; spans in `hidden` are starred out wherever a line of it is shown."""

    name: str
    text: str
    hidden: list[tuple[int, int]] = field(default_factory=list)
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", self.text))]

    def locate(self, index: int) -> tuple[int, int]:
        """Return line and column, from 1, of a character's index."""
        index = max(0, min(index, len(self.text)))
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line as it may be shown: without its break, secrets starred."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        text = re.split(r"[\r\n]", self.text[start : start + 2000], maxsplit=1)[0]
        for left, right in self.hidden:
            first, last = max(left - start, 0), min(right - start, len(text))
            if first < last:
                text = text[:first] + "*" * (last - first) + text[last:]
        return text


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in its file; `key` is None in lists."""

    source: Source
    key: int | None
    start: int
    end: int
    style: str | None  # of a scalar: None, ', ", | or >
    scalar: bool

    def index(self, offset: int) -> int:
        """Return the index of a character of the value; the value's start where that cannot be told."""
        raw = self.source.text[self.start : self.end]
        if self.style in {"|", ">"} or "\n" in raw or (self.style == '"' and "\\" in raw):
            return self.start
        if self.style == "'":
            value = raw[1:-1].replace("''", "'")
            offset += value[:offset].count("'")
        return self.start + offset + (1 if self.style else 0)


@dataclass(slots=True)
class Document:
    """A file, or several merged: values, spots by place, and what was wrong already.

    `unread` are the places whose value could not be read, which is among the problems: nothing more is said of them.
    """

    values: Any
    spots: dict[Place, Spot]
    problems: list[Problem]
    main: Source
    unread: set[Place] = field(default_factory=set)

    def problem(
        self, severity: str, place: Place, message: str, hint: str = "", *, offset: int | None = None, key: bool = False
    ) -> Problem:
        """Say what is wrong at a place: at its value, or at its key if asked or if the value is a collection."""
        known, spot = self._nearest(place)
        at_key = key or known != place or not spot.scalar or spot.start == spot.end
        if offset is not None and spot.scalar:
            index = spot.index(offset)
        else:
            index = spot.key if at_key and spot.key is not None else spot.start
        return located(spot.source, index, severity, place, message, hint)

    def position(self, place: Place) -> tuple[str, int, int]:
        """Return file, line and column of a value, or of the nearest thing around it."""
        found = self.problem("error", place, "")
        return found.file, found.line, found.col

    def raw(self, place: Place) -> str:
        """Return a value as it was written, quotes included."""
        spot = self.spots.get(place)
        return spot.source.text[spot.start : spot.end] if spot else ""

    def scalars(self, *pattern: str) -> Iterator[tuple[Place, Any]]:
        """Yield each value whose place fits the pattern, in which `*` stands for any one key or index."""
        yield from _select(self.values, pattern, ())

    def _nearest(self, place: Place) -> tuple[Place, Spot]:
        for end in range(len(place), 0, -1):
            if place[:end] in self.spots:
                return place[:end], self.spots[place[:end]]
        return (), self.spots.get((), Spot(self.main, None, 0, 0, None, scalar=False))


def located(source: Source, index: int, severity: str, place: Place, message: str, hint: str = "") -> Problem:
    """Make a problem at an index of a file."""
    line, col = source.locate(index)
    return Problem(
        severity=severity,
        message=message,
        path=".".join(map(str, place)),
        file=source.name,
        line=line,
        col=col,
        source=source.line(line),
        hint=hint,
    )


def _select(value: Any, pattern: tuple[str, ...], place: Place) -> Iterator[tuple[Place, Any]]:
    if not pattern:
        yield place, value
        return
    step, rest = pattern[0], pattern[1:]
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, Mapping):
        inner = list(value.items()) if step == "*" else [(step, value[step])] if step in value else []
    elif isinstance(value, list) and step == "*":
        inner = list(enumerate(value))
    for key, child in inner:
        yield from _select(child, rest, (*place, key))
