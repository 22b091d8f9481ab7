"""Ids for feeds that a story names by address.

Apart from `effective`, which reads a valid Config: a route may name such a feed, so `references` needs the ids while
the rest may still be wrong.
"""

import hashlib
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import HttpUrl, ValidationError

from briefing.config import mask


def inline_id(url: str) -> str:
    """Return the id of a feed known by address alone, such as `example-org-analysis-rss`; it never changes.

    No key in the address is in it: ids are shown everywhere.
    """
    parts = urlsplit(mask.address(url))
    host = (parts.hostname or "").removeprefix("www.")
    words = re.sub(r"[^a-z0-9]+", "-", f"{host}{parts.path}-{parts.query}".lower()).strip("-")
    if len(words) <= 64 and parts.query == "":
        return words or "feed"
    return _marked(words, url)


def free_id(url: str, taken: Container[str]) -> str:
    """Return the id of a feed's address, marked if another feed has it."""
    name = inline_id(url)
    return _marked(name, url) if name in taken else name


def same_address(url: Any) -> str | None:
    """Return the form in which two spellings of a web address are one; None if it is none."""
    try:
        return str(HttpUrl(url))
    except ValidationError:
        return None


def inline_feeds(values: Mapping[str, Any]) -> dict[str, str]:
    """Return address to id for each address under `stories.*.feeds` that no declared feed has."""
    feeds = values.get("feeds")
    written = feeds if isinstance(feeds, Mapping) else {}
    declared = {same_address(one.get("url")) for one in written.values() if isinstance(one, Mapping)}
    found: dict[str, str] = {}
    taken = set(written)
    for url in filter(None, map(same_address, _addresses(values.get("stories")))):
        if url not in declared and url not in found:
            found[url] = free_id(url, taken)
            taken.add(found[url])
    return found


def _marked(words: str, url: str) -> str:
    return f"{words[:55].strip('-')}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def _addresses(stories: Any) -> Iterator[str]:
    for story in stories.values() if isinstance(stories, Mapping) else ():
        feeds = story.get("feeds") if isinstance(story, Mapping) else None
        for feed in feeds if isinstance(feeds, list) else ():
            if isinstance(feed, str) and "://" in feed:
                yield feed
