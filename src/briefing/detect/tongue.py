"""What a language says of parts and of parts to come, as patterns: one value a language, no language in the code.

Apart from `markers` and `promises`, which read titles and sentences in any tongue: to add a language, write a module
such as `tongues.english` and name it in `tongues`. Patterns see what `straight` makes of a text, regardless of case.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

# What other scripts have for one sign, letters typed in several ways, and the İ whose small letter is two signs.
_SIGNS = {
    "'": "‘’ʼ′׳",
    '"': "“”„‟״«»‹›「」『』《》〈〉＂",
    ",": "，、،",
    ":": "：",
    ";": "；؛",
    "?": "？؟",
    "(": "（",
    ")": "）",
    "[": "【［〔〖",
    "]": "】］〕〗",
    "/": "／",
    "#": "＃",
    "-": "－־",
    "—": "―─",
    "~": "～〜",
    "·": "・",
    " ": "\u3000\xa0",
    "ی": "يىئ",
    "ک": "ك",
    "ا": "أإآٱ",
    "ه": "ةۀەہۂۃ",
    "و": "ؤ",
    "I": "İ",
}
# Zero-width space, soft hyphen, byte-order mark, bidi controls: they hide in words and show nowhere. ZWNJ stays.
_INVISIBLE = re.compile("[\u200b\u00ad\ufeff\u2060\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DOUBLE = re.compile(r'(?<!\w)"|"(?!\w)')  # within a word it marks a Hebrew acronym
NOTHING = r"(?!)"  # a pattern that nothing matches


class _Straightening(dict[int, str]):
    """A table for str.translate that learns each other character when it first meets it: digits become ASCII."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        is_digit = unicodedata.category(letter) == "Nd"
        self[code] = str(unicodedata.decimal(letter)) if is_digit else letter
        return self[code]


_STRAIGHT = _Straightening({ord(variant): sign for sign, variants in _SIGNS.items() for variant in variants})


def visible(text: str) -> str:
    """Drop the invisible characters that can hide in words."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def straight(text: str) -> str:
    """Write quotes, signs and digits of all scripts in one way; every character keeps its place."""
    return text if text.isascii() else text.translate(_STRAIGHT)


class Pattern:
    """A pattern regardless of case, compiled when it is first asked: few installations read thirteen languages."""

    def __init__(self, text: str, flags: int = 0) -> None:
        """Keep the text, its letters and signs written as `straight` writes them."""
        self._text, self._flags = straight(text), flags | re.IGNORECASE

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    def match(self, text: str) -> re.Match[str] | None:
        """Match at the beginning."""
        return self._compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match the whole."""
        return self._compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first place."""
        return self._compiled.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Find all places, one after the other."""
        return self._compiled.finditer(text)


NEVER = Pattern(NOTHING)


@dataclass(frozen=True, slots=True)
class Cue:
    """A way to announce a part. Groups of `pattern`: `ref` names the part, `n` or `nth` its number.

    `ahead`: it counts only in a sentence about the future; `bare`: it counts even if it names nothing of what comes.
    """

    pattern: Pattern
    ahead: bool = False
    bare: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How one language numbers its parts and speaks of the next."""

    code: str  # of ISO 639-1
    letters: str  # a class of characters that its texts have and that few other languages' do
    foreign: str = NOTHING  # a class of characters that its texts have not
    edge: str = r"\b"  # of a word; scripts without spaces have none

    # titles
    numbers: Mapping[str, int]  # written numbers and ordinals, without blanks
    number_words: str = ""  # the same as a pattern, where some are written in several words
    mark_words: str  # a title without one of these words has no mark; "*": see `Glance`
    part: str  # what can follow a series title directly: "part", "pt."
    unit: str  # what needs a separator before it: "chapter", "episode"
    day: str  # the same, but a day of news is no part of a series
    named_unit: str = NOTHING  # what belongs to the series' name: "module"
    nth: str = NOTHING  # a number before its unit, as `n`: "2.", "zweiter"; {words} stands for the written ones
    alone: tuple[str, ...] = ()  # marks without a unit, with the number as `n`: "（二）"
    of: str  # between a part and the total: "of", "von"
    of_series: str = NOTHING  # between a part and its series: "of our"
    after: Pattern = NEVER  # what may follow a mark besides a separator
    not_before_part: Pattern = NEVER  # words after which "part 2" is no marker
    about_others: Pattern = NEVER  # the title speaks about another work's part
    other_unit: Pattern = NEVER  # the title speaks of another kind of chapter
    final: str  # "final part"
    end: str = NOTHING  # "final", which counts in brackets alone: ": Final" is a match's
    continued: str = NOTHING  # "continued", in brackets or behind a comma
    named_series: Pattern = NEVER  # a series' name before a colon, without a number
    label: Pattern = NEVER  # what stands before a series title without being of it
    own_part: Pattern = NEVER  # the first lines say which part the item is: `n`, `total`, `series`

    # sentences
    hint: str  # a line without one of these words announces nothing; as `mark_words`
    counted: str = NOTHING  # what a number with a full stop counts: such a stop ends no sentence
    aside: Pattern  # the line leads to other reading, which follows what it matches
    future: Pattern  # "we will explore …": group `topic` is what
    back: Pattern  # speaks of a part that is out
    just_before: Pattern = NEVER  # the same, right before the reference
    reported: Pattern = NEVER  # someone is quoted
    opening: Pattern = NEVER  # words that lead to a topic: "where we look at"
    closing: Pattern = NEVER  # words that end it, where the verb comes last
    vague: Pattern  # a topic that says nothing
    when: Pattern  # "next week", "on Monday"
    cues: tuple[Cue, ...]
    common: frozenset[str]  # words too common to tell what a topic is about
    weak: frozenset[str] = frozenset()  # words that a topic may come back without
    rubric: Pattern  # what stands before a colon without being a series: "Analysis"


def pattern(text: str) -> Pattern:
    """Return a verbose pattern: a blank stands for itself only as `[ ]`, between words write `_` or `_?`."""
    return Pattern(text.replace("_?", r"\s*").replace("_", r"\s+"), re.VERBOSE)


def either(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first."""
    return "|".join(sorted(map(straight, words), key=len, reverse=True))


def numbered(*columns: str, start: int = 1) -> dict[str, int]:
    """Return the number of each word: its place in its column, the first being `start`."""
    return {straight(word): value for column in columns for value, word in enumerate(column.split(), start)}


def in_quotation(before: str, after: str) -> bool:
    """Say whether the place is in a quotation that is not the whole."""
    opened = len(_DOUBLE.findall(before)) % 2 == 1
    singles = len(re.findall(r"(?<!\w)'(?=\S)", before)) - len(re.findall(r"(?<=\S)'(?!\w)", before))
    if not opened and singles <= 0:
        return False
    quote = '"' if opened else "'"
    return not (before.lstrip().startswith(quote) and after.rstrip().endswith(quote))
