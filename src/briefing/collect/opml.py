"""OPML, in which readers of feeds hand each other what they follow; the only file that knows listparser.

Apart from `parse`, which reads the feeds themselves: here they are only named.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

import listparser
from w3lib.encoding import html_to_unicode

from briefing.collect.characters import clean, line
from briefing.errors import ParseError

MAX_BYTES = 10 * 2**20
MAX_FEEDS = 5_000
_BREAKS = re.compile(r"[\t\n]")
_TITLE = 200  # characters
_END = re.compile(r"</([\w.-]+:)?opml\s*>\s*(<!--.*-->\s*)*\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed as a list names it; the address is what stands there, of whatever scheme."""

    url: str
    title: str | None
    folder: str = ""


def read(body: bytes) -> tuple[Outline, ...]:
    """Return the feeds that an OPML document names, each address once. Raises ParseError.

    For a child of `isolate`: no entity is resolved and nothing is opened, but some documents take quadratic time.
    """
    _, text = html_to_unicode(None, body, default_encoding="utf-8")
    found = listparser.parse(b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))  # it asks the mark, not the declaration
    if not found.version.startswith("opml"):
        raise ParseError("this is not OPML: there is no <opml> in it")
    if not _END.search(text[-4096:]):
        raise ParseError("it ends before </opml>: the rest is missing")
    if len(found.feeds) > MAX_FEEDS:
        raise ParseError(f"it names {len(found.feeds):,} feeds, more than {MAX_FEEDS:,}")
    return tuple(_outline(feed) for feed in found.feeds)


def _outline(feed: listparser.common.SuperDict) -> Outline:
    url = _BREAKS.sub("", clean(feed.url)).strip()  # as a browser would
    title = line(feed.title, _TITLE)
    folder = next((" / ".join(names) for names in feed.categories), "")
    return Outline(url, title if title not in ("", url) else None, line(folder, _TITLE))


def write(feeds: Iterable[Outline], *, title: str, created: datetime) -> bytes:
    """Return an OPML 2.0 document, flat; a feed without a title has its address as the text that OPML asks for."""
    opml = ET.Element("opml", version="2.0")
    head, body = ET.SubElement(opml, "head"), ET.SubElement(opml, "body")
    ET.SubElement(head, "title").text = title
    ET.SubElement(head, "dateCreated").text = format_datetime(created)
    for feed in feeds:
        named = {"text": feed.title or feed.url, "title": feed.title or feed.url}
        ET.SubElement(body, "outline", named | {"type": "rss", "xmlUrl": feed.url})
    ET.indent(opml)
    document: bytes = ET.tostring(opml, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
