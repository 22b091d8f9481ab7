"""missed: what other feeds carried on our stories, and ours did not."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    count,
    known,
    open_config,
    open_store,
    period,
)
from briefing.cli.replay import criteria

if TYPE_CHECKING:
    from briefing.missed import Missed


def missed(
    against: Annotated[Path, typer.Option("--against", metavar="FILE", help="A configuration with the other feeds.")],
    story: Annotated[
        str | None, typer.Option("--story", metavar="STORY", autocompletion=ids_of("stories"), help="Only this story.")
    ] = None,
    since: Annotated[
        timedelta, typer.Option("--since", metavar="TIME", parser=period, help="How far to look back.")
    ] = timedelta(days=7),
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Fetch the feeds of a second list and show what they carried on your stories and yours did not.

    Yours is what is stored. What both have is left out: the same address, a copy, another report of the same. Nothing
    is stored or sent.
    """
    import asyncio

    from briefing import missed as shell
    from briefing.cli.logs import keep_quiet
    from briefing.cli.run import progress
    from briefing.clock import utc_now
    from briefing.store import items

    keep_quiet()
    mine, now = open_config(config), utc_now()
    if story:
        known("story", story, mine.stories)
    feeds = shell.others(mine, open_config(against))
    if not feeds:
        raise Failure(f"{against} has no feed that {config} does not have", code=Exit.USAGE)
    with progress(len(feeds)) as seen:
        theirs = asyncio.run(shell.carried(feeds, mine, now=now, seen=seen))
    with open_store(database) as store, store.reading() as session:
        ours = items.seen_since(session, since=now - since - shell.EARLIER)
    found = [
        one
        for one in shell.missed(theirs.items, ours, criteria(config), since=now - since)
        if story in {None, one.story}
    ]
    _show(found, json=json)
    for feed, words in sorted(theirs.failed.items()):
        output.note(f"{feed}: {words}")
    if not ours:
        output.note("nothing of yours is stored for that time, so all of theirs is shown; briefing poll fetches yours")
    if theirs.failed:
        raise typer.Exit(Exit.FAILED if len(theirs.failed) == len(feeds) else Exit.PARTLY)


def _show(found: "list[Missed]", *, json: bool) -> None:
    if json:
        output.as_json(found)
        return
    rows = ((one.story, f"{one.at:%d %b %H:%M}", _who(one), one.title, one.url or "") for one in found)
    output.table(rows, empty="nothing: your feeds carried all of it")


def _who(one: "Missed") -> str:
    more = len(one.sources) - 1
    return one.sources[0] + (f" and {count(more, 'other')}" if more else "")
