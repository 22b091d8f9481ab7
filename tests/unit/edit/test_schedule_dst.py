"""Digests through every change of the clocks of seven years, in all zones, at 48 times a day."""

from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.unit.edit.dst import Totals, around, changes, sweep


@pytest.mark.slow
def test_no_change_of_the_clocks_loses_or_doubles_a_date() -> None:
    """Clocks that do the same at the same time of day are swept once, whatever the day; the scan is the judge."""
    found = [(zone, change) for zone in _zones() for year in range(2024, 2031) for change in changes(zone, year)]
    alike = {(change.time(), around(zone, change)[1:]): (zone, change) for zone, change in found}
    totals = Totals()
    for zone, change in alike.values():
        totals.add(sweep(zone, change))
    assert len(found) > 2000
    assert len(alike) > 40
    assert totals.occurrences > 48 * 4 * len(alike)
    assert totals.faults == (0, 0, 0)


def _zones() -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in sorted(available_timezones())]
