"""Data to standard output, one line a thing or JSON; words for people to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any


def say(text: str = "") -> None:
    """Write one line of data."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Write one line for people; data stays clean."""
    sys.stderr.write(text + "\n")


def as_json(value: Any) -> None:
    """Write a value as JSON: dataclasses as objects, times as RFC 3339."""
    from pydantic_core import to_jsonable_python

    say(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def as_line(value: Any) -> None:
    """Write a value as one line of JSON."""
    from pydantic_core import to_jsonable_python

    say(json.dumps(to_jsonable_python(value), ensure_ascii=False))


def table(rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Write rows in aligned columns, the thing's id first; say so when there are none."""
    cells = [[str(cell) if cell is not None else "-" for cell in row] for row in rows]
    if not cells:
        note(empty)
        return
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def ago(then: datetime | None, now: datetime) -> str:
    """Say how long ago, or in how long, in one unit."""
    if then is None:
        return "never"
    gap = now - then
    words = span(abs(gap))
    return f"{words} ago" if gap >= timedelta(0) else f"in {words}"


def span(gap: timedelta) -> str:
    """Say a length of time in its largest unit."""
    seconds = int(gap.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
