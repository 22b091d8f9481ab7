"""How a database is found, for whoever must say what is wrong with it: nothing is made, upgraded or left behind.

Apart from `engine`, which opens a database to work with it: opening alone would make a missing file and switch its
journal to WAL, and then there would be nothing left to find.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from sqlmodel import Session

from briefing.errors import StoreError
from briefing.model import Condition, Schema
from briefing.store.engine import MIGRATIONS, Store

_STEPS = 100_000  # of SQLite's machine between two looks at the time
_REMOTE = frozenset(
    {"afs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"}
    | {"fuse.sshfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"}
)
_SERVER = """
SELECT current_setting('server_version_num')::int / 10000, pg_database_size(current_database()), clock_timestamp(),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool
"""


def file(path: Path, *, seconds: float) -> Condition:
    """Look at a SQLite file that is there; searching it for damage ends after so many seconds."""
    with _refusals(), closing(_opened(path)) as connection:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        searched, flaw = _search(connection, seconds)
        refusal = _write_refusal(connection)
        return Condition(path.stat().st_size, refusal, flaw, searched, wal=journal == "wal")


def server(session: Session) -> Condition:
    """Ask a PostgreSQL server about itself (no table)."""
    version, size, now, read_only = session.connection().exec_driver_sql(_SERVER).one()
    refusal = "the server takes no writes: it is a standby, or set to read only" if read_only else None
    return Condition(size, refusal, version=version, now=now)


def schema(store: Store) -> Schema:
    """Return what the tables are at, and what they should be at."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS))
    revision, head = store.revision(), scripts.get_current_head()
    assert head is not None
    return Schema(revision, head, revision in {None, *(script.revision for script in scripts.walk_revisions())})


def remote(path: Path, mounts: str) -> str | None:
    """Return the kind of network file system a file lies on, by the lines of /proc/self/mounts; None for a local one.

    WAL needs memory that all processes share, which no network file system gives (sqlite.org/wal.html).
    """
    above = {str(place) for place in (path.resolve(), *path.resolve().parents)}
    rows = [line.split() for line in mounts.splitlines()]
    points = [(row[1].replace("\\040", " "), row[2]) for row in rows if len(row) > 2]
    nearest = max((point for point in points if point[0] in above), key=lambda point: len(point[0]), default=None)
    return nearest[1] if nearest and nearest[1] in _REMOTE else None


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=1, isolation_level=None)


def _search(connection: sqlite3.Connection, seconds: float) -> tuple[bool, str | None]:
    """Return whether the whole file could be searched for damage, and the first that was found."""
    end = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > end, _STEPS)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False, None
    finally:
        connection.set_progress_handler(None, 0)
    return True, None if found == "ok" else str(found).splitlines()[-1]


def _write_refusal(connection: sqlite3.Connection) -> str | None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return str(error)
    return None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the database refused: {error}") from error
