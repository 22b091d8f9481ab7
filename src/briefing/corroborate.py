"""What stands behind a development: its items with who copied whom, who rests on whom, who denies it.

Joins `detect`, which reads texts, and `store`, which knows what was folded and grouped. Apart from `relate`, which
folds and groups; below the shells, because alerts, issues and an operator's question all ask the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from briefing.config import effective
from briefing.config.grammar import Config
from briefing.detect import origins, publishers
from briefing.detect.developments import lead
from briefing.edit import alert
from briefing.model import Corroboration, Development, FeedId, Item, ItemId, Origin, StoryId
from briefing.store import copies, late, tellings
from briefing.store import developments as grouped
from briefing.store import items as stored

_CITES, _COPIES = 1, 2  # how much an item rests on others, for choosing who leads


@dataclass(frozen=True, slots=True)
class Sources:
    """Who counts as whom: families of publishers, and feeds whose items are no source of their own."""

    publishers: publishers.Publishers
    dependent: frozenset[FeedId] = frozenset()


def sources(config: Config) -> Sources:
    """Compile who counts as whom."""
    dependent = (name for name in effective.feeds(config) if not effective.settings(config, name).independent)
    return Sources(publishers.merged(effective.publishers(config)), frozenset(dependent))


def judged(
    session: Session, sources: Sources, *, story: StoryId, developments: Collection[ItemId]
) -> tuple[Development, ...]:
    """Return a story's developments, by the ids of the items that opened them, judged on all their items.

    They come in the order of their first items; one whose items are all forgotten is left out.
    """
    members = grouped.members(session, story=story, developments=developments)
    known = {item.id: item for item in stored.get(session, items=[one for some in members.values() for one in some])}
    folded = {copy.item: copy.original for copy in copies.of_items(session, items=known) if copy.original}
    found = [_judged(sources, story, opener, _ordered(known, some), folded) for opener, some in members.items()]
    return tuple(sorted(found, key=lambda development: (development.items[0].at, development.id)))


def containing(
    session: Session, sources: Sources, *, story: StoryId, items: Collection[ItemId]
) -> tuple[Development, ...]:
    """Return the judged developments of a story that contain any of these items."""
    named = frozenset(grouped.of_items(session, story=story, items=items).values())
    return judged(session, sources, story=story, developments=named)


def growing(
    session: Session, sources: Sources, *, story: StoryId, developments: Collection[ItemId], least: int
) -> tuple[Development, ...]:
    """Return those of these developments, judged, that may come to be told: of so many items, and not told yet."""
    told = grouped.corroborated(session, story=story, developments=developments)
    members = grouped.members(session, story=story, developments=[one for one in developments if one not in told])
    large = [opener for opener, some in members.items() if len(some) >= least]
    return judged(session, sources, story=story, developments=large)


def reach(sources: Sources, development: Development, within: timedelta, *, fresh: Collection[ItemId]) -> int:
    """Count the distinct origins that reported a development within so long a time, `fresh` items among theirs."""
    rests = _rests(sources, development.items)
    came = [item.at for item in development.items if item.id in fresh]
    ends = [item.at for item in development.items if any(at <= item.at <= at + within for at in came)]
    spans = ([item for item in development.items if end - within <= item.at <= end] for end in ends)
    counts = (len(_corroboration(sources, span, development.copies, rests).origins) for span in spans)
    return min(max(counts, default=0), len(development.corroboration.origins))


def may_grow(
    session: Session, sources: Sources, *, fresh: Sequence[Item], members: Collection[ItemId], origins: Collection[str]
) -> bool:
    """Tell whether fresh items may bring a development of these members an origin that it has not, before judging it.

    A large one is judged for a third of a second, and most of what joins it are copies and more of the same sources.
    """
    folded = {copy.item: copy.original for copy in copies.of_items(session, items=[item.id for item in fresh])}
    own = [item for item in fresh if folded.get(item.id) not in members]
    names = {sources.publishers.family(item.source, item.url) for item in own}
    return not names.union(rest.family for rest in _rests(sources, own).values()) <= set(origins)


def holds(sources: Sources, development: Development, within: timedelta, *, least: int, now: datetime) -> bool:
    """Tell whether so many distinct origins reported a development within so long a time up to now."""
    recent = [item for item in development.items if item.at >= now - within]
    found = _corroboration(sources, recent, development.copies, _rests(sources, recent))
    return min(len(found.origins), len(development.corroboration.origins)) >= least


def inhibit(session: Session, *, story: StoryId, items: Collection[ItemId]) -> None:
    """Let each development of these items that is told as reported by many stand for its items' own alerts.

    Those that were sent are sent; those that wait, and go to the same address, are told in the development's last.
    """
    named = frozenset(grouped.of_items(session, story=story, items=items).values())
    told = grouped.corroborated(session, story=story, developments=named)
    for some in grouped.members(session, story=story, developments=told).values():
        alone = [alert.item_keys(story, item)[0] for item in some]
        for told_in in reversed(tellings.keys_of(session, conditions=alert.conditions(story, some))):
            late.inhibit(session, by=told_in, events=alone)


def _ordered(known: Mapping[ItemId, Item], some: Sequence[ItemId]) -> Sequence[Item]:
    return sorted((known[one] for one in some), key=lambda item: (item.at, item.id))


def _judged(
    sources: Sources, story: StoryId, opener: ItemId, reports: Sequence[Item], folded: Mapping[ItemId, ItemId]
) -> Development:
    mine = {item.id: folded[item.id] for item in reports if item.id in folded}
    rests = _rests(sources, reports)
    resting = {number: _CITES for number, origin in rests.items() if origin.quote} | dict.fromkeys(mine, _COPIES)
    own = [item for item in reports if item.id not in mine]
    return Development(
        story=story,
        id=opener,
        lead=lead(reports, resting).id,
        items=tuple(reports),
        copies=mine,
        families={item.id: sources.publishers.family(item.source, item.url) for item in reports},
        corroboration=_corroboration(sources, reports, mine, rests),
        claims=tuple((item.id, claim) for item in own for claim in origins.claims(item)),
    )


def _rests(sources: Sources, reports: Sequence[Item]) -> Mapping[ItemId, Origin]:
    return {item.id: origins.origin(item, sources.publishers) for item in reports}


def _corroboration(
    sources: Sources, reports: Sequence[Item], folded: Mapping[ItemId, ItemId], rests: Mapping[ItemId, Origin]
) -> Corroboration:
    return origins.corroboration(reports, sources.publishers, folded, rests, sources.dependent)
