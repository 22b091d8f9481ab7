"""The notification log: what was told of a condition that lasts, to whom and when, as the ledger has it.

Apart from `outbox`, which knows each event by its key: here those of one condition are read together. There is no table
of its own, so that nothing can be told and not be in it, or be in it and not be told.
"""

from collections.abc import Callable, Collection, Sequence

from sqlmodel import Session, col, select

from briefing.model import DeliveryState, Ear, Event, Standing, Telling, Tellings
from briefing.store import outbox
from briefing.store.batch import slices
from briefing.store.tables import DeliveryRow, EventRow

_WAITING = frozenset({DeliveryState.PENDING, DeliveryState.RETRY})
_CAME = frozenset({DeliveryState.SENT, DeliveryState.SENDING})


def of(session: Session, *, conditions: Collection[str], standing: Callable[[Event], Standing]) -> Tellings | None:
    """Return what was told of a condition that goes by any of these keys; None if it never was.

    By ix_events_condition and ix_deliveries_event. `standing` says how things stood by an event.
    """
    keys = keys_of(session, conditions=conditions)
    events = dict(zip(keys, outbox.events(session, keys=keys), strict=True))
    if not events:
        return None
    query = select(DeliveryRow)
    rows = [row for part in slices(keys) for row in session.exec(query.where(col(DeliveryRow.event).in_(part)))]
    each = [(row, standing(events[row.event or ""])) for row in sorted(rows, key=lambda row: row.id or 0)]
    last = events[keys[-1]]
    return Tellings(
        condition=keys[0],
        events=keys,
        origins=last.origins,
        last=Telling(last.at, standing(last)),
        told=_latest(each, {*DeliveryState} - _WAITING),
        reached=_latest(each, _CAME),
        waiting=_latest(each, _WAITING),
    )


def _latest(each: Sequence[tuple[DeliveryRow, Standing]], states: Collection[DeliveryState]) -> dict[Ear, Telling]:
    """Return the last telling to each ear of those that are in some states."""
    mine = ((row, stood) for row, stood in each if row.state in states)
    return {(row.channel, row.address): Telling(row.sent_at or row.created_at, stood) for row, stood in mine}


def keys_of(session: Session, *, conditions: Collection[str]) -> tuple[str, ...]:
    """Return the keys of the events that told these conditions, in their order of telling (ix_events_condition)."""
    query = select(EventRow.id, EventRow.key)
    parts = (session.exec(query.where(col(EventRow.condition).in_(part))) for part in slices(tuple(conditions)))
    return tuple(key for _, key in sorted((id_ or 0, key) for part in parts for id_, key in part))
