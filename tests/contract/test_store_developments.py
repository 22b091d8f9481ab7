"""Developments in the store: members, words and what was told come back as they were; the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from briefing.detect.developments import Grouping
from briefing.model import Candidate, Counts, FeedId, Item, ItemId, Member, ParsedItem, StoryId
from briefing.store import developments, feeds, items
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STORY, OTHER = StoryId("iran"), StoryId("other")
FEED = FeedId("a")
NONE = Counts()


@pytest.fixture
def stored(store: Store) -> tuple[Item, ...]:
    """Return four stored items, a day apart, oldest first."""
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
        texts = ("The Guard of Velmar met in Qazvin.", "Rain in Lowvale.", "The Guard met in Qazvin again.", "Sun.")
        parsed = [
            ParsedItem(str(n), None, text, text=text, published=NOW - (3 - n) * DAY) for n, text in enumerate(texts)
        ]
        wanted = [Candidate(one.guid or "", one, one.title) for one in parsed]
        return items.add(session, feed=FEED, source="S", candidates=wanted, lang="en", now=NOW, keep_html=False)


def member(item: Item, development: int, **terms: float) -> Member:
    return Member(item.id, ItemId(development), item.at, item.published, terms or {"guard": 0.1}, 1 / 3, "en")


def save(
    store: Store, *new: Member, moved: tuple[Member, ...] = (), before: Counts = NONE, counts: Counts = NONE
) -> str:
    with store.transaction() as session:
        return developments.save(session, story=STORY, before=before, counts=counts, new=new, moved=moved)


def load(store: Store, story: StoryId = STORY) -> tuple[Counts, tuple[Member, ...]]:
    with store.reading() as session:
        counts, members = developments.load(session, story=story)
    return counts, tuple(sorted(members, key=lambda one: one.item))


def expire(store: Store, before: datetime) -> int:
    with store.transaction() as session:
        return developments.expire(session, before=before)


def test_a_grouping_comes_back_exactly_as_it_was(store: Store, stored: tuple[Item, ...]) -> None:
    grouping = Grouping()
    placed = [grouping.place(item).member for item in stored[:3]]
    save(store, *placed, counts=grouping.counts)
    counts, members = load(store)
    assert (counts, members) == (grouping.counts, tuple(placed))
    again = Grouping(counts, members)
    assert again.place(stored[3]) == grouping.place(stored[3])
    assert load(store, OTHER) == (Counts(0, {}), ())


def test_only_what_changed_of_the_words_is_written_and_what_was_forgotten_goes(
    store: Store, stored: tuple[Item, ...]
) -> None:
    met = Counts(4, {"guard": 2, "سپاه": 3, "rare": 1})
    save(store, counts=met)
    after = Counts(2, {"guard": 1, "سپاه": 3})
    save(store, before=met, counts=after)
    assert load(store)[0] == after


def test_a_stamp_is_new_each_time_and_each_storys_own(store: Store, stored: tuple[Item, ...]) -> None:
    stamps = [save(store), save(store)]
    with store.reading() as session:
        assert developments.stamp(session, story=STORY) == stamps[1] != stamps[0]
        assert developments.stamp(session, story=OTHER) is None


def test_a_member_moves_and_one_that_was_forgotten_meanwhile_stays_so(store: Store, stored: tuple[Item, ...]) -> None:
    one, two, three, _ = stored
    save(store, member(one, one.id), member(two, two.id))
    gone = replace(member(three, two.id), development=one.id)
    save(store, moved=(member(two, one.id), gone))
    with store.reading() as session:
        assert developments.of_items(session, story=STORY, items=[i.id for i in stored]) == dict.fromkeys(
            (one.id, two.id), one.id
        )
        assert developments.members(session, story=STORY, developments=[one.id, two.id]) == {one.id: [one.id, two.id]}
        assert developments.of_item(session, item=two.id) == {STORY: one.id}
        assert developments.of_items(session, story=OTHER, items=[one.id]) == {}


def test_words_go_once_a_development_has_ended_and_the_link_stays(store: Store, stored: tuple[Item, ...]) -> None:
    one, two, three, four = stored
    save(store, member(one, one.id), member(two, two.id), member(three, one.id), member(four, four.id))
    assert expire(store, before=three.at) == 1
    assert [each.item for each in load(store)[1]] == [one.id, three.id, four.id]
    assert expire(store, before=three.at + timedelta(seconds=1)) == 2
    with store.reading() as session:
        named = developments.of_items(session, story=STORY, items=[i.id for i in stored])
    assert named == {one.id: one.id, two.id: two.id, three.id: one.id, four.id: four.id}
    assert expire(store, before=three.at + timedelta(seconds=1)) == 0


def test_what_was_told_is_told_once_and_by_story(store: Store) -> None:
    with store.transaction() as session:
        developments.corroborate(session, story=STORY, told={ItemId(1): NOW})
        developments.corroborate(session, story=STORY, told={ItemId(1): NOW + DAY, ItemId(2): NOW})
        found = developments.corroborated(session, story=STORY, developments=[ItemId(1), ItemId(2), ItemId(3)])
        assert found == {ItemId(1): NOW, ItemId(2): NOW}
        assert developments.corroborated(session, story=OTHER, developments=[ItemId(1)]) == {}
