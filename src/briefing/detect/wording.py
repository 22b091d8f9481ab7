"""An item's wording as it is compared with others': its telling words, its numbers, its title, its bands.

Apart from `text`, which says what a word is, and from `evidence`, which compares two wordings: here is what one item
brings to that, each part worked out when it is first asked for.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from zlib import crc32

from briefing.detect.credits import credit
from briefing.detect.publishers import Publishers
from briefing.detect.text import fold, is_unspaced, spaced
from briefing.model import Item

SHARED = 2  # bands that a candidate must share: one alone is mostly chance
HEADLINE = 5  # words that make a title telling

_LEAD = 50  # words: all that many feeds carry of a text
_LEAD_BANDS = 32
_BODY_BANDS = 12
_LONGEST = 800  # words compared
_SPACED = "\u0dff"  # no script below it writes without spaces
_WORD = 4  # letters; shorter words are the same in all texts
_REST = 0.4  # of the words, that a text without its first sentence must keep to be compared so
_REST_WORDS = 14  # and that many at least: closing lines are the same under many texts
_SUFFIX = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")
_TRUNCATED = re.compile(r"\s*(?:\.\.\.|…)\s*$")
_CUT = ("...", "…")
_FIRST = re.compile(r".{40,}?[.!?。！？؟]+[\"”’»]?(?:\s+|(?<=[。！？]))", re.DOTALL)
_DATELINE = re.compile(r"^[^.]{0,60}?\s[-–—]\s")
_NAME = re.compile(r"(?<=[\w,;:] )[^\W\d_a-z][\w'’-]{2,}")  # no first word of a sentence
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Wording:
    """An item as it is compared: its telling words, its numbers, its title."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self._text = item.text[: _LONGEST * 8]
        self.words = [*_telling(spaced(self._text))][:_LONGEST]
        self.is_truncated = item.title.rstrip().endswith(_CUT)
        title = _TRUNCATED.sub("", item.title) if self.is_truncated else item.title
        self.title = spaced(_SUFFIX.sub("", title)).split()
        self._credited: tuple[Publishers, str | None] | None = None

    def family(self, publishers: Publishers) -> str:
        """Name who published it."""
        return publishers.family(self.item.source, self.item.url)

    def credit(self, publishers: Publishers) -> str | None:
        """Name the agency that it credits."""
        if self._credited is None or self._credited[0] is not publishers:
            self._credited = publishers, credit(self.item, publishers)
        return self._credited[1]

    @cached_property
    def rest(self) -> list[str]:
        """All words but those of the first sentence; none if too few are left to judge by."""
        first = _FIRST.match(self._text)
        rest = self.words[len([*_telling(spaced(first[0]))]) :] if first else []
        return rest if len(rest) >= max(_REST_WORDS, _REST * len(self.words)) else []

    @cached_property
    def numbers(self) -> Counter[str]:
        """The numbers after the dateline."""
        return Counter(_NUMBER.findall(fold(_DATELINE.sub("", self._text))))

    @cached_property
    def names(self) -> frozenset[str]:
        """Who and what it names, in scripts that have capitals."""
        return frozenset(name for name in _NAME.findall(self._text) if name[0].isupper())

    @cached_property
    def distinct(self) -> frozenset[tuple[str, str, str]]:
        """Every three words in a row, each once."""
        return frozenset(zip(self.words, self.words[1:], self.words[2:], strict=False))

    @cached_property
    def bands(self) -> tuple[int, ...]:
        """The numbers under which it is found."""
        hashes = [crc32(f"{one} {other}".encode()) for one, other in pairwise(self.words)]
        numbers = set(_least(hashes[:_LEAD], _LEAD_BANDS, 0))
        if len(hashes) > _LEAD:
            numbers.update(_least(hashes, _BODY_BANDS, _LEAD_BANDS))
        if len(self.title) >= HEADLINE:
            number = crc32(" ".join(self.title[:HEADLINE]).encode())
            numbers.update(number | (_LEAD_BANDS + _BODY_BANDS + place) << 32 for place in range(SHARED))
        return tuple(sorted(numbers))


@lru_cache(maxsize=1024)  # a batch and its candidates: bands are asked for first, then the texts are compared
def wording(item: Item) -> Wording:
    """Return the wording of an item; of those asked for lately, what is worked out is kept."""
    return Wording(item)


def _least(hashes: Iterable[int], classes: int, first: int) -> Iterator[int]:
    falling = sorted(hashes, reverse=True)
    least = {number % classes: number for number in falling}  # the last of a class stays
    return (number | (first + place) << 32 for place, number in least.items())


def _telling(run: str) -> Iterable[str]:
    """Keep the longer words of `spaced` text; cut runs of scripts without spaces into pairs of letters."""
    words = run.split()
    if run.isascii():
        return [word for word in words if len(word) >= _WORD and not word.isdecimal()]
    return _cut(words)


def _cut(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word[0] > _SPACED and is_unspaced(word[0]):
            yield from (word[place : place + 2] for place in range(len(word) - 1))
        elif len(word) >= _WORD and not word.isdecimal():
            yield word
