"""Issues as composed, and how far each digest has got."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, type_coerce, update
from sqlmodel import Session, col, or_, select

from briefing.model import DeliveryState, Issue, IssueId, ItemId, Occurrence, StoryId
from briefing.store import tombstones, withdrawals
from briefing.store.audience import mailbox
from briefing.store.batch import insert_new, insert_one, slices
from briefing.store.columns import Text
from briefing.store.tables import DeliveryRow, DigestRow, IssueItemRow, IssueRow

_ISSUE = TypeAdapter(Issue)
_RECALLED = 40  # issues that are searched for what a reader was sent last


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
    return _issues(session, [session.exec(select(IssueRow).where(*same, col(IssueRow.slot) == issue.slot)).one()])[0]


def get(session: Session, *, issue: IssueId) -> Issue | None:
    """Return one issue as composed, without what was withdrawn since (primary key)."""
    return next(iter(_issues(session, session.exec(select(IssueRow).where(col(IssueRow.id) == issue)).all())), None)


def last(session: Session, *, digest: str) -> Issue | None:
    """Return the digest's latest issue (uq_issues_digest_number)."""
    return next(iter(listing(session, digest=digest, limit=1)), None)


def recalled(session: Session, *, issue: Issue) -> dict[StoryId, dict[str, IssueId]]:
    """Return, for each story of an issue, the earlier issue of its digest in which each address was told of it last.

    What is still on its way counts, what is dead does not. It looks at the last `_RECALLED` issues, whose stored form
    says which stories they told (uq_issues_digest_number, ix_deliveries_issue_id).
    """
    earlier = [one for one in listing(session, digest=issue.digest, limit=_RECALLED) if one.number < issue.number]
    return {told.story: _last_sent(session, _telling(told.story, earlier)) for told in issue.stories}


def _telling(story: StoryId, issues: Sequence[Issue]) -> list[IssueId]:
    shares = ((one, told) for one in issues for told in one.stories if told.story == story)
    return [one.id for one, told in shares if one.id is not None and (told.parts or told.developments)]


def _last_sent(session: Session, issues: Sequence[IssueId]) -> dict[str, IssueId]:
    if not issues:
        return {}
    last = select(DeliveryRow.address, func.max(DeliveryRow.issue_id)).group_by(col(DeliveryRow.address))
    arrived = or_(col(DeliveryRow.state) != DeliveryState.DEAD.value, col(DeliveryRow.sent_at).is_not(None))
    last = last.where(col(DeliveryRow.issue_id).in_(issues), arrived)
    return {mailbox(address): IssueId(sent) for address, sent in session.exec(last) if address and sent}


def listing(session: Session, *, digest: str | None = None, limit: int = 50) -> tuple[Issue, ...]:
    """Return issues, newest first: of a digest (uq_issues_digest_number) or of all (primary key)."""
    query = select(IssueRow).limit(limit)
    if digest is None:
        query = query.order_by(col(IssueRow.id).desc())
    else:
        query = query.where(col(IssueRow.digest) == digest).order_by(col(IssueRow.number).desc())
    return _issues(session, session.exec(query).all())


def showing(session: Session, *, item: ItemId) -> tuple[Issue, ...]:
    """Return the issues that bear the tombstone of a withdrawn item, oldest first (the whole table: it is rare)."""
    named = type_coerce(col(IssueRow.composed), Text).contains(f'"item":{item}', autoescape=True)
    found = _issues(session, session.exec(select(IssueRow).where(named).order_by(col(IssueRow.id))).all())
    return tuple(one for one in found if any(gone.item == item for told in one.stories for gone in told.withdrawn))


def names(session: Session, *, issues: Collection[IssueId]) -> dict[IssueId, tuple[str, int]]:
    """Return the digest and the number of these issues (primary key)."""
    query = select(IssueRow.id, IssueRow.digest, IssueRow.number)
    rows = (row for part in slices(tuple(issues)) for row in session.exec(query.where(col(IssueRow.id).in_(part))))
    return {IssueId(one or 0): (digest, number) for one, digest, number in rows}


def numbered(session: Session, *, number: int) -> dict[str, IssueId]:
    """Return the issue of this number of each digest that has come to it (uq_issues_digest_number, all of it)."""
    query = select(IssueRow.digest, IssueRow.id).where(col(IssueRow.number) == number)
    return {digest: IssueId(one or 0) for digest, one in session.exec(query.order_by(col(IssueRow.digest)))}


def _issues(session: Session, rows: Sequence[IssueRow]) -> tuple[Issue, ...]:
    gone = withdrawals.listing(session)
    return tuple(tombstones.without(_issue(row), gone) for row in rows)


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
