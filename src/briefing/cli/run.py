"""run, poll: the service, and one look at the feeds."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, fail, open_config, open_store

if TYPE_CHECKING:
    from briefing.app import Setting
    from briefing.model import Issue
    from briefing.poll import Report
    from briefing.service import Service
    from briefing.store.engine import Store

T = TypeVar("T")


def serve(config: Path, database: str, work: Callable[["Service"], Awaitable[T]], *, quiet: bool = False) -> T:
    """Open the service under its lock, run the work in it, and close it."""
    from briefing import app
    from briefing.cli.logs import set_up
    from briefing.errors import StoreError

    checked = open_config(config)
    set_up(checked, quiet=quiet)
    with open_store(database) as store:
        try:
            lock = store.lock()
            lock.__enter__()
        except StoreError as error:
            raise fail(str(error), hint="it polls and sends by itself; stop it first", code=Exit.AGAIN) from error
        try:
            return asyncio.run(_within(app.Setting(checked, config.resolve().parent), store, work))
        finally:
            lock.__exit__(None, None, None)


async def _within(setting: "Setting", store: "Store", work: Callable[["Service"], Awaitable[T]]) -> T:
    from briefing import app

    async with app.service(setting, store) as service:
        return await work(service)


def run(
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now, then exit.")] = False,
    json: Json = False,
) -> None:
    """Poll, write issues and deliver, until stopped."""
    if not once:
        serve(config, database, _forever)
        return
    reports, issues, attempts = serve(config, database, _once, quiet=json)
    if json:
        output.as_json({"polled": reports, "issues": [i.id for i in issues], "attempts": attempts})
    else:
        _print(reports)
        output.say(f"issues     {len(issues)} written")
        output.say(f"deliveries {attempts} attempted")
    raise typer.Exit(_status(reports))


async def _forever(service: "Service") -> None:
    from briefing.scheduler import on_stop

    stop = asyncio.Event()
    on_stop(stop)
    await service.run(stop)


async def _once(service: "Service") -> tuple[Sequence["Report"], Sequence["Issue"], int]:
    reports = await service.poll()
    issues = await service.publish()
    return reports, issues, await service.relay.drain()


def poll(
    feeds: Annotated[list[str] | None, typer.Argument(help="Ids of feeds; default: all that are due.")] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    force: Annotated[bool, typer.Option("--force", help="Also what is not due yet, paused or waiting.")] = False,
    json: Json = False,
) -> None:
    """Poll now; alerts go to the outbox and wait there for `briefing run`."""
    from briefing.model import FeedId

    named = {FeedId(name) for name in feeds or ()}
    known = _ids(config)
    unknown = named - set(known)
    if unknown:
        raise fail(f"no feed named {', '.join(sorted(unknown))}", hint="briefing feeds list", code=Exit.USAGE)
    with progress(len(named) or len(known)) as seen:
        reports = serve(
            config,
            database,
            lambda service: service.poll(only=named or None, force=force or bool(named), seen=seen),
            quiet=True,
        )
    if json:
        output.as_json(reports)
    else:
        _print(reports)
    raise typer.Exit(_status(reports))


def _ids(config: Path) -> Sequence[str]:
    from briefing.config import effective

    return list(effective.feeds(open_config(config)))


@contextmanager
def progress(total: int) -> Iterator[Callable[["Report"], object]]:
    """Show a bar on a terminal, which goes when all is done; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda report: bar.update(task, advance=1, description=f"{report.feed} {report.outcome}")


def _print(reports: Sequence["Report"]) -> None:
    rows = [(r.feed, r.outcome, f"{r.new} new", f"{r.changed} changed", r.error or "") for r in reports]
    output.table(rows, empty="nothing is due; briefing poll --force polls anyway")


def _status(reports: Sequence["Report"]) -> Exit:
    failed = sum(r.error is not None for r in reports)
    if not failed:
        return Exit.DONE
    return Exit.FAILED if failed == len(reports) else Exit.PARTLY
