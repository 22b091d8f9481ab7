"""The ledger in the store: series, their instalments and what they owe, kept whole; the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from briefing import correct
from briefing.detect import rulings
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
    Ruling,
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


def test_what_a_person_said_comes_back(store: Store, parts: tuple[Item, ...]) -> None:
    one, two = parts
    saved = save(store, opened(one))
    by_hand = replace(
        saved.promises[0],
        state=PromiseState.KEPT,
        kept_url="https://elsewhere.example/2",
        kept_at=NOW,
        due=NOW + DAY,
        lapsed_at=NOW,
        score=95,
        key="expect:1",
        by_hand=True,
    )
    placed = replace(saved.instalments[0], news=True, by_hand=True)
    said = replace(
        saved, ruling=Ruling.CONFIRMED, promises=(by_hand,), instalments=(placed,), refused=frozenset({two.id})
    )
    assert save(store, said) == said
    back = replace(said, refused=frozenset(), instalments=(placed, instalment(two, 2)))
    assert save(store, back) == back


def test_what_is_taken_out_is_a_part_no_more_and_stays_out(store: Store, parts: tuple[Item, ...]) -> None:
    saved = save(store, replace(opened(parts[0]), instalments=tuple(instalment(item, 1) for item in parts)))
    out = save(store, replace(saved, instalments=saved.instalments[:1], refused=frozenset({parts[1].id})))
    assert [part.item for part in out.instalments] == [parts[0].id]
    assert save(store, replace(out, refused=frozenset())).refused == {parts[1].id}, "the ledger forgets nothing"


def test_who_owes_something_is_found_but_not_what_a_person_rejected(store: Store, parts: tuple[Item, ...]) -> None:
    saved = save(store, opened(parts[0]))
    save(store, replace(opened(parts[1]), promises=()))
    for ruling, found in ((None, (saved.id,)), (Ruling.CONFIRMED, (saved.id,)), (Ruling.REJECTED, ())):
        save(store, replace(saved, ruling=ruling))
        with store.reading() as session:
            waiting = stories.awaiting(session, stories=[STORY, StoryId("other")])
            assert tuple(one.id for one in waiting) == found
            assert len(stories.standing(session, story=STORY)) == (1 if ruling is Ruling.REJECTED else 2)


def test_a_word_waits_for_a_poll_that_holds_the_ledger(store: Store, parts: tuple[Item, ...]) -> None:
    """So the poll, which read the series before, cannot write over what was said."""
    saved = save(store, opened(parts[0]))
    assert saved.id is not None
    number = saved.id

    def said() -> None:
        with store.transaction() as session:
            correct.say_of_series(session, number, rulings.reject_series)

    word = Thread(target=said)
    with store.transaction() as session:
        (held,) = stories.ledger(session, story=STORY, hold=True)
        word.start()
        word.join(0.3)
        assert word.is_alive()
        stories.save(session, series=replace(held, title="Another title"))
    word.join(5)
    (after,) = ledger(store)
    assert (after.title, after.ruling) == ("Another title", Ruling.REJECTED)


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
