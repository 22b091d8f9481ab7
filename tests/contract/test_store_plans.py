"""Every query that runs while the service works walks an index: SQLite says which.

It calls the index of a unique constraint or a text key `sqlite_autoindex_`, the table, and a number.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from briefing.model import (
    ISSUES,
    Act,
    Candidate,
    Copy,
    Counts,
    DeliveryState,
    DevelopmentLine,
    FeedId,
    Issue,
    IssueStory,
    ItemId,
    ItemLine,
    Lookup,
    Member,
    ParsedItem,
    Polled,
    PromiseId,
    Queue,
    StoryId,
    Wanted,
)
from briefing.store import (
    audience,
    channels,
    copies,
    deliveries,
    developments,
    feeds,
    issues,
    items,
    outbox,
    retention,
    silences,
    stories,
    traces,
)
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FEED, STORY = FeedId("a"), StoryId("iran")
TERMS: dict[str, Any] = {"now": NOW, "lease": timedelta(minutes=1), "limit": 5}


def _recalled(session: Session) -> None:
    """Ask who was sent the one issue that stands before another."""
    line = ItemLine(ItemId(1), "Title", None, "Source", NOW)
    told = IssueStory(STORY, "Iran", developments=(DevelopmentLine(line),))
    first = Issue("morning", 1, NOW.date(), "06:00", "UTC", "en", "digest", NOW, NOW, (told,))
    issues.add(session, issue=first)
    issues.recalled(session, issue=replace(first, number=2, slot="07:00"))


WORK: dict[str, tuple[Callable[[Session], object], set[str]]] = {
    "feeds.claim": (lambda s: feeds.claim(s, **TERMS), {"ix_feeds_next_poll_at"}),
    "items.known": (
        lambda s: items.known(s, feed=FEED, lookup=Lookup(("1",), ("u",), ("h",))),
        {"sqlite_autoindex_items_1", "ix_items_feed_id_canonical_url", "ix_items_feed_id_content_hash"},
    ),
    "items.listing": (items.listing, {"ix_items_first_seen"}),
    "items.listing of a feed": (lambda s: items.listing(s, feed=FEED), {"ix_items_feed_id_first_seen"}),
    "items.of_story": (
        lambda s: items.of_story(s, story=STORY, digest="morning", since=NOW),
        {"ix_items_first_seen", "sqlite_autoindex_matches_1", "sqlite_autoindex_issue_items_1"},
    ),
    "items.changed_of_story": (
        lambda s: items.changed_of_story(s, story=STORY, digest="morning", since=NOW),
        {"ix_items_changed_at", "sqlite_autoindex_matches_1", "sqlite_autoindex_issue_items_1"},
    ),
    "items.awaiting_pages": (
        lambda s: items.awaiting_pages(s, feed=FEED, now=NOW, limit=5),
        {"ix_items_feed_id_page_until"},
    ),
    "items.see": (lambda s: items.see(s, items=[ItemId(1)], now=NOW), {"PRIMARY"}),
    "items.await_pages": (lambda s: items.await_pages(s, items=[ItemId(1)], until=NOW), {"PRIMARY"}),
    "items.texts": (lambda s: items.texts(s, items=[ItemId(1)]), {"PRIMARY"}),
    "items.expire_texts": (lambda s: items.expire_texts(s, now=NOW), {"ix_item_texts_expires_at"}),
    "items.get": (lambda s: items.get(s, items=[ItemId(1)]), {"PRIMARY"}),
    "copies.sharing": (
        lambda s: copies.sharing(s, bands=[7, 8], since=NOW, until=NOW, crowd=40),
        {"ix_bands_band_at_item_id", "PRIMARY"},
    ),
    "copies.families": (lambda s: copies.families(s, items=[ItemId(1)]), {"PRIMARY", "ix_copies_original_id"}),
    "copies.save": (lambda s: copies.save(s, changed=[Copy(ItemId(1), None)]), {"PRIMARY"}),
    "copies.expire": (lambda s: copies.expire(s, before=NOW), {"ix_bands_at"}),
    "developments.stamp": (lambda s: developments.stamp(s, story=STORY), {"sqlite_autoindex_groupings_1"}),
    "developments.load": (
        lambda s: developments.load(s, story=STORY),
        {"sqlite_autoindex_groupings_1", "sqlite_autoindex_term_counts_1", "ix_members_open"},
    ),
    "developments.save": (
        lambda s: developments.save(s, story=STORY, before=MET, counts=Counts(), new=[], moved=[MEMBER]),
        {"sqlite_autoindex_members_1", "sqlite_autoindex_term_counts_1"},
    ),
    "developments.of_items": (
        lambda s: developments.of_items(s, story=STORY, items=[ItemId(1)]),
        {"sqlite_autoindex_members_1"},
    ),
    "developments.of_item": (lambda s: developments.of_item(s, item=ItemId(1)), {"sqlite_autoindex_members_1"}),
    "developments.members": (
        lambda s: developments.members(s, story=STORY, developments=[ItemId(1)]),
        {"ix_members_story_development_seen"},
    ),
    "developments.corroborated": (
        lambda s: developments.corroborated(s, story=STORY, developments=[ItemId(1)]),
        {"sqlite_autoindex_corroborated_1"},
    ),
    "stories.ledger": (lambda s: stories.ledger(s, story=STORY), {"ix_series_story"}),
    "stories.awaiting": (
        lambda s: stories.awaiting(s, stories=[STORY]),
        {"ix_series_story", "ix_promises_series_id"},
    ),
    "stories.series_of": (lambda s: stories.series_of(s, promise=PromiseId(1)), {"PRIMARY"}),
    "items.times": (lambda s: items.times(s, feed=FEED, limit=5), {"ix_items_feed_id_first_seen"}),
    "issues.last": (lambda s: issues.last(s, digest="morning"), {"sqlite_autoindex_issues_2"}),
    "issues.recalled": (_recalled, {"sqlite_autoindex_issues_2", "ix_deliveries_issue_id"}),
    "issues.first_known": (lambda s: issues.first_known(s, digest="morning"), {"sqlite_autoindex_digests_1"}),
    "issues.settled": (lambda s: issues.settled(s, digest="morning"), {"sqlite_autoindex_digests_1"}),
    "outbox.claim": (lambda s: outbox.claim(s, owner="me", queue=Queue((ISSUES,)), **TERMS), {"ix_deliveries_due"}),
    "outbox.claim of some": (
        lambda s: outbox.claim(s, owner="me", queue=Queue((ISSUES,)), only=["1", "2"], **TERMS),
        {"ix_deliveries_due"},
    ),
    "outbox.reclaim": (lambda s: outbox.reclaim(s, now=NOW), {"ix_deliveries_due"}),
    "silences.waiting": (silences.waiting, {"ix_deliveries_due"}),
    "silences.muted": (lambda s: silences.muted(s, reason="silence 1"), {"ix_deliveries_unsent"}),
    "channels.waiting": (channels.waiting, {"ix_deliveries_due"}),
    "deliveries.perform": (
        lambda s: deliveries.perform(s, act=Act.RETRIED, by="ann", now=NOW),
        {"ix_deliveries_unsent"},
    ),
    "deliveries.counts of what failed": (
        lambda s: deliveries.counts(s, wanted=Wanted(states=frozenset({DeliveryState.DEAD}))),
        {"ix_deliveries_unsent"},
    ),
    "outbox.counts": (outbox.counts, {"ix_deliveries_due", "ix_deliveries_unsent"}),
    "traces.matches": (lambda s: traces.matches(s, item=ItemId(1)), {"sqlite_autoindex_matches_1"}),
    "traces.dealt": (lambda s: traces.dealt(s, item=ItemId(1)), {"ix_issue_items_item_id"}),
    "traces.deliveries": (lambda s: traces.deliveries(s, events=["1"]), {"ix_deliveries_event"}),
    "outbox.told": (lambda s: outbox.told(s, keys=["1"]), {"sqlite_autoindex_events_1"}),
    "outbox.found": (lambda s: outbox.found(s, keys=["1"]), {"sqlite_autoindex_deliveries_1"}),
    "audience.recipients": (lambda s: audience.recipients(s, list="iran"), {"sqlite_autoindex_subscriptions_1"}),
    "audience.speak": (
        lambda s: audience.speak(s, addresses=["a@x.example"], locale="fa"),
        {"sqlite_autoindex_subscribers_1"},
    ),
    "audience.standing": (
        lambda s: audience.standing(s, addresses=["a@x.example"], list="iran"),
        {"sqlite_autoindex_subscribers_1"},
    ),
    "audience.suppressed": (
        lambda s: audience.suppressed(s, addresses=["a@x.example"]),
        {"sqlite_autoindex_suppressions_1"},
    ),
}

MET, MEMBER = Counts(1, {"guard": 1}), Member(ItemId(1), ItemId(2), NOW, None, {})

SMALL = "SCAN withdrawals"  # a person makes each of its rows
# These read an index from one end: up to their limit, to count it all, or all that is due, at a start.
WHOLE = {"items.listing", "outbox.counts", "outbox.reclaim", "silences.waiting", "channels.waiting"}


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
    assert [plan for plan in plans if plan.startswith("SCAN") and plan != SMALL and name not in WHOLE] == []


def test_recording_a_poll_walks_its_key(explained: tuple[Store, list[str]]) -> None:
    store, plans = explained
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
    plans.clear()
    with store.transaction() as session:
        feeds.polled(session, Polled(FEED, NOW, NOW, ok=True, outcome="new"))
    assert plans
    assert all(plan.startswith("SEARCH feeds USING INDEX sqlite_autoindex_feeds") for plan in plans), plans


def test_closing_developments_walks_indices_but_for_the_stories_themselves(explained: tuple[Store, list[str]]) -> None:
    store, plans = explained
    with store.transaction() as session:
        developments.save(session, story=STORY, before=Counts(), counts=Counts(), new=[], moved=[])
        plans.clear()
        assert developments.expire(session, before=NOW) == 0
    assert {"ix_members_open", "ix_members_story_development_seen"} <= {word for plan in plans for word in plan.split()}
    assert [plan.split()[1] for plan in plans if plan.startswith("SCAN")] == ["groupings"]


def test_forgetting_walks_indices_but_for_the_feeds_themselves(explained: tuple[Store, list[str]]) -> None:
    store, plans = explained
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
        for key, at in (("old", NOW - timedelta(days=9)), ("new", NOW)):
            items.add(
                session,
                feed=FEED,
                source="S",
                candidates=[Candidate(key, ParsedItem(key, None, key), key)],
                lang=None,
                now=at,
                keep_html=False,
            )
    plans.clear()
    reach = retention.Reach("morning", (STORY,), NOW - timedelta(days=99))
    with store.transaction() as session:
        assert retention.forget(session, before=NOW - timedelta(days=5), reaches=[reach], limit=5) == 1
    used = {word for plan in plans for word in plan.split()}
    assert {
        "ix_items_feed_id_last_seen",
        "ix_instalments_item_id",
        "ix_promises_made_by",
        "ix_promises_kept_by",
        "ix_issue_items_item_id",
        "sqlite_autoindex_matches_1",
        "sqlite_autoindex_bands_1",
        "sqlite_autoindex_members_1",
        "sqlite_autoindex_corroborated_1",
    } <= used, plans
    assert [plan for plan in plans if plan.startswith("SCAN")] == ["SCAN feeds"]
