"""Which items of a story report the same thing, and what is needed to place the next.

Apart from `copies`, which knows one text told twice. What the words of members were is kept while their development is
open; which development an item belongs to, as long as the item.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from briefing.model import Counts, ItemId, Member, StoryId
from briefing.store.batch import insert_new, insert_or_set, slices, table
from briefing.store.tables import CorroboratedRow, GroupingRow, MemberRow, TermCountRow, WithdrawalRow

_TOLD = col(CorroboratedRow.development)


def stamp(session: Session, *, story: StoryId) -> str | None:
    """Return what changes whenever a story's grouping does; None before the first (primary key)."""
    return session.exec(select(GroupingRow.stamp).where(col(GroupingRow.story) == story)).one_or_none()


def load(session: Session, *, story: StoryId) -> tuple[Counts, tuple[Member, ...]]:
    """Return the words a story has met, and the members whose terms we still have (primary key, ix_members_open)."""
    items = session.exec(select(GroupingRow.items).where(col(GroupingRow.story) == story)).one_or_none()
    words = select(TermCountRow.term, TermCountRow.items).where(col(TermCountRow.story) == story)
    counts = dict(session.exec(words).all())
    # Its columns alone: rows as objects of the session would cost twice the time.
    kept = col(MemberRow.terms).is_not(None)
    query = select(*(col(getattr(MemberRow, name)) for name in _MEMBER)).where(col(MemberRow.story) == story, kept)
    return Counts(items or 0, counts), tuple(_member(*row) for row in session.exec(query))


_MEMBER = ("item_id", "development", "seen", "at", "terms", "names", "lang")


def save(
    session: Session, *, story: StoryId, before: Counts, counts: Counts, new: Sequence[Member], moved: Sequence[Member]
) -> str:
    """Store what placing items has changed and return the new stamp (primary keys)."""
    rows = [{"story": story} | dict(zip(_MEMBER, _values(member), strict=True)) for member in new]
    insert_new(session, MemberRow, rows)
    members = table(MemberRow)
    own = (members.c.item_id == bindparam("item"), members.c.story == story)
    statement = members.update().where(*own).values(development=bindparam("into"))
    if moved:
        session.connection().execute(statement, [{"item": one.item, "into": one.development} for one in moved])
    _count(session, story, before, counts)
    fresh = secrets.token_hex(8)
    insert_or_set(session, GroupingRow, [{"story": story, "items": counts.items, "stamp": fresh}], key=("story",))
    return fresh


def _count(session: Session, story: StoryId, before: Counts, counts: Counts) -> None:
    changed = {term: count for term, count in counts.of.items() if before.of.get(term) != count}
    rows = [{"story": story, "term": term, "items": count} for term, count in changed.items()]
    insert_or_set(session, TermCountRow, rows, key=("story", "term"))
    for part in slices(tuple(before.of.keys() - counts.of.keys())):
        mine = (col(TermCountRow.story) == story, col(TermCountRow.term).in_(part))
        session.exec(delete(TermCountRow).where(*mine))


def of_items(session: Session, *, story: StoryId, items: Collection[ItemId]) -> dict[ItemId, ItemId]:
    """Return the developments of those items that have one in this story (primary key)."""
    query = select(MemberRow.item_id, MemberRow.development).where(col(MemberRow.story) == story)
    parts = (session.exec(query.where(col(MemberRow.item_id).in_(part))) for part in slices(tuple(items)))
    return {ItemId(item): ItemId(development) for item, development in chain.from_iterable(parts)}


def of_item(session: Session, *, item: ItemId) -> dict[StoryId, ItemId]:
    """Return an item's development in each of its stories (primary key)."""
    query = select(MemberRow.story, MemberRow.development).where(col(MemberRow.item_id) == item)
    return {StoryId(story): ItemId(development) for story, development in session.exec(query)}


def members(session: Session, *, story: StoryId, developments: Collection[ItemId]) -> dict[ItemId, list[ItemId]]:
    """Return the items of developments but for what was withdrawn (ix_members_story_development_seen, primary key)."""
    gone = select(WithdrawalRow.item_id).where(col(WithdrawalRow.item_id) == col(MemberRow.item_id)).exists()
    query = select(MemberRow.development, MemberRow.item_id).where(col(MemberRow.story) == story, ~gone)
    found: dict[ItemId, list[ItemId]] = {}
    for part in slices(tuple(developments)):
        for development, item in session.exec(query.where(col(MemberRow.development).in_(part))):
            found.setdefault(ItemId(development), []).append(ItemId(item))
    return found


def expire(session: Session, *, before: datetime) -> int:
    """Drop the terms of members whose developments had no item since, and return how many (ix_members_open).

    Whether one had is asked of ix_members_story_development_seen.
    """
    later = aliased(MemberRow)
    same = (col(later.story) == col(MemberRow.story), col(later.development) == col(MemberRow.development))
    grown = select(later.item_id).where(*same, col(later.seen) >= before).exists()
    over = (col(MemberRow.terms).is_not(None), col(MemberRow.seen) < before, ~grown)
    ended = update(MemberRow).where(*over).values(terms=None)
    stories = session.exec(select(GroupingRow.story)).all()
    return sum(session.exec(ended.where(col(MemberRow.story) == story)).rowcount for story in stories)


def corroborated(session: Session, *, story: StoryId, developments: Collection[ItemId]) -> dict[ItemId, datetime]:
    """Return which of these developments were told as reported by many, and when (primary key)."""
    query = select(CorroboratedRow.development, CorroboratedRow.at).where(col(CorroboratedRow.story) == story)
    parts = (session.exec(query.where(col(CorroboratedRow.development).in_(p))) for p in slices(tuple(developments)))
    return {ItemId(development): at for development, at in chain.from_iterable(parts)}


def reported(session: Session, *, story: StoryId, since: datetime) -> frozenset[ItemId]:
    """Return the developments that were told as reported by many, and had an item since a moment.

    By ix_members_story_development_seen; what was told is a row a development.
    """
    same = (col(MemberRow.story) == col(CorroboratedRow.story), col(MemberRow.development) == _TOLD)
    recent = select(MemberRow.item_id).where(*same, col(MemberRow.seen) >= since).exists()
    told = session.exec(select(_TOLD).where(col(CorroboratedRow.story) == story, recent))
    return frozenset(map(ItemId, told))


def corroborate(session: Session, *, story: StoryId, told: Mapping[ItemId, datetime]) -> None:
    """Note that developments were told as reported by many (primary key)."""
    insert_new(session, CorroboratedRow, [{"development": d, "story": story, "at": at} for d, at in told.items()])


def _values(member: Member) -> tuple[object, ...]:
    terms = dict(member.terms)
    return member.item, member.development, member.seen, member.at, terms, member.names, member.lang


def _member(
    item: int, development: int, seen: datetime, at: datetime | None, terms: Any, names: float, lang: str
) -> Member:
    return Member(ItemId(item), ItemId(development), seen, at, terms, names, lang)
