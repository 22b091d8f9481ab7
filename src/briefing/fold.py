"""Alerts that come late are told in one message to each address: what was missed, and the first few of it.

    mark what came due long ago | what has settled | one of it: release | several: one event, one message, carry

After three days asleep thirty alerts are no news, and thirty messages hide the one that matters. Only what people read
is folded: a program that takes a signed webhook gets every event. Below the shells, beside `remember`, above `tell`.

What if we die here? It all happens in the caller's transaction. A second process waits for its rows and finds them
carried.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from briefing.edit import alert
from briefing.model import SETTLE, Delivery
from briefing.store import late, outbox
from briefing.tell import Teller


def fold(session: Session, *, lane: str, teller: Teller, now: datetime, patient: bool, together: bool) -> None:
    """Fold the alerts of a lane that were held long enough, and the late ones that have settled.

    All late ones are at once, if we are not `patient`.

    Where they may not be told `together`, each that is late is released: its channel was another one when it came.
    """
    if together:
        late.mark(session, lane=lane, before=now - teller.max_age, until=now + SETTLE)
    for group in late.settled(session, lane=lane, now=now, patient=patient):
        if len(group) == 1 or not together:
            late.release(session, deliveries=group, now=now)
        else:
            _as_one(session, group, teller, now)


def _as_one(session: Session, group: Sequence[Delivery], teller: Teller, now: datetime) -> None:
    told = outbox.events(session, keys=[one.event for one in group if one.event])
    event = alert.missed(told, now, held=group[0].held)
    carrier = teller.anew(event, group[0])
    outbox.tell(session, events=[event])
    outbox.enqueue(session, deliveries=[carrier], now=now)
    late.carry(session, carrier=carrier.key, deliveries=group)
