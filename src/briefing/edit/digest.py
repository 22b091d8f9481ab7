"""One issue of a digest: what is new since the last, what is still owed, what was corrected.

Apart from `alert`, which tells at once: here a period is weighed, story by story, and may well have nothing to say.
An item stands in one place only: with the first story that knows it as a part, else with the first that matched it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from briefing.config.grammar import Digest
from briefing.edit.lines import awaited, awaited_line, item_line, part_line, reading_order
from briefing.edit.recap import corrected, previously, retitled
from briefing.model import (
    AwaitedLine,
    Development,
    Instalment,
    Issue,
    IssueStory,
    Item,
    ItemId,
    ItemLine,
    Occurrence,
    PartLine,
    PromiseId,
    Series,
    StoryId,
)


@dataclass(frozen=True, slots=True)
class StoryDesk:
    """All that lies ready on one story: `items` new in the period, `changed` in it, the whole ledger of series.

    `developments` are those that contain a new item, judged on all they contain.
    `full_texts` holds whole texts, for reading times alone; `full_rights` the items that may be republished whole.
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
    shares = _awaited_once([_share(desk, digest.max_items, previous) for desk in desks])
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


def _share(desk: StoryDesk, max_items: int, previous: Issue | None) -> IssueStory:
    parts = tuple(_parts(desk))
    in_parts = {part.item.item for part in parts}
    rest = sorted((item for item in desk.items if item.id not in in_parts), key=_newest_first)
    kept = rest[: max(0, max_items - len(parts))]
    corrections = corrected(desk.changed, previous, full_rights=desk.full_rights)
    told = IssueStory(
        story=desk.story,
        title=desk.title,
        parts=parts,
        items=tuple(_line(desk, item) for item in _by_source(kept)),
        awaited=_awaited(desk),
        corrections=corrections,
        more=len(rest) - len(kept),
    )
    again = {line.item for line in corrections}
    recap = tuple(line for line in previously(previous, desk.story) if line.item not in again)
    return replace(told, previously=recap) if _is_news(told) else told


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


def _by_source(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items, newest first, source by source: the source with the newest item leads."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.source, []).append(item)
    return (item for group in groups.values() for item in group)


def _is_news(told: IssueStory) -> bool:
    return bool(told.parts or told.items or told.corrections or told.more)


def _says_something(told: IssueStory, previous: Issue | None) -> bool:
    listed = {_promise(line) for old in (previous.stories if previous else ()) for line in old.awaited}
    promised = any(_promise(line) not in listed for line in told.awaited)
    return bool(told.parts or told.items or told.more) or promised or retitled(told.corrections, previous)


def _promise(line: AwaitedLine) -> tuple[object, ...]:
    """Return what a promise is to a reader; the name of its series may still change."""
    return (line.source, line.part, line.title, line.quote)
