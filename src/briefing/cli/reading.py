"""items, stories, parse: what was found, and what a file or address holds."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, fail, open_config, open_store

if TYPE_CHECKING:
    from briefing.model import ParsedFeed, Series


def items(
    feed: Annotated[str | None, typer.Option(help="Only this feed.")] = None,
    story: Annotated[str | None, typer.Option(help="Only this story.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List stored items, newest first."""
    from briefing.clock import utc_now
    from briefing.model import FeedId, StoryId
    from briefing.store import items as stored

    with open_store(database) as store, store.reading() as session:
        found = stored.listing(
            session, feed=FeedId(feed) if feed else None, story=StoryId(story) if story else None, limit=limit
        )
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [(i.id, output.ago(i.at, now), i.source, i.title, i.url or "") for i in found]
    output.table(rows, empty="no items yet; briefing poll fetches some")


def stories(
    story: Annotated[str | None, typer.Argument(help="Id of a story; default: all.")] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show the stories: their series, what was promised, what is still awaited."""
    from briefing.model import StoryId
    from briefing.store import stories as stored

    known = open_config(config).stories
    if story is not None and story not in known:
        raise fail(f"no story named {story}", hint="known: " + ", ".join(known), code=Exit.USAGE)
    names = [story] if story else list(known)
    with open_store(database) as store, store.reading() as session:
        ledgers = {name: stored.ledger(session, story=StoryId(name)) for name in names}
    if json:
        output.as_json([{"story": n, "title": known[n].title, "series": s} for n, s in ledgers.items()])
        return
    for name, ledger in ledgers.items():
        output.say(f"{name}  {known[name].title}")
        for series in ledger:
            _print(series)


def _print(series: "Series") -> None:
    from briefing.clock import utc_now

    now = utc_now()
    output.say(f"  {series.title} — {series.source}")
    for part in series.instalments:
        output.say(f"    ● part {part.part or '?'}  {part.title}  {part.url or ''}")
    for promise in series.promises:
        mark = {"awaited": "◌", "kept": "●", "lapsed": "×"}[promise.state]
        what = promise.title or promise.topic or ""
        when = output.ago(promise.made_at, now)
        output.say(f"    {mark} {promise.state} part {promise.part or '?'}  {what} (promised {when})")


def parse(
    sources: Annotated[list[str], typer.Argument(help="Files or addresses of feeds; - reads standard input.")],
    config: ConfigPath = CONFIG,  # noqa: ARG001 - every command takes it
    allow_private: Annotated[bool, typer.Option(help="Addresses may be private or loopback.")] = False,
    json: Json = False,
) -> None:
    """Parse feeds and print what they hold, one line a feed; nothing is stored."""
    failed = asyncio.run(_parse_all(sources, allow_private=allow_private, json=json))
    if failed:
        raise typer.Exit(Exit.FAILED if failed == len(sources) else Exit.PARTLY)


async def _parse_all(sources: list[str], *, allow_private: bool, json: bool) -> int:
    from briefing.collect.fetch import Fetcher
    from briefing.collect.isolate import Isolate
    from briefing.errors import FeedError

    failed = 0
    async with Isolate() as isolate, Fetcher() as fetcher:

        async def one(source: str) -> dict[str, Any]:
            try:
                fetched = await _fetched(fetcher, source, allow_private=allow_private)
                return _shown(source, await isolate.feed(fetched))
            except (FeedError, OSError) as error:
                return {"source": source, "title": None, "items": [], "error": str(error)}

        for start in range(0, len(sources), 8):
            for row in await asyncio.gather(*(one(source) for source in sources[start : start + 8])):
                failed += row["error"] is not None
                _print_feed(row, json=json)
    return failed


async def _fetched(fetcher: Any, source: str, *, allow_private: bool) -> Any:
    import sys

    from briefing.clock import utc_now
    from briefing.errors import FetchError
    from briefing.model import Failed, Fetched, Request, Validators

    if source.startswith(("http://", "https://")):
        outcome = await fetcher.get(Request(source, allow_private=allow_private), now=utc_now())
        if isinstance(outcome, Fetched):
            return outcome
        raise FetchError(outcome.reason if isinstance(outcome, Failed) else type(outcome).__name__)
    body = sys.stdin.buffer.read() if source == "-" else await asyncio.to_thread(Path(source).read_bytes)
    kind = "application/feed+json" if source.endswith(".json") else None
    return Fetched(url="", body=body, content_type=kind, validators=Validators())


def _shown(source: str, feed: "ParsedFeed") -> dict[str, Any]:
    names = ("guid", "url", "title", "published", "authors", "html", "text")
    rows = [{name: getattr(item, name) for name in names} for item in feed.items]
    return {"source": source, "title": feed.title, "items": rows, "error": None}


def _print_feed(row: dict[str, Any], *, json: bool) -> None:
    if json:
        output.as_line(row)
    elif row["error"]:
        output.say(f"{row['source']}  error: {row['error']}")
    else:
        output.say(f"{row['source']}  {row['title']}  {len(row['items'])} items")
        for item in row["items"]:
            output.say(f"  {item['published'] or '-':}  {item['title']}  {item['url'] or ''}")
