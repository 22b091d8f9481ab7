"""Backups and restores that are refused or break off: what stood stays, and the words say what was wrong."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from briefing.errors import StoreError
from briefing.store import backup
from briefing.store.engine import Store
from briefing.store.tables import METADATA
from tests import databases
from tests.contract.copies import NOON, add, quiet, restore, rows, seed, sound
from tests.contract.scratch import KINDS, blank, killed

pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a database of ours, with nothing in its tables."""
    with blank(request, request.param, "source") as made:
        made.upgrade()
        yield made


@contextmanager
def spoiled(file: Path, how: str) -> Iterator[str]:
    """Make a file no backup; return what is said of it."""
    if how == "empty":
        file.write_bytes(b"")
    elif how == "another's database":
        file.unlink()
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE notes (a)")
    elif how == "cut off":
        file.write_bytes(file.read_bytes()[:-8192])
    elif how == "overwritten":
        content = bytearray(file.read_bytes())
        content[4096:40960] = b"\xff" * 36864
        file.write_bytes(content)
    else:
        with closing(sqlite3.connect(file)) as newer:
            newer.execute("UPDATE alembic_version SET version_num = '9999'")
            newer.commit()
    yield {"newer": "newer version", "cut off": "malformed", "overwritten": "malformed"}.get(how, "not a backup")


@pytest.mark.parametrize("how", ["empty", "another's database", "cut off", "overwritten", "newer"])
def test_what_is_no_backup_of_ours_is_refused(request: pytest.FixtureRequest, tmp_path: Path, how: str) -> None:
    with blank(request, "sqlite") as store:
        databases.put(Path(store.path or ""))
        seed(store)
        file = tmp_path / "backup"
        backup.backup(store, file, now=NOON, seen=quiet)
        before = rows(store)
        with spoiled(file, how) as said:
            content = file.read_bytes()
            with pytest.raises(StoreError, match=said):
                restore(store, file)
        assert file.read_bytes() == content
        assert rows(store) == before


def test_a_restore_that_is_killed_half_way_leaves_what_stood(source: Store, tmp_path: Path) -> None:
    seed(source)
    file = tmp_path / "backup"
    backup.backup(source, file, now=NOON, seen=quiet)
    add(source, "stood")
    before = rows(source)
    source.close()

    def half_way(die: Any) -> None:
        restore(Store(source._url), file, seen=lambda done, _: die() if done > 10 else None)

    killed(half_way)
    assert rows(source) == before
    sound(source)
    restore(source, file)
    assert "stood" not in {row["key"] for row in rows(source)["items"]}


def test_a_backup_that_breaks_off_leaves_the_one_before_it(source: Store, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    backup.backup(source, file, now=NOON, seen=quiet)
    before = file.read_bytes()
    seed(source)
    with cramped(100_000), pytest.raises((StoreError, OSError), match=r"disk I/O|space|File too large"):
        backup.backup(source, file, now=NOON, seen=quiet)
    assert file.read_bytes() == before
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    backup.backup(source, file, now=NOON, seen=quiet)


@contextmanager
def cramped(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_named_with_the_file_that_did_not_fit(tmp_path: Path) -> None:
    file = tmp_path / "backup"

    def fill() -> None:
        with closing(sqlite3.connect(":memory:")) as full, backup._refusals(tmp_path / "database", written=file):
            full.execute("PRAGMA max_page_count=1")
            full.execute("CREATE TABLE big (a)")

    with pytest.raises(OSError, match=f"No space left on device: '{file}'"):
        fill()


@pytest.mark.parametrize("damage", ["overwritten", "newer", "another's database"])
def test_a_database_beyond_use_is_put_aside_as_it_is(
    request: pytest.FixtureRequest, tmp_path: Path, damage: str
) -> None:
    with blank(request, "sqlite") as store:
        store.upgrade()
        seed(store)
        backup.backup(store, tmp_path / "backup", now=NOON, seen=quiet)
        wanted = rows(store)
        store.close()
        assert store.path is not None
        with spoiled(store.path, damage):
            done = restore(store, tmp_path / "backup")
        assert done.kept is not None
        assert not done.undo
        assert done.kept.exists()
        assert rows(store) == wanted
        sound(store)


def test_what_a_backup_holds_of_a_foreign_database_is_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with blank(request, "sqlite") as bare, pytest.raises(StoreError, match="no tables of ours"):
        backup.backup(bare, tmp_path / "backup", now=NOON, seen=quiet)
    assert not (tmp_path / "backup").exists()


def test_peer_cve_2026_29065_changedetection_a_backup_brings_nothing_but_rows(source: Store, tmp_path: Path) -> None:
    """A table, a view or a trigger that somebody put into the file stays there."""
    seed(source)
    file = tmp_path / "backup"
    backup.backup(source, file, now=NOON, seen=quiet)
    wanted = rows(source)
    with closing(sqlite3.connect(file)) as hostile:
        hostile.executescript(
            "CREATE TABLE more (a); INSERT INTO more VALUES (1); CREATE VIEW seen AS SELECT * FROM settings;"
            "CREATE TRIGGER late AFTER INSERT ON feeds BEGIN DELETE FROM settings; END;"
        )
    restore(source, file)
    assert rows(source) == wanted
    with source.reading() as session:
        asked = inspect(session.connection())
        assert set(asked.get_table_names()) == {*METADATA.tables, "alembic_version"}
        assert asked.get_view_names() == []
    sound(source)
