"""Stand-ins: words of one reader, held open in what all readers share.

A subscriber's issue names the day on which they subscribed, so a list that grew for two years has seven hundred
mails that differ in a date. Each word of it is stood in for by as many characters that nobody writes (Unicode's
private use), so that lines break where they would, and is put in its place when everything else is done. Apart from
`email`, which decides whether a template can bear that.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Own = tuple[tuple[str, str], ...]  # what stands in, and the word of this reader
_FIRST, _SHORT = 0xE000, 0xF000
_STANDING = re.compile("[\ue000-\uf8ff]")
_KEPT = frozenset("<>&\"'")  # what HTML writes in another way, at one place or another


@dataclass(frozen=True, slots=True)
class StandIn:
    """Words that stand for others, and each with the word that it stands for."""

    standing: str
    own: Own


def stand_in(words: str) -> StandIn | None:
    """Return the same number of words of the same lengths; None where there can be none."""
    if not all(words.split(" ")) or _KEPT & set(words):
        return None
    standing, at = [], _FIRST
    for word in words.split(" "):
        standing.append("".join(map(chr, range(at, at + len(word)))))
        at += len(word)
    return StandIn(" ".join(standing), tuple(zip(standing, words.split(" "), strict=True)))


def short(words: str) -> StandIn:
    """Return the same number of words of one character each, for where no line breaks."""
    each = words.split(" ")
    standing = [chr(_SHORT + at) for at in range(len(each))]
    return StandIn(" ".join(standing), tuple(zip(standing, each, strict=True)))


def taken(text: str) -> bool:
    """Say whether a text holds characters of the kind that stand in, whoever wrote them."""
    return _STANDING.search(text) is not None


def filled(text: str, own: Own) -> str:
    """Put a reader's words where others stand for them."""
    for standing, word in own:
        text = text.replace(standing, word)
    return text


def stands(text: str, own: Iterable[str]) -> bool:
    """Say whether any of these stand-ins stands in a text."""
    return any(standing in text for standing in own)
