"""Says markup in plain text: paragraphs, lists, quotes, and tables in columns; of a link its words alone.

Apart from `sanitize`, whose output it reads: here nothing can be dangerous, only unreadable.
"""

from collections.abc import Callable, Iterator

from lxml import html as markup
from lxml.html import HtmlElement

from briefing.collect import tables
from briefing.collect.characters import clean, words
from briefing.collect.pruning import prune

_DEEPEST = 100  # libxml2 gives up at 256
_BLOCKS = words(
    "p div section article header footer main aside address blockquote ul ol li dl dt dd h1 h2 h3 h4 h5 h6 pre hr"
    " table thead tbody tfoot tr th td caption figure figcaption"
)
_SILENT = words("script style template noscript iframe object svg math head title select textarea button")
_BR = "\x0b"  # stands for <br> until white space is folded


def plain(html: str) -> str:
    """Return the text of markup, its blocks parted by empty lines; tables become aligned columns."""
    if not html.strip():
        return ""
    root = markup.fragment_fromstring(f"<div>{prune(clean(html), _DEEPEST)}</div>", create_parent="div")
    return clean("\n\n".join(_blocks(root))).strip()


def _blocks(element: HtmlElement) -> Iterator[str]:
    """Yield the blocks inside an element; text between blocks is a block of its own."""
    run: list[str] = [element.text or ""]
    for child in element.iterchildren("*"):
        if child.tag in _BLOCKS or _holds_blocks(child):
            yield from _told(run)
            yield from _WRITERS.get(child.tag, _blocks)(child)
            run = []
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    yield from _told(run)


def _told(run: list[str]) -> Iterator[str]:
    text = "\n".join(" ".join(line.split()) for line in "".join(run).split(_BR)).strip()
    if text:
        yield text


def _inline(element: HtmlElement) -> str:
    if element.tag == "br":
        return _BR
    if element.tag in _SILENT:
        return ""
    return "".join([element.text or "", *(_inline(child) + (child.tail or "") for child in element.iterchildren("*"))])


def _holds_blocks(element: HtmlElement) -> bool:
    return element.tag not in _SILENT and any(descendant.tag in _BLOCKS for descendant in element.iterdescendants("*"))


def _list(element: HtmlElement) -> Iterator[str]:
    items = [child for child in element.iterchildren("*") if child.tag not in _SILENT]
    marks = [f"{number}. " if element.tag == "ol" else "- " for number in range(1, len(items) + 1)]
    told = [_hung(mark, "\n".join(_blocks(item))) for mark, item in zip(marks, items, strict=True)]
    if any(told):
        yield "\n".join(filter(None, told))


def _hung(mark: str, text: str) -> str:
    """Hang a text on its mark, further lines under the first."""
    return mark + text.replace("\n", "\n" + " " * len(mark)) if text else ""


def _quote(element: HtmlElement) -> Iterator[str]:
    text = "\n\n".join(_blocks(element))
    if text:
        yield "\n".join(f"> {part}".rstrip() for part in text.split("\n"))


def _verbatim(element: HtmlElement) -> Iterator[str]:
    text = _as_written(element).strip("\n")
    if text.strip():
        yield text


def _as_written(element: HtmlElement) -> str:
    inner = (_as_written(child) + (child.tail or "") for child in element.iterchildren("*"))
    return "\n" if element.tag == "br" else "".join([element.text or "", *inner])


def _table(element: HtmlElement) -> Iterator[str]:
    for caption in element.iterchildren("caption"):
        yield from _blocks(caption)
    # A table around tables is one of layout. It is not read as facts first: each would read those inside it twice.
    rows = [] if element.find(".//table") is not None else list(filter(any, map(_cells, element.iter("tr"))))
    if len(rows) < 2 or max(map(len, rows)) < 2:
        for cell in element.iter("td", "th"):
            if next(cell.iterancestors("table")) is element:
                yield from _blocks(cell)
        return
    yield tables.columns(rows)


def _cells(row: HtmlElement) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        cells.append(" ".join(" ".join(_blocks(cell)).split()))
        span = str(cell.get("colspan") or "1")
        cells += [""] * (min(int(span), 20) - 1 if span.isdigit() else 0)
    return cells


_WRITERS: dict[str, Callable[[HtmlElement], Iterator[str]]] = {
    "ul": _list,
    "ol": _list,
    "blockquote": _quote,
    "pre": _verbatim,
    "table": _table,
}
