"""Feed documents in which a vector stands in every field, one document for each way a format has to carry markup.

Apart from `hostile_mail`, which makes messages of them: here are only bytes, as a server would send them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
HOME = "https://news.example/"
_UNFIT = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])  # XML 1.0 has no way to say them
_END = " Words. More words."  # makes a content longer than its summary
_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def rss(vectors: Sequence[str]) -> bytes:
    """Write RSS 2.0: its short fields escaped, its content in CDATA, an id that says it is an address."""
    items = ((number, vector, escape(vector), _cdata(vector)) for number, vector in enumerate(vectors))
    return _rss(vectors, "".join(_rss_item(*item) for item in items))


def rss_raw(vectors: Sequence[str]) -> bytes:
    """Write RSS 2.0 whose author forgot to escape anything, so that it is no XML."""
    return _rss(vectors, "".join(_rss_item(number, vector, vector, vector) for number, vector in enumerate(vectors)))


def atom_html(vectors: Sequence[str]) -> bytes:
    """Write Atom whose texts are of type html."""
    return _atom(vectors, "html", escape)


def atom_xhtml(vectors: Sequence[str]) -> bytes:
    """Write Atom whose texts are of type xhtml; vectors that are no XML stand there escaped."""
    return _atom(vectors, "xhtml", lambda text: f"{_DIV}{text if _is_xml(text) else escape(text)}</div>")


def atom_text(vectors: Sequence[str]) -> bytes:
    """Write Atom whose texts are of type text, where markup is words, in a series that owes a part."""
    entries = "".join(
        f"<entry><id>{n}</id><title>{escape(vector)}: Part 1</title>{_atom_about(n, vector)}"
        f"<content type='text'>It began with {escape(vector)}. So far.\n\n"
        f"Coming up in Part 2: {escape(vector)} The Keeper’s Dilemma.</content></entry>"
        for n, vector in enumerate(vectors)
    )
    return _atom_feed(vectors, entries, "text")


def json_html(vectors: Sequence[str]) -> bytes:
    """Write JSON Feed with content_html, and texts beside it."""
    return _json([{"content_html": f"{vector}{_END}", "summary": vector} for vector in vectors], vectors)


def json_text(vectors: Sequence[str]) -> bytes:
    """Write JSON Feed with content_text."""
    return _json([{"content_text": f"Words {vector}.{_END}"} for vector in vectors], vectors)


FORMATS: Sequence[Callable[[Sequence[str]], bytes]] = (rss, atom_html, atom_xhtml, atom_text, json_html, json_text)


def _rss(vectors: Sequence[str], items: str) -> bytes:
    return _encoded(
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{escape(vectors[0])}</title><link>{HOME}</link>'
        f"<description>x</description>{items}</channel></rss>"
    )


def _rss_item(number: int, vector: str, said: str, content: str) -> str:
    return (
        f"<item><title>{said}</title><link>{said}</link><guid isPermaLink='true'>{said}</guid>"
        f"<pubDate>{format_datetime(_at(number))}</pubDate><source>{said}</source>"
        f"<author>a@news.example ({said})</author><dc:creator>{said}</dc:creator>"
        f"<category domain={quoteattr(vector)}>{said}</category><description>{said} Short.</description>"
        f"<content:encoded>{content}{_END}</content:encoded></item>"
    )


def _atom(vectors: Sequence[str], kind: str, said: Callable[[str], str]) -> bytes:
    entries = "".join(
        f"<entry><id>{number}</id><title type='{kind}'>{said(vector)}</title>{_atom_about(number, vector)}"
        f"<summary type='{kind}'>{said(vector)}</summary><content type='{kind}'>{said(vector + _END)}</content></entry>"
        for number, vector in enumerate(vectors)
    )
    return _atom_feed(vectors, entries)


def _atom_feed(vectors: Sequence[str], entries: str, kind: str = "html") -> bytes:
    return _encoded(
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title type='{kind}'>{escape(vectors[-1])}</title><link href='{HOME}'/>{entries}</feed>"
    )


def _atom_about(number: int, vector: str) -> str:
    attribute = quoteattr(vector)
    return (
        f"<updated>{_at(number).isoformat()}</updated><link rel='alternate' type='text/html' href={attribute}/>"
        f"<link rel='enclosure' href={attribute}/><category term={attribute} label={attribute}/>"
        f"<author><name>{escape(vector)}</name><uri>{escape(vector)}</uri></author>"
    )


def _json(texts: Sequence[Mapping[str, str]], vectors: Sequence[str]) -> bytes:
    items = [
        {
            "id": str(number),
            "url": vector,
            "external_url": vector,
            "title": vector,
            "authors": [{"name": vector, "url": vector}],
            "tags": [vector],
            "image": vector,
            "attachments": [{"url": vector, "mime_type": "text/html", "title": vector}],
            "date_published": _at(number).isoformat(),
            **text,
        }
        for number, (vector, text) in enumerate(zip(vectors, texts, strict=True))
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": vectors[0],
        "home_page_url": HOME,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogateescape")


def _at(number: int) -> datetime:
    return NOON - timedelta(minutes=5 + number)


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _encoded(document: str) -> bytes:
    return document.translate(_UNFIT).encode("utf-8", "surrogateescape")


def _is_xml(markup: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<div>{markup}</div>".encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True
