"""Every query that runs while the service works walks an index: SQLite says which.

It calls the index of a unique constraint or a text key `sqlite_autoindex_`, the table, and a number.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from briefing.model import FeedId, ItemId, Lookup, Polled, StoryId
from briefing.store import audience, feeds, issues, items, outbox, stories
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FEED, STORY = FeedId("a"), StoryId("iran")
TERMS: dict[str, Any] = {"now": NOW, "lease": timedelta(minutes=1), "limit": 5}

WORK: dict[str, tuple[Callable[[Session], object], set[str]]] = {
    "feeds.claim": (lambda s: feeds.claim(s, **TERMS), {"ix_feeds_next_poll_at"}),
    "feeds.next_due": (feeds.next_due, {"ix_feeds_next_poll_at"}),
    "items.known": (
        lambda s: items.known(s, feed=FEED, lookup=Lookup(("1",), ("u",), ("h",))),
        {"sqlite_autoindex_items_1", "ix_items_feed_id_canonical_url", "ix_items_feed_id_content_hash"},
    ),
    "items.get": (lambda s: items.get(s, item=ItemId(1)), set()),
    "items.listing": (items.listing, {"ix_items_first_seen"}),
    "items.listing of a feed": (lambda s: items.listing(s, feed=FEED), {"ix_items_feed_id_first_seen"}),
    "items.of_story": (lambda s: items.of_story(s, story=STORY, since=NOW, until=NOW), {"ix_items_first_seen"}),
    "items.changed_of_story": (
        lambda s: items.changed_of_story(s, story=STORY, since=NOW, until=NOW),
        {"ix_items_changed_at"},
    ),
    "items.expire_texts": (lambda s: items.expire_texts(s, now=NOW), {"ix_item_texts_expires_at"}),
    "stories.ledger": (lambda s: stories.ledger(s, story=STORY), {"ix_series_story_source"}),
    "issues.last": (lambda s: issues.last(s, digest="morning"), {"sqlite_autoindex_issues_2"}),
    "outbox.claim": (lambda s: outbox.claim(s, owner="me", lane=ISSUES, **TERMS), {"ix_deliveries_due"}),
    "outbox.expired": (lambda s: outbox.expired(s, now=NOW), {"ix_deliveries_due"}),
    "outbox.reclaim": (lambda s: outbox.reclaim(s, now=NOW), {"ix_deliveries_due"}),
    "outbox.counts": (outbox.counts, {"ix_deliveries_due"}),
    "outbox.next_due": (outbox.next_due, {"ix_deliveries_due"}),
    "outbox.found": (lambda s: outbox.found(s, keys=["1"]), {"sqlite_autoindex_deliveries_1"}),
    "audience.recipients": (lambda s: audience.recipients(s, list="iran"), {"sqlite_autoindex_subscriptions_1"}),
    "audience.suppressed": (
        lambda s: audience.suppressed(s, addresses=["a@x.example"]),
        {"sqlite_autoindex_suppressions_1"},
    ),
}


@pytest.fixture
def explained(sqlite_store: Store) -> Iterator[tuple[Store, list[str]]]:
    """Return a store and, as it is used, how SQLite answers each query."""
    plans: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.extend(row[3] for row in cursor.fetchall())

    event.listen(sqlite_store._engine, "before_cursor_execute", explain)
    yield sqlite_store, plans
    event.remove(sqlite_store._engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("name", WORK)
def test_work_walks_its_index(explained: tuple[Store, list[str]], name: str) -> None:
    store, plans = explained
    query, indices = WORK[name]
    with store.transaction() as session:
        query(session)
    assert indices <= {word for plan in plans for word in plan.split()}, plans
    assert [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan] == []


def test_recording_a_poll_walks_its_key(explained: tuple[Store, list[str]]) -> None:
    store, plans = explained
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
    plans.clear()
    with store.transaction() as session:
        feeds.polled(session, Polled(FEED, NOW, NOW, ok=True, outcome="new"))
    assert plans
    assert all(plan.startswith("SEARCH feeds USING INDEX sqlite_autoindex_feeds") for plan in plans), plans
