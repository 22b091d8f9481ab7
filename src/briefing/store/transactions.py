"""What begins and commits: one transaction, or one after another; a driver's error becomes a StoreError here.

Apart from `engine`, which knows databases and opens connections. A writer at full speed commits hundreds of times a
second, so what the toolkit does around each transaction counts as much as the database's own work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from briefing.errors import StoreError


class Transactions:
    """Opens transactions for one thread; their connection is `kept` from one to the next, or taken anew each time.

    A server's connection is not kept: it may break while nothing is done.
    """

    def __init__(self, engine: Engine, *, kept: bool) -> None:
        self._engine, self._kept = engine, kept
        self._connection: Connection | None = None

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        """Open a transaction that commits at the end of the block, or leaves no trace if it raises."""
        try:
            with driver_errors():
                if self._connection is None:
                    self._connection = self._engine.connect()
                with _within(self._connection) as session:
                    yield session
        except BaseException:
            self.close()
            raise
        if not self._kept:
            self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def _within(connection: Connection) -> Iterator[Session]:
    """Open a session that does its work in one transaction of a connection."""
    with connection.begin(), _Session(connection, execution_options={"populate_existing": True}) as session:
        yield session
        if session.in_transaction():
            session.commit()


@contextmanager
def driver_errors() -> Iterator[None]:
    """Raise StoreError in place of what the toolkit or a driver raises."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(f"the database refused: {_reason(error)}") from error


class _Session(Session):
    """Is asked for its connection, which costs nothing here, more often than for objects."""

    def __init__(self, connection: Connection, **settings: Any) -> None:
        super().__init__(connection, **settings)
        self._whole = connection

    def connection(self, *_: Any, **__: Any) -> Connection:
        """Return the connection in whose transaction all is done."""
        return self._whole


def _reason(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
