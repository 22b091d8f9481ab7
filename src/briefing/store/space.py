"""What a database takes on disk, and giving back what is free of it.

Apart from `backup`, which writes files of its own. What if we die here? SQLite and PostgreSQL vacuum all or nothing.
"""

from briefing.store.engine import Store


def vacuum(store: Store) -> tuple[int, int]:
    """Give the space of deleted rows back, bring statistics up to date; return the size in bytes before and after.

    On SQLite the whole file is written anew, and whoever writes to it waits; PostgreSQL keeps most of the space for
    rows to come.
    """
    before = size(store)
    with store.bare() as connection:
        for statement in _VACUUM[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    return before, size(store)


_VACUUM = {
    "sqlite": ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA optimize"),
    "postgresql": ("VACUUM (ANALYZE)",),
}


def size(store: Store) -> int:
    """Return how many bytes the database takes on disk, its journal among them."""
    if store.path is None:
        with store.reading() as session:
            return int(session.connection().exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    files = (store.path, store.path.with_name(store.path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
