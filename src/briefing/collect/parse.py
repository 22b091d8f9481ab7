"""Turns the bytes of a feed document into items; the only file that knows feedparser.

Apart from `jsonfeed`, which reads the other format, and `draft`, where both are cleaned. Runs in a child of `isolate`:
feedparser can hang or raise on small documents, and it is told to neither clean nor resolve, which are not its trade.
"""

import calendar
import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser
import feedparser.api

from briefing.collect import jsonfeed, sniff, urls
from briefing.collect.dates import moment
from briefing.collect.draft import Draft, Text, finished, heading, language
from briefing.collect.repair import declared, repaired
from briefing.errors import ParseError
from briefing.model import ParsedFeed, ParsedItem, Rest

PARSER_VERSION = "2"  # a new one makes every stored body hash stale, so that unchanged feeds are read once more

_NEVER = datetime.min.replace(tzinfo=UTC)
_LONGEST_TTL = timedelta(days=30)
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
_LISTED = 100  # hours or days of skipHours and skipDays that are read
_DAYS = tuple(day.lower() for day in calendar.day_name)
_NO_EPISODES = frozenset({"trailer", "bonus"})
_HOUR = re.compile(r"\s*(?:[01]?\d|2[0-4])\s*", re.ASCII)  # 24 is midnight, in RSS 0.91
_HOURS = 24
_PAGES = frozenset({"text/html", "application/xhtml+xml"})

# An id is compared, never followed: resolved, it would change with the address it was fetched from (RFC 4287, 4.2.6).
for _reader in (feedparser.api.StrictFeedParser, feedparser.api.LooseFeedParser):
    _reader.can_be_relative_uri = _reader.can_be_relative_uri - {"id"}


def _listing(name: str) -> Callable[[Any], None]:
    """Return how a reader ends an element that comes several times: all are kept, not the last alone."""

    def end(reader: Any) -> None:
        value = reader.pop(name)
        if value and not reader.inentry and len(listed := reader.feeddata.setdefault(f"listed_{name}", [])) < _LISTED:
            listed.append(value)

    return end


for _reader in (feedparser.api.StrictFeedParser, feedparser.api.LooseFeedParser):
    for _name in ("hour", "day"):
        setattr(_reader, f"_end_{_name}", _listing(_name))


def feed(body: bytes, content_type: str | None, url: str, *, max_items: int = 500) -> ParsedFeed:
    """Return what a feed document holds, clean and within its caps, in document order.

    `url` is where it came from. Of more than `max_items` the newest are kept. ParseError says what the body looks like
    if it is no RSS, RDF, Atom, CDF or JSON Feed.
    """
    if not body.strip(b" \t\r\n\x00"):
        raise ParseError(sniff.refusal(body, url))
    if jsonfeed.is_json(body):
        found = jsonfeed.document(body, url)
        items, dropped = _items(list(jsonfeed.drafts(found, url)), max_items)
        name, home, lang = jsonfeed.title(found), jsonfeed.home(found, url), jsonfeed.lang(found)
        return ParsedFeed(title=name, url=home, items=items, lang=lang, dropped=dropped)
    return _xml(body, content_type, url, max_items)


def _xml(body: bytes, content_type: str | None, url: str, max_items: int) -> ParsedFeed:
    document = _document(body, content_type)
    if not document.version and (not document.entries or b"<html" in body[:2000].lower()):
        raise ParseError(sniff.refusal(body, url))
    about = document.feed
    home = _home(about, document.version, url)
    base = home if document.version.startswith("rss") and home else url or home
    items, dropped = _items([_draft(entry, document, base) for entry in document.entries if entry], max_items)
    return ParsedFeed(
        title=heading(_title(about, document.version)),
        url=home,
        items=items,
        lang=language(_text(about, "language")),
        ttl=_ttl(about),
        damaged=bool(document.bozo) and not isinstance(document.get("bozo_exception"), _HARMLESS),
        dropped=dropped,
        rest=_rest(about),
    )


def _document(body: bytes, content_type: str | None) -> Any:
    mended = repaired(body)
    return feedparser.parse(
        io.BytesIO(mended),  # never a str: it would be opened as a file or fetched
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": _content_type(mended, content_type)},
    )


def _content_type(body: bytes, content_type: str | None) -> str:
    """Return the header to go by: its charset counts only where the document itself leaves doubt."""
    charset = (content_type or "").lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    if not charset or declared(body) or _is_utf8(body):
        return "application/xml"
    return f"application/xml; charset={charset}"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _items(drafts: Sequence[Draft], most: int) -> tuple[tuple[ParsedItem, ...], int]:
    """Return the items of the newest drafts, in document order, and how many were left out."""
    if len(drafts) <= most:
        chosen = drafts
    else:
        newest = sorted(range(len(drafts)), key=lambda index: drafts[index].published or _NEVER, reverse=True)[:most]
        chosen = [drafts[index] for index in sorted(newest)]
    return tuple(finished(draft) for draft in chosen), len(drafts) - len(chosen)


def _draft(entry: Any, document: Any, base: str | None) -> Draft:
    body, said_base = _body(entry, document.version)
    updated = _time(entry, "updated")
    return Draft(
        guid=_text(entry, "id") or None,
        url=_link(entry, document.version),
        title=_title(entry, document.version),
        body=body,
        base=urljoin(base or "", said_base) if said_base else base,
        published=_time(entry, "published") or _time(entry, "created") or updated,
        updated=updated,
        authors=_authors(entry) or _authors(document.feed),
        lang=_lang(entry) or _text(document.feed, "language"),
        credit=_text(dict.get(entry, "source") or {}, "title"),
        number=_number(entry),
        categories=tuple(_text(tag, "label") or _text(tag, "term") for tag in dict.get(entry, "tags") or ()),
    )


def _title(context: Any, version: str) -> Text:
    detail = dict.get(context, "title_detail") or {}
    literal = version.startswith("atom") and _text(detail, "type") == "text/plain"
    return Text(_text(context, "title") or _text(context, "itunes_title"), markup=not literal)


def _body(entry: Any, version: str) -> tuple[Text, str]:
    """Return the longest text of an entry, and the base its document gives it."""
    details = [*(dict.get(entry, "content") or ()), dict.get(entry, "summary_detail") or {}]
    readable = [detail for detail in details if _text(detail, "type") in ("", "text/plain", *_PAGES)]
    if not any(_text(detail, "value") for detail in readable):
        return Text(_text(entry, "summary")), ""
    best = max(readable, key=lambda detail: len(_text(detail, "value")))
    literal = version.startswith("atom") and _text(best, "type") == "text/plain"
    return Text(_text(best, "value"), markup=not literal), _text(best, "base")


def _link(context: Any, version: str) -> str | None:
    """Return the address of an entry's or a feed's page, as it is written.

    The first alternate that is a page; in Atom the last of one language, for a link without a type often precedes the
    real one. Then any alternate, then a permalink guid, then what is enclosed.
    """
    links = [link for link in dict.get(context, "links") or () if _text(link, "href")]
    alternates = [link for link in links if _text(link, "rel") == "alternate"]
    pages = [link for link in alternates if _text(link, "type") in _PAGES]
    if pages and version.startswith("atom"):
        pages = [link for link in pages if _text(link, "hreflang") == _text(pages[0], "hreflang")][::-1]
    enclosures = [link for link in links if _text(link, "rel") == "enclosure"]
    written = [_text(link, "href") for link in (*pages, *alternates)]
    return next(filter(None, [*written, _text(context, "link"), *(_text(link, "href") for link in enclosures)]), None)


def _home(about: Any, version: str, url: str) -> str | None:
    link = _link(about, version)
    return urls.absolute(link, url) if link else None


def _authors(context: Any) -> tuple[str, ...]:
    """Return the names of authors; an e-mail address only where there is no name."""
    people = [person for person in dict.get(context, "authors") or () if isinstance(person, dict)]
    found = tuple(_text(person, "name") or _text(person, "email") for person in people)
    return tuple(filter(None, found)) or tuple(filter(None, [_text(context, "author")]))


def _lang(entry: Any) -> str:
    details = [*(dict.get(entry, "content") or ()), dict.get(entry, "summary_detail"), dict.get(entry, "title_detail")]
    return next((lang for detail in details if detail and (lang := _text(detail, "language"))), "")


def _number(entry: Any) -> str:
    """Return the number of an episode; a trailer or an extra is none, whatever number it bears."""
    if _text(entry, "itunes_episodetype").strip().lower() in _NO_EPISODES:
        return ""
    return _text(entry, "itunes_episode") or _text(entry, "podcast_episode")


def _time(context: Any, name: str) -> datetime | None:
    """Return one of an entry's times; feedparser's own reading would swap day and month rather than give up."""
    return moment(_text(context, name))


def _ttl(about: Any) -> timedelta | None:
    minutes = _text(about, "ttl").strip()
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 and int(minutes):
        return min(timedelta(minutes=int(minutes)), _LONGEST_TTL)
    period = _PERIODS.get(_text(about, "sy_updateperiod").strip().lower())
    times = _text(about, "sy_updatefrequency").strip() or "1"
    if period is None or not (times.isascii() and times.isdigit() and int(times[:6]) > 0):
        return None
    return min(period / int(times[:6]), _LONGEST_TTL)


def _rest(about: Any) -> Rest:
    """Return when RSS's skipHours and skipDays ask us to stay away; what speaks of every hour or day says nothing."""
    hours = {int(hour) % 24 for hour in dict.get(about, "listed_hour") or () if _HOUR.fullmatch(hour)}
    names = (day.strip().lower() for day in dict.get(about, "listed_day") or ())
    days = {_DAYS.index(name) for name in names if name in _DAYS}
    return Rest(
        tuple(sorted(hours)) if len(hours) < _HOURS else (), tuple(sorted(days)) if len(days) < len(_DAYS) else ()
    )


def _text(context: Any, name: str) -> str:
    """Return a text field, without feedparser's own fallbacks from one field to another."""
    value = dict.get(context, name)
    return value if isinstance(value, str) else ""
