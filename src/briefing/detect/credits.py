"""Which agency an item credits: by its authors, its dateline, its last line.

Apart from `origins`, which reads whose report a text retells: here the text itself is said to be an agency's.
"""

import re
from functools import lru_cache

from briefing.detect.publishers import Publishers
from briefing.model import Item

_HEAD = 250  # characters
_TAIL = 160
_BY = (
    "by|from|source|via|von|quelle|par|avec|fuente|por|con|fonte|di|источник|kaynak|المصدر|منبع|به نقل از|מקור"
    "|来源|來源|出典|配信"
)


def credit(item: Item, publishers: Publishers) -> str | None:
    """Return the family of the agency that an item credits for its text; None if it credits none."""
    for author in item.authors:
        family = publishers.family(author)
        if family in publishers.agencies.values():
            return family
    found = _search(item.text[:_HEAD], publishers)
    if not found and len(item.text) > _HEAD:
        found = _search(item.text[-_TAIL:], publishers)
    return publishers.agencies[next(name for name in found.groups() if name)] if found else None


def _search(part: str, publishers: Publishers) -> re.Match[str] | None:
    """Search where an agency is named at all: in most texts none is, and to know that costs little."""
    return _pattern(publishers).search(part) if publishers.names_agency(part) else None


@lru_cache(maxsize=8)
def _pattern(publishers: Publishers) -> re.Pattern[str]:
    name = "|".join(sorted(map(re.escape, publishers.agencies), key=len, reverse=True))
    # (AP), 【共同通信】, /ТАСС/; By The Associated Press; … — Reuters; МОСКВА, 5 ноя — РИА Новости.; 新华社…日电
    return re.compile(
        rf"[(（\[【/]\s*(?:[^\W\d_]+\s+|[\u3040-\u9fff]{{1,8}}?)?({name})\s*(?:[/,]\s*\w+\s*)?[)）\]】/]"
        rf"|(?:^|[.!?。\n]\s*)(?:©\s*)?(?i:{_BY})\s*[:：]?\s*({name})\s*(?:[.,\n]|$)"
        rf"|[-–—]\s*({name})\s*\.?\s*$"
        rf"|^[^\n.]{{2,40}}?[-–—.,]\s*({name})\s*[-–—.:،]"
        rf"|^({name})(?:[^\W\d_]{{2,6}}\d+月\d+日电)"
    )
