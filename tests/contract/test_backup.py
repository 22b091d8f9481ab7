"""Backups: what was committed is in them, whatever goes on meanwhile; restored into either database, all is there."""

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import text

from briefing.model import Act, DeliveryState, Event, EventKind, NewDelivery
from briefing.store import backup, deliveries, engine, outbox, space, transfer
from briefing.store.engine import Store
from briefing.store.tables import METADATA
from tests.contract.copies import HEAD, HOUR, NOON, add, quiet, restore, rows, seed, sound
from tests.contract.scratch import KINDS, blank
from tests.contract.seeds import REVISIONS
from tests.integration.documents import Entry, rss
from tests.integration.world import SITE, World, live

pytestmark = pytest.mark.slow

BACKUPS = int(os.environ.get("BACKUPS", "8"))  # of each database


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a database of ours, with nothing in its tables."""
    with blank(request, request.param, "source") as made:
        made.upgrade()
        yield made


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return another one, that has no tables yet."""
    with blank(request, request.param, "target") as made:
        yield made


# --- while it runs --------------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """Commits pairs, an event and its delivery, until it is stopped; `committed` is how many are."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store, self._stop_it, self.committed = Store(store._url), threading.Event(), 0
        self.grown = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_it.set()
        self.join()
        self._store.close()

    def run(self) -> None:
        while not self._stop_it.wait(0.005):
            key = f"item:iran:{self.committed}"
            with self._store.transaction() as session:
                outbox.tell(session, events=[Event(EventKind.ITEM, key, NOON)])
                rows = [NewDelivery(f"{key}→hook", "hook", f"msg_{self.committed}", event=key, payload={"x": "y" * 99})]
                outbox.enqueue(session, deliveries=rows, now=NOON)
            self.committed += 1
            self.grown.set()


def pairs(store: Store) -> tuple[set[str], set[str]]:
    with store.reading() as session:
        asked = ("SELECT key FROM events", "SELECT event FROM deliveries")
        told, owed = (set(session.connection().execute(text(one)).scalars()) for one in asked)
    return told, owed


def test_backups_of_a_database_at_work_hold_all_that_was_committed_and_nothing_half(
    source: Store, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made: list[tuple[Path, int]] = []
    with Writer(source) as writer:
        for number in range(BACKUPS):
            writer.grown.clear()
            assert writer.grown.wait(10), "a backup held the writer up"
            made.append((tmp_path / f"{number}.backup", writer.committed))
            backup.backup(source, made[-1][0], now=NOON, seen=quiet)
    for kind, some in (("sqlite", [*made[::2], made[-1]]), ("postgres", [made[0], *made[1::2]])):
        with blank(request, kind, "target") as fresh:
            for file, committed in some:
                restore(fresh, file)
                told, owed = pairs(fresh)
                assert told == owed == {f"item:iran:{n}" for n in range(len(told))}
                assert len(told) >= committed
            sound(fresh)
    assert made[-1][1] > made[0][1]


# --- every row, whole -----------------------------------------------------------------------------------------------


def test_a_backup_of_either_restores_into_either_letter_for_letter(
    source: Store, target: Store, tmp_path: Path
) -> None:
    seed(source)
    file = tmp_path / "backup"
    progress: list[tuple[int, int]] = []
    backup.backup(source, file, now=NOON, seen=quiet)
    done = restore(target, file, seen=lambda done, total: progress.append((done, total)))
    wanted = rows(source)
    assert rows(target) == wanted
    assert done.rows == sum(map(len, wanted.values())) + 1 == progress[-1][0] == progress[-1][1]  # and when it was made
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("*backup*")) == ["backup"]
    sound(target)


def test_new_rows_after_a_restore_take_no_number_that_was_used_since_the_backup(source: Store, tmp_path: Path) -> None:
    """What was told goes by the number of its item, so its Message-ID would be given to another."""
    numbers = [add(source, "first")]
    for turn in range(3):
        backup.backup(source, tmp_path / "backup", now=NOON, seen=quiet)
        numbers.append(add(source, f"since {turn}"))
        restore(source, tmp_path / "backup")
        numbers.append(add(source, f"after {turn}"))
    assert numbers == sorted(set(numbers))
    assert numbers[2] > numbers[1] + 100_000


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_database_is_backed_up_as_it_is_and_an_older_one_upgraded_when_it_is_restored(
    request: pytest.FixtureRequest, tmp_path: Path, revision: str
) -> None:
    for kind, other in (("sqlite", "postgres"), ("postgres", "sqlite")):
        with blank(request, kind, "source") as old, blank(request, other, "target") as target:
            old.upgrade(revision)
            seed(old, revision)
            file = tmp_path / f"{kind}.backup"
            backup.backup(old, file, now=NOON, seen=quiet)
            assert old.revision() == revision
            before = hashlib.sha256(file.read_bytes()).digest()
            restore(target, file)
            assert target.revision() == HEAD
            assert hashlib.sha256(file.read_bytes()).digest() == before
            old.upgrade()
            assert rows(target) == rows(old)
            sound(target)


def test_all_that_stood_goes_but_the_secret_comes_back_and_notes_on_the_service_do_not(
    source: Store, tmp_path: Path
) -> None:
    seed(source)
    with source.transaction() as session:
        for name in ("beat", "config.refused"):
            engine.note(session, name=name, value="then")
        secret = engine.secret(session)
    backup.backup(source, tmp_path / "backup", now=NOON, seen=quiet)
    with source.transaction() as session:
        transfer.empty(session.connection(), of=METADATA.sorted_tables)
    add(source, "stood")
    done = restore(source, tmp_path / "backup")
    with source.reading() as session:
        assert [engine.noted(session, name=name) for name in ("beat", "config.refused", "backup")] == [None] * 3
        assert session.connection().execute(text("SELECT count(*) FROM items WHERE key = 'stood'")).scalar() == 0
    with source.transaction() as session:
        assert engine.secret(session) == secret
    assert (done.kept is None) == (source.path is None)
    if done.kept:  # on SQLite: the way back
        assert restore(source, done.kept).rows == 3
        assert [item["key"] for item in rows(source)["items"]] == ["stood"]


# --- what may have been sent since ------------------------------------------------------------------------------------


@pytest.mark.parametrize("resend", [False, True])
def test_what_waited_is_dead_and_says_why_unless_it_is_to_be_sent_again(
    source: Store, tmp_path: Path, resend: bool
) -> None:
    seed(source)
    with source.transaction() as session:
        session.connection().execute(text("UPDATE deliveries SET state = 'sending', owner = 'me' WHERE id = 1"))
    before = {row["id"]: row["state"] for row in rows(source)["deliveries"]}
    backup.backup(source, tmp_path / "backup", now=NOON, seen=quiet)
    assert restore(source, tmp_path / "backup", resend=resend).waiting == 4  # 11 and 12 are told in 13
    after = {row["id"]: row for row in rows(source)["deliveries"]}
    if resend:
        assert {number: row["state"] for number, row in after.items()} == before
        return
    assert {number: row["state"] for number, row in after.items()} == {
        **dict.fromkeys(before, "dead"),
        2: "sent",
        16: "silenced",
    }
    reason = "restored from a backup of 2026-11-05 12:00 UTC; it may have been sent"
    assert {row["last_error"] for number, row in after.items() if number != 16} == {reason, None}
    assert not any(row["late"] for row in after.values()), "it would be told with others though it is dead"
    with source.transaction() as session:
        assert len(deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=NOON)) == 4
        states = {one.id: one.state for one in deliveries.listing(session)}
    assert states == {
        **dict.fromkeys(before, DeliveryState.RETRY),
        2: DeliveryState.SENT,
        16: DeliveryState.SILENCED,
    }


def test_what_was_put_back_by_other_means_is_held_as_a_restore_holds_it(
    source: Store, target: Store, tmp_path: Path
) -> None:
    seed(source)
    with source.transaction() as session:
        session.connection().execute(text("UPDATE deliveries SET state = 'sending', owner = 'me' WHERE id = 1"))
        engine.note(session, name="beat", value=NOON.isoformat())
    backup.backup(source, tmp_path / "backup", now=NOON, seen=quiet)
    restore(target, tmp_path / "backup", resend=False)
    before = rows(source)
    with source.transaction() as session:
        assert backup.waiting(session) == 4
        assert backup.hold(session, now=NOON + HOUR) == 0  # nothing says that it is old
    assert rows(source) == before

    with source.transaction() as session:
        assert backup.hold(session, now=NOON + HOUR, marked=False) == 4
    found, wanted = rows(source), rows(target)
    of, before_now = "of 2026-11-05 12:00 UTC", "made before 2026-11-05 13:00 UTC"
    for row in wanted["deliveries"]:
        row["last_error"] = row["last_error"] and row["last_error"].replace(of, before_now)
    assert found == wanted
    assert sum(before_now in (row["last_error"] or "") for row in found["deliveries"]) == 6  # 11 and 12 are told in 13

    with source.transaction() as session:
        assert backup.hold(session, now=NOON + HOUR, marked=False) == 0
        assert len(deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=NOON)) == 4
        assert backup.hold(session, now=NOON + HOUR) == 0, "what was sent for again is held when the service starts"


def test_a_copy_of_a_backup_that_is_held_by_hand_says_of_when_it_is(source: Store) -> None:
    seed(source)
    with source.transaction() as session:
        engine.note(session, name=backup.MADE_AT, value=NOON.isoformat())
        assert backup.hold(session, now=NOON + HOUR, marked=False) == 4
        reasons = {one.last_error for one in deliveries.listing(session) if one.state is DeliveryState.DEAD}
        assert engine.noted(session, name=backup.MADE_AT) is None
    assert reasons == {"restored from a backup of 2026-11-05 12:00 UTC; it may have been sent"}


CONFIG = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it}
digests:
  daily: {stories: [all], at: "13:00", to: [reader@example.org]}
routes:
  - to: [hook]
"""


@live(SITE + CONFIG)
async def test_a_service_starts_on_a_restored_database_and_goes_on_and_tells_nothing_twice(world: World) -> None:
    first = Entry("1", "What waited", NOON - timedelta(minutes=5))
    world.feeds.put("/one.rss", rss(first, base=world.feeds.url))
    await world.poll()
    file = world.folder / "backup"
    backup.backup(world.store, file, now=world.now, seen=quiet)
    assert await world.deliver() == 1
    restore(world.store, file, resend=False)
    async with world.again(SITE + CONFIG) as restored:
        await restored.poll(minutes=15)
        await restored.work()
        assert len(restored.chat.hooks) == 1
        (dead,) = restored.deliveries()
        assert (dead.state, "may have been sent" in (dead.last_error or "")) == (DeliveryState.DEAD, True)
        second = Entry("2", "What is new since", restored.now)
        restored.feeds.put("/one.rss", rss(second, first, base=restored.feeds.url))
        await restored.poll(minutes=15)
        await restored.work()
        assert [hook["data"]["headline"] for hook in restored.chat.hooks] == [
            "One reports: What waited",
            "One reports: What is new since",
        ]
        restored.until(13)
        await restored.work()
        (mail,) = restored.mail.messages
        assert first.title in restored.text(mail)
        assert second.title in restored.text(mail)


# --- space ------------------------------------------------------------------------------------------------------------


def test_vacuum_gives_space_back_while_others_write(source: Store) -> None:
    with source.transaction() as session:
        for number in range(200):
            engine.note(session, name=f"n{number}", value="x" * 10_000)
    with source.transaction() as session:
        session.connection().execute(text("DELETE FROM settings"))
    with Writer(source) as writer:
        assert writer.grown.wait(10)
        before, after = space.vacuum(source)
        writer.grown.clear()
        assert writer.grown.wait(10)
    assert 0 < after < before or source.path is None
    assert pairs(source)[0] == {f"item:iran:{n}" for n in range(writer.committed)}
