"""What became of claims: ended by a verdict, which is put on record, or given back.

Apart from `outbox`, which makes them. A lane at full speed ends hundreds of attempts a second, so a whole
batch of them is written in a few statements. What if we die here? Nothing of the batch is on record, its rows are
still `sending`, and what `outbox` says of those holds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple, assert_never

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, update
from sqlalchemy import select as columns
from sqlmodel import Session

from briefing.model import Dead, Delivered, Delivery, DeliveryState, Retry, Verdict
from briefing.store import audience, late
from briefing.store.batch import new_rows, slices, table
from briefing.store.prepared import Prepared
from briefing.store.tables import AttemptRow, DeliveryRow

_ROW = table(DeliveryRow)
_C, _A = _ROW.c, table(AttemptRow).c
_AT: BindParameter[datetime] = bindparam("at")
# These are run hundreds of times a second, so they are put together once.
_SENDING = (
    columns(_C.id, _C.epoch, _C.owner)
    .where(_C.state == DeliveryState.SENDING.value, _C.id.in_(bindparam("ids", expanding=True)))
    .order_by(_C.id)
    .with_for_update()
)
_SENT = Prepared(
    lambda _: (
        update(_ROW)
        .where(*held(bindparam("this"), bindparam("by"), bindparam("under")))
        .values(state=DeliveryState.SENT.value, owner=None, next_attempt_at=_AT, last_error=None, sent_at=_AT)
    ),
    ("this", "by", "under", "at"),
)
_ATTEMPTS = Prepared(
    lambda dialect: new_rows(dialect, AttemptRow).inline(),  # nobody asks for their numbers
    ("delivery_id", "epoch", "at", "duration_ms", "outcome", "detail"),
)
_STANDING = columns(_C.id, _C.epoch).where(
    _C.state == DeliveryState.SENT.value, _C.id.in_(bindparam("ids", expanding=True))
)
_RECORDED = columns(_A.delivery_id, _A.epoch).where(_A.delivery_id.in_(bindparam("ids", expanding=True)))
_Claim = tuple[int, int, str | None]


class Ended(NamedTuple):
    """An attempt that came to a verdict at `now`; a Retry with no next attempt is dead."""

    delivery: Delivery
    owner: str
    verdict: Verdict
    next_attempt_at: datetime | None
    now: datetime
    duration: timedelta


def record(session: Session, ended: Sequence[Ended]) -> list[bool]:
    """Write down what the far end said of deliveries, any number in one transaction (primary key).

    Return for each whether it was still ours; nothing is written of one that was not. A Dead that says so suppresses
    the address too.
    """
    sent = [one for one in ended if isinstance(one.verdict, Delivered)]
    others = [one for one in ended if not isinstance(one.verdict, Delivered)]
    ours = _set_sent(session, sent) | _ours(session, others)
    for one in others:
        if _claim(one) in ours:
            _set_otherwise(session, one)
    kept = [one for one in ended if _claim(one) in ours]
    if carriers := [one.delivery.id for one in kept if one.delivery.event is not None]:
        late.follow(session, carriers=carriers)
    if kept:
        _ATTEMPTS.run(session, [_attempt(one) for one in kept])
    return [_claim(one) in ours for one in ended]


def give_back(session: Session, claimed: Sequence[tuple[Delivery, str, datetime]]) -> list[None]:
    """Owe deliveries again that were claimed and not begun, with their owner and now; no attempt is counted."""
    first = case((_C.attempts <= 1, DeliveryState.PENDING.value), else_=DeliveryState.RETRY.value)
    back = update(_ROW).where(*held(bindparam("this"), bindparam("by"), bindparam("under")))
    back = back.values(state=first, attempts=_C.attempts - 1, owner=None, next_attempt_at=bindparam("at"))
    rows = [{"this": one.id, "by": owner, "under": one.epoch, "at": now} for one, owner, now in claimed]
    session.connection().execute(back, rows)
    return [None] * len(rows)


def _claim(one: Ended) -> _Claim:
    return one.delivery.id, one.delivery.epoch, one.owner


def _ours(session: Session, ended: Iterable[Ended]) -> set[_Claim]:
    """Return the claims that hold; their rows stay as they are until the transaction ends."""
    parts = slices([one.delivery.id for one in ended])
    rows = (row for part in parts for row in session.connection().execute(_SENDING, {"ids": part}))
    return {(number, epoch, owner) for number, epoch, owner in rows}


def held(number: object, owner: object, epoch: object) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of a row while it is sending under this claim."""
    sending = DeliveryState.SENDING.value
    return _C.id == number, _C.owner == owner, _C.epoch == epoch, _C.state == sending


def _set_sent(session: Session, ended: Sequence[Ended]) -> set[_Claim]:
    """Let deliveries stand as sent, and return the claims that held; what was replayed in vain arrived, then.

    Their number is all that is asked, unless it tells that some did not hold: nobody else has an epoch of ours.
    """
    if not ended:
        return set()
    connection, claims = session.connection(), {_claim(one) for one in ended}
    at = ended[-1].now  # of those that are on record in one transaction
    rows = [{"this": one.delivery.id, "by": one.owner, "under": one.delivery.epoch, "at": at} for one in ended]
    if _SENT.run(session, sorted(rows, key=itemgetter("this"))) == len(rows):
        return claims
    parts = [{"ids": part} for part in slices([one.delivery.id for one in ended])]
    stand = {(number, epoch) for part in parts for number, epoch in connection.execute(_STANDING, part)}
    before = {(number, epoch) for part in parts for number, epoch in connection.execute(_RECORDED, part)}
    return {claim for claim in claims if claim[:2] in stand - before}


def _set_otherwise(session: Session, one: Ended) -> None:
    state, detail = _standing(one)
    until = one.next_attempt_at if state is DeliveryState.RETRY else one.now
    stands = {"state": state.value, "owner": None, "next_attempt_at": until, "last_error": detail}
    session.connection().execute(update(_ROW).where(_C.id == one.delivery.id).values(**stands))
    to = one.delivery.recipient
    if isinstance(one.verdict, Dead) and one.verdict.suppress and to is not None:
        audience.suppress(session, address=to.address, reason=detail, now=one.now)


def _standing(one: Ended) -> tuple[DeliveryState, str]:
    match one.verdict:
        case Delivered(detail):
            return DeliveryState.SENT, detail
        case Retry(reason):
            return DeliveryState.DEAD if one.next_attempt_at is None else DeliveryState.RETRY, reason
        case Dead(reason):
            return DeliveryState.DEAD, reason
        case _:
            assert_never(one.verdict)


def _attempt(one: Ended) -> dict[str, object]:
    return {
        "delivery_id": one.delivery.id,
        "epoch": one.delivery.epoch,
        "at": one.now,
        "duration_ms": one.duration // timedelta(milliseconds=1),
        "outcome": type(one.verdict).__name__.lower(),
        "detail": _standing(one)[1],
    }
