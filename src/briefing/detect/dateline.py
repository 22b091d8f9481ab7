"""The date that a text states in its first lines, for items whose feed gives none.

Apart from `developments`, which weighs how near in time two items are: here is only how days are written.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

_FIRST = 250  # characters: what stands later is what the text speaks about
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_MONTH} {_DAY},? {_YEAR}\b",
        rf"\b{_DAY} (?:of )?{_MONTH},? {_YEAR}\b",
        rf"\b{_YEAR} ?- ?(?P<month>\d\d) ?- ?(?P<day>\d\d)\b",
    )
)


def stated(title: str, text: str) -> datetime | None:
    """Return the first full date in the first lines of an item, at midnight UTC; None where there is none."""
    dates = sorted(_dates(f"{title}\n{text}"[:_FIRST]))
    return dates[0][1] if dates else None


def _dates(head: str) -> Iterator[tuple[int, datetime]]:
    for pattern in _WRITTEN:
        if found := pattern.search(head):
            month = _MONTHS.get(found["month"].lower()[:3]) or int(found["month"])
            with suppress(ValueError):
                yield found.start(), datetime(int(found["year"]), month, int(found["day"]), tzinfo=UTC)
