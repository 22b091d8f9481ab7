"""How a problem looks to an operator, and what they may have meant.

Apart from `mistakes`, which finds the words for each kind of mistake: here are the two things all of them share.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from briefing.errors import Problem

_WIDTH = 160


def nearest(word: object, choices: Iterable[str]) -> str | None:
    """Return the choice that was most likely meant, None if none is close."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        str(word), list(choices), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60
    )
    return str(found[0]) if found else None


def did_you_mean(word: object, choices: Iterable[str], otherwise: str = "") -> str:
    """Return the hint for a word that is none of the choices; name the choices if none is close."""
    known = list(choices)
    if meant := nearest(word, known):
        return f'did you mean "{meant}"?'
    if known and len(known) <= 30:
        return f"{otherwise}{listed(known)}"
    return ""


def listed(words: Iterable[object]) -> str:
    """Write words as a list for people: `a, b or c`."""
    *first, last = map(str, words)
    return f"{', '.join(first)} or {last}" if first else last


def render(problem: Problem) -> str:
    """Write a problem as lines of text: `file:line:col: error: …`, the source line, a caret, a hint."""
    where = f"{problem.file}:{problem.line}:{problem.col}: " if problem.file else ""
    path = f"  [{problem.path}]" if problem.path else ""
    lines = [f"{where}{problem.severity}: {problem.message}{path}"]
    if problem.source.strip():
        lines += _pointed(problem.source, problem.col - 1)
    if problem.hint:
        lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines)


def as_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as the JSON of `--json` has it."""
    names = ("file", "line", "col", "path", "severity", "message", "hint")
    return {name: getattr(problem, name) for name in names}


def _pointed(source: str, at: int) -> list[str]:
    """Return the source line, cut to a readable width around the caret, and the caret's own line."""
    left = max(0, at - _WIDTH // 2) if len(source) > _WIDTH else 0
    text, at = source[left : left + _WIDTH], at - left
    pad = "".join(_blank(character) for character in text[:at])
    return [f"    {_safe(text)}", f"    {pad}^"]


def _blank(character: str) -> str:
    """Return the space that a character takes on a terminal."""
    if character == "\t":
        return "\t"
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return ""
    return "  " if unicodedata.east_asian_width(character) in {"W", "F"} else " "


def _safe(text: str) -> str:
    """Replace what would steer a terminal."""
    return "".join(c if c.isprintable() or c == "\t" or unicodedata.category(c) == "Cf" else "�" for c in text)
