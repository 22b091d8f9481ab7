"""What a digest has told, in the store: each item once, whatever the clock says; the same on both databases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from briefing.errors import StoreError
from briefing.model import Candidate, FeedId, Issue, Item, ItemId, Match, ParsedItem, StoryId
from briefing.store import feeds, issues, items, stories
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INSTANT = timedelta(microseconds=1)
FEED = FeedId("a")
IRAN, OTHER = StoryId("iran"), StoryId("other")
MORNING, WEEKLY = "morning", "weekly"


@pytest.fixture(autouse=True)
def _feed(store: Store) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/rss"}, now=NOW)


def add(store: Store, key: str, *in_stories: StoryId, now: datetime = NOW, news: bool = True) -> Item:
    """Store an item and file it under its stories."""
    wanted = Candidate(key, ParsedItem(key, None, f"Item {key}"), f"hash-{key}", news)
    with store.transaction() as session:
        (item,) = items.add(
            session, feed=FEED, source="Sample Review", candidates=[wanted], lang="en", now=now, keep_html=False
        )
        stories.match(session, item=item.id, matches=[Match(story) for story in in_stories or (IRAN,)])
    return item


def correct(store: Store, key: str, item: Item, *, now: datetime) -> Item:
    wanted = Candidate(key, ParsedItem(key, None, f"Item {key}, corrected"), f"new-{key}")
    with store.transaction() as session:
        return items.change(session, changes=[(item.id, wanted)], now=now, keep_html=False)[0]


def issue(number: int = 1, *, digest: str = MORNING, until: datetime = NOW) -> Issue:
    day = date(2026, 11, 21) + number * DAY
    return Issue(digest, number, day, "07:00", "Asia/Tehran", "en", "digest", until - DAY, until, ())


def tell(store: Store, one: Issue, *told: Item) -> Issue:
    with store.transaction() as session:
        return issues.add(session, issue=one, items=[item.id for item in told])


def fresh(store: Store, digest: str = MORNING, *, story: StoryId = IRAN, since: datetime = NOW - DAY) -> Sequence[Item]:
    with store.reading() as session:
        return items.of_story(session, story=story, digest=digest, since=since)


def changed(
    store: Store, digest: str = MORNING, *, story: StoryId = IRAN, since: datetime = NOW - DAY
) -> Sequence[Item]:
    with store.reading() as session:
        return items.changed_of_story(session, story=story, digest=digest, since=since)


def test_a_storys_news_comes_oldest_first_from_a_moment_on(store: Store) -> None:
    late, early = add(store, "1", now=NOW + HOUR), add(store, "2")
    add(store, "3", OTHER)
    assert fresh(store) == (early, late)
    assert fresh(store, since=NOW) == (early, late)
    assert fresh(store, since=NOW + INSTANT) == (late,)
    assert fresh(store, since=NOW + HOUR + INSTANT) == ()


def test_what_was_no_news_is_in_no_issue(store: Store) -> None:
    item = add(store, "1", news=False)
    assert fresh(store) == ()
    correct(store, "1", item, now=NOW + HOUR)
    assert changed(store) == ()


def test_an_item_is_told_once_and_what_came_after_it_next_time(store: Store) -> None:
    one = add(store, "1")
    tell(store, issue(), one)
    assert fresh(store) == ()
    two = add(store, "2", now=NOW + HOUR)
    assert fresh(store) == (two,)


def test_a_clock_set_back_neither_repeats_nor_loses_an_item(store: Store) -> None:
    """Nor does a slow transaction: both bring an item first seen before the last issue's end, yet not in it."""
    one = add(store, "1")
    tell(store, issue(until=NOW + HOUR), one)
    behind = add(store, "2", now=NOW - HOUR)
    assert fresh(store) == (behind,)
    tell(store, issue(2, until=NOW - HOUR), behind)
    assert fresh(store) == ()


def test_each_digest_tells_an_item_once(store: Store) -> None:
    item = add(store, "1")
    tell(store, issue(), item)
    assert (fresh(store), fresh(store, WEEKLY)) == ((), (item,))
    tell(store, issue(digest=WEEKLY), item)
    assert (fresh(store), fresh(store, WEEKLY)) == ((), ())


def test_an_item_of_two_stories_is_told_once_in_a_digest(store: Store) -> None:
    item = add(store, "1", IRAN, OTHER)
    assert fresh(store) == fresh(store, story=OTHER) == (item,)
    tell(store, issue(), item)
    assert fresh(store) == fresh(store, story=OTHER) == ()


def test_an_issue_marks_what_it_dealt_with_and_no_more(store: Store) -> None:
    one, two = add(store, "1"), add(store, "2")
    tell(store, issue())
    assert fresh(store) == (one, two)
    tell(store, issue(2), one)
    tell(store, issue(3), one)
    assert fresh(store) == (two,)


def test_a_big_issue_marks_all_its_items(store: Store) -> None:
    many = [add(store, str(n)) for n in range(30)]
    tell(store, issue(), *many)
    assert fresh(store) == ()


def test_what_only_a_second_publisher_of_an_occurrence_saw_waits_for_the_next_issue(store: Store) -> None:
    one, two = add(store, "1"), add(store, "2")
    first = tell(store, issue(), one)
    assert tell(store, issue(), one, two) == first
    assert fresh(store) == (two,)


def test_publishers_of_one_occurrence_at_the_same_moment_agree(store: Store) -> None:
    found = [add(store, str(n)) for n in range(3)]
    with ThreadPoolExecutor(4) as threads:
        stored = {one.id for one in threads.map(lambda _: tell(store, issue(), *found), range(8))}
    assert len(stored) == 1
    assert fresh(store) == ()


def test_an_issue_that_was_not_stored_told_nothing(store: Store) -> None:
    item = add(store, "1")
    tell(store, issue())
    with pytest.raises(StoreError):  # the number is taken
        tell(store, replace(issue(), slot="19:00"), item)
    assert fresh(store) == (item,)


def test_an_issue_cannot_deal_with_an_item_that_is_not_there(store: Store) -> None:
    with pytest.raises(StoreError, match=r"(?i)foreign key"), store.transaction() as session:
        issues.add(session, issue=issue(), items=[ItemId(404)])


def test_a_change_is_a_correction_only_of_what_was_told(store: Store) -> None:
    told, untold = add(store, "1"), add(store, "2", now=NOW + HOUR)
    tell(store, issue(), told)
    corrected = correct(store, "1", told, now=NOW + HOUR)
    as_news = correct(store, "2", untold, now=NOW + 2 * HOUR)
    assert changed(store) == (corrected,)
    assert fresh(store) == (as_news,)


def test_a_correction_is_of_the_digest_and_the_story_that_told_it(store: Store) -> None:
    item = add(store, "1")
    tell(store, issue(), item)
    corrected = correct(store, "1", item, now=NOW + HOUR)
    assert changed(store, WEEKLY) == changed(store, story=OTHER) == ()
    tell(store, issue(digest=WEEKLY), item)
    assert changed(store, WEEKLY) == (corrected,)


def test_corrections_count_from_a_moment_on_whenever_their_items_came(store: Store) -> None:
    late, early = add(store, "1", now=NOW + HOUR), add(store, "2")
    tell(store, issue(), late, early)
    one = correct(store, "1", late, now=NOW + 2 * HOUR)
    two = correct(store, "2", early, now=NOW + 3 * HOUR)
    assert changed(store, since=NOW + 2 * HOUR) == (two, one)
    assert changed(store, since=NOW + 2 * HOUR + INSTANT) == (two,)
    assert changed(store, since=NOW + 3 * HOUR + INSTANT) == ()
