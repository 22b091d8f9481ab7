"""Near-duplicate texts fold into one original: what several publishers print is often one agency's report.

Apart from `origins`, which reads whom a text cites: here one text is told twice. `bands` gives the numbers under which
the store finds what may be a copy, `fold` compares word by word. Two items belong together if their words do, whatever
the order in which they came; so folding depends on the set of items alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from types import MappingProxyType
from zlib import crc32

from rapidfuzz.distance import LCSseq

from briefing.detect.credits import credit
from briefing.detect.publishers import Publishers
from briefing.detect.text import fold as folded
from briefing.detect.text import is_unspaced, spaced
from briefing.model import Copy, Item, ItemId

__all__ = ["SHARED", "WINDOW", "bands", "fold"]

WINDOW = timedelta(hours=96)  # between the dates of a copy and of what it copies
SHARED = 2  # bands that a candidate must share: one alone is mostly chance

_LEAD = 50  # words: all that many feeds carry of a text
_LEAD_BANDS = 32
_BODY_BANDS = 12
_LONGEST = 800  # words compared
_SPACED = "\u0dff"  # no script below it writes without spaces
_WORD = 4  # letters; shorter words are the same in all texts
_ENOUGH = 10  # words that make a text; less is judged by its title
_SHARED = 0.48  # of the shorter text's words, in order
_LONG_RUNS = 0.25  # of its runs of three words, from which fewer words will do
_RUNS = 0.03  # of the runs at least, unless …
_PLAIN = 0.6  # … so many of its words are shared
_CREDITED = 0.43  # of the words, where both name the same agency, or runs are shared
_NAMES = 3  # that a text must name for its names to tell …
_ALIKE = 0.5  # … and so many of them shared, that runs are not asked for
_FORM = 0.7  # of the words, from which a single other number is telling
_AGAIN = 2  # words in a row that end a differing stretch
_OTHER_NEWS = 0.55  # of the shorter text, in one stretch that differs on both sides
_OTHER_REST = 0.25  # the same, where the first sentences are left out already
_REST = 0.4  # of the words, that a text without its first sentence must keep to be compared so
_REST_WORDS = 14  # and that many at least: closing lines are the same under many texts
_CLOSING = 8  # words that make closing lines
_HEADLINE = 5  # words that make a title telling
_SUFFIX = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")
_TRUNCATED = re.compile(r"\s*(?:\.\.\.|…)\s*$")
_FIRST = re.compile(r".{40,}?[.!?。！？؟]+[\"”’»]?(?:\s+|(?<=[。！？]))", re.DOTALL)
_DATELINE = re.compile(r"^[^.]{0,60}?\s[-–—]\s")
_NAME = re.compile(r"(?<=[\w,;:] )[^\W\d_a-z][\w'’-]{2,}")  # no first word of a sentence
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MOST = 40  # texts sharing a band, copies of one counted once, beyond which it is boilerplate and tells nothing
_NONE: Mapping[ItemId, ItemId] = MappingProxyType({})


def bands(item: Item) -> tuple[int, ...]:
    """Return the numbers, at most 46 and each below 2**40, of which near-duplicates share two or more.

    Each is the least hash in its class of an item's word pairs (one-permutation MinHash: Li, Owen, Zhang 2012),
    once over the lead and, for longer texts, once over all; two more are for the title. They stay the same from version
    to version as long as `text.fold` does.
    """
    return _text(item).bands


def fold(
    items: Sequence[Item], candidates: Sequence[Item], publishers: Publishers, standing: Mapping[ItemId, ItemId] = _NONE
) -> tuple[Copy, ...]:
    """Fold new `items` with stored `candidates`; returns what differs from `standing`, from copies to their originals.

    `candidates` are the stored items within `WINDOW` that share `SHARED` bands with one of `items`, and all that
    `standing` folds with them. Of texts that belong together the original is the one by the agency that the others
    credit, else the earliest, else the most complete. A publisher's own later version of a text is no copy of it.
    """
    texts = {item.id: _text(item) for item in (*candidates, *items)}
    groups = _Groups(texts)
    for copy, original in standing.items():
        if copy in texts and original in texts:
            groups.join(copy, original)
    evidence: dict[ItemId, str] = {}
    for one, other in _pairs(texts, {item.id for item in items}, groups):
        if not groups.joined(one.item.id, other.item.id) and (words := _evidence(one, other, publishers)):
            groups.join(one.item.id, other.item.id)
            evidence[one.item.id] = evidence[other.item.id] = words
    changed = [
        Copy(item, original, evidence.get(item, "") if original is not None else "")
        for members in groups.all()
        for item, original in _originals([texts[member] for member in members], publishers)
        if standing.get(item) != original
    ]
    return tuple(sorted(changed, key=lambda copy: copy.item))


# --- texts ----------------------------------------------------------------------------------------------------------


class _Text:
    """An item as it is compared: its telling words, its numbers, its title."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self._text = item.text[: _LONGEST * 8]
        self.words = [*_telling(spaced(self._text))][:_LONGEST]
        title = _TRUNCATED.sub("", item.title)
        self.is_truncated = title != item.title
        self.title = spaced(_SUFFIX.sub("", title)).split()

    def family(self, publishers: Publishers) -> str:
        """Name who published it."""
        return publishers.family(self.item.source, self.item.url)

    @cached_property
    def rest(self) -> list[str]:
        """All words but those of the first sentence; none if too few are left to judge by."""
        first = _FIRST.match(self._text)
        rest = self.words[len([*_telling(spaced(first[0]))]) :] if first else []
        return rest if len(rest) >= max(_REST_WORDS, _REST * len(self.words)) else []

    @cached_property
    def numbers(self) -> Counter[str]:
        """The numbers after the dateline."""
        return Counter(_NUMBER.findall(folded(_DATELINE.sub("", self._text))))

    @cached_property
    def names(self) -> frozenset[str]:
        """Who and what it names, in scripts that have capitals."""
        return frozenset(name for name in _NAME.findall(self._text) if name[0].isupper())

    @cached_property
    def pairs(self) -> list[str]:
        """Every two words in a row."""
        return [*map(" ".join, pairwise(self.words))]

    @cached_property
    def distinct(self) -> frozenset[tuple[str, str, str]]:
        """Every three words in a row, each once."""
        return frozenset(zip(self.words, self.words[1:], self.words[2:], strict=False))

    @cached_property
    def bands(self) -> tuple[int, ...]:
        """The numbers under which it is found."""
        numbers = set(_least(self.pairs[:_LEAD], _LEAD_BANDS, 0))
        if len(self.pairs) > _LEAD:
            numbers.update(_least(self.pairs, _BODY_BANDS, _LEAD_BANDS))
        if len(self.title) >= _HEADLINE:
            number = crc32(" ".join(self.title[:_HEADLINE]).encode())
            numbers.update(number | (_LEAD_BANDS + _BODY_BANDS + place) << 32 for place in range(SHARED))
        return tuple(sorted(numbers))


@lru_cache(maxsize=1024)  # a batch and its candidates: bands are asked for first, then the texts are compared
def _text(item: Item) -> _Text:
    return _Text(item)


def _least(runs: Iterable[str], classes: int, first: int) -> Iterator[int]:
    falling = sorted([crc32(run.encode()) for run in runs], reverse=True)
    least = {number % classes: number for number in falling}  # the last of a class stays
    return (number | (first + place) << 32 for place, number in least.items())


def _telling(run: str) -> Iterable[str]:
    """Keep the longer words of `spaced` text; cut runs of scripts without spaces into pairs of letters."""
    words = run.split()
    if run.isascii():
        return [word for word in words if len(word) >= _WORD and not word.isdecimal()]
    return _cut(words)


def _cut(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word[0] > _SPACED and is_unspaced(word[0]):
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        elif len(word) >= _WORD and not word.isdecimal():
            yield word


# --- pairs ----------------------------------------------------------------------------------------------------------


def _pairs(texts: Mapping[ItemId, _Text], new: set[ItemId], groups: "_Groups") -> list[tuple[_Text, _Text]]:
    """List the pairs worth comparing, those that share the most bands first: one of them is new."""
    sharing: defaultdict[int, list[ItemId]] = defaultdict(list)
    for item, text in texts.items():
        for band in text.bands:
            sharing[band].append(item)
    pairs: Counter[tuple[ItemId, ItemId]] = Counter()
    for some in sharing.values():
        if len(some) > 1 and not _is_crowded(some, groups):
            pairs.update((min(pair), max(pair)) for pair in combinations(some, 2) if not new.isdisjoint(pair))
    likely = sorted((pair for pair in pairs.items() if pair[1] >= SHARED), key=lambda pair: (-pair[1], pair[0]))
    return [(texts[one], texts[other]) for (one, other), _ in likely]


def _is_crowded(some: Sequence[ItemId], groups: "_Groups") -> bool:
    """Say whether so many texts share a band that it tells nothing; copies of one text count once."""
    return len(some) > _MOST and len({groups.root(one) for one in some}) > _MOST


def _evidence(one: _Text, other: _Text, publishers: Publishers) -> str:
    """Say why two items are one text; empty if they are not."""
    if one.item.feed == other.item.feed or abs(one.item.at - other.item.at) > WINDOW:
        return ""
    if one.family(publishers) == other.family(publishers):
        return "the same words by the same publisher" if _is_same_piece(one, other) else ""
    if min(len(one.words), len(other.words)) < _ENOUGH:
        return "the same headline" if _is_same_title(one, other) else ""
    agency = credit(one.item, publishers)
    credited = agency is not None and agency in (credit(other.item, publishers), other.family(publishers))
    tail = _closing(one, other)
    share = max(
        _share(_opened(one.words, tail), _opened(other.words, tail), _OTHER_NEWS),
        _share(_opened(one.rest, tail), _opened(other.rest, tail), _OTHER_REST),
    )
    runs = _runs(one, other)
    if share < (_CREDITED if credited or runs > _LONG_RUNS else _SHARED) or _is_form(one, other, share):
        return ""
    if share < _PLAIN and runs < _RUNS and not _names_agree(one, other):
        return ""
    return f"{share:.0%} of the words{f', credited to {agency}' if credited else ''}"


def _share(one: Sequence[str], other: Sequence[str], differing: float) -> float:
    """Say how much of the shorter text stands in the other, in order; nothing if it is a frame around other news."""
    shorter = min(len(one), len(other))
    if shorter < _ENOUGH:
        return 0.0
    equal = widest = source = dest = 0
    for block in LCSseq.opcodes(one, other):
        length = block.src_end - block.src_start
        if block.tag != "equal":
            source, dest = source + length, dest + block.dest_end - block.dest_start
            continue
        equal += length
        if length >= _AGAIN:
            widest, source, dest = max(widest, min(source, dest)), 0, 0
    widest = max(widest, min(source, dest))
    return 0.0 if widest > differing * shorter else equal / shorter


def _is_same_piece(one: _Text, other: _Text) -> bool:
    return one.title == other.title and one.words == other.words and one.numbers == other.numbers


def _is_same_title(one: _Text, other: _Text) -> bool:
    few, many = sorted((one, other), key=lambda text: len(text.title))
    if len(few.title) < _HEADLINE:
        return False
    return many.title[: len(few.title)] == few.title if few.is_truncated else one.title == other.title


def _names_agree(one: _Text, other: _Text) -> bool:
    """Say whether two texts speak of the same people and places."""
    fewer = min(len(one.names), len(other.names))
    return fewer >= _NAMES and len(one.names & other.names) >= _ALIKE * fewer


def _runs(one: _Text, other: _Text) -> float:
    """Say how many of the shorter text's runs of three words stand in the other."""
    fewer = min(len(one.distinct), len(other.distinct))
    return len(one.distinct & other.distinct) / fewer if fewer else 0.0


def _opened(words: Sequence[str], closing: int) -> Sequence[str]:
    return words[: len(words) - closing] if closing else words


def _closing(one: _Text, other: _Text) -> int:
    """Count the last words that both share and that name nobody: closing lines stand under many texts."""
    if min(len(one.names), len(other.names)) < _NAMES:
        return 0
    names = {folded(name) for name in one.names | other.names}
    count = 0
    for word, same in zip(reversed(one.words), reversed(other.words), strict=False):
        if word != same or word in names:
            break
        count += 1
    return count if count >= _CLOSING else 0


def _is_form(one: _Text, other: _Text, share: float) -> bool:
    """Say whether two texts are one form filled in twice: on both sides stand numbers that the other does not have."""
    agreeing = (one.numbers & other.numbers).total()
    differing = min(one.numbers.total(), other.numbers.total()) - agreeing
    return differing >= max(agreeing, 2) or (differing > agreeing and share > _FORM)


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


def _originals(members: Sequence[_Text], publishers: Publishers) -> Iterator[tuple[ItemId, ItemId | None]]:
    """Yield each item with its original; None for the original and for its publisher's other versions."""
    credited = {credit(text.item, publishers) for text in members} if len(members) > 1 else set()
    original = min(members, key=lambda text: (text.family(publishers) not in credited, *_order(text)))
    for text in members:
        is_version = text.family(publishers) == original.family(publishers) and not _is_same_piece(text, original)
        yield text.item.id, None if text is original or is_version else original.item.id


def _order(text: _Text) -> tuple[object, ...]:
    item = text.item
    return (item.at, -len(text.words), item.source, item.url or "", item.title)
