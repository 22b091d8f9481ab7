"""Reads web pages: the main text, to its last line, and the feeds the page points to.

Apart from `parse`, because a page is no feed, and from `pages`, which may ask for one: here are bytes only. What is
read here serves detection and is never republished.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from statistics import median
from urllib.parse import urlsplit, urlunsplit

from lxml import html as markup
from lxml.etree import LxmlError
from lxml.html import HtmlElement
from protego import Protego
from w3lib.encoding import html_to_unicode

from briefing.collect import urls
from briefing.collect.characters import clean, line, words
from briefing.collect.draft import TITLE, language
from briefing.errors import ParseError
from briefing.model import Page, ParsedFeed

_TEXT = 200_000  # characters
_FEEDS = 20
_FEED_TYPES = words("application/rss+xml application/atom+xml application/feed+json application/rdf+xml text/xml")
_FEED_PATH = re.compile(
    r"(?:/(?:feed|feeds|rss|atom)(?:/|$)|\b(?:rss|atom|feed|index)\.(?:xml|rss|rdf|atom)$|\.(?:rss|atom)$)"
)
_NO_FEED_PATH = re.compile(r"/comments?/|\.html?$")

_TELLING = 40  # characters that make a paragraph recognisable
_SHORTEST_LINE = 25
_LAST_LINES = 3
_LEAVES = ("p", "div", "blockquote", "aside", "footer", "h2", "h3", "h4", "h5", "h6")
_AROUND = words("nav form button")
_AROUND_ARTICLES = words("aside footer header")
_AROUND_NAME = re.compile(r"comment|respond|share|social|cookie|newsletter|subscribe|copyright", re.IGNORECASE)

_SHORT = 600  # characters: a whole article is longer, a teaser is not
_TEASER = re.compile(
    r"(?:…|\.\.\.|\b(?:continue reading|read more|read the full (?:story|article)|read on)\b.{0,80}"
    r"|\bthe post .{0,200} appeared first on .{0,100})\W*$",
    re.IGNORECASE | re.DOTALL,
)


def page(body: bytes, content_type: str | None, url: str) -> Page:
    """Return the page's title, main text and feeds; ParseError if it is no HTML."""
    _, text = html_to_unicode(content_type, body)
    text = clean(text)
    try:
        root = markup.document_fromstring(text.encode(), parser=markup.HTMLParser(encoding="utf-8", no_network=True))
    except (LxmlError, ValueError, AssertionError) as error:
        raise ParseError("this is not a page that can be read") from error
    return Page(
        url=url,
        title=line(root.findtext(".//title") or "", TITLE),
        text=_main_text(text, url, root)[:_TEXT],
        lang=language(root.get("lang")),
        feeds=tuple(_feeds(root, url)),
    )


def ships_excerpts(feed: ParsedFeed) -> bool:
    """Tell whether a feed gives the beginnings of its articles only: half of its items are teasers or short."""
    texts = [item.text for item in feed.items]
    if not texts:
        return False
    teasers = sum(bool(_TEASER.search(text[-400:])) for text in texts)
    return teasers * 2 >= len(texts) or median(map(len, texts)) < _SHORT


def robots_url(url: str) -> str:
    """Return where the host of a URL keeps its robots.txt (RFC 9309, section 2.3)."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def robots_allow(robots_txt: str, url: str, user_agent: str) -> bool:
    """Tell whether a robots.txt lets this user agent read the URL (RFC 9309); an unreadable one allows."""
    product = re.match(r"[^/\s]*", user_agent)
    return bool(Protego.parse(robots_txt).can_fetch(url, product[0] if product and product[0] else "*"))


def _main_text(text: str, url: str, root: HtmlElement) -> str:
    import trafilatura  # half a second, which only children pay

    found = trafilatura.extract(text, url=url, favor_recall=True, include_comments=False, include_tables=True) or ""
    return clean(_to_the_end(found, root)).strip()


def _to_the_end(text: str, root: HtmlElement) -> str:
    """Add the article's last lines where the extraction took them for trimmings: there stands what comes next."""
    blocks = [(block, " ".join(block.text_content().split())) for block in _leaves(root)]
    kept = " ".join(text.split())
    last = max((at for at, (_, words) in enumerate(blocks) if len(words) > _TELLING and words in kept), default=None)
    if last is None:
        return text
    missed = (words for block, words in blocks[last + 1 :] if words not in kept and _is_prose(block, words))
    return "\n".join([text, *islice(missed, _LAST_LINES)])


def _leaves(root: HtmlElement) -> list[HtmlElement]:
    """Return the innermost blocks of the article itself, in order."""
    article = max(root.iter("article", "main"), key=lambda element: len(element.text_content()), default=root)
    outside = _AROUND | _AROUND_ARTICLES if article is root else _AROUND
    blocks = [block for block in article.iter(*_LEAVES) if not any(True for _ in block.iterdescendants(*_LEAVES, "li"))]
    return [block for block in blocks if not any(around.tag in outside for around in block.iterancestors())]


def _is_prose(block: HtmlElement, words: str) -> bool:
    """Tell a sentence of the article from what surrounds articles: links, forms, readers' comments."""
    if len(words) < _SHORTEST_LINE or not words.rstrip("\"'”’»)").endswith((".", "!", "?", "…", "؟", "۔", "。")):
        return False
    linked = sum(len(anchor.text_content()) for anchor in block.iter("a"))
    names = (f"{around.get('class') or ''} {around.get('id') or ''}" for around in (block, *block.iterancestors()))
    return linked * 2 < len(words) and not any(_AROUND_NAME.search(name) for name in names)


def _feeds(root: HtmlElement, url: str) -> Iterator[tuple[str, str]]:
    """Yield (title, address) of feeds: the ones announced in the head, then links that look like feeds."""
    bases = [base.get("href") for base in root.iter("base") if base.get("href")]
    base = urls.absolute(bases[0], url) or url if bases else url
    seen: set[str] = set()
    for title, href in (*_announced(root.iter("link")), *_linked(root.iter("a"))):
        found = urls.absolute(href, base)
        if found and found not in seen and len(seen) < _FEEDS and not _NO_FEED_PATH.search(urlsplit(found).path):
            seen.add(found)
            yield line(title, 200), found


def _announced(links: Iterable[HtmlElement]) -> Iterator[tuple[str, str]]:
    for link in links:
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind in _FEED_TYPES and link.get("href"):
            yield link.get("title") or "", link.get("href")


def _linked(anchors: Iterable[HtmlElement]) -> Iterator[tuple[str, str]]:
    for anchor in anchors:
        href = anchor.get("href") or ""
        path = href.partition("?")[0].partition("#")[0].lower()
        if _FEED_PATH.search(path):
            yield anchor.text_content(), href
