"""The outbox as an operator asks it: who got what, every attempt at it, and what a person does about it.

Apart from `outbox`, which the relay works with all day: these questions come now and then and may read a whole table.
What a person does is written among the attempts, with who and when, under an epoch of its own. What if we die here?
An act is one transaction: all of it was done and noted, or nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, func, not_, or_, update
from sqlmodel import Session, col, select

from briefing.model import Act, Attempt, Delivery, DeliveryId, DeliveryState, Wanted
from briefing.store import late
from briefing.store.batch import insert_new, slices
from briefing.store.delivery_rows import deliveries_of
from briefing.store.tables import OPEN, OPEN_STATES, UNSENT, UNSENT_STATES, AttemptRow, DeliveryRow

EVERY = Wanted()
_FINAL = (DeliveryState.SENT.value, DeliveryState.DEAD.value)
_BACK = (DeliveryState.DEAD.value, DeliveryState.RETRY.value, DeliveryState.SILENCED.value)  # if it is named
_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)


def listing(session: Session, *, wanted: Wanted = EVERY, limit: int = 50) -> tuple[Delivery, ...]:
    """Return deliveries, newest first (primary key; of an issue: ix_deliveries_issue_id)."""
    query = select(DeliveryRow).where(*_are(wanted)).order_by(col(DeliveryRow.id).desc()).limit(limit)
    return deliveries_of(session, session.exec(query))


def telling(session: Session, *, event: str) -> dict[str, Delivery]:
    """Return the deliveries of an event, by their keys (ix_deliveries_event)."""
    query = select(DeliveryRow).where(col(DeliveryRow.event) == event).order_by(col(DeliveryRow.id))
    rows = session.exec(query).all()
    return dict(zip((row.key for row in rows), deliveries_of(session, rows), strict=True))


def counts(session: Session, *, wanted: Wanted) -> dict[DeliveryState, int]:
    """Return how many deliveries stand in each state, those that are in none left out."""
    query = select(DeliveryRow.state, func.count()).where(*_are(wanted)).group_by(col(DeliveryRow.state))
    many = dict(session.exec(query).all())
    return {state: many[state.value] for state in DeliveryState if state.value in many}


def attempts(session: Session, *, delivery: DeliveryId) -> tuple[Attempt, ...]:
    """Return what became of each attempt at a delivery, and what was done to it, oldest first (uq_attempts)."""
    query = select(AttemptRow).where(col(AttemptRow.delivery_id) == delivery).order_by(col(AttemptRow.epoch))
    return tuple(
        Attempt(row.epoch, row.at, timedelta(milliseconds=row.duration_ms), row.outcome, row.detail)
        for row in session.exec(query)
    )


def subject(session: Session, *, act: Act, wanted: Wanted = EVERY) -> frozenset[DeliveryId]:
    """Return which deliveries an act would be done to.

    Retried is what is dead, and what waits for a retry or is silenced if it is named; replayed, what is dead or was
    sent; cancelled, what waits. For one that was told with others, its carrier is retried or replayed. What was
    cancelled comes back if it is named; what tells a withdrawn item never does.
    """
    return frozenset(DeliveryId(one or 0) for one in session.exec(select(DeliveryRow.id).where(*_subject(act, wanted))))


def perform(
    session: Session, *, act: Act, by: str, now: datetime, wanted: Wanted = EVERY, anew: bool = False
) -> frozenset[DeliveryId]:
    """Do it, note who did and return to which deliveries: owed from now on with all attempts ahead, or dead.

    Each keeps its Message-ID or webhook-id, so that a far end knows what it has, but for `anew`.
    """
    query = select(DeliveryRow.id).where(*_subject(act, wanted)).order_by(col(DeliveryRow.id))
    done = [one for one in session.exec(query.with_for_update()) if one is not None]
    values = ended(f"cancelled by {by}", now) if act is Act.CANCELLED else _owed(now)
    for some in slices(done):
        put(session, deliveries=some, values=values, act=act, detail=f"by {by}", now=now)
        if anew:
            _rename(session, some)
        late.follow(session, carriers=some)
    return frozenset(map(DeliveryId, done))


def put(
    session: Session, *, deliveries: Sequence[int], values: Mapping[str, Any], act: Act, detail: str, now: datetime
) -> None:
    """Change deliveries and note the act; whoever held one finds its epoch gone (primary key).

    At most a slice of them.
    """
    mine = update(DeliveryRow).where(col(DeliveryRow.id).in_(deliveries))
    session.exec(mine.values(**values, epoch=col(DeliveryRow.epoch) + 1))
    epochs = session.exec(select(DeliveryRow.id, DeliveryRow.epoch).where(col(DeliveryRow.id).in_(deliveries)))
    noted = {"at": now, "duration_ms": 0, "outcome": act.value, "detail": detail}
    insert_new(session, AttemptRow, [{"delivery_id": one, "epoch": epoch, **noted} for one, epoch in epochs])


def _owed(now: datetime) -> dict[str, object]:
    return {"state": DeliveryState.RETRY.value, "owner": None, "attempts": 0, "next_attempt_at": now}


def ended(reason: str, now: datetime) -> dict[str, object]:
    """Return what makes a delivery dead."""
    dead = DeliveryState.DEAD.value
    return {"state": dead, "owner": None, "late": False, "next_attempt_at": now, "last_error": reason}


def _subject(act: Act, wanted: Wanted) -> Iterator[ColumnElement[bool] | TextClause]:
    named = wanted.ids is not None
    match act:
        case Act.RETRIED:
            states: Collection[str] = _BACK if named else (DeliveryState.DEAD.value,)
        case Act.REPLAYED:
            states = _FINAL
        case _:
            states = _WAITING
    yield from _in(states)
    yield col(DeliveryRow.carrier_id).is_(None)
    if act is not Act.CANCELLED:
        yield not_(_was(Act.WITHDRAWN))
        if not named:
            yield not_(_was(Act.CANCELLED, latest=True))
    yield from _are(wanted, carriers=act is not Act.CANCELLED)


def _in(states: Collection[str]) -> Iterator[ColumnElement[bool] | TextClause]:
    """Yield that a delivery is in one of these states, and what names the index that holds them, if one does."""
    yield col(DeliveryRow.state).in_(states)
    for index, held in ((OPEN, OPEN_STATES), (UNSENT, UNSENT_STATES)):
        if set(states) <= set(held):
            yield index


def _was(act: Act, *, latest: bool = False) -> ColumnElement[bool]:
    """Ask the attempts whether it was done to a delivery, or was what was done last (uq_attempts)."""
    noted = select(AttemptRow.id).where(
        col(AttemptRow.delivery_id) == col(DeliveryRow.id), col(AttemptRow.outcome) == act.value
    )
    return (noted.where(col(AttemptRow.epoch) == col(DeliveryRow.epoch)) if latest else noted).exists()


def _are(wanted: Wanted, *, carriers: bool = False) -> Iterator[ColumnElement[bool] | TextClause]:
    """Yield what makes a delivery a wanted one; of named ones that were told with others, also their `carriers`."""
    if wanted.ids is not None:
        told_in = select(DeliveryRow.carrier_id).where(col(DeliveryRow.id).in_(wanted.ids))
        named = col(DeliveryRow.id).in_(wanted.ids)
        yield or_(named, col(DeliveryRow.id).in_(told_in)) if carriers else named
    if wanted.states is not None:
        yield from _in([state.value for state in wanted.states])
    if wanted.addresses is not None:
        folded = [address.casefold() for address in wanted.addresses]
        yield func.lower(col(DeliveryRow.address)).in_(folded)
    if wanted.since is not None:
        yield or_(col(DeliveryRow.created_at) >= wanted.since, col(DeliveryRow.sent_at) >= wanted.since)
    if wanted.alerts:
        yield col(DeliveryRow.issue_id).is_(None)
    equal = (
        (DeliveryRow.issue_id, wanted.issue),
        (DeliveryRow.channel, wanted.channel),
        (DeliveryRow.carrier_id, wanted.carrier),
    )
    yield from (col(column) == value for column, value in equal if value is not None)


def _rename(session: Session, deliveries: Sequence[int]) -> None:
    """Give deliveries ids that no far end has seen: the epoch makes them so (a webhook-id may hold no full stop)."""
    rows = session.exec(select(DeliveryRow).where(col(DeliveryRow.id).in_(deliveries))).all()
    for row in rows:
        name, at, domain = row.message_id.partition("@")
        row.message_id = f"{name}_{row.epoch}{at}{domain}"
    session.flush()
