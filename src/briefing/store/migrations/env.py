"""How Alembic runs our migrations: within the one transaction that `engine.migrate` hands it, on either database."""

from alembic import context

from briefing.store.tables import METADATA

connection = context.config.attributes["connection"]
# Batch mode: SQLite alters a table by copying it. Transactional: a migration that fails half-way never happened.
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=True, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
