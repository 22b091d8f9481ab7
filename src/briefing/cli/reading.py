"""items, stories: what was found, and where each series stands."""

from html import escape
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import ledger as words
from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, known, open_config, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from briefing.model import Item

StoryName = Annotated[
    str | None,
    typer.Argument(
        metavar="STORY", autocompletion=ids_of("stories"), help="Id of a story; default: all.", show_default=False
    ),
]


def items(
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="FEED", autocompletion=ids_of("feeds"), help="Only this feed.")
    ] = None,
    story: Annotated[
        str | None, typer.Option("--story", metavar="STORY", autocompletion=ids_of("stories"), help="Only this story.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most so many.")] = 20,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One object a line, as briefing replay reads them.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List stored items, newest first: id, age, publisher, title, address."""
    from briefing.clock import utc_now
    from briefing.model import FeedId, StoryId
    from briefing.store import items as stored

    with open_store(database) as store, store.reading() as session:
        found = stored.listing(
            session, feed=FeedId(feed) if feed else None, story=StoryId(story) if story else None, limit=limit
        )
    if not found:
        _meant(config, feed, story)
    if jsonl:
        for item in found:
            output.as_json(_line(item), lines=True)
        return
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [(i.id, output.ago(i.at, now), i.source, i.title, i.url or "") for i in found]
    output.table(rows, empty="no items yet; briefing poll fetches some")


def _line(item: "Item") -> dict[str, object]:
    shown = {"title": item.title, "summary": escape(item.text, quote=False), "url": item.url, "source": item.source}
    place = {"lang": item.lang, "feed": item.feed, "number": item.number}
    return {"id": str(item.id), **shown, "published": item.at, **place}


def _meant(config: "Path", feed: str | None, story: str | None) -> None:
    """Ask the configuration, once nothing was found, whether there is such a feed or story."""
    from briefing.config import effective

    if feed:
        known("feed", feed, effective.feeds(open_config(config)))
    if story:
        known("story", story, open_config(config).stories)


def stories(
    story: StoryName = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show the stories: their series, what was promised, what is still awaited, overdue or missing."""
    from briefing.clock import utc_now
    from briefing.model import StoryId
    from briefing.store import stories as stored

    told = open_config(config).stories
    names = [known("story", story, told)] if story else list(told)
    with open_store(database) as store, store.reading() as session:
        ledgers = {name: stored.standing(session, story=StoryId(name)) for name in names}
    if json:
        output.as_json([{"story": n, "title": told[n].title, "series": s} for n, s in ledgers.items()])
        return
    if not names:
        output.note(f"no stories; add one under stories: in {config}, or briefing follow URL")
    now = utc_now()
    for name, ledger in ledgers.items():
        output.say(output.plain(f"{name}  {told[name].title}" + ("" if ledger else "  (no series seen)")))
        for series in ledger:
            output.say(output.plain(f"  {words.heading(series)}"))
            for line in words.lines(series, told[name].series, now):
                output.say(output.plain(f"    {line}"))
