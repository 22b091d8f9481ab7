"""Forgetting a person: what is theirs goes, and what must stay in the ledger does not name them.

Apart from `audience`, which is about who gets what: an erasure goes through every table that can hold an address.

What if we die here? Everything is in the caller's transaction: all of it is gone, or nothing is. A message that is on
its way while it commits may still arrive; whoever sends it finds the delivery dead and writes nothing down.
"""

import json
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Text, delete, type_coerce, update
from sqlmodel import Session, col, or_, select

from briefing.model import DeliveryState, Erased
from briefing.store import audience, engine
from briefing.store.columns import Row
from briefing.store.tables import (
    AcknowledgementRow,
    AttemptRow,
    DeliveryRow,
    EventRow,
    PayloadRow,
    SettingRow,
    SilenceRow,
    SubscriberRow,
    SubscriptionRow,
    SuppressionRow,
)

PLACEHOLDER = "erased-"  # and a random word, which links the rows of one erasure to each other and to nobody
_ENDED = {
    DeliveryState.PENDING.value: "erased",
    DeliveryState.RETRY.value: "erased",
    DeliveryState.SENDING.value: "erased while it was on its way; it may have arrived",
}
# every column that can quote an address
_QUOTING: tuple[tuple[type[Row], tuple[str, ...]], ...] = (
    (DeliveryRow, ("key", "address", "last_error")),
    (PayloadRow, ("payload",)),
    (AttemptRow, ("detail",)),
    (SuppressionRow, ("reason",)),
    (SettingRow, ("value",)),
    (SilenceRow, ("by", "comment")),
    (AcknowledgementRow, ("by",)),
    (EventRow, ("composed",)),  # it may say who acknowledged
    (SubscriptionRow, ("consent",)),  # another's: "told by ann@example.org"
)


def erase(session: Session, *, spellings: Collection[str], now: datetime) -> Erased:
    """Forget the person whose one address is spelt so, and never write to it again (whole tables: it is rare).

    Of a waiting delivery nothing is sent. What was sent or is dead stays, with its dates and verdicts, under a
    placeholder that nothing is ever sent to. What rows were before may stay in the database's files, where nothing
    reads it, until a vacuum.
    """
    engine.secret(session)
    subscriptions, more = _remove_subscriber(session, spellings)
    names = {*spellings, *more}
    boxes = {audience.mailbox(name) for name in names}
    named = [audience.forget(session, address=box, now=now) for box in boxes]
    waiting = _end_waiting(session, names, boxes, now)
    placeholder = PLACEHOLDER + secrets.token_hex(6)
    covered = [one for row, columns in _QUOTING for one in _cover(session, row, columns, names, placeholder)]
    deliveries = {one.id for one in covered if isinstance(one, DeliveryRow)}
    deliveries |= {one.delivery_id for one in covered if isinstance(one, PayloadRow)}
    return Erased(subscriptions, waiting, len(deliveries), any(named))


def mentions(spellings: Collection[str]) -> re.Pattern[str]:
    """Return what finds an address in text: however it is cased, quoted for a URL or escaped for HTML."""
    forms = "|".join(map(re.escape, sorted(_forms(spellings), key=len, reverse=True)))
    return re.compile(rf"(?<![\w.+-])(?:{forms})(?![\w-]|\.\w)", re.IGNORECASE)


def _forms(spellings: Collection[str]) -> set[str]:
    ways = (str, escape, quote, lambda one: quote(one, safe="@"), lambda one: quote(one, safe="+"))
    return {way(one) for one in spellings for way in ways}


def _remove_subscriber(session: Session, spellings: Collection[str]) -> tuple[int, Sequence[str]]:
    """Remove the person and their subscriptions; return how many, and how the address was spelt."""
    boxes = {audience.mailbox(one) for one in spellings}
    people = session.exec(
        select(SubscriberRow.id, SubscriberRow.address).where(col(SubscriberRow.mailbox).in_(boxes))
    ).all()
    ids = [id_ for id_, _ in people]
    gone = session.exec(delete(SubscriptionRow).where(col(SubscriptionRow.subscriber_id).in_(ids))).rowcount
    session.exec(delete(SubscriberRow).where(col(SubscriberRow.id).in_(ids)))
    return gone, [address for _, address in people]


def _end_waiting(session: Session, names: Collection[str], boxes: Collection[str], now: datetime) -> int:
    """Let nothing be sent to these any more, not even what is on its way; return how many deliveries that ended."""
    owed = select(DeliveryRow.id, DeliveryRow.state, DeliveryRow.address).where(
        col(DeliveryRow.state).in_(_ENDED), _quotes(DeliveryRow, ("address",), names)
    )
    held = session.exec(owed.with_for_update())
    mine = [(id_, state) for id_, state, address in held if audience.mailbox(address or "") in boxes]
    for id_, state in mine:
        dead = {"state": DeliveryState.DEAD.value, "owner": None, "next_attempt_at": now, "last_error": _ENDED[state]}
        session.exec(update(DeliveryRow).where(col(DeliveryRow.id) == id_).values(**dead))
    return len(mine)


def _cover(
    session: Session, row: type[Row], columns: Sequence[str], names: Collection[str], placeholder: str
) -> list[Row]:
    """Put a placeholder wherever these columns name one of these; return the rows in which they did."""
    pattern = mentions(names)
    found = session.exec(select(row).where(_quotes(row, columns, names))).all()
    changes = [(one, _covered(one, columns, pattern, placeholder)) for one in found]
    for one, changed in changes:
        one.sqlmodel_update(changed)
    session.flush()
    return [one for one, changed in changes if changed]


def _quotes(row: type[Row], columns: Sequence[str], names: Collection[str]) -> ColumnElement[bool]:
    texts = [type_coerce(col(getattr(row, name)), Text) for name in columns]
    return or_(*(text.icontains(form, autoescape=True) for text in texts for form in _forms(names)))


def _covered(row: Row, columns: Sequence[str], pattern: re.Pattern[str], placeholder: str) -> dict[str, Any]:
    """Return the columns that change, with their new values."""
    changed: dict[str, Any] = {}
    for name in columns:
        value = getattr(row, name)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if (safe := pattern.sub(placeholder, text)) != text:
            changed[name] = safe if isinstance(value, str) else json.loads(safe)
    return changed
