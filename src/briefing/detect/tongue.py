"""What a language says of parts and of parts to come, as patterns: one value a language, no language in the code.

Apart from `markers` and `promises`, which read titles and sentences in any tongue: to add a language, write a module
such as `english` and name it in `tongues`. Patterns see text with straight quotes and are matched regardless of case.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_STRAIGHT = str.maketrans("‘’ʼ′“”„", "''''\"\"\"")
# Zero-width space, soft hyphen, byte-order mark, bidi controls: they hide in words and show nowhere. ZWNJ stays.
_INVISIBLE = re.compile("[\u200b\u00ad\ufeff\u2060\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A way to announce a part. Groups of `pattern`: `ref` names the part, `n` or `nth` its number.

    `ahead`: it counts only in a sentence about the future; `bare`: it counts even if it names nothing of what comes.
    """

    pattern: re.Pattern[str]
    ahead: bool = False
    bare: bool = True


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language numbers its parts and speaks of the next."""

    numbers: Mapping[str, int]  # written numbers and ordinals
    part: str  # what can follow a series title directly: "part", "pt."
    unit: str  # what needs a separator before it: "chapter", "episode"
    named_unit: str  # what belongs to the series' name: "module"
    of: str  # between a part and the total or the series
    not_before_part: re.Pattern[str]  # words after which "part 2" is no marker
    about_others: re.Pattern[str]  # the title speaks about another work's part
    legal_chapter: re.Pattern[str]  # the title speaks of a statute's chapter
    final: str  # "final part"
    named_series: re.Pattern[str]  # a series' name before a colon, without a number
    hint: re.Pattern[str]  # a line without this announces nothing
    aside: re.Pattern[str]  # the line leads to other reading, which follows what it matches
    future: re.Pattern[str]  # "we will explore …": group `topic` is what
    back: re.Pattern[str]  # speaks of a part that is out
    just_before: re.Pattern[str]  # the same, right before the reference
    reported: re.Pattern[str]  # someone is quoted
    opening: re.Pattern[str]  # words that lead to a topic: "where we look at"
    vague: re.Pattern[str]  # a topic that says nothing
    when: re.Pattern[str]  # "next week", "on Monday"
    cues: tuple[Cue, ...]
    common: frozenset[str]  # words too common to tell what a topic is about
    weak: frozenset[str]  # words that a topic may come back without
    rubric: re.Pattern[str]  # what stands before a colon without being a series: "Analysis"


def visible(text: str) -> str:
    """Drop the invisible characters that can hide in words."""
    return _INVISIBLE.sub("", text)


def straight(text: str) -> str:
    """Straighten curly quotes and apostrophes; every character keeps its place."""
    return text.translate(_STRAIGHT)


def in_quotation(before: str, after: str) -> bool:
    """Say whether the place is in a quotation that is not the whole."""
    opened = before.count('"') % 2 == 1
    singles = len(re.findall(r"(?<!\w)'(?=\S)", before)) - len(re.findall(r"(?<=\S)'(?!\w)", before))
    if not opened and singles <= 0:
        return False
    quote = '"' if opened else "'"
    return not (before.lstrip().startswith(quote) and after.rstrip().endswith(quote))
