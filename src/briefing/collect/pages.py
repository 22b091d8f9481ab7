"""The pages behind items, read politely: robots.txt first, then the page, its text taken out in a child.

Apart from `fetch`, which makes one request, and `fulltext`, which reads bytes: this is the order of the two.
"""

from dataclasses import replace
from datetime import datetime

import structlog

from briefing.collect import fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.errors import FeedError
from briefing.model import Fetched, Page, Request

log = structlog.get_logger()
ROBOTS_KEPT = 500  # hosts whose robots.txt is remembered until the next start


class Pages:
    """Reads pages under the same guard and caps as feeds."""

    def __init__(self, fetcher: Fetcher, isolate: Isolate) -> None:
        self._fetcher, self._isolate = fetcher, isolate
        self._robots: dict[str, str] = {}

    async def read(self, request: Request, *, now: datetime) -> Page | None:
        """Return the page, or None (and a log line that says why) when it may not or cannot be read."""
        if not await self._allowed(request, now):
            log.info("page.disallowed", url=request.url, by="robots.txt")
            return None
        outcome = await self._fetcher.get(request, now=now)
        if not isinstance(outcome, Fetched):
            log.info("page.unread", url=request.url, outcome=type(outcome).__name__)
            return None
        try:
            return await self._isolate.page(outcome)
        except FeedError as error:
            log.info("page.unread", url=request.url, reason=str(error))
            return None

    async def _allowed(self, request: Request, now: datetime) -> bool:
        robots = fulltext.robots_url(request.url)
        if robots not in self._robots:
            outcome = await self._fetcher.get(replace(request, url=robots, max_bytes=512 * 2**10), now=now)
            if len(self._robots) >= ROBOTS_KEPT:
                self._robots.clear()
            # RFC 9309 section 2.3.1.3: no robots.txt means that everything is allowed.
            self._robots[robots] = outcome.body.decode("utf-8", "replace") if isinstance(outcome, Fetched) else ""
        return fulltext.robots_allow(self._robots[robots], request.url, request.user_agent)
