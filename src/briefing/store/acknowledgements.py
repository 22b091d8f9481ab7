"""What people acknowledged: one word a subject, the first; it stands until somebody takes it back.

Apart from `silences`, which hold alerts: here nothing is held, and later alerts only say who looks after it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from briefing.model import Acknowledgement, AcknowledgementId
from briefing.store.batch import insert_one, slices
from briefing.store.tables import AcknowledgementRow


def add(session: Session, *, subject: str, event: str, channel: str, by: str | None, now: datetime) -> bool:
    """Note that somebody looks after a subject; False if somebody does already (uq_acknowledgements_subject)."""
    row = {"subject": subject, "event": event, "at": now, "channel": channel, "by": by}
    return insert_one(session, AcknowledgementRow, row)


def acknowledged(session: Session, *, subjects: Collection[str]) -> dict[str, Acknowledgement]:
    """Return who looks after these subjects, those that somebody does (uq_acknowledgements_subject)."""
    query = select(AcknowledgementRow)
    parts = (session.exec(query.where(col(AcknowledgementRow.subject).in_(part))) for part in slices(tuple(subjects)))
    return {row.subject: _acknowledgement(row) for part in parts for row in part}


def of_events(session: Session, *, events: Collection[str]) -> dict[str, Acknowledgement]:
    """Return what was answered to these events themselves (whole table: there are few)."""
    query = select(AcknowledgementRow).where(col(AcknowledgementRow.event).in_(tuple(events)))
    return {row.event: _acknowledgement(row) for row in session.exec(query)}


def listing(session: Session) -> tuple[Acknowledgement, ...]:
    """Return all of them, latest first (whole table)."""
    query = select(AcknowledgementRow).order_by(col(AcknowledgementRow.at).desc(), col(AcknowledgementRow.id).desc())
    return tuple(map(_acknowledgement, session.exec(query)))


def remove(session: Session, *, ids: Collection[AcknowledgementId]) -> frozenset[AcknowledgementId]:
    """Take them back, and return which there were (primary key)."""
    mine = col(AcknowledgementRow.id).in_(tuple(ids))
    found = session.exec(select(AcknowledgementRow.id).where(mine).with_for_update()).all()
    session.exec(delete(AcknowledgementRow).where(mine))
    return frozenset(AcknowledgementId(one or 0) for one in found)


def _acknowledgement(row: AcknowledgementRow) -> Acknowledgement:
    return Acknowledgement(AcknowledgementId(row.id or 0), row.subject, row.event, row.at, row.channel, row.by)
