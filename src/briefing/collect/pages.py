"""The pages behind items, read politely: robots.txt first, then the page, its text taken out in a child.

Apart from `fetch`, which makes one request, and `fulltext`, which reads bytes: this is the order of the two.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from briefing.collect import fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.errors import FeedError
from briefing.model import Failed, Fetched, FetchOutcome, Gone, Page, Request

log = structlog.get_logger()
HOSTS_KEPT = 500
RULES_LIFE = timedelta(hours=24)  # RFC 9309 section 2.4
AGAIN = timedelta(minutes=10)  # when a robots.txt that could not be had is asked for once more
ROBOTS_BYTES = 500 * 2**10  # RFC 9309 section 2.5


@dataclass(frozen=True, slots=True)
class _Rules:
    """A host's robots.txt; None where it could not be had, which forbids everything for a while."""

    text: str | None
    until: datetime


class Pages:
    """Reads pages under the same guard and caps as feeds."""

    def __init__(self, fetcher: Fetcher, isolate: Isolate) -> None:
        self._fetcher, self._isolate = fetcher, isolate
        self._rules: dict[str, asyncio.Task[_Rules]] = {}

    async def read(self, request: Request, *, now: datetime) -> Page | None:
        """Return the page; an empty one where there is nothing for us to read, None where it is worth another try."""
        rules = await self._rules_of(request, now)
        if rules.text is None:
            return None
        if not await asyncio.to_thread(fulltext.robots_allow, rules.text, request.url, request.user_agent):
            log.info("page.disallowed", host=urlsplit(request.url).hostname, by="robots.txt")
            return Page(request.url, "", "")
        async with self._fetcher.holding(request, now=now) as outcome:
            if isinstance(outcome, Fetched):
                return await self._text(outcome)
        log.info("page.unread", host=urlsplit(request.url).hostname, outcome=type(outcome).__name__)
        return Page(request.url, "", "") if _is_final(outcome) else None

    async def _text(self, fetched: Fetched) -> Page:
        try:
            return await self._isolate.page(fetched)
        except FeedError as error:
            log.info("page.unread", host=urlsplit(fetched.url).hostname, reason=str(error))
            return Page(fetched.url, "", "")

    async def _rules_of(self, request: Request, now: datetime) -> _Rules:
        """Return the host's rules, asked for once however many of its pages are wanted at the same time."""
        place = fulltext.robots_url(request.url)
        held = self._rules.get(place)
        if held is None or (held.done() and held.result().until <= now):
            if len(self._rules) >= HOSTS_KEPT:
                self._rules.clear()
            held = self._rules[place] = asyncio.create_task(self._ask(replace(request, url=place), now))
        return await asyncio.shield(held)

    async def _ask(self, request: Request, now: datetime) -> _Rules:
        outcome = await self._fetcher.get(replace(request, max_bytes=ROBOTS_BYTES), now=now)
        if isinstance(outcome, Fetched):
            return _Rules(outcome.body.decode("utf-8", "replace"), now + RULES_LIFE)
        # RFC 9309 section 2.3.1: a host that says there is none allows all, one that cannot answer allows nothing.
        return _Rules("", now + RULES_LIFE) if _is_final(outcome) else _Rules(None, now + AGAIN)


def _is_final(outcome: FetchOutcome) -> bool:
    """Tell whether asking again would bring the same: the server knows of no such page, or not for us."""
    client_error = range(400, 500)
    return isinstance(outcome, Gone) or (isinstance(outcome, Failed) and outcome.status in client_error)
