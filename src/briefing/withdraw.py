"""Shell: an item is withdrawn: it is shown no more, nothing of it is sent any more, and whoever was sent it is told.

    tombstone | its series | stop what tells it | who was sent it: in issues, in alerts | one correction for each

What if we die here? It is one transaction: the item stands as before, or everybody's correction is owed. Corrections go
out as all deliveries do, each under an id of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from briefing.detect import rulings
from briefing.edit import alert, recap
from briefing.edit.reminders import overdue_key
from briefing.errors import BriefingError
from briefing.model import (
    Act,
    Delivery,
    Event,
    Issue,
    IssueId,
    ItemId,
    NewDelivery,
    StoryId,
    SubscriptionState,
    Wanted,
    Withdrawal,
)
from briefing.store import audience, deliveries, engine, items, outbox, stories, tellings, traces, withdrawals
from briefing.store import issues as stored
from briefing.tell import Teller


class WithdrawError(BriefingError):
    """There is no such item, or it was withdrawn before."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did: who is told, by address or channel, and who was sent the item and is not.

    `left` have unsubscribed or must not be written to; `lost` are channels that left the configuration.
    """

    item: Withdrawal
    told: tuple[str, ...]
    left: tuple[str, ...]
    lost: tuple[str, ...]


def withdraw(
    session: Session,
    teller: Teller,
    titles: Mapping[StoryId, str],
    *,
    item: ItemId,
    words: str | None,
    by: str,
    now: datetime,
    silent: bool = False,
) -> Withdrawn:
    """Withdraw an item, in the caller's transaction; `silent` tells nobody. WithdrawError if it cannot be."""
    engine.queue(session)  # nothing of it is told meanwhile
    if items.found(session, item=item) is None or not withdrawals.add(session, item=item, by=by, words=words, now=now):
        raise WithdrawError(f"no item {item}, or it was withdrawn before")
    (gone,) = withdrawals.listing(session, item=item)
    matched = [match.story for match in traces.matches(session, item=item)]
    reminders = [key for story in matched for key in _leave(session, story, item)]
    quoting = tellings.keys_of(session, conditions=reminders)
    withdrawals.stop(session, events=quoting, by=by, now=now)
    shown = {one.id: one for one in stored.showing(session, item=item) if one.id is not None}
    telling = [event.key for event in withdrawals.events(session, item=item) if alert.tells(event, item)]
    sent = [*withdrawals.arrived(session, issues=shown), *withdrawals.stop(session, events=telling, by=by, now=now)]
    _drop_empty(session, [*shown.values()], by, now)
    first = next(iter(matched), None)
    event = alert.withdrawn(gone, first, titles.get(first) if first else None)
    return _tell(session, teller, event, gone, sent if not silent else [], shown, now)


def _leave(session: Session, story: StoryId, item: ItemId) -> Iterator[str]:
    """Take an item out of a story's series; yield the keys of reminders of what it promised."""
    for series in stories.ledger(session, story=story, hold=True):
        yield from (overdue_key(series, promise) for promise in series.promises if promise.made_by == item)
        if (left := rulings.withdraw(series, item)) != series:
            stories.save(session, series=left)


def _drop_empty(session: Session, shown: Sequence[Issue], by: str, now: datetime) -> None:
    """Let issues that have nothing left to say wait no more."""
    for issue in shown:
        if not recap.speaks(issue):
            wanted = Wanted(issue=issue.id)
            deliveries.perform(session, act=Act.CANCELLED, by=by, now=now, wanted=wanted)


def _tell(
    session: Session,
    teller: Teller,
    event: Event,
    gone: Withdrawal,
    sent: Sequence[Delivery],
    shown: Mapping[IssueId, Issue],
    now: datetime,
) -> Withdrawn:
    """Owe one correction to each who was sent the item, and may still be written to."""
    each = {_ear(one): one for one in reversed(sent)}
    left = frozenset(_left(session, [*each.values()]))
    rows: dict[str, NewDelivery | None] = {}
    for ear, one in each.items():
        if ear not in left:
            rows[ear] = teller.corrected(event, one, shown.get(one.issue) if one.issue else None)
    owed = [row for row in rows.values() if row is not None]
    if owed:
        outbox.tell(session, events=[event])
        outbox.enqueue(session, deliveries=owed, now=now)
    told = tuple(sorted(ear for ear, row in rows.items() if row is not None))
    return Withdrawn(gone, told, tuple(sorted(left)), tuple(sorted(rows.keys() - {*told})))


def _ear(one: Delivery) -> str:
    """Name who got a delivery: a mailbox, however it is spelt, or a channel."""
    return audience.mailbox(one.recipient.address) if one.recipient else one.channel


def _left(session: Session, sent: Sequence[Delivery]) -> Iterator[str]:
    """Yield those that must not be written to, or have left the list by which they got the item."""
    mailed = {_ear(one): one.recipient for one in sent if one.recipient}
    barred = audience.suppressed(session, addresses=[who.address for who in mailed.values()])
    yield from (ear for ear, who in mailed.items() if who.address in barred)
    for name in {who.list for who in mailed.values() if who.list}:
        mine = [who.address for who in mailed.values() if who.list == name]
        standing = audience.standing(session, addresses=mine, list=name)
        confirmed = {ear for ear, one in standing.items() if one.state is SubscriptionState.CONFIRMED}
        yield from {audience.mailbox(address) for address in mine} - confirmed
