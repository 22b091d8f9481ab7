"""Copying every row of one database into another, of either kind.

Apart from `backup`, which knows files and what a restored row means: here nothing is read but the tables as they lie
there, so that rows of any revision pass, letter for letter, without today's code.

What if we die here? It is all in the caller's transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, DateTime, MetaData, Select, Table, bindparam, event, func, select, text
from sqlmodel.sql.sqltypes import UTCDateTime

BATCH = 500  # rows read, and written, at a time
GAP = 1_000_000  # more rows than come between two backups
_OURS = "alembic_version"  # says what revision the others are at; each database keeps its own

Seen = Callable[[int, int], object]  # how much is done, of how much


def tables(connection: Connection) -> Sequence[Table]:
    """Read what tables a SQLite database has, parents before those that refer to them."""
    found = MetaData()
    event.listen(found, "column_reflect", _in_utc)
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _OURS]


def _in_utc(_inspector: object, _table: Table, column: dict[str, Any]) -> None:
    if isinstance(column["type"], DateTime):
        column["type"] = UTCDateTime()  # PostgreSQL answers in the zone of the session, SQLite in none


def copy(source: Connection, target: Connection, *, of: Sequence[Table], seen: Seen) -> int:
    """Insert all rows of the source into the target's tables, which are empty, and return how many."""
    total = sum(source.scalar(select(func.count()).select_from(table)) or 0 for table in of)
    done = 0
    for table in of:
        own = [column for column in table.c if column.references(table.c.get("id", column))]
        blank = {column.name: None for column in own}  # the row it refers to may be one that follows
        for rows in _batches(source, select(table)):
            target.execute(table.insert(), [row | blank for row in rows])
            done += len(rows)
            seen(done, total)
        for column in own:
            _refer(source, target, table, column)
    return done


def _batches(source: Connection, query: Select[Any]) -> Iterator[list[dict[str, Any]]]:
    for rows in source.execute(query, execution_options={"yield_per": BATCH}).mappings().partitions():
        yield [{str(name): value for name, value in row.items()} for row in rows]


def _refer(source: Connection, target: Connection, table: Table, column: Column[Any]) -> None:
    """Set a column by which rows refer to others of their own table."""
    referring = select(table.c.id.label("row"), column.label("to")).where(column.is_not(None))
    statement = table.update().where(table.c.id == bindparam("row")).values({column.name: bindparam("to")})
    for rows in _batches(source, referring):
        target.execute(statement, rows)


def empty(target: Connection, *, of: Sequence[Table]) -> None:
    """Delete all rows of these tables."""
    for table in reversed(of):
        target.execute(table.delete())


def count_on(target: Connection, *, of: Sequence[Table]) -> None:
    """Let new rows be numbered from far behind the highest: what was told since goes by numbers we do not know."""
    if target.dialect.name == "postgresql":
        for table in of:
            _restart(target, table)
        return
    for statement in _COUNT_ON:
        target.execute(text(statement), {"gap": GAP})


# SQLite keeps a row for each table whose numbers are never used twice, once it has had a row.
_COUNT_ON = (
    "INSERT INTO sqlite_sequence SELECT 'items', 0 WHERE 'items' NOT IN (SELECT name FROM sqlite_sequence)",
    "UPDATE sqlite_sequence SET seq = seq + :gap",
)


def _restart(target: Connection, table: Table) -> None:
    """Move a table's sequence on; that outlives a transaction undone, and then skips numbers, which harms nobody."""
    sequence = target.scalar(select(func.pg_get_serial_sequence(table.name, "id"))) if "id" in table.c else None
    if sequence:
        highest = target.scalar(select(func.max(table.c.id))) or 0
        target.execute(select(func.setval(sequence, highest + GAP)))
