"""The patterns by which titles are read, made of what the tongues say; and which of them a title can meet at all.

Apart from `markers`, which judges where a match stands: here a tongue's words become patterns, grouped by script, so
that a title costs one glance for each script it is written in.
"""

from dataclasses import dataclass

from briefing.detect.tongue import NEVER, Pattern, Tongue, either
from briefing.detect.tongues import TONGUES, Glance

_ROMAN = "[ivx]{1,6}|[ⅰ-ⅻ]"
_BEFORE_FINAL = r"^|[,:—–(\[]|\s-|\sand"


@dataclass(frozen=True, slots=True)
class Grammar:
    """A tongue's marks, compiled. Groups: `part`, `unit`, `day` or `named` is the unit, `n` and `total` the numbers."""

    tongue: Tongue
    numbered: tuple[Pattern, ...]
    alone: tuple[Pattern, ...]
    of_series: Pattern
    final: Pattern
    continued: Pattern
    lesson: Pattern  # "Lesson 4: " before a series title


def grammars(plain: str) -> list[Grammar]:
    """List the grammars whose words occur in a title, in the order of `TONGUES`."""
    return [_GRAMMARS[tongue.code] for tongue in _spoken(plain)]


def _grammar(tongue: Tongue) -> Grammar:
    words, edge = tongue.number_words or either(tongue.numbers), tongue.edge
    one = rf"(?:\d{{1,2}},\d{{3}}|\d{{1,4}}|{words}|{_ROMAN})" + (r"(?!\w)" if edge else r"(?!\d)")
    units = rf"(?P<part>{tongue.part})|(?P<unit>{tongue.unit})|(?P<day>{tongue.day})|(?P<named>{tongue.named_unit})"
    of = rf"(?:\s*\(?(?:{tongue.of}|/)\s*(?P<total>{one})(?:\s*(?:{tongue.part})\w{{0,2}}{edge})?)?"
    sign = r"\s*(?:[#№]\s*|n[.°º]\s?)?"
    return Grammar(
        tongue,
        (
            # Scripts without spaces number before the unit: 第二部分.
            Pattern(rf"{edge}(?:{units}){sign}(?P<n>{one})(?:\s?[a-z]/[a-z]\b)?{of}") if edge else NEVER,
            Pattern(rf"{edge}{tongue.nth.replace('{words}', words)}\s*(?:{units}){edge}{of}"),
        ),
        tuple(Pattern(alone.replace("{words}", words)) for alone in tongue.alone),
        Pattern(rf"(?:(?P<part>{tongue.part})|(?P<day>{tongue.day}))\s+(?P<n>\w+)\s+{tongue.of_series}(?=\D)"),
        Pattern(rf"(?P<sep>{_BEFORE_FINAL})\s*(?:(?:{tongue.final})\s*(?:$|[:—–)\]])|(?:{tongue.end})\s*[)\]])"),
        Pattern(rf"(?:,\s*(?:{tongue.continued})|[(\[]\s*(?:{tongue.continued})\s*[)\]])\s*$"),
        Pattern(rf"^(?:{tongue.unit})\s*{one}\s*[:|—–-]\s*"),
    )


_GRAMMARS = {tongue.code: _grammar(tongue) for tongue in TONGUES}
_spoken = Glance(lambda tongue: tongue.mark_words)
OF = "|".join(tongue.of for tongue in TONGUES)
