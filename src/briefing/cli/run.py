"""run, poll: the service, and one look at the feeds."""

import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    known,
    open_config,
    open_store,
)

if TYPE_CHECKING:
    from datetime import datetime

    from briefing.app import Setting
    from briefing.check import Checked
    from briefing.config.grammar import Config
    from briefing.errors import Problem
    from briefing.model import FeedId, Issue
    from briefing.remember import Report
    from briefing.service import Service
    from briefing.store.engine import Store

T = TypeVar("T")


def serve(config: Path, database: str, work: Callable[["Service", "Store"], Awaitable[T]], *, quiet: bool = False) -> T:
    """Open the service under its lock, run the work in it, and close it."""
    checked = open_config(config)

    import asyncio

    from briefing import app
    from briefing.cli.logs import set_up

    set_up(checked, database, quiet=quiet)
    setting = app.Setting(checked, config.resolve().parent)

    async def within(store: "Store") -> T:
        async with app.service(setting, store) as service:
            try:
                return await work(service, store)
            finally:  # what Ctrl-C leaves under way must not meet a closed writer
                await service.poller.cancel()

    with open_store(database, quiet=not quiet) as store, store.lock():  # logs are lines of JSON, and nothing else
        return asyncio.run(within(store))


def run(
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now, then exit.")] = False,
    json: Json = False,
) -> None:
    """Poll, write issues and deliver, until stopped; with --once, what is due now, for cron.

    An edit of feeds.yaml is taken up when it is saved, or on SIGHUP, if the whole file is right; else the one before
    it stays, and the log and `briefing status` say why.
    Logs go to standard error: key=value on a terminal, JSON otherwise. SIGTERM and Ctrl-C stop it within ten seconds.
    """
    if not once:
        raise typer.Exit(Exit.INTERRUPTED if _keep(config, database) else Exit.DONE)
    reports, issues, attempts, missed = serve(config, database, _once)
    if json:
        polled = {"polled": reports, "issues": [issue.id for issue in issues]}
        output.as_json({**polled, "attempts": attempts, "failed": missed})
    else:
        _print(reports, empty="no feed is due")
        output.say(f"issues     {len(issues)} written")
        output.say(f"deliveries {attempts} attempted" + (f", {missed} failed" if missed else ""))
    raise typer.Exit(_status(len(reports) + attempts, sum(r.error is not None for r in reports) + missed))


def _keep(path: Path, database: str) -> bool:
    """Run the service until it is stopped; tell whether by Ctrl-C. Edits of the configuration are taken up."""
    checked = open_config(path)

    import asyncio

    from briefing import app
    from briefing.cli.logs import set_up

    set_up(checked, database)
    setting = app.Setting(checked, path.resolve().parent)
    with open_store(database, quiet=True) as store, store.lock():
        return asyncio.run(_until_stopped(setting, store, path, database))


async def _until_stopped(setting: "Setting", store: "Store", path: Path, database: str) -> bool:
    """Keep the service running; SIGHUP looks at the file at once. A second Ctrl-C does not wait."""
    import asyncio
    import os
    import signal

    import structlog

    from briefing import app
    from briefing.cli.logs import set_up
    from briefing.errors import StoreError
    from briefing.scheduler import on_stop
    from briefing.watch import Watch

    async def told(checked: "Checked") -> None:
        if checked.config is not None:
            set_up(checked.config, database)  # its secrets are to be masked too
        try:
            await asyncio.to_thread(note_reload, store, checked.problems, setting.clock())
        except StoreError as error:  # a note is no reason to stop
            structlog.get_logger().warning("config.unnoted", error=str(error))

    stop, interrupted, loop = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop()
    watch = Watch(path, os.environ, told=told)
    on_stop(stop)

    def interrupt() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        interrupted.set()
        stop.set()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    loop.add_signal_handler(signal.SIGHUP, watch.wake.set)
    await asyncio.to_thread(note_reload, store, (), setting.clock())  # what kept an edit out of an earlier run is past
    await app.keep(setting, store, watch=watch, stop=stop)
    return interrupted.is_set()


def note_reload(store: "Store", problems: "Iterable[Problem]", now: "datetime") -> None:
    """Keep when the configuration was read and what kept it from being taken up, for `briefing status`."""
    from briefing.config.hints import render
    from briefing.model import notes
    from briefing.store import engine

    wrong = [render(problem).splitlines()[0] for problem in problems if problem.severity == "error"]
    with store.transaction() as session:
        engine.note(session, name=notes.REFUSED, value="\n".join(wrong))
        engine.note(session, name=notes.RELOADED, value=now.isoformat())


async def _once(service: "Service", _: "Store") -> tuple[Sequence["Report"], Sequence["Issue"], int, int]:
    """Return what was polled and written, how many deliveries were attempted, and how many of those did not arrive."""
    reports = await service.poll()
    await service.remind()
    issues = await service.publish()
    attempts = await service.relay.drain()
    return reports, issues, attempts, service.relay.undelivered


def poll(
    feeds: Annotated[
        list[str] | None,
        typer.Argument(metavar="FEED", autocompletion=ids_of("feeds"), help="Ids of feeds; default: all that are due."),
    ] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    force: Annotated[bool, typer.Option("--force", help="Also what is not due yet, paused or waiting.")] = False,
    json: Json = False,
) -> None:
    """Poll now; alerts go to the outbox and wait there for `briefing run`."""
    ids = _ids(open_config(config))
    named = {ids[known("feed", name, ids)] for name in feeds or ()}
    with progress(len(named) or len(ids)) as seen:
        reports = serve(
            config,
            database,
            lambda service, _: service.poll(
                only=named or None, force=force or bool(named), seen=lambda one: seen(f"{one.feed} {one.outcome}")
            ),
            quiet=True,
        )
    gone = sorted(named - {report.feed for report in reports})
    if json:
        output.as_json(reports)
    elif reports or not gone:
        _print(reports, empty="nothing is due; briefing poll --force polls anyway")
    if gone:
        output.note(f"{', '.join(gone)}: gone, so not asked; briefing feeds resume tries again")
    raise typer.Exit(_status(len(reports) + len(gone), sum(r.error is not None for r in reports) + len(gone)))


def _ids(checked: "Config") -> dict[str, "FeedId"]:
    from briefing.config import effective

    return {str(feed): feed for feed in effective.feeds(checked)}


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], object]]:
    """Show a bar on a terminal, which goes when all is done; elsewhere nothing. It moves by a word on each feed."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda words: bar.update(task, advance=1, description=words)


def _print(reports: Sequence["Report"], *, empty: str) -> None:
    rows = [(r.feed, r.outcome, f"{r.new} new", f"{r.changed} changed", r.error or "") for r in reports]
    output.table(sorted(rows), empty=empty)


def _status(tried: int, failed: int) -> Exit:
    """Return the exit status of so many things, so many of which went wrong."""
    if not failed:
        return Exit.DONE
    return Exit.FAILED if failed == tried else Exit.PARTLY
