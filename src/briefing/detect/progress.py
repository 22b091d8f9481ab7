"""What an item at its place does to its series: it joins, its promise is kept, its announcements open promises.

Apart from `series`, which finds the place. What a person decided is left as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from briefing.detect.dates import due
from briefing.detect.promises import Announcement
from briefing.detect.text import spaced
from briefing.model import Instalment, Item, Progress, Promise, PromiseState, Series

_SURE = 2  # parts that make a series


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands: its series before it came, its part, and the promise it keeps with its place there.

    `joins` is false for another item of a part that is in the series already, such as a second publication.
    """

    series: Series
    part: int | None
    kept: tuple[int, Promise] | None = None
    joins: bool = True
    by_hand: bool = False


def progress(
    before: Series | None,
    place: Place,
    item: Item,
    announced: Sequence[Announcement],
    now: datetime,
    *,
    explicit: bool,
) -> Progress | None:
    """Return what an item at its `place` does to its series; None if that stays as it was `before`.

    `explicit` says that the item's own title gives its number.
    """
    instalment = Instalment(item.id, place.part, item.title, item.url, item.at, item.news, place.by_hand)
    is_new = place.joins and all(each.item != item.id for each in place.series.instalments)
    series = _with_instalment(_bound(place.series, item), instalment) if place.joins else place.series
    if place.kept:
        series = _with_promise(series, *place.kept)
    made = (_promise(one, item, now) for one in _ahead_of(place.part, announced))
    series, opened, revised = _announced(series, made)
    if series == before:
        return None
    kept = (place.kept[1],) if place.kept and not place.by_hand else ()
    told = Progress(series, instalment if is_new else None, kept, opened, revised)
    return replace(told, begins=_begins(told, explicit=explicit))


def _promise(one: Announcement, item: Item, now: datetime) -> Promise:
    made_at = min(item.at, now)
    day = due(one.when, item.lang, made_at)
    begins = datetime.combine(day, time(), UTC) if day else None
    return Promise(one.quote, made_at, one.part, one.title, one.topic, item.id, due=begins, opened_at=now)


def _announced(series: Series, made: Iterable[Promise]) -> tuple[Series, tuple[Promise, ...], tuple[Promise, ...]]:
    """Add what an item promises to its series; return it with the promises opened and revised."""
    opened: list[Promise] = []
    revised: list[Promise] = []
    for promise in made:
        index = _known(series, promise)
        if index is None and promise.part not in series.numbers:
            series = replace(series, promises=(*series.promises, promise))
            opened.append(promise)
        elif index is not None and (better := _revision(series.promises[index], promise)):
            unsaid = series.promises[index].made_by is None
            series = _with_promise(series, index, better)
            (opened if unsaid else revised).append(better)
    return series, tuple(opened), tuple(revised)


def _begins(told: Progress, *, explicit: bool) -> bool:
    """Say whether it is now sure that there is a series: by its second part, or by a numbered first with a promise."""
    if told.joined is None:
        return False
    count = len(told.series.instalments)
    return count == _SURE or (count < _SURE and explicit and bool(told.opened))


def _bound(series: Series, item: Item) -> Series:
    """Tie a series that was only expected, or is new, to the source of its first part."""
    if series.instalments:
        return series
    return replace(series, source=item.source, authors=item.authors, feed=item.feed)


def _with_instalment(series: Series, instalment: Instalment) -> Series:
    """Put a part in its place; when it joined, and what a person said of it, stays."""
    others = [each for each in series.instalments if each.item != instalment.item]
    if stood := next((each for each in series.instalments if each.item == instalment.item), None):
        instalment = replace(instalment, at=stood.at, news=stood.news, by_hand=stood.by_hand)
    return replace(series, instalments=tuple(sorted((*others, instalment), key=lambda each: (each.at, each.part or 0))))


def _with_promise(series: Series, index: int, promise: Promise) -> Series:
    return replace(series, promises=(*series.promises[:index], promise, *series.promises[index + 1 :]))


def _ahead_of(part: int | None, announced: Sequence[Announcement]) -> list[Announcement]:
    """Keep what lies ahead of the item's part; an unnumbered "next instalment" is the one after it."""
    if part is not None:
        announced = [one if one.part is not None else replace(one, part=part + 1) for one in announced]
    return [
        one
        for one in announced
        if (one.part is not None or one.title or one.topic) and (part is None or one.part is None or one.part > part)
    ]


def _known(series: Series, promise: Promise) -> int | None:
    """Find the promise of the same part; of an unnumbered one, the promise of the same item or the same words.

    A promise that lapsed by itself, or that a person rejected, keeps no other item from making it.
    """
    for index, other in enumerate(series.promises):
        again = other.made_by == promise.made_by or bool(_matter(other) & _matter(promise))
        if promise.part is not None and other.part is not None:
            if promise.part == other.part and (again or not _is_past(other)):
                return index
        elif again:
            return index
    return None


def _is_past(promise: Promise) -> bool:
    lapsed = promise.state is PromiseState.LAPSED and not promise.by_hand
    return lapsed or promise.state is PromiseState.REJECTED


def _matter(promise: Promise) -> set[str]:
    return {spaced(words) for words in (promise.quote, promise.title, promise.topic) if words}


def _revision(standing: Promise, read: Promise) -> Promise | None:
    """Return what a second reading improves: its own maker may reword an awaited promise, others only add to it.

    So do all to one that a person awaits.
    """
    if standing.state is not PromiseState.AWAITED:
        return None
    if standing.made_by == read.made_by and not standing.by_hand:
        better = replace(
            standing,
            quote=read.quote,
            part=read.part or standing.part,
            title=read.title,
            topic=read.topic,
            due=read.due,
        )
    else:
        better = replace(
            standing,
            quote=standing.quote or read.quote,
            title=standing.title or read.title,
            topic=standing.topic or read.topic,
            due=standing.due or read.due,
            made_by=read.made_by if standing.made_by is None else standing.made_by,
        )
    return None if better == standing else better
