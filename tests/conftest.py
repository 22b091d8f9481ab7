"""A PostgreSQL of the whole run, and the two databases for tests that must pass on both alike."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from briefing.store.engine import Store
from briefing.store.tables import METADATA
from tests.contract import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL with our tables."""
    with postgres.running() as url:
        with closing(Store(url)) as store:
            store.upgrade()
        yield url


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """Return the URL of a PostgreSQL with our tables and nothing in them."""
    with closing(Store(postgres_url)) as store, store.transaction() as session:
        for table in reversed(METADATA.sorted_tables):
            session.exec(table.delete())
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database, or nothing for one of SQLite that the test makes itself."""
    return request.getfixturevalue("empty_postgres") if request.param == "postgres" else ""
