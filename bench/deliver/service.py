"""The service as it runs, with a database of its own and readers, and an issue that is due."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from briefing import app, heap
from briefing.check import check
from briefing.cli.logs import set_up
from briefing.clock import Clock, utc_now
from briefing.model import (
    Candidate,
    DeliveryState,
    FeedId,
    Match,
    ParsedItem,
    StoryId,
    Subscription,
    SubscriptionState,
)
from briefing.service import Service
from briefing.store import audience, feeds, issues, items, outbox, stories
from briefing.store.engine import Store
from demo.smtp_sink import SmtpSink

CONFIG = """
version: 1
site:
  from: "Briefing <briefing@example.org>"
  smtp: {{host: 127.0.0.1, port: {port}, starttls: "off", connections: {connections}}}
feeds:
  one: {{url: "https://one.example/feed", title: One, rights: full}}
stories:
{stories}
lists:
  readers: {{title: Readers}}
digests:
  daily: {{stories: [{ids}], at: "00:00", to: [{{list: readers}}], max_items: 100}}
"""
STORIES, ITEMS, DAYS = 4, 44, 700


@asynccontextmanager
async def due(
    port: int, readers: int, *, alerts: int = 0, connections: int = 10, clock: Clock = utc_now
) -> AsyncIterator[Service]:
    """Start the service with an issue written, due to so many readers, who consented on one of 700 days."""
    with TemporaryDirectory(prefix="briefing-bench-") as name:
        folder = Path(name)
        names = [f"story-{number}" for number in range(STORIES)]
        config = CONFIG.format(
            port=port,
            connections=connections,
            stories="\n".join(f"  {one}: {{title: The story {one}, feeds: [one]}}" for one in names),
            ids=", ".join(names),
        )
        (folder / "feeds.yaml").write_text(config)
        checked = check(folder / "feeds.yaml", {})
        assert checked.config is not None, checked.problems
        with closing(Store(f"sqlite:///{folder / 'briefing.db'}")) as store, logged(folder / "log"):
            set_up(checked.config, "")
            store.upgrade()
            _fill(store, names, readers, clock())
            async with app.service(app.Setting(checked.config, folder, clock=clock), store) as service:
                assert len(await service.publish()) == 1
                heap.settle()  # as `briefing run` does once it stands
                yield service
            with store.reading() as session:
                counted = outbox.counts(session)
            assert counted[DeliveryState.SENT] == readers + alerts, counted


@contextmanager
def logged(path: Path) -> Iterator[None]:
    """Let the log go where a service's goes, into a file."""
    with path.open("w") as file:
        before, sys.stderr = sys.stderr, file
        try:
            yield
        finally:
            sys.stderr = before


async def drain(service: Service) -> float:
    """Deliver all that is due and return the seconds that it took."""
    began = time.perf_counter()
    await service.relay.drain()
    return time.perf_counter() - began


def _fill(store: Store, names: list[str], readers: int, now: datetime) -> None:
    chance = random.Random(1)
    began = now - timedelta(hours=2)
    with store.transaction() as session:
        feeds.sync(session, feeds={FeedId("one"): "https://one.example/feed"}, now=began)
        found = [_item(number, now, chance) for number in range(ITEMS)]
        added = items.add(
            session, feed=FeedId("one"), source="One", candidates=found, lang="en", now=began, keep_html=True
        )
        for number, item in enumerate(added):
            stories.match(session, item=item.id, matches=[Match(StoryId(names[number % len(names)]))])
        issues.known_since(session, digest="daily", now=began - timedelta(days=2))
        audience.put(session, subscriptions=[_reader(number, now) for number in range(readers)], now=began)


def _item(number: int, now: datetime, chance: random.Random) -> Candidate:
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(60)]
    key, title, text = f"item-{number}", " ".join(words[:8]).capitalize(), " ".join(words).capitalize() + "."
    at = now - timedelta(hours=3, minutes=number)
    return Candidate(key, ParsedItem(key, f"https://one.example/{key}", title, text=text, published=at), key)


def _reader(number: int, now: datetime) -> Subscription:
    since = now - timedelta(days=number % DAYS, hours=5)
    return Subscription(f"reader{number}@example.org", "readers", SubscriptionState.CONFIRMED, "form", since)


async def mailed(port: int, readers: int, connections: int) -> float:
    """Mail an issue to so many readers; return the seconds from the first claim to the last record."""
    async with due(port, readers, connections=connections) as service:
        return await drain(service)


def sample() -> bytes:
    """Return the message that a reader of the issue gets."""
    with SmtpSink() as sink:
        asyncio.run(mailed(sink.port, 1, 1))
        return sink.received[0].content
