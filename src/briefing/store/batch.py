"""Writing many rows at once, in the words both databases share.

Apart from the session's own `add`: that is five times slower, and looking before inserting is a race. How many
rows a batch touched is not read here: drivers disagree on it. Ask by key instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from briefing.store.columns import Row

SLICE = 500  # keys in one IN list: far below what either database takes

T = TypeVar("T")


def insert_new(session: Session, row: type[Row], values: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose keys are new and leave those that stand untouched."""
    if values:
        session.connection().execute(new_rows(session.get_bind().dialect.name, row), list(values))


def insert_one(session: Session, row: type[Row], values: Mapping[str, Any]) -> bool:
    """Insert one row; False if its key stands already, even if another transaction wrote it a moment ago."""
    insert = (
        _insert(session, row).values(**values).on_conflict_do_nothing().returning(table(row).primary_key.columns[0])
    )
    return session.connection().execute(insert).first() is not None


def insert_or_set(session: Session, row: type[Row], values: Sequence[Mapping[str, Any]], *, key: Sequence[str]) -> None:
    """Insert rows, or set every other column of the row that stands under the same `key`."""
    if not values:
        return
    insert = _insert(session, row)
    rest = {name: insert.excluded[name] for name in values[0] if name not in key}
    session.connection().execute(insert.on_conflict_do_update(index_elements=list(key), set_=rest), list(values))


def table(row: type[Row]) -> Table:
    """Return the table behind a row type."""
    found = row.__table__  # type: ignore[attr-defined]
    assert isinstance(found, Table)
    return found


def slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into runs that fit one IN list."""
    rest = iter(values)
    while part := tuple(islice(rest, SLICE)):
        yield part


@cache
def new_rows(dialect: str, row: type[Row]) -> sqlite.Insert | postgresql.Insert:
    """Return what inserts the rows whose keys are new; put together once, for that costs more than running it."""
    return _insert_on(dialect, row).on_conflict_do_nothing()


def _insert(session: Session, row: type[Row]) -> sqlite.Insert | postgresql.Insert:
    return _insert_on(session.get_bind().dialect.name, row)


def _insert_on(dialect: str, row: type[Row]) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table(row)) if dialect == "postgresql" else sqlite.insert(table(row))
