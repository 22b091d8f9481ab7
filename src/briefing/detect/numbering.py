"""What the number that a feed gives an item, such as itunes:episode, says of it in a ledger.

Apart from `instalments`, which reads what an item says of itself: a feed's number may count all of a show, so it
needs a series to count in.

- A number in the title, the first lines or the address wins; a final part needs none.
- A number alone neither opens a series nor joins one.
- It says which part an item is whose title names a known series, if it carries that on: it follows a part that is
  there, or is awaited. Otherwise it counts something else, and the item has no number.
- It keeps a promise of this part that the same feed owes, if the item speaks of the matter; or if it follows the last
  part, no title was promised, and the parts are not numbered in their titles, as this one then would be.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from briefing.detect.bylines import comes_from
from briefing.detect.keeping import named_alike
from briefing.detect.markers import Marker
from briefing.model import Item, PromiseState, Series

_PIECES = re.compile(r"\s*[:|—–]\s+|\s+-\s+|—")


def counted(ledger: Sequence[Series], item: Item, mark: Marker | None) -> Marker | None:
    """Return `mark`, what an item says of itself, with its feed's number where that counts in a series of `ledger`."""
    number = item.number
    if number is None or (mark and (mark.final or (mark.part is not None and not mark.by_feed))):
        return mark
    mine = [series for series in ledger if not series.expected and comes_from(series, item)]
    named = [series for series in mine if any(named_alike(name, series) for name in _names(item, mark))]
    if carried := next((series for series in named if _carries_on(series, number)), None):
        title = mark.series_title if mark else carried.title
        own_title = mark.own_title if mark else item.title
        return Marker(number, series_title=title, own_title=own_title, by_feed=True)
    if mark:
        return replace(mark, part=None, by_feed=False) if named else mark
    owed = any(_awaits(series, number) for series in mine)
    return Marker(number, own_title=item.title, by_feed=True) if owed else None


def _names(item: Item, mark: Marker | None) -> Iterable[str]:
    """List what may be the name of a series in a title."""
    return (mark.series_title,) if mark else (item.title, *_PIECES.split(item.title))


def _carries_on(series: Series, number: int) -> bool:
    return number not in series.numbers and (number - 1 in series.numbers or _awaits(series, number))


def _awaits(series: Series, number: int) -> bool:
    return any(one.part == number and one.state is PromiseState.AWAITED for one in series.promises)
