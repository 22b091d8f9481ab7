"""What operators mute: the silences, and what becomes of the alerts that one holds.

    pending, retry ──mute──▶ silenced, for good; by hand it can be sent all the same (`deliveries`)

Apart from `withdrawals`, which ends what must not be sent. What if we die here? It all happens in the caller's
transaction: with the event its alerts are owed, and muted.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from briefing.model import Act, DeliveryState, Matchers, NewSilence, Silence, SilenceId
from briefing.store import late
from briefing.store.batch import slices
from briefing.store.deliveries import put
from briefing.store.tables import OPEN, UNSENT, DeliveryRow, SilenceRow

KEPT = timedelta(days=30)  # after it has expired
_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value)


def add(session: Session, *, silence: NewSilence) -> Silence:
    """Store a silence and return it with its id."""
    row = SilenceRow(
        matchers={key: list(values) for key, values in asdict(silence.matchers).items() if values},
        by=silence.by,
        comment=silence.comment,
        starts=silence.starts,
        expires=silence.expires,
    )
    session.add(row)
    session.flush()
    return _silence(row)


def active(session: Session, *, now: datetime) -> tuple[Silence, ...]:
    """Return the silences that hold now, by id (ix_silences_expires)."""
    return tuple(one for one in listing(session, after=now) if one.starts <= now)


def listing(session: Session, *, after: datetime | None = None) -> tuple[Silence, ...]:
    """Return all silences that are kept, or those that expire after a moment (ix_silences_expires), by id."""
    query = select(SilenceRow).order_by(col(SilenceRow.id))
    rows = session.exec(query if after is None else query.where(col(SilenceRow.expires) > after))
    return tuple(map(_silence, rows))


def found(session: Session, *, silence: SilenceId) -> Silence | None:
    """Return a silence by its id (primary key)."""
    row = session.get(SilenceRow, silence)
    return _silence(row) if row else None


def expire(session: Session, *, silences: Collection[SilenceId], now: datetime) -> frozenset[SilenceId]:
    """Let silences end now, or never begin, and return which of them had not ended (primary key)."""
    mine = (col(SilenceRow.id).in_(silences), col(SilenceRow.expires) > now)
    done = session.exec(select(SilenceRow.id).where(*mine).with_for_update()).all()
    session.exec(update(SilenceRow).where(*mine).values(expires=now))
    return frozenset(SilenceId(one or 0) for one in done)


def forget(session: Session, *, now: datetime) -> int:
    """Delete what expired long ago, and return how many (ix_silences_expires)."""
    return session.exec(delete(SilenceRow).where(col(SilenceRow.expires) < now - KEPT)).rowcount


def mute(session: Session, *, events: Collection[str], reason: str, now: datetime) -> int:
    """Let what waits to tell these events be silenced, and return how many deliveries that is (ix_deliveries_event).

    What is told in another message, or is on its way, stays as it is.
    """
    muted = 0
    silenced = {"state": DeliveryState.SILENCED.value, "late": False, "next_attempt_at": now, "last_error": reason}
    for some in slices(tuple(events)):
        mine = select(DeliveryRow.id).where(col(DeliveryRow.event).in_(some), col(DeliveryRow.carrier_id).is_(None))
        waiting = mine.where(col(DeliveryRow.state).in_(_WAITING)).order_by(col(DeliveryRow.id))
        ids = [one for one in session.exec(waiting.with_for_update()) if one is not None]
        for part in slices(ids):
            put(session, deliveries=part, values=silenced, act=Act.SILENCED, detail=reason, now=now)
            late.follow(session, carriers=part)
        muted += len(ids)
    return muted


def waiting(session: Session) -> frozenset[str]:
    """Return the keys of the events that are still to be told by a message of their own (ix_deliveries_due)."""
    mine = (OPEN, col(DeliveryRow.state).in_(_WAITING), col(DeliveryRow.carrier_id).is_(None))
    keys = select(DeliveryRow.event).where(*mine)
    return frozenset(key for key in session.exec(keys) if key)


def muted(session: Session, *, reason: str) -> int:
    """Count the deliveries that are silenced for a reason that begins so (ix_deliveries_unsent)."""
    silenced = col(DeliveryRow.state) == DeliveryState.SILENCED.value
    mine = (UNSENT, silenced, col(DeliveryRow.last_error).startswith(reason))
    return session.exec(select(func.count()).select_from(DeliveryRow).where(*mine)).one()


def _silence(row: SilenceRow) -> Silence:
    matchers = Matchers(**{key: tuple(values) for key, values in row.matchers.items()})
    return Silence(SilenceId(row.id or 0), matchers, row.by, row.starts, row.expires, row.comment)
