"""The ledger in the store: series, their instalments and what they owe, kept whole; the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from briefing.errors import StoreError
from briefing.model import (
    Candidate,
    FeedId,
    Instalment,
    Item,
    ItemId,
    Match,
    ParsedItem,
    Promise,
    PromiseState,
    Series,
    StoryId,
)
from briefing.store import feeds, items, stories
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FEED, STORY = FeedId("review"), StoryId("iran")
SOURCE = "Sample Review"


@pytest.fixture
def parts(store: Store) -> tuple[Item, ...]:
    """Return two stored items."""
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://review.example/rss"}, now=NOW)
        wanted = [Candidate(key, ParsedItem(key, None, f"Part {key}"), key) for key in ("1", "2")]
        return items.add(session, feed=FEED, source=SOURCE, candidates=wanted, lang="en", now=NOW, keep_html=False)


def instalment(item: Item, part: int | None) -> Instalment:
    return Instalment(item.id, part, item.title, "https://review.example/", item.first_seen)


def opened(item: Item) -> Series:
    promise = Promise(
        "Coming up in Part 2: the dilemma.", NOW, part=2, title="The Dilemma", made_by=item.id, opened_at=NOW
    )
    return Series(STORY, SOURCE, "The Guard", (instalment(item, 1),), (promise,), ("Sample Author",), FEED)


def save(store: Store, series: Series) -> Series:
    with store.transaction() as session:
        return stories.save(session, series=series)


def ledger(store: Store) -> tuple[Series, ...]:
    with store.reading() as session:
        return stories.ledger(session, story=STORY)


def test_a_new_series_gets_its_ids_and_comes_back_whole(store: Store, parts: tuple[Item, ...]) -> None:
    series = opened(parts[0])
    saved = save(store, series)
    assert saved.id is not None
    assert saved.promises[0].id is not None
    assert replace(saved, id=None, promises=(replace(saved.promises[0], id=None),)) == series
    assert ledger(store) == (saved,)


def test_a_kept_promise_and_a_second_part_are_brought_up_to_date(store: Store, parts: tuple[Item, ...]) -> None:
    one, two = parts
    saved = save(store, opened(one))
    kept = replace(
        saved.promises[0], state=PromiseState.KEPT, kept_by=two.id, kept_at=NOW + DAY, evidence="number and title"
    )
    further = Promise("Part 3 follows.", NOW + DAY, part=3, made_by=two.id, opened_at=NOW + DAY)
    after = replace(
        saved, instalments=(*saved.instalments, instalment(two, 2)), promises=(kept, further), title="Guards"
    )
    again = save(store, after)
    assert again == replace(after, promises=(kept, replace(further, id=again.promises[1].id)))
    assert ledger(store) == (again,)


def test_saving_twice_changes_nothing(store: Store, parts: tuple[Item, ...]) -> None:
    saved = save(store, opened(parts[0]))
    assert save(store, saved) == saved


def test_a_part_whose_number_becomes_known_gets_it(store: Store, parts: tuple[Item, ...]) -> None:
    saved = save(store, replace(opened(parts[0]), instalments=(instalment(parts[0], None),)))
    again = save(store, replace(saved, instalments=(instalment(parts[0], 1),)))
    assert [part.part for part in again.instalments] == [1]


def test_the_ledger_forgets_nothing(store: Store, parts: tuple[Item, ...]) -> None:
    saved = save(store, opened(parts[0]))
    assert save(store, replace(saved, instalments=(), promises=())) == saved


def test_a_series_keeps_its_feed_when_its_publisher_is_renamed(store: Store, parts: tuple[Item, ...]) -> None:
    renamed = replace(save(store, opened(parts[0])), source="Sample Quarterly")
    assert save(store, renamed) == renamed
    assert [(one.feed, one.source) for one in ledger(store)] == [(FEED, "Sample Quarterly")]


def test_a_series_of_no_feed_comes_back_without_one(store: Store, parts: tuple[Item, ...]) -> None:
    assert save(store, replace(opened(parts[0]), feed=None)).feed is None


def test_a_ledger_is_one_storys_whoever_publishes_it(store: Store, parts: tuple[Item, ...]) -> None:
    mine = save(store, opened(parts[0]))
    theirs = save(store, replace(opened(parts[1]), source="Another"))
    save(store, replace(opened(parts[1]), story=StoryId("other")))
    assert ledger(store) == (mine, theirs)


def test_matching_twice_is_matching_once(store: Store, parts: tuple[Item, ...]) -> None:
    with store.transaction() as session:
        stories.match(session, item=parts[0].id, matches=[Match(STORY, ("iran",))])
        stories.match(session, item=parts[0].id, matches=[Match(STORY, ("iran", "irgc")), Match(StoryId("other"))])
        stories.match(session, item=parts[1].id, matches=[])
        assert items.listing(session, story=STORY) == items.listing(session, story=StoryId("other")) == parts[:1]


def test_a_match_of_no_item_is_refused(store: Store) -> None:
    """Foreign keys hold on SQLite too."""
    with pytest.raises(StoreError, match=r"(?i)foreign key"), store.transaction() as session:
        stories.match(session, item=ItemId(404), matches=[Match(STORY)])
