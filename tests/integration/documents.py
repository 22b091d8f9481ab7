"""Feed documents and pages of ours: what the loopback server of these tests puts up."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
HTML = "text/html; charset=utf-8"
LONG = " ".join(["A whole article, of which the feed ships every paragraph, reports on the matter at length."] * 12)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a feed document writes it; `html` stands for its text where there is markup."""

    guid: str
    title: str
    at: datetime | None = None
    text: str = "A short text."
    link: str | None = None
    html: str | None = None
    number: int | None = None  # of the episode

    @property
    def markup(self) -> str:
        """The text as HTML."""
        return self.html if self.html is not None else escape(self.text)


def rss(*entries: Entry, title: str = "One", base: str = "https://one.example", lang: str = "en") -> str:
    """Write an RSS 2.0 document, in the order given."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:itunes="{ITUNES}">'
        f"<channel><title>{escape(title)}</title>"
        f"<link>{base}/</link><description>Samples</description><language>{lang}</language>"
        f"{''.join(_rss_item(entry, base) for entry in entries)}</channel></rss>"
    )


def json_feed(*entries: Entry, title: str = "One", base: str = "https://one.example") -> str:
    """Write a JSON Feed 1.1 document."""
    rows = [
        {"id": entry.guid, "url": _link(entry, base), "title": entry.title, "content_html": entry.markup}
        | ({"date_published": entry.at.isoformat()} if entry.at else {})
        for entry in entries
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": rows})


def page(title: str, *paragraphs: str, head: str = "") -> str:
    """Write the web page behind an item."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>{escape(title)}</h1>{body}</article></body></html>'
    )


def _rss_item(entry: Entry, base: str) -> str:
    dated = f"<pubDate>{format_datetime(entry.at)}</pubDate>" if entry.at else ""
    numbered = f"<itunes:episode>{entry.number}</itunes:episode>" if entry.number else ""
    return (
        f"<item><title>{escape(entry.title)}</title><link>{escape(_link(entry, base))}</link>"
        f'<guid isPermaLink="false">{escape(entry.guid)}</guid>{dated}{numbered}'
        f"<description>{escape(entry.markup)}</description></item>"
    )


def _link(entry: Entry, base: str) -> str:
    return entry.link or f"{base}/{entry.guid}"
