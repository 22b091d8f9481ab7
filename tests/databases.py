"""Empty databases that tests borrow one after another, so that what takes time is done once a process.

A store that is lent again has its statements compiled already, and SQLite's files lie in memory where there is some:
what a power cut would do to them is asked elsewhere.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from briefing.store.engine import Store
from briefing.store.tables import METADATA

_MEMORY = Path("/dev/shm")
_free: list[Store] = []
_numbers = count()


@contextmanager
def sqlite() -> Iterator[Store]:
    """Lend a database of SQLite with our tables and nothing in them."""
    store = _free.pop() if _free else Store(f"sqlite:///{_folder().name}/{next(_numbers)}.db")
    assert store.path is not None
    for left in store.path.parent.glob(f"{store.path.name}*"):  # whoever has it open still keeps what he has
        left.unlink()
    put(store.path)
    try:
        yield store
    finally:
        store.close()
        _free.append(store)


@contextmanager
def postgres(url: str) -> Iterator[Store]:
    """Lend a database of PostgreSQL as it is."""
    with closing(_postgres(url)) as store:
        yield store


def clear(url: str) -> None:
    """Delete every row of a database of PostgreSQL."""
    deleted = (f"DELETE FROM {table.name}" for table in reversed(METADATA.sorted_tables))
    with _postgres(url).transaction() as session:
        session.connection().execute(text("; ".join(deleted)))


def put(path: Path) -> None:
    """Put a database of SQLite with our tables and nothing in them where one is expected: half a second less a time."""
    path.write_bytes(_migrated())


@cache
def _migrated() -> bytes:
    """Return a file of SQLite with our tables and nothing in them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(Store(f"sqlite:///{path}")) as store:
            store.upgrade()
        return path.read_bytes()


@cache
def _postgres(url: str) -> Store:
    return Store(url)


@cache
def _folder() -> "TemporaryDirectory[str]":
    """Make a folder that goes with the process."""
    return TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
