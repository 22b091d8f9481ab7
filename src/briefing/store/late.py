"""Alerts that come late: which of them wait for one another, and the one message that carries them.

    due in time ──mark──▶ late, settling ──release──▶ due            (alone)
    held: quiet hours, a burst ──────────
                                         ──carry────▶ carried by another, and stands as that one does
    not sent yet ─────────────────────────inhibit──▶

Apart from `outbox`, which never claims what is late or carried: here the waiting ends. What if we die here? All of it
happens in the transaction that enqueues the carrier: several messages wait, or one does.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, update
from sqlmodel import Session, col, or_, select

from briefing.model import Delivery, DeliveryId, DeliveryState, NewDelivery
from briefing.store.batch import slices, table
from briefing.store.delivery_rows import deliveries_of
from briefing.store.delivery_rows import lane as lane_of
from briefing.store.tables import OPEN, DeliveryRow

_UNTOLD = (DeliveryState.DEAD.value, DeliveryState.SILENCED.value)
_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)
_STANDS = ("state", "sent_at", "last_error")


def mark(session: Session, *, lane: str, before: datetime, until: datetime) -> None:
    """Let the alerts of a lane that came due before a moment, and were not sent, settle until another.

    Messages that tell no event stay as they are (ix_deliveries_due).
    """
    overdue = update(DeliveryRow).where(
        col(DeliveryRow.state).in_(_WAITING), col(DeliveryRow.lane) == lane, col(DeliveryRow.next_attempt_at) < before
    )
    alone = overdue.where(
        col(DeliveryRow.late).is_(False),
        col(DeliveryRow.carrier_id).is_(None),
        col(DeliveryRow.event).is_not(None),
        OPEN,
    )
    session.exec(alone.values(late=True, next_attempt_at=until))


def joined(session: Session, delivery: NewDelivery, now: datetime) -> NewDelivery:
    """Return a message that is held no longer than the first that is held for its address (ix_deliveries_late)."""
    if not delivery.joins or delivery.until is None:
        return delivery
    due, to = col(DeliveryRow.next_attempt_at), delivery.recipient
    waiting = select(func.min(due)).where(col(DeliveryRow.lane) == lane_of(delivery), col(DeliveryRow.late).is_(True))
    mine = waiting.where(col(DeliveryRow.address) == (to.address if to else None), col(DeliveryRow.held).is_(True))
    first = session.exec(mine.where(due > now)).one()
    return replace(delivery, until=min(delivery.until, first or delivery.until))


def settled(session: Session, *, lane: str, now: datetime, patient: bool = True) -> tuple[tuple[Delivery, ...], ...]:
    """Return the late alerts of a lane, in groups of one address, oldest first (ix_deliveries_late).

    A group is settled when its first one is, or at once if we are not `patient`. Those that are held come by
    themselves, as far as their time has come.
    """
    query = select(DeliveryRow).where(col(DeliveryRow.lane) == lane, col(DeliveryRow.late).is_(True))
    in_groups = query.order_by(col(DeliveryRow.address), col(DeliveryRow.held), col(DeliveryRow.id))
    rows = deliveries_of(session, session.exec(in_groups.with_for_update()))
    groups = (tuple(group) for _, group in groupby(rows, key=lambda one: (one.recipient, one.held)))
    return tuple(ready for group in groups if (ready := _ready(group, now, patient)))


def _ready(group: tuple[Delivery, ...], now: datetime, patient: bool) -> tuple[Delivery, ...]:
    due = tuple(one for one in group if one.next_attempt_at <= now)
    if group[0].held:
        return due
    return group if due or not patient else ()


def release(session: Session, *, deliveries: Iterable[Delivery], now: datetime) -> None:
    """Owe late alerts from now, each as it is (primary key)."""
    mine = update(DeliveryRow).where(col(DeliveryRow.id).in_([one.id for one in deliveries]))
    session.exec(mine.values(late=False, next_attempt_at=now))


def carry(session: Session, *, carrier: str, deliveries: Iterable[Delivery]) -> None:
    """Let the message of this key carry late alerts, and all that they carried.

    By uq_deliveries_key, the primary key and ix_deliveries_carrier_id.
    """
    ids = [one.id for one in deliveries]
    number = select(DeliveryRow.id).where(col(DeliveryRow.key) == carrier).scalar_subquery()
    mine = or_(col(DeliveryRow.id).in_(ids), col(DeliveryRow.carrier_id).in_(ids))
    session.exec(update(DeliveryRow).where(mine).values(late=False, carrier_id=number))


def inhibit(session: Session, *, by: str, events: Collection[str]) -> None:
    """Let the alert of one event stand for those of others that were not sent, at each address that it goes to.

    Both by ix_deliveries_event; one that is dead or silenced stands for nothing.
    """
    told = select(DeliveryRow).where(col(DeliveryRow.event) == by, col(DeliveryRow.state).not_in(_UNTOLD))
    rows = session.exec(told).all()
    for row in rows:
        same = (col(DeliveryRow.lane) == row.lane, col(DeliveryRow.address) == row.address)
        alone = (col(DeliveryRow.state).in_(_WAITING), col(DeliveryRow.carrier_id).is_(None))
        for part in slices(tuple(events)):
            mine = update(DeliveryRow).where(col(DeliveryRow.event).in_(part), *same, *alone)
            session.exec(mine.values(late=False, carrier_id=row.carrier_id or row.id))
        _flatten(session, row.carrier_id or row.id)
    follow(session, carriers=[row.carrier_id or row.id for row in rows])


def _flatten(session: Session, carrier: int | None) -> None:
    """Let what the carried ones carried themselves be told where they are (ix_deliveries_carrier_id)."""
    carried = select(DeliveryRow.id).where(col(DeliveryRow.carrier_id) == carrier)
    session.exec(update(DeliveryRow).where(col(DeliveryRow.carrier_id).in_(carried)).values(carrier_id=carrier))


def follow(session: Session, *, carriers: Collection[DeliveryId | int | None]) -> None:
    """Let what these deliveries carry stand as they do (ix_deliveries_carrier_id)."""
    carried = table(DeliveryRow)
    carrier = carried.alias()
    mine = carrier.c.id == carried.c.carrier_id
    stands = {name: select(carrier.c[name]).where(mine).scalar_subquery() for name in _STANDS}
    for part in slices(tuple(carriers)):
        session.exec(carried.update().where(carried.c.carrier_id.in_(part)).values(stands))
