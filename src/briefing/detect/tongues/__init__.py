"""The languages we read parts and promises in, in the order they are tried; and which of them a text can be in."""

import re
from collections import defaultdict
from collections.abc import Callable
from itertools import groupby

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

# An alternative that no brackets enclose, brackets in it two deep.
_TOP_LEVEL = re.compile(r"(?:\\.|\[(?:\\.|[^]])+\]|\((?:\\.|[^()]|\((?:\\.|[^()]|\([^()]*\))*\))*\)|[^|()\[\\])+")


class Glance:
    """Says cheaply which tongues can have something to say in a text: one search for each script it is written in."""

    def __init__(self, words: Callable[[Tongue], str]) -> None:
        """Build the searches; `words` is what a tongue says nothing without: alternatives in small letters."""
        self._scripts = []
        for letters, tongues in groupby(TONGUES, key=lambda tongue: tongue.letters):
            hints = [(tongue, _begins(straight(words(tongue)), tongue.edge)) for tongue in tongues]
            any_of = _begins("|".join(straight(words(tongue)) for tongue, _ in hints), hints[0][0].edge)
            self._scripts.append((re.compile(letters), any_of, hints))

    def __call__(self, plain: str) -> list[Tongue]:
        """List the tongues whose words occur, in the order of `TONGUES`."""
        small = plain.lower()
        return [
            tongue
            for letters, any_of, hints in self._scripts
            if letters.search(small) and any_of.search(small)
            for tongue, hint in hints
            if hint.search(small)
        ]


def _begins(words: str, edge: str) -> re.Pattern[str]:
    """Compile alternatives by their first letter, and regardless of nothing: so most places cost one comparison."""
    by_first: dict[str, list[str]] = defaultdict(list)
    for word in _TOP_LEVEL.findall(words):
        first = word[0] if word[0].isalpha() and word[1:2] not in {"?", "*", "+", "{"} else ""
        by_first[first].append(word[len(first) :])
    return re.compile(edge + "(?:" + "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in by_first.items()) + ")")
