"""The patterns by which titles are read, made of what the tongues say; and which of them a title can meet at all.

Apart from `markers`, which judges where a match stands: here a tongue's words become patterns, grouped by script, so
that a title costs one glance for each script it is written in.
"""

import re
from dataclasses import dataclass

from briefing.detect.tongue import NEVER, Tongue, either, straight
from briefing.detect.tongues import TONGUES, Glance

_ROMAN = "[ivx]{1,6}|[ⅰ-ⅻ]"
_BEFORE_FINAL = r"^|[,:—–(\[]|\s-|\sand"


@dataclass(frozen=True, slots=True)
class Grammar:
    """A tongue's marks, compiled. Groups: `part`, `unit`, `day` or `named` is the unit, `n` and `total` the numbers."""

    tongue: Tongue
    numbered: tuple[re.Pattern[str], ...]
    alone: tuple[re.Pattern[str], ...]
    of_series: re.Pattern[str]
    final: re.Pattern[str]
    continued: re.Pattern[str]
    lesson: re.Pattern[str]  # "Lesson 4: " before a series title


def grammars(plain: str) -> list[Grammar]:
    """List the grammars whose words occur in a title, in the order of `TONGUES`."""
    return [_GRAMMARS[tongue.code] for tongue in _spoken(plain)]


def _grammar(tongue: Tongue) -> Grammar:
    words, edge = tongue.number_words or either(tongue.numbers), tongue.edge
    one = rf"(?:\d{{1,2}},\d{{3}}|\d{{1,4}}|{words}|{_ROMAN})" + (r"(?!\w)" if edge else r"(?!\d)")
    units = rf"(?P<part>{tongue.part})|(?P<unit>{tongue.unit})|(?P<day>{tongue.day})|(?P<named>{tongue.named_unit})"
    of = rf"(?:\s*(?:{tongue.of}|/)\s*(?P<total>{one})(?:\s*(?:{tongue.part})\w{{0,2}}{edge})?)?"
    sign = r"\s*(?:[#№]\s*|n[.°º]\s?)?"
    return Grammar(
        tongue,
        (
            # Scripts without spaces number before the unit: 第二部分.
            _pattern(rf"{edge}(?:{units}){sign}(?P<n>{one})(?:\s?[a-z]/[a-z]\b)?{of}") if edge else NEVER,
            _pattern(rf"{edge}{tongue.nth.replace('{words}', words)}\s*(?:{units}){edge}{of}"),
        ),
        tuple(_pattern(alone.replace("{words}", words)) for alone in tongue.alone),
        _pattern(rf"(?:(?P<part>{tongue.part})|(?P<day>{tongue.day}))\s+(?P<n>\w+)\s+{tongue.of_series}(?=\D)"),
        _pattern(rf"(?P<sep>{_BEFORE_FINAL})\s*(?:{tongue.final})\s*(?:$|[:—–)\]])"),
        _pattern(rf"[,:—–(\[]\s*(?:{tongue.continued})\s*[)\]]?\s*$"),
        _pattern(rf"^(?:{tongue.unit})\s*{one}\s*[:|—–-]\s*"),
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(straight(text), re.IGNORECASE)


_GRAMMARS = {tongue.code: _grammar(tongue) for tongue in TONGUES}
_spoken = Glance(lambda tongue: tongue.mark_words)
OF = "|".join(tongue.of for tongue in TONGUES)
