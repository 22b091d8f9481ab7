"""Whether a condition that lasts is told again: because it grew, it changed, or its route says to repeat it.

Apart from `alert` and `reminders`, which tell of it first. No message is sent that says what the one before it said,
but by a route's `repeat`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from briefing.config.alerts import Route
from briefing.model import Ear, Event, Standing, Tellings

INTERVAL = timedelta(hours=1)  # between two messages on growth, for a route without `group`


@dataclass(frozen=True, slots=True)
class Due:
    """When one ear is to be told again, and how things stood by what reached it last; None if nothing did."""

    at: datetime
    before: Standing | None


def due(event: Event, log: Tellings, ear: Ear, route: Route, *, holds: bool, now: datetime) -> Due | None:
    """Return when an ear is to be told how a condition stands now, as the event says; None if there is no need.

    Growth is told at most once an interval, and in it what still waits to be told; `holds` lets it be repeated.
    """
    told, waiting, reached = log.told.get(ear), log.waiting.get(ear), log.reached.get(ear)
    known, stands = waiting or told or log.last, standing(event)
    before = reached.stood if reached else None
    if stands.origins > known.stood.origins:
        return Due(max(now, reached.at + (route.group or INTERVAL)) if reached else now, before)
    if told is None or waiting is not None:
        return None
    repeated = holds and route.repeat is not None and told.at + route.repeat <= now
    return Due(now, before) if repeated or stands.mark != told.stood.mark else None


def nth(event: Event, log: Tellings, number: int, before: Standing | None) -> Event:
    """Return the event that tells a condition again, as the telling of this number."""
    return replace(event, key=f"{log.condition}+{number}", condition=log.condition, before=before)


def standing(event: Event) -> Standing:
    """Return how a condition stands by an event; a feed that is gone, or a part announced anew, is marked as such."""
    mark = event.promise.quote if event.promise else "gone" if event.final else ""
    counted = event.development
    return Standing(len(counted.publishers), counted.origins, mark) if counted else Standing(mark=mark)
