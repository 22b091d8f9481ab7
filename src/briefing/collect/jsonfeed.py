"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1), which feedparser does not.

Apart from `parse`, which decides that a body is JSON. Wrong types are taken for absent: one bad item costs no other.
"""

import json
from collections.abc import Iterator
from typing import Any

from briefing.collect import sniff, urls
from briefing.collect.dates import moment
from briefing.collect.draft import Draft, Text, heading, language
from briefing.errors import ParseError

_VERSION = "jsonfeed.org/version/"


def is_json(body: bytes) -> bool:
    """Tell whether a body is JSON rather than XML, by its first character."""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def document(body: bytes, url: str) -> dict[str, Any]:
    """Return the feed object; ParseError if it is broken JSON or JSON of another kind."""
    try:
        found = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise ParseError("this is broken JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise ParseError(sniff.refusal(body, url))
    if _VERSION not in _text(found, "version") and not isinstance(found.get("title"), str):
        raise ParseError(sniff.refusal(body, url))
    return found


def drafts(feed: dict[str, Any], url: str) -> Iterator[Draft]:
    """Yield the items as the document gives them."""
    base = home(feed, url) or url
    for item in feed["items"]:
        if isinstance(item, dict) and item:
            yield _draft(item, feed, base)


def home(feed: dict[str, Any], url: str) -> str | None:
    """Return the address of the site behind the feed."""
    return urls.absolute(_text(feed, "home_page_url"), url)


def title(feed: dict[str, Any]) -> str:
    """Return the feed's name."""
    return heading(Text(_text(feed, "title"), markup=False))


def lang(feed: dict[str, Any]) -> str | None:
    """Return the feed's language."""
    return language(_text(feed, "language"))


def _draft(item: dict[str, Any], feed: dict[str, Any], base: str) -> Draft:
    published = moment(_text(item, "date_published"))
    updated = moment(_text(item, "date_modified"))
    return Draft(
        guid=_text(item, "id"),
        url=_text(item, "url") or _text(item, "external_url"),
        title=Text(_text(item, "title"), markup=False),
        body=_body(item),
        base=base,
        published=published or updated,
        updated=updated,
        authors=_authors(item) or _authors(feed),
        lang=_text(item, "language") or _text(feed, "language"),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
    )


def _body(item: dict[str, Any]) -> Text:
    if _text(item, "content_html"):
        return Text(_text(item, "content_html"))
    return Text(_text(item, "content_text") or _text(item, "summary"), markup=False)


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of 1.1's authors, or of 1.0's author."""
    people = [*_list(item, "authors"), item.get("author")]
    return tuple(_text(person, "name") for person in people if isinstance(person, dict) and _text(person, "name"))


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], name: str) -> str:
    """Return a text field; numbers, which 1.0 tolerates as ids, in digits."""
    value = item.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
