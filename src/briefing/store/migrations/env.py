# ruff: noqa: INP001 - a script that Alembic runs, not a module
"""How Alembic runs our migrations: within the one transaction that `engine.migrate` hands it, on either database."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import types

from briefing.store.tables import METADATA


def plain(kind: str, column_type: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what lies in the database, so that an old migration needs none of today's code."""
    if kind == "type" and isinstance(column_type, types.TypeDecorator):
        return f"sa.{column_type.impl_instance!r}"
    return False


# Batch mode: SQLite alters a table by copying it. Transactional: a migration that fails half-way never happened.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=plain,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
