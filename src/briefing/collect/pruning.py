"""Keeps markup shallow, without parsing it as a browser would.

Apart from `sanitize`, which asks twice: before nh3, where tags may be crossed or unclosed and depth is an estimate that
spares nh3 its quadratic work, and after it, where every tag is balanced and depth is exact.
"""

import re
from collections import Counter
from itertools import accumulate

from briefing.collect.characters import words

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_VOID = words("br hr img input meta link base area col embed source track wbr param")
_SIGN = re.compile(rf"<(/?)(?!(?:{'|'.join(sorted(_VOID))})\b)[a-zA-Z]", re.IGNORECASE)
_STEP = {"": 1, "/": -1}
_UNLINKED = "<a rel="  # how nh3 writes an anchor that has lost its target
# Opening one of these closes the ones named, when they stand open right before it (HTML, 13.1.2.4 optional tags).
_IMPLIED = {
    "p": frozenset({"p"}),
    "li": frozenset({"p", "li"}),
    "tr": frozenset({"p", "td", "th", "tr"}),
    "td": frozenset({"p", "td", "th"}),
    "th": frozenset({"p", "td", "th"}),
}


def prune(markup: str, deepest: int, *, unlinked: bool = False) -> str:
    """Return the markup without the tags below `deepest`, their text kept; `unlinked`: nor anchors without a target."""
    if _depth(markup) <= deepest and not (unlinked and _UNLINKED in markup):
        return markup
    return _TAG.sub(_Pruning(deepest, unlinked=unlinked), markup)


def _depth(markup: str) -> int:
    """Return the depth of balanced markup, at the speed of the library."""
    return max(accumulate(map(_STEP.__getitem__, _SIGN.findall(markup))), default=0)


class _Pruning:
    """Called with each tag in turn: what stands open, and whether its opening tag was kept."""

    def __init__(self, deepest: int, *, unlinked: bool) -> None:
        self._deepest, self._unlinked = deepest, unlinked
        self._open: list[tuple[str, bool]] = []
        self._names: Counter[str] = Counter()
        self._depth = 0

    def __call__(self, tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _VOID:
            return tag[0]
        kept = self._closed(name) if tag[1] else self._opened(name, tag[3])
        return tag[0] if kept else ""

    def _opened(self, name: str, attributes: str) -> bool:
        while self._open and self._open[-1][0] in _IMPLIED.get(name, ()):
            self._pop()
        kept = self._depth < self._deepest and not (self._unlinked and name == "a" and " href=" not in attributes)
        self._open.append((name, kept))
        self._names[name] += 1
        self._depth += kept
        return kept

    def _closed(self, name: str) -> bool:
        if not self._names[name]:
            return True  # of nothing that stands open: for the parser to judge
        while True:
            closed, kept = self._pop()
            if closed == name:
                return kept

    def _pop(self) -> tuple[str, bool]:
        name, kept = self._open.pop()
        self._names[name] -= 1
        self._depth -= kept
        return name, kept
