"""Shell 1: ask the feeds that are due, remember what they tell and whom to tell.

    claim | fetch | parse | sieve | full text | remember: items, stories, series, events, deliveries | one commit

What if we die here? After the claim: the feed comes due again when its claim runs out. Anywhere before the commit:
nothing was stored, no validator was saved, the next poll gets the same document. If we sleep there and another process
polls the feed, what we bring is thrown away (`feeds.held`). After the commit: items, events and
deliveries stand together, and the relay finds them. There is no line between which one of them exists without the rest.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from briefing.arrival import Arrival
from briefing.clock import Clock
from briefing.collect import fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.pages import Pages
from briefing.collect.parse import PARSER_VERSION
from briefing.config.effective import FeedSettings
from briefing.config.grammar import FullText
from briefing.detect import dedupe
from briefing.errors import FeedError
from briefing.model import (
    Failed,
    FeedId,
    FeedState,
    Fetched,
    FetchOutcome,
    NotModified,
    ParsedFeed,
    Request,
    Sieved,
)
from briefing.remember import Report, Rules, remember
from briefing.store import feeds, items
from briefing.store.writer import Writer

log = structlog.get_logger()

PAGES_PER_POLL = 10  # pages read behind one feed's new items in one poll
ABREAST = 10  # polls that begin before others have their turn: to make a request ready takes most of a millisecond
FEEDS_AT_ONCE = 500  # many may wait for one slow host; what is under way is bounded for each host


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
        # Waiting for a busy host can outlast a claim: what is under way stays ours, unless another process takes it.
        under_way = tuple(self._under_way)
        claim = partial(feeds.claim, now=now, lease=lease, limit=free, only=only, but=under_way, force=force)
        claimed = await self._write(claim)
        ours = [state for state in claimed if state.id in self.rules.feeds and state.id not in self._under_way]
        started = [replace(state, url=state.url or self.rules.feeds[state.id].url) for state in ours]
        tasks = []
        for state in started:
            tasks.append(asyncio.create_task(self._poll(state)))
            self._under_way[state.id] = tasks[-1]
            if len(tasks) % ABREAST == 0:
                await asyncio.sleep(0)
        return tasks

    async def finish(self, seconds: float) -> None:
        """Let what is under way end, but no longer than this; claims of the rest run out and they come due again."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)
        await self.cancel()

    async def cancel(self) -> None:
        """Give up all polls under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, state: FeedState) -> Report:
        try:
            arrival = await self._arrive(state, self.rules.feeds[state.id])
            report = await self._remember(arrival)
        except Exception as error:
            # The edge of a poll: a mistake of ours must not stop the other feeds, and its operator hears of it.
            log.exception("poll.broke", feed=state.id)
            report = await self._broke(state, error)
        finally:
            self._under_way.pop(state.id, None)
        level = log.warning if report.error else log.info
        level("poll", feed=report.feed, outcome=report.outcome, new=report.new, error=report.error)
        if report.events:
            self._enqueued()
        return report

    async def _remember(self, arrival: Arrival) -> Report:
        # The clock is read in the transaction: what it stores then lies behind every issue that was written before it,
        # and no issue's period passes over an item that was under way.
        return await self._write(
            lambda session: remember(session, self.rules, arrival, now=self._clock(), jitter=self._jitter())
        )

    async def _broke(self, state: FeedState, error: Exception) -> Report:
        """Record our own mistake on the feed's row, so that it backs off and its operator hears of it."""
        arrival = Arrival(state, Failed(f"internal error: {type(error).__name__}; see the log"))
        try:
            return await self._remember(arrival)
        except Exception as refused:
            # The database, or the same mistake once more: the feed comes back when its claim runs out.
            log.exception("poll.broke", feed=state.id)
            return Report(state.id, "broke", error=type(refused).__name__)

    async def _arrive(self, state: FeedState, settings: FeedSettings) -> Arrival:
        now = self._clock()
        outcome, feed = await self._read(request(settings, state), now)
        if isinstance(outcome, NotModified):
            return await self._with_pages(Arrival(state, outcome), settings, now)
        if feed is None:
            return Arrival(state, outcome)
        sieved = await self._sieve(feed, state, settings, now)
        return await self._with_pages(Arrival(state, outcome, feed, sieved), settings, now)

    async def _read(self, wanted: Request, now: datetime) -> tuple[FetchOutcome, ParsedFeed | None]:
        """Fetch a document and have it read; its bytes are let go of, for what follows can take long."""
        async with self._fetcher.holding(wanted, now=now, parser_version=PARSER_VERSION) as outcome:
            if not isinstance(outcome, Fetched):
                return outcome, None
            try:
                feed = await self._isolate.feed(outcome)
            except FeedError as error:
                return Failed(str(error)), None
        return replace(outcome, body=b""), feed

    async def _sieve(self, feed: ParsedFeed, state: FeedState, settings: FeedSettings, now: datetime) -> Sieved:
        # In a thread: folding the texts of a big feed takes longer than the loop may stand still.
        wanted = await asyncio.to_thread(dedupe.lookup, feed)
        known = await self._write(partial(items.known, feed=state.id, lookup=wanted))
        # What is older than the items we keep may have been told, and forgotten since.
        since = settings.keep if state.primed else settings.since
        return await asyncio.to_thread(dedupe.sieve, feed, known, primed=state.primed, since=since, now=now)

    async def _with_pages(self, arrival: Arrival, settings: FeedSettings, now: datetime) -> Arrival:
        """Read the pages of new items, and those that could not be read before."""
        if settings.full_text is FullText.NEVER:
            return arrival
        pending = partial(items.awaiting_pages, feed=settings.id, now=now, limit=PAGES_PER_POLL)
        late = await self._write(pending)
        new = [c.parsed.url for c in arrival.sieved.new if c.parsed.url] if _reads_pages(arrival.feed, settings) else []
        urls = list(dict.fromkeys([*new, *(item.url for item in late if item.url)]))[:PAGES_PER_POLL]
        pages = await asyncio.gather(*(self._pages.read(page_request(settings, url), now=now) for url in urls))
        texts = {url: page.text for url, page in zip(urls, pages, strict=True) if page}
        return replace(arrival, late=late, wanted=frozenset(new), texts=texts)


def _reads_pages(feed: ParsedFeed | None, settings: FeedSettings) -> bool:
    """Tell whether the pages behind a document's items are to be read; `settings` say never only if never."""
    return feed is not None and (settings.full_text is FullText.ALWAYS or fulltext.ships_excerpts(feed))


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
