"""The languages we read parts and promises in, in the order they are tried; and which of them a text can be in."""

import re
from collections import defaultdict
from collections.abc import Callable

import ahocorasick

from briefing.detect.tongue import Tongue, straight
from briefing.detect.tongues.arabic import ARABIC
from briefing.detect.tongues.chinese import CHINESE
from briefing.detect.tongues.english import ENGLISH
from briefing.detect.tongues.french import FRENCH
from briefing.detect.tongues.german import GERMAN
from briefing.detect.tongues.hebrew import HEBREW
from briefing.detect.tongues.italian import ITALIAN
from briefing.detect.tongues.japanese import JAPANESE
from briefing.detect.tongues.persian import PERSIAN
from briefing.detect.tongues.portuguese import PORTUGUESE
from briefing.detect.tongues.russian import RUSSIAN
from briefing.detect.tongues.spanish import SPANISH
from briefing.detect.tongues.turkish import TURKISH

TONGUES: tuple[Tongue, ...] = (
    *(ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, TURKISH),
    *(RUSSIAN, PERSIAN, ARABIC, HEBREW, CHINESE, JAPANESE),
)

_WORD = re.compile(r"[^\W\d]+|[(#]")
_PARTED = {code: chr(code) if chr(code).isalpha() or chr(code) == "_" else " " for code in range(128)}
_BEGINNING = 4  # letters
_LETTERS = {tongue.code: re.compile(f"(?!.*{tongue.foreign}).*{tongue.letters}", re.DOTALL) for tongue in TONGUES}


class Glance:
    """Says cheaply which tongues can have something to say in a text, by the words of which one must be in it."""

    def __init__(self, words: Callable[[Tongue], str]) -> None:
        """Keep the words of each tongue, parted by blanks; "*" follows the first four letters of several."""
        self._words: dict[str, set[str]] = defaultdict(set)
        self._beginnings: dict[str, set[str]] = defaultdict(set)
        self._unspaced: list[tuple[Tongue, re.Pattern[str]]] = []
        for tongue in TONGUES:
            listed = straight(words(tongue)).split()
            if not tongue.edge:
                self._unspaced.append((tongue, re.compile("|".join(map(re.escape, listed)))))
            for word in listed if tongue.edge else ():
                kept = self._beginnings if word.endswith("*") else self._words
                kept[word.rstrip("*")].add(tongue.code)
        self._of_unspaced = re.compile("|".join(sorted({tongue.letters for tongue, _ in self._unspaced})))
        self._signs = [(sign, self._words[sign]) for sign in "(#" if sign in self._words]
        self._automaton = ahocorasick.Automaton()
        for word, codes in self._words.items():
            self._automaton.add_word(f" {word} ", codes)
        self._automaton.make_automaton()

    def __call__(self, plain: str) -> list[Tongue]:
        """List the tongues whose words occur, in the order of `TONGUES`."""
        small = plain.lower()
        codes = self._in_ascii(small) if small.isascii() else self._in_any(small)
        if not codes:
            return []
        return [tongue for tongue in TONGUES if tongue.code in codes and _LETTERS[tongue.code].match(small)]

    def _in_ascii(self, small: str) -> set[str]:
        """Do what `_in_any` does, several times as fast."""
        run = f" {small.translate(_PARTED)} "
        signs = [codes for sign, codes in self._signs if sign in small]
        return set().union(*signs, *[codes for _, codes in self._automaton.iter(run)])

    def _in_any(self, small: str) -> set[str]:
        words = set(_WORD.findall(small))
        codes = {code for word in words & self._words.keys() for code in self._words[word]}
        for beginning in {word[:_BEGINNING] for word in words} & self._beginnings.keys():
            codes |= self._beginnings[beginning]
        if self._of_unspaced.search(small):
            codes |= {tongue.code for tongue, hint in self._unspaced if hint.search(small)}
        return codes
