"""The database as a whole: nothing half-written, nothing unsaid; on both, or on SQLite alone."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel.sql.sqltypes import AutoString

from briefing.errors import StoreError
from briefing.model import FeedId
from briefing.store import feeds
from briefing.store.engine import Store, secret
from briefing.store.tables import METADATA

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FEED = FeedId("a")


def sync(store: Store, *, now: datetime = NOW) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=now)


def known(store: Store) -> int:
    with store.reading() as session:
        return len(feeds.states(session))


def test_what_a_block_wrote_is_there_after_it(store: Store) -> None:
    sync(store)
    assert known(store) == 1


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_block_that_raises_leaves_no_trace(store: Store, error: type[BaseException]) -> None:
    def write_and_break() -> None:
        with store.transaction() as session:
            feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
            raise error

    with pytest.raises(error):
        write_and_break()
    assert known(store) == 0


def test_nothing_can_be_written_while_reading(store: Store) -> None:
    with pytest.raises(StoreError, match=r"read-?only"), store.reading() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
    sync(store)  # the connection is as good as new
    assert known(store) == 1


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.reading() as session:
        assert feeds.states(session) == ()
        sync(store)
        assert feeds.states(session) == ()
    assert known(store) == 1


def test_a_drivers_error_becomes_ours_has_a_cause_and_shows_no_value(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.transaction() as session:
        session.connection().execute(text("INSERT INTO settings (name) VALUES (:secret)"), {"secret": "hunter2"})
    assert caught.value.__cause__ is not None
    assert "null" in str(caught.value).lower()
    assert "hunter2" not in str(caught.value)


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="timezone"):
        sync(store, now=datetime(2026, 11, 22, 8, 0))  # noqa: DTZ001 - meant


def test_the_secret_is_made_once(store: Store) -> None:
    with store.transaction() as session:
        first = secret(session)
    with store.transaction() as session:
        assert secret(session) == first
    assert len(first) == 32


def test_every_string_is_cleaned_before_it_is_stored() -> None:
    plain = [str(column) for table in METADATA.sorted_tables for column in table.c if type(column.type) is AutoString]
    assert plain == []


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://x.example/db", "sqlite+aiosqlite://"],
)
def test_a_url_we_cannot_use_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///path"):
        Store(url)


def test_a_folder_that_is_not_there_is_a_store_error(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/missing/briefing.db")
    with pytest.raises(StoreError, match="unable to open"):
        store.upgrade()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
def test_sqlite_is_set_up_to_keep_what_it_was_given(sqlite_store: Store, pragma: str, value: object) -> None:
    sqlite_store.upgrade()  # which works without foreign keys, and must not leave it so
    with sqlite_store.transaction() as session:
        assert session.connection().execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_writer_takes_the_lock_before_it_reads(sqlite_store: Store) -> None:
    """Else two could both find a delivery due, and only one of them could write."""
    with sqlite_store.transaction() as session, closing(sqlite3.connect(str(sqlite_store.path), timeout=0)) as other:
        assert feeds.states(session) == ()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM feeds").fetchone() == (0,)


def test_one_process_at_a_time_runs_on_a_sqlite_database(sqlite_store: Store) -> None:
    second = Store(f"sqlite:///{sqlite_store.path}")
    with sqlite_store.lock(), pytest.raises(StoreError, match=f"in use by process {os.getpid()}"), second.lock():
        pass
    with second.lock():
        pass


def test_a_lock_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot lock"), Store(f"sqlite:///{tmp_path}/missing/briefing.db").lock():
        pass


@pytest.mark.postgres
def test_several_processes_run_on_a_postgresql_database(postgres_url: str) -> None:
    one, two = Store(postgres_url), Store(postgres_url)
    with one.lock(), two.lock():
        pass


DIES = """
import sys
from datetime import UTC, datetime
from briefing.store import feeds
from briefing.store.engine import Store
store = Store(sys.argv[1])
now = datetime(2026, 11, 22, tzinfo=UTC)
with store.lock():
    with store.transaction() as session:
        feeds.sync(session, feeds={"kept": "https://kept.example/"}, now=now)
    with store.transaction() as session:
        feeds.sync(session, feeds={f"lost{n}": "https://lost.example/" * 50 for n in range(5000)}, now=now)
        print("half-way", flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def half_way(sqlite_store: Store) -> Iterator[subprocess.Popen[str]]:
    """Return a process that has committed one transaction and is in the middle of the next."""
    command = [sys.executable, "-c", DIES, f"sqlite:///{sqlite_store.path}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        yield process
        process.kill()


def test_kill_9_in_a_transaction_loses_that_transaction_alone(
    sqlite_store: Store, half_way: subprocess.Popen[str]
) -> None:
    with pytest.raises(StoreError, match=f"process {half_way.pid}"), sqlite_store.lock():
        pass
    half_way.send_signal(signal.SIGKILL)
    half_way.wait()
    with sqlite_store.lock(), sqlite_store.transaction() as session:
        assert session.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert [state.id for state in feeds.states(session)] == ["kept"]


def test_a_full_disk_refuses_the_write_and_keeps_the_rest(sqlite_store: Store) -> None:
    many = {FeedId(f"f{n}"): "https://x.example/" * 100 for n in range(1000)}

    def fill() -> None:
        with sqlite_store.transaction() as session:
            session.connection().exec_driver_sql("PRAGMA max_page_count=1")  # not one page more than there are
            feeds.sync(session, feeds=many, now=NOW)

    sync(sqlite_store)
    with pytest.raises(StoreError, match="full"):
        fill()
    assert known(sqlite_store) == 1
