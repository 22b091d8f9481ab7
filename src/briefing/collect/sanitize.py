"""Turns what a feed calls HTML into the little markup we let through; says the same as plain text and as sentences.

Apart from `parse`, because markup is hostile whatever document it came in. nh3 decides what is a tag, as a browser
would; before it come caps (it is quadratic in depth), after it what a browser need not know: depth again, now exact,
links that lead nowhere, empty paragraphs, tables drawn with pipes.
"""

import re
from html import escape

import nh3

from briefing.collect import tables, urls
from briefing.collect.characters import clean, words
from briefing.collect.plaintext import plain
from briefing.collect.pruning import prune
from briefing.collect.sentences import sentences

__all__ = ["LONGEST", "escaped", "html", "plain", "sentences"]

LONGEST = 64 * 2**10  # bytes of UTF-8, in and out
DEEPEST = 64  # elements within one another

_TAGS = words(
    "p br a em strong b i blockquote ul ol li h1 h2 h3 h4 h5 h6 pre code table thead tbody tfoot tr th td caption"
    " figure figcaption sub sup"
)
_WITH_CONTENT = words(
    "script style template iframe noscript noembed noframes object embed applet svg math canvas audio video head"
    " title select textarea button"
)
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_REL = "noopener noreferrer nofollow ugc"
_HAND_WRAPPED = 120
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_SPAN = re.compile(r"[1-9][0-9]?")

_ANY_TAG = re.compile(r"<[a-zA-Z/!?]")
_BOX = re.compile(
    r"<(/?)(?:div|section|article|header|footer|main|aside|address|center|details|summary|dl|dt|dd|fieldset|form|nav"
    r"|hgroup|search|legend)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"<im(?:g|age)(?=[\s/])([^<>]*)>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_EMPTY = re.compile(
    r"<(p|a|b|i|em|strong|li|ul|ol|blockquote|figure|figcaption|h[1-6]|sub|sup|code)(?: [^<>]*)?>\s*</\1>"
)
_BREAKS = re.compile(r"(?:<br>\s*){3,}")
_FIRST_BREAKS = re.compile(r"<p>(?:\s*<br>)+")
_LAST_BREAKS = re.compile(r"(?:<br>\s*)+</p>")
_BROKEN_END = re.compile(r"(?:<[^<>]*|&#?\w{0,31})$")


def html(markup: str, base: str | None = None) -> str:
    """Return safe markup, at most 64 KiB; cleaning it again changes nothing.

    `base` is what relative links stand against; without it they lose their target. Text without tags keeps its lines.
    """
    cleaned = _once(_prepared(markup), base)
    for _ in range(4):
        if len(cleaned.encode()) > LONGEST:
            cleaned = _capped(cleaned, LONGEST * 7 // 8)
        again = _once(cleaned, base)
        if again == cleaned:
            return cleaned
        cleaned = again
    return _once(_lines(escaped(plain(cleaned)[: LONGEST // 8])), None)  # nothing stable came of it: its words do


def escaped(text: str) -> str:
    """Return plain text as markup for `html`."""
    return escape(text, quote=False)


def _prepared(markup: str) -> str:
    text = _capped(clean(markup), LONGEST)
    if not _ANY_TAG.search(text):
        return _lines(text)
    boxes = _BOX.sub(r"<\1p>", _IMAGE.sub(_alt, text))
    return prune(boxes, DEEPEST)


def _once(markup: str, base: str | None) -> str:
    def allowed(_tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return urls.link(value, base)
        return value if name == "rel" or _SPAN.fullmatch(value) else None

    markup = nh3.clean(
        markup,
        tags=set(_TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto"},
        link_rel=_REL,
    )
    markup = tables.drawn(prune(clean(markup), DEEPEST, unlinked=True))
    return _tidy(markup)


def _tidy(markup: str) -> str:
    """Take out what says nothing, until nothing more goes."""
    previous = ""
    while markup != previous:
        previous = markup
        if "<br>" in markup:
            markup = _LAST_BREAKS.sub("</p>", _FIRST_BREAKS.sub("<p>", _BREAKS.sub("<br><br>", markup)))
        markup = _EMPTY.sub("", markup)
    return markup.strip() if _ANY_TAG.search(markup) else " ".join(markup.split())


def _capped(markup: str, limit: int) -> str:
    """Cut markup to `limit` bytes, before a tag or an entity that the cut would break."""
    encoded = markup.encode()
    if len(encoded) <= limit:
        return markup
    return _BROKEN_END.sub("", encoded[:limit].decode(errors="ignore"))


def _lines(text: str) -> str:
    """Return text without tags as paragraphs, where it has more than one line.

    Nobody wraps lines longer than 120 characters by hand: where there are such, each line is a paragraph.
    """
    if "\n" not in text.strip():
        return text
    loose = any(len(line) > _HAND_WRAPPED for line in text.split("\n"))
    paragraphs = (part.strip() for part in (text.split("\n") if loose else _BLANK_LINE.split(text)))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _alt(image: re.Match[str]) -> str:
    """Return an image's words in its place; images themselves would tell the sender who reads."""
    found = _ALT.search(image[1])
    return f" {found[1] or found[2] or found[3] or ''} " if found else " "
