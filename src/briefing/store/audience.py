"""Who gets a list, by whose consent, and who must never be written to again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from briefing.model import Recipient, Subscription, SubscriptionState
from briefing.store.batch import insert_new, insert_or_set, slices
from briefing.store.tables import SubscriberRow, SubscriptionRow, SuppressionRow


def mailbox(address: str) -> str:
    """Fold an address so that two spellings of one mailbox are the same."""
    return address.strip().casefold()


def add(
    session: Session,
    *,
    address: str,
    list: str,  # noqa: A002 - the glossary's word
    consent: str,
    now: datetime,
    state: SubscriptionState = SubscriptionState.CONFIRMED,
) -> Subscription:
    """Put an address on a list and return the subscription as it stands (uq_subscribers_mailbox, primary key).

    A subscription already in that state keeps its date and consent; any other takes the new ones.
    """
    folded = mailbox(address)
    insert_new(session, SubscriberRow, [{"mailbox": folded, "address": address.strip(), "created_at": now}])
    subscriber = session.exec(select(SubscriberRow).where(col(SubscriberRow.mailbox) == folded)).one()
    stored = session.get(SubscriptionRow, (list, subscriber.id))
    if stored is None or stored.state != state:
        row = {
            "list": list,
            "subscriber_id": subscriber.id,
            "state": state.value,
            "consent": consent,
            "since": now,
        }
        insert_or_set(session, SubscriptionRow, [row], key=("list", "subscriber_id"))
    return _select(session, col(SubscriptionRow.list) == list, col(SubscriberRow.mailbox) == folded)[0]


def remove(session: Session, *, address: str, list: str, now: datetime) -> bool:  # noqa: A002
    """Take an address off a list; False if it was not on it (uq_subscribers_mailbox, primary key)."""
    who = select(SubscriberRow.id).where(col(SubscriberRow.mailbox) == mailbox(address)).scalar_subquery()
    gone = SubscriptionState.UNSUBSCRIBED.value
    mine = (col(SubscriptionRow.list) == list, col(SubscriptionRow.subscriber_id) == who)
    statement = update(SubscriptionRow).where(*mine, col(SubscriptionRow.state) != gone)
    return session.exec(statement.values(state=gone, since=now)).rowcount == 1


def listing(session: Session, *, list: str | None = None) -> tuple[Subscription, ...]:  # noqa: A002
    """Return the subscriptions of one list (primary key) or of all, by address."""
    return _select(session, *([col(SubscriptionRow.list) == list] if list is not None else []))


def _select(session: Session, *conditions: ColumnElement[bool]) -> tuple[Subscription, ...]:
    joined = col(SubscriberRow.id) == col(SubscriptionRow.subscriber_id)
    barred = col(SuppressionRow.mailbox) == col(SubscriberRow.mailbox)
    query = select(SubscriptionRow, SubscriberRow.address, SuppressionRow.mailbox).join(SubscriberRow, joined)
    query = query.join(SuppressionRow, barred, isouter=True).where(*conditions)
    found = session.exec(query.order_by(col(SubscriptionRow.list), col(SubscriberRow.mailbox)))
    return tuple(_subscription(row, address, bar is not None) for row, address, bar in found)


def recipients(session: Session, *, list: str) -> tuple[Recipient, ...]:  # noqa: A002
    """Return whom an issue of the list goes to: confirmed and not suppressed (pk_subscriptions)."""
    confirmed = SubscriptionState.CONFIRMED
    found = (one for one in listing(session, list=list) if one.state is confirmed and not one.suppressed)
    return tuple(Recipient(one.address, list, one.since) for one in found)


def suppress(session: Session, *, address: str, reason: str, now: datetime) -> None:
    """Never write to the address again, on any list; the first reason stands (primary key)."""
    insert_new(session, SuppressionRow, [{"mailbox": mailbox(address), "reason": reason, "at": now}])


def suppressed(session: Session, *, addresses: Collection[str]) -> frozenset[str]:
    """Return which of these addresses, as spelt here, are suppressed (primary key)."""
    barred: set[str] = set()
    for part in slices([mailbox(address) for address in addresses]):
        barred.update(session.exec(select(SuppressionRow.mailbox).where(col(SuppressionRow.mailbox).in_(part))))
    return frozenset(address for address in addresses if mailbox(address) in barred)


def _subscription(row: SubscriptionRow, address: str, barred: bool) -> Subscription:
    return Subscription(address, row.list, SubscriptionState(row.state), row.consent, row.since, barred)
