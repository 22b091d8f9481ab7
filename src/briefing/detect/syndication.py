"""Near-duplicate texts fold into one original: what several publishers print is often one agency's report.

Apart from `origins`, which reads whom a text cites: here one text is told twice. `bands` gives the numbers under which
the store finds what may be a copy, `fold` compares word by word. Two items belong together if their words do, whatever
the order in which they came; so folding depends on the set of items alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from types import MappingProxyType

from briefing.detect.evidence import WINDOW, evidence, is_same_piece
from briefing.detect.publishers import Publishers
from briefing.detect.wording import SHARED, Wording, wording
from briefing.model import Copy, Item, ItemId

__all__ = ["SHARED", "WINDOW", "bands", "fold"]

_MOST = 40  # texts sharing a band, copies of one counted once, beyond which it is boilerplate and tells nothing
_NONE: Mapping[ItemId, ItemId] = MappingProxyType({})


def bands(item: Item) -> tuple[int, ...]:
    """Return the numbers, at most 46 and each below 2**40, of which near-duplicates share two or more.

    Each is the least hash in its class of an item's word pairs (one-permutation MinHash: Li, Owen, Zhang 2012),
    once over the lead and, for longer texts, once over all; two more are for the title. They stay the same from version
    to version as long as `text.fold` does.
    """
    return wording(item).bands


def fold(
    items: Sequence[Item], candidates: Sequence[Item], publishers: Publishers, standing: Mapping[ItemId, ItemId] = _NONE
) -> tuple[Copy, ...]:
    """Fold new `items` with stored `candidates`; returns what differs from `standing`, from copies to their originals.

    `candidates` are the stored items within `WINDOW` that share `SHARED` bands with one of `items`, and all that
    `standing` folds with them. Of texts that belong together the original is the one by the agency that the others
    credit, else the earliest, else the most complete. A publisher's own later version of a text is no copy of it.
    """
    texts = {item.id: wording(item) for item in (*candidates, *items)}
    groups = _Groups(texts)
    for copy, original in standing.items():
        if copy in texts and original in texts:
            groups.join(copy, original)
    reasons: dict[ItemId, str] = {}
    for one, other in _pairs(texts, {item.id for item in items}, groups):
        if not groups.joined(one.item.id, other.item.id) and (words := evidence(one, other, publishers)):
            groups.join(one.item.id, other.item.id)
            reasons[one.item.id] = reasons[other.item.id] = words
    changed = [
        Copy(item, original, reasons.get(item, "") if original is not None else "")
        for members in groups.all()
        for item, original in _originals([texts[member] for member in members], publishers)
        if standing.get(item) != original
    ]
    return tuple(sorted(changed, key=lambda copy: copy.item))


# --- pairs ----------------------------------------------------------------------------------------------------------


def _pairs(texts: Mapping[ItemId, Wording], new: set[ItemId], groups: "_Groups") -> list[tuple[Wording, Wording]]:
    """List the pairs worth comparing, those that share the most bands first: one of them is new."""
    bands = Counter(chain.from_iterable(text.bands for text in texts.values()))
    shared = {band for band, count in bands.items() if count > 1}
    sharing: defaultdict[int, list[ItemId]] = defaultdict(list)
    for item, text in texts.items():
        for band in shared.intersection(text.bands):
            sharing[band].append(item)
    pairs: Counter[tuple[ItemId, ItemId]] = Counter()
    for some in sharing.values():
        if not _is_crowded(some, groups):
            pairs.update((min(pair), max(pair)) for pair in combinations(some, 2) if not new.isdisjoint(pair))
    likely = sorted((pair for pair in pairs.items() if pair[1] >= SHARED), key=lambda pair: (-pair[1], pair[0]))
    return [(texts[one], texts[other]) for (one, other), _ in likely]


def _is_crowded(some: Sequence[ItemId], groups: "_Groups") -> bool:
    """Say whether so many texts share a band that it tells nothing; copies of one text count once."""
    return len(some) > _MOST and len({groups.root(one) for one in some}) > _MOST


# --- groups ---------------------------------------------------------------------------------------------------------


class _Groups:
    """Which items belong together (a union-find)."""

    def __init__(self, items: Iterable[ItemId]) -> None:
        self._above = {item: item for item in items}

    def root(self, item: ItemId) -> ItemId:
        while self._above[item] != item:
            self._above[item] = self._above[self._above[item]]
            item = self._above[item]
        return item

    def join(self, one: ItemId, other: ItemId) -> None:
        self._above[self.root(one)] = self.root(other)

    def joined(self, one: ItemId, other: ItemId) -> bool:
        return self.root(one) == self.root(other)

    def all(self) -> Iterable[list[ItemId]]:
        groups: defaultdict[ItemId, list[ItemId]] = defaultdict(list)
        for item in self._above:
            groups[self.root(item)].append(item)
        return groups.values()


def _originals(members: Sequence[Wording], publishers: Publishers) -> Iterator[tuple[ItemId, ItemId | None]]:
    """Yield each item with its original; None for the original and for its publisher's other versions."""
    if len(members) == 1:
        yield members[0].item.id, None
        return
    credited = {text.credit(publishers) for text in members}
    original = min(members, key=lambda text: (text.family(publishers) not in credited, *_order(text)))
    for text in members:
        is_version = text.family(publishers) == original.family(publishers) and not is_same_piece(text, original)
        yield text.item.id, None if text is original or is_version else original.item.id


def _order(text: Wording) -> tuple[object, ...]:
    item = text.item
    return (item.at, -len(text.words), item.source, item.url or "", item.title)
