"""Digests through every change of the clocks of seven years, in all zones, at 48 times a day."""

from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.unit.edit.dst import Totals, around, changes, sweep


@pytest.mark.parametrize("year", range(2024, 2031))
def test_no_change_of_the_clocks_loses_or_doubles_a_date(year: int) -> None:
    """Zones whose clocks do the same around a change are swept once; the scan is the judge."""
    alike = {around(zone, change): (zone, change) for zone in _zones() for change in changes(zone, year)}
    totals = Totals()
    for zone, change in alike.values():
        totals.add(sweep(zone, change))
    assert len(alike) > 50
    assert totals.occurrences > 48 * 4 * len(alike)
    assert totals.faults == (0, 0, 0)


def _zones() -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in sorted(available_timezones())]
