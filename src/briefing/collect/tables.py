"""Tables in the three forms they come and go in: drawn with pipes, marked up, in columns of plain text.

Apart from `sanitize` and `plaintext`, which each need one end of it. Cells are kept word for word.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 72  # of plain text in mail (RFC 3676, section 4.2, advises 66 to 78)
_GAP = 2
_NARROWEST = 6

_UNTOUCHED = re.compile(r"(<pre>.*?</pre>|<table>.*?</table>)", re.DOTALL)
_BREAK = re.compile(r"(<br>|</?p>|\n)")
_WORDS = re.compile(r"(?:[^<>]|</?(?:a|b|i|em|strong|code|sub|sup)(?: [^<>]*)?>)*+")
_RULE = re.compile(r":?-{2,}:?")


def drawn(markup: str) -> str:
    """Return clean markup with runs of `| a | b |` lines made tables; a single such line stays as it is."""
    if markup.count("|") < 6:
        return markup
    parts = _UNTOUCHED.split(markup)
    return "".join(part if index % 2 else _with_tables(part) for index, part in enumerate(parts))


def columns(rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """Return a table as aligned text; one `header: value` block a row where the columns do not fit into `width`."""
    count = max(map(len, rows))
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = _fitted(full, width)
    if widths is None:
        return "\n\n".join(_block(full[0], row) for row in full[1:]) if len(full) > 1 else _block([], full[0])
    lines = [_aligned(row, widths) for row in full]
    rule = (" " * _GAP).join("-" * size for size in widths)
    wrapped = any("\n" in row for row in lines)
    return f"{lines[0]}\n{rule}\n" + ("\n\n" if wrapped else "\n").join(lines[1:])


def _with_tables(markup: str) -> str:
    tokens = _BREAK.split(markup)
    out: list[str] = []
    at = 0
    paragraph = False
    while at < len(tokens):
        end = _run_end(tokens, at)
        if end > at:
            after = _in_paragraph(tokens[at:end], paragraph=paragraph)
            out.append(_table(tokens[at:end], inside=paragraph, after=after))
            paragraph, at = after, end
            continue
        paragraph = _step(tokens[at], paragraph=paragraph)
        out.append(tokens[at])
        at += 1
    return "".join(out)


def _step(token: str, *, paragraph: bool) -> bool:
    return {"<p>": True, "</p>": False}.get(token, paragraph)


def _in_paragraph(tokens: Iterable[str], *, paragraph: bool) -> bool:
    for token in tokens:
        paragraph = _step(token, paragraph=paragraph)
    return paragraph


def _run_end(tokens: Sequence[str], start: int) -> int:
    """Return the index after a run of at least two rows that begins at `start`, else `start`."""
    rows, end = 0, start
    for index in range(start, len(tokens)):
        token = tokens[index]
        if _is_row(token.strip()):
            rows, end = rows + 1, index + 1
        elif not rows or (token.strip() and not _BREAK.fullmatch(token)):
            break
    return end if rows > 1 else start


def _is_row(line: str) -> bool:
    return line.startswith("|") and line.endswith("|") and line.count("|") > 2 and bool(_WORDS.fullmatch(line))


def _table(tokens: Sequence[str], *, inside: bool, after: bool) -> str:
    rows = [
        [cell.strip() for cell in token.strip()[1:-1].split("|")] for token in tokens if token.strip().startswith("|")
    ]
    rows = [row for row in rows if not all(_RULE.fullmatch(cell) for cell in row)]
    count = max(map(len, rows), default=0)
    head, *body = (row + [""] * (count - len(row)) for row in rows)
    marked = f"<thead>{_row(head, 'th')}</thead><tbody>{''.join(_row(row, 'td') for row in body)}</tbody>"
    return f"{'</p>' if inside else ''}<table>{marked}</table>{'<p>' if after else ''}"


def _row(cells: Iterable[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _fitted(rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Return the columns' widths, narrowed as far as their words allow; None if they cannot fit."""
    columns = list(zip(*rows, strict=True))
    natural = [max(1, *map(_shown, column)) for column in columns]
    room = width - _GAP * (len(natural) - 1)
    if sum(natural) <= room:
        return natural
    if any(_wide(cell) for row in rows for cell in row):
        return None  # cannot be wrapped by words
    widths = [min(size, max(_longest_word(column), _NARROWEST)) for size, column in zip(natural, columns, strict=True)]
    if sum(widths) > room:
        return None
    for _ in range(room - sum(widths)):
        widths[_neediest(columns, widths, natural)] += 1
    return widths


def _neediest(columns: Sequence[Sequence[str]], widths: Sequence[int], natural: Sequence[int]) -> int:
    """Return the column whose cells run to the most lines: a step wider there keeps the table short."""

    def need(index: int) -> float:
        if widths[index] >= natural[index]:
            return 0.0
        return sum((len(cell) / widths[index]) ** 2 for cell in columns[index])

    return max(range(len(widths)), key=need)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    padded = [cell + [""] * (height - len(cell)) for cell in cells]
    lines = (
        (" " * _GAP).join(part + " " * (size - _shown(part)) for part, size in zip(parts, widths, strict=True)).rstrip()
        for parts in zip(*padded, strict=True)
    )
    return "\n".join(lines)


def _wrapped(cell: str, size: int) -> list[str]:
    if _shown(cell) <= size:
        return [cell]
    return textwrap.wrap(cell, size, break_long_words=False, break_on_hyphens=False)


def _block(head: Sequence[str], row: Sequence[str]) -> str:
    names = [*head, *[""] * (len(row) - len(head))]
    return "\n".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=True) if cell)


def _longest_word(cells: Iterable[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=1)


def _shown(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(0 if unicodedata.combining(c) else 1 + _wide(c) for c in text)


def _wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(character) in "WF" for character in text)
