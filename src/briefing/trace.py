"""Shell: say of one stored item which stories it belongs to and why, whom it copies, who reports the same, who is told.

    item | matches | copies, origin | developments | series | events and their deliveries, routes | digests

Apart from `follow` and `replay`, which judge what is not stored. What if we die here? Nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from briefing.config.grammar import Config
from briefing.corroborate import Sources, judged
from briefing.detect import origins
from briefing.edit import alert, routing
from briefing.edit.lines import item_line
from briefing.model import (
    MAIL,
    Claim,
    Corroboration,
    DeliveryState,
    Event,
    EventKind,
    FeedId,
    Issue,
    Item,
    ItemId,
    ItemLine,
    Match,
    Origin,
    Promise,
    Series,
    StoryId,
)
from briefing.store import copies, developments, issues, items, stories, traces
from briefing.store.retention import Reach

ISSUES_READ = 50  # of a digest, newest first, to find the one that shows the item


@dataclass(frozen=True, slots=True)
class Copied:
    """What an item is a copy of, and why we think so; `original` None: it was forgotten since."""

    original: ItemLine | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Grouped:
    """The development of an item in a story: the others in it, and how many stand behind it."""

    id: ItemId
    lead: ItemId
    others: tuple[ItemLine, ...]
    copies: int
    corroboration: Corroboration
    claims: tuple[Claim, ...]
    told: bool  # as reported by many


@dataclass(frozen=True, slots=True)
class Part:
    """What an item is to a series: a part of it, the maker of promises, the keeper of others."""

    series: str
    part: int | None
    joined: bool
    made: tuple[Promise, ...]
    kept: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """One delivery of an alert: where it went, and how it stands."""

    event: str
    channel: str
    address: str | None
    state: DeliveryState


@dataclass(frozen=True, slots=True)
class Belonging:
    """All about an item in one of its stories.

    `told` are the keys of events; `silent` says why it was not told itself; `channels` are those its routes name now.
    """

    story: StoryId
    terms: tuple[str, ...]
    development: Grouped | None
    parts: tuple[Part, ...]
    told: tuple[str, ...]
    silent: str | None
    sent: tuple[Sending, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """What a digest does with an item: `issue` shows it; `dealt` says that one did or counted it; or it will."""

    digest: str
    issue: int | None
    dealt: bool
    coming: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything about one item."""

    item: ItemLine
    feed: FeedId
    family: str  # whose publisher's it is
    news: bool
    copy: Copied | None
    copies: tuple[ItemLine, ...]
    origin: Origin
    stories: tuple[Belonging, ...]
    digests: tuple[Issued, ...]


def trace(
    session: Session, config: Config, sources: Sources, *, item: ItemId, reaches: Sequence[Reach]
) -> Trace | None:
    """Return all about a stored item, None if there is none; `reaches` are what the digests' next issues look at."""
    stored = next(iter(items.get(session, items=[item])), None)
    if stored is None:
        return None
    family = copies.families(session, items=[item])
    lines = {one.id: _line(one) for one in items.get(session, items={*family, *family.values()})}
    matched = traces.matches(session, item=item)
    return Trace(
        item=_line(stored),
        feed=stored.feed,
        family=sources.publishers.family(stored.source, stored.url),
        news=stored.news,
        copy=_copied(session, item, lines),
        copies=tuple(line for one, line in lines.items() if family.get(one) == item),
        origin=origins.origin(stored, sources.publishers),
        stories=tuple(_belonging(session, config, sources, stored, match, family) for match in matched),
        digests=tuple(_issued(session, config, stored, {match.story for match in matched}, reaches)),
    )


def _copied(session: Session, item: ItemId, lines: Mapping[ItemId, ItemLine]) -> Copied | None:
    for copy in copies.of_items(session, items=[item]):
        return Copied(lines.get(copy.original) if copy.original else None, copy.evidence)
    return None


def _belonging(
    session: Session, config: Config, sources: Sources, item: Item, match: Match, family: Mapping[ItemId, ItemId]
) -> Belonging:
    grouped = _grouped(session, sources, item.id, match.story)
    own = alert.item_keys(match.story, item.id)
    keys = [*own, *([alert.corroborated_key(match.story, grouped.id)] if grouped else [])]
    again = [f"{key}+" for key in keys]  # what lasts, and was told once more
    told = traces.events(session, keys=keys, prefixes=[f"promise:{match.story}:{item.id}:", *again])
    parts = tuple(_parts(stories.ledger(session, story=match.story), item.id))
    same = [key for one in {*family, *family.values()} - {item.id} for key in alert.item_keys(match.story, one)]
    kind = EventKind.INSTALMENT if any(part.joined for part in parts) else EventKind.ITEM
    return Belonging(
        story=match.story,
        terms=match.terms,
        development=grouped,
        parts=parts,
        told=told,
        silent=None if set(own) & set(told) else _silent(item, traces.events(session, keys=same)),
        sent=tuple(_sent(session, told)),
        channels=routing.channels(Event(kind, own[0], item.at, match.story, feed=item.feed), config.routes),
    )


def _silent(item: Item, same: Sequence[str]) -> str | None:
    """Say why an item was told to nobody as itself."""
    if not item.news:
        return "it is older than what is news on a feed's first poll"
    return f"its text was told before, as {same[0]}" if same else None


def _grouped(session: Session, sources: Sources, item: ItemId, story: StoryId) -> Grouped | None:
    named = developments.of_items(session, story=story, items=[item]).values()
    told = developments.corroborated(session, story=story, developments=named)
    for found in judged(session, sources, story=story, developments=named):
        return Grouped(
            id=found.id,
            lead=found.lead,
            others=tuple(_line(one) for one in found.items if one.id != item),
            copies=len(found.copies),
            corroboration=found.corroboration,
            claims=tuple(claim for _, claim in found.claims),
            told=bool(told),
        )
    return None


def _parts(ledger: Sequence[Series], item: ItemId) -> Iterator[Part]:
    for series in ledger:
        joined = [part for part in series.instalments if part.item == item]
        made = tuple(promise for promise in series.promises if promise.made_by == item)
        kept = tuple(promise for promise in series.promises if promise.kept_by == item)
        if joined or made or kept:
            yield Part(series.title, joined[0].part if joined else None, bool(joined), made, kept)


def _sent(session: Session, told: Sequence[str]) -> Iterator[Sending]:
    for delivery in traces.deliveries(session, events=told):
        address = delivery.recipient.address if delivery.recipient else None
        channel = "mail" if delivery.channel == MAIL else delivery.channel
        yield Sending(delivery.event or "", channel, address, delivery.state)


def _issued(
    session: Session, config: Config, item: Item, matched: set[StoryId], reaches: Sequence[Reach]
) -> Iterator[Issued]:
    dealt = traces.dealt(session, item=item.id)
    since = {reach.digest: reach.since for reach in reaches}
    for name, digest in config.digests.items():
        if name in dealt:
            read = issues.listing(session, digest=name, limit=ISSUES_READ)
            shown = next((issue.number for issue in read if _shows(issue, item.id)), None)
            yield Issued(name, shown, dealt=True, coming=False)
        elif matched.intersection(digest.stories):
            yield Issued(name, None, dealt=False, coming=item.news and item.first_seen >= since[name])


def _shows(issue: Issue, item: ItemId) -> bool:
    lines = (
        line
        for story in issue.stories
        for line in (
            *story.items,
            *(part.item for part in story.parts),
            *(one for told in story.developments for one in (told.lead, *told.also)),
        )
    )
    return any(line.item == item for line in lines)


def _line(item: Item) -> ItemLine:
    return replace(item_line(item, rights_full=False, full_text=None), changed=item.changed_at is not None)
