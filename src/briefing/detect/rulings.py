"""What a person says of the ledger: this is a series, that is no promise, this item is part 2.

Apart from `series`, which reads items: here nothing is guessed. What is said stands until a person says otherwise;
`by_hand` marks it, and `series` leaves it alone. Each returns a series as it is then.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from briefing.model import Instalment, Item, ItemId, Promise, PromiseId, PromiseState, Ruling, Series

SAID = "a person said so"
WITHDRAWN = "the item that announced it was withdrawn"


def confirm_series(series: Series) -> Series:
    """Say that it is one; takes a rejection back."""
    return replace(series, ruling=Ruling.CONFIRMED)


def reject_series(series: Series) -> Series:
    """Say that it is none: nothing joins it, nothing of it is awaited or told."""
    return replace(series, ruling=Ruling.REJECTED)


def confirm(series: Series, number: PromiseId) -> Series:
    """Say that a promise is one: kept by the item that we think keeps it, else awaited, also if it was given up."""
    return placed(series, _confirmed(_promise(series, number)))


def _confirmed(promise: Promise) -> Promise:
    if promise.state is PromiseState.KEPT:
        return replace(promise, by_hand=True)
    return awaited(promise)


def awaited(promise: Promise) -> Promise:
    """Return a promise as one that a person awaits."""
    return replace(
        promise,
        state=PromiseState.AWAITED,
        kept_by=None,
        kept_at=None,
        kept_url=None,
        lapsed_at=None,
        evidence=None,
        score=None,
        by_hand=True,
    )


def reject(series: Series, number: PromiseId) -> Series:
    """Say that a promise is none; of a kept one, that its part has not appeared, and the item is no part of the series.

    Then it is awaited again.
    """
    promise = _promise(series, number)
    if promise.state is not PromiseState.KEPT:
        return placed(series, replace(awaited(promise), state=PromiseState.REJECTED, evidence=SAID))
    taken = frozenset[ItemId]() if promise.kept_by is None else frozenset({promise.kept_by})
    left = tuple(part for part in series.instalments if part.item not in taken)
    return replace(placed(series, awaited(promise)), instalments=left, refused=series.refused | taken)


def lapse(series: Series, number: PromiseId, *, now: datetime) -> Series:
    """Say that a part is awaited no longer."""
    promise = replace(awaited(_promise(series, number)), state=PromiseState.LAPSED, lapsed_at=now, evidence=SAID)
    return placed(series, promise)


def mark(series: Series, part: int, found: Item | str, *, now: datetime) -> Series:
    """Say that an item, or what lies at an address that no feed brought, is a part, which keeps its promise.

    Whatever else was taken for this part is none of the series.
    """
    item = found if isinstance(found, Item) else None
    series = _with_part(series, part, item)
    promised = sorted((one for one in series.promises if one.part == part), key=_newest_awaited)
    promise = promised[-1] if promised else Promise("", now, part, opened_at=now)
    kept = replace(
        promise,
        state=PromiseState.KEPT,
        kept_by=item.id if item else None,
        kept_url=None if item else str(found),
        kept_at=max(item.at, promise.made_at) if item else now,
        lapsed_at=None,
        evidence=SAID,
        score=None,
        by_hand=True,
    )
    if item is not None and promise.id is None:
        return series  # nobody promised it, and the item itself is in its place
    return placed(series, kept)


def _newest_awaited(promise: Promise) -> tuple[bool, datetime]:
    return promise.state is PromiseState.AWAITED, promise.made_at


def _with_part(series: Series, part: int, item: Item | None) -> Series:
    ours = item.id if item else None
    wrong = frozenset(each.item for each in series.instalments if each.part == part and each.item != ours)
    left = [each for each in series.instalments if each.item not in wrong and each.item != ours]
    series = _released(series, wrong | ({ours} if ours is not None else set()))
    if item is None:
        return replace(series, instalments=tuple(left), refused=series.refused | wrong)
    stood = next((each for each in series.instalments if each.item == ours), None)
    placed = Instalment(item.id, part, item.title, item.url, item.at, stood.news if stood else False, by_hand=True)
    bound = series if not series.expected else replace(series, source=item.source, feed=item.feed, authors=item.authors)
    others = tuple(sorted((*left, placed), key=lambda each: (each.at, each.part or 0)))
    return replace(bound, instalments=others, refused=(series.refused | wrong) - {item.id})


def leave(series: Series, item: Item) -> Series:
    """Take an item out of a series because a person said that it is a part of another."""
    left = tuple(part for part in series.instalments if part.item != item.id)
    if left == series.instalments:
        return series
    return replace(_released(series, {item.id}), instalments=left, refused=series.refused | {item.id})


def withdraw(series: Series, item: ItemId) -> Series:
    """Take an item out of a series because it is to be shown nowhere: as a part, and as who promised another.

    What only it announced is awaited no more; of what was announced and came, its words go.
    """
    left = tuple(part for part in series.instalments if part.item != item)
    taken = series.refused | ({item} if left != series.instalments else frozenset())
    series = replace(_released(series, {item}), instalments=left, refused=taken)
    return replace(series, promises=tuple(_unsaid(one) if one.made_by == item else one for one in series.promises))


def _unsaid(promise: Promise) -> Promise:
    if promise.state is PromiseState.AWAITED:
        return replace(awaited(promise), state=PromiseState.REJECTED, evidence=WITHDRAWN)
    return replace(promise, quote="", made_by=None)


def _released(series: Series, items: Collection[ItemId]) -> Series:
    """Await again what these items were thought to keep."""
    promises = (replace(awaited(one), by_hand=False) if one.kept_by in items else one for one in series.promises)
    return replace(series, promises=tuple(promises))


def _promise(series: Series, number: PromiseId) -> Promise:
    return next(promise for promise in series.promises if promise.id == number)


def placed(series: Series, promise: Promise) -> Series:
    """Put a promise in the place of the one it was; a new one, which has no id yet, at the end."""
    others = [promise if promise.id is not None and one.id == promise.id else one for one in series.promises]
    return replace(series, promises=tuple(others) if promise.id is not None else (*series.promises, promise))
