"""The patterns by which titles are read, made of what the tongues say; and which of them a title can meet at all.

Apart from `markers`, which judges where a match stands: here a tongue's words become patterns, grouped by script, so
that a title costs one glance for each script it is written in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from briefing.detect.tongue import Tongue, either
from briefing.detect.tongues import TONGUES

_ROMAN = "[ivx]{1,6}|[ⅰ-ⅻ]"
_BEFORE_FINAL = r"^|[,:—–(\[]|\s-|\sand"


@dataclass(frozen=True, slots=True)
class Grammar:
    """A tongue's marks, compiled. Groups: `part`, `unit`, `day` or `named` is the unit, `n` and `total` the numbers."""

    tongue: Tongue
    hint: re.Pattern[str]
    numbered: tuple[re.Pattern[str], ...]
    alone: tuple[re.Pattern[str], ...]
    of_series: re.Pattern[str]
    final: re.Pattern[str]
    continued: re.Pattern[str]
    lesson: re.Pattern[str]  # "Lesson 4: " before a series title


@dataclass(frozen=True, slots=True)
class _Script:
    letters: re.Pattern[str]
    hint: re.Pattern[str]
    grammars: tuple[Grammar, ...]


def grammars(plain: str) -> Iterator[Grammar]:
    """Yield the grammars whose words occur in a title, in the order of `TONGUES`."""
    for script in _SCRIPTS:
        if script.letters.search(plain) and script.hint.search(plain):
            for grammar in script.grammars:
                if len(script.grammars) == 1 or grammar.hint.search(plain):
                    yield grammar


def _grammar(tongue: Tongue) -> Grammar:
    words, edge = either(tongue.numbers), tongue.edge
    one = rf"(?:\d{{1,4}}|\d,\d{{3}}|{words}|{_ROMAN})" + (r"(?!\w)" if edge else r"(?!\d)")
    units = rf"(?P<part>{tongue.part})|(?P<unit>{tongue.unit})|(?P<day>{tongue.day})|(?P<named>{tongue.named_unit})"
    of = rf"(?:\s*(?:{tongue.of}|/)\s*(?P<total>{one})(?:\s*(?:{tongue.part}){edge})?)?"
    sign = r"\s*(?:[#№]\s*|n[.°º]\s?)?"
    return Grammar(
        tongue,
        _pattern(_hint(tongue)),
        (
            _pattern(rf"{edge}(?:{units}){sign}(?P<n>{one})(?:\s?[a-z]/[a-z]\b)?{of}"),
            _pattern(rf"{edge}{tongue.nth.replace('{words}', words)}\s*(?:{units}){edge}{of}"),
        ),
        tuple(_pattern(alone.replace("{words}", words)) for alone in tongue.alone),
        _pattern(rf"(?:(?P<part>{tongue.part})|(?P<day>{tongue.day}))\s+(?P<n>\w+)\s+{tongue.of_series}(?=\D)"),
        _pattern(rf"(?P<sep>{_BEFORE_FINAL})\s*(?:{tongue.final})\s*(?:$|[:—–)\]])"),
        _pattern(rf"[,:—–(\[]\s*(?:{tongue.continued})\s*[)\]]?\s*$"),
        _pattern(rf"^(?:{tongue.unit})\s*{one}\s*[:|—–-]\s*"),
    )


def _hint(tongue: Tongue) -> str:
    words = (tongue.part, tongue.unit, tongue.day, tongue.named_unit, tongue.series, tongue.final, tongue.continued)
    return tongue.edge + "(?:" + "|".join(words) + ")"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _script(letters: str, members: tuple[Grammar, ...]) -> _Script:
    hint = "|".join(member.hint.pattern for member in members)
    return _Script(re.compile(letters, re.IGNORECASE), _pattern(hint), members)


_SCRIPTS = tuple(
    _script(letters, tuple(map(_grammar, tongues)))
    for letters, tongues in groupby(TONGUES, key=lambda tongue: tongue.letters)
)
OF = "|".join(tongue.of for tongue in TONGUES)
