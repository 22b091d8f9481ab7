"""How a command ends that could not do what was asked: words on standard error, an exit status, never a traceback.

Apart from `options`, which says what may be asked. The same words are the JSON of `--json`, so that a script reads one
thing whatever happened: `{"ok": false, "errors": [{"message", "hint", …}]}`.
"""

import os
import sqlite3
import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

import typer

from briefing.cli import output
from briefing.cli.groups import Group
from briefing.errors import BriefingError, ConfigError, Problem, StoreError

WANTS_JSON = "briefing.json"  # in the context's `meta`, which commands and their groups share
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Exit(IntEnum):
    """What the exit status says."""

    DONE = 0
    FAILED = 1  # problems were found, or nothing could be done
    USAGE = 2  # the command line or feeds.yaml is wrong
    PARTLY = 3  # some feeds or recipients failed
    AGAIN = 75  # EX_TEMPFAIL: another process holds the database; try again
    INTERRUPTED = 130


class Failure(Exception):  # noqa: N818 - an end, not an error of ours
    """The end of a command: what, and why, then what to do."""

    def __init__(
        self, message: str, *, hint: str = "", code: Exit = Exit.FAILED, problems: Iterable[Problem] = ()
    ) -> None:
        super().__init__(message)
        self.message, self.hint, self.code, self.problems = message, hint, code, tuple(problems)


class Commands(Group):
    """The edge of the command line, where every error on purpose and every refusal of the system ends."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named; a reader of our output who went away is no error."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(Exit.DONE) from None
        except (Failure, BriefingError, OSError) as error:
            failure = error if isinstance(error, Failure) else _failure(error)
            _tell(failure, json=ctx.meta.get(WANTS_JSON, False))
            raise typer.Exit(failure.code) from error


def _failure(error: BriefingError | OSError) -> Failure:
    if isinstance(error, ConfigError):
        first = error.problems[0]
        return Failure(first.message, hint=first.hint, code=Exit.USAGE)
    if isinstance(error, StoreError):
        return refused(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
        return Failure(f"{where}{error.strerror.lower()}")
    return Failure(str(error))


def refused(error: StoreError, reason: str = "") -> Failure:
    """Return how a command ends that the database refused; `reason` says it better than the driver does."""
    message = reason or str(error)
    if isinstance(error.__cause__, BlockingIOError):
        hint = "wait for it, or stop it; briefing run polls and sends by itself"
        return Failure(message, hint=hint, code=Exit.AGAIN)
    driver = getattr(error.__cause__, "orig", None)
    if isinstance(driver, sqlite3.OperationalError) and driver.sqlite_errorcode & 0xFF in _BUSY:
        return Failure(message, hint="another process writes to it; try again", code=Exit.AGAIN)
    if isinstance(driver, sqlite3.DatabaseError) and getattr(driver, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        return Failure(message, hint="briefing db restore FILE puts a backup in its place, and keeps what stood")
    return Failure(message, hint="look at --database or BRIEFING_DATABASE_URL")


def _tell(failure: Failure, *, json: bool) -> None:
    from briefing.config import hints

    for problem in failure.problems:
        output.note(hints.render(problem))
    output.note(f"briefing: {failure.message}" + (f"\n  hint: {failure.hint}" if failure.hint else ""))
    if json:
        told = [hints.as_json(problem) for problem in failure.problems]
        output.as_json({"ok": False, "errors": told or [{"message": failure.message, "hint": failure.hint}]})
