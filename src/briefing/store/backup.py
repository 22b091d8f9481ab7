"""Backups: one SQLite file, whatever the database; what lies in it, and what becomes of it when it is restored.

Apart from `engine`, which opens the one database we work with, and from `transfer`, which copies rows: here are the
files. A file is written under another name beside its own, searched for damage and on disk before it takes its name;
rows are restored in one transaction. What if we die here? There is the file before or the file after, the database
before or the database after. A hidden copy may be left beside the backup, or beside a database that was beyond use; it
holds addresses, so remove it. Only between putting such a database aside and putting the new one in its place is there
none, for one system call.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, delete
from sqlmodel import Session, col, func, select, update

from briefing.errors import StoreError
from briefing.model import notes
from briefing.store import engine, transfer
from briefing.store.batch import table
from briefing.store.deliveries import ended
from briefing.store.engine import Store
from briefing.store.tables import METADATA, OPEN, OPEN_STATES, DeliveryRow, SettingRow
from briefing.store.transfer import Seen

MADE_AT = "backup"  # the note, within a backup, of when it was made
_OF_THEN = (MADE_AT, notes.BEAT, notes.REFUSED, notes.RELOADED)  # notes that say nothing of the service that is
_STEPS = 100_000  # of SQLite's machine between two words on how far it is
_PARTS = ("-wal", "-shm", "")
_BEYOND_USE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was found to be whole, as a private copy with the tables of this version."""

    copy: Store
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `waiting` is how many deliveries waited when the backup was made."""

    rows: int
    waiting: int
    kept: Path | None  # the database that stood
    undo: bool  # it can be restored: it was neither damaged nor too new


def backup(store: Store, file: Path, *, now: datetime, seen: Seen) -> int:
    """Write all that is in the database, as it is at one moment, to a file; return the file's size in bytes.

    A file of that name is replaced. Whoever works on the database goes on with it. Raise StoreError if there is nothing
    of ours in it, or if it is damaged; OSError for what is wrong with the file's place.
    """
    revision = store.revision()
    if revision is None:
        raise StoreError("there are no tables of ours in it")
    with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
        copy = Path(folder) / "copy"
        copy.touch(mode=0o600)
        with _refusals(store.path or file, written=file):
            if store.path is not None:
                _vacuum_into(store.path, copy, seen)
            else:
                _gather(store, copy, revision, seen)
            _seal(copy, now)
        _on_disk(copy)
        copy.replace(file)
    _on_disk(file.parent)
    return file.stat().st_size


@contextmanager
def opened(file: Path) -> Iterator[Backup]:
    """Open a backup, or any database of ours on SQLite; raise StoreError if it is none, damaged or too new.

    The file is only read: a copy beside it, or where temporary files go, is brought to this version's tables.
    """
    with file.open("rb") as content:
        if content.read(16) != b"SQLite format 3\0":
            raise StoreError(f"{file}: not a backup of ours")
    beside = file.parent if os.access(file.parent, os.W_OK) else None
    with TemporaryDirectory(dir=beside, prefix=f".{file.name}.") as folder:
        copy = Path(folder) / "copy"
        copy.touch(mode=0o600)
        with _refusals(file, written=copy):
            _vacuum_into(file, copy, lambda *_: None, mode="ro")
            _search(copy)
        with closing(_store(copy)) as store:
            made_at = _upgraded(store, file)
            yield Backup(store, made_at or datetime.fromtimestamp(file.stat().st_mtime, UTC))


def restore(store: Store, found: Backup, *, now: datetime, resend: bool, seen: Seen) -> Restored:
    """Put what is in a backup into the database, in place of all that is there, in one transaction.

    The caller holds the lock. A SQLite database is kept beside itself first. What waited to be sent may have been sent
    since: it is dead, and says so, unless it is to be sent again (`resend`).
    """
    kept, undo = _keep(store, now) if store.path is not None and store.path.exists() else (None, False)
    with _whole(store, kept if not undo else None, undo=undo) as target:
        rows, owed = _fill(target, found, now=now, resend=resend, seen=seen)
    return Restored(rows, owed, kept, undo)


def _fill(store: Store, found: Backup, *, now: datetime, resend: bool, seen: Seen) -> tuple[int, int]:
    """Put a backup's rows in place of all that is there, in one transaction; return how many, and how many wait."""
    store.upgrade()
    with found.copy.reading() as source, store.transaction() as session:
        there, here = source.connection(), session.connection()
        of = [one for one in transfer.tables(there) if one.name in METADATA.tables]  # what else is in it is not ours
        transfer.empty(here, of=of)
        rows = transfer.copy(there, here, of=of, seen=seen)
        here.execute(delete(table(SettingRow)).where(table(SettingRow).c.name.in_(_OF_THEN)))
        transfer.count_on(here, of=of)
        owed = waiting(session)
        if not resend:
            _bury(session, found.made_at, now)
    return rows, owed


def hold(session: Session, *, now: datetime, marked: bool = True) -> int:
    """End what waited in a database that was put into place by hand, as a restore does; return how many that were.

    A backup says in a note that it is one; a restore takes the note away, a copy of the file does not. What bears no
    such note is left alone, unless whoever calls knows that it is old (`marked=False`).
    """
    made_at = engine.noted(session, name=MADE_AT)
    if made_at is None and marked:
        return 0
    owed = waiting(session)
    _bury(session, datetime.fromisoformat(made_at) if made_at else None, now)
    session.exec(delete(SettingRow).where(col(SettingRow.name).in_(_OF_THEN)))
    return owed


def holds(store: Store) -> bool:
    """Tell whether there is anything in the database but what the service notes for itself."""
    with store.reading() as session:
        asked = [one.select().limit(1) for one in METADATA.sorted_tables if one is not table(SettingRow)]
        return any(session.connection().execute(query).first() for query in asked)


# --- the copy -----------------------------------------------------------------------------------------------------


def _store(path: Path) -> Store:
    return Store(URL.create("sqlite", database=str(path)))


def _connected(path: Path, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)


def _vacuum_into(source: Path, copy: Path, seen: Seen, *, mode: str = "rw") -> None:
    """Copy a SQLite database as it is at one moment; writers go on meanwhile (sqlite.org/lang_vacuum.html)."""
    with closing(_connected(source, mode)) as connection:
        total = source.stat().st_size

        def tick() -> int:
            seen(min(copy.stat().st_size, total), total)
            return 0

        connection.set_progress_handler(tick, _STEPS)
        connection.execute("VACUUM INTO ?", (str(copy),))


def _gather(store: Store, copy: Path, revision: str, seen: Seen) -> None:
    """Copy a PostgreSQL database, as it is at one moment, into a SQLite database of the same revision."""
    with closing(_store(copy)) as target:
        target.upgrade(revision)
        with store.reading() as source, target.transaction() as session:
            here = session.connection()
            transfer.copy(source.connection(), here, of=transfer.tables(here), seen=seen)


def _seal(copy: Path, now: datetime) -> None:
    """Note when the copy was made, search it for damage, and leave nothing of it in a journal."""
    with closing(_connected(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (MADE_AT, now.isoformat()))
    _search(copy)


def _search(copy: Path) -> None:
    with closing(_connected(copy)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        if found != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.DatabaseError(found[0] if found != ["ok"] else "rows refer to rows that are not there")


def _on_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _upgraded(store: Store, file: Path) -> datetime | None:
    """Bring the copy to this version's tables; return when it says it was made."""
    if store.revision() is None:
        raise StoreError(f"{file}: not a backup of ours")
    try:
        store.upgrade()
    except StoreError as error:
        raise StoreError(f"{file}: {error}") from error
    with store.reading() as session:
        made_at = engine.noted(session, name=MADE_AT)
    return datetime.fromisoformat(made_at) if made_at else None


# --- what stood ---------------------------------------------------------------------------------------------------


def _keep(store: Store, now: datetime) -> tuple[Path, bool]:
    """Keep a copy of the SQLite database that stands; one that is damaged or too new is to be kept itself.

    Return where, and whether it is a copy that can be restored.
    """
    assert store.path is not None
    kept = store.path.with_name(f"{store.path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    try:
        backup(store, kept, now=now, seen=lambda *_: None)
        store.upgrade()
    except StoreError as error:
        if not _useless(error):
            raise
        return kept, False
    return kept, True


@contextmanager
def _whole(store: Store, kept: Path | None, *, undo: bool) -> Iterator[Store]:
    """Give what is to be filled: the database that stands, or one that takes its place after if it is of no use."""
    if store.path is None or undo:
        yield store
        return
    beside = store.path.with_name(f".{store.path.name}.restoring")
    for end in _PARTS:
        beside.with_name(beside.name + end).unlink(missing_ok=True)
    with closing(_store(beside)) as fresh:
        yield fresh
    store.close()
    for end in _PARTS if kept else ():  # the journal first: it must not be taken for that of another database
        part = store.path.with_name(store.path.name + end)
        if part.exists():
            part.replace(store.path.with_name(kept.name + end) if kept else part)
    beside.replace(store.path)


def _useless(error: StoreError) -> bool:
    """Tell whether a database can be worked with no more, rather than not now."""
    driver = _driver(error)
    if driver is None:  # we refused, not the database: it is newer than we are, or nothing of ours
        return True
    return getattr(driver, "sqlite_errorcode", 0) & 0xFF in _BEYOND_USE


def waiting(session: Session) -> int:
    """Return how many messages wait to be sent, those that are told in another left out (ix_deliveries_due)."""
    waits = (OPEN, col(DeliveryRow.state).in_(OPEN_STATES), col(DeliveryRow.carrier_id).is_(None))
    return session.exec(select(func.count()).select_from(DeliveryRow).where(*waits)).one()


def _bury(session: Session, made_at: datetime | None, now: datetime) -> None:
    """End what waited, and with it what waited to be told in one message with others (ix_deliveries_due)."""
    of = f"{made_at or now:%Y-%m-%d %H:%M} UTC"
    reason = f"restored from a backup {'of' if made_at else 'made before'} {of}; it may have been sent"
    waits = update(DeliveryRow).where(OPEN, col(DeliveryRow.state).in_(OPEN_STATES))
    session.exec(waits.values(**ended(reason, now)))


@contextmanager
def _refusals(read: Path, *, written: Path) -> Iterator[None]:
    """Turn what SQLite refuses into our errors: a full disk is what is written's, all else what is read's."""
    try:
        yield
    except (sqlite3.Error, StoreError) as error:
        driver = _driver(error)
        if getattr(driver, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            raise OSError(ENOSPC, os.strerror(ENOSPC), str(written)) from error
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{read}: {error}") from error


def _driver(error: BaseException) -> BaseException | None:
    """Return the driver's own error behind one of ours."""
    cause = error.__cause__ if isinstance(error, StoreError) else error
    return getattr(cause, "orig", cause)
