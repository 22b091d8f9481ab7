"""Items: which are known, new and changed ones, and the items of a feed, a story or a period.

One that was withdrawn stays known, so that its feed does not bring it again, and is returned by nothing else.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, or_, update
from sqlmodel import Session, col, select

from briefing.model import Candidate, FeedId, Item, ItemId, KnownItem, Lookup, StoryId
from briefing.store.batch import insert_new, insert_or_set, slices, table
from briefing.store.columns import storable
from briefing.store.tables import IssueItemRow, ItemRow, ItemTextRow, MatchRow, WithdrawalRow

SEEN_EXACT_TO = timedelta(days=1)  # so that a document that stays as it is costs no writing at each poll
_READER_SEES = ("title", "text", "url")


def known(session: Session, *, feed: FeedId, lookup: Lookup) -> tuple[KnownItem, ...]:
    """Return the feed's items that go by any of these keys, canonical URLs or hashes.

    One query each: uq_items_feed_id_key, ix_items_feed_id_canonical_url, ix_items_feed_id_content_hash.
    """
    asked = ((ItemRow.key, lookup.keys), (ItemRow.canonical_url, lookup.urls), (ItemRow.content_hash, lookup.hashes))
    found: dict[ItemId, KnownItem] = {}
    for column, values in asked:
        for part in slices(values):
            query = select(ItemRow.id, ItemRow.key, ItemRow.canonical_url, ItemRow.content_hash)
            for row in session.exec(query.where(col(ItemRow.feed_id) == feed, col(column).in_(part))):
                found[ItemId(row[0] or 0)] = KnownItem(ItemId(row[0] or 0), row[1], row[2], row[3])
    return tuple(found.values())


def add(
    session: Session,
    *,
    feed: FeedId,
    source: str,
    candidates: Sequence[Candidate],
    lang: str | None,
    now: datetime,
    keep_html: bool,
) -> tuple[Item, ...]:
    """Store the candidates and return those that were not stored before, in their order (uq_items_feed_id_key).

    `lang` is the feed's, for items that name none; without `keep_html` an item keeps only its text.
    """
    keys = [candidate.key for candidate in candidates]
    before = _ids(session, feed, keys)
    rows = [_new(feed, source, candidate, lang, now, keep_html) for candidate in candidates]
    insert_new(session, ItemRow, rows)
    # A row of another poller that committed between the two looks bears another moment.
    added = {row.key: row for row in _by_key(session, feed, keys) if row.id not in before and row.first_seen == now}
    wanted = dict.fromkeys(storable(key) for key in keys)
    return tuple(_item(added[key]) for key in wanted if key in added)


def _ids(session: Session, feed: FeedId, keys: Sequence[str]) -> set[int | None]:
    mine = select(ItemRow.id).where(col(ItemRow.feed_id) == feed)
    return {number for part in slices(keys) for number in session.exec(mine.where(col(ItemRow.key).in_(part)))}


def _by_key(session: Session, feed: FeedId, keys: Sequence[str]) -> list[ItemRow]:
    mine = select(ItemRow).where(col(ItemRow.feed_id) == feed)
    return [row for part in slices(keys) for row in session.exec(mine.where(col(ItemRow.key).in_(part)))]


def _new(
    feed: FeedId, source: str, candidate: Candidate, lang: str | None, now: datetime, keep_html: bool
) -> dict[str, object]:
    identity = {"feed_id": feed, "key": candidate.key, "source": source, "news": candidate.news}
    identity |= {"first_seen": now, "last_seen": now}
    return identity | _content(candidate, keep_html) | {"lang": candidate.parsed.lang or lang}


def _content(candidate: Candidate, keep_html: bool) -> dict[str, object]:
    parsed = candidate.parsed
    return {
        "canonical_url": parsed.canonical_url,
        "content_hash": candidate.content_hash,
        "title": parsed.title,
        "url": parsed.url,
        "published": parsed.published,
        "excerpt": list(parsed.excerpt),
        "html": parsed.html if keep_html else "",
        "text": parsed.text,
        "authors": list(parsed.authors),
        "number": parsed.number,
    }


def change(
    session: Session, *, changes: Sequence[tuple[ItemId, Candidate]], now: datetime, keep_html: bool
) -> tuple[Item, ...]:
    """Store what these items say now and return those a reader would see as changed: title, text or link (primary key).

    Where only the hash, the date or the markup differs, the row follows silently: a feed that rewrites every item at
    every poll must not make news.
    """
    stored = {row.id: row for row in _standing(session, [item for item, _ in changes])}
    values = [(stored[item], _content(candidate, keep_html)) for item, candidate in changes if item in stored]
    seen = {row.id for row, content in values if any(_differs(row, content, name) for name in _READER_SEES)}
    for row, content in values:
        row.sqlmodel_update({**content, "changed_at": now} if row.id in seen else content)
    session.flush()
    return tuple(one for part in slices(tuple(seen)) for one in _select(session, col(ItemRow.id).in_(part)))


def _differs(row: ItemRow, content: Mapping[str, object], name: str) -> bool:
    value = content[name]
    return bool(getattr(row, name) != (storable(value) if isinstance(value, str) else value))


def _standing(session: Session, items: Sequence[ItemId]) -> list[ItemRow]:
    these = select(ItemRow).where(~_withdrawn())
    return [row for part in slices(items) for row in session.exec(these.where(col(ItemRow.id).in_(part)))]


def _withdrawn() -> ColumnElement[bool]:
    return select(WithdrawalRow.item_id).where(col(WithdrawalRow.item_id) == col(ItemRow.id)).exists()


def rekey(session: Session, *, rekeyed: Sequence[tuple[ItemId, str]]) -> None:
    """Give items the new guids their feed gave them, unless another item has it (uq_items_feed_id_key)."""
    items = table(ItemRow)
    other = items.alias()
    taken = select(other.c.id).where(other.c.feed_id == items.c.feed_id, other.c.key == bindparam("new")).exists()
    statement = items.update().where(items.c.id == bindparam("item"), ~taken).values(key=bindparam("new"))
    if rekeyed:
        session.connection().execute(statement, [{"item": item, "new": key} for item, key in rekeyed])


def see(session: Session, *, items: Sequence[ItemId], now: datetime) -> None:
    """Note that these items are in their feed's document, to the day; mostly that writes nothing (primary key)."""
    for part in slices(items):
        stale = (col(ItemRow.id).in_(part), col(ItemRow.last_seen) < now - SEEN_EXACT_TO)
        session.exec(update(ItemRow).where(*stale).values(last_seen=now))


def put_texts(session: Session, *, texts: Mapping[ItemId, str], expires: datetime) -> None:
    """Keep the full texts of items until `expires` (primary key)."""
    rows = [{"item_id": item, "text": text, "expires_at": expires} for item, text in texts.items()]
    insert_or_set(session, ItemTextRow, rows, key=("item_id",))
    await_pages(session, items=tuple(texts), until=None)


def await_pages(session: Session, *, items: Collection[ItemId], until: datetime | None) -> None:
    """Note that the pages of these items are still to be read, and until when to try; None: no more (primary key)."""
    for part in slices(tuple(items)):
        session.exec(update(ItemRow).where(col(ItemRow.id).in_(part)).values(page_until=until))


def awaiting_pages(session: Session, *, feed: FeedId, now: datetime, limit: int) -> tuple[Item, ...]:
    """Return the feed's items whose pages are still to be read, newest first (ix_items_feed_id_page_until)."""
    return _select(session, col(ItemRow.page_until) > now, col(ItemRow.feed_id) == feed, newest=limit)


def found(session: Session, *, item: ItemId) -> Item | None:
    """Return an item by its id (primary key)."""
    return next(iter(_select(session, col(ItemRow.id) == item)), None)


def at_address(session: Session, *, urls: Collection[str]) -> tuple[Item, ...]:
    """Return the items at these addresses, as their feeds give them or canonical (the whole table, for a command)."""
    return _select(session, or_(col(ItemRow.url).in_(urls), col(ItemRow.canonical_url).in_(urls)))


def times(session: Session, *, feed: FeedId, limit: int) -> tuple[datetime, ...]:
    """Return when the feed's latest items appeared, in no order (ix_items_feed_id_first_seen)."""
    query = select(ItemRow.published, ItemRow.first_seen).where(col(ItemRow.feed_id) == feed)
    newest = query.order_by(col(ItemRow.first_seen).desc()).limit(limit)
    return tuple(min(published, seen) if published else seen for published, seen in session.exec(newest))


def texts(session: Session, *, items: Collection[ItemId]) -> dict[ItemId, str]:
    """Return the full texts we still have of these items (primary key)."""
    query = select(ItemTextRow.item_id, ItemTextRow.text)
    parts = (session.exec(query.where(col(ItemTextRow.item_id).in_(part))) for part in slices(tuple(items)))
    return {ItemId(item): text for part in parts for item, text in part}


def expire_texts(session: Session, *, now: datetime) -> int:
    """Delete the full texts whose time is up and return how many (ix_item_texts_expires_at)."""
    return session.exec(delete(ItemTextRow).where(col(ItemTextRow.expires_at) <= now)).rowcount


def listing(
    session: Session, *, feed: FeedId | None = None, story: StoryId | None = None, limit: int = 50
) -> tuple[Item, ...]:
    """Return the newest items: of all (ix_items_first_seen), a feed (ix_items_feed_id_first_seen), a story."""
    conditions = [col(ItemRow.feed_id) == feed] if feed is not None else []
    if story is not None:
        conditions.append(_of(story))
    return _select(session, *conditions, newest=limit)


def seen_since(session: Session, *, since: datetime) -> tuple[Item, ...]:
    """Return all items first seen from a moment on, oldest first (ix_items_first_seen)."""
    return _select(session, col(ItemRow.first_seen) >= since)


def get(session: Session, *, items: Collection[ItemId]) -> tuple[Item, ...]:
    """Return those of these items that are stored, oldest first (primary key)."""
    found = [one for part in slices(tuple(items)) for one in _select(session, col(ItemRow.id).in_(part))]
    return tuple(sorted(found, key=lambda item: (item.at, item.id)))


def of_story(session: Session, *, story: StoryId, digest: str, since: datetime) -> tuple[Item, ...]:
    """Return the story's news first seen from `since` on that no issue of the digest has dealt with, oldest first.

    By what was dealt with and not by a period, so that neither a clock set back nor a slow transaction loses an item
    (ix_items_first_seen, matches, pk_issue_items).
    """
    fresh = (col(ItemRow.first_seen) >= since, col(ItemRow.news).is_(True), ~_told(digest))
    return _select(session, *fresh, _of(story))


def changed_of_story(session: Session, *, story: StoryId, digest: str, since: datetime) -> tuple[Item, ...]:
    """Return the story's items that the digest has told and that changed from `since` on (ix_items_changed_at)."""
    return _select(session, col(ItemRow.changed_at) >= since, _told(digest), _of(story))


def _told(digest: str) -> ColumnElement[bool]:
    dealt = select(IssueItemRow.item_id).where(col(IssueItemRow.item_id) == col(ItemRow.id))
    return dealt.where(col(IssueItemRow.digest) == digest).exists()


def _of(story: StoryId) -> ColumnElement[bool]:
    mine = select(MatchRow.item_id).where(col(MatchRow.item_id) == col(ItemRow.id), col(MatchRow.story) == story)
    return mine.exists()


def _select(session: Session, *conditions: ColumnElement[bool], newest: int | None = None) -> tuple[Item, ...]:
    full = col(ItemTextRow.item_id) == col(ItemRow.id)
    query = select(ItemRow, ItemTextRow.text).join(ItemTextRow, full, isouter=True).where(*conditions, ~_withdrawn())
    if newest is not None:
        query = query.order_by(col(ItemRow.first_seen).desc(), col(ItemRow.id).desc()).limit(newest)
        return tuple(_item(row, text) for row, text in session.exec(query))
    # Sorted here: asked to sort, SQLite walks all of ix_items_first_seen rather than the index of the conditions.
    found = (_item(row, text) for row, text in session.exec(query))
    return tuple(sorted(found, key=lambda item: (item.first_seen, item.id)))


def _item(row: ItemRow, full_text: str | None = None) -> Item:
    return Item(
        id=ItemId(row.id or 0),
        feed=FeedId(row.feed_id),
        source=row.source,
        title=row.title,
        url=row.url,
        published=row.published,
        first_seen=row.first_seen,
        excerpt=tuple(row.excerpt),
        html=row.html,
        text=row.text if full_text is None else full_text,
        authors=tuple(row.authors),
        lang=row.lang,
        news=row.news,
        changed_at=row.changed_at,
        number=row.number,
    )
