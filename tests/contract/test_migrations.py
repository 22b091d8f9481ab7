"""Every released schema goes up to today's and down again on both databases, and every row comes through.

A new revision adds what its rows look like to `seeds`, and nothing here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text

from briefing.errors import StoreError
from briefing.model import FeedId
from briefing.store import feeds, transfer
from briefing.store.engine import MIGRATIONS, Store
from briefing.store.tables import METADATA
from tests.contract.scratch import KINDS, blank, killed
from tests.contract.seeds import REVISIONS, REWRITTEN, Row, reap, sow, tables, unsaid

HEAD = REVISIONS[-1]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLDER = REVISIONS[:-1]


def chosen(revisions: Sequence[str]) -> list[Any]:
    """Return revisions of which the first, which goes through all, is tried each time, the others by `make slow`."""
    first, *others = revisions
    return [first, *(pytest.param(one, marks=pytest.mark.slow) for one in others)]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return a database without tables."""
    with blank(request, request.param) as made:
        yield made


def seeded(store: Store, revision: str) -> dict[str, list[Row]]:
    store.upgrade(revision)
    with store.transaction() as session:
        sow(session.connection(), revision)
    return rows(store)


def rows(store: Store) -> dict[str, list[Row]]:
    """Return all rows, without what a revision rewrites for good."""
    with store.reading() as session:
        found = reap(session.connection())
    lasting = {t: [{c: v for c, v in row.items() if c not in REWRITTEN.get(t, ())} for row in found[t]] for t in found}
    return {table: sorted(some, key=repr) for table, some in lasting.items()}


def common(found: Mapping[str, Sequence[Row]], wanted: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Return rows with the tables and columns alone that others have."""
    columns = {table: set(some[0]) for table, some in wanted.items()}
    less = {t: [{c: v for c, v in row.items() if c in columns[t]} for row in found[t]] for t in columns}
    return {table: sorted(some, key=repr) for table, some in less.items()}


def shape(store: Store) -> dict[str, Any]:
    """Return all that the database says of its tables, but for the order of columns."""
    with store.reading() as session:
        names = inspect(session.connection()).get_table_names()
        return {table: _shape(session.connection(), table) for table in tables(HEAD) if table in names}


def _shape(connection: Connection, table: str) -> list[str]:
    asked = inspect(connection)
    columns = [f"{c['name']} {c['type']} {c['nullable']} {c['default']}" for c in asked.get_columns(table)]
    keys = [asked.get_pk_constraint(table), *asked.get_foreign_keys(table), *asked.get_unique_constraints(table)]
    indices = [{**i, "dialect_options": {k: str(v) for k, v in _options(i)}} for i in asked.get_indexes(table)]
    made = f"SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = '{table}'"
    counts = connection.exec_driver_sql(made).scalar() if connection.dialect.name == "sqlite" else None
    return [*sorted(columns), *sorted(map(repr, keys)), *sorted(map(repr, indices)), f"counts on: {counts}"]


def _options(index: Any) -> Any:
    return index.get("dialect_options", {}).items()


def drift(store: Store) -> list[Any]:
    with store.reading() as session:
        return list(compare_metadata(MigrationContext.configure(session.connection()), METADATA))


def whole(store: Store) -> bool:
    with store.reading() as session:
        if store.path is None:
            return True
        asked = ("PRAGMA integrity_check", "PRAGMA foreign_key_check")
        return [session.connection().execute(text(one)).all() for one in asked] == [[("ok",)], []]


def test_there_are_seeds_for_every_revision_and_every_table_of_today() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(REVISIONS)
    assert set(tables(HEAD)) == {table.name for table in METADATA.sorted_tables}


@pytest.mark.parametrize("revision", chosen(REVISIONS))
def test_rows_of_every_revision_come_up_to_todays_and_down_again(store: Store, revision: str) -> None:
    before = seeded(store, revision)
    assert min(len(some) for some in before.values()) > 0
    then = shape(store)
    store.upgrade()
    up = rows(store), shape(store)
    assert (store.revision(), drift(store), whole(store)) == (HEAD, [], True)
    assert common(up[0], before) == before
    for step in reversed(REVISIONS[REVISIONS.index(revision) : -1]):
        store.downgrade(step)
    assert (store.revision(), rows(store), shape(store), whole(store)) == (revision, before, then, True)
    store.upgrade()
    assert (rows(store), shape(store)) == up


@pytest.mark.parametrize("revision", chosen(OLDER))
def test_what_only_a_newer_schema_can_say_is_lost_on_the_way_down_and_nothing_is_told_twice(
    store: Store, revision: str
) -> None:
    before = seeded(store, HEAD)
    store.downgrade(revision)
    after = rows(store)
    carried = revision < "0002"  # the one that knows of it
    waited = {row["key"] for row in before["deliveries"] if carried and row["carrier_id"]}
    silenced = revision < "0010"
    waited |= {row["key"] for row in before["deliveries"] if silenced and row["state"] == "silenced"}
    ended = {row["key"] for row in after["deliveries"] if row["state"] == "dead"}
    assert ended == waited
    kept = {table: some for table, some in after.items() if table != "deliveries"}
    said = common(unsaid(before) if revision < "0004" else before, after)
    assert kept == {table: some for table, some in said.items() if table != "deliveries"}
    store.upgrade()
    assert (drift(store), whole(store)) == ([], True)


def test_what_is_posted_stands_apart_and_comes_back(store: Store) -> None:
    seeded(store, "0012")
    asked = "SELECT id, payload FROM deliveries WHERE payload IS NOT NULL ORDER BY id"
    before = answered(store, asked)
    assert len(before) > 1
    store.upgrade()
    assert answered(store, "SELECT delivery_id, payload FROM payloads ORDER BY delivery_id") == before
    store.downgrade("0012")
    assert answered(store, asked) == before


def answered(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(query))]


def test_the_addresses_of_feeds_are_forgotten_but_where_they_moved_to(store: Store) -> None:
    seeded(store, "0002")
    addresses = {
        "plain": ("https://a.example/?key=1", "https://a.example/?key=1"),
        "moved": ("https://b.example/?key=1", "https://c.example/"),
        "keyed": ("https://d.example/", "https://e.example/?key=2"),
    }
    feed = "INSERT INTO feeds SELECT :id, configured, :was, :is, title, next_poll_at, etag, last_modified, body_hash, "
    feed += "last_poll_at, last_ok_at, last_outcome, failures, error, down_since, moved_to, moved_count, gone, paused, "
    with store.transaction() as session:
        for name, (was, now) in addresses.items():
            values = {"id": name, "was": was, "is": now}
            session.connection().execute(text(feed + "primed FROM feeds WHERE id = 'a'"), values)
    store.upgrade()
    with store.transaction() as session:
        states = feeds.states(session)
        assert {state.id: state.url for state in states if state.id in addresses} == {
            "plain": "", "moved": "https://c.example/", "keyed": "",
        }  # fmt: skip
        assert "?key=" not in repr(reap(session.connection())["feeds"])
        feeds.sync(session, feeds={FeedId(name): was for name, (was, _) in addresses.items()}, now=NOON)
        after = feeds.states(session)
        assert [s for s in after if s.id in addresses] == [
            s for s in states if s.id in addresses
        ]  # none is taken for new


def test_all_tables_go_and_come_back(store: Store) -> None:
    seeded(store, HEAD)
    store.downgrade()
    with store.reading() as session:
        assert inspect(session.connection()).get_table_names() == ["alembic_version"]
    store.upgrade()
    assert drift(store) == []
    assert not any(rows(store).values())


def test_a_newer_schema_is_refused_and_left_as_it_is(store: Store) -> None:
    before = seeded(store, HEAD)
    with store.transaction() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for change in (store.upgrade, store.downgrade):
        with pytest.raises(StoreError, match="newer version"):
            change()
    assert rows(store) == before


def test_a_migration_that_is_killed_at_its_last_statement_never_happened(store: Store) -> None:
    before = seeded(store, OLDER[0])
    store.close()

    def upgrade(die: Any) -> None:
        def watch(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("UPDATE alembic_version"):
                die()

        mine = Store(store._url)
        event.listen(mine._engine, "before_cursor_execute", watch)
        mine.upgrade()

    killed(upgrade)
    assert (store.revision(), rows(store), whole(store)) == (OLDER[0], before, True)
    store.upgrade()
    assert drift(store) == []


def test_others_read_while_it_migrates(store: Store) -> None:
    """They see the tables before or after, all of them, and no error."""
    before = seeded(store, OLDER[0])
    stop, counted, failed = Event(), set[int](), list[BaseException]()

    def read() -> None:
        other = Store(store._url)
        try:
            while not stop.is_set():
                with other.reading() as session:
                    counted.add(session.connection().execute(text("SELECT count(title) FROM items")).scalar_one())
        except StoreError as error:
            failed.append(error)
        finally:
            other.close()

    reader = Thread(target=read)
    reader.start()
    try:
        for _ in range(2):
            store.upgrade()
            store.downgrade(OLDER[0])
    finally:
        stop.set()
        reader.join()
    assert (failed, counted) == ([], {len(before["items"])})


def test_a_reader_that_began_before_ends_with_the_tables_it_began_with(request: pytest.FixtureRequest) -> None:
    with blank(request, "sqlite") as store:
        before = seeded(store, OLDER[0])
        with Store(store._url).reading() as session:
            then = reap(session.connection())
            store.upgrade()
            assert reap(session.connection()) == then
        assert set(rows(store)["items"][0]) > set(before["items"][0])


def test_the_tables_that_are_copied_are_those_of_the_schema(request: pytest.FixtureRequest) -> None:
    with blank(request, "sqlite") as store:
        store.upgrade()
        with store.reading() as session:
            assert {t.name for t in transfer.tables(session.connection())} == set(tables(HEAD))
