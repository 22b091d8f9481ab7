"""Issues as composed, and how far each digest has got."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import Session, col, select

from briefing.model import Issue, IssueId, ItemId, Occurrence
from briefing.store.batch import insert_new, insert_one
from briefing.store.tables import DigestRow, IssueItemRow, IssueRow

_ISSUE = TypeAdapter(Issue)


def known_since(session: Session, *, digest: str, now: datetime) -> datetime:
    """Return when the digest was first seen, which is now if it never was (primary key)."""
    insert_new(session, DigestRow, [{"id": digest, "known_since": now}])
    return first_known(session, digest=digest) or now


def first_known(session: Session, *, digest: str) -> datetime | None:
    """Return when the digest was first seen; None if it never was (primary key)."""
    return session.exec(select(DigestRow.known_since).where(col(DigestRow.id) == digest)).one_or_none()


def settle(session: Session, *, digest: str, occurrence: Occurrence) -> None:
    """Note that the occurrence was dealt with, by an issue or because there was nothing to say (primary key)."""
    values = {
        "settled_nominal": occurrence.nominal,
        "settled_slot": occurrence.slot,
        "settled_due": occurrence.due,
    }
    session.exec(update(DigestRow).where(col(DigestRow.id) == digest).values(**values))


def settled(session: Session, *, digest: str) -> Occurrence | None:
    """Return the last occurrence that was dealt with (primary key)."""
    row = session.exec(select(DigestRow).where(col(DigestRow.id) == digest)).one_or_none()
    if row is None or row.settled_nominal is None or row.settled_slot is None or row.settled_due is None:
        return None
    return Occurrence(row.settled_nominal, row.settled_slot, row.settled_due)


def add(session: Session, *, issue: Issue, items: Collection[ItemId] = ()) -> Issue:
    """Store an issue, and that its digest has dealt with these items; return it with its id.

    If one already stands for its occurrence (uq_issues_digest_nominal_slot), that one: so a second publisher changes
    nothing and sends what the first composed.
    """
    values = {
        "digest": issue.digest,
        "number": issue.number,
        "nominal": issue.nominal,
        "slot": issue.slot,
        "composed": _ISSUE.dump_python(replace(issue, id=None), mode="json"),
    }
    if insert_one(session, IssueRow, values):
        insert_new(session, IssueItemRow, [{"digest": issue.digest, "item_id": item} for item in items])
    same = (col(IssueRow.digest) == issue.digest, col(IssueRow.nominal) == issue.nominal)
    return _issue(session.exec(select(IssueRow).where(*same, col(IssueRow.slot) == issue.slot)).one())


def get(session: Session, *, issue: IssueId) -> Issue | None:
    """Return one issue as composed (primary key)."""
    row = session.exec(select(IssueRow).where(col(IssueRow.id) == issue)).one_or_none()
    return None if row is None else _issue(row)


def last(session: Session, *, digest: str) -> Issue | None:
    """Return the digest's latest issue (uq_issues_digest_number)."""
    return next(iter(listing(session, digest=digest, limit=1)), None)


def listing(session: Session, *, digest: str | None = None, limit: int = 50) -> tuple[Issue, ...]:
    """Return issues, newest first: of a digest (uq_issues_digest_number) or of all (primary key)."""
    query = select(IssueRow).limit(limit)
    if digest is None:
        query = query.order_by(col(IssueRow.id).desc())
    else:
        query = query.where(col(IssueRow.digest) == digest).order_by(col(IssueRow.number).desc())
    return tuple(_issue(row) for row in session.exec(query))


def _issue(row: IssueRow) -> Issue:
    return replace(_ISSUE.validate_python(_lifted(row.composed)), id=IssueId(row.id or 0))


def _lifted(composed: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored with single items as developments of one, which is how older versions wrote them."""
    stories = [
        story if "items" not in story else story | {"developments": [_alone(item) for item in story["items"]]}
        for story in composed["stories"]
    ]
    return composed | {"stories": stories}


def _alone(item: dict[str, Any]) -> dict[str, Any]:
    return {"lead": item, "publishers": [item["source"]], "first": item["at"]}
