"""Twelve ways in which a far end fails, a database that refuses, and clocks that jump: the right state, nothing stuck.

Apart from `test_relay`, which looks at one rule each: here each trouble comes, is seen, goes, and all is as it was.
"""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from briefing import leases, service
from briefing.errors import StoreError
from briefing.model import Delivery
from briefing.send.smtp import Smtp
from demo.smtp_sink import END
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, play, until

pytestmark = pytest.mark.slow

FEED = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
"""
MAIL = SITE + FEED + "routes: [{to: [desk]}]\n"
HOOK = SITE + FEED + "routes: [{to: [hook]}]\n"
LOGIN = MAIL.replace("connections: 1", "connections: 1, user: briefing, password: right")
TLS = MAIL.replace('starttls: "off"', "starttls: optional")
ALWAYS = 50
PATIENCE = 0.3


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for a mail server's replies, but not for the one after the dot, and ask the database again at once."""
    assert Smtp.__init__.__kwdefaults__ is not None
    monkeypatch.setitem(Smtp.__init__.__kwdefaults__, "timeout", PATIENCE)
    monkeypatch.setattr(leases, "RECORD_AGAIN_SECONDS", 0.05)


async def report(world: World, *numbers: int) -> None:
    """Let the feed tell items with these numbers, one event each."""
    entries = [Entry(str(n), f"Report number {n}", NOON - timedelta(minutes=n)) for n in numbers]
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.poll()


def told(world: World) -> list[Delivery]:
    """Return the deliveries of items; an outage of the feed may be told besides."""
    return [delivery for delivery in world.deliveries() if str(delivery.event).startswith("item")]


def states(world: World) -> list[str]:
    return [delivery.state.value for delivery in world.deliveries()]


def copies(world: World) -> dict[str, int]:
    """Return how often each message came, by its id."""
    mails = [str(mail["Message-ID"]) for mail in world.mail.messages]
    posts = [post.headers["webhook-id"] for post in world.chat.posts if post.status == 204]
    return {one: (mails + posts).count(one) for one in mails + posts}


# --- twelve faults of the far end -----------------------------------------------------------------------------------


def smtp(command: str, reply: str | None = None, delay: float = 0) -> Callable[[World], None]:
    return lambda world: world.mail.fail(command, reply, delay=delay, times=ALWAYS)


def http(status: int, headers: dict[str, str] | None = None) -> Callable[[World], None]:
    return lambda world: world.chat.answer(status, headers=headers, times=ALWAYS)


def silent(world: World) -> None:
    """Stop listening, as a mail server that is restarted."""
    controller = world.mail._controller
    assert isinstance(controller.server, asyncio.Server)
    controller.loop.call_soon_threadsafe(controller.server.close)


def listening(world: World) -> None:
    """Listen again on the same port."""
    controller = world.mail._controller
    if not controller.server.is_serving():
        again = asyncio.run_coroutine_threadsafe(controller._create_server(), controller.loop)
        controller.server = again.result(5)


def mended(world: World) -> None:
    """Let the far end work again."""
    listening(world)
    world.mail._faults.clear()
    world.mail._users["briefing"] = "right"
    world.chat._scripted.clear()


@dataclass(frozen=True)
class Fault:
    """What goes wrong, what the row says then, and after which wait it is tried again; None: it is dead."""

    config: str
    breaks: Callable[[World], None]
    says: str
    wait: timedelta | None
    copies: int = 1
    tells: int = 0  # mails to the operator


FIVE = timedelta(minutes=5)
SOON = timedelta(seconds=5)
FAULTS = {
    "the mail server refuses the connection": Fault(MAIL, silent, "Connection refused", FIVE),
    "421 at MAIL": Fault(MAIL, smtp("MAIL", "421 4.3.2 closing"), "MAIL FROM: 421 4.3.2 closing", FIVE),
    "421 after the dot": Fault(MAIL, smtp(END, "421 4.3.2 closing"), "end of data: 421 4.3.2 closing", FIVE),
    "451 at RCPT": Fault(MAIL, smtp("RCPT", "451 4.7.1 greylisted"), "RCPT TO: 451 4.7.1 greylisted", FIVE),
    "451 after the dot": Fault(MAIL, smtp(END, "451 4.3.0 later"), "end of data: 451 4.3.0 later", FIVE),
    "550 at RCPT": Fault(MAIL, smtp("RCPT", "550 5.7.1 not welcome"), "RCPT TO: 550 5.7.1 not welcome", None),
    "550 after the dot": Fault(MAIL, smtp(END, "550 5.7.1 looks like spam"), "550 5.7.1 looks like spam", None),
    "550 at MAIL": Fault(MAIL, smtp("MAIL", "550 5.7.1 not from you"), "MAIL FROM: 550 5.7.1 not from you", FIVE),
    "dropped at EHLO": Fault(MAIL, smtp("EHLO"), "the mail server", FIVE),
    "dropped at MAIL": Fault(MAIL, smtp("MAIL"), "nothing was handed over", FIVE),
    "dropped at RCPT": Fault(MAIL, smtp("RCPT"), "nothing was handed over", FIVE),
    "dropped at DATA": Fault(MAIL, smtp("DATA"), "nothing was handed over", FIVE),
    "dropped after the dot": Fault(MAIL, smtp(END), "may come twice", FIVE, copies=2),
    "slow to answer": Fault(MAIL, smtp("MAIL", "250 ok", 2 * PATIENCE), "timed out", FIVE),
    "no TLS where it was offered": Fault(
        TLS,
        lambda world: (
            smtp("EHLO", "250-localhost\r\n250 STARTTLS")(world),
            smtp("STARTTLS", "220 2.0.0 go on")(world),
        ),
        "the mail server",
        FIVE,
    ),
    "login refused": Fault(LOGIN, smtp("AUTH", "535 5.7.8 no"), "refused the login: 535", FIVE),
    "429 with Retry-After": Fault(HOOK, http(429, {"Retry-After": "120"}), "429", timedelta(seconds=120)),
    "410": Fault(HOOK, http(410), "answered 410 Gone", None, tells=1),
    "500": Fault(HOOK, http(500), "answered 500 Internal Server Error", SOON),
    "the connection is reset": Fault(HOOK, lambda world: world.chat.hang_up(times=ALWAYS), "connect", SOON),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_leaves_the_right_state_and_nothing_stuck(tmp_path: Path, fault: Fault) -> None:
    async def story(world: World) -> None:
        await report(world, 1)
        fault.breaks(world)
        assert await world.deliver() == 1 + fault.tells
        (row,) = told(world)
        assert row.state == ("dead" if fault.wait is None else "retry")
        assert fault.says in str(row.last_error)
        if fault.wait is not None:
            assert row.next_attempt_at == world.now + fault.wait
            assert await world.deliver(seconds=fault.wait.total_seconds() - 1) == 0
            world.later(seconds=1)
        mended(world)
        assert await world.deliver() == (fault.wait is not None)
        world.later(minutes=15)
        await report(world, 1, 2)
        world.enable("hook")
        await world.deliver(hours=1)
        first, second = told(world)
        assert (first.state, second.state) == ("dead" if fault.wait is None else "sent", "sent")
        expected = {second.message_id: 1} | ({first.message_id: fault.copies} if fault.wait else {})
        ours = {first.message_id, second.message_id}
        assert {one: count for one, count in copies(world).items() if one in ours} == expected

    play(tmp_path, fault.config, story)


@live(MAIL)
async def test_a_server_that_thinks_long_after_the_dot_is_waited_for(world: World) -> None:
    world.mail.fail(END, "250 2.0.0 taken", delay=3 * PATIENCE)
    await report(world, 1)
    assert await world.deliver() == 1
    assert (states(world), len(world.mail.received)) == (["sent"], 1)


# --- a database that refuses ----------------------------------------------------------------------------------------


@contextmanager
def afflicted(world: World, when: str, *statements: str) -> Iterator[None]:
    """Say these to every connection of the database as it is opened, or at every transaction's begin."""
    engine = world.store._engine
    ill = True  # the listener stays: taking it away while another thread begins would be a fault of ours

    def say(connection: Any, *_: object) -> None:
        for statement in statements if ill else ():
            connection.exec_driver_sql(statement) if when == "begin" else connection.execute(statement)

    world.service._write._transactions.close()  # the writer keeps its connection while all is well
    engine.dispose()
    event.listen(engine, when, say)
    try:
        yield
    finally:
        ill = False
        engine.dispose()


def fill(world: World) -> int:
    """Fill the pages that are there and return how many there are: nothing fits any more."""
    with contextlib.closing(sqlite3.connect(str(world.store.path), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE filler (words TEXT)")
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        for size in (500, 100, 20, 1):
            with contextlib.suppress(sqlite3.OperationalError):
                while True:
                    connection.execute("INSERT INTO filler VALUES (randomblob(?))", [size])
    return pages


def refusals(logs: list[Any]) -> set[str]:
    return {str(entry.get("error")) for entry in logs if entry["event"].startswith("relay.")}


class Relaying:
    """The relay at work while the database is in trouble."""

    def __init__(self, world: World) -> None:
        self._world, self._task = world, asyncio.create_task(self._work())

    async def _work(self) -> None:
        while any(row.state != "sent" for row in self._world.deliveries()):
            with suppress(StoreError):  # whoever drains is told; the service itself does not
                await self._world.service.relay.drain()
            await asyncio.sleep(0.02)

    async def refused(self, logs: list[Any], words: str) -> None:
        """Wait until the trouble was told twice."""
        await until(lambda: sum(words in str(entry.get("error")) for entry in logs) >= 2)

    async def done(self) -> None:
        """Wait until all is sent, with no hand in it."""
        await asyncio.wait_for(self._task, 10)


@live(MAIL)
async def test_on_a_full_disk_nothing_is_sent_without_a_row_and_all_is_once_there_is_room(world: World) -> None:
    await report(world, *range(150))
    pages = fill(world)
    with capture_logs() as logs, afflicted(world, "connect", f"PRAGMA max_page_count={pages}"):
        sending = Relaying(world)
        await sending.refused(logs, "database or disk is full")
        sent = len(world.mail.received)
        recorded = world.rows("SELECT count(*) FROM deliveries WHERE state IN ('sending', 'sent')")[0]
        assert sent <= recorded
        assert sent - world.rows("SELECT count(*) FROM deliveries WHERE state = 'sent'")[0] <= 1
        world.later(minutes=15)
        await report(world, *range(151))
        assert len(told(world)) == 150
    await sending.done()
    world.later(minutes=15)
    await report(world, *range(151))
    await world.deliver()
    assert states(world).count("sent") == len(states(world)) == 151
    assert set(copies(world).values()) == {1}


@live(MAIL)
async def test_with_a_read_only_database_nothing_is_sent_until_it_can_be_written(world: World) -> None:
    await report(world, *range(5))
    with capture_logs() as logs, afflicted(world, "begin", "PRAGMA query_only=ON"):
        sending = Relaying(world)
        await sending.refused(logs, "attempt to write a readonly database")
        assert (world.mail.received, set(states(world))) == ([], {"pending"})
    await sending.done()
    assert set(copies(world).values()) == {1}
    assert len(world.mail.received) == 5


@contextmanager
def locked(database: Path) -> Iterator[Callable[[], object]]:
    """Lock a database from another process; yield what ends that."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield lambda: other.communicate(b"")


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@live(MAIL)
async def test_a_database_that_another_process_locks_is_waited_for(world: World) -> None:
    await report(world, *range(5))
    assert world.store.path is not None
    short = afflicted(world, "connect", "PRAGMA busy_timeout=50")
    with locked(world.store.path) as unlock, capture_logs() as logs, short:
        sending = Relaying(world)
        await sending.refused(logs, "database is locked")
        assert (world.mail.received, set(states(world))) == ([], {"pending"})
        unlock()
        await sending.done()
    assert set(copies(world).values()) == {1}
    assert len(world.mail.received) == 5


def test_a_running_service_says_what_the_database_refuses_and_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: World) -> None:
        world.feeds.put("/one.rss", rss(Entry("1", "Report number 1", NOON)))
        stop = asyncio.Event()
        with capture_logs() as logs:
            with afflicted(world, "begin", "PRAGMA query_only=ON"):
                running = asyncio.create_task(world.service.run(stop))
                for tick in ("poll", "beat"):
                    await until(partial(refused, logs, tick))
                assert (world.mail.received, world.feeds.requests) == ([], [])
            await until(lambda: world.mail.received)
            stop.set()
            await asyncio.wait_for(running, 5)
        assert {entry["error"] for entry in logs if entry["event"] == "tick.refused"} == {
            "the database refused: attempt to write a readonly database"
        }
        assert not [entry for entry in logs if entry.get("exc_info")]

    for name in ("POLL_SECONDS", "PUBLISH_SECONDS", "RELAY_SECONDS"):
        monkeypatch.setattr(service, name, 0.1)
    play(tmp_path, MAIL, story)


def refused(logs: list[Any], tick: str) -> bool:
    """Tell whether the log says that a tick met a database that refuses."""
    return any(entry["event"] == "tick.refused" and entry["tick"] == tick for entry in logs)


@live(MAIL)
async def test_a_lock_that_is_held_for_a_moment_is_not_noticed(world: World) -> None:
    await report(world, 1)
    other = sqlite3.connect(str(world.store.path), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.close).start()
    with capture_logs() as logs:
        assert await world.deliver() == 1
    assert (states(world), refusals(logs)) == (["sent"], set())


# --- clocks -----------------------------------------------------------------------------------------------------------

DAILY = MAIL + 'digests: {daily: {stories: [all], at: "13:00", to: [reader@example.org]}}\n'


def received(world: World) -> tuple[int, int]:
    """Return how many issues came, and how many alerts."""
    issues = sum(mail["To"] == "reader@example.org" for mail in world.mail.messages)
    return issues, len(world.mail.messages) - issues


async def next_report(world: World, *numbers: int) -> None:
    """Let items appear a quarter of an hour later, and let all be done that is due."""
    world.later(minutes=15)
    await report(world, *numbers)
    await world.work()


@live(DAILY)
async def test_72_hours_asleep_give_one_issue_and_one_message_of_all_alerts(world: World) -> None:
    await report(world, 1)
    await world.work()
    assert received(world) == (0, 1)
    world.later(hours=72)
    await report(world, 1, 2, 3)
    await world.work()
    assert received(world) == (1, 2)
    for _ in range(4):
        world.later(hours=1)
        await world.work()
    assert received(world) == (1, 2)
    assert set(copies(world).values()) == {1}


@pytest.mark.parametrize(
    "jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)], ids=str
)
def test_a_clock_that_jumps_and_jumps_back_repeats_nothing_and_holds_up_nothing(
    tmp_path: Path, jump: timedelta
) -> None:
    async def story(world: World) -> None:
        await world.work()
        await next_report(world, 1)
        world.until(13, 5)
        await world.work()
        assert received(world) == (1, 1)
        world.clock[0] += jump
        await world.work()
        await world.service.poll(force=True)
        await world.work()
        issues, alerts = received(world)
        assert alerts == 1
        assert issues == 1
        world.clock[0] -= jump
        for _ in range(3):
            await world.work()
            world.later(minutes=5)
        assert received(world) == (issues, alerts)
        await world.service.poll(force=True)
        await report(world, 1, 2)
        await world.service.poll(force=True)
        await world.work()
        assert received(world)[1] == 2
        for _ in range(2):  # the clock that was a day ahead has settled the next date already
            world.later(days=1)
            await world.work()
        assert received(world) == (2, 2)
        assert set(copies(world).values()) == {1}

    play(tmp_path, DAILY, story)


@pytest.mark.parametrize(
    ("zone", "issues"), [("Pacific/Kiritimati", 3), ("America/Los_Angeles", 2), ("Asia/Tehran", 3)]
)
def test_a_digest_that_moves_to_another_zone_has_one_issue_a_date(tmp_path: Path, zone: str, issues: int) -> None:
    async def story(world: World) -> None:
        await world.work()
        await next_report(world, 1)
        world.until(13, 5)
        await world.work()
        assert received(world)[0] == 1
        moved = DAILY.replace("daily: {", f"daily: {{timezone: {zone}, ")
        async with world.again(moved) as elsewhere:
            for number in range(2, 18):  # two days, each time with an item of its own
                elsewhere.later(hours=3)
                await report(elsewhere, number)
                await elsewhere.work()
        nominal = world.rows("SELECT nominal FROM issues WHERE digest = 'daily' ORDER BY id")
        assert len(nominal) == len(set(nominal)) == received(world)[0] == issues
        assert set(copies(world).values()) == {1}

    play(tmp_path, DAILY, story)
