"""What a database tells about itself before anything is done to it, on both."""

from datetime import UTC, datetime, timedelta

from briefing.store import condition
from briefing.store.engine import Store


def test_the_tables_are_told_to_be_of_this_version(store: Store) -> None:
    found = condition.schema(store)
    assert (found.revision, found.known) == (found.head, True)


def test_a_database_tells_how_it_is(store: Store) -> None:
    if store.path is not None:
        found = condition.file(store.path, seconds=5)
        assert (found.wal, found.searched, found.version) == (True, True, None)
        assert found.size == store.path.stat().st_size
    else:
        with store.reading() as session:
            found = condition.server(session)
        assert found.version is not None
        assert found.version >= 14
        assert found.now is not None
        assert abs(found.now - datetime.now(UTC)) < timedelta(seconds=5)
    assert found.size > 0
    assert (found.refusal, found.flaw) == (None, None)
