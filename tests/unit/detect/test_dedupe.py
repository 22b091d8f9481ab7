"""New, changed or seen: what a second look at a feed must not tell twice, and must not swallow."""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.detect.dedupe import content_hash, lookup, same_page, sieve
from briefing.model import Candidate, ItemId, KnownItem, ParsedFeed, ParsedItem, Sieved

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SINCE, KEEP = timedelta(hours=48), timedelta(days=180)
LONG = "The intelligence service published a report of eighty or more characters on the matter at hand today."
CORPUS = Path(os.environ.get("BRIEFING_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")


def item(
    guid: str | None = None, url: str | None = None, title: str = "", text: str = "", at: datetime | None = NOW
) -> ParsedItem:
    link = f"https://news.example/{url}" if url is not None else None
    return ParsedItem(guid, link, title or f"Item {guid or url}", canonical_url=link, published=at, text=text)


@dataclass
class Memory:
    """The few lines of a store that identity needs."""

    known: dict[ItemId, KnownItem] = field(default_factory=dict)

    def poll(self, *items: ParsedItem, primed: bool = True) -> Sieved:
        """Sieve a document against what its lookup finds, and remember the outcome."""
        feed = ParsedFeed("Feed", None, tuple(items))
        asked = lookup(feed)
        found = [
            one
            for one in self.known.values()
            if one.key in asked.keys or one.canonical_url in asked.urls or one.content_hash in asked.hashes
        ]
        sieved = sieve(feed, found, primed=primed, since=KEEP if primed else SINCE, now=NOW)
        for candidate in sieved.new:
            self._keep(ItemId(len(self.known) + 1), candidate.key, candidate)
        for known_id, candidate in sieved.changed:
            self._keep(known_id, self.known[known_id].key, candidate)
        for known_id, key in sieved.rekeyed:
            self.known[known_id] = replace(self.known[known_id], key=key)
        keys = [one.key for one in self.known.values()]
        assert len(keys) == len(set(keys)), "two items under one key"
        return sieved

    def _keep(self, known_id: ItemId, key: str, candidate: Candidate) -> None:
        self.known[known_id] = KnownItem(known_id, key, candidate.parsed.canonical_url, candidate.content_hash)


def counts(sieved: Sieved) -> tuple[int, int, int]:
    return len(sieved.new), len(sieved.changed), len(sieved.seen)


A, B, C = item("a", "a"), item("b", "b"), item("c", "c")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([A, B], [C, A, B], (1, 0, 2), id="a new item on top"),
        pytest.param([A, B], [B, A], (0, 0, 2), id="another order"),
        pytest.param([A], [replace(A, text="Corrected.")], (0, 1, 0), id="an edit is changed, not new"),
        pytest.param([A], [replace(A, title="", text="")], (0, 0, 1), id="an item that lost its words is no edit"),
        pytest.param([A], [replace(A, title="ITEM  A")], (0, 0, 1), id="case and spaces are no edit"),
        pytest.param(
            [item("g", "a", "First", LONG)],
            [item("g", "b", "Second")],
            (1, 0, 0),
            id="a reused guid with another link is new",
        ),
        pytest.param(
            [item("g", "iran-exit-plan", "Exit plan")],
            [item("g", "iran-exit-plan-leaked", "Exit plan leaked")],
            (0, 1, 0),
            id="a slug edited with its headline is an edit",
        ),
        pytest.param(
            [item("g", "a", "Same", "Same words")],
            [item("g", "moved/elsewhere", "Same", "Same words")],
            (0, 0, 1),
            id="a page that moved under its guid is no news",
        ),
        pytest.param(
            [item(str(n), f"p{n}", f"T{n}") for n in range(4)],
            [item(f"x{n}", f"p{n}", f"T{n}") for n in range(4)],
            (0, 0, 4),
            id="all guids changed, links stayed",
        ),
        pytest.param(
            [item(str(n), f"p{n}", f"T{n}") for n in range(4)],
            [item(f"x{n}", f"q{n}", f"T{n}") for n in range(4)],
            (0, 0, 4),
            id="all guids and links changed, words stayed",
        ),
        pytest.param(
            [item("s-1", "a/1?sid=1", "Item")], [item("s-2", "a/1?sid=2", "Item")], (0, 0, 1), id="session ids in links"
        ),
        pytest.param(
            [item("a", "1", "Open thread"), B],
            [item("c", "2", "Open thread"), B],
            (1, 0, 1),
            id="a recurring short title is an item of its own",
        ),
        pytest.param(
            [item("a", "1", "Report", LONG), B],
            [item("c", "2", "Report", LONG), B],
            (0, 0, 2),
            id="a telling text under another guid and link is known",
        ),
        pytest.param(
            [item("a", "", "One", LONG)],
            [item("b", "", "Two")],
            (1, 0, 0),
            id="a link to the front page is no identity",
        ),
        pytest.param(
            [item("a", "home", "One"), item("b", "home", "Two")],
            [item("c", "home", "Three"), item("a", "home", "One"), item("b", "home", "Two")],
            (1, 0, 2),
            id="one link for all items is no identity",
        ),
        pytest.param(
            [item("a", "home", "One")],
            [item("b", "home", "Two"), item("a", "home", "One")],
            (1, 0, 1),
            id="a link speaks for no item whose guid is still there",
        ),
        pytest.param([item(None, "a")], [item(None, "a", "Edited")], (0, 1, 0), id="no guid: the link is the identity"),
        pytest.param([item(None, "a", "T")], [item("g", "a", "T")], (0, 0, 1), id="an item that gains a guid"),
        pytest.param([item("g", "a", "T")], [item(None, "a", "T")], (0, 0, 1), id="an item that loses its guid"),
        pytest.param(
            [item(None, None, "Only title 1")],
            [item(None, None, "Only title 1"), item(None, None, "Only title 2")],
            (1, 0, 1),
            id="neither guid nor link: the words are the identity",
        ),
        pytest.param(
            [item("same", "1", "First"), item("same", "2", "Second")],
            [item("same", "1", "First"), item("same", "2", "Second"), item("same", "3", "Third")],
            (1, 0, 2),
            id="one guid for all items",
        ),
        pytest.param(
            [item("same", "1", "First"), item("same", "2", "Second")],
            [item("same", "2", "Second, corrected")],
            (0, 1, 0),
            id="one guid for all items, and only one left",
        ),
        pytest.param(
            [item("1", "a", "A"), item("2", "b", "B")],
            [item("1", "c", "C"), item("2", "a", "A"), item("3", "b", "B")],
            (1, 0, 2),
            id="guids that are places in the list",
        ),
        pytest.param(
            [item(" urn:A ", "a")], [item("urn:A", "a", "Item  urn:A ")], (0, 0, 1), id="blanks around a guid"
        ),
        pytest.param([item("g" * 100_000, "a")], [item("g" * 100_000, "a")], (0, 0, 1), id="an endless guid"),
        pytest.param([item("", "a", "T")], [item(None, "a", "T")], (0, 0, 1), id="an empty guid is none"),
    ],
)
def test_second_poll(first: list[ParsedItem], second: list[ParsedItem], expected: tuple[int, int, int]) -> None:
    memory = Memory()
    memory.poll(*first)
    assert counts(memory.poll(*second)) == expected
    assert counts(memory.poll(*second))[:2] == (0, 0), "a third look at the same document"


def test_changed_guids_are_handed_on_as_rekeyed() -> None:
    memory = Memory()
    memory.poll(item("old", "a", "T"))
    assert memory.poll(item("new", "a", "T")).rekeyed == ((ItemId(1), "new"),)


def test_an_edit_under_a_new_guid_is_changed_and_rekeyed() -> None:
    memory = Memory()
    memory.poll(item("old", "a", "T"), B)
    sieved = memory.poll(item("new", "a", "T, corrected"), B)
    assert counts(sieved) == (0, 1, 1)
    assert sieved.rekeyed == ((ItemId(1), "new"),)


def test_two_versions_of_an_item_in_one_document_are_one_item_the_later() -> None:
    old, new = item("g", "a", "Old", at=NOW - timedelta(hours=2)), item("g", "a", "New")
    for document in ([old, new], [new, old]):
        (candidate,) = Memory().poll(*document).new
        assert candidate.parsed.title == "New"


def test_keys_name_guid_then_url_then_words() -> None:
    sieved = Memory().poll(item("g", "a"), item(None, "b"), item(None, None, "Words"))
    assert [candidate.key for candidate in sieved.new] == [
        "g",
        "url:https://news.example/b",
        f"hash:{content_hash(item(None, None, 'Words'))}",
    ]


@pytest.mark.parametrize(
    ("at", "primed", "news"),
    [
        pytest.param(NOW, False, True, id="first poll, fresh"),
        pytest.param(NOW - SINCE, False, True, id="first poll, just within"),
        pytest.param(NOW - SINCE - timedelta(seconds=1), False, False, id="first poll, older than since"),
        pytest.param(None, False, False, id="first poll, undated"),
        pytest.param(NOW + timedelta(days=1), False, True, id="first poll, dated ahead"),
        pytest.param(None, True, True, id="later poll, undated"),
        pytest.param(NOW - timedelta(days=9), True, True, id="later poll, published late"),
        pytest.param(NOW - timedelta(days=181), True, False, id="later poll, older than what is kept"),
    ],
)
def test_a_first_poll_does_not_flood(at: datetime | None, primed: bool, news: bool) -> None:
    (candidate,) = Memory().poll(item("g", "a", at=at), primed=primed).new
    assert candidate.news is news


def test_the_hash_is_of_what_readers_see() -> None:
    assert content_hash(ParsedItem("1", None, "A  title", text="Ten\n words")) == content_hash(
        ParsedItem("2", "https://x.example", "a title", html="<b>", text="ten words")
    )
    assert content_hash(ParsedItem(None, None, "", text=" \n")) == ""
    assert content_hash(A).startswith("1:")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/x/1", "https://b.example/x/1", True),
        ("http://a.example/", "http://b.example/", False),
        ("http://a.example/news/101", "http://a.example/news/102", False),
        ("http://a.example/episode-one-of-two-1", "http://a.example/episode-one-of-two-2", False),
        ("http://a.example/generals-in-doubt", "http://a.example/generals-in-grave-doubt", True),
        ("http://a.example/tax-reform-passes", "http://a.example/generals-in-doubt", False),
    ],
)
def test_an_edited_address_is_told_from_another_page(one: str, other: str, same: bool) -> None:
    assert same_page(one, other) is same


names = st.sampled_from(["a", "b", "c", "d"])
documents = st.lists(
    st.builds(item, st.none() | names, st.none() | names | st.just(""), names, st.sampled_from(["", "Short", LONG])),
    max_size=6,
)


@given(documents)
def test_the_same_document_twice_brings_nothing_new(document: list[ParsedItem]) -> None:
    memory = Memory()
    first = memory.poll(*document)
    second = memory.poll(*document)
    assert counts(second) == (0, 0, len(first.new))


@given(documents, documents.flatmap(lambda document: st.tuples(st.just(document), st.permutations(document))))
def test_the_order_of_items_decides_nothing(
    first: list[ParsedItem], second: tuple[list[ParsedItem], list[ParsedItem]]
) -> None:
    outcomes = []
    for document in second:
        memory = Memory()
        memory.poll(*first)
        sieved = memory.poll(*document)
        new = {candidate.key for candidate in sieved.new}
        outcomes.append((new, {known for known, _ in sieved.changed}, set(sieved.seen), set(sieved.rekeyed)))
    assert outcomes[0] == outcomes[1]


@given(st.lists(documents, max_size=4))
def test_every_item_is_placed_once(polls: list[list[ParsedItem]]) -> None:
    memory = Memory()
    for document in polls:
        sieved = memory.poll(*document)
        old = [*(known for known, _ in sieved.changed), *sieved.seen]
        assert len(old) == len(set(old))
        assert sum(counts(sieved)) <= len(document)


@pytest.mark.skipif(not (CORPUS / "sequences").is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize(
    ("files", "new"),
    [
        pytest.param(["nodejs-1.xml", "nodejs-2.xml", "nodejs-3.xml"], [1, 0, 0], id="an edited text"),
        pytest.param(["slymarbo-1.xml", "slymarbo-2.xml"], [1, 1], id="one item more"),
        pytest.param(["feedbin-1.xml", "feedbin-2.xml"], [5, 1], id="a relative link as guid"),
    ],
)
def test_recorded_sequences(files: list[str], new: list[int]) -> None:
    parse = import_module("briefing.collect.parse")
    memory = Memory()
    for name, expected in zip(files, new, strict=True):
        body = (CORPUS / "sequences" / name).read_bytes()
        feed: ParsedFeed = parse.feed(body, "application/xml", "https://feed.example/rss")
        assert len(memory.poll(*feed.items).new) == expected
