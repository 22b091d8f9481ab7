"""Who stands behind a name or an address: the families of publishers, from the packaged map beside this file.

Apart from `origins` and `credits`, which read what texts say: here is only who is who. A publisher that nobody listed
is a family of its own, so that a gap in the map never makes two voices one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ahocorasick
from ruamel.yaml import YAML

from briefing.detect.text import fold, is_unspaced

_WORDS = ("names", "domains")
_MAP = Path(__file__).with_name("publishers.yaml")
_PARTS = re.compile(r"\s+[-–—|>»:·]\s+|\s*[|>»:]\s+|\s*\\?\(")


@dataclass(frozen=True, slots=True)
class Mention:
    """A publisher named in a text, and where."""

    start: int
    end: int
    family: str


class Publishers:
    """A map of families, ready to be asked."""

    def __init__(self, families: Mapping[str, Mapping[str, Any]]) -> None:
        """Take families as in `publishers.yaml`: key → names, domains, agency."""
        self._by_name = {fold(name): key for key, family in families.items() for name in family.get("names", ())}
        self._by_domain = {domain: key for key, family in families.items() for domain in family.get("domains", ())}
        self.agencies = {
            name: key for key, family in families.items() if family.get("agency") for name in family.get("names", ())
        }
        named = Counter(
            word for f in families.values() for word in {*map(fold, f.get("names", ())), *f.get("domains", ())}
        )
        self.ambiguous = tuple(sorted(word for word, count in named.items() if count > 1))
        self._named = lru_cache(maxsize=10_000)(self._of_name)  # a server follows so many sources, again and again
        names = {name: (len(name), key) for key, family in families.items() for name in family.get("names", ())}
        self._automaton, self._agencies = _automaton(names), _automaton(self.agencies)

    def family(self, name: str, url: str | None = None) -> str:
        """Name the family behind a publisher's shown name or an item's address; an unknown name is its own."""
        if known := self._of_host(url):
            return known
        return self._named(name) or (urlsplit(url).hostname or "" if url else "")

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yield the known publishers that `text` names, as they are written, the longest where names overlap."""
        if not len(self._automaton):
            return
        for last, (length, key) in self._automaton.iter_long(text):
            start, end = last + 1 - length, last + 1
            if is_unspaced(text[start]) or (_parted(text[start - 1 : start]) and _parted(text[end : end + 1])):
                yield Mention(start, end, key)

    def names_agency(self, text: str) -> bool:
        """Say whether the letters of an agency's name stand anywhere in `text`."""
        return bool(len(self._agencies)) and next(self._agencies.iter(text), None) is not None

    def _of_name(self, name: str) -> str:
        whole = fold(name).strip()
        for part in (whole, *_PARTS.split(whole)):
            if known := self._by_name.get(part.strip()):
                return known
        return whole

    def _of_host(self, url: str | None) -> str | None:
        host = (urlsplit(url).hostname or "") if url else ""
        while "." in host:
            if known := self._by_domain.get(host):
                return known
            host = host.partition(".")[2]
        return None


def _automaton(values: Mapping[str, object]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for word, value in values.items():
        automaton.add_word(word, value)
    if len(automaton):
        automaton.make_automaton()
    return automaton


def _parted(letter: str) -> bool:
    return not letter.isalnum() or is_unspaced(letter)


@cache
def shipped() -> Publishers:
    """Return the map that comes with the program."""
    return Publishers(_families())


def merged(own: Mapping[str, Mapping[str, Any]]) -> Publishers:
    """Return the map with an operator's families over it: what these claim is taken from others, the rest stays."""
    if not own:
        return shipped()
    claimed = {fold(word) for family in own.values() for kind in _WORDS for word in family.get(kind, ())}
    families = {key: _without(family, claimed) for key, family in _families().items()}
    for key, family in own.items():
        known = families.get(key, {})
        words = {kind: [*known.get(kind, ()), *family.get(kind, ())] for kind in _WORDS}
        families[key] = {**words, "agency": family.get("agency") or known.get("agency")}
    return Publishers(families)


def _without(family: Mapping[str, Any], claimed: set[str]) -> dict[str, Any]:
    return {**family, **{kind: [w for w in family.get(kind, ()) if fold(w) not in claimed] for kind in _WORDS}}


@cache
def _families() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = YAML(typ="safe", pure=True).load(_MAP)
    return found
