"""Options that all commands share, and how each opens what it needs."""

import getpass
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import WANTS_JSON, Exit, Failure, refused
from briefing.errors import StoreError

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.store.engine import Store


def _wants_json(ctx: typer.Context, value: bool) -> bool:
    ctx.meta[WANTS_JSON] = value
    return value


def mailbox(value: str | None) -> str | None:
    """Refuse an option's value that is no e-mail address."""
    if value is None:
        return None
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(f'"{value}" is not an e-mail address: {error}') from error


def period(value: str) -> timedelta:
    """Read an option's length of time, as feeds.yaml writes it."""
    from briefing.config.scalars import parse_duration

    try:
        return parse_duration(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _spoken(value: str | None) -> str | None:
    """Refuse a language that we have no words in."""
    if value is None:
        return None
    from briefing.render.locale import languages, spoken

    if not spoken(value):
        raise typer.BadParameter(f'no words in "{value}"; known: {", ".join(languages())}')
    return value


ConfigPath = Annotated[
    Path, typer.Option("--config", "-c", envvar="BRIEFING_CONFIG", metavar="FILE", help="The configuration.")
]
Database = Annotated[
    str,
    typer.Option(
        "--database",
        "-d",
        envvar="BRIEFING_DATABASE_URL",
        metavar="URL",
        help="The database: sqlite:///FILE or postgresql://…",
    ),
]
Json = Annotated[bool, typer.Option("--json", callback=_wants_json, help="Write JSON to standard output.")]
Locale = Annotated[
    str | None,
    typer.Option(
        "--locale", metavar="TAG", callback=_spoken, help="Language of their mail, such as fa; default: the digest's."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="The address may be in your own network, or this machine.")
]
CONFIG = Path("feeds.yaml")
DATABASE = "sqlite:///briefing.db"


def open_config(path: Path) -> "Config":
    """Load and check the configuration; every error in it ends the command."""
    from briefing.check import check

    if not path.exists():
        raise Failure(f"{path}: no such file", hint=ways_to_begin(path), code=Exit.USAGE)
    checked = check(path, os.environ)
    if checked.config is None:
        errors = [problem for problem in checked.problems if problem.severity == "error"]
        message = f"{count(len(errors), 'error')} in {path}; nothing was done"
        raise Failure(message, hint="briefing check tells the same", code=Exit.USAGE, problems=errors)
    return checked.config


def amend(path: Path, change: Callable[[str | None], str]) -> None:
    """Change the text of feeds.yaml; one that is not right ends the command, and the file stays as it is."""
    from briefing import check

    checked = check.amend(path, change, os.environ)
    if checked.config is None:
        wrong = [problem for problem in checked.problems if problem.severity == "error"]
        message = f"that would put {count(len(wrong), 'error')} into {path}; it was left as it is"
        raise Failure(message, code=Exit.USAGE, problems=wrong)


def ways_to_begin(path: Path) -> str:
    """Say how to come by a configuration that is not there."""
    option = "" if path == CONFIG else f" --config {path}"
    return f"briefing init{option} writes one to start from; briefing follow URL{option} makes one of a page or feed"


@contextmanager
def open_store(database: str, *, quiet: bool = False) -> Iterator["Store"]:
    """Open the database and bring its tables up to date; say so if there was none: the URL may be a slip."""
    from briefing.store.engine import Store

    store = Store(database)
    made = store.path is not None and not store.path.exists()
    try:
        store.upgrade()
    except StoreError as error:
        raise refused(error, _misplaced(store.path, error) if store.path else "") from error
    if made and not quiet:
        output.note(f"made {store.path}: there was no database")
    try:
        yield store
    finally:
        store.close()


def _misplaced(path: Path, error: StoreError) -> str:
    """Name the file, and what is wrong with its place if it is that and not the database."""
    if path.is_dir():
        return f"{path}: is a folder, not a database"
    if not path.parent.is_dir():
        return f"{path}: there is no folder {path.parent}"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return f"{path}: may not be written to"
    return f"{path}: {error}"


def known(noun: str, name: str, ids: Iterable[str], *, otherwise: str = "") -> str:
    """Return an id that exists; one that does not ends the command with what was likely meant."""
    from briefing.config.hints import did_you_mean

    ids = list(ids)
    if name in ids:
        return name
    hint = did_you_mean(name, ids, "known: ") or otherwise
    raise Failure(f'no {noun} named "{name}"', hint=hint, code=Exit.USAGE)


def person() -> str:
    """Return who gives this command, as user@host; a user without a name by number."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"


def count(number: int, noun: str) -> str:
    """Say how many: `1 story`, `2 stories`, `3 addresses`."""
    if number == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" if noun.endswith("s") else "s")
    return f"{number:,} {plural}"
