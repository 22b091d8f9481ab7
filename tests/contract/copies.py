"""What the tests of backups share: rows to copy, copying them, and how to tell that all came through."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from briefing.model import Candidate, FeedId, ParsedItem
from briefing.store import backup, feeds, items, transfer
from briefing.store.engine import Store
from briefing.store.tables import METADATA
from tests.contract.seeds import REVISIONS, Row, sow

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEAD = REVISIONS[-1]


def quiet(_done: int, _total: int) -> None:
    """Show nothing of how far it is."""


def restore(store: Store, file: Path, *, resend: bool = True, seen: transfer.Seen = quiet) -> backup.Restored:
    with backup.opened(file) as found:
        return backup.restore(store, found, now=NOON + HOUR, resend=resend, seen=seen)


def seed(store: Store, revision: str = HEAD) -> None:
    with store.transaction() as session:
        sow(session.connection(), revision)
        if revision == HEAD:  # the numbers of plain SQL were taken from no sequence
            transfer.count_on(session.connection(), of=METADATA.sorted_tables)


def rows(store: Store) -> dict[str, list[Row]]:
    """Return all rows as today's tables read them, so that both databases give the same."""
    with store.reading() as session:
        connection = session.connection()
        return {
            table.name: sorted((dict(row) for row in connection.execute(table.select()).mappings()), key=repr)
            for table in METADATA.sorted_tables
        }


def sound(store: Store) -> None:
    """Fail if there is drift, damage, or a reference to nothing."""
    with store.reading() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), METADATA) == []
        if store.path is not None:
            assert session.connection().execute(text("PRAGMA integrity_check")).all() == [("ok",)]
            assert session.connection().execute(text("PRAGMA foreign_key_check")).all() == []


def add(store: Store, key: str) -> int:
    with store.transaction() as session:
        feeds.sync(session, feeds={FeedId("a"): "https://a.example/"}, now=NOON)
        candidates = [Candidate(key, ParsedItem(key, None, key), key)]
        terms: dict[str, Any] = {"source": "S", "lang": None, "now": NOON, "keep_html": False}
        (added,) = items.add(session, feed=FeedId("a"), candidates=candidates, **terms)
    return added.id
