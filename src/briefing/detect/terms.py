"""The terms of an item: stemmed words, names of several words, and an operator's aliases, weighted by where they stand.

Apart from `text`, which says what a word is in a query: here words are evidence of what an item reports, so endings go
and names count more. Apart from `developments`, which compares the terms of several items.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.text import fold, is_unspaced, spaced

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[.!?:]")
_ENDS = frozenset(".!?:")
_SPACED = "\u0dff"  # no script below it writes without spaces
_LONGEST = 600  # words: reports say what they are about at their start
_STEM = 7  # letters: on news this tells as much as a stemmer of each language (docs/quality.md)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much more than a plain word of the text a term counts."""

    title: float = 2.0
    name: float = 1.5
    alias: float = 3.0


@dataclass(slots=True)
class Terms:
    """Terms with their weights; `names` are those that other languages may share."""

    weights: dict[str, float] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, term: str, weight: float, *, name: bool = False) -> None:
        """Count a term once more."""
        self.weights[term] = self.weights.get(term, 0.0) + weight
        if name:
            self.names.add(term)


def terms(
    title: str, text: str, lang: str = "en", aliases: Mapping[str, str] | None = None, weights: Weights = Weights()
) -> Terms:
    """Weigh the terms of an item; `aliases` leads from a spelling, `spaced`, to the one name it stands for."""
    found = Terms()
    for words, place in ((_words(title, is_title=True), weights.title), (_words(text, is_title=False), 1.0)):
        _collect(found, words, lang, place, weights.name)
    if aliases:
        run = f" {spaced(title)} \n {spaced(text[:4000])} "
        for spelling, name in aliases.items():
            if f" {spelling} " in run or (is_unspaced(spelling[0]) and spelling in run):
                found.add(f"={name}", weights.alias, name=True)
    return found


_Word = tuple[str, bool]  # as shown; whether it starts a sentence, where a capital letter says nothing


def _words(text: str, *, is_title: bool) -> list[_Word]:
    found: list[_Word] = []
    starts = True
    for word in _WORD.findall(text):
        if word in _ENDS:
            starts = True
            continue
        found.append((word, starts))
        starts = False
        if len(found) == _LONGEST:
            break
    if is_title and sum(word[0].isupper() for word, _ in found) > 0.6 * len(found):
        return [(word, True) for word, _ in found]  # Written In Capitals, as many titles are
    return found


def _collect(found: Terms, words: list[_Word], lang: str, place: float, name: float) -> None:
    before = ""
    for word, starts in words:
        capital = word[0].isupper()
        stem = stemmed(word, lang)
        if not stem:
            before = before if capital else ""
            continue
        if stem[0] > _SPACED and is_unspaced(stem[0]):
            for pair in _pairs(stem):
                found.add(pair, place)
            before = ""
            continue
        is_name = capital or stem.isdecimal()
        found.add(stem, place * name if capital and not starts else place, name=is_name)
        if capital and before:
            found.add(f"{before} {stem}", place, name=True)
        before = stem if capital else ""


def _pairs(run: str) -> Iterator[str]:
    """Cut a run of a script without spaces into overlapping pairs of letters."""
    return (run[place : place + 2] for place in range(max(1, len(run) - 1)))


@lru_cache(maxsize=100_000)
def stemmed(word: str, lang: str) -> str:
    """Fold a word to its stem in `lang`; empty for words that tell nothing."""
    folded = fold(word).removesuffix("'s")
    if (len(folded) < 2 and not (folded and is_unspaced(folded))) or folded in STOPWORDS.get(lang, STOPWORDS["en"]):
        return ""
    return folded if is_unspaced(folded[0]) else folded[:_STEM]
