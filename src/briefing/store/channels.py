"""How the far ends of channels stand, and what they call what is there, so that a restart does not forget it.

Apart from `deliveries`, in which what waits for them is. What if we die here? A verdict is counted here before it is
recorded of its delivery: that comes due again and brings another, which is counted too.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from briefing.model import WELL, DeliveryState, LaneStanding
from briefing.store.batch import insert_new, insert_or_set
from briefing.store.engine import secret
from briefing.store.tables import OPEN, ChannelRow, DeliveryRow, ThreadRow

_WAITING = (DeliveryState.PENDING.value, DeliveryState.RETRY.value, DeliveryState.SENDING.value)


def standings(session: Session) -> dict[str, LaneStanding]:
    """Return how each channel that was ever configured stands, by its id."""
    return {row.id: _standing(row) for row in session.exec(select(ChannelRow))}


def standing(session: Session, *, channel: str) -> LaneStanding:
    """Return how a channel stands, and keep others from changing it meanwhile (primary key)."""
    row = session.exec(select(ChannelRow).where(col(ChannelRow.id) == channel).with_for_update()).first()
    return _standing(row) if row else WELL


def put(session: Session, *, channel: str, standing: LaneStanding) -> None:
    """Write down how a channel stands (primary key)."""
    session.exec(update(ChannelRow).where(col(ChannelRow.id) == channel).values(**asdict(standing)))


def align(session: Session, *, addresses: Mapping[str, str]) -> dict[str, LaneStanding]:
    """Know the channels of the configuration by all that says where each leads, of which a fingerprint is kept.

    Return how those stood that lead elsewhere now; they stand well from now on, and no message of ours is there.
    """
    key = secret(session)
    prints = {name: hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for name, text in addresses.items()}
    stored = {row.id: row for row in session.exec(select(ChannelRow))}
    moved = {name for name, given in prints.items() if name in stored and stored[name].address != given}
    before = {name: _standing(stored[name]) for name in moved}
    well = asdict(WELL)
    insert_new(session, ChannelRow, [{"id": n, "address": p, **well} for n, p in prints.items() if n not in stored])
    insert_or_set(session, ChannelRow, [{"id": n, "address": prints[n], **well} for n in moved], key=("id",))
    session.exec(delete(ThreadRow).where(col(ThreadRow.channel).in_(moved)))
    return before


def take(session: Session, *, channel: str, owner: str, now: datetime, lease: timedelta) -> bool:
    """Tell whether this process is the one that sends to a channel: no other is, or it was not heard of for a lease.

    Else the far end would be written to twice as fast as it bears. A SQLite database has one process.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True
    row = session.exec(select(ChannelRow.relay, ChannelRow.relay_until).where(col(ChannelRow.id) == channel)).first()
    if row and row[0] == owner and row[1] and row[1] > now + lease / 2:
        return True
    free = col(ChannelRow.relay).is_(None) | (col(ChannelRow.relay) == owner) | (col(ChannelRow.relay_until) <= now)
    ours = update(ChannelRow).where(col(ChannelRow.id) == channel, free)
    return session.exec(ours.values(relay=owner, relay_until=now + lease)).rowcount == 1


def leave(session: Session, *, owner: str) -> None:
    """Let another process send to the channels of this one (the whole table: there are a few)."""
    session.exec(update(ChannelRow).where(col(ChannelRow.relay) == owner).values(relay=None, relay_until=None))


def reference(session: Session, *, channel: str, thread: str) -> str | None:
    """Return what the far end calls the thread, or the last message in it; None if there is none (primary key)."""
    row = session.get(ThreadRow, (channel, thread))
    return row.reference if row else None


def refer(session: Session, *, channel: str, thread: str, reference: str) -> None:
    """Remember what the far end calls it from now on (primary key)."""
    row = {"channel": channel, "thread": thread, "reference": reference}
    insert_or_set(session, ThreadRow, [row], key=("channel", "thread"))


def waiting(session: Session) -> dict[str, int]:
    """Return how many deliveries wait for each channel (ix_deliveries_due)."""
    query = select(DeliveryRow.lane, func.count()).where(OPEN, col(DeliveryRow.state).in_(_WAITING))
    query = query.where(col(DeliveryRow.carrier_id).is_(None)).group_by(col(DeliveryRow.lane))
    return dict(session.exec(query).all())


def _standing(row: ChannelRow) -> LaneStanding:
    return LaneStanding(row.failures, row.since, row.failed_at, row.until, row.disabled_at, row.reason)
