"""Shell: play items of a file through what would be done with them, in memory and in order of time.

    clean | match to stories | fold copies | group developments, story by story

Apart from `poll`, which does it to what feeds bring. What if we die here? Nothing is fetched, stored or sent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from briefing.collect import sanitize
from briefing.detect import developments, origins, syndication
from briefing.detect.match import Matcher
from briefing.detect.publishers import Publishers
from briefing.model import Claim, Corroboration, FeedId, Item, ItemId, Piece, StoryId
from briefing.relate import CROWDED

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What items are judged by: the stories' queries, who is who among publishers, the names that stories know."""

    matcher: Matcher
    publishers: Publishers
    aliases: Mapping[StoryId, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a piece: the ids of its development and of its original, and its stories."""

    id: str
    development: str | None
    copy_of: str | None
    stories: tuple[StoryId, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A development as it stands in the end: its id, its lead's title, its items, who reports it, who denies it."""

    id: str
    story: StoryId
    title: str
    items: int
    corroboration: Corroboration
    claims: tuple[Claim, ...]


@dataclass(slots=True)
class _Stage:
    """What is known so far, and what the next is judged by."""

    criteria: Criteria
    items: list[Item] = field(default_factory=list)
    bands: defaultdict[int, list[ItemId]] = field(default_factory=lambda: defaultdict(list))
    originals: dict[ItemId, ItemId] = field(default_factory=dict)
    stories: dict[ItemId, tuple[StoryId, ...]] = field(default_factory=dict)
    groupings: dict[StoryId, developments.Grouping] = field(default_factory=dict)
    placed: dict[StoryId, dict[ItemId, ItemId]] = field(default_factory=lambda: defaultdict(dict))


def replay(pieces: Iterable[Piece], criteria: Criteria) -> tuple[tuple[Played, ...], tuple[Reported, ...]]:
    """Play pieces in order of time, those without a date first and as they come; each knows only what came before.

    Return what became of each, and the developments of two items and more, the largest first.
    """
    order = sorted(pieces, key=lambda piece: (piece.published is not None, piece.published or _EVER))
    stage = _played_through([_item(ItemId(number), piece) for number, piece in enumerate(order)], criteria)
    names = [piece.id for piece in order]
    played = tuple(_played(stage, ItemId(number), names) for number in range(len(order)))
    return played, tuple(sorted(_reported(stage, names), key=lambda one: -one.items))


def together(items: Iterable[Item], criteria: Criteria) -> Iterator[tuple[StoryId, tuple[Item, ...]]]:
    """Play items in order of time, whatever their ids; yield each story's developments with their items."""
    order = sorted(items, key=lambda item: item.at)
    stage = _played_through([replace(item, id=ItemId(number)) for number, item in enumerate(order)], criteria)
    for story, placed in stage.placed.items():
        for numbers in _developments(placed).values():
            yield story, tuple(order[number] for number in numbers)


def _played_through(items: Sequence[Item], criteria: Criteria) -> _Stage:
    """Play items that are numbered in the order in which they come."""
    stage = _Stage(criteria)
    for item in items:
        stage.items.append(item)
        matches = criteria.matcher.stories(item.feed, item.title, item.text)
        stage.stories[item.id] = tuple(dict.fromkeys(match.story for match in matches))
        _fold(stage, item)
        _group(stage, item)
    return stage


def _developments(placed: Mapping[ItemId, ItemId]) -> Mapping[ItemId, Sequence[ItemId]]:
    found: defaultdict[ItemId, list[ItemId]] = defaultdict(list)
    for number, development in placed.items():
        found[development].append(number)
    return found


def _item(number: ItemId, piece: Piece) -> Item:
    text = sanitize.plain(sanitize.html(piece.summary, piece.url)) if piece.summary else ""
    seen = piece.published or _EVER
    feed = FeedId(piece.source or "feed")
    return Item(number, feed, piece.source, piece.title, piece.url, piece.published, seen, text=text, lang=piece.lang)


def _fold(stage: _Stage, item: Item) -> None:
    mine = syndication.bands(item)
    met = Counter(one for band in mine if _is_telling(stage, band) for one in stage.bands[band])
    near = {one for one, shared in met.items() if shared >= syndication.SHARED and _within(stage.items[one], item)}
    near |= _family(stage.originals, near)
    standing = {copy: original for copy, original in stage.originals.items() if copy in near}
    candidates = [stage.items[one] for one in sorted(near)]
    for copy in syndication.fold([item], candidates, stage.criteria.publishers, standing):
        if copy.original is None:
            stage.originals.pop(copy.item, None)
        else:
            stage.originals[copy.item] = copy.original
    for band in mine:
        stage.bands[band].append(item.id)


def _is_telling(stage: _Stage, band: int) -> bool:
    return len({stage.originals.get(one, one) for one in stage.bands[band]}) <= CROWDED


def _within(one: Item, other: Item) -> bool:
    return abs(one.at - other.at) <= syndication.WINDOW


def _family(originals: Mapping[ItemId, ItemId], items: Iterable[ItemId]) -> set[ItemId]:
    """Return all that is folded with any of these items, originals and their other copies."""
    heads = {originals.get(one, one) for one in items}
    return heads | {copy for copy, original in originals.items() if original in heads}


def _group(stage: _Stage, item: Item) -> None:
    for story in stage.stories[item.id]:
        if story not in stage.groupings:
            stage.groupings[story] = developments.Grouping(aliases=stage.criteria.aliases.get(story))
        placement = stage.groupings[story].place(item)
        for member in (placement.member, *placement.moved):
            stage.placed[story][member.item] = member.development


def _reported(stage: _Stage, names: Sequence[str]) -> Iterator[Reported]:
    for story, placed in stage.placed.items():
        for development, numbers in _developments(placed).items():
            if len(numbers) > 1:
                yield _report(stage, story, names[development], [stage.items[number] for number in numbers])


def _report(stage: _Stage, story: StoryId, name: str, items: Sequence[Item]) -> Reported:
    publishers = stage.criteria.publishers
    rests = {item.id: origins.origin(item, publishers) for item in items}
    told = origins.corroboration(items, publishers, stage.originals, rests)
    citing = {number: 1 for number, found in rests.items() if found.quote}
    lead = developments.lead(items, citing | {item.id: 2 for item in items if item.id in stage.originals})
    said = tuple(claim for item in items if item.id not in stage.originals for claim in origins.claims(item))
    return Reported(name, story, lead.title, len(items), told, said)


def _played(stage: _Stage, number: ItemId, names: Sequence[str]) -> Played:
    stories = stage.stories[number]
    development = names[stage.placed[stories[0]][number]] if stories else None
    original = stage.originals.get(number)
    return Played(names[number], development, None if original is None else names[original], stories)
