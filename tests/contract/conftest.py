"""The two databases, for suites that must pass on both alike."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from briefing.store.engine import Store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite database with our tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "briefing.db"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@contextmanager
def _sqlite(request: pytest.FixtureRequest) -> Iterator[Store]:
    path = request.getfixturevalue("tmp_path") / "briefing.db"
    shutil.copy(request.getfixturevalue("migrated"), path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@contextmanager
def _postgres(request: pytest.FixtureRequest) -> Iterator[Store]:
    store = Store(request.getfixturevalue("empty_postgres"))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return an empty store; a test that takes it runs once on each database."""
    with {"sqlite": _sqlite, "postgres": _postgres}[request.param](request) as empty:
        yield empty


@pytest.fixture
def sqlite_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Return an empty store on SQLite, for what only SQLite has."""
    with _sqlite(request) as empty:
        yield empty
