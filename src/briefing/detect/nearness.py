"""How near items and developments are to each other: average likeness of terms, fading with time apart.

Apart from `developments`, which decides who joins whom: here is only the arithmetic. A development keeps the sum of its
items' terms, so that the average over all of them costs no more than one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import filterfalse
from math import exp

from briefing.model import ItemId, Member

_NOTHING = 1e-9
_NO_TIME = timedelta(0)


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Sum the products of what two share."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum([few[term] * many[term] for term in filter(many.__contains__, few)])  # a list: this is the hot place


@dataclass(slots=True)
class _Part:
    """The items of a development in one language, summed."""

    total: dict[str, float] = field(default_factory=dict)  # while there is one item, its own
    size: int = 0
    names: float = 0.0

    def add(self, member: Member) -> None:
        if not self.size:
            self.total = member.terms
        else:
            total = self.total = {**self.total} if self.size == 1 else self.total
            for term, weight in member.terms.items():
                total[term] = total.get(term, 0.0) + weight
        self.size += 1
        self.names += member.names

    def remove(self, member: Member) -> None:
        self.size -= 1
        self.names -= member.names
        if not self.size:  # the total is that item's own
            return
        for term, weight in member.terms.items():
            self.total[term] -= weight
            if self.total[term] < _NOTHING:
                del self.total[term]


@dataclass(slots=True)
class Development:
    """An open development: its members, and their terms summed by language."""

    name: ItemId
    opened: tuple[datetime, ItemId]
    members: dict[ItemId, Member] = field(default_factory=dict)
    parts: dict[str, _Part] = field(default_factory=dict)
    seen: datetime = field(init=False)
    first: datetime | None = None
    last: datetime | None = None

    def __post_init__(self) -> None:
        self.seen = self.opened[0]

    @property
    def size(self) -> int:
        """How many items report it."""
        return len(self.members)

    def weight(self, term: str) -> float:
        """Say how much a term weighs in all its items together."""
        weight = 0.0
        for part in self.parts.values():
            weight += part.total.get(term, 0.0)
        return weight

    def add(self, member: Member) -> list[str]:
        """Take an item in; returns the terms that came with it."""
        come = self._absent(member)
        self.members[member.item] = member
        self.parts.setdefault(member.lang, _Part()).add(member)
        self.seen = max(self.seen, member.seen)
        if member.at:
            self.first = min(self.first or member.at, member.at)
            self.last = max(self.last or member.at, member.at)
        return come

    def remove(self, member: Member) -> list[str]:
        """Let an item go; returns the terms that went with it."""
        del self.members[member.item]
        part = self.parts[member.lang]
        part.remove(member)
        if not part.size:
            del self.parts[member.lang]
        dates = [one.at for one in self.members.values() if one.at]
        self.first, self.last = (min(dates), max(dates)) if dates else (None, None)
        return self._absent(member)

    def sum(self, member: Member) -> float:
        """Add up what an item shares with each item here, whatever their languages."""
        shared = 0.0
        for part in self.parts.values():
            shared += dot(member.terms, part.total)
        return shared

    def _absent(self, member: Member) -> list[str]:
        """Return the terms of an item that no item here has."""
        left: Iterable[str] = member.terms
        for part in self.parts.values():
            left = filterfalse(part.total.__contains__, left)
        return [*left]

    def nearness(self, member: Member, foreign: float) -> float:
        """Average the likeness of an item with each item here."""
        if len(self.parts) == 1 and member.lang in self.parts:
            return dot(member.terms, self.parts[member.lang].total) / self.size
        alike = (
            dot(member.terms, part.total) * _across(member.lang, lang, member.names, part.names / part.size, foreign)
            for lang, part in self.parts.items()
        )
        return sum(alike) / self.size

    def likeness(self, other: "Development", foreign: float) -> float:
        """Average the likeness of each item here with each item there."""
        alike = (
            dot(mine.total, part.total) * _across(own, lang, mine.names / mine.size, part.names / part.size, foreign)
            for own, mine in self.parts.items()
            for lang, part in other.parts.items()
        )
        return sum(alike) / (self.size * other.size)


def _across(own: str, lang: str, names: float, their_names: float, foreign: float) -> float:
    """Scale what two share: across languages that is names, so it is measured by their names alone."""
    if own == lang or not own or not lang:
        return 1.0
    return foreign / max(names * their_names, 0.05)


@dataclass(frozen=True, slots=True)
class Fading:
    """How nearness fades with time apart; what nobody dates counts as some time apart."""

    length: timedelta
    window: timedelta
    undated: timedelta
    half_dated: timedelta

    def __call__(
        self, first: datetime | None, last: datetime | None, start: datetime | None, end: datetime | None
    ) -> float:
        """Say what is left of nearness between two spans of time; 0 beyond the window."""
        if first is None or last is None or start is None or end is None:
            gap = self.undated if first is start else self.half_dated
        else:
            gap = max(first, start) - min(last, end)
        if gap > self.window:
            return 0.0
        return exp(-gap / self.length) if gap > _NO_TIME else 1.0
