"""One issue of a digest: what is new since the last, what is still owed, what was corrected.

Apart from `alert`, which tells at once: here a period is weighed, story by story, and may well have nothing to say.
An item stands in one place only: with the first story that knows it as a part, else with the first that matched it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from briefing.config.grammar import Digest
from briefing.edit.developments import by_source, development_line, grouped, ranked
from briefing.edit.lines import awaited, awaited_line, item_line, part_line, reading_order
from briefing.edit.recap import corrected, previously, retitled, sent_on
from briefing.model import (
    AwaitedLine,
    Development,
    DevelopmentLine,
    FeedId,
    Instalment,
    Issue,
    IssueStory,
    Item,
    ItemId,
    ItemLine,
    Link,
    Occurrence,
    PartLine,
    PromiseId,
    Series,
    StoryId,
)


@dataclass(frozen=True, slots=True)
class StoryDesk:
    """All that lies ready on one story: `items` new in the period, `changed` in it, the whole ledger of series.

    `developments` are those that new items are in, judged, with all their items; an item in none stands alone.
    `full_texts` holds whole texts, for reading times alone; `full_rights` the items that may be republished whole;
    `related` what items point to beside themselves; `weights` what feeds weigh, 1 where it is not said.
    """

    story: StoryId
    title: str
    items: tuple[Item, ...] = ()
    changed: tuple[Item, ...] = ()
    series: tuple[Series, ...] = ()
    overdue: frozenset[PromiseId] = frozenset()
    full_rights: frozenset[ItemId] = frozenset()
    full_texts: Mapping[ItemId, str] = field(default_factory=dict)
    developments: tuple[Development, ...] = ()
    related: Mapping[ItemId, tuple[Link, ...]] = field(default_factory=dict)
    weights: Mapping[FeedId, float] = field(default_factory=dict)


def compose(
    *,
    digest_id: str,
    digest: Digest,
    stories: Sequence[StoryDesk],
    occurrence: Occurrence,
    number: int,
    zone: str,
    locale: str,
    since: datetime,
    until: datetime,
    previous: Issue | None,
) -> Issue | None:
    """Return the issue of one occurrence over [since, until), or None when there is nothing to say.

    Something to say is a part, an item, a changed headline, or a promise the last issue did not list. What has long
    been awaited, and corrections of wording, speak only beside these, or under `send_when_empty`.
    """
    desks = _each_once(stories)
    fresh = frozenset(item.id for desk in desks for item in desk.items)
    shares = _awaited_once([_share(desk, fresh, digest.max_items, previous) for desk in desks])
    if not digest.send_when_empty and not any(_says_something(told, previous) for told in shares):
        return None
    filled = tuple(told for told in shares if _is_news(told) or told.awaited)
    return Issue(
        digest=digest_id,
        number=number,
        nominal=occurrence.nominal,
        slot=occurrence.slot,
        zone=zone,
        locale=locale,
        template=digest.template,
        since=since,
        until=until,
        stories=filled or shares,
    )


def _each_once(desks: Sequence[StoryDesk]) -> list[StoryDesk]:
    """Leave each item on one desk, once; one that is new in this issue needs no correction."""
    owner: dict[ItemId, int] = {}
    corrector: dict[ItemId, int] = {}
    for place, desk in enumerate(desks):
        for item_id in {item.id for item in desk.items} & _instalments(desk).keys():
            owner.setdefault(item_id, place)
    for place, desk in enumerate(desks):
        for item in desk.items:
            owner.setdefault(item.id, place)
    for place, desk in enumerate(desks):
        for item in desk.changed:
            corrector.setdefault(item.id, -1 if item.id in owner else place)
    return [
        replace(desk, items=_of(place, desk.items, owner), changed=_of(place, desk.changed, corrector))
        for place, desk in enumerate(desks)
    ]


def _of(place: int, items: Sequence[Item], owner: Mapping[ItemId, int]) -> tuple[Item, ...]:
    return tuple({item.id: item for item in items if owner[item.id] == place}.values())


def _awaited_once(shares: Sequence[IssueStory]) -> tuple[IssueStory, ...]:
    seen: set[AwaitedLine] = set()
    left: list[IssueStory] = []
    for told in shares:
        left.append(replace(told, awaited=tuple(line for line in told.awaited if line not in seen)))
        seen.update(told.awaited)
    return tuple(left)


def _share(desk: StoryDesk, fresh: frozenset[ItemId], max_items: int, previous: Issue | None) -> IssueStory:
    parts = tuple(_parts(desk))
    told = _developments(desk, fresh, {part.item.item for part in parts}, previous)
    room = max(0, max_items - len(parts))
    corrections = corrected(desk.changed, previous, full_rights=desk.full_rights)
    share = IssueStory(
        story=desk.story,
        title=desk.title,
        parts=parts,
        developments=by_source(told[:room]),
        awaited=_awaited(desk),
        corrections=corrections,
        more=sum(development.reports for development in told[room:]),
    )
    again = {line.item for line in corrections}
    recap = tuple(line for line in previously(previous, desk.story) if line.item not in again)
    return replace(share, previously=recap) if _is_news(share) else share


def _developments(
    desk: StoryDesk, fresh: frozenset[ItemId], in_parts: Collection[ItemId], previous: Issue | None
) -> tuple[DevelopmentLine, ...]:
    """Return what is new on a desk and no part of a series, as developments, the weightiest first."""
    rest = sorted((item for item in desk.items if item.id not in in_parts), key=_newest_first)
    new, sent = frozenset(item.id for item in rest), sent_on(previous)
    return tuple(
        development_line(
            development,
            new=new,
            fresh=fresh,
            full_rights=desk.full_rights,
            full_texts=desk.full_texts,
            related=desk.related,
            sent=sent,
        )
        for development in ranked(grouped(desk.story, rest, desk.developments), new=new, weights=desk.weights)
    )


def _parts(desk: StoryDesk) -> Iterator[PartLine]:
    """Yield the new items that are instalments, series by series in reading order."""
    new = {item.id: item for item in desk.items}
    for item_id, (series, part) in _instalments(desk).items():
        if item_id in new:
            yield part_line(_line(desk, new[item_id]), series, part, new=new.keys())


def _instalments(desk: StoryDesk) -> dict[ItemId, tuple[Series, Instalment]]:
    """Return each instalment with the first series it belongs to, in reading order."""
    found: dict[ItemId, tuple[Series, Instalment]] = {}
    for series in desk.series:
        for part in reading_order(series):
            found.setdefault(part.item, (series, part))
    return found


def _line(desk: StoryDesk, item: Item) -> ItemLine:
    return item_line(item, rights_full=item.id in desk.full_rights, full_text=desk.full_texts.get(item.id))


def _awaited(desk: StoryDesk) -> tuple[AwaitedLine, ...]:
    open_ = [(series, promise) for series in desk.series for promise in awaited(series)]
    lines = [replace(awaited_line(series, one), overdue=one.id in desk.overdue) for series, one in open_]
    return tuple(sorted(lines, key=lambda line: line.promised_at))


def _newest_first(item: Item) -> tuple[float, int]:
    return (-item.at.timestamp(), item.id)


def _is_news(told: IssueStory) -> bool:
    return bool(told.parts or told.developments or told.corrections or told.more)


def _says_something(told: IssueStory, previous: Issue | None) -> bool:
    listed = {_promise(line) for old in (previous.stories if previous else ()) for line in old.awaited}
    promised = any(_promise(line) not in listed for line in told.awaited)
    return bool(told.parts or told.developments or told.more) or promised or retitled(told.corrections, previous)


def _promise(line: AwaitedLine) -> tuple[object, ...]:
    """Return what a promise is to a reader; the name of its series may still change."""
    return (line.source, line.part, line.title, line.quote)
