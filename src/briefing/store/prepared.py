"""Statements that run hundreds of times a second, written out once for each database.

Apart from `batch`, which has the toolkit write a statement each time: that costs several times what the database does
for a few rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

_Write = Callable[[Any], Any]


class Prepared:
    """A statement over rows of values with these names; it may differ by the name of the database."""

    def __init__(self, statement: Callable[[str], ClauseElement], names: Sequence[str]) -> None:
        self._statement, self._names = statement, list(names)
        self._written: dict[str, _Written] = {}

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for rows, at least one; return how many it changed, or -1 where the driver does not count."""
        connection = session.connection()
        written = self._written.get(connection.dialect.name)
        if written is None:
            written = self._written[connection.dialect.name] = self._write(connection.dialect)
        return connection.exec_driver_sql(written.sql, [written.values(row) for row in rows]).rowcount

    def _write(self, dialect: Dialect) -> "_Written":
        compiled = self._statement(dialect.name).compile(dialect=dialect, column_keys=self._names)
        assert isinstance(compiled, SQLCompiler)
        steps = []
        for name in compiled.positiontup or compiled.bind_names.values():
            bind = compiled.binds[name]
            write = bind.type.dialect_impl(dialect).bind_processor(dialect) or _same
            steps.append((name, write, None) if name in self._names else (name, None, write(bind.value)))
        return _Written(compiled.string, compiled.positiontup is not None, tuple(steps))


@dataclass(frozen=True, slots=True)
class _Written:
    """The words for one database, and for each value its name, and how it is written or what it always is."""

    sql: str
    by_place: bool
    steps: tuple[tuple[str, _Write | None, Any], ...]

    def values(self, row: Mapping[str, Any]) -> Any:
        """Return what the driver takes for a row: values in their places, or by their names."""
        if self.by_place:
            return tuple([write(row[name]) if write else fixed for name, write, fixed in self.steps])
        return {name: write(row[name]) if write else fixed for name, write, fixed in self.steps}


def _same(value: Any) -> Any:
    return value
