"""When an issue is due: walks a digest's nominal local dates and maps each to one instant in UTC.

Apart from `cron`, which judges what the operator wrote: here the calendar is walked. One rule serves every change of
the clocks: an occurrence is due at the first instant at which the zone's clock has reached its nominal time. So a
time that a gap swallows is due as the gap ends (even if that is the next date), and a time that an overlap repeats is
due once. The nominal time, never the instant, is the occurrence's identity.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from briefing.config.grammar import Day, Digest
from briefing.edit.cron import ScheduleError, parse_cron
from briefing.model import Occurrence

__all__ = ["Rule", "ScheduleError", "due", "next_due", "parse_cron", "rule_of"]

_EVERY_DAY = frozenset(range(7))
_DATES = 9  # a week, both ends, and a date that a clock set back over midnight repeats


@dataclass(frozen=True, slots=True)
class Rule:
    """A digest's schedule: `at` on `days` (0 is Monday), or five fields of `cron`, on the clocks of `zone`."""

    zone: str
    at: time | None = None
    days: frozenset[int] = _EVERY_DAY
    cron: str | None = None


def rule_of(digest: Digest, zone: str) -> Rule:
    """Return the schedule of a digest in the zone that holds for it."""
    order = list(Day)
    days = frozenset(order.index(day) for day in digest.days or order)
    return Rule(zone=zone, at=digest.at, days=days, cron=digest.cron)


def due(rule: Rule, *, last: Occurrence | None, since: datetime, now: datetime) -> Occurrence | None:
    """Return the latest occurrence that has come, or None if it was served or lies before the digest was known.

    Older ones that were missed are folded into it: catching up yields one. It must be later than `last` both by
    nominal time and by instant, so neither a clock set back nor a new zone serves a nominal time twice.
    """
    zone = ZoneInfo(rule.zone)
    for nominal in _nominal_times(rule, _reached(now, zone), back=True):
        found = _occurrence(nominal, zone)
        if found.due <= now:
            return found if found.due > since and _is_later(found, last) else None
    return None


def next_due(rule: Rule, *, after: datetime) -> Occurrence:
    """Return the first occurrence due after an instant; raise ScheduleError if none ever comes."""
    zone = ZoneInfo(rule.zone)
    for nominal in _nominal_times(rule, _wall(after, zone), back=False):
        found = _occurrence(nominal, zone)
        if found.due > after:
            return found
    raise ScheduleError("this schedule never comes due")


def _nominal_times(rule: Rule, start: datetime, *, back: bool) -> Iterator[datetime]:
    """Yield local times of the rule in order away from `start`; the first few may lie on its other side."""
    if rule.cron is not None:
        # cronsim leaves out its starting second; on naive times it knows nothing of zones, as we want.
        yield from CronSim(rule.cron, start + timedelta(seconds=1 if back else -1), reverse=back)
    elif rule.at is not None:
        dates = (start.date() + timedelta(days=-n if back else n) for n in range(_DATES))
        yield from (datetime.combine(date, rule.at) for date in dates if date.weekday() in rule.days)


def _occurrence(nominal: datetime, zone: ZoneInfo) -> Occurrence:
    return Occurrence(nominal=nominal.date(), slot=f"{nominal:%H:%M}", due=_instant(nominal, zone))


def _is_later(found: Occurrence, last: Occurrence | None) -> bool:
    if last is None:
        return True
    return (found.nominal, found.slot) > (last.nominal, last.slot) and found.due > last.due


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, microsecond=0)


def _reached(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the furthest the clock has been: in an overlap's second pass, the end of its first."""
    again = now.astimezone(zone)
    if not again.fold:
        return _wall(now, zone)
    before, after = again.replace(fold=0).utcoffset(), again.utcoffset()
    assert before is not None
    assert after is not None
    return _wall(now, zone) + (before - after)


def _instant(nominal: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the zone's clock has reached a nominal time (folds as in PEP 495)."""
    first = nominal.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(first, zone) == nominal:
        return first
    # In a gap the two folds are instants on either side of the change; it lies where the clock jumps past.
    early = nominal.replace(tzinfo=zone, fold=1).astimezone(UTC)
    seconds = range(int((first - early).total_seconds()) + 1)
    jump = bisect_left(seconds, nominal, key=lambda second: _wall(early + timedelta(seconds=second), zone))
    return early + timedelta(seconds=jump)
