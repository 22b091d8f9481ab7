"""Databases for tests of the schema itself and of what is copied whole: at first there is nothing in them, no table.

And a process that is killed: such a test must see what a death leaves, on either database.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import make_url

from briefing.store.engine import Store

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def blank(request: pytest.FixtureRequest, kind: str, name: str = "scratch") -> Iterator[Store]:
    """Open a database that has no tables; two of one kind need two names."""
    if kind == "sqlite":
        url = make_url(f"sqlite:///{request.getfixturevalue('tmp_path') / name}.db")
        Path(url.database or "").unlink(missing_ok=True)
    else:
        url = make_url(request.getfixturevalue("postgres_url")).set(database=name)
        _empty(request.getfixturevalue("postgres_url"), name)
    with closing(Store(url)) as store:
        yield store


def _empty(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} STRATEGY file_copy").format(sql.Identifier(name)))
        except errors.DuplicateDatabase:
            with psycopg.connect(server, dbname=name, autocommit=True) as other:
                other.execute("DROP SCHEMA public CASCADE")
                other.execute("CREATE SCHEMA public")


def killed(work: Callable[[Callable[[], None]], object]) -> None:
    """Do the work in a process of its own, which dies by SIGKILL when the work calls what it is given."""
    child = os.fork()
    if child == 0:
        try:
            work(lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it came to its end"
    assert os.WTERMSIG(status) == signal.SIGKILL
