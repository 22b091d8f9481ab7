"""Sweep every change of the clocks of 2024-2030 in every zone, none taken as read for another; print the totals.

Run it from the repository's root: `python -m bench.dst`. The unit test does the same with zones that agree folded.
"""

from zoneinfo import ZoneInfo, available_timezones

from tests.unit.edit.dst import HALF_HOURS, Totals, changes, sweep

YEARS = range(2024, 2031)


def main() -> int:
    """Return 0 if no date was missed, doubled or served at another instant than the minute scan says."""
    totals, swept = Totals(), 0
    zones = sorted(available_timezones())
    for zone in map(ZoneInfo, zones):
        for change in (change for year in YEARS for change in changes(zone, year)):
            found = sweep(zone, change)
            totals.add(found)
            swept += 1
            if any(found.faults):
                print(f"{zone.key} {change:%Y-%m-%d %H:%M}Z {found}")
    print(f"{len(zones)} zones, {swept} changes of the clocks, {len(HALF_HOURS)} times a day")
    print(f"{totals.occurrences} occurrences: {totals.missed} missed, {totals.doubled} doubled, {totals.mistimed} late")
    return 1 if any(totals.faults) else 0


if __name__ == "__main__":
    raise SystemExit(main())
