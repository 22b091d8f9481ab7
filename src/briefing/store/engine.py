"""The database as a whole: connections, transactions, schema and the lock of the one process that may write.

Apart from the files beside it, which say what is read and written, and from `transactions`, which commits it.

What if we die here? A transaction that was not committed never happened; one that was is on disk (SQLite WAL with
synchronous=FULL; PostgreSQL's default), so `sending` is durable before a shell sends the first byte.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from briefing.errors import StoreError
from briefing.store.batch import insert_new, insert_or_set
from briefing.store.tables import SettingRow
from briefing.store.transactions import Transactions, driver_errors

__all__ = ["Session", "Store", "UTCDateTime", "secret"]

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x62726965  # any constants: they name our advisory locks in PostgreSQL
_JUDGING_LOCK = 0x62726966

# What opens a transaction on SQLite. A writer takes the write lock at once, so that nothing it read can change before
# it writes; a reader cannot write. Rebuilding a table needs foreign keys off, which only works before BEGIN.
_SQLITE_MODE = {
    "write": ("PRAGMA query_only=OFF",),
    "read": ("PRAGMA query_only=ON",),
    "migrate": ("PRAGMA query_only=OFF", "PRAGMA foreign_keys=OFF"),
    "bare": ("PRAGMA query_only=OFF",),
}
_SQLITE_BEGIN = {"write": "BEGIN IMMEDIATE", "read": "BEGIN", "migrate": "BEGIN IMMEDIATE"}
_SQLITE_CONNECT = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
_POSTGRES_CONNECT = ("SET statement_timeout='60s'", "SET idle_in_transaction_session_timeout='60s'")


class Store:
    """One database, by URL: `sqlite:///path` or `postgresql://…`; nothing is opened before the first use."""

    def __init__(self, url: str | URL) -> None:
        self._url = _readable(url)
        self._engine = _engine(self._url)
        self._modes: dict[str, Engine] = {}

    @property
    def path(self) -> Path | None:
        """Where the SQLite database lies; None for PostgreSQL."""
        return Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to this version's, or to a revision; raise StoreError if a newer version has written it.

        A SQLite database that is not there is made, for nobody else to read: it holds addresses.
        """
        if self.path is not None and not self.path.exists() and os.access(self.path.parent, os.W_OK):
            self.path.touch(mode=0o600)
        with self._migrating() as connection:
            migrate(connection, revision)

    def downgrade(self, revision: str = "base") -> None:
        """Take the schema back to a revision; what only the newer one could hold is lost."""
        with self._migrating() as connection:
            migrate(connection, revision, down=True)

    def revision(self) -> str | None:
        """Return the revision of the schema as it is; None before the first upgrade."""
        from alembic.migration import MigrationContext

        with driver_errors(), self._bound("read").begin() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def transaction(self) -> AbstractContextManager[Session]:
        """Open a transaction that commits at the end of the block, or leaves no trace if it raises."""
        return self._session("write")

    def reading(self) -> AbstractContextManager[Session]:
        """Open a consistent view of the database in which nothing can be written."""
        return self._session("read")

    def transactions(self) -> Transactions:
        """Return what opens such transactions one after another, for one thread."""
        return Transactions(self._bound("write"), kept=self.path is not None)

    @contextmanager
    def bare(self) -> Iterator[Connection]:
        """Open a connection in which each statement stands for itself, for those that take no transaction: VACUUM."""
        try:
            with driver_errors(), self._bound("bare").connect() as connection:
                if self.path is None:
                    connection.execute(text("SET statement_timeout=0"))
                yield connection
        finally:
            self._engine.dispose()  # its connection has no limit

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one process that runs on this SQLite database; raise StoreError naming the one that does.

        PostgreSQL takes several processes, so there this does nothing. The lock goes with the process, however it ends.
        """
        with _lock_file(self.path) if self.path else nullcontext():
            yield

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _session(self, mode: str) -> AbstractContextManager[Session]:
        return Transactions(self._bound(mode), kept=False)()

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        with driver_errors(), self._bound("migrate").begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout=0"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _MIGRATION_LOCK})
            yield connection
        self._engine.dispose()  # its connection had foreign keys off

    def _bound(self, mode: str) -> Engine:
        # The same each time: it costs as much as two statements.
        if mode not in self._modes:
            self._modes[mode] = self._engine.execution_options(**self._options(mode))
        return self._modes[mode]

    def _options(self, mode: str) -> dict[str, Any]:
        if self.path is not None:
            return {"sqlite_begin": mode}
        if mode == "read":
            return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return {"isolation_level": "AUTOCOMMIT"} if mode == "bare" else {}


def secret(session: Session) -> bytes:
    """Return the 32 bytes that key our Message-IDs; made at the first call, the same ever after (primary key)."""
    insert_new(session, SettingRow, [{"name": "secret", "value": secrets.token_hex(32)}])
    stored = session.exec(select(SettingRow.value).where(col(SettingRow.name) == "secret")).one()
    return bytes.fromhex(stored)


def queue(session: Session) -> None:
    """Wait until nobody else judges arrivals, and let nobody until this transaction ends (no table).

    Of two copies that arrive at once, neither transaction would see the other's. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _JUDGING_LOCK})


def note(session: Session, *, name: str, value: str) -> None:
    """Keep a word about the service itself, such as when it was last at work (primary key)."""
    insert_or_set(session, SettingRow, [{"name": name, "value": value}], key=("name",))


def noted(session: Session, *, name: str) -> str | None:
    """Return what was noted under a name; None if nothing was (primary key)."""
    return session.exec(select(SettingRow.value).where(col(SettingRow.name) == name)).one_or_none()


def migrate(connection: Connection, revision: str, *, down: bool = False) -> None:
    """Run the packaged migrations up, or down, to `revision` within the connection's transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    current = _refuse_newer(connection, scripts)
    if down:
        command.downgrade(config, revision)
    elif current != (scripts.get_current_head() if revision == "head" else revision):
        command.upgrade(config, revision)


def _refuse_newer(connection: Connection, scripts: Any) -> str | None:
    from alembic.migration import MigrationContext

    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(f"the database has schema {current}, made by a newer version; upgrade briefing or restore")
    return current


def _readable(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise StoreError("the database URL cannot be read; write sqlite:///path or postgresql://…") from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            kind = "a database in memory" if other == "sqlite" else other
            raise StoreError(f"{kind} is not supported; write sqlite:///path or postgresql://…")


def _engine(url: URL) -> Engine:
    # hide_parameters: an error's text must never show what was written, a secret among it.
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() == "postgresql")
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _connected_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _connected_postgres)
    return engine


def _connected_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
    for statement in _SQLITE_CONNECT:
        connection.execute(statement)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "write")
    if connection.info.get("mode") != mode:  # a pragma costs as much as a statement, and the writer stays one
        for statement in _SQLITE_MODE[mode]:
            connection.exec_driver_sql(statement)
        connection.info["mode"] = mode
    if begin := _SQLITE_BEGIN.get(mode):
        connection.exec_driver_sql(begin)


def _connected_postgres(connection: Any, _record: Any) -> None:
    for statement in _POSTGRES_CONNECT:
        connection.execute(statement)
    connection.commit()


@contextmanager
def _lock_file(database: Path) -> Iterator[None]:
    path = database.with_name(database.name + ".lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"cannot lock {database}: {error.strerror}") from error
    try:
        _take(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StoreError(f"{database} is in use by process {holder}") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
