"""Whose work a piece is: by where it appeared, or by the name of a person over it.

Apart from `keeping`, which weighs what a piece says: here only who says it counts. A byline is trusted beyond its
outlet if it is a person's name in full; "Reuters", "Staff" and "The Editors" write for everybody.
"""

import re
from functools import lru_cache

from briefing.detect.text import fold, words
from briefing.model import Item, Series

_NOBODY = frozenset(
    words(
        "staff editor editors editorial desk newsroom news team agency agencies press wire wires correspondent "
        "reporter reporters writer writers contributor contributors guest admin administrator author authors "
        "anonymous board office service services media group network magazine times post daily weekly journal "
        "review bureau associated reuters bloomberg afp dpa ap tass xinhua irna isna international online today "
        "radio tv and the redaktion agentur redaction rédaction redacción redação redazione haber agence agencia "
        "agenzia редакция агентство تحریریه خبرگزاری گروه سرویس هیئت"
    )
)
_NAME = re.compile(r"(?:by\s+)?(?P<name>[^\d@/|]+)", re.IGNORECASE)
_SHORTEST, _LONGEST = 2, 5  # words of a full name


def comes_from(series: Series, item: Item) -> bool:
    """Say whether an item comes from where a series does: its feed, or a publisher of its name.

    What is only expected yet may come from anywhere.
    """
    named_alike = bool(series.source) and fold(series.source) == fold(item.source)
    return named_alike or series.feed == item.feed or series.expected


def same_hand(series: Series, item: Item) -> bool:
    """Say whether a person who wrote the series wrote the item, wherever it appeared."""
    return bool(item.authors) and bool(_people(series.authors, series.source) & _people(item.authors, item.source))


@lru_cache(maxsize=4096)
def _people(authors: tuple[str, ...], outlet: str) -> frozenset[str]:
    names = (" ".join(words(found["name"])) for author in authors if (found := _NAME.fullmatch(author.strip())))
    return frozenset(name for name in names if _is_person(name.split(), set(words(outlet))))


def _is_person(name: list[str], outlet: set[str]) -> bool:
    return _SHORTEST <= len(name) <= _LONGEST and not set(name) & _NOBODY and not set(name) <= outlet
