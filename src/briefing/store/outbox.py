"""The outbox: events told once, and deliveries that are owed until the far end has taken them.

    pending ──claim──▶ sending(owner, epoch, lease) ──record──▶ sent
    retry   ──claim──▶                              ──record──▶ retry(at), dead

What if we die here? Before `claim` commits, nothing was sent and the row is still owed. After it, the row comes due
again when its lease ends (or at `reclaim`) and goes out under the same message id: at least once, and at most one too
many per message in flight. Whoever held it before finds its epoch gone and records nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Integer, bindparam, func, update
from sqlmodel import Session, col, select

from briefing.model import (
    Dead,
    Delivered,
    Delivery,
    DeliveryId,
    DeliveryState,
    Event,
    NewDelivery,
    Retry,
    Verdict,
)
from briefing.store import audience, late
from briefing.store.batch import insert_new, insert_one, slices
from briefing.store.delivery_rows import delivery_of, new_row
from briefing.store.tables import AttemptRow, DeliveryRow, EventRow

_EVENT = TypeAdapter(Event)
_OPEN = (DeliveryState.PENDING.value, DeliveryState.RETRY.value, DeliveryState.SENDING.value)
_DUE = (  # asked all day, so it is put together once
    select(DeliveryRow)
    .where(col(DeliveryRow.lane) == bindparam("lane"), col(DeliveryRow.next_attempt_at) <= bindparam("now"))
    .where(col(DeliveryRow.late).is_(False), col(DeliveryRow.carrier_id).is_(None))
    .where(col(DeliveryRow.state) == bindparam("state"))
    .order_by(col(DeliveryRow.next_attempt_at), col(DeliveryRow.id))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)


def tell(session: Session, *, events: Sequence[Event]) -> tuple[Event, ...]:
    """Store events and return those that were not told before, each once (uq_events_key)."""
    return tuple(event for event in events if _first(session, event))


def _first(session: Session, event: Event) -> bool:
    composed = _EVENT.dump_python(event, mode="json")
    return insert_one(
        session, EventRow, {"key": event.key, "kind": event.kind.value, "at": event.at, "composed": composed}
    )


def told(session: Session, *, keys: Collection[str]) -> frozenset[str]:
    """Return which of these keys are of events that were told (uq_events_key)."""
    parts = slices(tuple(keys))
    return frozenset(k for part in parts for k in session.exec(select(EventRow.key).where(col(EventRow.key).in_(part))))


def enqueue(session: Session, *, deliveries: Sequence[NewDelivery], now: datetime) -> int:
    """Owe these messages from now on, or from when they are held no more.

    Return how many were not owed already (uq_deliveries_key).
    """
    keys = [delivery.key for delivery in deliveries]
    before = _count_keys(session, keys)
    insert_new(session, DeliveryRow, [new_row(late.joined(session, one, now), now) for one in deliveries])
    return _count_keys(session, keys) - before


def _count_keys(session: Session, keys: Sequence[str]) -> int:
    count = select(func.count()).select_from(DeliveryRow)
    return sum(session.exec(count.where(col(DeliveryRow.key).in_(part))).one() for part in slices(keys))


def claim(
    session: Session,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    lane: str,
    only: Collection[str] | None = None,
) -> tuple[Delivery, ...]:
    """Take due deliveries of a lane, ISSUES, LETTERS or a channel, longest due first (ix_deliveries_due).

    `only` narrows to deliveries of these keys.

    Due are pending and retry whose time has come, and sending whose lease has ended. Each goes to sending under a new
    epoch until `now + lease`, and counts this attempt. Mail to suppressed addresses is dead at once, never returned.
    """
    while due := _due(session, now, limit, lane, only):
        barred = _barred(session, due)
        _bury(session, [row for row in due if row.address in barred], now)
        if fit := [row for row in due if row.address not in barred]:
            return _take(session, fit, owner, now + lease)
    return ()


def owed(session: Session, *, lane: str, now: datetime, only: Collection[str] | None = None) -> bool:
    """Tell whether anything is due in a lane (ix_deliveries_due)."""
    return bool(_due(session, now, 1, lane, only))


def _due(session: Session, now: datetime, limit: int, lane: str, only: Collection[str] | None) -> Sequence[DeliveryRow]:
    # A query a state, so that each reads `limit` rows of the index in order, however many are due.
    due = _DUE if only is None else _DUE.where(col(DeliveryRow.key).in_(only))
    asked = {"lane": lane, "now": now, "most": limit}
    rows = [row for state in _OPEN for row in session.exec(due, params=asked | {"state": state})]
    return sorted(rows, key=lambda row: (row.next_attempt_at, row.id))[:limit]


def _barred(session: Session, due: Iterable[DeliveryRow]) -> frozenset[str]:
    return audience.suppressed(session, addresses={row.address for row in due if row.address is not None})


def _bury(session: Session, rows: Sequence[DeliveryRow], now: datetime) -> None:
    values = {"state": DeliveryState.DEAD.value, "owner": None, "last_error": "suppressed", "next_attempt_at": now}
    if ids := [row.id for row in rows]:
        session.exec(update(DeliveryRow).where(col(DeliveryRow.id).in_(ids)).values(**values))
        late.follow(session, carriers=ids)


def _take(session: Session, rows: Sequence[DeliveryRow], owner: str, until: datetime) -> tuple[Delivery, ...]:
    state = DeliveryState.SENDING
    counted = tuple(replace(delivery_of(row), epoch=row.epoch + 1, attempts=row.attempts + 1) for row in rows)
    mine = update(DeliveryRow).where(col(DeliveryRow.id).in_([row.id for row in rows]))
    ours = mine.values(owner=owner, state=state.value, next_attempt_at=until)
    session.exec(ours.values(epoch=col(DeliveryRow.epoch) + 1, attempts=col(DeliveryRow.attempts) + 1))
    return tuple(replace(one, state=state, next_attempt_at=until) for one in counted)


def renew(
    session: Session, *, deliveries: Sequence[Delivery], owner: str, now: datetime, lease: timedelta
) -> frozenset[DeliveryId]:
    """Hold these until `now + lease` and return the ones that are still ours (primary key)."""
    for delivery in deliveries:
        session.exec(update(DeliveryRow).where(*_held(delivery, owner)).values(next_attempt_at=now + lease))
    held = select(DeliveryRow.id, DeliveryRow.epoch).where(
        col(DeliveryRow.owner) == owner, col(DeliveryRow.id).in_([delivery.id for delivery in deliveries])
    )
    epochs = {(delivery.id, delivery.epoch) for delivery in deliveries}
    return frozenset(DeliveryId(id_ or 0) for id_, epoch in session.exec(held) if (id_, epoch) in epochs)


def record(
    session: Session,
    *,
    delivery: Delivery,
    owner: str,
    verdict: Verdict,
    next_attempt_at: datetime | None,
    now: datetime,
    duration: timedelta,
) -> bool:
    """Write down what the far end said; False, and nothing written, if the delivery is no longer ours (primary key).

    A Retry with no next attempt is dead. A Dead that says so suppresses the address too. Any number of verdicts may
    be recorded in one transaction.
    """
    state, detail = _standing(verdict, next_attempt_at)
    values = {
        "state": state.value,
        "owner": None,
        "next_attempt_at": next_attempt_at if state is DeliveryState.RETRY else now,
        "last_error": None if state is DeliveryState.SENT else detail,
    }
    if state is DeliveryState.SENT:  # what was replayed in vain arrived all the same, then
        values["sent_at"] = now
    if session.exec(update(DeliveryRow).where(*_held(delivery, owner)).values(**values)).rowcount != 1:
        return False
    if delivery.event is not None:
        late.follow(session, carriers=[delivery.id])
    insert_new(session, AttemptRow, [_attempt(delivery, verdict, detail, now, duration)])
    if isinstance(verdict, Dead) and verdict.suppress and delivery.recipient is not None:
        audience.suppress(session, address=delivery.recipient.address, reason=detail, now=now)
    return True


def _held(delivery: Delivery, owner: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(DeliveryRow.id) == delivery.id,
        col(DeliveryRow.owner) == owner,
        col(DeliveryRow.epoch) == delivery.epoch,
        col(DeliveryRow.state) == DeliveryState.SENDING.value,
    )


def _standing(verdict: Verdict, next_attempt_at: datetime | None) -> tuple[DeliveryState, str]:
    match verdict:
        case Delivered(detail):
            return DeliveryState.SENT, detail
        case Retry(reason):
            return DeliveryState.DEAD if next_attempt_at is None else DeliveryState.RETRY, reason
        case Dead(reason):
            return DeliveryState.DEAD, reason
        case _:
            assert_never(verdict)


def _attempt(
    delivery: Delivery, verdict: Verdict, detail: str, now: datetime, duration: timedelta
) -> dict[str, object]:
    return {
        "delivery_id": delivery.id,
        "epoch": delivery.epoch,
        "at": now,
        "duration_ms": duration // timedelta(milliseconds=1),
        "outcome": type(verdict).__name__.lower(),
        "detail": detail,
    }


def reclaim(session: Session, *, now: datetime) -> int:
    """Owe every sending delivery again and return how many (ix_deliveries_due).

    For the one process of a SQLite database, at its start: whoever held them is dead.
    """
    lost = update(DeliveryRow).where(col(DeliveryRow.state) == DeliveryState.SENDING.value)
    return session.exec(lost.values(state=DeliveryState.RETRY.value, owner=None, next_attempt_at=now)).rowcount


def events(session: Session, *, keys: Sequence[str]) -> tuple[Event, ...]:
    """Return the events that were told under these keys, in their order of telling (uq_events_key)."""
    told = select(EventRow).order_by(col(EventRow.id))
    rows = (row for part in slices(keys) for row in session.exec(told.where(col(EventRow.key).in_(part))))
    return tuple(_EVENT.validate_python(row.composed) for row in rows)


def found(session: Session, *, keys: Sequence[str]) -> tuple[Delivery, ...]:
    """Return the deliveries owed under these keys, in their order of enqueueing (uq_deliveries_key)."""
    owed = select(DeliveryRow).order_by(col(DeliveryRow.id))
    rows = (row for part in slices(keys) for row in session.exec(owed.where(col(DeliveryRow.key).in_(part))))
    return tuple(delivery_of(row) for row in rows)


def counts(session: Session) -> dict[DeliveryState, int]:
    """Return how many deliveries stand in each state (ix_deliveries_due alone)."""
    many = dict(session.exec(select(DeliveryRow.state, func.count()).group_by(col(DeliveryRow.state))).all())
    return {state: many.get(state.value, 0) for state in DeliveryState}
