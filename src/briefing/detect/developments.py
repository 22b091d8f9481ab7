"""Which items of a story report the same thing, decided as each arrives and knowing only what came before.

Apart from `syndication`, which finds one text told twice: here texts differ and what they tell is the same. An item
joins the development to whose items it is nearest on average (its terms, weighted by how rare they are in the story so
far, and fading with time apart); it draws over neighbours that are nearer to its new company than to their own, and
developments that have grown alike become one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from math import hypot, log

from briefing.detect.dateline import stated
from briefing.detect.nearness import Development, Fading, dot
from briefing.detect.terms import Terms, terms
from briefing.detect.text import spaced
from briefing.model import Counts, Item, ItemId, Member, Placement

__all__ = ["Grouping", "Tuning", "aliases_of", "lead"]

_COMMON = 400  # developments that share a term, beyond which it leads to none
_PROBES = 24  # an item's most telling terms, by which others are found
_TERMS = 120  # that are kept of an item
_CANDIDATES = 6
_TELLING = 2  # times `near` that the telling terms shared must weigh: a term weighs half at most in what another tells
_NEIGHBOURS = 4  # of these, whose items may change company
_HOUR = timedelta(hours=1)
_FORGET = 20_000  # items, after which all counts are halved: a story's words change
_LOGS = [log(count + 0.5) for count in range(_FORGET + 1)]


@dataclass(frozen=True, slots=True)
class Tuning:
    """How near is near enough; measured in docs/quality.md."""

    near: float = 0.1  # average nearness, 0 to 1, at which an item joins
    alike: float = 1.2  # times `near`: two developments become one
    fading: timedelta = timedelta(hours=72)  # apart by this much, nearness is divided by e
    window: timedelta = timedelta(hours=96)  # apart by more, nothing is near
    undated: timedelta = timedelta(hours=30)  # how far apart two items count whose dates nobody knows
    half_dated: timedelta = timedelta(hours=60)  # and two of which only one is dated
    short: int = 40  # terms; items with fewer overlap less by chance and by need
    foreign: float = 0.35  # how much nearness by names alone counts, across languages
    moves: int = 8  # neighbours that one item may draw over
    unseen: int = 100  # items that count as met before the first, so that early ones do not all look special


class Grouping:
    """The developments of one story that are still open, as they stand after the items placed so far."""

    def __init__(
        self,
        counts: Counts | None = None,
        members: Iterable[Member] = (),
        *,
        aliases: Mapping[str, str] | None = None,
        tuning: Tuning = Tuning(),
    ) -> None:
        """Start from what was kept: `counts` and the members seen within the window."""
        self._tuning = tuning
        self._aliases = aliases or {}
        self._items = counts.items if counts else 0
        self._closed = datetime.min.replace(tzinfo=UTC)
        self._counts = Counter(counts.of if counts else {})
        self._members: dict[ItemId, Member] = {}
        self._open: dict[ItemId, Development] = {}
        self._leading: defaultdict[str, list[ItemId]] = defaultdict(list)  # from a term to developments
        self._fading = Fading(tuning.fading, tuning.window, tuning.undated, tuning.half_dated)
        for member in sorted(members, key=lambda each: (each.seen, each.item)):
            self._join(member)

    @property
    def counts(self) -> Counts:
        """What to keep of the words met so far."""
        return Counts(self._items, dict(self._counts))

    @property
    def members(self) -> tuple[Member, ...]:
        """What to keep of the items within the window."""
        return tuple(self._members.values())

    def place(self, item: Item) -> Placement:
        """Place an item; one that is placed stays, so that doing it again changes nothing.

        Items of a batch are best placed in the order of `Item.at`. The cost is bounded by the developments in the
        window that share a telling term with the item.
        """
        if standing := self._members.get(item.id):
            return Placement(standing)
        if item.at - self._closed > _HOUR:
            self._close(item.at)
        member = self._weighed(item)
        near = self._near(member)
        best = near[0] if near else None
        if best and best[0] >= self._tuning.near:
            member = replace(member, development=best[1].name)
        self._join(member)
        if not best or (member.development == item.id and best[0] < self._tuning.near * self._tuning.alike):
            return Placement(member)  # alone, so that it draws nobody over and is like others as it is near them
        others = [development for _, development in near if development.name != member.development]
        moved = {one.item: one for one in (*self._draw(member, others), *self._merge(member, others))}
        moved.pop(member.item, None)
        return Placement(self._members[item.id], tuple(moved.values()))

    # --- what an item is about --------------------------------------------------------------------------------------

    def _weighed(self, item: Item) -> Member:
        lang = (item.lang or "").lower()[:2]
        found = terms(item.title, item.text, lang or "en", self._aliases)
        self._count(found)
        weighed = self._weights(found)
        long = len(weighed)
        if long > _TERMS:
            weighed = dict(nlargest(_TERMS, weighed.items(), key=lambda each: (each[1], each[0])))
        length = hypot(*weighed.values()) or 1.0
        named = hypot(*[weighed[term] for term in filter(weighed.__contains__, found.names)]) / length
        # A short item overlaps less with others even if it tells the same; it counts as if it were longer.
        length *= min(1.0, max(long, 1) / self._tuning.short) ** 0.25
        at = item.published or stated(item.title, item.text)
        kept = {term: weight / length for term, weight in weighed.items()}
        return Member(item.id, item.id, item.at, min(at, item.first_seen) if at else None, kept, named, lang)

    def _count(self, found: Terms) -> None:
        self._items += 1
        self._counts.update(found.weights.keys())
        if self._items >= _FORGET:
            self._items //= 2
            self._counts = Counter({term: count // 2 for term, count in self._counts.items() if count > 1})

    def _weights(self, found: Terms) -> dict[str, float]:
        most = log(self._items + self._tuning.unseen + 1)
        counts = self._counts
        return {
            term: rarity if weight == 1.0 else (1 + log(weight)) * rarity
            for term, weight in found.weights.items()
            if (rarity := most - _LOGS[counts[term]]) > 0
        }

    # --- what is near -----------------------------------------------------------------------------------------------

    def _near(self, member: Member) -> list[tuple[float, Development]]:
        """List the developments that may be near, with how near they are on average, the nearest first."""
        shared: dict[ItemId, float] = {}
        several: set[ItemId] = set()  # a single word in common is no evidence
        weighed = member.terms
        for term in sorted(weighed, key=weighed.__getitem__, reverse=True)[:_PROBES]:
            leading = self._leading.get(term, ())
            if len(leading) <= _COMMON:
                weight = weighed[term]
                for name in leading:
                    if name in shared:
                        several.add(name)
                        shared[name] += weight
                    else:
                        shared[name] = weight
        likely = nlargest(_CANDIDATES, [(shared[name], -name) for name in several])
        near = [
            (left * each.nearness(member, self._tuning.foreign), each)
            for weight, each in ((weight, self._open[ItemId(-name)]) for weight, name in likely)
            if (left := self._left(member, each)) * weight >= self._tuning.near * _TELLING
        ]
        return sorted(near, key=lambda each: (each[0], -each[1].name), reverse=True)[:_NEIGHBOURS]

    def _nearness(self, member: Member, development: Development) -> float:
        left = self._left(member, development)
        return left * development.nearness(member, self._tuning.foreign) if left else 0.0

    def _left(self, member: Member, development: Development) -> float:
        """Say what time leaves of nearness."""
        return self._fading(member.at, member.at, development.first, development.last)

    # --- who changes company ----------------------------------------------------------------------------------------

    def _draw(self, member: Member, others: Sequence[Development]) -> Iterator[Member]:
        """Draw over the nearest items of other developments that are nearer to this one than to their own."""
        company = self._open[member.development]
        if company.size < 2:
            return
        neighbours = [
            (near, one)
            for other in others
            if 1 < other.size <= _COMMON and other.sum(member) >= self._tuning.near  # or none of its items is near
            for one in other.members.values()
            if (near := dot(member.terms, one.terms)) >= self._tuning.near
        ]
        for _, one in nlargest(self._tuning.moves, neighbours, key=lambda each: (each[0], -each[1].item)):
            old = self._open[one.development]
            if old.size < 2:
                continue
            into = self._nearness(one, company)
            if into >= self._tuning.near and into > self._nearness_without(one, old):
                yield self._move(one, company)

    def _nearness_without(self, member: Member, own: Development) -> float:
        """Say how near a member is to the rest of its own development."""
        others = own.size - 1
        return (self._nearness(member, own) * own.size - dot(member.terms, member.terms)) / others

    def _merge(self, member: Member, others: Sequence[Development]) -> Iterator[Member]:
        """Make one of developments that are alike; the name of the earlier one stays."""
        while True:
            own = self._open[self._members[member.item].development]
            rest = [other for other in others if other.name in self._open and other is not own]
            likeness, other = max(
                ((self._likeness(own, other), other) for other in rest),
                key=lambda each: (each[0], -each[1].name),
                default=(0.0, own),
            )
            if likeness < self._tuning.near * self._tuning.alike:
                return
            into, gone = sorted((own, other), key=lambda each: each.opened)
            for one in list(gone.members.values()):
                yield self._move(one, into)

    def _likeness(self, one: Development, other: Development) -> float:
        left = self._fading(one.first, one.last, other.first, other.last)
        return left * one.likeness(other, self._tuning.foreign) if left else 0.0

    def _move(self, member: Member, into: Development) -> Member:
        self._leave(member)
        member = replace(member, development=into.name)
        self._join(member)
        return member

    # --- the books --------------------------------------------------------------------------------------------------

    def _join(self, member: Member) -> None:
        self._members[member.item] = member
        name = member.development
        development = self._open.get(name)
        if development is None:
            development = self._open[name] = Development(name, (member.seen, member.item))
        leading = self._leading
        for term in development.add(member):
            leading[term].append(name)

    def _leave(self, member: Member) -> None:
        del self._members[member.item]
        development = self._open[member.development]
        for term in development.remove(member):
            self._leading[term].remove(member.development)
            if not self._leading[term]:
                del self._leading[term]
        if not development.size:
            del self._open[member.development]

    def _close(self, now: datetime) -> None:
        """Forget developments whose last item was seen before the window."""
        self._closed = now
        ended = now - self._tuning.window
        for development in [each for each in self._open.values() if each.seen < ended]:
            for member in list(development.members.values()):
                self._leave(member)


def aliases_of(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Turn an operator's names, each with its spellings, into the map that `Grouping` takes."""
    return {
        spaced(spelling): spaced(name) for name, others in names.items() for spelling in (name, *others) if spelling
    }


def lead(items: Sequence[Item], dependent: Mapping[ItemId, int]) -> Item:
    """Choose the item that speaks for a development: the most independent, of these the most complete.

    `dependent` grades what rests on others: 1 cites another's report, 2 is a copy; items not in it rest on none.
    """
    return min(items, key=lambda item: (dependent.get(item.id, 0), -_completeness(item), item.at, item.id))


def _completeness(item: Item) -> int:
    """Grade how much an item tells: a step for each doubling of its words, so that the earlier of two similar leads."""
    return len(item.text.split()).bit_length()
