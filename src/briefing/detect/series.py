"""The ledger: which items are parts of a series, what was promised, and what became of it.

Apart from `keeping`, which weighs one item against one promise: here an item moves a story's ledger on. First it finds
its place (it keeps a promise, or says which part of which series it is), then its announcements open promises. The
first part of a series rarely says so: an unnumbered item that promises part N opens a series with itself as N−1.

What a person said (`rulings`) stands: nothing here changes a promise, a part or a series that was decided by hand,
but for a promise that a person awaits, which may be kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from briefing.detect.bylines import comes_from, same_hand
from briefing.detect.instalments import instalment
from briefing.detect.keeping import evidence, named_alike, telling
from briefing.detect.markers import Marker, marker
from briefing.detect.numbering import counted
from briefing.detect.progress import Place, progress
from briefing.detect.promises import Announcement, announcements
from briefing.detect.text import spaced, words
from briefing.detect.tongue import straight, visible
from briefing.detect.tongues import TONGUES
from briefing.model import Item, Progress, Promise, PromiseState, Ruling, Series, StoryId

__all__ = ["advance", "announcements", "is_watched", "marker"]


_RESTART = timedelta(days=180)  # a first part this long after the last one begins the series anew
_NEVER = datetime.min.replace(tzinfo=UTC)


def advance(
    ledger: Sequence[Series], item: Item, *, story: StoryId, text: str, now: datetime, only: str | None = None
) -> Progress | None:
    """Move the `ledger` of a story on by one item; None if the item changes nothing in it.

    `text` is the best text known of the item; `only` is the title of the one series that is watched. Reading an item
    again, changed or not, joins and promises nothing twice. An item that a person took out of a series finds no other
    by itself, and a series that a person rejected takes in what is named like it, and tells nothing.
    """
    told = [series for series in ledger if series.story == story]
    own = [series for series in told if item.id not in series.refused and _concerns(series, item)]
    live = [series for series in own if series.ruling is not Ruling.REJECTED]
    best_text = text or item.text
    mark = counted(live, item, instalment(item.title, url=item.url, number=item.number, lead=best_text))
    announced = announcements(best_text, item.title)
    says_so = mark and mark.series_title and (mark.part is not None or mark.final)
    named = mark if says_so else _implied(item, mark, announced)
    place = _standing(live, item, mark)
    if place is None and any(item.id in series.refused for series in told):
        return None
    place = (
        place
        or _kept(live, item, mark, best_text)
        or _kept(live, item, named, best_text)
        or _joined(live, item, named)
        or _opened(own, item, story, named, announced)
    )
    if place is None or not is_watched(place.series, only):
        return None
    before = next((series for series in own if series == place.series), None)
    explicit = mark is not None and mark.part is not None and not mark.by_feed
    return progress(before, place, item, announced, now, explicit=explicit)


def _concerns(series: Series, item: Item) -> bool:
    """Say whether an item may have to do with a series: it is in it, is of its source, its author or its address."""
    stands = any(part.item == item.id for part in series.instalments)
    return stands or comes_from(series, item) or same_hand(series, item) or _found_at(series, item) is not None


def is_watched(series: Series, only: str | None) -> bool:
    """Say whether a series is one the operator wants; what a person confirmed is."""
    return only is None or series.ruling is Ruling.CONFIRMED or named_alike(only, series)


# --- finding the place ----------------------------------------------------------------------------------------------


def _standing(own: Sequence[Series], item: Item, mark: Marker | None) -> Place | None:
    """Find the place an item already has, first the one a person gave it; or where a person found it before us."""
    standing = [(part, series) for series in own for part in series.instalments if part.item == item.id]
    for part, series in sorted(standing, key=lambda place: not place[0].by_hand):
        says = mark.part if mark and not part.by_hand and not mark.by_feed else None
        return Place(series, part.part if says is None else says, by_hand=part.by_hand)
    for series in own:
        if (index := _found_at(series, item)) is not None:
            found = replace(series.promises[index], kept_by=item.id)
            return Place(series, found.part, (index, found), by_hand=True)
        if kept := next((promise for promise in series.promises if promise.kept_by == item.id), None):
            return Place(series, kept.part, joins=False)  # another item had this part already
    return None


def _found_at(series: Series, item: Item) -> int | None:
    """Find the promise that a person said is kept at the item's address."""
    for index, promise in enumerate(series.promises):
        if item.url and promise.kept_url and promise.kept_by is None and _bare(promise.kept_url) == _bare(item.url):
            return index
    return None


def _bare(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _kept(own: Sequence[Series], item: Item, mark: Marker | None, text: str) -> Place | None:
    """Find the promise that the item keeps with the strongest evidence; of equals, the one made last."""
    found = [
        (reason, series, index)
        for series in own
        for index, promise in enumerate(series.promises)
        if (reason := evidence(item, mark, text, series, promise))
    ]
    if not found:
        return None
    reason, series, index = max(found, key=lambda each: (each[0].score, each[1].promises[each[2]].made_at))
    promise = series.promises[index]
    kept = replace(
        promise,
        state=PromiseState.KEPT,
        kept_by=item.id,
        kept_at=max(item.at, promise.made_at),
        evidence=reason.words,
        score=reason.score,
        by_hand=False,
    )
    told = mark.part if mark else None
    parts = (promise.part, told) if mark and mark.by_feed else (told, promise.part)
    part = next((part for part in parts if part is not None), _next_part(series))
    return Place(series, part, (index, kept), joins=part not in series.numbers)


def _joined(own: Sequence[Series], item: Item, named: Marker | None) -> Place | None:
    """Find the series that the item says it is a part of, the latest of those named alike."""
    open_ = [each for each in own if each.instalments or each.expected]
    alike = [each for each in open_ if named and named_alike(named.series_title, each)]
    if named is None or not alike:
        return None
    series = max(alike, key=_last_at)
    ends = named.final and (named.part is None or named.part in series.numbers)  # the third of three is "final", too
    part = _next_part(series) if ends else named.part
    if part in {0, 1} and part in series.numbers and item.at - _last_at(series) > _RESTART:
        return None
    return Place(series, part, joins=part not in series.numbers)


def _last_at(series: Series) -> datetime:
    return max((part.at for part in series.instalments), default=_NEVER)


def _next_part(series: Series) -> int | None:
    return max(series.numbers) + 1 if series.numbers else None


def _is_retold(own: Sequence[Series], announced: Sequence[Announcement]) -> bool:
    """Say whether all an item announces has been announced: it is an earlier part, published again."""
    told = {spaced(promise.quote) for series in own for promise in series.promises}
    return bool(announced) and all(spaced(one.quote) in told for one in announced)


# --- opening a series -----------------------------------------------------------------------------------------------


def _opened(
    own: Sequence[Series], item: Item, story: StoryId, named: Marker | None, announced: Sequence[Announcement]
) -> Place | None:
    """Open a series with its first known part; one that a person expects already is that series."""
    if named is None or (named.part is None and not announced) or _is_retold(own, announced):
        return None
    if any(series.ruling is Ruling.REJECTED and _is_like(series, item, named) for series in own):
        return None
    foretold = (series for series in own if series.expected and any(_foretells(series, one) for one in announced))
    begun = next(foretold, None) or Series(story, item.source, named.series_title)
    return Place(replace(begun, title=named.series_title), named.part)


def _is_like(series: Series, item: Item, named: Marker) -> bool:
    return any(part.item == item.id for part in series.instalments) or named_alike(named.series_title, series)


def _foretells(series: Series, one: Announcement) -> bool:
    """Say whether an item announces what a person awaits: the words agree, and the numbers where both are known."""
    return any(
        promise.state is PromiseState.AWAITED
        and (promise.part is None or one.part is None or promise.part == one.part)
        and _says(promise, one)
        for promise in series.promises
    )


def _says(promise: Promise, one: Announcement) -> bool:
    wanted = set(telling(promise.title or ""))
    return bool(wanted) and wanted <= set(words(f"{one.title or ''} {one.topic or ''}"))


def _implied(item: Item, mark: Marker | None, announced: Sequence[Announcement]) -> Marker | None:
    """Read from what an item announces which part it is itself; None if it announces nothing we could recognise."""
    if not any(one.part is not None or one.title or one.topic for one in announced):
        return None
    coming = [one.part for one in announced if one.part is not None and one.part > 1]
    said = mark.part if mark and not mark.by_feed else None
    part = said if said is not None else min(coming) - 1 if coming else None
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
