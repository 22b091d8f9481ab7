"""A first query for someone who follows a feed: the names its titles keep coming back to.

Apart from `query`, which reads what an operator wrote: here we write for one. It only needs to be a good start.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from briefing.detect.text import fold, spaced, words

_MOST_TERMS = 4
_QUOTED = re.compile(r"[“\"«‘]([^“”\"«»‘’]{4,60})[”\"»’]")
_NAME = re.compile(r"[^\W\d_][\w'’&-]*")
_RUN_BREAK = re.compile(r"[^\w\s'’&-]+|\s[-–—|]\s")
_COMMON_WORDS = """
    a about after all also amid an analysis and announces any april are as at august be before best both
    breaking but by can chapter coming day days december did do does each episode every exclusive explained
    february few first for friday from get gets guide had has have he her here his how i if in inside into
    introducing is it its january july june last latest live make makes many march may monday more most much my
    new news next no not november now october of off on one opinion or our out over part photos podcast read
    report reports review saturday say says september series she should so still sunday talk talks than that the
    their there these they this thursday to today top tuesday under up update updates us use using video vs was
    watch way ways we wednesday week weekly were what when where which who why will with without world year
    years you your"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Titled(Protocol):
    """Anything with a title, such as an item."""

    @property
    def title(self) -> str:
        """The title."""
        ...


def suggest(items: Iterable[Titled]) -> str:
    """Suggest a query of two to four distinctive names and phrases joined by OR; empty if the titles hold none."""
    titles = [item.title for item in items]
    plain = _plain_words(titles)
    counts: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for title in titles:
        for phrase in _phrases(title, plain):
            spelling.setdefault(fold(phrase), phrase)
            counts.update([fold(phrase)])
    ranked = sorted(counts, key=lambda name: (-_weight(name, counts[name]), name))
    return " OR ".join(_quoted(spelling[name]) for name in _apart(ranked)[:_MOST_TERMS])


def _plain_words(titles: Iterable[str]) -> frozenset[str]:
    """Collect the words that some title writes in small letters: those are no names."""
    return frozenset(word for title in titles for word in _NAME.findall(title) if word[0].islower())


def _phrases(title: str, plain: frozenset[str]) -> set[str]:
    """List what a title quotes and its runs of capitalised words, once each."""
    found = {quote.strip(" .,!?") for quote in _QUOTED.findall(title)}
    for piece in _RUN_BREAK.split(title):
        run: list[str] = []
        for word in [*_NAME.findall(piece), ""]:
            if _is_name(word, plain) and len(run) < 3:
                run.append(word)
                continue
            found.add(" ".join(run))
            run = [word] if _is_name(word, plain) else []
    return {phrase for phrase in found if len(spaced(phrase)) > 2 and not set(phrase) & set('*"\\')}


def _is_name(word: str, plain: frozenset[str]) -> bool:
    name = word.removesuffix("'s").removesuffix("’s")
    return (
        bool(name) and (name[0].isupper() or not name.isascii()) and not {fold(name), name.lower()} & (_COMMON | plain)
    )


def _weight(name: str, count: int) -> float:
    return count * (1.5 if " " in name else 1.0)


def _apart(ranked: list[str]) -> list[str]:
    """Drop a name that shares a word with a better one."""
    kept: list[str] = []
    for name in ranked:
        if not any(set(words(name)) & set(words(other)) for other in kept):
            kept.append(name)
    return kept


def _quoted(phrase: str) -> str:
    plain = re.fullmatch(r"\w+", phrase) and phrase.lower() not in {"and", "or", "not", "to"}
    return phrase if plain else f'"{phrase}"'
