"""A PostgreSQL of the whole run, and the two databases for tests that must pass on both alike."""

import gc
from collections.abc import Iterator
from contextlib import closing

import pytest
import structlog
from hypothesis import settings

from briefing import heap
from briefing.store.engine import Store
from tests import databases
from tests.contract import postgres

# What the tests break on purpose is logged with a traceback; a coloured one takes a tenth of a second to draw.
_drawn = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure([structlog.stdlib.add_log_level, _drawn])

settings.register_profile("busy", deadline=None)  # the machine has other tests to run
settings.load_profile("busy")

gc.disable()  # while tests are collected


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and not in all that was imported and collected for them."""
    heap.settle()
    gc.enable()


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
    databases.clear(postgres_url)
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database, or nothing for one of SQLite that the test makes itself."""
    return request.getfixturevalue("empty_postgres") if request.param == "postgres" else ""
