"""Copies in the store: what finds them, whole families, links that change; the same on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.model import Candidate, Copy, FeedId, Item, ItemId, ParsedItem
from briefing.store import copies, feeds, items
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = FeedId("a")
CROWD = 3


@pytest.fixture
def stored(store: Store) -> tuple[Item, ...]:
    """Return six stored items, an hour apart."""
    with store.transaction() as session:
        feeds.sync(session, feeds={FEED: "https://a.example/"}, now=NOW)
        parsed = [ParsedItem(str(n), None, f"Item {n}", published=NOW - n * HOUR) for n in range(6)]
        wanted = [Candidate(one.guid or "", one, one.title) for one in parsed]
        return items.add(session, feed=FEED, source="S", candidates=wanted, lang=None, now=NOW, keep_html=False)


def put(store: Store, bands: dict[Item, tuple[int, ...]]) -> None:
    with store.transaction() as session:
        copies.put_bands(session, bands=bands)


def sharing(store: Store, *bands: int, since: datetime = NOW - 9 * HOUR) -> dict[int, set[ItemId]]:
    with store.reading() as session:
        found = copies.sharing(session, bands=bands, since=since, until=NOW, crowd=CROWD)
    return {band: {item for item, _ in some} for band, some in found.items()}


def save(store: Store, *changed: Copy) -> None:
    with store.transaction() as session:
        copies.save(session, changed=changed)


def families(store: Store, *of: Item) -> dict[ItemId, ItemId]:
    with store.reading() as session:
        return copies.families(session, items=[item.id for item in of])


def test_items_are_found_by_their_bands_within_the_time_asked_for(store: Store, stored: tuple[Item, ...]) -> None:
    one, other, old = stored[0], stored[1], stored[5]
    put(store, {one: (1, 2**40 - 1), other: (2**40 - 1, 3), old: (1, 3)})
    assert sharing(store, 1, 2**40 - 1, 7) == {1: {one.id, old.id}, 2**40 - 1: {one.id, other.id}}
    assert sharing(store, 1, 3, since=NOW - 2 * HOUR) == {1: {one.id}, 3: {other.id}}
    with store.reading() as session:
        assert copies.sharing(session, bands=[3], since=old.at, until=old.at, crowd=1) == {3: ((old.id, old.at),)}


def test_an_edited_item_is_found_by_its_new_bands_alone(store: Store, stored: tuple[Item, ...]) -> None:
    put(store, {stored[0]: (1, 2), stored[1]: (1,)})
    put(store, {stored[0]: (2, 3)})
    assert sharing(store, 1, 2, 3) == {1: {stored[1].id}, 2: {stored[0].id}, 3: {stored[0].id}}


def test_a_band_of_many_texts_tells_nothing_and_one_of_many_copies_does(store: Store, stored: tuple[Item, ...]) -> None:
    put(store, dict.fromkeys(stored, (1,)))
    assert sharing(store, 1) == {}
    save(store, *(Copy(item.id, stored[0].id, "same") for item in stored[1:4]))
    assert sharing(store, 1) == {1: {item.id for item in stored}}


def test_a_family_is_found_by_any_of_it(store: Store, stored: tuple[Item, ...]) -> None:
    one, two, three, other, another, alone = stored
    save(store, Copy(two.id, one.id), Copy(three.id, one.id), Copy(another.id, other.id))
    whole = {two.id: one.id, three.id: one.id}
    assert families(store, one) == families(store, two) == families(store, two, three) == whole
    assert families(store, three, other) == whole | {another.id: other.id}
    assert families(store, alone) == families(store) == {}


def test_links_change_and_end(store: Store, stored: tuple[Item, ...]) -> None:
    one, two, three = stored[:3]
    save(store, Copy(two.id, one.id, "60% of the words"), Copy(three.id, one.id, "the same headline"))
    save(store, Copy(two.id, None), Copy(three.id, two.id, "70% of the words, credited to ap"))
    with store.reading() as session:
        assert copies.of_items(session, items=[i.id for i in stored]) == (
            Copy(three.id, two.id, "70% of the words, credited to ap"),
        )


def test_bands_go_with_their_time(store: Store, stored: tuple[Item, ...]) -> None:
    put(store, dict.fromkeys(stored[:3], (1, 2)))
    with store.transaction() as session:
        assert copies.expire(session, before=NOW - HOUR) == 2
    assert sharing(store, 1, 2) == {band: {stored[0].id, stored[1].id} for band in (1, 2)}
