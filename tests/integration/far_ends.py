"""The far ends of all wires, in this process: sites with feeds, a mail server, a receiver of webhooks.

Apart from `world`, whose servers are real and cost milliseconds a message. They answer as the code at our end of the
wire would put it, and tell the books what they offered and took.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from briefing.collect import child, freshness
from briefing.model import (
    Failed,
    Fetched,
    FetchOutcome,
    Gone,
    NotModified,
    ParsedFeed,
    Request,
    Retry,
    Throttled,
    Verdict,
)
from briefing.send.verdict import Answer, Phase, Unreachable, by_reply
from tests.integration.computer import Disk, Time, loud
from tests.integration.documents import Entry, json_feed
from tests.integration.reckoning import Reckoning

DEADLINE = 20.0  # seconds that a receiver is waited for
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


@dataclass
class Mood:
    """How a far end behaves for the next few times that it is asked."""

    name: str = "ok"
    times: int = 0

    def set(self, name: str, times: int) -> None:
        """Behave so, that many times."""
        self.name, self.times = name, times

    def next(self) -> str:
        """Return how to behave this time."""
        self.times -= 1
        return self.name if self.times >= 0 else "ok"


@dataclass
class Site:
    """The server of one feed: what it offers, and in which mood it is."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    mood: Mood = field(default_factory=Mood)
    tags: bool = True  # it gives an ETag

    def body(self) -> bytes:
        """Return the document as it reads now."""
        return json_feed(*self.entries, title=self.name, base=f"https://{self.name}.example").encode()


def answer(site: Site, request: Request, now: datetime, parser: str, reckoning: Reckoning) -> FetchOutcome:
    """Answer as the fetcher would have it: a request's validators against the document of this moment."""
    match mood := site.mood.next():
        case "404" | "500":
            return Failed(f"answered {mood}", int(mood))
        case "410":
            return Gone(request.url)
        case "429" | "503":
            return Throttled(int(mood), timedelta(minutes=40))
        case "timeout":
            return Failed("no complete answer within 5 s")
        case "garbage":
            return Fetched(request.url, b"<html>not a feed", "text/html", freshness.validators({"etag": '"x"'}, "x"))
    moved = f"https://{site.name}.example/moved" if mood == "moved" else None
    body = site.body()
    digest = freshness.body_hash(body, parser)
    told = freshness.validators({"etag": f'"{digest[:20]}"'} if site.tags else {}, digest)
    asked = freshness.conditions(request.validators, parser)
    if asked.get("If-None-Match") == told.etag is not None or request.validators.body_hash == digest:
        with loud():
            reckoning.unchanged(site.name, site.entries)
        return NotModified(request.validators if site.tags else told, moved_to=moved)
    reckoning.offered(site.name, site.entries, now)
    return Fetched(request.url, body, "application/feed+json", told, moved_to=moved)


class Net:
    """All far ends, in the place of the fetcher, the children, the poster and the mail server's connections."""

    def __init__(self, time: Time, disk: Disk, reckoning: Reckoning) -> None:
        self.time, self.disk, self.reckoning = time, disk, reckoning
        self.sites = {name: Site(name) for name in ("one", "two")}
        self.mail, self.hook = Mood(), Mood()
        self.nobody: set[str] = set()  # addresses that the mail server does not know
        self._read: dict[bytes, ParsedFeed] = {}

    def __call__(self, *_: object, **__: object) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        """End a connection."""

    @asynccontextmanager
    async def holding(
        self, request: Request, *, now: datetime, parser_version: str = "1"
    ) -> AsyncIterator[FetchOutcome]:
        """Answer a poll."""
        await asyncio.sleep(0.1)
        site = self.sites[request.url.removeprefix("https://").partition(".")[0]]
        found = answer(site, request, now, parser_version, self.reckoning)
        self.disk.power.come_by("fetched")
        yield found

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """Read a document as a child would; each once."""
        if fetched.body not in self._read:
            self._read[fetched.body] = child.feed(fetched)
        return self._read[fetched.body]

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False
    ) -> Answer | Unreachable:
        """Take a webhook's body, or not."""
        identity, mood = headers["webhook-id"], self.hook.next()
        self.disk.power.come_by("send")
        await asyncio.sleep(15 if mood == "slow" else 0.05)
        taken = mood in ("ok", "slow", "lost", "500 taken")
        if taken:
            with loud():
                self.reckoning.take(identity, body, lost=mood not in ("ok", "slow"))
            self.disk.power.come_by("taken")
        if mood in ("lost", "timeout"):
            await asyncio.sleep(DEADLINE)
            self.reckoning.answered(identity, "retry")
            return Unreachable("no answer within 20 s")
        status = int(mood[:3]) if mood[0].isdigit() else 204
        kind = "delivered" if status < 300 else "retry" if status in (429, 500) else "dead"
        self.reckoning.answered(identity, kind)
        return Answer(status, {"retry-after": "120"} if status == 429 else {})

    def send(self, *pieces: bytes, sender: str, recipient: str) -> Verdict:
        """Take a mail, or not."""
        message = b"".join(pieces)
        found = MESSAGE_ID.search(message)
        assert found, message
        identity = found[1].decode()
        self.disk.power.come_by("send")
        verdict = self._mailed(identity, message, recipient)
        kind = type(verdict).__name__.lower()
        self.reckoning.answered(identity, kind, refused=recipient if getattr(verdict, "suppress", False) else None)
        return verdict

    def _mailed(self, identity: str, message: bytes, recipient: str) -> Verdict:
        with loud():
            self.reckoning.addressed(identity, recipient)
        mood = self.mail.next()
        if mood == "down":
            return Retry("the mail server cannot be used: Connection refused", stop_channel=True)
        if mood == "refuses us":
            return by_reply(Phase.MAIL, 550, "5.7.1 not you")
        if recipient in self.nobody:
            return by_reply(Phase.RCPT, 550, "5.1.1 no such user here")
        if mood == "later":
            return by_reply(Phase.RCPT, 451, "4.7.1 greylisted")
        if mood == "never":
            return by_reply(Phase.END, 554, "5.7.1 this is spam")
        if mood == "slow":
            self.time.pass_by(90)  # longer than a lease, and the whole machine slept
        with loud():
            self.reckoning.take(identity, message, address=recipient, lost=mood == "lost")
        self.disk.power.come_by("taken")
        if mood == "lost":
            return Retry("the connection to the mail server broke")
        return by_reply(Phase.END, 250, "2.0.0 taken")


def peeking(path: str) -> sqlite3.Connection:
    """Open the file beside the service: what is seen here is committed."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection
