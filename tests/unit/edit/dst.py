"""Every change of the clocks in the zones of the world, and a service that ticks through it, judged by a minute scan.

Shared by the test and the benchmark. The scan knows nothing of the code under test: it walks UTC minute by minute and
notes when the clock on the wall first reaches each half-hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from briefing.edit.schedule import Rule, due, next_due
from briefing.model import Occurrence

HALF_HOURS = tuple(time(n // 2, n % 2 * 30) for n in range(48))
_HALF_HOUR, _MINUTE, _SECOND = timedelta(minutes=30), timedelta(minutes=1), timedelta(seconds=1)
_AROUND = timedelta(days=2)


@dataclass
class Totals:
    """What a sweep went through and what went wrong in it."""

    occurrences: int = 0
    missed: int = 0
    doubled: int = 0
    mistimed: int = 0

    def add(self, other: "Totals") -> None:
        self.occurrences += other.occurrences
        self.missed += other.missed
        self.doubled += other.doubled
        self.mistimed += other.mistimed

    @property
    def faults(self) -> tuple[int, int, int]:
        return self.missed, self.doubled, self.mistimed


def changes(zone: ZoneInfo, year: int) -> Iterator[datetime]:
    """Yield each instant of a year at which the zone's offset from UTC changes; two within three days may hide."""
    early, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while early < last:
        late = min(early + timedelta(days=3), last)
        if offset(zone, early) != offset(zone, late):
            yield _bisect(zone, early, late)
        early = late


def offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    """Return how far the zone's clocks are from UTC."""
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def _bisect(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = offset(zone, early)
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        early, late = (middle, late) if offset(zone, middle) == before else (early, middle)
    return late.replace(microsecond=0)


def around(zone: ZoneInfo, change: datetime) -> tuple[object, ...]:
    """Return what the clocks do around a change: zones that agree in it need to be swept once."""
    hours = (change + timedelta(hours=n) for n in range(-72, 73, 3))
    return (change, offset(zone, change - _SECOND), offset(zone, change), tuple(offset(zone, hour) for hour in hours))


def due_by_scan(zone: ZoneInfo, start: datetime, stop: datetime) -> dict[datetime, datetime]:
    """Return when each nominal half-hour is due: the minute at which the clock first reaches it."""
    found: dict[datetime, datetime] = {}
    instant, wanted = start, datetime.combine(start.astimezone(zone).date() + timedelta(days=1), time())
    while instant < stop:
        clock = instant.astimezone(zone).replace(tzinfo=None)
        while wanted <= clock:
            found[wanted] = instant
            wanted += _HALF_HOUR
        instant += _MINUTE
    return found


def sweep(zone: ZoneInfo, change: datetime) -> Totals:
    """Tick 48 daily digests, one a half-hour, through the two days on either side of a change."""
    scan = due_by_scan(zone, change - _AROUND - timedelta(days=1), change + _AROUND)
    totals = Totals()
    for at in HALF_HOURS:
        wanted = {nominal.date(): instant for nominal, instant in scan.items() if nominal.time() == at}
        served = list(_served(Rule(zone=zone.key, at=at), change - _AROUND - timedelta(days=1, hours=1), wanted))
        told = [(occurrence.nominal, occurrence.due) for occurrence in served if occurrence.nominal in wanted]
        totals.add(_judge(told, wanted))
    return totals


def _judge(told: list[tuple[date, datetime]], wanted: dict[date, datetime]) -> Totals:
    dates = {nominal for nominal, _ in told}
    return Totals(
        occurrences=len(told),
        missed=len(wanted.keys() - dates),
        doubled=len(told) - len(dates),
        mistimed=sum(wanted[nominal] != instant for nominal, instant in told),
    )


def _served(rule: Rule, start: datetime, wanted: dict[date, datetime]) -> Iterator[Occurrence]:
    """Serve a digest as the service does: ask when it is due, look a second before, at, and an hour after."""
    last: Occurrence | None = None
    clock = start
    while clock <= max(wanted.values()):
        clock = next_due(rule, after=clock).due
        for tick in (clock - _SECOND, clock, clock + 2 * _HALF_HOUR):
            found = due(rule, last=last, since=start, now=tick)
            if found:
                yield found
                last = found
