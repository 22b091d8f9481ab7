"""The ledger: which items are parts of a series, what was promised, and what became of it.

Apart from `keeping`, which weighs one item against one promise: here an item moves a story's ledger on. First it finds
its place (it keeps a promise, or says which part of which series it is), then its announcements open promises. The
first part of a series rarely says so: an unnumbered item that promises part N opens a series with itself as N−1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from briefing.detect.keeping import evidence, named_alike, telling
from briefing.detect.markers import Marker, marker
from briefing.detect.promises import Announcement, announcements
from briefing.detect.text import fold, spaced
from briefing.detect.tongue import straight, visible
from briefing.detect.tongues import TONGUES
from briefing.model import Instalment, Item, Progress, Promise, PromiseState, Series, StoryId

__all__ = ["advance", "announcements", "marker"]


_RESTART = timedelta(days=180)  # a first part this long after the last one begins the series anew


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an item stands: its series before it came, its part, and the promise it keeps with its place there.

    `joins` is false for another item of a part that is in the series already, such as a second publication.
    """

    series: Series
    part: int | None
    kept: tuple[int, Promise] | None = None
    joins: bool = True


def advance(ledger: Sequence[Series], item: Item, *, story: StoryId, text: str, now: datetime) -> Progress | None:
    """Move the `ledger` of a story on by one item; None if the item changes nothing in it.

    `text` is the best text known of the item. Reading an item again, changed or not, joins and promises nothing twice.
    """
    own = [series for series in ledger if series.story == story and _same_source(series, item)]
    mark = marker(item.title)
    best_text = text or item.text
    announced = announcements(best_text, item.title)
    says_so = mark and mark.series_title and (mark.part is not None or mark.final)
    named = mark if says_so else _implied(item, mark, announced)
    place = (
        _standing(own, item, mark)
        or _kept(own, item, mark, best_text)
        or _kept(own, item, named, best_text)
        or _joined(own, item, named)
    )
    if place is None and named and (named.part is not None or announced) and not _is_retold(own, announced):
        place = _Place(Series(story, item.source, named.series_title, authors=item.authors, feed=item.feed), named.part)
    if place is None:
        return None
    before = next((series for series in own if series == place.series), None)
    return _progress(before, place, item, announced, min(item.at, now))


def _same_source(series: Series, item: Item) -> bool:
    """Say whether an item comes from where a series does: its feed, or a publisher of its name."""
    return series.feed == item.feed or fold(series.source) == fold(item.source)


# --- finding the place ----------------------------------------------------------------------------------------------


def _standing(own: Sequence[Series], item: Item, mark: Marker | None) -> _Place | None:
    """Find the place an item already has."""
    for series in own:
        for instalment in series.instalments:
            if instalment.item == item.id:
                return _Place(series, mark.part if mark and mark.part is not None else instalment.part)
    return None


def _kept(own: Sequence[Series], item: Item, mark: Marker | None, text: str) -> _Place | None:
    """Find the promise that the item keeps with the strongest evidence; of equals, the one made last."""
    found = [
        (reason, series, index)
        for series in own
        for index, promise in enumerate(series.promises)
        if (reason := evidence(item, mark, text, series, promise))
    ]
    if not found:
        return None
    reason, series, index = max(found, key=lambda each: (each[0].strength, each[1].promises[each[2]].made_at))
    promise = series.promises[index]
    kept = replace(
        promise, state=PromiseState.KEPT, kept_by=item.id, kept_at=max(item.at, promise.made_at), evidence=reason.words
    )
    marked = mark.part if mark else None
    part = next((part for part in (marked, promise.part) if part is not None), _next_part(series))
    return _Place(series, part, (index, kept), joins=not _has(series, part))


def _joined(own: Sequence[Series], item: Item, named: Marker | None) -> _Place | None:
    """Find the series that the item says it is a part of, the latest of those named alike."""
    alike = [each for each in own if each.instalments and named and named_alike(named.series_title, each)]
    if named is None or not alike:
        return None
    series = max(alike, key=_last_at)
    part = _next_part(series) if named.part is None and named.final else named.part
    if part in {0, 1} and _has(series, part) and item.at - _last_at(series) > _RESTART:
        return None
    return _Place(series, part, joins=not _has(series, part))


def _has(series: Series, part: int | None) -> bool:
    return part is not None and part in {instalment.part for instalment in series.instalments}


def _last_at(series: Series) -> datetime:
    return max(instalment.at for instalment in series.instalments)


def _next_part(series: Series) -> int | None:
    numbered = [instalment.part for instalment in series.instalments if instalment.part is not None]
    return max(numbered) + 1 if numbered else None


def _is_retold(own: Sequence[Series], announced: Sequence[Announcement]) -> bool:
    """Say whether all an item announces has been announced: it is an earlier part, published again."""
    told = {spaced(promise.quote) for series in own for promise in series.promises}
    return bool(announced) and all(spaced(one.quote) in told for one in announced)


# --- opening a series -----------------------------------------------------------------------------------------------


def _implied(item: Item, mark: Marker | None, announced: Sequence[Announcement]) -> Marker | None:
    """Read from what an item announces which part it is itself; None if it announces nothing we could recognise."""
    if not any(one.part is not None or one.title or one.topic for one in announced):
        return None
    coming = [one.part for one in announced if one.part is not None and one.part > 1]
    part = mark.part if mark and mark.part is not None else min(coming) - 1 if coming else None
    return Marker(part, series_title=_series_title(item.title, mark))


def _series_title(title: str, mark: Marker | None) -> str:
    """Name a series after its first item: without the marker, or what stands before a colon."""
    if mark and mark.series_title:
        return mark.series_title
    whole = visible((mark.own_title if mark else "") or title).strip()
    head, colon, tail = whole.partition(": ")
    if colon and any(tongue.rubric.match(straight(head)) for tongue in TONGUES):
        return _series_title(tail, None)
    return head if colon and len(telling(head)) >= 2 else whole


# --- moving on ------------------------------------------------------------------------------------------------------


def _progress(
    before: Series | None, place: _Place, item: Item, announced: Sequence[Announcement], at: datetime
) -> Progress | None:
    instalment = Instalment(item.id, place.part, item.title, item.url, item.at)
    is_new = place.joins and all(each.item != item.id for each in place.series.instalments)
    series = _with_instalment(place.series, instalment) if place.joins else place.series
    if place.kept:
        series = _with_promise(series, *place.kept)
    opened, revised = [], []
    for one in _ahead_of(place.part, announced):
        promise = Promise(one.quote, at, one.part, one.title, one.topic, item.id)
        index = _known(series, promise)
        if index is None and not _has(series, promise.part):
            series = replace(series, promises=(*series.promises, promise))
            opened.append(promise)
        elif index is not None and (better := _revision(series.promises[index], promise)):
            series = _with_promise(series, index, better)
            revised.append(better)
    if series == before:
        return None
    kept = (place.kept[1],) if place.kept else ()
    return Progress(series, instalment if is_new else None, kept, tuple(opened), tuple(revised))


def _with_instalment(series: Series, instalment: Instalment) -> Series:
    others = [each for each in series.instalments if each.item != instalment.item]
    if len(others) < len(series.instalments):
        stood = next(each for each in series.instalments if each.item == instalment.item)
        instalment = replace(instalment, at=stood.at)
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
    """Find the promise of the same part; of an unnumbered one, the promise of the same item or the same words."""
    for index, other in enumerate(series.promises):
        if promise.part is not None and other.part is not None:
            if promise.part == other.part:
                return index
        elif other.made_by == promise.made_by or _matter(other) & _matter(promise):
            return index
    return None


def _matter(promise: Promise) -> set[str]:
    return {spaced(words) for words in (promise.quote, promise.title, promise.topic) if words}


def _revision(standing: Promise, read: Promise) -> Promise | None:
    """Return what a second reading improves: its own maker may reword an awaited promise, others only add to it."""
    if standing.state is not PromiseState.AWAITED:
        return None
    if standing.made_by == read.made_by:
        better = replace(
            standing, quote=read.quote, part=read.part or standing.part, title=read.title, topic=read.topic
        )
    else:
        better = replace(standing, title=standing.title or read.title, topic=standing.topic or read.topic)
    return None if better == standing else better
