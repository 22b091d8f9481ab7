"""subscribers import, export: many at once, as CSV.

Apart from `subscribers`, which has one person at a time, and from `sheet`, which knows what the file says.

What if we die here? An import is one transaction, an exported file takes its name in one step; a hidden draft of it may
be left.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    Locale,
    count,
    known,
    open_config,
    open_store,
)

if TYPE_CHECKING:
    from briefing.cli.sheet import Given, Sheet
    from briefing.model import Enrolled
    from briefing.store.engine import Session, Store

SHOWN = 10  # addresses that are named in a line


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file; - reads standard input.")],
    to: Annotated[
        str | None,
        typer.Option("--list", metavar="ID", autocompletion=ids_of("lists"), help="List of the rows that name none."),
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Where they agreed, for the rows that do not say."),
    ] = None,
    resubscribe: Annotated[
        bool, typer.Option("--resubscribe", help="Also those who unsubscribed, if `since` is later than that.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the right rows of a file with mistakes.")
    ] = False,
    locale: Locale = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; nothing is written.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Subscribe many people: a CSV with a column address, and any of list, consent, since, state, suppressed, locale.

    All of the file or, if there is a mistake in it, nothing; every mistake is told with its line. Whoever unsubscribed
    stays so, whoever is suppressed gets no mail, whoever was erased is left out. Again is harmless.
    """
    from briefing import enrol
    from briefing.cli.sheet import Given
    from briefing.clock import utc_now

    lists, now = open_config(config).lists, utc_now()
    if to is not None:
        known("list", to, lists, otherwise=f"add one under lists: in {config}")
    with _progress("rows read") as seen:
        sheet = _read(source, Given(lists, now, to, (consent or "").strip() or None, locale), seen)
    wanted = sheet.wanted.values()
    if sheet.bad and not (skip_bad and wanted):
        _refuse(source, sheet, json=json)
    with open_store(database) as store, _progress("people enrolled") as seen, _session(store, dry_run) as session:
        done = enrol.enrol(session, wanted=wanted, now=now, resubscribe=resubscribe, write=not dry_run, seen=seen)
    _tell(sheet, done, dry_run=dry_run, json=json)
    raise typer.Exit(Exit.PARTLY if sheet.bad else Exit.DONE)


def _session(store: "Store", dry_run: bool) -> "AbstractContextManager[Session]":
    return store.reading() if dry_run else store.transaction()


def _read(source: str, given: "Given", seen: Callable[[int], object]) -> "Sheet":
    from briefing.cli import sheet

    way: dict[str, Any] = {"encoding": "utf-8-sig", "errors": "surrogateescape", "newline": ""}
    if source == "-":
        return sheet.read(TextIOWrapper(typer.get_binary_stream("stdin"), **way), source, given, seen=seen)
    with Path(source).open(**way) as file:
        return sheet.read(file, source, given, seen=seen)


def _refuse(source: str, sheet: "Sheet", *, json: bool) -> None:
    from briefing.config import hints

    _tell_mistakes(sheet)
    hint = "mend them, or import the right rows with --skip-bad" if sheet.wanted else "mend them"
    output.note(f"briefing: {count(sheet.bad, 'wrong line')} in {source}; nothing was imported\n  hint: {hint}")
    if json:
        output.as_json({"ok": False, "bad": sheet.bad, "errors": [hints.as_json(one) for one in sheet.mistakes]})
    raise typer.Exit(Exit.FAILED)


def _tell_mistakes(sheet: "Sheet") -> None:
    for one in sheet.mistakes:
        output.note(output.plain(f"{one.file}:{one.line}: {one.message}"))
    if sheet.untold:
        output.note(f"and {count(sheet.untold, 'mistake')} more")


def _tell(sheet: "Sheet", done: "Enrolled", *, dry_run: bool, json: bool) -> None:
    from briefing.config import hints
    from briefing.model import Outcome

    people = done.outcomes
    left, gone = people[Outcome.UNSUBSCRIBED], people[Outcome.ERASED]
    if json:
        counts = {str(name): len(people[name]) for name in (Outcome.NEW, Outcome.KNOWN, Outcome.RESUBSCRIBED)}
        rest = {"unsubscribed": left, "erased": gone, "suppressed": done.suppressed, "repeated": sheet.repeated}
        wrong = {"bad": sheet.bad, "errors": [hints.as_json(one) for one in sheet.mistakes]}
        output.as_json({"dry_run": dry_run, **counts, **rest, "ignored": sheet.ignored, **wrong})
        return
    words = [f"{len(people[Outcome.NEW]):,} new", f"{len(people[Outcome.KNOWN]):,} there already"]
    words += [f"{len(people[Outcome.RESUBSCRIBED]):,} subscribed again"] if people[Outcome.RESUBSCRIBED] else []
    words += [f"{len(left):,} unsubscribed, which holds ({_few(left)})"] if left else []
    words += [f"{done.suppressed:,} suppressed, never mailed"] if done.suppressed else []
    words += [f"{len(gone):,} erased, left out ({_few(gone)})"] if gone else []
    words += [f"{sheet.repeated:,} repeated in the file"] if sheet.repeated else []
    words += [f"{count(sheet.bad, 'wrong line')} skipped"] if sheet.bad else []
    output.say(output.plain("would be: " * dry_run + " · ".join(words)))
    if sheet.ignored:
        output.note(output.plain(f"columns ignored: {', '.join(sheet.ignored)}"))
    _tell_mistakes(sheet)


def _few(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int], object]]:
    """Count on a terminal, in a line that goes when all is done; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} " + words))
    with Progress(*columns, console=Console(stderr=True), transient=True) as line:
        task, done = line.add_task(""), 0

        def seen(more: int) -> None:
            nonlocal done
            if done // 500 != (done + more) // 500:  # to draw is slower than to read
                line.update(task, completed=done + more)
            done += more

        yield seen


def export(
    target: Annotated[
        str, typer.Argument(metavar="FILE", help="File to write, readable by its owner alone; -: standard output.")
    ] = "-",
    to: Annotated[
        str | None,
        typer.Option("--list", metavar="ID", autocompletion=ids_of("lists"), help="Only this list; default: all."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Write subscriptions as CSV, with state, consent and date, as import takes them; --json: the same as JSON."""
    from briefing.cli import sheet
    from briefing.store import audience

    if target != "-" and Path(target).exists() and not (force and Path(target).is_file()):
        raise Failure(f"{target} is there already", hint="--force overwrites a file", code=Exit.USAGE)
    with open_store(database) as store, store.reading() as session:
        found = audience.listing(session, list=to)
    if to and not found:
        known("list", to, open_config(config).lists)
    if target != "-":
        output.put(Path(target), lambda file: sheet.write(file, found))
        output.note(f"wrote {count(len(found), 'subscription')} to {target}")
    elif json:
        output.as_json(found)
    else:
        out = TextIOWrapper(typer.get_binary_stream("stdout"), encoding="utf-8", newline="")
        sheet.write(out, found)
        out.detach()
