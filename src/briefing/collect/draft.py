"""An item as its document gives it, and what makes it one of ours: cleaned, capped, resolved.

Apart from `parse` and `jsonfeed`, which both end here, so that no reader can forget a cap.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from briefing.collect import sanitize, urls
from briefing.collect.characters import clean, line
from briefing.model import ParsedItem

TITLE = 1000
_MADE_TITLE = 120
_GUID = 500
_NAME = 200
_AUTHORS = 10
_CATEGORIES = 20
_EXCERPT = 2
_YEARS = range(1990, 2101)  # clocks that were never set say 1970, typing errors 20026
_NUMBER = re.compile(r"0{0,3}([1-9]\d{0,3})", re.ASCII)  # a greater one is a date or a joke
_LANG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|div|em|embed|font|form|h[1-6]|i|iframe|img|input|li|link|mark"
    r"|meta|nobr|object|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|tt|u|ul|video|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text, and whether its document says it is markup."""

    value: str
    markup: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader found of one item; nothing in it can be trusted yet. Times may be in any zone, or naive for UTC."""

    guid: str | None
    url: str | None
    title: Text
    body: Text
    base: str | None  # what relative links stand against
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    lang: str | None = None
    credit: str | None = None
    categories: tuple[str, ...] = ()
    number: str | None = None


def finished(draft: Draft) -> ParsedItem:
    """Return the item, safe and within its caps.

    Without a title, its first sentence stands for it, else its address: an empty title means that there is nothing
    to tell.
    """
    body = draft.body.value if draft.body.markup else sanitize.escaped(draft.body.value)
    html = sanitize.html(body, draft.base)
    text = sanitize.plain(html)[: sanitize.LONGEST]
    lang = language(draft.lang)
    excerpt = sanitize.sentences(text, lang, _EXCERPT)
    url = urls.absolute(draft.url, draft.base) if draft.url else None
    title = heading(draft.title)
    return ParsedItem(
        guid=bounded(draft.guid),
        url=url,
        title=title or line(excerpt[0] if excerpt else url or "", _MADE_TITLE),
        canonical_url=urls.canonical(url),
        published=utc(draft.published),
        updated=utc(draft.updated),
        authors=names(draft.authors, _AUTHORS),
        html=html,
        text=text,
        lang=lang,
        credit=heading(Text(draft.credit or ""), _NAME) or None,
        categories=names(draft.categories, _CATEGORIES),
        excerpt=excerpt,
        number=counted(draft.number),
    )


def heading(text: Text, limit: int = TITLE) -> str:
    """Return a title as plain text on one line: markup and entities are read where they are markup.

    RSS does not say what a title is: only known tags count as tags there, so that "a < b" and "<3" keep their words.
    """
    value = clean(text.value[: limit * 20])
    if text.markup:
        value = unescape(_TAG.sub("", _SCRIPT.sub("", value)))
    return line(value, limit)


def names(values: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Return short plain names, each once."""
    found = dict.fromkeys(heading(Text(value), _NAME) for value in values[: most * 2])
    return tuple(name for name in found if name)[:most]


def bounded(guid: str | None) -> str | None:
    """Return a guid fit for an index: without outer white space; a very long one by its digest."""
    bare = clean(guid or "").strip()
    if len(bare) > _GUID:
        return f"sha256:{hashlib.sha256(bare.encode()).hexdigest()}"
    return bare or None


def language(tag: str | None) -> str | None:
    """Return a language tag as BCP 47 writes it, None if it is none."""
    bare = (tag or "").strip().replace("_", "-")
    return bare if len(bare) <= 35 and _LANG.fullmatch(bare) else None


def counted(number: str | None) -> int | None:
    """Return the number a feed gives an item, 1 to 9999; None for any other, and for what is no whole number."""
    found = _NUMBER.fullmatch((number or "").strip())
    return int(found[1]) if found else None


def utc(moment: datetime | None) -> datetime | None:
    """Return a time in UTC; None for absurd years."""
    if moment is None:
        return None
    try:
        aware = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return aware.replace(microsecond=0) if aware.year in _YEARS else None
