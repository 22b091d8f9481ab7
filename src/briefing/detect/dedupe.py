"""New, changed or seen: the identity of items within their feed.

Apart from `match`, which asks what an item is about: here only whether we have met it. An item is known by its guid;
else by its canonical URL, where that tells items apart; else by its content. The document as a whole decides what
can be trusted: a guid or URL that two of its items share identifies neither.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from briefing.detect.text import fold
from briefing.model import Candidate, ItemId, KnownItem, Lookup, ParsedFeed, ParsedItem, Sieved

_HASH_VERSION = "1"
_LONGEST_NAME = 512  # of a guid or URL within a key
_TELLING_TEXT = 80  # folded characters; shorter texts ("Open thread") recur in items of their own
_WORD = re.compile(r"[^\W\d_]{3,}")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Present:
    """An item as its document shows it; `keys` name it, the one a new item would be given first."""

    parsed: ParsedItem
    url: str | None
    content_hash: str
    keys: tuple[str, ...]
    url_tells: bool  # no other item of the document has this URL, and it leads to more than a site's front page


def content_hash(item: ParsedItem) -> str:
    """Hash title and text as readers see them; empty when there are neither.

    The leading version lets a better hash replace this one without making every stored item look edited.
    """
    parts = [" ".join(fold(part).split()) for part in (item.title, item.text)]
    if not any(parts):
        return ""
    return f"{_HASH_VERSION}:{_digest(chr(10).join(parts))[:32]}"


def lookup(feed: ParsedFeed) -> Lookup:
    """Name everything by which the store may know an item of `feed`."""
    present = _present(feed)
    return Lookup(
        keys=_unique(key for each in present for key in each.keys),
        urls=_unique(each.url for each in present if each.url),
        hashes=_unique(each.content_hash for each in present if each.content_hash),
    )


def sieve(feed: ParsedFeed, known: Sequence[KnownItem], *, primed: bool, since: timedelta, now: datetime) -> Sieved:
    """Part the items of `feed` into new, changed and seen, given what the store knows of its `lookup`.

    Items older than `since` are stored but are not news, nor, on a feed's first poll (`primed` false), are undated
    ones; an item with neither title, text nor link never is.
    """
    present = _present(feed)
    owners = _owners(present, known)
    keys = _Keys(known)
    new, changed, seen, rekeyed = [], [], [], []
    for each in present:
        owner = owners.get(each.keys[0])
        if owner is None:
            news = bool(each.parsed.title) and _is_recent(each.parsed, since, now, undated=primed)
            new.append(Candidate(keys.give(each), each.parsed, each.content_hash, news))
            continue
        if owner.key not in each.keys and (key := keys.free(each)):
            rekeyed.append((owner.id, key))
        if _is_changed(each, owner):
            changed.append((owner.id, Candidate(owner.key, each.parsed, each.content_hash)))
        else:
            seen.append(owner.id)
    return Sieved(tuple(new), tuple(changed), tuple(seen), tuple(rekeyed))


def _is_recent(item: ParsedItem, since: timedelta, now: datetime, *, undated: bool) -> bool:
    at = item.published or item.updated
    return undated if at is None else at >= now - since


def _is_changed(each: _Present, owner: KnownItem) -> bool:
    """Say whether the words differ; neither another link alone nor the loss of all words is an edit."""
    # Some feeds put session ids into every link, and some lose their texts for a while.
    return bool(each.content_hash) and each.content_hash != owner.content_hash


# --- the document -----------------------------------------------------------------------------------------------


def _present(feed: ParsedFeed) -> tuple[_Present, ...]:
    """Name each item of the document once, in document order; of two versions of one item the later stays."""
    items = _latest(
        (_short((item.guid or "").strip()), item.canonical_url, content_hash(item), item) for item in feed.items
    )
    guids = Counter(guid for guid, *_ in items if guid)
    urls = Counter(url for _, url, *_ in items if url)
    named: dict[str, _Present] = {}
    for guid, url, digest, item in items:
        keys = _keys(guid, url, digest, shared=guids[guid] > 1, alone=urls[url or ""] == 1)
        each = _Present(item, url, digest, keys, url is not None and urls[url] == 1 and _is_page(url))
        # The same words without guid or telling link are one item, even where only some of them have a link.
        named[keys[0]] = max(named.get(keys[0], each), each, key=lambda each: each.url or "")
    return tuple(named.values())


_Named = tuple[str, str | None, str, ParsedItem]


def _latest(items: Iterable[_Named]) -> tuple[_Named, ...]:
    kept: dict[tuple[str, str | None, str], _Named] = {}
    for named in items:
        guid, url, digest, _ = named
        # Under one guid and one link, different words are versions; without a guid, they are different items.
        identity = (guid, url, "" if guid and url else digest)
        kept[identity] = max(kept.get(identity, named), named, key=_version)
    return tuple(kept.values())


def _version(named: _Named) -> tuple[datetime, str]:
    item = named[3]
    return item.updated or item.published or datetime.min.replace(tzinfo=UTC), named[2]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"sha256:{_digest(name)}"


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


def _keys(guid: str, url: str | None, digest: str, *, shared: bool, alone: bool) -> tuple[str, ...]:
    """List the keys an item may be stored under; the first must be its own within the document."""
    by_content = f"hash:{digest}"
    if guid:
        exact = f"{guid}|{_short(url) if url else by_content}"
        return (exact, guid) if shared else (guid, exact)
    return (f"url:{_short(url)}", by_content) if url and alone else (by_content,)


def _is_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


# --- who is who -------------------------------------------------------------------------------------------------


class _Pairing:
    """Items of the document and the known items they are; each side is paired at most once."""

    def __init__(self, known: Sequence[KnownItem]) -> None:
        self.owners: dict[str, KnownItem] = {}  # by first key of the item present
        self._taken: set[ItemId] = set()
        self._by_key = {item.key: item for item in known}
        self._by_url: dict[str | None, list[KnownItem]] = defaultdict(list)
        self._by_hash: dict[str, list[KnownItem]] = defaultdict(list)
        for item in known:
            self._by_url[item.canonical_url].append(item)
            self._by_hash[item.content_hash].append(item)

    def pair(self, present: Sequence[_Present], candidates: Callable[[_Present], Iterable[KnownItem]]) -> None:
        """Pair what is still single on both sides; the order of `present` decides nothing."""
        for each in sorted(present, key=lambda each: each.keys[0]):
            if each.keys[0] in self.owners:
                continue
            free = [item for item in candidates(each) if item.id not in self._taken]
            if free:
                owner = min(free, key=lambda item: item.id)
                self.owners[each.keys[0]] = owner
                self._taken.add(owner.id)

    def by_key(self, each: _Present) -> list[KnownItem]:
        """Find the item of this key and, as far as both say, this URL."""
        return [
            item
            for item in self._keyed(each)
            if not (item.canonical_url and each.url) or item.canonical_url == each.url
        ]

    def by_moved_key(self, each: _Present) -> list[KnownItem]:
        """Find the item of this key whose page moved: the same words, or an address edited with its headline."""
        return [
            item
            for item in self._keyed(each)
            if item.content_hash == each.content_hash or same_page(item.canonical_url or "", each.url or "")
        ]

    def by_url(self, each: _Present) -> list[KnownItem]:
        """Find the one item of this URL, where the URL tells items apart."""
        items = self._by_url[each.url] if each.url_tells else []
        return items if len(items) == 1 else []

    def by_content(self, each: _Present, *, all_unknown: bool) -> list[KnownItem]:
        """Find items of the same words, if these are telling or the whole document came back under new names."""
        if not each.content_hash:
            return []
        telling = all_unknown or len(fold(each.parsed.text)) >= _TELLING_TEXT
        return [
            item
            for item in self._by_hash[each.content_hash]
            if telling or _address(item.canonical_url) == _address(each.url)
        ]

    def _keyed(self, each: _Present) -> list[KnownItem]:
        return [self._by_key[key] for key in each.keys if key in self._by_key]


def _owners(present: Sequence[_Present], known: Sequence[KnownItem]) -> dict[str, KnownItem]:
    """Pair items with known ones, surest evidence first.

    Known items whose guid is still in the document are paired by it, so a URL or a text only speaks for a known item
    whose guid is gone.
    """
    pairing = _Pairing(known)
    pairing.pair(present, pairing.by_key)
    pairing.pair(present, pairing.by_moved_key)
    all_unknown = not pairing.owners and len(present) > 1
    pairing.pair(present, pairing.by_url)
    pairing.pair(present, lambda each: pairing.by_content(each, all_unknown=all_unknown))
    return pairing.owners


def same_page(one: str, other: str) -> bool:
    """Say whether two URLs under one guid may be one page: another host, or a slug edited with its headline."""
    first, second = urlsplit(one), urlsplit(other)
    if first.path.strip("/") and (first.path, first.query) == (second.path, second.query):
        return True
    slugs = [fold(unquote(parts.path)).rstrip("/").rpartition("/")[2] for parts in (first, second)]
    numbers, names = ([set(pattern.findall(slug)) for slug in slugs] for pattern in (_DIGITS, _WORD))
    common = names[0] & names[1]
    return numbers[0] == numbers[1] and len(common) >= 2 and 2 * len(common) >= len(names[0] | names[1])


def _address(url: str | None) -> tuple[str, str]:
    parts = urlsplit(url or "")
    return parts.netloc, parts.path


# --- keys -------------------------------------------------------------------------------------------------------


class _Keys:
    """The keys that are taken, so that each item's is its own."""

    def __init__(self, known: Sequence[KnownItem]) -> None:
        self._taken = {item.key for item in known}

    def free(self, each: _Present) -> str | None:
        """Take the first of the item's keys that no other item has."""
        key = next((key for key in each.keys if key not in self._taken), None)
        if key:
            self._taken.add(key)
        return key

    def give(self, each: _Present) -> str:
        """Take a key for a new item, whatever it costs in length."""
        if key := self.free(each):
            return key
        self._taken.add(key := f"{each.keys[-1]}|{each.content_hash}")
        return key


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
