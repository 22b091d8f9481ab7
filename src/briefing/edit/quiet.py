"""When quiet hours end: the operator's times of day on the clocks of a zone, mapped to instants.

Apart from `routing`, which finds the route whose hours hold, and from `schedule`, whose calendar it walks.
"""

from datetime import datetime

from briefing.config.alerts import Quiet
from briefing.edit.schedule import Rule, next_due


def ends(quiet: Quiet, zone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which `now` lies; None if it lies in none. `zone` is for hours without one."""
    place = quiet.timezone or zone
    until = next_due(Rule(place, at=quiet.until), after=now).due
    return until if until < next_due(Rule(place, at=quiet.from_), after=now).due else None
