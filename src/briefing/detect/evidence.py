"""Why two items are one text: the same words in the same order, beyond what chance and forms bring.

Apart from `syndication`, which finds the pairs and draws the conclusion, and from `wording`, which says what is
compared: here two wordings are judged.
"""

from collections.abc import Sequence
from datetime import timedelta

from rapidfuzz.distance import LCSseq

from briefing.detect.publishers import Publishers
from briefing.detect.text import fold
from briefing.detect.wording import HEADLINE, Wording

WINDOW = timedelta(hours=96)  # between the dates of a copy and of what it copies

_ENOUGH = 10  # words that make a text; less is judged by its title
_SHARED = 0.48  # of the shorter text's words, in order
_LONG_RUNS = 0.25  # of its runs of three words, from which fewer words will do
_RUNS = 0.03  # of the runs at least, unless …
_PLAIN = 0.6  # … so many of its words are shared
_CREDITED = 0.43  # of the words, where both name the same agency, or runs are shared
_NAMES = 3  # that a text must name for its names to tell …
_ALIKE = 0.5  # … and so many of them shared, that runs are not asked for
_FORM = 0.7  # of the words, from which a single other number is telling
_AGAIN = 2  # words in a row that end a differing stretch
_OTHER_NEWS = 0.55  # of the shorter text, in one stretch that differs on both sides
_OTHER_REST = 0.25  # the same, where the first sentences are left out already
_CLOSING = 8  # words that make closing lines


def evidence(one: Wording, other: Wording, publishers: Publishers) -> str:
    """Say why two items are one text; empty if they are not."""
    if one.item.feed == other.item.feed or abs(one.item.at - other.item.at) > WINDOW:
        return ""
    if one.family(publishers) == other.family(publishers):
        return "the same words by the same publisher" if is_same_piece(one, other) else ""
    if min(len(one.words), len(other.words)) < _ENOUGH:
        return "the same headline" if _is_same_title(one, other) else ""
    agency = one.credit(publishers)
    credited = agency is not None and agency in (other.credit(publishers), other.family(publishers))
    tail = _closing(one, other)
    share = max(
        _share(_opened(one.words, tail), _opened(other.words, tail), _OTHER_NEWS),
        _share(_opened(one.rest, tail), _opened(other.rest, tail), _OTHER_REST),
    )
    runs = _runs(one, other)
    if share < (_CREDITED if credited or runs > _LONG_RUNS else _SHARED) or _is_form(one, other, share):
        return ""
    if share < _PLAIN and runs < _RUNS and not _names_agree(one, other):
        return ""
    return f"{share:.0%} of the words{f', credited to {agency}' if credited else ''}"


def _share(one: Sequence[str], other: Sequence[str], differing: float) -> float:
    """Say how much of the shorter text stands in the other, in order; nothing if it is a frame around other news."""
    shorter = min(len(one), len(other))
    if shorter < _ENOUGH:
        return 0.0
    equal = widest = source = dest = 0
    for block in LCSseq.opcodes(one, other):
        length = block.src_end - block.src_start
        if block.tag != "equal":
            source, dest = source + length, dest + block.dest_end - block.dest_start
            continue
        equal += length
        if length >= _AGAIN:
            widest, source, dest = max(widest, min(source, dest)), 0, 0
    widest = max(widest, min(source, dest))
    return 0.0 if widest > differing * shorter else equal / shorter


def is_same_piece(one: Wording, other: Wording) -> bool:
    """Say whether nothing that is compared differs: no new version."""
    return one.title == other.title and one.words == other.words and one.numbers == other.numbers


def _is_same_title(one: Wording, other: Wording) -> bool:
    few, many = sorted((one, other), key=lambda text: len(text.title))
    if len(few.title) < HEADLINE:
        return False
    return many.title[: len(few.title)] == few.title if few.is_truncated else one.title == other.title


def _names_agree(one: Wording, other: Wording) -> bool:
    """Say whether two texts speak of the same people and places."""
    fewer = min(len(one.names), len(other.names))
    return fewer >= _NAMES and len(one.names & other.names) >= _ALIKE * fewer


def _runs(one: Wording, other: Wording) -> float:
    """Say how many of the shorter text's runs of three words stand in the other."""
    fewer = min(len(one.distinct), len(other.distinct))
    return len(one.distinct & other.distinct) / fewer if fewer else 0.0


def _opened(words: Sequence[str], closing: int) -> Sequence[str]:
    return words[: len(words) - closing] if closing else words


def _closing(one: Wording, other: Wording) -> int:
    """Count the last words that both share and that name nobody: closing lines stand under many texts."""
    if min(len(one.names), len(other.names)) < _NAMES:
        return 0
    names = {fold(name) for name in one.names | other.names}
    count = 0
    for word, same in zip(reversed(one.words), reversed(other.words), strict=False):
        if word != same or word in names:
            break
        count += 1
    return count if count >= _CLOSING else 0


def _is_form(one: Wording, other: Wording, share: float) -> bool:
    """Say whether two texts are one form filled in twice: on both sides stand numbers that the other does not have."""
    agreeing = (one.numbers & other.numbers).total()
    differing = min(one.numbers.total(), other.numbers.total()) - agreeing
    return differing >= max(agreeing, 2) or (differing > agreeing and share > _FORM)
