"""An edit of feeds.yaml that is right is taken up at once; one that is wrong changes nothing but what is told."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from briefing import app
from briefing.check import Checked, check
from briefing.cli.run import _until_stopped, note_reload
from briefing.clock import utc_now
from briefing.config.grammar import AudienceList
from briefing.enrol import add
from briefing.errors import Problem
from briefing.model import Series, StoryId, notes
from briefing.store import engine, feeds, items, stories
from briefing.store.engine import Store
from briefing.watch import Watch
from demo.feed_server import FeedServer
from tests.integration.command import call, write_config
from tests.integration.documents import Entry, rss
from tests.integration.world import SITE, World, live, until

ONE = """
version: 1
site: {from: a@example.org}
defaults: {poll: {spacing: 0s}}
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it}
"""
TWO = ONE.replace("stories:", '  two: {url: "${FEEDS}/two.rss", allow_private: true, title: Two}\nstories:')
BROKEN = ONE.replace("title: One", "titel: One")


@dataclass(slots=True)
class Kept:
    """A service that is kept running, and what its watch told."""

    path: Path
    store: Store
    server: FeedServer
    watch: Watch
    told: list[Checked] = field(default_factory=list)

    def edit(self, text: str) -> None:
        """Save the file and ask for a look, as SIGHUP does."""
        self.path.write_text(text)
        self.watch.wake.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(15):
            while not holds():  # noqa: ASYNC110 - the far end of a wire sets no event
                await asyncio.sleep(0.02)

    def polled(self, path: str) -> int:
        """Count the requests for a feed."""
        return sum(asked == path for asked, _ in self.server.requests)


@asynccontextmanager
async def kept(folder: Path) -> AsyncIterator[Kept]:
    """Keep a service running on the first configuration."""
    async with FeedServer() as server:
        for name in ("one", "two"):
            server.put(f"/{name}.rss", rss(Entry("1", f"An item of {name}")))
        path, environ = folder / "feeds.yaml", {"FEEDS": server.url}
        path.write_text(ONE)
        config = check(path, environ).config
        assert config is not None
        told: list[Checked] = []

        async def tell(checked: Checked) -> None:
            told.append(checked)

        watch, stop = Watch(path, environ, told=tell), asyncio.Event()
        with closing(Store(f"sqlite:///{folder / 'test.db'}")) as store:
            store.upgrade()
            running = asyncio.create_task(app.keep(app.Setting(config, folder), store, watch=watch, stop=stop))
            yield Kept(path, store, server, watch, told)
            stop.set()
            await asyncio.wait_for(running, 10)


def test_a_right_edit_is_taken_up_and_what_left_the_file_keeps_its_history(tmp_path: Path) -> None:
    async def play() -> None:
        async with kept(tmp_path) as it:
            await it.until(lambda: it.polled("/one.rss"))
            it.edit(TWO)
            await it.until(lambda: it.polled("/two.rss"))
            it.edit(TWO.replace('  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}\n', ""))
            await it.until(lambda: len(it.told) == 2)
            await it.until(lambda: [state.id for state in _states(it.store)] == ["two"])
            with it.store.reading() as session:
                assert {item.source for item in items.listing(session)} == {"One", "Two"}

    asyncio.run(play())


def test_a_wrong_edit_is_told_and_the_one_before_it_stays(tmp_path: Path) -> None:
    async def play() -> None:
        async with kept(tmp_path) as it:
            await it.until(lambda: it.polled("/one.rss"))
            it.edit(BROKEN)
            await it.until(lambda: it.told)
            assert 'did you mean "title"?' in it.told[0].problems[0].hint
            assert [state.id for state in _states(it.store)] == ["one"]
            it.edit(TWO)
            await it.until(lambda: it.polled("/two.rss"))

    asyncio.run(play())


def _states(store: Store) -> tuple[feeds.FeedState, ...]:
    with store.reading() as session:
        return feeds.states(session)


# --- what left the file and came back --------------------------------------------------------------------------------

FOLLOWED = """
lists: {guild: {title: The guild}}
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: The One}
stories:
  all: {title: All of it, feeds: [one], series: {}}
digests:
  daily: {stories: [all], at: "13:00", to: [{list: guild}]}
routes:
  - {when: {event: item}, to: [hook]}
  - {when: {event: promise}, to: [hook]}
"""
PROMISE = "Coming up in Part 2: The Keeper of the Lanterns."


def news(world: World, number: int, text: str = "A short text.") -> Entry:
    return Entry(str(number), f"Report number {number}", world.now - timedelta(minutes=10), text)


async def next_issue(world: World, *entries: Entry) -> list[EmailMessage]:
    """Let the next 13:00 come with these entries in the feed; return the mails of it."""
    world.feeds.put("/one.rss", rss(*entries, base=world.feeds.url))
    await world.work()
    before = len(world.mail.received)
    world.until(13)
    await world.work()
    return world.mail.messages[before:]


@live(SITE + FOLLOWED)
async def test_what_vanishes_from_the_file_and_comes_back_goes_on_where_it_was(world: World) -> None:
    """Nothing is told again, issues are counted on, readers stay, and what was promised is still awaited."""
    with world.store.transaction() as session:
        add(session, lists={"guild": AudienceList(title="The guild")}, address="ann@example.org", to="guild",
            consent="form of 3 May", now=world.now)  # fmt: skip
    first = news(world, 1, PROMISE)
    (issue,) = await next_issue(world, first)
    told, ledger = world.events(), _ledger(world)
    assert "Report number 1" in world.text(issue)
    assert [promise.state for series in ledger for promise in series.promises] == ["awaited"]

    async with world.again(SITE) as without:
        without.later(days=1)
        assert list(await without.work()) == []
        assert (without.events(), len(without.mail.received)) == (told, 1)

    async with world.again(SITE + FOLLOWED) as back:
        back.later(hours=1)
        await back.work()
        assert back.events() == told
        (issue,) = await next_issue(back, first, news(back, 2))
        assert issue["To"] == "ann@example.org"
        assert "Report number 2" in back.text(issue)
        assert back.rows("SELECT number FROM issues ORDER BY id") == [1, 2]
        assert [key for key in back.events() if key not in told] == ["item:all:2"]
        assert _ledger(back) == ledger


def _ledger(world: World) -> tuple[Series, ...]:
    with world.store.reading() as session:
        return stories.ledger(session, story=StoryId("all"))


# --- what is told of it ----------------------------------------------------------------------------------------------


def metric(folder: Path, name: str) -> float | None:
    """Return a figure of `status --metrics` about the configuration."""
    told = call("status", "--metrics", "--config", str(folder / "feeds.yaml"), "--database", _database(folder))
    families = text_string_to_metric_families(told.stdout)
    return next((f.samples[0].value for f in families if f.name == f"briefing_config_last_reload_{name}"), None)


def test_a_refused_edit_shows_in_the_metric_until_it_is_mended(tmp_path: Path, quiet: None) -> None:
    """As `briefing run` does it: what an earlier run noted is past once it has begun, and SIGHUP makes it look."""
    right, began = write_config(tmp_path).read_text(), utc_now()
    with closing(Store(_database(tmp_path))) as store:
        store.upgrade()
        note_reload(store, [Problem("error", "of an earlier run", "feeds")], began)
        assert metric(tmp_path, "successful") == 0
        asyncio.run(_edited(tmp_path, store, right))
    assert metric(tmp_path, "successful") == 1
    assert began.timestamp() < (metric(tmp_path, "timestamp_seconds") or 0) <= utc_now().timestamp()


@pytest.fixture
def quiet() -> Iterator[None]:
    """How the service logs is no matter of the next test."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


async def _edited(folder: Path, store: Store, right: str) -> None:
    path = folder / "feeds.yaml"
    config = check(path, {}).config
    assert config is not None
    running = asyncio.create_task(_until_stopped(app.Setting(config, folder), store, path, ""))
    await until(lambda: not _refused(store))
    for text, words in ((right.replace("query", "qery"), "qery"), (right, "")):
        path.write_text(text)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda words=words: words in (said := _refused(store)) and bool(words) == bool(said))
        assert metric(folder, "successful") == (not words)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 12)


def _refused(store: Store) -> str:
    with store.reading() as session:
        return engine.noted(session, name=notes.REFUSED) or ""


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'briefing.db'}"
