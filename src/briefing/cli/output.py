"""Data to standard output, one line a thing or JSON; words for people to standard error."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from typing import Any, TextIO

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")  # what would move a terminal's cursor


def say(text: str = "") -> None:
    """Write a line of data."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Write a line for people; data stays clean."""
    sys.stderr.write(text + "\n")


def as_json(value: Any, *, lines: bool = False) -> None:
    """Write a value as JSON, dataclasses as objects and times as RFC 3339; in one line if it is one of many."""
    from pydantic_core import to_jsonable_python

    say(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=None if lines else 2))


def table(rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Write rows in aligned columns, the thing's id first; with none, say that it is `empty`."""
    from rich.cells import cell_len

    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        note(empty)
        return
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        say("  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip())


def plain(cell: object) -> str:
    """Write a value in one line that steers no terminal, whoever wrote it."""
    return "-" if cell is None else _STEERING.sub(" ", str(cell))


def agreed(question: str) -> bool:
    """Ask on standard error, for data has standard output; whoever is not there has not agreed."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        note("")
    return answer.strip().lower() in {"y", "yes"}


def on_a_screen() -> bool:
    """Tell whether somebody sits at a terminal that has a browser beside it, and not at the end of a line."""
    screen = sys.platform == "darwin" or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return screen and sys.stdout.isatty()


def ago(then: datetime | None, now: datetime) -> str:
    """Say how long ago, or in how long, in one unit."""
    if then is None:
        return "never"
    words = span(abs(now - then))
    return f"{words} ago" if now >= then else f"in {words}"


def span(gap: timedelta) -> str:
    """Say a length of time in its largest unit."""
    seconds = int(gap.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def put(target: Path, write: Callable[[TextIO], object]) -> None:
    """Write a file that only its owner may read, in one step: whoever finds it finds it whole."""
    handle, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            write(file)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
