"""A condition that lasts is told again: to each who was told of it, when what stands behind it grew or it is time.

    how it stands now | what each was told of it | due: grew, changed, repeat | one event, deliveries | what waits

Below the shells, because an arrival makes a development grow, and time alone brings the rest. Above `mute`: what is
told again is silenced as all is.

What if we die here? It all happens in the caller's transaction. The event's key counts the tellings before it, so
whoever finds the same again, a second process too, finds it told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from briefing import acknowledged
from briefing.config.alerts import Route
from briefing.edit import again as edit
from briefing.model import Ear, Event, NewDelivery, Standing, Tellings
from briefing.mute import mute
from briefing.store import late, outbox, tellings

Ears = Callable[[Event], Mapping[Ear, Route]]


class Tell(Protocol):
    """How an event becomes rows."""

    def __call__(self, event: Event, *, late: bool) -> Sequence[NewDelivery]:
        """Return the rows that tell an event; `late` ones wait for others to be told with."""


def known(session: Session, conditions: Collection[str]) -> Tellings | None:
    """Return what was told of a condition, by any of the keys it may go by."""
    return tellings.of(session, conditions=conditions, standing=edit.standing)


def again(
    session: Session, tell: Tell, ears: Ears, event: Event, log: Tellings, *, holds: bool, now: datetime
) -> tuple[Event, ...]:
    """Tell a condition to those for whom it is due, and return the events that do: one for all who were told the same.

    `event` says how it stands now; `holds`, whether it may be repeated, which ends once somebody looks after it.
    """
    event = replace(event, acknowledged=acknowledged.by(session, event))
    holds = holds and event.acknowledged is None
    groups: defaultdict[Standing | None, dict[Ear, datetime]] = defaultdict(dict)
    for ear, route in ears(event).items():
        if due := edit.due(event, log, ear, route, holds=holds, now=now):
            groups[due.before][ear] = due.at
    numbered = enumerate(groups, len(log.events) + 1)
    told = outbox.tell(session, events=[edit.nth(event, log, number, before) for number, before in numbered])
    for new in told:
        rows = _rows(tell(new, late=False), groups[new.before], now)
        outbox.enqueue(session, deliveries=rows, now=now)
    mute(session, told=told, now=now)
    for new in told:
        late.inhibit(session, by=new.key, events=log.events)
    return told


def _rows(rows: Sequence[NewDelivery], dues: Mapping[Ear, datetime], now: datetime) -> list[NewDelivery]:
    """Return the rows to those who are due; held until they are, and until quiet hours end, but for no burst."""
    mine = ((row, dues[_ear(row)]) for row in rows if _ear(row) in dues)
    return [row if due <= now else _held(row, due) for row, due in mine]


def _held(row: NewDelivery, due: datetime) -> NewDelivery:
    until = due if row.until is None or row.joins else max(row.until, due)
    return replace(row, until=until, joins=False)


def _ear(row: NewDelivery) -> Ear:
    """Return to whom a row goes."""
    return row.channel, row.recipient.address if row.recipient else None
