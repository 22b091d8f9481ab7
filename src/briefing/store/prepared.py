"""Statements that run hundreds of times a second, written out once for each database.

Apart from `batch`, which has the toolkit write a statement each time: that costs several times what the database does
for a few rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ClauseElement, Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

_Convert = Callable[[Any], Any]


class Prepared:
    """A statement over rows of values with these names; it may differ by the name of the database."""

    def __init__(self, statement: Callable[[str], ClauseElement], names: Sequence[str]) -> None:
        self._statement, self._names = statement, list(names)
        self._written: dict[str, _Written] = {}

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for rows, at least one; return how many it changed, or -1 where the driver does not count."""
        connection = session.connection()
        written = self._for(connection)
        return connection.exec_driver_sql(written.sql, [written.values(row) for row in rows]).rowcount

    def ask(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """Run a query and return what it found, as named tuples of its columns."""
        connection = session.connection()
        written = self._for(connection)
        return [written.read(row) for row in connection.exec_driver_sql(written.sql, written.values(values))]

    def _for(self, connection: Connection) -> "_Written":
        name = connection.dialect.name
        if name not in self._written:
            self._written[name] = self._write(connection.dialect)
        return self._written[name]

    def _write(self, dialect: Dialect) -> "_Written":
        statement = self._statement(dialect.name)
        compiled = statement.compile(dialect=dialect, column_keys=self._names)
        assert isinstance(compiled, SQLCompiler)
        steps = []
        for name in compiled.positiontup or compiled.bind_names.values():
            bind = compiled.binds[name]
            write = _once(_type(bind.type, dialect).bind_processor(dialect))
            steps.append((name, write, None) if name in self._names else (name, None, write(bind.value)))
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        found = NamedTuple("found", [(column.key, Any) for column in columns])  # type: ignore[misc]
        reads = [_type(column.type, dialect).result_processor(dialect, None) for column in columns]
        steps_of_rows = tuple((place, read) for place, read in enumerate(reads) if read is not None)
        return _Written(compiled.string, compiled.positiontup is not None, tuple(steps), found._make, steps_of_rows)


@dataclass(frozen=True, slots=True)
class _Written:
    """The words for one database; for each value its name, and how it is written or what it always is.

    Of a query also what makes a tuple of a row, and how the columns in some places are read.
    """

    sql: str
    by_place: bool
    steps: tuple[tuple[str, _Convert | None, Any], ...]
    made: _Convert
    reads: tuple[tuple[int, _Convert], ...]

    def values(self, row: Mapping[str, Any]) -> Any:
        """Return what the driver takes for a row: values in their places, or by their names."""
        if self.by_place:
            return tuple([write(row[name]) if write else fixed for name, write, fixed in self.steps])
        return {name: write(row[name]) if write else fixed for name, write, fixed in self.steps}

    def read(self, row: Sequence[Any]) -> Any:
        """Return the named tuple of a row."""
        values = list(row)
        for place, read in self.reads:
            values[place] = read(values[place])
        return self.made(values)


def _type(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def _once(write: _Convert | None) -> _Convert:
    """Return what writes a value, and what it wrote if the value is the very one before: rows share a moment.

    A document that was written is not changed afterwards, or it would be written as it was.
    """
    if write is None:
        return _same
    last: tuple[Any, Any] = (None, write(None))

    def written(value: Any) -> Any:
        nonlocal last
        before, result = last
        if value is not before:
            result = write(value)
            last = value, result
        return result

    return written


def _same(value: Any) -> Any:
    return value
