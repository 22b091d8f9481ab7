"""Pages still to be read, in the store: until when, and until their text is there; the same on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.model import Candidate, FeedId, Item, ParsedItem
from briefing.store import feeds, items
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = FeedId("a"), FeedId("b")


@pytest.fixture(autouse=True)
def _feeds(store: Store) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds={A: "https://a.example/rss", B: "https://b.example/rss"}, now=NOW)


def add(store: Store, *keys: str, feed: FeedId = A, now: datetime = NOW) -> tuple[Item, ...]:
    wanted = [Candidate(key, ParsedItem(key, None, f"Item {key}"), f"hash-{key}") for key in keys]
    with store.transaction() as session:
        return items.add(
            session, feed=feed, source="Sample Review", candidates=wanted, lang="en", now=now, keep_html=False
        )


def awaiting(store: Store, feed: FeedId = A, *, now: datetime = NOW, limit: int = 10) -> tuple[Item, ...]:
    with store.reading() as session:
        return items.awaiting_pages(session, feed=feed, now=now, limit=limit)


def await_pages(store: Store, *found: Item, until: datetime | None = NOW + HOUR) -> None:
    with store.transaction() as session:
        items.await_pages(session, items=[item.id for item in found], until=until)


def put_text(store: Store, item: Item, text: str) -> None:
    with store.transaction() as session:
        items.put_texts(session, texts={item.id: text}, expires=NOW + HOUR)


def test_pages_still_to_be_read_are_the_feeds_own_newest_first(store: Store) -> None:
    one, two, three, read = (add(store, str(n), now=NOW + n * HOUR)[0] for n in range(4))
    (other,) = add(store, "1", feed=B)
    await_pages(store, two, one, three, other, until=NOW + 9 * HOUR)
    assert awaiting(store) == (three, two, one)
    assert awaiting(store, limit=2) == (three, two)
    assert awaiting(store, B) == (other,)
    with store.reading() as session:
        assert items.listing(session, limit=1) == (read,)


def test_a_page_is_tried_until_its_time_is_up(store: Store) -> None:
    (item,) = add(store, "1")
    assert awaiting(store) == ()
    await_pages(store, item, until=NOW + HOUR)
    assert awaiting(store, now=NOW + HOUR - timedelta(microseconds=1)) == (item,)
    assert awaiting(store, now=NOW + HOUR) == ()


def test_a_page_that_was_read_is_awaited_no_more(store: Store) -> None:
    read, unread = add(store, "1", "2")
    await_pages(store, read, unread)
    put_text(store, read, "The whole article.")
    assert awaiting(store) == (unread,)


def test_a_page_that_has_nothing_to_read_is_given_up(store: Store) -> None:
    given_up, unread = add(store, "1", "2")
    await_pages(store, given_up, unread)
    await_pages(store, given_up, until=None)
    assert awaiting(store) == (unread,)


def test_no_texts_and_no_pages_change_nothing(store: Store) -> None:
    (item,) = add(store, "1")
    await_pages(store, item)
    await_pages(store, until=None)
    with store.transaction() as session:
        items.put_texts(session, texts={}, expires=NOW)
    assert awaiting(store) == (item,)
