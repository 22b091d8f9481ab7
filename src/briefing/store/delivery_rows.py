"""A delivery as a row, and back. Apart from `outbox` and `late`, which say what becomes of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row as Columns
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from briefing.model import (
    ISSUES,
    LETTERS,
    SETTLE,
    Delivery,
    DeliveryId,
    DeliveryState,
    IssueId,
    NewDelivery,
    Recipient,
)
from briefing.store.batch import slices, table
from briefing.store.tables import DeliveryRow, PayloadRow

_C, _P = table(DeliveryRow).c, table(PayloadRow).c
# What a claim reads; columns and not rows, which cost three times as much, and of them only what it needs.
CLAIMED = (
    *(_C.id, _C.channel, _C.message_id, _C.epoch, _C.attempts, _C.created_at, _C.issue_id, _C.event),
    *(_C.address, _C.list, _C.since, _C.locale, _C.recall, _C.sent_at, _C.last_error),
    columns(_P.payload).where(_P.delivery_id == _C.id).scalar_subquery().label("payload"),
)


def new_row(delivery: NewDelivery, now: datetime) -> dict[str, object]:
    """Return the row that owes a message from now on, or from when it has settled, if late, or is held no more."""
    recipient = delivery.recipient
    return {
        "key": delivery.key,
        "channel": delivery.channel,
        "lane": lane(delivery),
        "message_id": delivery.message_id,
        "state": DeliveryState.PENDING.value,
        "created_at": now,
        "next_attempt_at": delivery.until or (now + SETTLE if delivery.late else now),
        "address": recipient.address if recipient else None,
        "list": recipient.list if recipient else None,
        "since": recipient.since if recipient else None,
        "locale": recipient.locale if recipient else None,
        "recall": recipient.recall if recipient else None,
        "issue_id": delivery.issue,
        "event": delivery.event,
        "late": delivery.late or delivery.until is not None,
        "held": delivery.until is not None,
    }


def lane(delivery: NewDelivery) -> str:
    """Return the lane of a message: issues, other mail, or its channel."""
    if delivery.recipient is None:
        return delivery.channel
    return LETTERS if delivery.issue is None else ISSUES


def _recipient(row: DeliveryRow | Columns[Any]) -> Recipient | None:
    if row.address is None:
        return None
    recall = None if row.recall is None else tuple(map(IssueId, row.recall))
    return Recipient(row.address, row.list, row.since, row.locale, recall)


def deliveries_of(session: Session, rows: Iterable[DeliveryRow]) -> tuple[Delivery, ...]:
    """Return what rows say, and what is posted by each (primary keys)."""
    found = tuple(rows)
    posted = select(PayloadRow)
    parts = (posted.where(col(PayloadRow.delivery_id).in_(part)) for part in slices([row.id for row in found]))
    payloads = {one.delivery_id: one.payload for part in parts for one in session.exec(part)}
    return tuple(_delivery(row, payloads.get(row.id or 0)) for row in found)


def _delivery(row: DeliveryRow, payload: dict[str, Any] | None) -> Delivery:
    return Delivery(
        id=DeliveryId(row.id or 0),
        channel=row.channel,
        message_id=row.message_id,
        state=DeliveryState(row.state),
        epoch=row.epoch,
        attempts=row.attempts,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        recipient=_recipient(row),
        issue=None if row.issue_id is None else IssueId(row.issue_id),
        event=row.event,
        payload=payload,
        sent_at=row.sent_at,
        last_error=row.last_error,
        held=row.held and row.late,
        carrier=None if row.carrier_id is None else DeliveryId(row.carrier_id),
    )


def claimed_of(row: Columns[Any], *, until: datetime) -> Delivery:
    """Return what the columns of a row that is due say, as it stands once it is claimed until a moment."""
    return Delivery(
        id=row.id,
        channel=row.channel,
        message_id=row.message_id,
        state=DeliveryState.SENDING,
        epoch=row.epoch + 1,
        attempts=row.attempts + 1,
        created_at=row.created_at,
        next_attempt_at=until,
        recipient=_recipient(row),
        issue=row.issue_id,
        event=row.event,
        payload=row.payload,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )
