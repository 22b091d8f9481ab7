"""replay: what would become of items that a file holds: their stories, copies and developments; nothing is stored.

Apart from `parse`, which shows what a feed holds: here items are judged as if they arrived one after the other.
"""

import json as parser
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import differences, output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, ConfigPath, Json, count, open_config

if TYPE_CHECKING:
    from briefing.config.grammar import Story
    from briefing.detect.match import StoryRule
    from briefing.model import Piece
    from briefing.replay import Criteria, Reported

_TEXTS = ("summary", "url", "source", "lang", "feed")


def replay(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A JSON object a line; - reads standard input.")],
    config: ConfigPath = CONFIG,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --config would have sent and --old would not, and the reverse.")
    ] = False,
    old: Annotated[Path, typer.Option("--old", metavar="FILE", help="With --diff: the configuration before.")] = CONFIG,
    json: Json = False,
) -> None:
    """Play the items of a file in order of time, and print what is reported by more than one.

    With --json, one line an item: its development, what it is a copy of, its stories.

    A line is {"id", "title", "summary", "url", "source", "published", "lang"}; id and title are needed; briefing items
    --jsonl writes such lines. The stories are those of feeds.yaml, whatever feeds they read; without the file there is
    one, over all items. Nothing is fetched.

    With --diff items arrive by the feeds that carry them: "feed" or source names it, or url is on its host.
    """
    if diff:
        differences.show(tuple(_pieces(source)), old, config, json=json)
        return
    from briefing import replay as shell

    played, developments = shell.replay(_pieces(source), criteria(config))
    if json:
        for one in played:
            told = {"id": one.id, "development": one.development, "copy_of": one.copy_of, "stories": one.stories}
            output.say(parser.dumps(told, ensure_ascii=False))
    else:
        output.table(_rows(developments), empty="no two items report the same")


def criteria(config: Path) -> "Criteria":
    """Return what a configuration judges items by, whatever its feeds; without the file one story takes all."""
    from briefing import corroborate, relate
    from briefing.detect import match
    from briefing.detect.publishers import shipped
    from briefing.model import StoryId
    from briefing.replay import Criteria

    if not config.exists():
        return Criteria(match.Matcher({StoryId("all"): match.StoryRule()}), shipped())
    whole = open_config(config)
    rules = {StoryId(name): _rule(story) for name, story in whole.stories.items()}
    return Criteria(match.Matcher(rules), corroborate.sources(whole).publishers, relate.aliases(whole))


def _rule(story: "Story") -> "StoryRule":
    from briefing.detect import match

    query, exclude = (match.compile(words) if words else None for words in (story.query, story.exclude))
    return match.StoryRule(feeds=None, query=query, exclude=exclude)


def _pieces(source: str) -> "Iterator[Piece]":
    lines: Iterable[str] = sys.stdin if source == "-" else Path(source).read_text(encoding="utf-8-sig").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _piece(parser.loads(line))
            except (ValueError, TypeError) as error:
                reason = "not JSON" if isinstance(error, parser.JSONDecodeError) else str(error)
                raise Failure(f"{source}:{number}: {reason}", hint="briefing replay --help", code=Exit.USAGE) from error


def _piece(row: Any) -> "Piece":
    from briefing.model import Piece

    if not isinstance(row, dict) or not isinstance(row.get("title"), str) or row.get("id") is None:
        raise ValueError("not an object with an id and a title")
    texts = {name: row.get(name) for name in _TEXTS}
    if wrong := next((name for name, value in texts.items() if not isinstance(value, str | None)), None):
        raise ValueError(f"{wrong} is no text")
    if type(number := row.get("number")) not in (int, type(None)):
        raise ValueError("number is no whole number")
    return Piece(
        id=str(row["id"]),
        title=row["title"],
        summary=texts["summary"] or "",
        url=texts["url"],
        source=texts["source"] or "",
        published=_moment(row.get("published")),
        lang=texts["lang"],
        feed=texts["feed"],
        number=number,
    )


def _moment(value: Any) -> datetime | None:
    """Read a date or a date-time; one without a zone is UTC."""
    if value in (None, ""):
        return None
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _rows(developments: "Sequence[Reported]") -> Iterator[tuple[object, ...]]:
    """Yield a row a development: never more certain than "reported by"."""
    for one in developments:
        publishers, origins = len(one.corroboration.publishers), len(one.corroboration.origins)
        words = f"reported by {count(publishers, 'publisher')}, {count(origins, 'origin')}"
        denied = any(claim.kind == "denial" for claim in one.claims)
        yield one.id, one.story, count(one.items, "item"), words + ", denied" * denied, one.title
