"""Where an item has left traces: the stories it matched, the digests that dealt with it, what was told of it to whom.

Apart from `items`, which knows the item itself, and from the files whose tables these are: an operator asks backwards,
from one item to all of them.
"""

from collections.abc import Collection
from itertools import chain

from sqlmodel import Session, col, or_, select

from briefing.model import Delivery, ItemId, Match, StoryId
from briefing.store.batch import slices
from briefing.store.delivery_rows import deliveries_of
from briefing.store.tables import DeliveryRow, EventRow, IssueItemRow, MatchRow


def matches(session: Session, *, item: ItemId) -> tuple[Match, ...]:
    """Return the stories an item belongs to, with the terms that made it so (primary key)."""
    query = select(MatchRow).where(col(MatchRow.item_id) == item).order_by(col(MatchRow.story))
    return tuple(Match(StoryId(row.story), tuple(row.terms)) for row in session.exec(query))


def dealt(session: Session, *, item: ItemId) -> frozenset[str]:
    """Return the digests of which an issue has dealt with an item, shown or counted (ix_issue_items_item_id)."""
    return frozenset(session.exec(select(IssueItemRow.digest).where(col(IssueItemRow.item_id) == item)))


def events(session: Session, *, keys: Collection[str], prefixes: Collection[str] = ()) -> tuple[str, ...]:
    """Return the keys of the events that were told under these, in order of telling (uq_events_key; prefixes: all)."""
    begun = (col(EventRow.key).startswith(prefix, autoescape=True) for prefix in prefixes)
    query = select(EventRow.key).where(or_(col(EventRow.key).in_(tuple(keys)), *begun))
    return tuple(session.exec(query.order_by(col(EventRow.id))))


def deliveries(session: Session, *, events: Collection[str]) -> tuple[Delivery, ...]:
    """Return the deliveries that tell these events, in order of enqueueing (ix_deliveries_event)."""
    query = select(DeliveryRow).order_by(col(DeliveryRow.id))
    parts = (session.exec(query.where(col(DeliveryRow.event).in_(part))) for part in slices(tuple(events)))
    return deliveries_of(session, chain.from_iterable(parts))
