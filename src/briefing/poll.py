"""Shell 1: ask the feeds that are due, remember what they tell and whom to tell.

    claim | fetch | parse | sieve | full text | remember: items, stories, series, events, deliveries | one commit

What if we die here? After the claim: the feed comes due again when its claim runs out. Anywhere before the commit:
nothing was stored, no validator was saved, the next poll gets the same document. After the commit: items, events and
deliveries stand together, and the relay finds them. There is no line between which one of them exists without the rest.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from sqlmodel import Session

from briefing.clock import Clock
from briefing.collect import cadence, fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.outcome import polled
from briefing.collect.pages import Pages
from briefing.collect.parse import PARSER_VERSION
from briefing.config.effective import FeedSettings
from briefing.config.grammar import FullText, Rights
from briefing.detect import dedupe, series
from briefing.detect.match import Matcher
from briefing.edit import alert
from briefing.errors import FeedError
from briefing.model import (
    Event,
    Failed,
    FeedId,
    FeedState,
    Fetched,
    FetchOutcome,
    Item,
    Match,
    NewDelivery,
    ParsedFeed,
    Progress,
    Request,
    Sieved,
    StoryId,
    Throttled,
)
from briefing.store import feeds, items, outbox, stories
from briefing.store.writer import Writer

log = structlog.get_logger()

TEXT_LIFE = timedelta(days=30)  # fetched full text is kept this long, for detection alone
PAGES_PER_POLL = 10  # pages read behind one feed's new items in one poll
FEEDS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about feeds, stories and alerts, compiled."""

    feeds: Mapping[FeedId, FeedSettings]
    matcher: Matcher
    titles: Mapping[StoryId, str]
    serial: Mapping[FeedId, frozenset[StoryId]]  # stories with `series` that read this feed
    tell: Callable[[Event], Sequence[NewDelivery]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that a poll brought over the network, before anything is decided or written."""

    state: FeedState
    outcome: FetchOutcome
    feed: ParsedFeed | None = None
    sieved: Sieved = field(default_factory=Sieved)
    texts: Mapping[str, str] = field(default_factory=dict)  # an item's URL to its page's text


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


class Poller:
    """Polls what is due; at most `FEEDS_AT_ONCE` at the same time, one slow feed holds up no other."""

    def __init__(
        self,
        *,
        rules: Rules,
        write: Writer,
        fetcher: Fetcher,
        isolate: Isolate,
        pages: Pages,
        clock: Clock,
        jitter: Callable[[], float],
        enqueued: Callable[[], None],
    ) -> None:
        self.rules = rules
        self._write, self._fetcher, self._isolate, self._pages = write, fetcher, isolate, pages
        self._clock, self._jitter, self._enqueued = clock, jitter, enqueued
        self._under_way: dict[FeedId, asyncio.Task[Report]] = {}

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
        # Waiting for a busy host can outlast a claim: what is still under way is not started twice.
        started = [state for state in claimed if state.id in self.rules.feeds and state.id not in self._under_way]
        for state in started:
            self._under_way[state.id] = asyncio.create_task(self._poll(state))
        return [self._under_way[state.id] for state in started]

    async def cancel(self) -> None:
        """Give up all polls under way; their claims run out and they come due again."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, state: FeedState) -> Report:
        rules = self.rules
        try:
            arrival = await self._arrive(state, rules.feeds[state.id])
            # The clock is read in the transaction: what it stores then lies behind every issue that was written
            # before it, and no issue's period passes over an item that was under way.
            report = await self._write(
                lambda session: remember(session, rules, arrival, now=self._clock(), jitter=self._jitter())
            )
        except Exception as error:
            # The edge of a poll: a mistake of ours must not stop the other feeds. The claim brings the feed back.
            log.exception("poll.broke", feed=state.id)
            return Report(state.id, "broke", error=type(error).__name__)
        finally:
            self._under_way.pop(state.id, None)
        level = log.warning if report.error else log.info
        level("poll", feed=report.feed, outcome=report.outcome, new=report.new, error=report.error)
        if report.events:
            self._enqueued()
        return report

    async def _arrive(self, state: FeedState, settings: FeedSettings) -> Arrival:
        now = self._clock()
        outcome = await self._fetcher.get(request(settings, state), now=now, parser_version=PARSER_VERSION)
        if not isinstance(outcome, Fetched):
            return Arrival(state, outcome)
        try:
            feed = await self._isolate.feed(outcome)
        except FeedError as error:
            return Arrival(state, Failed(str(error)))
        wanted = dedupe.lookup(feed)
        known = await self._write(lambda session: items.known(session, feed=state.id, lookup=wanted))
        sieved = dedupe.sieve(feed, known, primed=state.primed, since=settings.since, now=now)
        texts = await self._texts(feed, sieved, settings, now)
        return Arrival(state, outcome, feed, sieved, texts)

    async def _texts(
        self, feed: ParsedFeed, sieved: Sieved, settings: FeedSettings, now: datetime
    ) -> Mapping[str, str]:
        excerpts = settings.full_text is FullText.AUTO and fulltext.ships_excerpts(feed)
        if settings.full_text is not FullText.ALWAYS and not excerpts:
            return {}
        wanted = [c.parsed.url for c in sieved.new if c.parsed.url][:PAGES_PER_POLL]
        pages = await asyncio.gather(*(self._pages.read(page_request(settings, url), now=now) for url in wanted))
        return {url: page.text for url, page in zip(wanted, pages, strict=True) if page}


def request(settings: FeedSettings, state: FeedState) -> Request:
    """Return the conditional GET that polls a feed, wherever it moved: it is the feed that may be private."""
    bare = replace(page_request(settings, state.url), allow_private=settings.allow_private)
    return replace(bare, headers=settings.headers, auth=settings.auth, validators=state.validators)


def page_request(settings: FeedSettings, url: str) -> Request:
    """Return a GET of a page behind a feed: the feed's limits and name, none of its credentials.

    A feed that may be private vouches for pages of its own server alone: its links are a stranger's words.
    """
    return Request(
        url=url,
        user_agent=settings.user_agent,
        allow_private=settings.allow_private and _server(url) == _server(settings.url),
        deadline=settings.deadline,
        max_bytes=settings.max_bytes,
    )


def _server(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def remember(session: Session, rules: Rules, arrival: Arrival, *, now: datetime, jitter: float) -> Report:
    """Write all that an arrival means, in the caller's transaction, and say what it was."""
    settings = rules.feeds[arrival.state.id]
    new, changed = _keep(session, arrival, settings, now)
    events = [e for item in (*new, *changed) for e in _file(session, rules, arrival, item, now)]
    ttl = arrival.feed.ttl if arrival.feed else None
    record = polled(
        arrival.state, arrival.outcome, every=settings.every, share=settings.jitter, ttl=ttl, now=now, jitter=jitter
    )
    title = arrival.feed.title if arrival.feed else None
    record = replace(record, title=title, items_new=len(new), items_changed=len(changed))
    after = feeds.polled(session, record)
    health = alert.feed_event(arrival.state, after, now=now)
    told = outbox.tell(session, events=[*events, *([health] if health else [])])
    for event in told:
        outbox.enqueue(session, deliveries=rules.tell(event), now=now)
    if _asks_for_patience(arrival.outcome):
        _hold(session, rules, settings, arrival.state.url, until=record.next_poll_at)
    return Report(record.feed, record.outcome, len(new), len(changed), len(told), record.error, record.next_poll_at)


def _keep(
    session: Session, arrival: Arrival, settings: FeedSettings, now: datetime
) -> tuple[Sequence[Item], Sequence[Item]]:
    """Store what is new or changed; the new oldest first, as a series is read."""
    feed, sieved = arrival.feed, arrival.sieved
    if feed is None:
        return (), ()
    full = settings.rights is Rights.FULL
    new = items.add(
        session,
        feed=settings.id,
        source=settings.title or feed.title or settings.id,
        candidates=sieved.new,
        lang=settings.lang or feed.lang,
        now=now,
        keep_html=full,
    )
    changed = items.change(session, changes=sieved.changed, now=now, keep_html=full)
    items.rekey(session, rekeyed=sieved.rekeyed)
    texts = {item.id: arrival.texts[item.url] for item in new if item.url and item.url in arrival.texts}
    items.put_texts(session, texts=texts, expires=now + TEXT_LIFE)
    upwards = new[::-1]  # documents run newest first, which settles the order of equal times
    return sorted(upwards, key=lambda item: item.at), changed


def _file(session: Session, rules: Rules, arrival: Arrival, item: Item, now: datetime) -> Sequence[Event]:
    """File an item under its stories and series; return what is worth telling at once."""
    text = arrival.texts.get(item.url or "", item.text)
    matches = rules.matcher.stories(item.feed, item.title, text)
    progress: dict[StoryId, Progress] = {}
    for story in sorted(rules.serial.get(item.feed, ())):
        ledger = stories.ledger(session, story=story, source=item.source)
        step = series.advance(ledger, item, story=story, text=text, now=now)
        matched = any(match.story == story for match in matches)
        if step and (matched or step.series.id is not None):  # a known series needs no query to go on
            progress[story] = replace(step, series=stories.save(session, series=step.series))
            matches += () if matched else (Match(story, (step.series.title,)),)
    stories.match(session, item=item.id, matches=matches)
    return alert.events(item, matches, progress, rules.titles, now, full_text=arrival.texts.get(item.url or ""))


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
