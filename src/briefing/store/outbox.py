"""The outbox: events told once, and deliveries that are owed until the far end has taken them.

    pending ──claim──▶ sending(owner, epoch, lease) ──record──▶ sent            (`claimed`)
    retry   ──claim──▶                              ──record──▶ retry(at), dead

What if we die here? Before `claim` commits, nothing was sent and the row is still owed. After it, the row comes due
again when its lease ends (or at `reclaim`) and goes out under the same message id: at least once, and at most one too
many per message in flight. Whoever held it before finds its epoch gone and records nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Integer, Row, Select, bindparam, exists, func, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from briefing.model import (
    Delivery,
    DeliveryId,
    DeliveryState,
    Event,
    NewDelivery,
    Queue,
)
from briefing.store import audience, late
from briefing.store.batch import insert_new, insert_one, new_rows, slices, table
from briefing.store.claimed import held
from briefing.store.delivery_rows import CLAIMED, claimed_of, deliveries_of, new_row
from briefing.store.prepared import Prepared
from briefing.store.tables import OPEN, UNSENT, AttemptRow, DeliveryRow, EventRow, PayloadRow

_EVENT = TypeAdapter(Event)
_ROW = table(DeliveryRow)
_DUE = (
    columns(*CLAIMED)
    .where(col(DeliveryRow.lane) == bindparam("lane"), col(DeliveryRow.next_attempt_at) <= bindparam("now"))
    .where(col(DeliveryRow.late).is_(False), col(DeliveryRow.carrier_id).is_(None))
    .where(OPEN)
    .order_by(col(DeliveryRow.next_attempt_at), col(DeliveryRow.id))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_TAKEN = Prepared(
    lambda _: (
        update(_ROW)
        .where(_ROW.c.id == bindparam("this"))
        .values(owner=bindparam("by"), state=DeliveryState.SENDING.value, next_attempt_at=bindparam("until"))
        .values(epoch=_ROW.c.epoch + 1, attempts=_ROW.c.attempts + 1)
    ),
    ("this", "by", "until"),
)


_PAYLOADS = Prepared(
    lambda dialect: new_rows(dialect, PayloadRow).from_select(
        ["delivery_id", "payload"],
        columns(_ROW.c.id, bindparam("payload", type_=table(PayloadRow).c.payload.type)).where(
            _ROW.c.key == bindparam("of")
        ),
    ),
    ("of", "payload"),
)


def tell(session: Session, *, events: Sequence[Event]) -> tuple[Event, ...]:
    """Store events and return those that were not told before, each once (uq_events_key)."""
    return tuple(event for event in events if _first(session, event))


def _first(session: Session, event: Event) -> bool:
    composed = _EVENT.dump_python(event, mode="json")
    values = {"key": event.key, "kind": event.kind.value, "at": event.at, "condition": event.condition}
    return insert_one(session, EventRow, values | {"composed": composed})


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
    if payloads := [{"of": one.key, "payload": one.payload} for one in deliveries if one.payload is not None]:
        _PAYLOADS.run(session, payloads)
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
    queue: Queue,
    only: Collection[str] | None = None,
) -> tuple[Delivery, ...]:
    """Take due deliveries of the first lane of a queue that has any, longest due first (ix_deliveries_due).

    `only` narrows to deliveries of these keys.

    Due are pending and retry whose time has come, and sending whose lease has ended. Each goes to sending under a new
    epoch until `now + lease`, and counts this attempt. Mail to suppressed addresses is dead at once, never returned.
    """
    while due := _due(session, now, limit, queue, only):
        barred = _barred(session, due)
        _bury(session, [row for row in due if row.address in barred], now)
        if fit := [row for row in due if row.address not in barred]:
            return _take(session, fit, owner, now + lease)
    return ()


def owed(session: Session, *, queues: Iterable[Queue], now: datetime, only: Collection[str] | None = None) -> bool:
    """Tell whether anything is due in any of these queues (ix_deliveries_due)."""
    return any(_due(session, now, 1, queue, only) for queue in queues)


def bring_forward(session: Session, *, lanes: Collection[str], since: datetime, until: datetime, now: datetime) -> int:
    """Owe at once what was to be tried again until a moment, and was tried last since another (ix_deliveries_due).

    Return how many deliveries that is. What waits to be told with others stays as it is.
    """
    failed = exists().where(
        col(AttemptRow.delivery_id) == col(DeliveryRow.id), col(AttemptRow.epoch) == col(DeliveryRow.epoch),
        col(AttemptRow.outcome) == "retry", col(AttemptRow.at) >= since,
    )  # fmt: skip
    waiting = update(DeliveryRow).where(
        col(DeliveryRow.state) == DeliveryState.RETRY.value, col(DeliveryRow.lane).in_(lanes),
        col(DeliveryRow.next_attempt_at) > now, col(DeliveryRow.next_attempt_at) <= until,
        col(DeliveryRow.late).is_(False), col(DeliveryRow.carrier_id).is_(None), OPEN, failed,
    )  # fmt: skip
    return session.exec(waiting.values(next_attempt_at=now)).rowcount


def _due(session: Session, now: datetime, limit: int, queue: Queue, only: Collection[str] | None) -> Sequence[Row[Any]]:
    for lane in queue.lanes:  # so that each query reads `limit` rows of the index in order, however many are due
        asked = {"lane": lane, "now": now, "most": limit}
        if only is None:
            rows = _prepared(queue).ask(session, asked)
        else:
            due = _asked(queue).where(col(DeliveryRow.key).in_(only))
            rows = [*session.connection().execute(due, asked)]
        if rows:
            return rows
    return ()


@lru_cache(maxsize=1024)  # more than there are lanes
def _prepared(queue: Queue) -> Prepared:
    return Prepared(lambda _: _asked(queue), ("lane", "now", "most"))


def _asked(queue: Queue) -> Select[Any]:
    """Return what asks for that of a lane which a queue takes; the domains of addresses are kept in small letters."""
    ends = partial(col(DeliveryRow.address).endswith, autoescape=True)
    asked = _DUE.where(ends(f"@{queue.domain}")) if queue.domain else _DUE
    return asked.where(*(~ends(f"@{one}") for one in sorted(queue.but)))


def _barred(session: Session, due: Iterable[Row[Any]]) -> frozenset[str]:
    addresses = {row.address for row in due if row.address is not None}
    return audience.suppressed(session, addresses=addresses) if addresses else frozenset()


def _bury(session: Session, rows: Sequence[Row[Any]], now: datetime) -> None:
    values = {"state": DeliveryState.DEAD.value, "owner": None, "last_error": "suppressed", "next_attempt_at": now}
    if ids := [row.id for row in rows]:
        session.exec(update(DeliveryRow).where(col(DeliveryRow.id).in_(ids)).values(**values))
        late.follow(session, carriers=ids)


def _take(session: Session, rows: Sequence[Row[Any]], owner: str, until: datetime) -> tuple[Delivery, ...]:
    _TAKEN.run(session, [{"this": row.id, "by": owner, "until": until} for row in rows])
    return tuple(claimed_of(row, until=until) for row in rows)


def renew(
    session: Session, *, deliveries: Sequence[Delivery], owner: str, now: datetime, lease: timedelta
) -> frozenset[DeliveryId]:
    """Hold these until `now + lease` and return the ones that are still ours (primary key)."""
    for delivery in deliveries:
        session.exec(
            update(DeliveryRow).where(*held(delivery.id, owner, delivery.epoch)).values(next_attempt_at=now + lease)
        )
    ours = select(DeliveryRow.id, DeliveryRow.epoch).where(
        col(DeliveryRow.owner) == owner, col(DeliveryRow.id).in_([delivery.id for delivery in deliveries])
    )
    epochs = {(delivery.id, delivery.epoch) for delivery in deliveries}
    return frozenset(DeliveryId(id_ or 0) for id_, epoch in session.exec(ours) if (id_, epoch) in epochs)


def reclaim(session: Session, *, now: datetime) -> int:
    """Owe every sending delivery again and return how many (ix_deliveries_due).

    For the one process of a SQLite database, at its start: whoever held them is dead.
    """
    lost = update(DeliveryRow).where(col(DeliveryRow.state) == DeliveryState.SENDING.value, OPEN)
    return session.exec(lost.values(state=DeliveryState.RETRY.value, owner=None, next_attempt_at=now)).rowcount


def events(session: Session, *, keys: Sequence[str]) -> tuple[Event, ...]:
    """Return the events that were told under these keys, in their order of telling (uq_events_key)."""
    told = select(EventRow).order_by(col(EventRow.id))
    rows = (row for part in slices(keys) for row in session.exec(told.where(col(EventRow.key).in_(part))))
    return tuple(_EVENT.validate_python(row.composed) for row in rows)


def told_since(session: Session, *, since: datetime) -> tuple[Event, ...]:
    """Return the events that were told since a moment, in their order of telling (the whole table: it is rare)."""
    rows = session.exec(select(EventRow).where(col(EventRow.at) >= since).order_by(col(EventRow.id)))
    return tuple(_EVENT.validate_python(row.composed) for row in rows)


def found(session: Session, *, keys: Sequence[str]) -> tuple[Delivery, ...]:
    """Return the deliveries owed under these keys, in their order of enqueueing (uq_deliveries_key)."""
    owed = select(DeliveryRow).order_by(col(DeliveryRow.id))
    rows = (row for part in slices(keys) for row in session.exec(owed.where(col(DeliveryRow.key).in_(part))))
    return deliveries_of(session, rows)


def counts(session: Session) -> dict[DeliveryState, int]:
    """Return how many deliveries stand in each state (ix_deliveries_due, ix_deliveries_unsent; all by any index)."""
    each = select(DeliveryRow.state, func.count()).group_by(col(DeliveryRow.state))
    many = dict(chain.from_iterable(session.exec(each.where(part)) for part in (OPEN, UNSENT)))
    all_of_them = session.exec(select(func.count()).select_from(DeliveryRow)).one()
    many[DeliveryState.SENT.value] = all_of_them - sum(many.values())
    return {state: many.get(state.value, 0) for state in DeliveryState}
