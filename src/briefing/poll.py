"""Shell 1: ask the feeds that are due, remember what they tell and whom to tell.

    claim | fetch | parse | sieve | full text | remember: match, advance, events, routes, deliveries | one commit

What if we die here? After the claim: the feed comes due again when its claim runs out. Anywhere before the commit:
nothing was stored, no validator was saved, the next poll gets the same document. After the commit: items, events and
deliveries stand together, and the relay finds them. There is no line between which one of them exists without the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog
from sqlmodel import Session

from briefing.clock import Clock
from briefing.collect import cadence, fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.parse import PARSER_VERSION
from briefing.config.effective import FeedSettings
from briefing.config.grammar import FullText, Rights, Route
from briefing.detect import dedupe, series
from briefing.detect.match import Matcher
from briefing.edit import alert, routing
from briefing.errors import FeedError
from briefing.model import (
    Event,
    Failed,
    FeedId,
    FeedState,
    Fetched,
    FetchOutcome,
    Gone,
    Item,
    ItemId,
    NewDelivery,
    NotModified,
    ParsedFeed,
    Polled,
    Progress,
    Request,
    Sieved,
    StoryId,
    Throttled,
)
from briefing.store import feeds, items, outbox, stories

log = structlog.get_logger()
T = TypeVar("T")

TEXT_LIFE = timedelta(days=30)  # fetched full text is kept this long, for detection alone
PAGES_PER_POLL = 10  # pages read behind one feed's new items in one poll
FEEDS_AT_ONCE = 50


class Writes(Protocol):
    """Runs a function of a session in the next transaction."""

    def __call__(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Return what `work` returned, once committed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about feeds, stories and alerts, compiled."""

    feeds: Mapping[FeedId, FeedSettings]
    matcher: Matcher
    titles: Mapping[StoryId, str]
    serial: Mapping[FeedId, frozenset[StoryId]]  # stories with `series` that read this feed
    routes: Sequence[Route]
    deliveries: Callable[[Event, Sequence[str]], Sequence[NewDelivery]]  # one for each channel


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


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that a poll brought over the network, before anything is decided or written."""

    state: FeedState
    outcome: FetchOutcome
    now: datetime
    feed: ParsedFeed | None = None
    sieved: Sieved = Sieved()
    texts: Mapping[str, str] = field(default_factory=dict)  # candidate key to the page's full text


class Poller:
    """Polls what is due; at most `FEEDS_AT_ONCE` at the same time, one slow feed holds up no other."""

    def __init__(
        self,
        *,
        rules: Rules,
        write: Writes,
        fetcher: Fetcher,
        isolate: Isolate,
        clock: Clock,
        jitter: Callable[[], float],
        enqueued: Callable[[], None],
    ) -> None:
        self.rules = rules
        self._write, self._fetcher, self._isolate = write, fetcher, isolate
        self._clock, self._jitter, self._enqueued = clock, jitter, enqueued
        self._under_way: set[asyncio.Task[Report]] = set()
        self._robots: dict[str, str] = {}

    async def start(
        self, *, only: Collection[FeedId] | None = None, force: bool = False
    ) -> Sequence[asyncio.Task[Report]]:
        """Claim what is due and start polling it; return the tasks without waiting for them."""
        free = FEEDS_AT_ONCE - len(self._under_way)
        if free <= 0:
            return []
        now = self._clock()
        lease = 2 * max((s.deadline for s in self.rules.feeds.values()), default=timedelta(seconds=30))
        claimed = await self._write(
            lambda session: feeds.claim(session, now=now, lease=lease, limit=free, only=only, force=force)
        )
        tasks = [asyncio.create_task(self._poll(state)) for state in claimed if state.id in self.rules.feeds]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return tasks

    async def finish(self) -> None:
        """Wait for all polls under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _poll(self, state: FeedState) -> Report:
        rules = self.rules
        try:
            arrival = await self._arrive(state, rules.feeds[state.id])
            report = await self._write(lambda session: remember(session, rules, arrival, jitter=self._jitter()))
        except Exception as error:
            # The edge of a poll: our own mistake must not stop the other feeds. The claim brings the feed back.
            log.exception("poll.broke", feed=state.id)
            return Report(state.id, "broke", error=type(error).__name__)
        level = log.warning if report.error else log.info
        level("poll", feed=report.feed, outcome=report.outcome, new=report.new, error=report.error)
        if report.events:
            self._enqueued()
        return report

    async def _arrive(self, state: FeedState, settings: FeedSettings) -> Arrival:
        now = self._clock()
        outcome = await self._fetcher.get(request(settings, state), now=now, parser_version=PARSER_VERSION)
        if not isinstance(outcome, Fetched):
            return Arrival(state, outcome, now)
        try:
            feed = await self._isolate.feed(outcome)
        except FeedError as error:
            return Arrival(state, Failed(str(error)), now)
        wanted = dedupe.lookup(feed)
        known = await self._write(lambda session: items.known(session, feed=state.id, lookup=wanted))
        sieved = dedupe.sieve(feed, known, primed=state.primed, since=settings.since, now=now)
        texts = await self._full_texts(feed, sieved, settings, now)
        return Arrival(state, outcome, now, feed, sieved, texts)

    async def _full_texts(
        self, feed: ParsedFeed, sieved: Sieved, settings: FeedSettings, now: datetime
    ) -> Mapping[str, str]:
        auto = settings.full_text is FullText.AUTO and settings.id in self.rules.serial
        if settings.full_text is not FullText.ALWAYS and not (auto and fulltext.ships_excerpts(feed)):
            return {}
        wanted = [(c.key, c.parsed.url) for c in sieved.new if c.parsed.url][:PAGES_PER_POLL]
        pages = await asyncio.gather(*(self._page(url, settings, now) for _, url in wanted if url))
        return {key: text for (key, _), text in zip(wanted, pages, strict=True) if text}

    async def _page(self, url: str, settings: FeedSettings, now: datetime) -> str | None:
        if not await self._allowed(url, settings, now):
            log.info("page.disallowed", feed=settings.id, by="robots.txt")
            return None
        outcome = await self._fetcher.get(page_request(settings, url), now=now)
        if not isinstance(outcome, Fetched):
            log.info("page.unread", feed=settings.id, outcome=type(outcome).__name__)
            return None
        try:
            return (await self._isolate.page(outcome)).text
        except FeedError as error:
            log.info("page.unread", feed=settings.id, reason=str(error))
            return None

    async def _allowed(self, url: str, settings: FeedSettings, now: datetime) -> bool:
        robots = fulltext.robots_url(url)
        if robots not in self._robots:
            outcome = await self._fetcher.get(page_request(settings, robots), now=now)
            found = isinstance(outcome, Fetched)
            self._robots[robots] = outcome.body.decode("utf-8", "replace") if found else ""
        return fulltext.robots_allow(self._robots[robots], url, settings.user_agent)


def request(settings: FeedSettings, state: FeedState) -> Request:
    """Return the conditional GET that polls a feed."""
    return replace(
        page_request(settings, state.url), headers=settings.headers, auth=settings.auth, validators=state.validators
    )


def page_request(settings: FeedSettings, url: str) -> Request:
    """Return a GET of a page behind a feed: the feed's limits and name, none of its credentials."""
    return Request(
        url=url,
        user_agent=settings.user_agent,
        allow_private=settings.allow_private,
        deadline=settings.deadline,
        max_bytes=settings.max_bytes,
    )


def remember(session: Session, rules: Rules, arrival: Arrival, *, jitter: float) -> Report:
    """Write what an arrival means, in the caller's transaction: the feed's row, items, stories, events, deliveries."""
    settings = rules.feeds[arrival.state.id]
    record = polled(arrival, settings, jitter=jitter)
    events = _take_in(session, rules, arrival, settings)
    after = feeds.polled(session, record=record)
    health = alert.feed_event(arrival.state, after, now=arrival.now)
    told = outbox.tell(session, events=[*events, *([health] if health else [])])
    for event in told:
        rows = rules.deliveries(event, routing.channels(event, rules.routes))
        outbox.enqueue(session, deliveries=rows, now=arrival.now)
    if isinstance(arrival.outcome, Throttled) and settings.throttle != "feed":
        scope = cadence.scope(arrival.state.url, settings.throttle)
        others = [f for f, s in rules.feeds.items() if cadence.scope(s.url, settings.throttle) == scope]
        feeds.hold(session, feeds=others, until=record.next_poll_at)
    return Report(
        record.feed, record.outcome, record.items_new, record.items_changed, len(told), record.error, record.next_poll_at
    )


def _take_in(session: Session, rules: Rules, arrival: Arrival, settings: FeedSettings) -> list[Event]:
    """Store what is new or changed and return the events it makes."""
    if arrival.feed is None:
        return []
    feed, sieved, now = arrival.feed, arrival.sieved, arrival.now
    full = settings.rights is Rights.FULL
    source = settings.title or feed.title or settings.id
    added = items.add(
        session,
        feed=settings.id,
        source=source,
        candidates=sieved.new,
        lang=settings.lang or feed.lang,
        now=now,
        keep_html=full,
    )
    changed = items.change(session, changes=sieved.changed, now=now, keep_html=full)
    items.rekey(session, keys=dict(sieved.rekeyed))
    by_key = {c.key: c.parsed.url for c in sieved.new}
    texts = {i.id: arrival.texts[key] for key, i in zip(by_key, added, strict=False) if key in arrival.texts}
    items.put_texts(session, texts=texts, expires=now + TEXT_LIFE)
    events: list[Event] = []
    for item in (*reversed(added), *changed):  # documents run newest first; a series is read oldest first
        events += file(session, rules, item, text=texts.get(item.id, item.text), now=now)
    return events


def file(session: Session, rules: Rules, item: Item, *, text: str, now: datetime) -> Sequence[Event]:
    """File an item under its stories and series; return what is worth telling at once."""
    matches = rules.matcher.stories(item.feed, item.title, text)
    stories.match(session, item=item.id, matches=matches)
    progress: dict[StoryId, Progress] = {}
    for story in rules.serial.get(item.feed, frozenset()):
        ledger = stories.ledger(session, story=story, source=item.source)
        step = series.advance(ledger, item, story=story, text=text, now=now)
        if step and (step.kept or any(m.story == story for m in matches) or step.series.id is not None):
            saved = stories.save(session, series=step.series)
            progress[story] = replace(step, series=saved)
    for story in progress.keys() - {m.story for m in matches}:
        stories.match(session, item=item.id, matches=[series.as_match(story)])
    return alert.events(item, matches, progress, rules.titles, now)
