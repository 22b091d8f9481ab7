"""Who gets a list, by whose consent, and who must never be written to again.

A mailbox that bounced or complained is suppressed by name. One that was erased is suppressed too, but nothing is left
of it but a keyed hash: it can be recognised when it comes again, and not be read.
"""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from briefing.model import Recipient, Subscription, SubscriptionState
from briefing.store.batch import insert_new, insert_or_set, slices, table
from briefing.store.engine import noted
from briefing.store.tables import SubscriberRow, SubscriptionRow, SuppressionRow

KEYED = "hmac-sha256:"  # begins the mailbox of a suppression that must not be readable


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
    locale: str | None = None,
) -> Subscription:
    """Put an address on a list and return the subscription as it stands (uq_subscribers_mailbox, primary key).

    A subscription already in that state keeps its date and consent; any other takes the new ones. `locale` counts on
    every list; without one what is known stays.
    """
    folded = mailbox(address)
    stored = standing(session, addresses=[address], list=list).get(folded)
    if stored is None or stored.state is not state:
        put(session, subscriptions=[Subscription(address.strip(), list, state, consent, now)], now=now)
    if locale is not None:
        speak(session, addresses=[address], locale=locale)
    return standing(session, addresses=[address], list=list)[folded]


def speak(session: Session, *, addresses: Collection[str], locale: str) -> None:
    """Note the language in which these, as far as they are known, want their mail (uq_subscribers_mailbox)."""
    for part in slices([mailbox(address) for address in addresses]):
        session.exec(update(SubscriberRow).where(col(SubscriberRow.mailbox).in_(part)).values(locale=locale))


def put(session: Session, *, subscriptions: Sequence[Subscription], now: datetime) -> None:
    """Write subscriptions of different mailboxes over whatever stands (uq_subscribers_mailbox, primary key).

    An address that is known keeps its spelling; a suppression is none of this function's business.
    """
    folded = [mailbox(one.address) for one in subscriptions]
    people = zip(folded, subscriptions, strict=True)
    insert_new(
        session, SubscriberRow, [{"mailbox": box, "address": one.address, "created_at": now} for box, one in people]
    )
    ids = _ids(session, folded)
    rows = [
        {
            "list": one.list,
            "subscriber_id": ids[mailbox(one.address)],
            "state": one.state.value,
            "consent": one.consent,
            "since": one.since,
        }
        for one in subscriptions
    ]
    insert_or_set(session, SubscriptionRow, rows, key=("list", "subscriber_id"))


def standing(session: Session, *, addresses: Collection[str], list: str) -> dict[str, Subscription]:  # noqa: A002
    """Return how these addresses stand on a list, by mailbox (uq_subscribers_mailbox, primary key)."""
    found: dict[str, Subscription] = {}
    people = _ids(session, [mailbox(address) for address in addresses])
    for part in slices([*people.values()]):
        stored = _select(session, col(SubscriptionRow.list) == list, col(SubscriptionRow.subscriber_id).in_(part))
        found |= {mailbox(one.address): one for one in stored}
    return found


def _ids(session: Session, mailboxes: Sequence[str]) -> dict[str, int | None]:
    ids: dict[str, int | None] = {}
    for part in slices(mailboxes):
        known = select(SubscriberRow.mailbox, SubscriberRow.id).where(col(SubscriberRow.mailbox).in_(part))
        ids |= dict(session.exec(known).all())
    return ids


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
    # Columns and not rows: of a list of many thousands, rows take five times as much memory.
    person, one, bar = table(SubscriberRow).c, table(SubscriptionRow).c, table(SuppressionRow)
    query = columns(person.address, one.list, one.state, one.consent, one.since, bar.c.mailbox, person.locale)
    query = query.join_from(table(SubscriptionRow), table(SubscriberRow))
    query = query.join(bar, bar.c.mailbox == person.mailbox, isouter=True).where(*conditions)
    found = session.connection().execute(query.order_by(one.list, person.mailbox))
    return tuple(
        Subscription(address, name, SubscriptionState(state), consent, since, barred is not None, locale)
        for address, name, state, consent, since, barred, locale in found
    )


def recipients(session: Session, *, list: str) -> tuple[Recipient, ...]:  # noqa: A002
    """Return whom an issue of the list goes to: confirmed and not suppressed (pk_subscriptions)."""
    confirmed = SubscriptionState.CONFIRMED
    found = (one for one in listing(session, list=list) if one.state is confirmed and not one.suppressed)
    return tuple(Recipient(one.address, list, one.since, one.locale) for one in found)


def suppress(session: Session, *, address: str, reason: str, now: datetime) -> None:
    """Never write to the address again, on any list; the first reason stands (primary key)."""
    insert_new(session, SuppressionRow, [{"mailbox": mailbox(address), "reason": reason, "at": now}])


def suppressed(session: Session, *, addresses: Collection[str]) -> frozenset[str]:
    """Return which of these addresses, as spelt here, are suppressed (primary key).

    Among them are those that were erased, and whatever stands in the ledger for one of these.
    """
    secret = _secret(session)
    forms = {address: (mailbox(address), _keyed(secret, address)) for address in addresses}
    barred = _barred(session, [form for both in forms.values() for form in both])
    return frozenset(address for address, both in forms.items() if "@" not in address or not barred.isdisjoint(both))


def erased(session: Session, *, addresses: Collection[str]) -> frozenset[str]:
    """Return which of these addresses, as spelt here, were erased (primary key)."""
    secret = _secret(session)
    forms = {address: _keyed(secret, address) for address in addresses}
    barred = _barred(session, [*forms.values()])
    return frozenset(address for address, form in forms.items() if form in barred)


def forget(session: Session, *, address: str, now: datetime) -> bool:
    """Suppress an address without its name; tell whether it was suppressed before (primary key).

    The store's secret must have been made.
    """
    named = session.exec(delete(SuppressionRow).where(col(SuppressionRow.mailbox) == mailbox(address))).rowcount
    insert_new(session, SuppressionRow, [{"mailbox": _keyed(_secret(session), address), "reason": "erased", "at": now}])
    return bool(named)


def readmit(session: Session, *, address: str) -> bool:
    """Let an address that was erased be written to again; False if it was not (primary key)."""
    form = _keyed(_secret(session), address)
    return session.exec(delete(SuppressionRow).where(col(SuppressionRow.mailbox) == form)).rowcount == 1


def _barred(session: Session, forms: Sequence[str]) -> frozenset[str]:
    barred: set[str] = set()
    for part in slices(forms):
        barred.update(session.exec(select(SuppressionRow.mailbox).where(col(SuppressionRow.mailbox).in_(part))))
    return frozenset(barred)


def _secret(session: Session) -> bytes:
    return bytes.fromhex(noted(session, name="secret") or "")


def _keyed(secret: bytes, address: str) -> str:
    return KEYED + hmac.new(secret, mailbox(address).encode(), hashlib.sha256).hexdigest()
