"""The two databases, for suites that must pass on both alike."""

from collections.abc import Iterator

import pytest

from briefing.store.engine import Store
from tests import databases


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return an empty store; a test that takes it runs once on each database."""
    on_postgres = request.param == "postgres"
    with databases.postgres(request.getfixturevalue("empty_postgres")) if on_postgres else databases.sqlite() as empty:
        yield empty


@pytest.fixture
def sqlite_store() -> Iterator[Store]:
    """Return an empty store on SQLite, for what only SQLite has."""
    with databases.sqlite() as empty:
        yield empty
