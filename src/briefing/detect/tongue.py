"""What a language says of parts and of parts to come, as patterns: one value a language, no language in the code.

Apart from `markers` and `promises`, which read titles and sentences in any tongue: to add a language, write a module
such as `tongues.english` and name it in `tongues`. Patterns see what `straight` makes of a text, regardless of case.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
NEVER = re.compile(r"(?!)")


class _Straightening(dict[int, str]):
    """A table for str.translate that learns each other character when it first meets it: digits become ASCII."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        is_digit = unicodedata.category(letter) == "Nd"
        self[code] = str(unicodedata.decimal(letter)) if is_digit else letter
        return self[code]


_STRAIGHT = _Straightening({ord(variant): sign for sign, variants in _SIGNS.items() for variant in variants})


@dataclass(frozen=True, slots=True)
class Cue:
    """A way to announce a part. Groups of `pattern`: `ref` names the part, `n` or `nth` its number.

    `ahead`: it counts only in a sentence about the future; `bare`: it counts even if it names nothing of what comes.
    """

    pattern: re.Pattern[str]
    ahead: bool = False
    bare: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How one language numbers its parts and speaks of the next."""

    code: str  # of ISO 639-1
    letters: str  # a class of characters that its texts have and that few other languages' do
    foreign: str = NEVER.pattern  # a class of characters that its texts have not
    edge: str = r"\b"  # of a word; scripts without spaces have none

    # titles
    numbers: Mapping[str, int]  # written numbers and ordinals, without blanks
    number_words: str = ""  # the same as a pattern, where some are written in several words
    mark_words: str  # a title without one of these words has no mark; "*": see `Glance`
    part: str  # what can follow a series title directly: "part", "pt."
    unit: str  # what needs a separator before it: "chapter", "episode"
    day: str  # the same, but a day of news is no part of a series
    named_unit: str = NEVER.pattern  # what belongs to the series' name: "module"
    nth: str = NEVER.pattern  # a number before its unit, as `n`: "2.", "zweiter"; {words} stands for the written ones
    alone: tuple[str, ...] = ()  # marks without a unit, with the number as `n`: "（二）"
    of: str  # between a part and the total: "of", "von"
    of_series: str = NEVER.pattern  # between a part and its series: "of our"
    after: re.Pattern[str] = NEVER  # what may follow a mark besides a separator
    not_before_part: re.Pattern[str] = NEVER  # words after which "part 2" is no marker
    about_others: re.Pattern[str] = NEVER  # the title speaks about another work's part
    other_unit: re.Pattern[str] = NEVER  # the title speaks of another kind of chapter
    final: str  # "final part"
    continued: str = NEVER.pattern  # "continued", in brackets or at the end
    named_series: re.Pattern[str] = NEVER  # a series' name before a colon, without a number
    label: re.Pattern[str] = NEVER  # what stands before a series title without being of it
    own_part: re.Pattern[str] = NEVER  # the first lines say which part the item is: `n`, `total`, `series`

    # sentences
    hint: str  # a line without one of these words announces nothing; as `mark_words`
    aside: re.Pattern[str]  # the line leads to other reading, which follows what it matches
    future: re.Pattern[str]  # "we will explore …": group `topic` is what
    back: re.Pattern[str]  # speaks of a part that is out
    just_before: re.Pattern[str] = NEVER  # the same, right before the reference
    reported: re.Pattern[str] = NEVER  # someone is quoted
    opening: re.Pattern[str] = NEVER  # words that lead to a topic: "where we look at"
    closing: re.Pattern[str] = NEVER  # words that end it, where the verb comes last
    vague: re.Pattern[str]  # a topic that says nothing
    when: re.Pattern[str]  # "next week", "on Monday"
    cues: tuple[Cue, ...]
    common: frozenset[str]  # words too common to tell what a topic is about
    weak: frozenset[str] = frozenset()  # words that a topic may come back without
    rubric: re.Pattern[str]  # what stands before a colon without being a series: "Analysis"


def pattern(text: str) -> re.Pattern[str]:
    """Compile a verbose pattern: a blank stands for itself only as `[ ]`, between words write `_` or `_?`."""
    return re.compile(straight(text).replace("_?", r"\s*").replace("_", r"\s+"), re.IGNORECASE | re.VERBOSE)


def either(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first."""
    return "|".join(sorted(map(straight, words), key=len, reverse=True))


def numbered(*columns: str, start: int = 1) -> dict[str, int]:
    """Return the number of each word: its place in its column, the first being `start`."""
    return {straight(word): value for column in columns for value, word in enumerate(column.split(), start)}


def visible(text: str) -> str:
    """Drop the invisible characters that can hide in words."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def straight(text: str) -> str:
    """Write quotes, signs and digits of all scripts in one way; every character keeps its place."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def in_quotation(before: str, after: str) -> bool:
    """Say whether the place is in a quotation that is not the whole."""
    opened = len(_DOUBLE.findall(before)) % 2 == 1
    singles = len(re.findall(r"(?<!\w)'(?=\S)", before)) - len(re.findall(r"(?<=\S)'(?!\w)", before))
    if not opened and singles <= 0:
        return False
    quote = '"' if opened else "'"
    return not (before.lstrip().startswith(quote) and after.rstrip().endswith(quote))
