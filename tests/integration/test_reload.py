"""An edit of feeds.yaml that is right is taken up at once; one that is wrong changes nothing but what is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from briefing import app
from briefing.check import Checked, check
from briefing.store import feeds, items
from briefing.store.engine import Store
from briefing.watch import Watch
from demo.feed_server import FeedServer
from tests.integration.documents import Entry, rss

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
