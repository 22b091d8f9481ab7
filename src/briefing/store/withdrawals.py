"""What was withdrawn: the tombstones, and what becomes of deliveries that tell a withdrawn item.

Apart from `items`, which shows none of them any more, and from `tombstones`, which takes them out of issues. What if we
die here? It all happens in the caller's transaction: an item is withdrawn, with nothing of it left to be sent, or not.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, type_coerce, update
from sqlmodel import Session, col, select

from briefing.model import Act, Delivery, DeliveryState, Event, ItemId, Withdrawal
from briefing.store import outbox
from briefing.store.batch import insert_one, slices
from briefing.store.columns import Text
from briefing.store.deliveries import ended, put
from briefing.store.delivery_rows import deliveries_of
from briefing.store.tables import DeliveryRow, EventRow, ItemRow, WithdrawalRow

_FINAL = (DeliveryState.SENT.value, DeliveryState.DEAD.value, DeliveryState.SILENCED.value)


def add(session: Session, *, item: ItemId, by: str, words: str | None, now: datetime) -> bool:
    """Note that an item is withdrawn; False if it was (primary key)."""
    return insert_one(session, WithdrawalRow, {"item_id": item, "at": now, "by": by, "words": words})


def listing(session: Session, *, item: ItemId | None = None) -> tuple[Withdrawal, ...]:
    """Return what was withdrawn, latest first: all of it, or one item (primary key)."""
    query = select(WithdrawalRow, ItemRow).where(col(ItemRow.id) == col(WithdrawalRow.item_id))
    if item is not None:
        query = query.where(col(WithdrawalRow.item_id) == item)
    rows = session.exec(query.order_by(col(WithdrawalRow.at).desc(), col(WithdrawalRow.item_id)))
    return tuple(
        Withdrawal(ItemId(row.item_id), row.at, row.by, item.title, item.source, item.url, row.words)
        for row, item in rows
    )


def events(session: Session, *, item: ItemId) -> tuple[Event, ...]:
    """Return the events that may name an item, in order of telling (the whole table: it is rare)."""
    named = type_coerce(col(EventRow.composed), Text).contains(f'"item":{item}', autoescape=True)
    keys = session.exec(select(EventRow.key).where(named).order_by(col(EventRow.id))).all()
    return outbox.events(session, keys=keys)


def arrived(session: Session, *, issues: Collection[int]) -> tuple[Delivery, ...]:
    """Return the deliveries of these issues that arrived, or may have, in order of enqueueing (ix_deliveries_issue_id).

    What is on its way may be read before it can be stopped.
    """
    sent = select(DeliveryRow).where(_may_have_arrived()).order_by(col(DeliveryRow.id))
    parts = (session.exec(sent.where(col(DeliveryRow.issue_id).in_(part))) for part in slices(tuple(issues)))
    return deliveries_of(session, chain.from_iterable(parts))


def stop(session: Session, *, events: Collection[str], by: str, now: datetime) -> tuple[Delivery, ...]:
    """Let deliveries of these events go out no more, now or by hand; return those that may have arrived.

    What waited to be told with one of them waits for others again (ix_deliveries_event, ix_deliveries_carrier_id).
    """
    sent: list[Delivery] = []
    for part in slices(tuple(events)):
        telling = select(DeliveryRow).where(col(DeliveryRow.event).in_(part)).order_by(col(DeliveryRow.id))
        rows = session.exec(telling.with_for_update()).all()
        sent += deliveries_of(session, [row for row in rows if row.carrier_id is None and _came(row)])
        over = [row.id for row in rows if row.state in _FINAL and row.id is not None]
        owed = [row.id for row in rows if row.state not in _FINAL and row.id is not None]
        _free(session, owed, now)
        detail = {"act": Act.WITHDRAWN, "detail": f"by {by}", "now": now}
        for some in slices(over):
            put(session, deliveries=some, values={}, **detail)  # type: ignore[arg-type]
        for some in slices(owed):
            values = ended(f"withdrawn by {by}; it may have been on its way", now) | {"carrier_id": None}
            put(session, deliveries=some, values=values, **detail)  # type: ignore[arg-type]
    return tuple(sent)


def _free(session: Session, carriers: Sequence[int], now: datetime) -> None:
    again = {"state": DeliveryState.PENDING.value, "carrier_id": None, "late": True, "next_attempt_at": now}
    for some in slices(carriers):
        session.exec(update(DeliveryRow).where(col(DeliveryRow.carrier_id).in_(some)).values(**again))


def _came(row: DeliveryRow) -> bool:
    return row.sent_at is not None or row.state == DeliveryState.SENDING.value


def _may_have_arrived() -> ColumnElement[bool]:
    return col(DeliveryRow.sent_at).is_not(None) | (col(DeliveryRow.state) == DeliveryState.SENDING.value)
