"""Kill the service again and again while it mails 300 readers and tells 50 items to channels, and count what arrived.

The service is a process of its own with a database, a mail server and receivers that are real. What is shared between
lives is its imports (see `zygote`). On PostgreSQL a lease outlives its holder by up to a minute: there a minute passes
in the database between a death and the next start. On SQLite nobody but the service touches the file.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Self

import psycopg
from aiosmtpd.smtp import Envelope, Session

from briefing.leases import LEASE
from briefing.model import Candidate, FeedId, Match, ParsedItem, StoryId
from briefing.store import audience, feeds, issues, items, stories
from briefing.store.engine import Store
from briefing.store.tables import METADATA
from demo.chat_sink import SECRET, WEBHOOK_PATH, ChatSink
from demo.chat_vendors import BOT, CHAT, FAR_ENDS, TOPIC
from demo.feed_server import FeedServer
from demo.smtp_sink import SmtpSink
from tests import databases
from tests.e2e.process import servers, wait_until

ROOT = Path(__file__).parents[2]
READERS, TOLD = 300, 50  # items that each channel is told
HOOKS_AT_ONCE = 2  # posts that are under way to one channel
HOOK, EVERY = ("webhook",), ("webhook", "slack", *FAR_ENDS, "mail")  # kinds of channels
CONFIG = """
version: 1
site:
  from: "Briefing <briefing@example.org>"
  smtp: {{host: 127.0.0.1, port: {smtp}, starttls: "off", connections: {connections}}}
defaults: {{poll: {{spacing: 0s, timeout: 1s}}}}
feeds:
  one: {{url: "{feed}", allow_private: true, title: One}}
stories:
  all: {{title: All of it, feeds: [one]}}
lists:
  readers: {{title: Readers}}
digests:
  daily: {{stories: [all], at: "{at:%H:%M}", to: [{{list: readers}}]}}
channels:
{channels}
routes:
  - to: [{kinds}]
"""
ITEM = (
    "<item><guid>{0}</guid><title>Report number {0}</title><link>https://one.example/{0}</link>"
    "<pubDate>{1}</pubDate><description>Told once.</description></item>"
)
_NUMBER, _MESSAGE_ID = re.compile(rb"Report number (\d+)"), re.compile(rb"^Message-ID: *(\S+)", re.MULTILINE)


class Zygote:
    """Context manager: forks services that have their imports behind them."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.e2e.zygote"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the service cannot be imported"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=20)

    def start(self, folder: Path, database: str, **more: object) -> int:
        """Start `briefing run` in a folder and return its pid."""
        environ = {"BRIEFING_DATABASE_URL": database}
        return self._ask({"folder": str(folder), "environ": environ, "log": str(folder / "log"), **more})

    def kill(self, pid: int) -> None:
        """End a service as a power cut would."""
        os.kill(pid, signal.SIGKILL)
        self.wait_killed(pid)

    def wait_killed(self, pid: int) -> None:
        """Wait until a service was killed by somebody."""
        assert os.waitstatus_to_exitcode(self._ask({"wait": pid})) == -signal.SIGKILL

    def stop(self, pid: int) -> int:
        """Ask a service to stop and return its exit status."""
        os.kill(pid, signal.SIGTERM)
        return os.waitstatus_to_exitcode(self._ask({"wait": pid}))

    def _ask(self, order: dict[str, object]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class Ambush(SmtpSink):
    """A mail server that does something at the end of a message, before it says a word, when `plan` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: Callable[[], bool] | None = None  # does its worst, and tells whether the message was taken
        self.after = 0  # messages to let pass first
        self.pace = 0.0  # seconds that a message takes

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, or spring the ambush; a client that is gone by then does not undo what was taken."""
        return await asyncio.shield(self._met(server, session, envelope))

    async def _met(self, server: Any, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.pace)
        if self.plan is None or self.after > 0:
            self.after -= 1
            return await super().handle_DATA(server, session, envelope)
        plan, self.plan = self.plan, None
        if await asyncio.get_running_loop().run_in_executor(None, plan):
            return await super().handle_DATA(server, session, envelope)
        return "451 4.3.0 not taken"


@dataclass
class Bed:
    """One database with readers to mail and items to tell, and all servers around it."""

    folder: Path
    database: str
    mail: Ambush
    chat: ChatSink
    feeds: FeedServer
    zygote: Zygote
    connections: int
    readers: int
    kinds: tuple[str, ...]
    kills: int = 0
    helpers_killed: int = 0
    repeats: list[int] = field(default_factory=list)  # copies above one a reader that had come by each kill

    def start(self) -> int:
        """Start a service."""
        return self.zygote.start(self.folder, self.database)

    def kill(self, pid: int) -> None:
        """Kill a service, look at what it left behind, and let a lease's time pass."""
        self.zygote.kill(pid)
        self.after_death()

    def after_death(self) -> None:
        """Count a death; check the file as it was left."""
        self.kills += 1
        self.repeats.append(self.mail_repeats)
        if self.sqlite is None:
            age(self.database, LEASE)
        elif self.sqlite.exists():
            assert intact(self.sqlite, self.folder / "copy")

    @property
    def sqlite(self) -> Path | None:
        """The file of the database, if it is one."""
        return Path(self.database.removeprefix("sqlite:///")) if self.database.startswith("sqlite") else None

    @property
    def mails(self) -> int:
        """How many mails there are to send."""
        return self.readers + TOLD * ("mail" in self.kinds)

    @property
    def posts(self) -> int:
        """How many posts there are to send."""
        return TOLD * sum(kind != "mail" for kind in self.kinds)

    @property
    def mail_repeats(self) -> int:
        """Mails that came under a Message-ID that had come before."""
        return len(self.mail.received) - len({_message_id(one.content) for one in self.mail.received})

    @property
    def post_repeats(self) -> Counter[str]:
        """Posts that told what had been told there before; by where they came."""
        came = Counter(post.path for post in self.chat.posts)
        return came - Counter(path for path, _ in self._posted)

    @property
    def deaths(self) -> int:
        """How many processes that sent were killed."""
        return self.kills + self.helpers_killed

    @property
    def arrived(self) -> bool:
        """Whether all is where it was to go."""
        if len(self.mail.received) < self.mails or len(self.chat.posts) < self.posts:
            return False
        return len(self.mail.received) - self.mail_repeats == self.mails and len(self._posted) == self.posts

    @property
    def _posted(self) -> set[tuple[str, bytes]]:
        """Where an item was told, and its number."""
        return {(post.path, _number(post.body)) for post in self.chat.posts}

    def wait_for(self, more: int) -> None:
        """Wait for so many messages more, or the last."""
        enough = len(self.mail.received) + len(self.chat.posts) + more
        wait_until(lambda: len(self.mail.received) + len(self.chat.posts) >= enough or self.arrived, self.folder)

    def helpers(self) -> list[int]:
        """Return the pids of the helpers that the log tells of."""
        return [told["pid"] for told in self.logged("helper.begins")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return what the log tells of an event."""
        log = self.folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [json.loads(line) for line in lines if f'"event": "{event}"' in line]

    def wait_for_helper(self, seen: int) -> int:
        """Wait for more helpers than were seen, or the last message; return how many there are."""
        wait_until(lambda: len(self.helpers()) > seen or self.arrived, self.folder)
        return len(self.helpers())

    def kill_helper(self) -> None:
        """Kill the latest helper, if it has not ended."""
        with suppress(ProcessLookupError):
            os.kill(self.helpers()[-1], signal.SIGKILL)
            self.helpers_killed += 1

    def finish(self) -> None:
        """Let a service live until all is sent and recorded, and stop it."""
        before = len(self.logged("run"))
        pid = self.start()
        # Before it runs it does not know how to stop.
        wait_until(lambda: len(self.logged("run")) > before and self.arrived and self.owed() == 0, self.folder, 60)
        assert self.zygote.stop(pid) == 0

    def owed(self) -> int:
        """Return how many deliveries are not sent."""
        return self.query("SELECT count(*) FROM deliveries WHERE state <> 'sent'")

    def query(self, query: str) -> int:
        """Return the first number of a query."""
        with closing(Store(self.database)) as store, store.reading() as session:
            return int(session.connection().exec_driver_sql(query).scalar_one())

    def verdict(self) -> None:
        """Assert that nothing was lost, and no more came twice than a kill may repeat."""
        mails, posts = self.mail.messages, self.chat.posts
        hooks = {(post.headers["webhook-id"], post.body) for post in posts if post.path == WEBHOOK_PATH}
        at_once = self.connections + ("mail" in self.kinds)
        assert len({mail["To"] for mail in mails}) == self.readers + ("mail" in self.kinds)
        assert len({(mail["To"], mail["Message-ID"]) for mail in mails}) == self.mails
        assert len({one.content for one in self.mail.received}) == self.mails
        assert all(count <= (kill + 1) * at_once for kill, count in enumerate(self.repeats)) or self.helpers_killed
        assert self.mail_repeats <= self.deaths * at_once
        assert len(self._posted) == len({(post.path, _told(post.body)) for post in posts}) == self.posts
        assert len(hooks) == len({identity for identity, _ in hooks}) == TOLD
        assert all(count <= self.deaths * HOOKS_AT_ONCE for count in self.post_repeats.values())
        assert sum(b'"thread_name"' in post.body for post in posts) <= 1 + self.deaths
        assert self.chat.invalid == 0
        every = self.mails + self.posts
        assert self.query("SELECT count(*) FROM deliveries WHERE state = 'sent'") == every
        assert self.query("SELECT count(*) FROM attempts WHERE outcome = 'delivered'") == every
        assert self.query("SELECT count(*) FROM issues") == 1
        if self.sqlite is not None:
            assert intact(self.sqlite, self.folder / "copy")


@contextmanager
def bed(
    folder: Path,
    database: str,
    zygote: Zygote,
    *,
    connections: int = 1,
    readers: int = READERS,
    kinds: tuple[str, ...] = HOOK,
) -> Iterator[Bed]:
    """Seed a database, `sqlite` for one in the folder, and put up all servers."""
    folder.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        database = f"sqlite:///{folder / 'briefing.db'}"
        databases.put(folder / "briefing.db")
    now = datetime.now(UTC)
    with servers() as (feed, chat), Ambush() as mail:
        feed.put("/feed", document(now))
        made = Bed(folder, database, mail, chat, feed, zygote, connections, readers, kinds)
        configure(made, folder, mail)
        seed(database, f"{feed.url}/feed", now - timedelta(hours=2), readers)
        yield made


def configure(made: Bed, folder: Path, mail: SmtpSink) -> None:
    """Write a feeds.yaml whose issue has been due for an hour."""
    text = CONFIG.format(
        smtp=mail.port,
        connections=made.connections,
        feed=f"{made.feeds.url}/feed",
        at=datetime.now(UTC) - timedelta(hours=1),
        kinds=", ".join(f"a_{kind}" for kind in made.kinds),
        channels="\n".join(f"  a_{kind}: {{type: {kind}, {_channel(kind, made.chat)}}}" for kind in made.kinds),
    )
    (folder / "feeds.yaml").write_text(text)


def _channel(kind: str, chat: ChatSink) -> str:
    fast = "rate: 1000/s"
    match kind:
        case "mail":
            return "to: desk@example.org"
        case "webhook":
            return f'url: "{chat.webhook_url}", secret: "{SECRET}", allow_private: true'
        case "apprise":
            return f'url: "{chat.at(kind).replace("http:", "json:")}", {fast}'
        case "telegram":
            return f'token: "{BOT}", chat: "{CHAT}", api: "{chat.url}", {fast}, allow_private: true'
        case "ntfy":
            return f'topic: {TOPIC}, url: "{chat.url}", {fast}, allow_private: true'
        case "slack":
            return f'url: "{chat.slack_url}", {fast}, allow_private: true'
    forum = ", forum: true" if kind == "discord" else ""
    return f'url: "{chat.at(kind)}", {fast}, allow_private: true{forum}'


def document(now: datetime) -> str:
    """Write a feed of what is told."""
    entries = "".join(ITEM.format(n, format_datetime(now - timedelta(minutes=n + 1))) for n in range(TOLD))
    return (
        '<rss version="2.0"><channel><title>One</title><link>https://one.example/</link><description>d</description>'
        f"{entries}</channel></rss>"
    )


def seed(database: str, url: str, now: datetime, readers: int) -> None:
    """Let so many people read a digest that has something to say; all else is the service's to do."""
    with closing(Store(database)) as store, store.transaction() as session:
        for table in reversed(METADATA.sorted_tables):
            session.exec(table.delete())
        feeds.sync(session, feeds={FeedId("one"): url}, now=now)
        first = Candidate("first", ParsedItem("first", "https://one.example/first", "The first report"), "first")
        (item,) = items.add(
            session, feed=FeedId("one"), source="One", candidates=[first], lang="en", now=now, keep_html=False
        )
        stories.match(session, item=item.id, matches=[Match(StoryId("all"))])
        issues.known_since(session, digest="daily", now=now)
        for number in range(readers):
            audience.add(session, address=f"r{number}@example.org", list="readers", consent="form", now=now)


def age(url: str, by: timedelta) -> None:
    """Let time pass in a PostgreSQL for what is leased."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE deliveries SET next_attempt_at = next_attempt_at - %s WHERE state = 'sending'", (by,)
        )
        connection.execute("UPDATE channels SET relay_until = relay_until - %s", (by,))


def _number(body: bytes) -> bytes:
    found = _NUMBER.search(body)
    return found[1] if found else body


def _told(body: bytes) -> bytes:
    """Return a post without what it follows: a copy may be in the thread that it began, or reply to itself."""
    return re.sub(rb',?"(reply_parameters|thread_name)":(\{[^}]*\}|"[^"]*")', b"", body)


def _message_id(content: bytes) -> bytes:
    found = _MESSAGE_ID.search(content)
    return found[1] if found else content


def intact(database: Path, place: Path) -> bool:
    """Check a copy of a SQLite file, with its log, and leave the file for the service to recover."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in (database.name, database.name + "-wal"):
        if (database.parent / name).exists():
            shutil.copy(database.parent / name, place / name)
    with closing(sqlite3.connect(place / database.name)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def kill_at_random(made: Bed, rng: Random, kills: int) -> None:
    """Kill a service so many times or until all arrived: as it starts, or some messages later."""
    while made.kills < kills and not made.arrived:
        pid = made.start()
        if rng.random() < 0.25:
            time.sleep(rng.uniform(0, 0.6))
        else:
            made.wait_for(rng.randrange(1, 9))
            time.sleep(rng.uniform(0, 0.02))
        made.kill(pid)


def kill_while_helped(made: Bed, rng: Random, kills: int) -> None:
    """Kill, so many times or until all arrived, a service or its helper a few messages after the helper began."""
    made.mail.pace, seen = 0.01, 0
    while made.deaths < kills and not made.arrived:
        pid, alive = made.zygote.start(made.folder, made.database, much=2), True
        while alive and not made.arrived:
            seen = made.wait_for_helper(seen)
            made.wait_for(rng.randrange(1, 9))
            time.sleep(rng.uniform(0, 0.02))
            alive = rng.random() < 0.5
            if alive:
                made.kill_helper()
        made.kill(pid)


def busy(made: Bed) -> Callable[[], None]:
    """Keep everybody from writing deliveries, and return what ends that."""
    if made.sqlite is not None:
        locked: Any = sqlite3.connect(made.sqlite, timeout=10, isolation_level=None, check_same_thread=False)
        locked.execute("BEGIN IMMEDIATE")
    else:
        locked = psycopg.connect(made.database)
        locked.execute("LOCK TABLE deliveries IN EXCLUSIVE MODE")

    def end() -> None:
        locked.rollback()
        locked.close()

    return end


def kill_after_the_dot(made: Bed, pid: int) -> bool:
    """Die when the message is complete and the server has not taken it."""
    os.kill(pid, signal.SIGKILL)
    return False


def kill_before_250(made: Bed, pid: int) -> bool:
    """Die when the server has taken the message, before it says so."""
    os.kill(pid, signal.SIGKILL)
    return True


def kill_after_250(made: Bed, pid: int) -> bool:
    """Die when the service has heard that the message was taken, and cannot write that down."""
    end = busy(made)

    def die() -> None:
        os.kill(pid, signal.SIGKILL)
        end()

    threading.Timer(0.03, die).start()
    return True


POINTS = {  # where the blow falls, and how many copies it makes
    "after the dot": (kill_after_the_dot, 0),
    "before 250": (kill_before_250, 1),
    "after 250, before the commit": (kill_after_250, 1),
}


def kill_at(made: Bed, point: str, rng: Random, kills: int) -> None:
    """Kill a service so many times at one point of a conversation, one to three mails after its start."""
    blow, copies = POINTS[point]
    while made.kills < kills:
        pid = made.start()
        made.mail.after, made.mail.plan = rng.randrange(3), partial(blow, made, pid)
        made.zygote.wait_killed(pid)
        made.after_death()
    made.finish()
    made.verdict()
    assert made.mail_repeats == copies * kills, made.repeats


def freeze(made: Bed, rng: Random, *, lease: float) -> None:
    """Stop one of two workers that has a mail under way until the other has sent it too, then let it go on.

    Their leases are so many seconds long, by the clock of the workers and of the database alike.
    """
    with Ambush() as second:
        second.received = made.mail.received
        made.mail.pace = second.pace = 0.05
        folder = made.folder / "second"
        folder.mkdir()
        configure(made, folder, second)
        places = ((made.folder, made.mail), (folder, second))
        workers = [(made.zygote.start(place, made.database, lease=lease), mail, place) for place, mail in places]
        _freeze(made, *rng.choice(workers), passed=rng.randrange(8), lease=lease)
        wait_until(lambda: made.arrived and made.owed() == 0, made.folder, 60)
        assert [made.zygote.stop(pid) for pid, _, _ in workers] == [0, 0]
    made.verdict()
    assert made.mail_repeats == 1
    join = "SELECT count(*) FROM attempts JOIN deliveries ON deliveries.id = delivery_id WHERE "
    assert made.query(join + "attempts.epoch <> deliveries.epoch") == 0
    assert made.query("SELECT count(*) FROM attempts") == made.mails + made.posts


def _freeze(made: Bed, pid: int, mail: Ambush, folder: Path, *, passed: int, lease: float) -> None:
    frozen = threading.Event()

    def stop() -> bool:
        os.kill(pid, signal.SIGSTOP)
        frozen.set()
        return True

    mail.after, mail.plan = passed, stop
    assert frozen.wait(20)
    made.kills += 1
    time.sleep(lease)
    # One that sleeps inside a transaction holds up the others until the database ends that, after a minute.
    wait_until(lambda: made.mail_repeats == 1, folder, 75)
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: '"event": "delivery.fenced"' in (folder / "log").read_text(), folder)


@dataclass
class Toll:
    """What so many kills made come twice; nothing was lost, or there would be none of this."""

    kills: int = 0
    mails: int = 0
    posts: int = 0
    mails_twice: int = 0
    posts_twice: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills, {self.mails:,} mails and {self.posts:,} posts: 0 lost, "
            f"{self.mails_twice} mails and {self.posts_twice} posts came twice"
        )


def run(folder: Path, database: str, zygote: Zygote, *, seed: int, kills: int, a_round: int = 60) -> Toll:
    """Kill services at random moments, in rounds of 350 mails and 450 posts with a new database each."""
    rng, toll, number = Random(seed), Toll(), 0
    while toll.kills < kills:
        place = folder / f"round-{number}"
        with bed(place, database, zygote, connections=2 - number % 2, kinds=EVERY) as made:
            kill_at_random(made, rng, min(a_round, kills - toll.kills))
            made.finish()
            made.verdict()
        number += 1
        toll.kills += made.kills
        toll.mails, toll.posts = toll.mails + made.mails, toll.posts + made.posts
        toll.mails_twice += made.mail_repeats
        toll.posts_twice += made.post_repeats.total()
        shutil.rmtree(place)
    return toll
