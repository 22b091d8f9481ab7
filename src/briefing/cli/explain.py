"""explain: what we read in a title or a sentence: which part of which series it is, and which part to come it promises.

Apart from `replay`, which plays whole items in order of time: here one line of text is judged by itself. What became of
an item that is stored is `explain_item`'s.
"""

import json as parser
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.explain_item import explain_item
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json

if TYPE_CHECKING:
    from briefing.detect.markers import Marker
    from briefing.detect.promises import Announcement

_HINT = "briefing explain --help"


class Unit(StrEnum):
    """What a text is, which says what is asked of it."""

    TITLE = "title"  # which part is it?
    SENTENCE = "sentence"  # which part does it promise?


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text to judge; without a unit it is judged as both."""

    text: str
    unit: Unit | None = None
    id: str | int | None = None
    number: int | None = None  # what its feed counts it as


def explain(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="A title or a sentence.")] = None,
    jsonl: Annotated[
        str | None,
        typer.Option("--jsonl", metavar="FILE", help="A JSON object a line instead; - reads standard input."),
    ] = None,
    unit: Annotated[Unit | None, typer.Option("--unit", help="Judge TEXT as this alone.")] = None,
    item: Annotated[
        int | None, typer.Option("--item", metavar="ID", help="Say what became of a stored item instead, and why.")
    ] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Say which part of a series a title is, and which part to come a sentence promises.

    A line of FILE is {"id", "text", "unit", "number"}; unit is "title" or "sentence", without it the text is judged as
    both; number is what its feed counts it as, if it does.

    Of a stored item (briefing items lists their ids): which stories it belongs to and by which words, whose copy it is,
    whom it cites, with what it reports the same, its series, and who was told or will be.
    """
    if sum(given is not None for given in (text, jsonl, item)) != 1:
        raise Failure("give one of TEXT, --jsonl FILE and --item ID", hint=_HINT, code=Exit.USAGE)
    if item is not None:
        explain_item(config, database, item, json=json)
        return
    pieces = _pieces(jsonl) if jsonl is not None else iter([_Piece(text or "", unit)])
    for piece in pieces:
        mark, promise = _judged(piece)
        if json:
            output.say(parser.dumps({"id": piece.id, **_answer(mark, promise)}, ensure_ascii=False))
        else:
            output.say("\n".join(map(output.plain, _reasons(piece, mark, promise))))


def _judged(piece: _Piece) -> "tuple[Marker | None, Announcement | None]":
    from briefing.detect.instalments import instalment
    from briefing.detect.promises import announcements

    mark = instalment(piece.text, number=piece.number) if piece.unit is not Unit.SENTENCE else None
    promises = announcements(piece.text, "") if piece.unit is not Unit.TITLE else ()
    return mark, promises[0] if promises else None


def _answer(mark: "Marker | None", promise: "Announcement | None") -> dict[str, object]:
    return {
        "is_instalment": mark is not None,
        "part_number": mark.part if mark else None,
        "total_parts": mark.total if mark else None,
        "series_title": (mark.series_title or None) if mark else None,
        "is_promise": promise is not None,
        "promised_part": promise.part if promise else None,
        "promised_title": (promise.title or promise.topic) if promise else None,
    }


def _reasons(piece: _Piece, mark: "Marker | None", promise: "Announcement | None") -> Iterator[str]:
    """Yield what was read in words, after the text's id if it has one."""
    named = f"{piece.id}: " if piece.id is not None else ""
    if mark:
        part = "a part" if mark.part is None else f"part {mark.part}" + (f" of {mark.total}" if mark.total else "")
        series = f" of “{mark.series_title}”" if mark.series_title else "; the title does not name the series"
        own = f"; its own title is “{mark.own_title}”" if mark.own_title else ""
        yield f"{named}{part}{', the last,' * mark.final}{series}{own}"
    if promise:
        part = "the next part" if promise.part is None else f"part {promise.part}"
        title = f" “{promise.title}”" if promise.title else ""
        topic = f", about: {promise.topic}" if promise.topic else ""
        when = f", due: {promise.when}" if promise.when else ""
        yield f"{named}promises {part}{title}{topic}{when}; it says: {promise.quote}"
    if not mark and not promise:
        yield f"{named}no part of a series, and no promise of one"


def _pieces(source: str) -> Iterator[_Piece]:
    lines = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - read to its end
    with lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield _piece(parser.loads(line.decode("utf-8-sig")))
                except (ValueError, TypeError) as error:
                    reason = (
                        "not JSON" if isinstance(error, parser.JSONDecodeError | UnicodeDecodeError) else str(error)
                    )
                    raise Failure(f"{source}:{number}: {reason}", hint=_HINT, code=Exit.USAGE) from error


def _piece(row: Any) -> _Piece:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise TypeError("not an object with a text")
    if row.get("unit") not in (None, *Unit):
        raise ValueError('unit is neither "title" nor "sentence"')
    if not isinstance(row.get("id"), str | int | None):
        raise TypeError("id is neither a text nor a number")
    if type(row.get("number")) not in (int, type(None)):
        raise TypeError("number is no whole number")
    unit = Unit(row["unit"]) if row.get("unit") else None
    return _Piece(row["text"], unit, row.get("id"), row.get("number"))
