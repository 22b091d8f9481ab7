"""The shape of plain text: wrapping, clipping, isolating, columns.

Apart from `markup`, which reads markup: here nothing but strings goes in.
"""

import textwrap
import unicodedata
from collections.abc import Sequence

from briefing.render.locale import direction

WIDTH = 72
_GAP = 2
_NARROWEST = 6
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def wrap(text: str, indent: int = 0, first: str | None = None, width: int = WIDTH) -> str:
    """Wrap each line of text; `first` stands in place of the first indent. Addresses stay whole."""
    blank = " " * indent
    lines: list[str] = []
    for line in text.splitlines() or [""]:
        start = first if first is not None and not lines else blank
        lines += _wrap_line(line, start, blank, width)
    return "\n".join(lines)


def _wrap_line(line: str, start: str, blank: str, width: int) -> list[str]:
    wrapped = textwrap.wrap(
        line,
        width,
        initial_indent=start,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [piece for row in wrapped or [start.rstrip()] for piece in _cut(row, blank, width)]


def _cut(row: str, blank: str, width: int) -> list[str]:
    """Cut a row that has no space to break at (scripts without spaces), unless it holds an address."""
    if len(row) <= width or "://" in row:
        return [row]
    rest, step = row[width:], width - len(blank)
    return [row[:width], *(blank + rest[i : i + step] for i in range(0, len(rest), step))]


def clip(text: str, limit: int = 320) -> str:
    """Shorten to at most `limit` characters, at a space if there is one near, and say so by an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_space = cut.rsplit(" ", 1)[0]
    return (at_space if len(at_space) > limit * 0.6 else cut).rstrip(" ,;:–—-") + "…"


def sentence(words: str) -> str:
    """Begin words that stand alone with a capital letter."""
    return words[:1].upper() + words[1:]


def isolate(text: str, lang: str | None = None, base: str = "ltr") -> str:
    """Fence words that run against the sentence around them, whose direction is `base`, so that it keeps its order.

    UAX #9 says how.
    """
    calm = text.translate(_OVERRIDES)
    return calm if direction(calm, lang) == base or not calm.strip() else f"\u2068{calm}\u2069"


def columns(rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """Align a table in columns that fit the width; long cells wrap inside their column."""
    count = max((len(row) for row in rows), default=0)
    if not count:
        return ""
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = _widths([max(_cells(row[i]) for row in full) for i in range(count)], width - _GAP * (count - 1))
    lines = [line for row in full for line in _row(row, widths)]
    if len(full) > 1:
        lines.insert(len(_row(full[0], widths)), (" " * _GAP).join("-" * w for w in widths))
    return "\n".join(lines)


def _widths(natural: list[int], available: int) -> list[int]:
    widths = [max(1, n) for n in natural]
    while sum(widths) > available and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [textwrap.wrap(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
    height = max(len(cell) for cell in cells)
    padded = [[*cell, *[""] * (height - len(cell))] for cell in cells]
    return [
        (" " * _GAP).join(_pad(cell[i], w) for cell, w in zip(padded, widths, strict=True)).rstrip()
        for i in range(height)
    ]


def _cells(text: str) -> int:
    """Count terminal columns: wide characters take two, marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _cells(text))
