"""The ledger: promises are found, awaited and kept by what was promised, and by nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.series import advance
from briefing.model import FeedId, Item, ItemId, Progress, Promise, PromiseState, Series, StoryId

STORY = StoryId("iran")
START = datetime(2026, 11, 5, 8, tzinfo=UTC)
NOW = START + timedelta(days=60)
PROMISE = "Coming up in Part 2: The Praetorian Guard’s Dilemma—the likelihood of an internal IRGC coup."
SEED = (
    "Intelligence reports reportedly revealed a protocol dubbed the “Moscow Contingency”.\n"
    "Related Read: Protests Spread to 50 Cities Accross Iran\n"
    f"{PROMISE} Will the Generals sacrifice the Clerics to save the Republic?"
)
OTHER_WORDS = "The captain is preparing to abandon ship."


def item(number: int, title: str, *, days: float = 0, source: str = "Example Analysis", text: str = "") -> Item:
    at = START + timedelta(days=days)
    feed = FeedId(source.lower().replace(" ", "-"))
    return Item(ItemId(number), feed, source, title, f"https://news.example/{number}", at, at, text=text, news=True)


PART_1 = item(1, "The Moscow Contingency: Anatomy of an Exit", text=SEED)


def step(ledger: list[Series], one: Item, text: str = "") -> Progress | None:
    """Advance the ledger by an item and keep the outcome in it, as a store would."""
    progress = advance(ledger, one, story=STORY, text=text or one.text, now=NOW)
    if progress:
        places = [i for i, series in enumerate(ledger) if series.title == progress.series.title]
        shares = [
            i
            for i in places
            if any(p.item == q.item for p in ledger[i].instalments for q in progress.series.instalments)
        ]
        if shares:
            ledger[shares[0]] = progress.series
        else:
            ledger.append(progress.series)
    return progress


def after_part_1() -> list[Series]:
    ledger: list[Series] = []
    assert step(ledger, PART_1)
    return ledger


def test_an_unnumbered_item_that_promises_part_2_opens_a_series_as_its_part_1() -> None:
    progress = advance((), PART_1, story=STORY, text=SEED, now=NOW)
    assert progress
    assert progress.series.title == "The Moscow Contingency"
    assert progress.series.source == "Example Analysis"
    assert progress.joined == progress.series.instalments[0]
    assert [part.part for part in progress.series.instalments] == [1]
    assert (
        progress.opened
        == progress.series.promises
        == (
            Promise(
                quote=PROMISE,
                made_at=START,
                part=2,
                title="The Praetorian Guard’s Dilemma",
                topic="the likelihood of an internal IRGC coup",
                made_by=ItemId(1),
                opened_at=NOW,
            ),
        )
    )


KEPT = [
    pytest.param(
        item(2, "The Moscow Contingency, Part 2: Generals", days=17), "part 2 of the same series", id="number"
    ),
    pytest.param(item(2, "The Moscow Contingency (2/3)", days=17), "part 2 of the same series", id="number of a total"),
    pytest.param(
        item(2, "Moscow Contingency, part two", days=17), "part 2 of the same series", id="number, title drifts"
    ),
    pytest.param(
        item(
            2, "Part 2: Inside the Guard", days=17, text="The IRGC, the praetorian guard of Moscow's ally, and a coup."
        ),
        "it says it is part 2",
        id="number without the series' name",
    ),
    pytest.param(item(2, "The Praetorian Guard's Dilemma", days=17), "its title matches the promised", id="title"),
    pytest.param(item(2, "THE PRAETORIAN GUARDS’ DILEMMA", days=17), "its title matches", id="title, other spelling"),
    pytest.param(item(2, "Iran: The Praetorian Guard's Dilemma", days=17), "its title matches", id="title in a title"),
    pytest.param(
        item(2, "Part Two: The Praetorian Guard's Dilemma", days=17), "it says it is part 2", id="title and number"
    ),
    pytest.param(item(2, "How Likely Is an Internal IRGC Coup?", days=17), "IRGC, coup", id="topic in the title"),
    pytest.param(
        item(
            2,
            "Will the Generals Mutiny?",
            days=17,
            text="Analysts weigh the odds of a coup within the IRGC. Few agree.",
        ),
        "IRGC, coup",
        id="topic in the first lines",
    ),
]


@pytest.mark.parametrize(("part_2", "evidence"), KEPT)
def test_a_promise_is_kept_by_number_by_title_or_by_topic(part_2: Item, evidence: str) -> None:
    ledger = after_part_1()
    progress = step(ledger, part_2)
    assert progress
    (kept,) = progress.kept
    assert kept.state is PromiseState.KEPT
    assert (kept.kept_by, kept.kept_at) == (part_2.id, part_2.at)
    assert evidence in (kept.evidence or "")
    assert progress.joined
    assert progress.joined.part == 2
    assert [part.part for part in progress.series.instalments] == [1, 2]
    assert progress.series.promises == (kept,)
    assert len(ledger) == 1


def test_a_feed_that_gives_the_day_alone_keeps_its_promise_by_number() -> None:
    progress = step(after_part_1(), item(2, "The Moscow Contingency, Part 2: Generals", days=-0.4))
    assert progress
    assert [promise.state for promise in progress.series.promises] == [PromiseState.KEPT]


DECOYS = [
    pytest.param(item(2, "IRGC coup fears grow", days=1, source="Another Outlet"), id="another outlet's coup story"),
    pytest.param(
        item(2, "The Praetorian Guard's Dilemma", days=1, source="Another Outlet"), id="another outlet's title"
    ),
    pytest.param(
        item(2, "The Moscow Contingency, Part 2", days=1, source="Another Outlet"), id="another outlet's Part 2"
    ),
    pytest.param(item(2, "Part 2 of tax reform: Who pays?", days=1), id="Part 2 of another series"),
    pytest.param(
        item(2, "Tax Reform, Part 2: The coup in the IRGC budget", days=1), id="its coup is of another series"
    ),
    pytest.param(
        item(2, "Part 2: How to file your taxes", days=1, text="Forms and fees."), id="a Part 2 of nothing known"
    ),
    pytest.param(
        item(2, "Part 2: Moscow's metro turns 90", days=1, text="Trains."), id="a Part 2 that shares one word"
    ),
    pytest.param(item(2, "IRGC announces naval drill", days=1, text="The IRGC sails."), id="the IRGC without a coup"),
    pytest.param(
        item(2, "A coup in Ruritania", days=1, text="Generals took the palace."), id="a coup without the IRGC"
    ),
    pytest.param(
        item(2, "The IRGC at sea", days=1, text="A drill.\nRelated Read: IRGC coup fears grow"), id="related read"
    ),
    pytest.param(item(2, "The Praetorian Guard's Dilemma", days=-1), id="older than the promise"),
    pytest.param(item(2, "The Moscow Contingency, Part 3: Exile", days=1), id="another number"),
    pytest.param(item(2, "The Moscow Contingency again", days=1, text=SEED), id="the same article published again"),
    pytest.param(replace(PART_1, title="How likely is an IRGC coup?"), id="the item that made the promise, edited"),
]


@pytest.mark.parametrize("decoy", DECOYS)
def test_a_promise_is_not_kept_by(decoy: Item) -> None:
    ledger = after_part_1()
    progress = step(ledger, decoy)
    assert progress is None or not progress.kept
    awaited = [promise for series in ledger for promise in series.promises]
    assert [promise.state for promise in awaited] == [PromiseState.AWAITED]


@pytest.mark.parametrize("decoy", DECOYS)
def test_the_real_part_keeps_it_after_any_decoy(decoy: Item) -> None:
    ledger = after_part_1()
    step(ledger, decoy)
    progress = step(ledger, item(3, "The Moscow Contingency, Part 2: The Praetorian Guard’s Dilemma", days=17))
    assert progress
    assert len(progress.kept) == 1


@pytest.mark.parametrize("one", [PART_1, *(case.values[0] for case in KEPT)])
def test_reading_an_item_again_changes_nothing(one: object) -> None:
    assert isinstance(one, Item)
    ledger = after_part_1()
    step(ledger, one)
    assert advance(ledger, one, story=STORY, text=one.text, now=NOW) is None
    assert advance(ledger, PART_1, story=STORY, text=SEED, now=NOW) is None


def test_the_promise_of_a_changed_item_is_revised_not_doubled() -> None:
    ledger = after_part_1()
    text = "Coming up in Part 2: The Praetorian Guard’s Choice—the likelihood of an internal IRGC coup."
    progress = step(ledger, PART_1, text)
    assert progress
    assert (progress.joined, progress.kept, progress.opened) == (None, (), ())
    (revised,) = progress.revised
    assert revised.title == "The Praetorian Guard’s Choice"
    assert revised.made_at == START
    assert progress.series.promises == (revised,)


def test_a_kept_promise_is_not_opened_again() -> None:
    ledger = after_part_1()
    step(ledger, item(2, "The Moscow Contingency, Part 2", days=17))
    assert step(ledger, PART_1, SEED.replace("Dilemma", "Choice")) is None


def test_parts_chain() -> None:
    ledger = after_part_1()
    text = "In our next instalment: The Clerics' Answer."
    second = step(ledger, item(2, "The Praetorian Guard's Dilemma", days=17, text=text))
    assert second
    assert [(promise.part, promise.title) for promise in second.opened] == [(3, "The Clerics' Answer")]
    third = step(ledger, item(3, "The Clerics' Answer", days=30))
    assert third
    assert [part.part for part in third.series.instalments] == [1, 2, 3]
    assert {promise.state for promise in third.series.promises} == {PromiseState.KEPT}


def test_numbered_parts_join_without_a_promise_and_a_gap_stays_awaited() -> None:
    ledger = after_part_1()
    progress = step(ledger, item(3, "The Moscow Contingency, Part 3: Exile", days=20))
    assert progress
    assert [part.part for part in progress.series.instalments] == [1, 3]
    assert not progress.kept
    assert progress.series.promises[0].state is PromiseState.AWAITED


def test_a_final_part_follows_the_last_one() -> None:
    ledger = after_part_1()
    step(ledger, item(2, "The Moscow Contingency, Part 2", days=1))
    progress = step(ledger, item(3, "The Moscow Contingency: The Final Part", days=2))
    assert progress
    assert progress.joined
    assert progress.joined.part == 3


def test_an_unnumbered_part_2_is_known_by_promising_part_3() -> None:
    ledger = after_part_1()
    text = "Coming up in Part 3: Exile."
    progress = step(ledger, item(2, "The Moscow Contingency: Who Holds the Guns", days=9, text=text))
    assert progress
    assert [promise.part for promise in progress.kept] == [2]
    assert [promise.part for promise in progress.opened] == [3]


def test_a_part_that_is_out_is_not_promised() -> None:
    ledger: list[Series] = []
    step(ledger, item(2, "The Moscow Contingency, Part 2", days=0))
    progress = step(ledger, PART_1)
    assert progress is None or not progress.opened


def test_a_second_publication_of_a_part_joins_nothing() -> None:
    ledger: list[Series] = []
    step(ledger, item(1, "Exit Plans, Part 1"))
    assert step(ledger, item(2, "Exit Plans, Part 1", days=1)) is None
    assert step(ledger, item(3, "Exit Plans, Part 1", days=300))


def test_series_of_different_years_are_apart() -> None:
    ledger: list[Series] = []
    step(ledger, item(1, "Budget 2025, Part 1"))
    step(ledger, item(2, "Budget 2026, Part 2", days=1))
    assert len(ledger) == 2


def test_another_story_has_its_own_ledger() -> None:
    ledger = [replace(series, story=StoryId("other")) for series in after_part_1()]
    progress = advance(ledger, item(2, "The Praetorian Guard's Dilemma", days=2), story=STORY, text="", now=NOW)
    assert progress is None


def test_items_that_are_not_news_build_the_ledger() -> None:
    assert advance((), replace(PART_1, news=False), story=STORY, text=SEED, now=NOW)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Protests spread", OTHER_WORDS),
        ("Protests spread", "Stay tuned for more details."),
        ("Protests spread", "To be continued."),
        ("Part 2: Something", OTHER_WORDS),
        ("Sbarro files for Chapter 11", OTHER_WORDS),
        ("The Moscow Contingency: Conclusion", OTHER_WORDS),
    ],
)
def test_what_opens_no_series(title: str, text: str) -> None:
    assert advance((), item(1, title), story=STORY, text=text, now=NOW) is None


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("The Moscow Contingency", "The Moscow Contingency"),
        ("The Moscow Contingency: Anatomy", "The Moscow Contingency"),
        ("Analysis: The Moscow Contingency", "The Moscow Contingency"),
        ("Iran: The Moscow Contingency", "Iran: The Moscow Contingency"),
        ("The Moscow Contingency, Part 1: Anatomy", "The Moscow Contingency"),
    ],
)
def test_a_series_is_named_after_its_first_part(title: str, series: str) -> None:
    progress = advance((), item(1, title), story=STORY, text=PROMISE, now=NOW)
    assert progress
    assert progress.series.title == series
    assert progress.series.instalments[0].part == 1


def test_the_text_is_known_later() -> None:
    ledger: list[Series] = []
    assert step(ledger, item(1, "The Moscow Contingency"), "Only an excerpt.") is None
    assert step(ledger, item(1, "The Moscow Contingency"), SEED)


titles = st.sampled_from([PART_1.title, *(case.values[0].title for case in KEPT), "Protests spread"])
texts = st.sampled_from(
    [SEED, OTHER_WORDS, "In our next instalment: The Clerics' Answer.", "Coming up in Part 3: Exile."]
)


@settings(deadline=None)  # a tongue is compiled when it is first met
@given(st.lists(st.tuples(titles, texts), max_size=6))
def test_any_order_keeps_a_promise_and_fills_a_part_at_most_once(arrivals: list[tuple[str, str]]) -> None:
    ledger: list[Series] = []
    arrived = [item(n, title, days=n, text=text) for n, (title, text) in enumerate(arrivals)]
    kept = []
    for one in arrived:
        progress = step(ledger, one)
        kept += progress.kept if progress else ()
        assert step(ledger, one) is None, "read again at once"
    assert len({(promise.made_by, promise.part) for promise in kept}) == len(kept)
    for series in ledger:
        parts = [part.part for part in series.instalments if part.part is not None]
        assert len(parts) == len(set(parts))
        promised = [promise.part for promise in series.promises if promise.part is not None]
        assert len(promised) == len(set(promised))


def test_a_publisher_that_renames_its_feed_keeps_its_promise() -> None:
    renamed = replace(item(2, "The Praetorian Guard's Dilemma", days=17), source="Example Analysis, Weekly")
    progress = step(after_part_1(), renamed)
    assert progress
    assert [promise.state for promise in progress.series.promises] == [PromiseState.KEPT]
