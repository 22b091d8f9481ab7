"""How long items are kept: which are deleted, and what holds the rest.

Apart from `items`, which says what is known of them: forgetting looks at everything that refers to an item. What was
told stays told: issues and events are stored as composed and need their items no more.

What if we die here? Some items are deleted with all that is theirs, the others at the next turn.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_
from sqlmodel import Session, col, select

from briefing.model import FeedId, StoryId
from briefing.store.items import SEEN_EXACT_TO
from briefing.store.tables import (
    BandRow,
    CopyRow,
    CorroboratedRow,
    FeedRow,
    InstalmentRow,
    IssueItemRow,
    ItemRow,
    ItemTextRow,
    MatchRow,
    MemberRow,
    PromiseRow,
    WithdrawalRow,
)

_FILED = (MatchRow, ItemTextRow, IssueItemRow, BandRow, CopyRow, MemberRow)


@dataclass(frozen=True, slots=True)
class Reach:
    """What the coming issue of a digest looks at: news of these stories first seen from `since` on."""

    digest: str
    stories: Collection[StoryId]
    since: datetime


def forget(session: Session, *, before: datetime, reaches: Sequence[Reach], limit: int) -> int:
    """Delete items last seen in their feed before a moment, at most `limit`; return how many.

    Only those that a later document of the feed held no more, or whose feed is gone or out of the config; never what
    the ledger names, a digest is still to tell, or was withdrawn. What is filed under them goes too: matches, full
    texts, that digests dealt with them, whose copies and in which developments they are (ix_items_feed_id_last_seen; by
    primary keys and ix_instalments_item_id, ix_promises_made_by, ix_promises_kept_by, ix_issue_items_item_id). What
    else is named after them, an original or a development, keeps its name.
    """
    free = and_(~_named(), *(~_untold(reach) for reach in reaches))
    gone: list[int | None] = []
    for feed, bound in tuple(_bounds(session, before)):
        old = select(ItemRow.id).where(col(ItemRow.feed_id) == feed, col(ItemRow.last_seen) < bound, free)
        gone += session.exec(old.limit(limit - len(gone)).with_for_update(skip_locked=True)).all()
        if len(gone) == limit:
            break
    for row in _FILED:
        session.exec(delete(row).where(col(row.item_id).in_(gone)))
    session.exec(delete(CorroboratedRow).where(col(CorroboratedRow.development).in_(gone)))
    session.exec(delete(ItemRow).where(col(ItemRow.id).in_(gone)))
    return len(gone)


def _bounds(session: Session, before: datetime) -> Iterator[tuple[FeedId, datetime]]:
    """Return the feeds that have old items, and before when an item of each must have been seen last to go."""
    first, last = _seen(func.min), _seen(func.max)
    polled = and_(col(FeedRow.configured), ~col(FeedRow.gone))
    for feed, alive, oldest, newest in session.exec(select(FeedRow.id, polled, first, last)):
        bound = min(before, newest - SEEN_EXACT_TO) if newest and alive else before
        if oldest and oldest < bound:
            yield FeedId(feed), bound


def _seen(which: Callable[..., ColumnElement[Any]]) -> ColumnElement[Any]:
    # One a query: asked for both at once, SQLite reads all of a feed's index instead of its ends.
    return select(which(ItemRow.last_seen)).where(col(ItemRow.feed_id) == col(FeedRow.id)).scalar_subquery()


def _named() -> ColumnElement[bool]:
    named = (InstalmentRow.item_id, PromiseRow.made_by, PromiseRow.kept_by, WithdrawalRow.item_id)
    return or_(*(exists().where(col(column) == col(ItemRow.id)) for column in named))


def _untold(reach: Reach) -> ColumnElement[bool]:
    of_stories = exists().where(col(MatchRow.item_id) == col(ItemRow.id), col(MatchRow.story).in_(reach.stories))
    told = exists().where(col(IssueItemRow.digest) == reach.digest, col(IssueItemRow.item_id) == col(ItemRow.id))
    return and_(col(ItemRow.first_seen) >= reach.since, col(ItemRow.news).is_(True), of_stories, ~told)
