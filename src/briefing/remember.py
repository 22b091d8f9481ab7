"""What an arrival means, written in one transaction: items, texts, stories, series, events, deliveries, the feed's row.

    keep the items | file each under its stories and series | fold copies, group developments | tell | record the poll

Apart from `poll`, which brings arrivals over the network: here nothing waits for anything, and all of it commits or
none. Below the shells, beside `tell`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from sqlmodel import Session

from briefing.acknowledged import noted
from briefing.again import Ears, Tell, again, known
from briefing.arrival import Arrival, catch_up, keep
from briefing.collect import cadence
from briefing.collect.outcome import polled
from briefing.config.effective import FeedSettings
from briefing.config.grammar import Corroborate
from briefing.config.series import SeriesRule
from briefing.corroborate import Sources, growing, inhibit, judged, may_grow, reach
from briefing.detect import rhythm, series
from briefing.detect.match import Matcher
from briefing.edit import alert
from briefing.model import (
    Event,
    EventKind,
    FeedId,
    FeedState,
    Fetched,
    FetchOutcome,
    Item,
    ItemId,
    Match,
    NewDelivery,
    NotModified,
    Progress,
    StoryId,
    Throttled,
)
from briefing.mute import mute
from briefing.relate import Groupings, fold
from briefing.store import copies, developments, engine, feeds, items, outbox, stories

log = structlog.get_logger()
LATEST = 20  # items of a feed that show its rhythm
Owed = Sequence[tuple[datetime, timedelta] | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about feeds, stories and alerts, compiled."""

    feeds: Mapping[FeedId, FeedSettings]
    matcher: Matcher
    titles: Mapping[StoryId, str]
    serial: Mapping[FeedId, frozenset[StoryId]]  # stories with `series` that read this feed
    series: Mapping[StoryId, SeriesRule]  # of those stories
    sources: Sources
    groupings: Groupings
    corroborate: Mapping[StoryId, Corroborate]
    max_age: timedelta  # of an alert that is told by itself
    tell: Tell
    ears: Ears
    repeat: timedelta | None  # the shortest of any route


@dataclass(frozen=True, slots=True)
class Filed:
    """An item with the text it is judged by, the stories it went to, and what it gives to tell."""

    item: Item
    stories: tuple[StoryId, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What one poll of one feed did."""

    feed: FeedId
    outcome: str
    new: int = 0
    changed: int = 0
    events: int = 0
    error: str | None = None
    next_poll_at: datetime | None = None


def remember(session: Session, rules: Rules, arrival: Arrival, *, now: datetime, jitter: float) -> Report:
    """Write all that an arrival means, in the caller's transaction, and say what it was."""
    settings = rules.feeds[arrival.state.id]
    if not feeds.held(session, state=arrival.state):  # we slept, and another process has polled it since
        return Report(settings.id, "overtaken")
    new, changed = keep(session, arrival, settings, now)
    late = catch_up(session, arrival, now)
    if new or changed or late:
        engine.queue(session)  # first, so that two workers never wait for each other's series
    filed = [_file(session, rules, arrival, item, now) for item in (*new, *changed, *late)]
    events = _compare(session, rules, filed, {item.id for item in new}, now) if filed else ()
    owed = _owed(session, rules, settings, now)
    record = polled(
        arrival.state,
        arrival.outcome,
        every=settings.every,
        share=settings.jitter,
        feed=arrival.feed,
        now=now,
        jitter=jitter,
        pace=_pace(session, settings, owed, now) if isinstance(arrival.outcome, Fetched | NotModified) else None,
        awaited=bool(owed),
    )
    record = replace(record, items_new=len(new), items_changed=len(changed))
    after = feeds.polled(session, record)
    health = alert.feed_event(arrival.state, after, now=now)
    told = outbox.tell(session, events=noted(session, [*events, *([health] if health else [])]))
    outbox.enqueue(
        session, deliveries=_deliveries(rules, told, late=_late(arrival.state, settings, rules.max_age, now)), now=now
    )
    mute(session, told=told, now=now)
    told += tuple(_grown(session, rules, filed, {item.id for item in new}, now))
    for story in rules.corroborate if filed else ():
        inhibit(session, story=story, items=[one.item.id for one in filed if story in one.stories])
    if _asks_for_patience(arrival.outcome):
        _hold(session, rules, settings, arrival.state.url, until=record.next_poll_at)
    return Report(record.feed, record.outcome, len(new), len(changed), len(told), record.error, record.next_poll_at)


def _owed(session: Session, rules: Rules, settings: FeedSettings, now: datetime) -> Owed:
    """Return when each part that a feed's series owe should appear, None where nobody knows."""
    waiting = stories.awaiting(session, stories=rules.serial.get(settings.id, frozenset()))
    mine = [
        one
        for one in waiting
        if one.feed in {settings.id, None} and series.is_watched(one, rules.series[one.story].match)
    ]
    return [when for one in mine for when in rhythm.owed(one, rules.series[one.story].remind_after, now)]


def _pace(session: Session, settings: FeedSettings, owed: Owed, now: datetime) -> timedelta:
    """Return the interval that suits a feed: what its series owe makes it shorter, its own rhythm longer."""
    times = items.times(session, feed=settings.id, limit=LATEST)
    return cadence.interval(settings.every, relax=settings.relax, times=times, owed=owed, now=now)


def _deliveries(rules: Rules, told: Sequence[Event], *, late: bool) -> Sequence[NewDelivery]:
    """Return the rows that tell events; that a series began, nobody is told who is told of the item anyway."""
    rows: list[NewDelivery] = []
    heard: set[tuple[ItemId | None, object]] = set()
    for event in told:
        about = event.item.item if event.item else None
        mine = [(row, (about, (row.channel, row.recipient))) for row in rules.tell(event, late=late)]
        rows += [row for row, ear in mine if event.kind is not EventKind.NEW_SERIES or ear not in heard]
        heard.update(ear for _, ear in mine)
    return rows


def _late(state: FeedState, settings: FeedSettings, max_age: timedelta, now: datetime) -> bool:
    """Tell whether a feed was not read for so long that what it brings is no news: we slept, or it was away.

    One that is polled seldom is not late for that.
    """
    usual = 2 * settings.relax * settings.every
    return state.last_ok_at is not None and now - state.last_ok_at > max(max_age, usual)


def _file(session: Session, rules: Rules, arrival: Arrival, item: Item, now: datetime) -> Filed:
    """File an item under its stories and series; return it with what is worth telling at once."""
    full_text = arrival.texts.get(item.url or "") or None
    text = full_text or item.text
    matches = rules.matcher.stories(item.feed, item.title, text)
    progress: dict[StoryId, Progress] = {}
    for story in sorted(rules.serial.get(item.feed, ())):
        ledger = stories.ledger(session, story=story, hold=True)
        step = series.advance(ledger, item, story=story, text=text, now=now, only=rules.series[story].match)
        matched = any(match.story == story for match in matches)
        if step and (matched or step.series.id is not None):  # a known series needs no query to go on
            progress[story] = replace(step, series=stories.save(session, series=step.series))
            matches += () if matched else (Match(story, (step.series.title,)),)
    stories.match(session, item=item.id, matches=matches)
    events = alert.events(item, matches, progress, rules.titles, now, full_text=full_text)
    return Filed(replace(item, text=text), tuple(dict.fromkeys(match.story for match in matches)), events)


def _compare(
    session: Session, rules: Rules, filed: Sequence[Filed], new: Collection[ItemId], now: datetime
) -> Sequence[Event]:
    """Fold and group what arrived; return what is worth telling of it, each text once, and what many report by now."""
    arrived = list({one.item.id: one.item for one in filed}.values())  # one may be changed and late
    fold(session, rules.sources.publishers, arrived, changed=[item.id for item in arrived if item.id not in new])
    events = _once(session, [event for one in filed for event in one.events])
    fresh = {item.id for item in arrived if item.id in new and item.news}
    for story in sorted({story for one in filed for story in one.stories}):
        mine = [one.item for one in filed if story in one.stories]
        grown = rules.groupings.place(session, story=story, arrived=mine)
        events += _corroborated(session, rules, story, grown, fresh, now)
    return events


def _once(session: Session, events: Sequence[Event]) -> list[Event]:
    """Leave out each item whose text was told in its story before, by whomever it was printed."""
    told: list[Event] = []
    mine = [event.item.item for event in events if event.item and event.kind is EventKind.ITEM]
    folded = copies.families(session, items=mine)
    for event in events:
        same = _same_text(folded, event.item.item) if event.item and event.kind is EventKind.ITEM else ()
        keys = [key for one in same for key in alert.item_keys(StoryId(event.story or ""), one)]
        if not outbox.told(session, keys=keys) and not {before.key for before in told}.intersection(keys):
            told.append(event)
    return told


def _same_text(folded: Mapping[ItemId, ItemId], item: ItemId) -> Collection[ItemId]:
    """Return the others that are folded with an item."""
    head = folded.get(item, item)
    return {head, *(copy for copy, original in folded.items() if original == head)} - {item}


def _grown(
    session: Session, rules: Rules, filed: Sequence[Filed], new: Collection[ItemId], now: datetime
) -> Iterator[Event]:
    """Tell again of each development that was told as reported by many, where more report it by now."""
    for story in rules.corroborate:
        fresh = {
            one.item.id: one.item for one in filed if story in one.stories and one.item.id in new and one.item.news
        }
        placed = developments.of_items(session, story=story, items=fresh)
        told = developments.corroborated(session, story=story, developments=frozenset(placed.values()))
        for opener, some in developments.members(session, story=story, developments=told).items():
            mine = [fresh[one] for one, development in placed.items() if development == opener]
            log = known(session, alert.conditions(story, some))
            if log and may_grow(session, rules.sources, fresh=mine, members=some, origins=log.origins):
                (development,) = judged(session, rules.sources, story=story, developments=[opener])
                event = alert.many(development, title=rules.titles.get(story), now=now)
                yield from again(session, rules.tell, rules.ears, event, log, holds=False, now=now)


def _corroborated(
    session: Session, rules: Rules, story: StoryId, grown: Collection[ItemId], fresh: Collection[ItemId], now: datetime
) -> Iterator[Event]:
    """Yield an event for each development that has come to be reported by as many as its story asks for."""
    rule = rules.corroborate.get(story)
    if rule is None or not fresh:
        return
    for development in growing(session, rules.sources, story=story, developments=grown, least=rule.sources):
        reached = reach(rules.sources, development, rule.within, fresh=fresh)
        title = rules.titles.get(story)
        if event := alert.corroborated(development, reached, sources=rule.sources, title=title, now=now):
            developments.corroborate(session, story=story, told={development.id: now})
            yield event


def _asks_for_patience(outcome: FetchOutcome) -> bool:
    """Tell whether an answer speaks for the whole host: a 503 that says no time is one feed's own trouble."""
    return isinstance(outcome, Throttled) and (
        outcome.retry_after is not None or outcome.status == HTTPStatus.TOO_MANY_REQUESTS
    )


def _hold(session: Session, rules: Rules, settings: FeedSettings, url: str, *, until: datetime) -> None:
    """Keep the other feeds of a throttling host or domain waiting as long."""
    scope = cadence.scope(url, settings.throttle)
    others = [f for f, s in rules.feeds.items() if cadence.scope(s.url, settings.throttle) == scope]
    feeds.hold(session, feeds=[f for f in others if f != settings.id], until=until)
