"""The terms of an item: stemmed words, names of several words, and an operator's aliases, weighted by where they stand.

Apart from `text`, which says what a word is in a query: here words are evidence of what an item reports, so endings go
and names count more. Apart from `developments`, which compares the terms of several items.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.text import fold, is_unspaced, spaced

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[.!?:]")
_ENDS = frozenset(".!?:")
_PARTED = {code: chr(code) if chr(code).isalnum() or chr(code) == "'" else " " for code in range(128)}
_PARTED |= {ord(sign): "." for sign in _ENDS}
_STRAY = re.compile("'(?: |[^ ]*')")  # an apostrophe that is in no word, or two in one
_LONGEST = 600  # words: reports say what they are about at their start
_READ = 100_000  # words of a language that are kept
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


def terms(
    title: str, text: str, lang: str = "en", aliases: Mapping[str, str] | None = None, weights: Weights = Weights()
) -> Terms:
    """Weigh the terms of an item; `aliases` leads from a spelling, `spaced`, to the one name it stands for."""
    found = Terms()
    heading = _words(title, lang)
    _collect(found, heading, weights.title, 1.0 if _is_in_capitals(heading) else weights.name)
    _collect(found, _words(text, lang), 1.0, weights.name)
    if aliases:
        run = f" {spaced(title)} \n {spaced(text[:4000])} "
        for spelling, name in aliases.items():
            if f" {spelling} " in run or (is_unspaced(spelling[0]) and spelling in run):
                found.weights[f"={name}"] = found.weights.get(f"={name}", 0.0) + weights.alias
                found.names.add(f"={name}")
    return found


class _Word(NamedTuple):
    """What a word says wherever it stands, or a sign between sentences."""

    stem: str = ""  # empty for words that tell nothing
    is_capital: bool = False
    is_name: bool = False
    pairs: tuple[str, ...] = ()  # overlapping pairs of letters, for a run of a script without spaces
    is_end: bool = False


def _words(text: str, lang: str) -> list[_Word]:
    written = _split(text)
    if len(written) > _LONGEST:
        places = [place for place, word in enumerate(written) if word not in _ENDS]
        del written[places[_LONGEST - 1] + 1 if len(places) >= _LONGEST else len(written) :]
    return [*map(_READINGS.get(lang, _READINGS["en"]).__getitem__, written)]


def _split(text: str) -> list[str]:
    """Cut a text into what `_WORD` finds; for most of ASCII several times as fast, each sign being a full stop."""
    if text.isascii():
        run = f" {text.translate(_PARTED)} ".replace(".", " . ")
        if " '" not in run and not _STRAY.search(run):
            return run.split()
    return _WORD.findall(text)


def _is_in_capitals(words: list[_Word]) -> bool:
    """Say whether a title is Written In Capitals, as many are: then they tell no names."""
    return sum(word.is_capital for word in words) > 0.6 * sum(not word.is_end for word in words)


def _collect(found: Terms, words: list[_Word], place: float, name: float) -> None:
    weights, names = found.weights, found.names
    before, starts = "", True  # a capital letter at the start of a sentence says nothing
    for stem, is_capital, is_name, pairs, is_end in words:
        if pairs:
            before = ""
            for pair in pairs:
                weights[pair] = weights.get(pair, 0.0) + place
        elif stem:
            weights[stem] = weights.get(stem, 0.0) + (place * name if is_capital and not starts else place)
            if is_name:
                names.add(stem)
            if is_capital and before:
                both = f"{before} {stem}"
                weights[both] = weights.get(both, 0.0) + place
                names.add(both)
            before = stem if is_capital else ""
        elif not is_capital and not is_end:
            before = ""
        starts = is_end


class _Readings(dict[str, _Word]):
    """What words of a language say, each read once (as `lru_cache`, whose keys cost more than all else here)."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __missing__(self, word: str) -> _Word:
        if len(self) >= _READ:
            self.clear()
        self[word] = read = _read(word, self._lang)
        return read


_READINGS = {lang: _Readings(lang) for lang in STOPWORDS}


def _read(word: str, lang: str) -> _Word:
    """Fold a word to its stem in `lang`."""
    if word in _ENDS:
        return _Word(is_end=True)
    is_capital, folded = word[0].isupper(), fold(word).removesuffix("'s")
    unspaced = bool(folded) and is_unspaced(folded[0])
    if (len(folded) < 2 and not unspaced) or folded in STOPWORDS[lang]:
        return _Word(is_capital=is_capital)
    if unspaced:
        pairs = (folded[place : place + 2] for place in range(max(1, len(folded) - 1)))
        return _Word(folded, is_capital, pairs=tuple(pairs))
    stem = folded[:_STEM]
    return _Word(stem, is_capital, is_capital or stem.isdecimal())
