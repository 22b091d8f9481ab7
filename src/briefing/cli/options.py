"""Options and exit codes that all commands share, and how each opens what it needs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.store.engine import Store

ConfigPath = Annotated[
    Path, typer.Option("--config", "-c", envvar="BRIEFING_CONFIG", help="The configuration.", show_default=True)
]
Database = Annotated[
    str, typer.Option("--database", "-d", envvar="BRIEFING_DATABASE_URL", help="sqlite:///FILE or postgresql://…")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
CONFIG = Path("feeds.yaml")
DATABASE = "sqlite:///briefing.db"


class Exit(IntEnum):
    """What the exit status says."""

    DONE = 0
    FAILED = 1  # problems were found, or nothing could be done
    USAGE = 2  # the command line or feeds.yaml is wrong
    PARTLY = 3  # some feeds or recipients failed
    AGAIN = 75  # EX_TEMPFAIL: a lock is held or all failures are passing; try again
    INTERRUPTED = 130


def fail(message: str, *, hint: str = "", code: Exit = Exit.FAILED) -> typer.Exit:
    """Say what went wrong and what to do on standard error; return the exit to raise."""
    sys.stderr.write(f"briefing: {message}\n" + (f"  hint: {hint}\n" if hint else ""))
    return typer.Exit(code)


def open_config(path: Path) -> "Config":
    """Load and check the configuration; warnings go to standard error, errors end the command."""
    from briefing.check import check
    from briefing.config.hints import render

    checked = check(path, os.environ)
    if checked.config is None:
        for problem in checked.problems:
            sys.stderr.write(render(problem) + "\n")
        count = sum(p.severity == "error" for p in checked.problems)
        raise fail(f"{count} error{'s' * (count != 1)} in {path}; nothing was done", code=Exit.USAGE)
    return checked.config


@contextmanager
def open_store(database: str) -> Iterator["Store"]:
    """Open the database and bring its tables up to date."""
    from briefing.errors import StoreError
    from briefing.store.engine import Store

    try:
        store = Store(database)
        store.upgrade()
    except StoreError as error:
        raise fail(str(error), hint="check --database or BRIEFING_DATABASE_URL") from error
    try:
        yield store
    finally:
        store.close()
