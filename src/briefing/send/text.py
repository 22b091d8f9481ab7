"""Words made to fit: cutting at a word's end, leaving out from the end, escaping.

Pure. Apart from the channels, because they all need the same cut, each with limits of its own.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from briefing.model import Notice

_ELLIPSIS = "…"
_NOT_IN_A_URL = frozenset(' <>"')
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")  # zero width joiner, variation selectors


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


def shorter(notice: Notice) -> Iterator[Notice]:
    """Yield the notice, then less and less of it: first the last links go, then sentences, then actions."""
    yield notice
    for part in ("context", "sentences", "actions"):
        while kept := getattr(notice, part):
            notice = replace(notice, **{part: kept[:-1]})
            yield notice


def escape_slack(text: str) -> str:
    """Escape the three characters Slack's markup reads (docs.slack.dev, "Formatting message text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def web_link(url: str | None, limit: int) -> str | None:
    """Return the address if it is an http(s) one of at most `limit` characters that names a host, else None."""
    if url is None or len(url) > limit or not url.isprintable() or _NOT_IN_A_URL & set(url):
        return None
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return url if named else None


def as_json(payload: Mapping[str, Any]) -> bytes:
    """Write a payload the one way its size was measured: compact UTF-8; what has no encoding becomes "?"."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _between_characters(text: str, cut: int) -> int:
    # A base letter keeps its marks; an emoji made of several keeps its parts.
    start = cut
    while cut > 0 and start - cut < 16 and (_joins(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut


def _joins(character: str) -> bool:
    return character in _JOINERS or unicodedata.combining(character) != 0
