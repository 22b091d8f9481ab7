"""Words made to fit: cutting at a word's end, leaving out from the end, and what no reader can see.

Pure. Apart from the channels, because they all need the same cut, each with limits of its own; and from `markup`,
which takes the life out of words that an app would turn into links and mentions.
"""

import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from briefing import unseen
from briefing.model import Link, Notice

_Message = TypeVar("_Message")
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ELLIPSIS = "…"
_NOT_IN_A_URL = frozenset(' <>"')
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # zero width joiner, variation selectors
_REPEATED = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_ENOUGH = 8  # times the limit: what is read of a text at all


def fit(text: str, limit: int) -> str:
    """Return the text in at most `limit` code points, cut at the end of a word and marked by an ellipsis."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = limit - 1
    space = max(text.rfind(" ", 0, cut + 1), text.rfind("\n", 0, cut + 1))
    # Half is given up for a whole word, not more: one endless word, or a script without spaces, is cut inside.
    cut = space if space > cut // 2 else _between_characters(text, cut)
    return text[:cut].rstrip(" \n,;:–—-") + _ELLIPSIS


def visible(text: str) -> str:
    """Return the text on one line, without characters that nobody sees or that turn what follows around."""
    return " ".join(_REPEATED.sub(r"\1", unseen.without(text)).split())


def words(
    text: str, limit: int, written: Callable[[str], str] = str, measure: Callable[[str], int] = len, *, empty: str = ""
) -> str:
    """Return the text as a reader sees it, cut so that what is `written` of it measures at most `limit`.

    The cut comes before the escaping, so that none goes through an escape. `empty` stands for what has no words.
    """
    whole, room = visible(text[: _ENOUGH * limit]) or empty, limit
    while True:
        said = written(unseen.fenced(fit(whole, room)))
        size = measure(said)
        if size <= limit or not room:
            return said
        room = min(room - 1, room * limit // size)


def refit(notice: Notice, write: Callable[[Notice], _Message], fits: Callable[[_Message], bool]) -> _Message:
    """Return what is written of as much of a notice as fits; the headline alone must always fit."""
    whole = write(notice)
    if fits(whole):
        return whole
    steps = [*shorter(notice)][1:]
    return write(steps[min(bisect_left(steps, True, key=lambda step: fits(write(step))), len(steps) - 1)])


def shorter(notice: Notice) -> Iterator[Notice]:
    """Yield the notice, then less and less of it: first the last of its links go, counted in their place.

    Then sentences go, then actions, then the count; at last nothing is left but the headline.
    """
    yield notice
    named = notice.context[:-1] if notice.rest else notice.context
    for kept in reversed(range(len(named))):
        left_out = Link(notice.more(len(named) - kept + notice.rest), notice.url)
        notice = replace(notice, context=(*named[:kept], left_out))
        yield notice
    for part in ("sentences", "actions", "context"):
        while left := getattr(notice, part):
            notice = replace(notice, **{part: left[:-1]})
            yield notice
    yield replace(notice, url=None, source=None, story=None)


def escape_slack(text: str) -> str:
    """Escape the three characters Slack's markup reads (docs.slack.dev, "Formatting message text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def web_link(url: str | None, limit: int) -> str | None:
    """Return the address if it is an http(s) one of at most `limit` characters that names a host, else None.

    One with a login, which can dress up as another's, is none; a host in other letters is written in ASCII.
    """
    if url is None or not url.isprintable() or _NOT_IN_A_URL & set(url):
        return None
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        if not parts.netloc.isascii():
            url = urlunsplit(parts._replace(netloc=parts.netloc.encode("idna").decode()))
    except ValueError:
        return None
    return url if named and len(url) <= limit else None


def utc(at: datetime) -> str:
    """Write a time for an app that cannot show the reader's own."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def as_json(payload: Mapping[str, Any]) -> bytes:
    """Write a payload the one way its size was measured: compact UTF-8; what has no encoding becomes "?"."""
    return _COMPACT.encode(payload).encode("utf-8", "replace")


def _between_characters(text: str, cut: int) -> int:
    # A base letter keeps its marks; an emoji made of several keeps its parts.
    start = cut
    while cut > 0 and start - cut < 16 and (_joins(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut


def _joins(character: str) -> bool:
    return character in _JOINERS or unicodedata.combining(character) != 0
