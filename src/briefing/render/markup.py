"""Whole items, where the feed's rights allow them: the markup made fit for mail, and the same as plain text.

The markup comes in clean (collect/sanitize); nothing here lets more through. Tables keep every cell and name
their publisher. Apart from `plain`, which never sees markup.
"""

from collections.abc import Iterator

from lxml import html as markup
from lxml.html import HtmlElement

from briefing.render.links import web
from briefing.render.locale import Words, direction
from briefing.render.plain import columns, isolate, wrap

_BLOCKS = frozenset(
    {"address", "article", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4"}
    | {"h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "ul"}
)
_ATTRIBUTES = frozenset({"href", "colspan", "rowspan"})
_TEXTUAL = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "dd", "dt", "pre")
_SHORT = 12  # characters in a cell that stay on one line
_STACKABLE = 3  # columns from which a table is told row by row on a narrow screen


def for_mail(source: str, html: str, lang: str | None, words: Words) -> str:
    """Return the item's markup with direction on each block and each table attributed."""
    root = _root(html)
    _bare(root)
    if direction(root.text_content(), lang) == "rtl":
        for block in root.iter(*_TEXTUAL):
            block.set("dir", "rtl")
            block.set("class", "rtl")
    for cell in root.iter("td", "th"):
        if len(cell.text_content().strip()) <= _SHORT:
            cell.set("class", f"{cell.get('class', '')} short".strip())
    for table in _outer_tables(root):
        _attribute(table, credit(source, words))
        _stack(table)
    return str(markup.tostring(root, encoding="unicode"))


def for_text(source: str, html: str, words: Words, indent: int = 0) -> str:
    """Return the item as wrapped plain text: tables in columns, links on their own lines."""
    root = _root(html)
    return "\n\n".join(_written(block, credit(source, words), indent) for block in _blocks(root))


def credit(source: str, words: Words) -> str:
    """Say whose table it is."""
    return words.gettext("Table from %(source)s, as published", source=isolate(source, None, words.dir))


def _root(html: str) -> HtmlElement:
    return markup.fragment_fromstring(html, create_parent="div")


def _bare(root: HtmlElement) -> None:
    """Drop every attribute but links and spans, so that none meets our styles."""
    for element in root.iter():
        link = web(element.get("href"))
        for name in set(element.keys()) - _ATTRIBUTES:
            del element.attrib[name]
        if link:
            element.set("href", link)
        elif element.get("href") is not None:
            del element.attrib["href"]


def _outer_tables(root: HtmlElement) -> list[HtmlElement]:
    return [t for t in root.iter("table") if not any(a.tag == "table" for a in t.iterancestors())]


def _attribute(table: HtmlElement, words: str) -> None:
    note = markup.Element("p")
    note.set("class", "credit")
    note.text = words
    tail, table.tail = table.tail, None
    frame = markup.Element("div")
    frame.set("class", "scroll")
    frame.tail = tail
    table.getparent().replace(table, frame)
    frame.append(note)
    frame.append(table)


def _stack(table: HtmlElement) -> None:
    """Give each cell its column's name, shown only where a narrow screen tells the table row by row."""
    rows = [[c for c in row if c.tag in ("td", "th")] for row in table.iter("tr")]
    spanned = any(c.get("colspan") or c.get("rowspan") for row in rows for c in row)
    if spanned or len(rows) < 2 or len(rows[0]) < _STACKABLE or len({len(row) for row in rows}) != 1:
        return
    table.set("class", "stack")
    rows[0][0].getparent().set("class", "top")
    for row in rows[1:]:
        for cell, top in zip(row[1:], rows[0][1:], strict=True):
            label = markup.Element("span")
            label.set("class", "label")
            label.text, label.tail, cell.text = top.text_content().strip(), cell.text, None
            cell.insert(0, label)


def _blocks(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the innermost blocks in reading order; loose text between them becomes a block too."""
    if element.tag in ("table", "pre") or not any(c.tag in _BLOCKS for c in element.iterdescendants()):
        if element.text_content().strip():
            yield element
        return
    loose = _loose(element.tag, element.text)
    for child in list(element):
        if child.tag in _BLOCKS:
            yield from _flush(loose)
            loose = _loose(element.tag, child.tail)
            child.tail = None
            yield from _blocks(child)
        else:
            loose.append(child)
    yield from _flush(loose)


def _loose(tag: str, text: str | None) -> HtmlElement:
    block = markup.Element(tag if tag in ("li", "blockquote") else "p")
    block.text = text
    return block


def _flush(block: HtmlElement) -> Iterator[HtmlElement]:
    if block.text_content().strip():
        yield block


def _written(block: HtmlElement, note: str, indent: int) -> str:
    blank = " " * indent
    if block.tag == "table":
        table = columns(_cells(block), 72 - indent)
        return "\n".join([wrap(note, indent), *(blank + line for line in table.splitlines())])
    for br in block.iter("br"):
        br.tail = "\n" + (br.tail or "")
    lines = [" ".join(line.split()) for line in block.text_content().strip().splitlines()]
    first = {"li": f"{blank}- ", "blockquote": f"{blank}> "}.get(block.tag)
    text = wrap("\n".join(line for line in lines if line), indent + 2 * bool(first), first)
    links = [link for a in block.iter("a") if (link := web(a.get("href")))]
    return "\n".join([text, *(f"{blank}{link}" for link in links)])


def _cells(table: HtmlElement) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")
    ]
