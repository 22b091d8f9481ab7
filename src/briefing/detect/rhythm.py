"""When a series goes on: its rhythm, when a part is expected, overdue or given up, and which parts were passed over.

Apart from `series`, which an arrival moves on: here is what time alone says of the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from briefing.model import Instalment, Promise, PromiseState, Series

PATIENCE = timedelta(days=7)  # nothing is overdue sooner, unless the operator says so
RHYTHMS = 3  # of a series, after which a part is overdue
LIFE = timedelta(days=90)  # a promise is awaited so long
AFTERLIFE = timedelta(days=90)  # so long after it lapsed, a promise is still recognised as kept
SETTLING = timedelta(days=1)  # a part that was passed over may still come: feeds are not always in order
_LONGEST_GAP = 3  # parts passed over; a greater leap is another way of counting
_DAY = timedelta(days=1)
_LEAST_GIVE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """When a part should appear, give or take."""

    at: datetime
    give: timedelta


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that was passed over, and those around it."""

    part: int
    before: Instalment
    after: Instalment


def rhythm(series: Series) -> timedelta | None:
    """Return the median time between two parts; None of fewer than two."""
    spans = _spans(series)
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def expected(series: Series, promise: Promise) -> Expected | None:
    """Return when a promised part should appear: on the day announced, else a rhythm after the last part."""
    if promise.due is not None:
        return Expected(promise.due + _DAY / 2, _DAY / 2)
    usual = rhythm(series)
    if usual is None:
        return None
    spans = _spans(series)
    give = max(abs(span - usual) for span in spans) if len(spans) > 1 else usual / 4
    return Expected(max(part.at for part in series.instalments) + usual, max(give, _LEAST_GIVE))


def overdue_at(series: Series, promise: Promise, remind_after: timedelta | None) -> datetime:
    """Return when an awaited part counts as overdue.

    That is `remind_after` after the announced day, or after the promise where none was announced; by default 7 days,
    and without a day at least three times the series' rhythm.
    """
    if promise.due is not None:
        return promise.due + (PATIENCE if remind_after is None else remind_after)
    usual = rhythm(series)
    default = max(PATIENCE, RHYTHMS * usual) if usual else PATIENCE
    return promise.made_at + (default if remind_after is None else remind_after)


def is_overdue(series: Series, promise: Promise, remind_after: timedelta | None, now: datetime) -> bool:
    """Tell whether a promise should have been kept by now."""
    return is_awaited(series, promise) and overdue_at(series, promise, remind_after) <= now


def is_awaited(series: Series, promise: Promise) -> bool:
    """Tell whether a part is still to come: a promise whose part appeared in another way is not looked for."""
    return promise.state is PromiseState.AWAITED and promise.part not in series.numbers


def owed(
    series: Series, remind_after: timedelta | None, now: datetime
) -> tuple[tuple[datetime, timedelta] | None, ...]:
    """Return when each part that a series owes should appear, give or take; None where nobody knows.

    What nobody knows the day of is looked for until it is overdue, and then no more closely than anything else.
    """
    waiting = [promise for promise in series.promises if is_awaited(series, promise)]
    days = [(promise, expected(series, promise)) for promise in waiting]
    looked_for = [(one, day) for one, day in days if day or not is_overdue(series, one, remind_after, now)]
    return tuple((day.at, day.give) if day else None for _, day in looked_for)


def lapsed(series: Series, now: datetime) -> Series:
    """Give up what was awaited too long."""
    return replace(series, promises=tuple(_given_up(promise, now) for promise in series.promises))


def _given_up(promise: Promise, now: datetime) -> Promise:
    until = lapses_at(promise)
    if promise.state is not PromiseState.AWAITED or until is None or until > now:
        return promise
    return replace(promise, state=PromiseState.LAPSED, lapsed_at=now, evidence=f"awaited for {LIFE.days} days")


def lapses_at(promise: Promise) -> datetime | None:
    """Return when an awaited promise is given up; None if a person awaits it, for only a person gives that up."""
    if promise.made_by is None or promise.key or promise.by_hand:
        return None
    return (promise.due or promise.made_at) + LIFE


def gaps(series: Series) -> tuple[Gap, ...]:
    """List the parts that were passed over: of 1 and 3, part 2."""
    numbered = sorted((part.part, part.at, part) for part in series.instalments if part.part is not None)
    found = []
    for (low, _, before), (high, _, after) in pairwise(numbered):
        if high - low - 1 <= _LONGEST_GAP:
            found += [Gap(part, before, after) for part in range(low + 1, high) if part not in series.numbers]
    return tuple(found)


def told_gaps(series: Series, now: datetime) -> tuple[Gap, ...]:
    """List the gaps that are worth telling: the later part was news, and a day has passed without the other."""
    return tuple(gap for gap in gaps(series) if gap.after.news and gap.after.at + SETTLING <= now)


def _spans(series: Series) -> Sequence[timedelta]:
    times = sorted({part.at for part in series.instalments})
    return [later - earlier for earlier, later in pairwise(times)]
