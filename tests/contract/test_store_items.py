"""Items in the store: stored once, changed when a reader would see it, found by feed and story."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from briefing.model import Candidate, FeedId, Item, ItemId, KnownItem, Lookup, Match, ParsedItem, StoryId
from briefing.store import feeds, items, stories
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = FeedId("a"), FeedId("b")
IRAN = StoryId("iran")


@pytest.fixture(autouse=True)
def _feeds(store: Store) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds={A: "https://a.example/rss", B: "https://b.example/rss"}, now=NOW)


def candidate(key: str = "1", *, news: bool = True, **changes: Any) -> Candidate:
    parsed = ParsedItem(
        guid=key,
        url=f"https://a.example/{key}",
        title=f"Item {key}",
        canonical_url=f"https://a.example/{key}",
        published=NOW - HOUR,
        authors=("Sample Author",),
        html="<p>Text.</p>",
        text="Text.",
        excerpt=("Text.",),
    )
    return Candidate(key, replace(parsed, **changes), f"hash-{key}", news)


def add(
    store: Store, *candidates: Candidate, feed: FeedId = A, now: datetime = NOW, keep_html: bool = False
) -> tuple[Item, ...]:
    with store.transaction() as session:
        return items.add(
            session,
            feed=feed,
            source="Sample Review",
            candidates=candidates,
            lang="en",
            now=now,
            keep_html=keep_html,
        )


def change(store: Store, item: Item, new: Candidate, *, now: datetime = NOW + HOUR) -> tuple[Item, ...]:
    with store.transaction() as session:
        return items.change(session, changes=[(item.id, new)], now=now, keep_html=False)


def kept(store: Store, item: Item) -> Item:
    with store.reading() as session:
        return next(one for one in items.listing(session) if one.id == item.id)


def put_text(store: Store, item: Item, text: str) -> None:
    with store.transaction() as session:
        items.put_texts(session, texts={item.id: text}, expires=NOW + HOUR)


def known(store: Store, lookup: Lookup, feed: FeedId = A) -> tuple[KnownItem, ...]:
    with store.reading() as session:
        return items.known(session, feed=feed, lookup=lookup)


def match(store: Store, found: Sequence[Item]) -> None:
    with store.transaction() as session:
        for item in found:
            stories.match(session, item=item.id, matches=[Match(IRAN, ("iran",))])


def test_a_stored_item_is_all_there(store: Store) -> None:
    (item,) = add(store, candidate(), keep_html=True)
    expected = Item(
        id=item.id,
        feed=A,
        source="Sample Review",
        title="Item 1",
        url="https://a.example/1",
        published=NOW - HOUR,
        first_seen=NOW,
        excerpt=("Text.",),
        html="<p>Text.</p>",
        text="Text.",
        authors=("Sample Author",),
        lang="en",
    )
    assert item == expected == kept(store, item)


def test_markup_is_kept_only_where_rights_allow(store: Store) -> None:
    (item,) = add(store, candidate())
    assert item.html == ""


def test_an_items_own_language_wins(store: Store) -> None:
    (item,) = add(store, candidate(lang="fa"))
    assert item.lang == "fa"


def test_only_what_is_new_comes_back_in_the_feeds_order(store: Store) -> None:
    add(store, candidate("2"))
    found = add(store, candidate("3"), candidate("2", title="Rewritten"), candidate("1"), now=NOW + HOUR)
    assert [item.title for item in found] == ["Item 3", "Item 1"]
    with store.reading() as session:
        assert {item.title for item in items.listing(session)} == {"Item 1", "Item 2", "Item 3"}


def test_a_key_twice_in_one_document_is_one_item(store: Store) -> None:
    assert [item.title for item in add(store, candidate(), candidate(title="Again"))] == ["Item 1"]


def test_the_same_key_in_another_feed_is_another_item(store: Store) -> None:
    add(store, candidate())
    assert len(add(store, candidate(), feed=B)) == 1


def test_nothing_to_add_adds_nothing(store: Store) -> None:
    assert add(store) == ()


def test_a_full_document_is_stored_in_one_go(store: Store) -> None:
    many = [candidate(str(n)) for n in range(700)]
    assert [item.title for item in add(store, *many)] == [f"Item {n}" for n in range(700)]
    assert add(store, *many, now=NOW + HOUR) == ()


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        pytest.param(Lookup(("1",), (), ()), {"1"}, id="by key"),
        pytest.param(Lookup((), ("https://a.example/2",), ()), {"2"}, id="by canonical URL"),
        pytest.param(Lookup((), (), ("hash-3",)), {"3"}, id="by hash"),
        pytest.param(Lookup(("1",), ("https://a.example/1",), ("hash-3",)), {"1", "3"}, id="each once"),
        pytest.param(Lookup((), (), ()), set(), id="nothing asked"),
        pytest.param(Lookup(("9",), ("https://a.example/9",), ("hash-9",)), set(), id="unknown"),
        pytest.param(Lookup(tuple(map(str, range(2000))), (), ()), {"1", "2", "3"}, id="more than one query takes"),
    ],
)
def test_items_are_known(store: Store, lookup: Lookup, expected: set[str]) -> None:
    found = add(store, candidate("1"), candidate("2"), candidate("3"))
    ids = {item.title.removeprefix("Item "): item.id for item in found}
    wanted = {KnownItem(ids[key], key, f"https://a.example/{key}", f"hash-{key}") for key in expected}
    assert set(known(store, lookup)) == wanted


def test_another_feeds_items_are_not_known(store: Store) -> None:
    add(store, candidate())
    assert known(store, Lookup(("1",), ("https://a.example/1",), ("hash-1",)), feed=B) == ()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Item 1, corrected"}, id="title"),
        pytest.param({"text": "Another text."}, id="text"),
        pytest.param({"url": "https://a.example/moved"}, id="link"),
    ],
)
def test_what_a_reader_sees_makes_an_item_changed(store: Store, changes: dict[str, Any]) -> None:
    (item,) = add(store, candidate())
    (changed,) = change(store, item, replace(candidate(**changes), content_hash="new"))
    assert changed == replace(item, changed_at=NOW + HOUR, **changes) == kept(store, item)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="hash alone"),
        pytest.param({"published": NOW}, id="date"),
        pytest.param({"html": "<div>Text.</div>"}, id="markup"),
        pytest.param({"title": "Item\0 1"}, id="characters that are not stored"),
    ],
)
def test_what_no_reader_sees_is_stored_silently(store: Store, changes: dict[str, Any]) -> None:
    (item,) = add(store, candidate())
    assert change(store, item, replace(candidate(**changes), content_hash="new")) == ()
    assert kept(store, item).changed_at is None
    assert known(store, Lookup((), (), ("new",)))[0].id == item.id


def test_a_change_of_an_item_that_is_not_there_is_none(store: Store) -> None:
    with store.transaction() as session:
        assert items.change(session, changes=[(ItemId(404), candidate())], now=NOW, keep_html=False) == ()
        assert items.listing(session) == ()


def test_changed_items_come_back_oldest_first_with_their_full_texts(store: Store) -> None:
    """What detection reads of an item must not shrink to the feed's words because its title was corrected."""
    whole = add(store, candidate("1"))[0]
    bare = add(store, candidate("2"), now=NOW + HOUR)[0]
    put_text(store, whole, "The whole article.")
    corrected = [(bare.id, candidate("2", title="B")), (whole.id, candidate("1", title="A", text="New words."))]
    with store.transaction() as session:
        found = items.change(session, changes=corrected, now=NOW + HOUR, keep_html=False)
        assert [(item.title, item.text) for item in found] == [("A", "The whole article."), ("B", "Text.")]
        items.expire_texts(session, now=NOW + HOUR)
    assert kept(store, whole).text == "New words."


def test_many_items_change_in_one_go(store: Store) -> None:
    found = add(store, *(candidate(str(n)) for n in range(700)))
    corrected = [(item.id, candidate(str(n), title="Corrected")) for n, item in enumerate(found)]
    with store.transaction() as session:
        changed = items.change(session, changes=corrected, now=NOW + HOUR, keep_html=False)
    assert {item.id for item in changed} == {item.id for item in found}


def test_a_rekeyed_item_is_known_by_its_new_guid(store: Store) -> None:
    (item,) = add(store, candidate("old"))
    with store.transaction() as session:
        items.rekey(session, rekeyed=[(item.id, "new")])
    assert known(store, Lookup(("old", "new"), (), ()))[0].key == "new"


def test_a_guid_that_is_taken_is_not_taken_again(store: Store) -> None:
    one, two = add(store, candidate("1"), candidate("2"))
    with store.transaction() as session:
        items.rekey(session, rekeyed=[(one.id, "2"), (two.id, "3")])
    assert {(k.id, k.key) for k in known(store, Lookup(("1", "2", "3"), (), ()))} == {(one.id, "1"), (two.id, "3")}


def test_full_text_stands_for_the_excerpt_until_it_expires(store: Store) -> None:
    (item,) = add(store, candidate())
    with store.transaction() as session:
        items.put_texts(session, texts={item.id: "Draft."}, expires=NOW)
        items.put_texts(session, texts={item.id: "The whole article."}, expires=NOW + HOUR)
        assert items.texts(session, items=[item.id]) == {item.id: "The whole article."}
        assert items.listing(session) == (replace(item, text="The whole article."),)
        assert items.expire_texts(session, now=NOW + HOUR - timedelta(microseconds=1)) == 0
        assert items.expire_texts(session, now=NOW + HOUR) == 1
        assert items.texts(session, items=[item.id]) == {}
    assert kept(store, item) == item


def test_listings_are_newest_first(store: Store) -> None:
    one = add(store, candidate("1"))[0]
    two = add(store, candidate("2"), feed=B, now=NOW + HOUR)[0]
    three = add(store, candidate("3"), now=NOW + 2 * HOUR)[0]
    match(store, [one, two])
    with store.reading() as session:
        assert items.listing(session) == (three, two, one)
        assert items.listing(session, limit=1) == (three,)
        assert items.listing(session, feed=A) == (three, one)
        assert items.listing(session, story=IRAN) == (two, one)
        assert items.listing(session, feed=A, story=IRAN) == (one,)


@pytest.mark.parametrize(
    ("hostile", "stored"),
    [
        pytest.param("a\0b", "ab", id="NUL"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair"),
        pytest.param("گزارش 🛰 𐍈", "گزارش 🛰 𐍈", id="all that is text"),
        pytest.param("'; DROP TABLE items; --%s %(x)s :x ?", "'; DROP TABLE items; --%s %(x)s :x ?", id="SQL"),
    ],
)
def test_no_character_of_a_feed_can_break_a_write(store: Store, hostile: str, stored: str) -> None:
    parts: dict[str, Any] = {
        "title": hostile,
        "text": hostile,
        "authors": (hostile,),
        "excerpt": (hostile,),
        "url": hostile,
    }
    (item,) = add(store, candidate(hostile, **parts))
    assert (item.title, item.text, item.authors, item.excerpt, item.url) == (
        stored,
        stored,
        (stored,),
        (stored,),
        stored,
    )
    assert known(store, Lookup((hostile,), (), ()))[0].key == stored
    assert add(store, candidate(hostile), now=NOW + HOUR) == ()


def test_moments_come_back_in_utc_whatever_zone_they_came_in(store: Store) -> None:
    from zoneinfo import ZoneInfo

    (item,) = add(store, candidate(published=datetime(2026, 7, 1, 12, 30, 1, 5, tzinfo=ZoneInfo("Asia/Tehran"))))
    assert item.published == datetime(2026, 7, 1, 9, 0, 1, 5, tzinfo=UTC)
    assert item.published.tzinfo is UTC
