"""The whole service on loopback with a clock of ours: what the tests of the shells play with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiohttp import web

from briefing import app, breaker
from briefing.check import check
from briefing.model import Delivery, FeedState, Item, LaneStanding
from briefing.remember import Report
from briefing.service import Service
from briefing.store import deliveries, feeds, items
from briefing.store.engine import Store
from demo.chat_sink import SECRET, ChatSink
from demo.feed_server import FeedServer
from demo.smtp_sink import SmtpSink
from tests import databases

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
SITE = """
version: 1
site:
  from: "Briefing <briefing@example.org>"
  operator: operator@example.org
  postal_address: 1 Example Street, Example City
  smtp: {host: 127.0.0.1, port: "${SMTP_PORT}", starttls: "off", connections: 1}
defaults: {poll: {every: 15m, spacing: 0s, timeout: 5s}}
channels:
  hook: {type: webhook, url: "${HOOK}", secret: "${SECRET}", allow_private: true}
  slack: {type: slack, url: "${SLACK}", rate: 1000/s, allow_private: true}
  desk: {type: mail, to: desk@example.org}
"""
DAILY = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
lists:
  readers: {title: Readers}
digests:
  daily: {stories: [all], at: "13:00", to: {list: readers}}
"""


class Feeds(FeedServer):
    """A feed server that remembers the headers of requests, and keeps paths waiting for a gate to open."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, Mapping[str, str]]] = []
        self.gates: dict[str, asyncio.Event] = {}

    def asked(self, path: str) -> list[int]:
        """Return the statuses that requests for a path got."""
        return [status for asked, status in self.requests if asked == path]

    async def _answer(self, request: web.Request) -> web.Response:
        self.heard.append((request.path, request.headers))
        if gate := self.gates.get(request.path):
            await gate.wait()
        return await super()._answer(request)


@dataclass(slots=True)
class World:
    """A running service, the servers around it, and its clock."""

    service: Service
    store: Store
    feeds: Feeds
    chat: ChatSink
    mail: SmtpSink
    folder: Path
    setting: app.Setting
    clock: list[datetime] = field(default_factory=lambda: [NOON])

    @property
    def now(self) -> datetime:
        """The service's time."""
        return self.clock[0]

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.clock[0] += timedelta(**by)

    def until(self, hour: int, minute: int = 0) -> None:
        """Move the clock on to the next time it shows this, in UTC."""
        then = self.now.replace(hour=hour, minute=minute)
        self.clock[0] = then if then > self.now else then + timedelta(days=1)

    async def work(self) -> Sequence[Report]:
        """Do all that is due now, as `briefing run --once` does."""
        reports = await self.service.poll()
        await self.service.remind()
        await self.service.publish()
        await self.service.relay.drain()
        return reports

    async def poll(self, **later: float) -> dict[str, str]:
        """Move the clock on, poll what is due, and return each feed's outcome."""
        self.later(**later)
        return {report.feed: report.outcome for report in await self.service.poll()}

    async def deliver(self, **later: float) -> int:
        """Move the clock on, deliver what is due, and return how many attempts that took."""
        self.later(**later)
        return await self.service.relay.drain()

    def enable(self, channel: str) -> LaneStanding:
        """Make a channel live again, as an operator does beside the service; return how it stood."""
        with self.store.transaction() as session:
            return breaker.enable(session, channel=channel, teller=self.service._teller, now=self.now)

    def state(self, feed: str = "one") -> FeedState:
        """Return how a feed stands."""
        with self.store.reading() as session:
            return next(state for state in feeds.states(session) if state.id == feed)

    def items(self) -> tuple[Item, ...]:
        """Return what is stored, newest first."""
        with self.store.reading() as session:
            return items.listing(session)

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return the outbox, oldest first."""
        with self.store.reading() as session:
            return tuple(reversed(deliveries.listing(session, limit=1000)))

    def rows(self, query: str) -> list[Any]:
        """Return the first column of a query."""
        with self.store.reading() as session:
            return [row[0] for row in session.connection().exec_driver_sql(self._sql(query))]

    def events(self, kind: str = "") -> list[str]:
        """Return the keys of the events of a kind that were told."""
        return self.rows(f"SELECT key FROM events WHERE key LIKE '{kind}%' ORDER BY id")

    def execute(self, *statements: str) -> None:
        """Change the database behind the service's back."""
        with self.store.transaction() as session:
            for statement in statements:
                session.connection().exec_driver_sql(self._sql(statement))

    @contextmanager
    def refusing(self, change: str, condition: str) -> Iterator[None]:
        """Let the database refuse a change, such as `UPDATE ON deliveries`, of the rows that NEW says."""
        if self.store.path:
            body = "BEGIN SELECT RAISE(ABORT, 'disk trouble'); END"
            made, ended = f"CREATE TRIGGER refusing BEFORE {change} WHEN {condition} {body}", "DROP TRIGGER refusing"
            self.execute(made)
        else:
            body = "BEGIN RAISE EXCEPTION 'disk trouble'; END"
            self.execute(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
            self.execute(
                f"CREATE TRIGGER refusing BEFORE {change} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()"
            )
            ended = "DROP FUNCTION refuse CASCADE"
        try:
            yield
        finally:
            self.execute(ended)

    def _sql(self, statement: str) -> str:
        return statement if self.store.path else statement.replace("%", "%%")  # psycopg's placeholders begin with one

    def text(self, message: EmailMessage) -> str:
        """Return the plain words of a mail."""
        return self.mail.text(message)

    @asynccontextmanager
    async def again(self, config: str) -> AsyncIterator["World"]:
        """Start another service, with another feeds.yaml, on the same database and among the same servers."""
        async with _service(self.folder, config, self.feeds, self.chat, self.mail, self.store, self.clock) as world:
            yield world


@asynccontextmanager
async def world(folder: Path, config: str, database: str = "") -> AsyncIterator[World]:
    """Start the service with a feeds.yaml that may use ${FEEDS}, ${HOOK}, ${SLACK}, ${SECRET}, ${SMTP_PORT}, ${CHAT…}.

    `database` is the URL of one with our tables and nothing in them; default: a new one of SQLite.
    """
    async with Feeds() as server, ChatSink() as chat:
        with SmtpSink() as mail, databases.postgres(database) if database else databases.sqlite() as store:
            async with _service(folder, config, server, chat, mail, store, [NOON]) as started:
                yield started


@asynccontextmanager
async def _service(
    folder: Path, config: str, server: Feeds, chat: ChatSink, mail: SmtpSink, store: Store, clock: list[datetime]
) -> AsyncIterator[World]:
    path = folder / "feeds.yaml"
    path.write_text(config, encoding="utf-8")
    ports = {"FEEDS": server.url, "HOOK": chat.webhook_url, "SLACK": chat.slack_url, "SECRET": SECRET}
    checked = check(path, {**ports, "SMTP_PORT": str(mail.port), "CHAT": chat.url, "CHAT_PORT": str(chat.port)})
    assert checked.config is not None, checked.problems
    setting = app.Setting(checked.config, folder, clock=lambda: clock[0], jitter=lambda: 0.0)
    async with app.service(setting, store) as service:
        yield World(service, store, server, chat, mail, folder, setting, clock)


async def until(holds: Callable[[], object], *, seconds: float = 5) -> None:
    """Wait, on the real clock, until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - it happens in threads and servers that know no event of ours
            await asyncio.sleep(0.005)


def play(folder: Path, config: str, story: Callable[[World], Awaitable[None]], database: str = "") -> None:
    """Start a world and let a story happen in it."""

    async def played() -> None:
        async with world(folder, config, database) as started:
            await story(started)

    asyncio.run(played())


def live(config: str) -> Callable[[Callable[[World], Awaitable[None]]], Callable[[Path], None]]:
    """Turn a story that happens in a world into a test."""

    def tested(story: Callable[[World], Awaitable[None]]) -> Callable[[Path], None]:
        def test(tmp_path: Path) -> None:
            play(tmp_path, config, story)

        test.__name__, test.__doc__ = story.__name__, story.__doc__
        return test

    return tested


def live_on_both(config: str) -> Callable[[Callable[[World], Awaitable[None]]], Callable[[Path, str], None]]:
    """Turn a story into a test on each database (the fixture `database`)."""

    def tested(story: Callable[[World], Awaitable[None]]) -> Callable[[Path, str], None]:
        def test(tmp_path: Path, database: str) -> None:
            play(tmp_path, config, story, database)

        test.__name__, test.__doc__ = story.__name__, story.__doc__
        return test

    return tested
