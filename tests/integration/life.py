"""Where a state machine runs, and one run of the service in it: configuration, restarts after a crash, the last look.

Apart from `machine`, which says what may happen: here it is done.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from structlog.testing import capture_logs

from briefing import app, compiled, outlet, threads
from briefing.check import check
from briefing.config.grammar import Config
from briefing.model import FeedId, LaneStanding
from briefing.render.email import Renderer
from briefing.service import Service
from briefing.store import audience, channels, feeds
from tests import databases
from tests.integration.computer import Disk, PowerCut, Process, Stopped, Thread, Time, at_once
from tests.integration.far_ends import Net, peeking
from tests.integration.reckoning import Reckoning
from tests.integration.world import NOON

CONFIG = """
version: 1
site:
  from: "Briefing <briefing@example.org>"
  operator: operator@example.org
  postal_address: 1 Example Street, Example City
  smtp: {host: mail.example.org, port: 25, starttls: "off", connections: 1}
defaults: {full_text: never}
feeds:
  one: {url: "https://one.example/feed", title: One}
  two: {url: "https://two.example/feed", title: Two}
stories:
  all: {title: All of it}
  parts: {title: In parts, feeds: [one], series: {}}
lists: {readers: {title: Readers}}
digests:
  daily: {stories: [all, parts], max_items: 200, at: "13:00", to: {list: readers}}
  weekly: {stories: [parts], max_items: 200, at: "08:00", days: [mon, thu], to: boss@example.org}
channels:
  hook: {type: webhook, url: "https://hook.example/", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
  desk: {type: mail, to: desk@example.org}
routes:
  - {when: {story: all, feed: one}, to: [hook, desk]}
  - {when: {story: all}, to: hook}
  - {when: {event: instalment}, to: hook}
  - {when: {event: feed_down}, to: hook}
"""
EDITS: dict[str, tuple[tuple[str, str], ...]] = {
    "as it was": (),
    "another time": (('at: "13:00"', 'at: "20:30"'),),
    "far east": (('at: "13:00"', 'at: "13:00", timezone: Pacific/Kiritimati'),),
    "far west": (('at: "13:00"', 'at: "13:00", timezone: America/Los_Angeles'),),
    "without two": (('  two: {url: "https://two.example/feed", title: Two}\n', ""),),
    "without parts": (("  parts: {", "  # "), ("  weekly: {", "  # "), ("[all, parts]", "[all]")),
}
READERS = ("ann@example.org", "Bob@example.org", "cem@example.org")
BASE = "as it was"
HOUR = 3600.0
ROUNDS = 8
Action = Callable[[Service], Coroutine[Any, Any, object]]


async def everything(service: Service) -> None:
    """Poll, publish and relay at the same time."""
    await asyncio.gather(service.poll(), service.publish(), service.relay.drain())


async def tend(service: Service) -> None:
    """Do what the slow ticks do."""
    await service.remind()
    await service._housekeep()
    await service._beat()


ACTIONS: dict[str, Action] = {
    "poll": lambda service: service.poll(),
    "publish": lambda service: service.publish(),
    "relay": lambda service: service.relay.drain(),
    "everything": everything,
    "tend": tend,
}


@lru_cache
def config(folder: Path, edit: str) -> Config:
    """Return the configuration after an edit."""
    text = CONFIG
    for before, after in EDITS[edit]:
        text = text.replace(before, after)
    path = folder / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    checked = check(path, {})
    assert checked.config is not None, checked.problems
    return checked.config


_renderer = lru_cache(Renderer)  # it compiles the same templates at each start


@dataclass
class Place:
    """Where machines run, one after another: a folder, a database file, and how many steps they made."""

    folder: Path = field(repr=False)
    steps: int = 0
    crashes: int = 0
    stops: int = 0
    taken: int = 0
    issues: int = 0

    def __post_init__(self) -> None:
        self.disk = Disk(f"sqlite:///{self.folder / 'test.db'}")

    @classmethod
    @contextmanager
    def in_memory(cls, folder: Path) -> Iterator["Place"]:
        """Make a place where a commit costs no turn of a disk; in the folder, if there is none."""
        memory = Path("/dev/shm")
        with TemporaryDirectory(dir=memory if memory.is_dir() else folder) as made:
            place = cls(Path(made))
            try:
                yield place
            finally:
                place.disk.close()

    def clear(self) -> None:
        """Put an empty database in the place of the old one."""
        assert self.disk.path is not None
        self.disk.close()
        for file in self.folder.glob("test.db*"):
            file.unlink()
        databases.put(self.disk.path)


class Life:
    """One run of the service, over crashes and edits, until all is well again and the books are closed."""

    place: Place

    def begin(self) -> None:
        """Start the service on an empty database, with two readers."""
        self.patch, self.logs = pytest.MonkeyPatch(), capture_logs()
        self.place.clear()
        self.time = Time()
        self.disk = self.place.disk
        self.peek = peeking(str(self.disk.path))
        self.reckoning = Reckoning(self.peek)
        self.net = Net(self.time, self.disk, self.reckoning)
        for wire in ("Fetcher", "Isolate", "Poster"):
            self.patch.setattr(app, wire, self.net)
        self.patch.setattr(outlet, "Smtp", self.net)
        self.patch.setattr(threads, "Thread", Thread)
        self.patch.setattr(threads, "_ask", at_once)
        self.patch.setattr(compiled, "Renderer", _renderer)
        self.heard = self.logs.__enter__()
        self.edit, self.latest = BASE, NOON
        self.frozen: Process | None = None
        self.process = self.started(first=True)
        self.operate(lambda session: [self.subscribe(session, name) for name in READERS[:2]])
        self.do("publish")

    # --- the computer -----------------------------------------------------------------------------------------------

    def started(self, *, first: bool) -> Process:
        """Start the service under the configuration as it is."""
        process, settled = Process(self.disk, self.time), config(self.place.folder, self.edit)
        setting = app.Setting(settled, self.place.folder, clock=lambda: self.time.wall, jitter=lambda: 0.0, much=None)
        process.start(setting, first=first)
        known = self.reckoning
        known.digests = {name: list(digest.stories) for name, digest in settled.digests.items()}
        known.fixed, known.stories = {"boss@example.org"}, list(settled.stories)
        known.leave_out(known.stories)
        return process

    def do(self, action: str) -> bool:
        """Let the service work; False if it was ended or stopped meanwhile."""
        self.broken = True
        try:
            self.process.run(ACTIONS[action](self.process.service))
        except PowerCut:
            self.died()
            return False
        except Stopped:
            self.froze()
            return False
        self.looked()
        return True

    def looked(self) -> None:
        """Compare the books after a step that came to its end."""
        self.reckoning.look()
        self.latest = max(self.latest, self.time.wall)
        assert not self.process.alarms, self.process.alarms
        broke = [entry for entry in self.heard if entry["event"].endswith(".broke") or "exc_info" in entry]
        assert not broke, broke
        self.heard.clear()
        self.broken = False

    def died(self) -> None:
        """Start again after a power cut: on SQLite all leases are gone, elsewhere they run out."""
        self.place.crashes += 1
        self.process.end()
        self.reckoning.lost_power()
        self.process = self.started(first=self.frozen is None)
        self.looked()

    def froze(self) -> None:
        """Start another process beside the one that was stopped."""
        self.place.stops += 1
        self.frozen = self.process
        self.reckoning.stopped()
        self.process = self.started(first=False)
        self.looked()

    def operate(self, work: Callable[[Any], object]) -> None:
        """Do what a command does: a transaction of another process."""
        self.disk.power = self.process.power
        with self.disk.transaction() as session:
            work(session)

    def go_on(self) -> None:
        """Let the process that was stopped go on where it was, and end it then in order."""
        assert self.frozen is not None
        frozen, self.frozen = self.frozen, None
        self.broken = True
        frozen.resume()
        frozen.stop()
        frozen.end()
        self.looked()
        self.reckoning.doubtful.clear()

    def begin_again(self, edit: str) -> None:
        """Stop the service in order, and start it with this configuration; all processes have the same."""
        if self.frozen is not None and edit != self.edit:
            self.go_on()
        self.broken = True
        self.process.stop()
        self.looked()
        self.process.end()
        self.reckoning.edition += edit != self.edit
        self.edit = edit
        self.process = self.started(first=self.frozen is None)
        self.looked()

    def subscribe(self, session: Any, who: str) -> None:
        """Put a reader on the list."""
        audience.add(session, address=who, list="readers", consent="test", now=self.time.wall)
        self.reckoning.readers.add(who)

    def teardown(self) -> None:
        """Close the books, once all is well again and days have passed, unless they did not agree before."""
        try:
            if self.broken:
                return
            self.recover()
            self.place.taken += sum(len(message.takes) for message in self.reckoning.messages.values())
            self.place.issues += len(self.reckoning.issues)
        finally:
            for process in (self.process, self.frozen):
                if process is not None and not process.loop.is_closed():
                    process.end()
            self.peek.close()
            self.logs.__exit__(None, None, None)
            self.patch.undo()

    def recover(self) -> None:
        """Mend everything and let the service work for days."""
        for mood in (self.net.mail, self.net.hook, *(site.mood for site in self.net.sites.values())):
            mood.set("ok", 0)
        if self.frozen is not None:
            self.go_on()
        self.begin_again(BASE)
        for name in self.net.sites:
            self.operate(partial(feeds.resume, feed=FeedId(name), now=self.time.wall))
        self.operate(partial(channels.put, channel="hook", standing=LaneStanding()))
        self.time.wall = self.latest
        for _ in range(ROUNDS):
            self.time.pass_by(25 * HOUR)
            for action in ("poll", "publish", "relay"):
                self.do(action)
            if self.reckoning.at_rest():
                break
        self.process.stop()
        self.looked()
        self.process.end()
        self.reckoning.final()
