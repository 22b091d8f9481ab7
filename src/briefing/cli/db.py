"""db: the database's tables, its backups, its space."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure, refused
from briefing.cli.options import DATABASE, Database, Json, Yes, count, open_store
from briefing.errors import StoreError

if TYPE_CHECKING:
    from briefing.store.backup import Backup, Restored
    from briefing.store.engine import Session, Store

app = typer.Typer(help="The database: backup, restore, hold, vacuum.", no_args_is_help=True)

_LOOK = "look: briefing deliveries list --failed; send: briefing deliveries retry --all"
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup: one SQLite file.", show_default=False)]


@app.command("upgrade", epilog="Example: briefing db upgrade --database sqlite:////var/lib/briefing/briefing.db")
def upgrade(database: Database = DATABASE, json: Json = False) -> None:
    """Bring the tables up to date; every command does so when it starts."""
    with open_store(database) as store:
        revision = store.revision()
    if json:
        output.as_json({"revision": revision})
    else:
        output.say(f"tables are at {revision}")


@app.command("backup", epilog="Example: briefing db backup /var/backups/briefing.db --force")
def backup(
    file: BackupFile,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Write all that is in the database to one file, while the service goes on; keep it safe, it holds addresses.

    Of PostgreSQL too it is a SQLite file: it can be restored into either.
    """
    from briefing.clock import utc_now
    from briefing.store import backup as backups

    _fit(file, force=force)
    with _standing(database) as store, _progress("copying") as seen:
        if store.path and file.exists() and file.samefile(store.path):
            raise Failure(f"{file} is the database itself", code=Exit.USAGE)
        size = backups.backup(store, file, now=utc_now(), seen=seen)
    if json:
        output.as_json({"file": file, "bytes": size})
    else:
        output.say(f"wrote      {file} ({_size(size)})")


@app.command("restore", epilog="Example: briefing db restore /var/backups/briefing.db")
def restore(
    file: BackupFile,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send what waited when the backup was made; it may be sent twice.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace what is in PostgreSQL; SQLite's is kept.")] = False,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Put a backup in place of all that is in the database; stop the service first.

    A SQLite database is kept beside itself first. What waited to be sent when the backup was made may have been sent
    since, so it is not sent again: `briefing deliveries list --failed` shows it.
    """
    from briefing.clock import utc_now
    from briefing.store import backup as backups
    from briefing.store.engine import Store

    now, store = utc_now(), Store(database)
    _fit(store.path or file, force=True)
    with _opened(file, store) as found, store.lock():
        try:
            if store.path is None:
                _may_replace(store, yes=yes)
            with _progress("restoring") as seen:
                done = backups.restore(store, found, now=now, resend=resend, seen=seen)
        except StoreError as error:
            raise refused(error) from error
        finally:
            store.close()
    if json:
        output.as_json({"file": file, "made_at": found.made_at, **asdict(done), "resend": resend})
    else:
        _tell(file, found, done, resend=resend)


@app.command("hold", epilog="Example: briefing db hold --database sqlite:////var/lib/briefing/briefing.db")
def hold(yes: Yes = False, database: Database = DATABASE, json: Json = False) -> None:
    """Send nothing of what waits in an old database that was put back by cp, a snapshot or pg_restore.

    Say it before the service starts. All that is owed may have been sent since the copy was made, so it is held, as
    `briefing db restore` does by itself: `briefing deliveries list --failed` shows it, `briefing deliveries retry`
    sends it.
    """
    from briefing.clock import utc_now
    from briefing.store import backup as backups

    with _standing(database) as store, store.lock():
        store.upgrade()
        with store.reading() as session:
            _alone(session, store)
            waiting = backups.waiting(session)
        if waiting and not yes and not output.agreed(f"Hold {count(waiting, 'message')}, which may have been sent?"):
            raise Failure("nothing was held", hint="--yes does not ask")
        with store.transaction() as session:
            _alone(session, store)
            held = backups.hold(session, now=utc_now(), marked=False)
    if json:
        output.as_json({"held": held})
    elif held:
        output.say(f"held       {count(held, 'message')} that waited; they may have been sent since the copy was made")
        output.note(_LOOK)
    else:
        output.say("held       nothing: no message waits")


@app.command("vacuum", epilog="Example: briefing db vacuum")
def vacuum(database: Database = DATABASE, json: Json = False) -> None:
    """Give back the space of what was deleted; a service that runs waits while its SQLite file is written anew."""
    from briefing.store import space

    with _standing(database) as store:
        before, after = space.vacuum(store)
    if json:
        output.as_json({"before": before, "after": after})
    else:
        output.say(f"vacuumed   {_size(before)} before, {_size(after)} after")


@contextmanager
def _standing(database: str) -> "Iterator[Store]":
    """Open a database that is there, as it is: a backup before an upgrade must not upgrade it."""
    from briefing.store.engine import Store

    store = Store(database)
    if store.path and not store.path.exists():
        raise Failure(f"{store.path}: there is no database", hint="look at --database or BRIEFING_DATABASE_URL")
    try:
        yield store
    finally:
        store.close()


def _fit(file: Path, *, force: bool) -> None:
    """End the command if a file cannot be written where it is to be."""
    if not file.parent.is_dir():
        raise Failure(f"{file}: there is no folder {file.parent}", code=Exit.USAGE)
    if file.is_dir():
        raise Failure(f"{file}: is a folder", code=Exit.USAGE)
    if file.exists() and not force:
        raise Failure(f"{file} is there already", hint="--force replaces it", code=Exit.USAGE)
    if not os.access(file.parent, os.W_OK):
        raise Failure(f"{file}: its folder may not be written to")


@contextmanager
def _opened(file: Path, store: "Store") -> "Iterator[Backup]":
    from briefing.store import backup as backups

    if store.path and store.path.exists() and file.exists() and file.samefile(store.path):
        raise Failure(f"{file} is the database itself", code=Exit.USAGE)
    with ExitStack() as stack:
        try:
            found = stack.enter_context(backups.opened(file))
        except StoreError as error:
            raise Failure(str(error), hint="give a file that briefing db backup wrote") from error
        yield found


def _may_replace(store: "Store", *, yes: bool) -> None:
    """End the command if a service is at work on a PostgreSQL database, or if what is in it is to stay."""
    from briefing.store import backup as backups

    store.upgrade()
    with store.reading() as session:
        _alone(session, store)
    if backups.holds(store) and not yes and not output.agreed("Delete all that is in the database?"):
        raise Failure("nothing was restored", hint="--yes does not ask; briefing db backup keeps what is there")


def _alone(session: "Session", store: "Store") -> None:
    """End the command if a service is at work on a PostgreSQL database; on SQLite, whoever has the lock is alone."""
    from briefing.clock import utc_now
    from briefing.model import notes
    from briefing.store import engine

    if store.path is None and notes.alive(engine.noted(session, name=notes.BEAT), utc_now()):
        hint = "stop it; two minutes after its last beat it counts as stopped"
        raise Failure("a service is at work on the database", hint=hint, code=Exit.AGAIN)


def _tell(file: Path, found: "Backup", done: "Restored", *, resend: bool) -> None:
    output.say(f"restored   {count(done.rows, 'row')} from {file}, made {found.made_at:%Y-%m-%d %H:%M} UTC")
    if done.kept:
        output.say(f"kept       {done.kept}")
        undo = f"undo: briefing db restore {done.kept} --resend"
        output.note(undo if done.undo else "it is damaged, or of a newer version: it was put aside as it was")
    if done.waiting and resend:
        output.say(f"waiting    {count(done.waiting, 'message')}; briefing run sends them, some perhaps again")
    elif done.waiting:
        output.say(f"not sent   {count(done.waiting, 'message')} that waited then; they may have been sent since")
        output.note(_LOOK)


def _size(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], object]]:
    """Show a bar on a terminal, which goes when all is done; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    with Progress(
        TextColumn(what), BarColumn(), TaskProgressColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)
