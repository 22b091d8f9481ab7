"""parse: what a file or an address holds, as the service reads it.

Apart from `reading`, which lists what is stored: here nothing is.
"""

import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.failure import Exit
from briefing.cli.options import AllowPrivate, Json

if TYPE_CHECKING:
    from briefing.collect.fetch import Fetcher
    from briefing.collect.isolate import Isolate
    from briefing.model import Fetched, ParsedFeed

AT_ONCE = 8  # sources read ahead of the one whose line is next; bounds what is held in memory
FIELDS = ("guid", "url", "title", "published", "authors", "html", "text")


def parse(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="Files or addresses of feeds; - reads standard input.")
    ],
    allow_private: AllowPrivate = False,
    json: Json = False,
) -> None:
    """Parse feeds and print what they hold, in the order named; nothing is stored. With --json, one line a feed."""
    import asyncio

    from briefing.cli.logs import keep_quiet

    keep_quiet()
    failed = asyncio.run(_parse_all(sources, allow_private=allow_private, json=json))
    if failed:
        raise typer.Exit(Exit.FAILED if failed == len(sources) else Exit.PARTLY)


async def _parse_all(sources: list[str], *, allow_private: bool, json: bool) -> int:
    """Keep some sources under way at all times, and print each in its turn; return how many could not be read."""
    import asyncio

    from briefing.collect.fetch import Fetcher
    from briefing.collect.isolate import Isolate

    failed = 0
    async with Isolate() as isolate, Fetcher() as fetcher:
        waiting: deque[asyncio.Task[dict[str, Any]]] = deque()
        left = iter(sources)
        while True:
            while len(waiting) < AT_ONCE and (source := next(left, None)) is not None:
                one = _parsed(source, isolate, fetcher, allow_private=allow_private)
                waiting.append(asyncio.create_task(one))
            if not waiting:
                return failed
            row = await waiting.popleft()
            failed += row["error"] is not None
            _print(row, json=json)


async def _parsed(source: str, isolate: "Isolate", fetcher: "Fetcher", *, allow_private: bool) -> dict[str, Any]:
    from asyncio import to_thread

    from briefing.errors import FeedError

    try:
        if source.startswith(("http://", "https://")):
            fetched = await _fetched(source, fetcher, allow_private=allow_private)
        else:
            fetched = await to_thread(_read, source)
        return _shown(source, await isolate.feed(fetched))
    except FeedError as error:
        reason = str(error)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    return {"source": source, "title": None, "items": [], "error": reason}


async def _fetched(url: str, fetcher: "Fetcher", *, allow_private: bool) -> "Fetched":
    from briefing.clock import utc_now
    from briefing.errors import FetchError
    from briefing.model import Failed, Fetched, Gone, Request, Throttled

    outcome = await fetcher.get(Request(url, allow_private=allow_private), now=utc_now())
    match outcome:
        case Fetched():
            return outcome
        case Failed(reason=reason):
            raise FetchError(reason)
        case Throttled(status=status):
            raise FetchError(f"answered {status}: try again later")
        case Gone():
            raise FetchError("answered 410: gone")
    raise FetchError("answered that nothing is new")


def _read(source: str) -> "Fetched":
    """Read a file, as much of it as a feed may have."""
    from briefing.errors import FetchError
    from briefing.model import Fetched, Request, Validators

    most = Request("").max_bytes
    if source == "-":
        body = sys.stdin.buffer.read(most + 1)
    else:
        with Path(source).open("rb") as file:
            body = file.read(most + 1)
    if len(body) > most:
        raise FetchError(f"larger than {most // 2**20} MiB")
    kind = "application/feed+json" if source.endswith(".json") else None
    return Fetched(url="", body=body, content_type=kind, validators=Validators())


def _shown(source: str, feed: "ParsedFeed") -> dict[str, Any]:
    rows = [{name: getattr(item, name) for name in FIELDS} for item in feed.items]
    return {"source": source, "title": feed.title, "items": rows, "error": None}


def _print(row: dict[str, Any], *, json: bool) -> None:
    if json:
        output.as_json(row, lines=True)
    elif row["error"]:
        output.say(output.plain(f"{row['source']}  error: {row['error']}"))
    else:
        output.say(output.plain(f"{row['source']}  {row['title'] or 'untitled'}  {len(row['items'])} items"))
        for item in row["items"]:
            when = f"{item['published']:%Y-%m-%d %H:%M}" if item["published"] else "-"
            output.say(output.plain(f"  {when:16}  {item['title']}  {item['url'] or ''}").rstrip())
