"""What a feed's own number makes of an item, in a ledger that knows a series and in one that knows none."""

import pytest

from briefing.model import PromiseState
from tests.unit.detect.ledgers import Ledger, item

FILES = "The Harbour Files"
OWED = "In episode 12, we will visit the port of Genoa."
BARE = "Episode 12 is out next Tuesday."


def known(*parts: int) -> Ledger:
    """Return a ledger in which a series has these parts."""
    ledger = Ledger()
    ledger.arrive(*(item(n, f"{FILES}, Part {n}", days=n) for n in parts))
    return ledger


@pytest.mark.parametrize(
    "title", ["Night Shifts", "Harbour Radio: Night Shifts", "Night shifts, continued", "Night shifts (cont.)"]
)
def test_a_number_alone_opens_no_series(title: str) -> None:
    ledger = Ledger()
    done = ledger.arrive(*(item(n, title, days=n, number=300 + n) for n in range(1, 9)))
    assert (done, ledger.series) == ([None] * 8, {})


@pytest.mark.parametrize(
    ("title", "number", "parts"),
    [
        pytest.param(f"{FILES}: Night Shifts", 3, [1, 2, 3], id="names the series before its own title"),
        pytest.param(f"Night Shifts | {FILES}", 3, [1, 2, 3], id="names the series after its own title"),
        pytest.param(f"{FILES} (continued)", 3, [1, 2, 3], id="says that the series goes on"),
        pytest.param(f"{FILES}: Night Shifts", 312, [1, 2], id="counts the show"),
        pytest.param(f"{FILES}: Night Shifts", 2, [1, 2], id="counts another season"),
        pytest.param(f"{FILES}: Night Shifts", None, [1, 2], id="has no number"),
        pytest.param("Night Shifts", 3, [1, 2], id="names nothing"),
        pytest.param(f"{FILES}, Part 3: Night Shifts", 312, [1, 2, 3], id="the title wins"),
        pytest.param(f"{FILES}: The Final Part", 312, [1, 2, 3], id="the last part needs none"),
    ],
)
def test_a_number_says_which_part_of_a_known_series_it_is(title: str, number: int | None, parts: list[int]) -> None:
    ledger = known(1, 2)
    ledger.arrive(item(9, title, days=9, number=number))
    assert [part.part for part in ledger.only.instalments] == parts


def test_a_part_that_was_passed_over_finds_its_place() -> None:
    ledger = known(1, 2, 4)
    ledger.arrive(item(9, f"{FILES}: Night Shifts", days=9, number=3))
    assert ledger.only.numbers == {1, 2, 3, 4}


def test_a_number_counts_in_no_series_of_another_source() -> None:
    ledger = known(1, 2)
    ledger.arrive(item(9, f"{FILES}: Night Shifts", days=9, source="Other Radio", number=3))
    assert ledger.only.numbers == {1, 2}


def test_a_named_series_is_numbered_by_its_feed_and_never_by_the_show() -> None:
    ledger = Ledger()
    numbers = (4, 5, 6, 57)
    ledger.arrive(*(item(n, f"Port Tax Learning Series: Night {n}", days=n, number=n) for n in numbers))
    assert ledger.only.numbers == {4, 5, 6}


def test_reading_a_numbered_item_again_changes_nothing() -> None:
    ledger = known(1, 2)
    third = item(9, f"{FILES}: Night Shifts", days=9, number=3)
    first, again = ledger.arrive(third, third)
    assert (first is not None, again) == (True, None)


@pytest.mark.parametrize(
    ("promise", "title", "number", "text", "evidence"),
    [
        pytest.param(OWED, "Salt and Iron", 12, "", "follows the last part", id="follows"),
        pytest.param(OWED, "Cranes of the Genoa port", 12, "", "speaks of the same matter", id="speaks of it"),
        pytest.param(BARE, "Salt and Iron", 12, "", "follows the last part", id="nothing but a number was promised"),
        pytest.param(OWED, "Salt and Iron", 13, "", None, id="another number"),
        pytest.param(OWED, "Salt and Iron", None, "", None, id="no number, such as a trailer's"),
        pytest.param(OWED, "The Steel Diaries, Part 12", 12, "", None, id="the title names another series"),
        pytest.param(OWED, "Part 2: Salt and Iron", 12, "", None, id="the title has another number"),
    ],
)
def test_a_number_keeps_a_promise(
    promise: str, title: str, number: int | None, text: str, evidence: str | None
) -> None:
    ledger = Ledger()
    ledger.arrive(item(1, "Cranes at dawn", text=promise, number=11))
    (owing,) = ledger.series
    ledger.arrive(item(2, title, days=7, text=text, number=number))
    (made,) = ledger.series[owing].promises
    assert (made.part, made.state is PromiseState.KEPT) == (12, evidence is not None)
    assert evidence is None or evidence in (made.evidence or "")


@pytest.mark.parametrize(
    ("first", "promise"),
    [
        pytest.param("Cranes at dawn", "Coming up in Part 2: The Night Shift.", id="another title was promised"),
        pytest.param(f"{FILES}, Part 1", "Part 2 is out next Tuesday.", id="parts are numbered in their titles"),
    ],
)
def test_an_episode_that_happens_to_have_the_number_keeps_no_promise(first: str, promise: str) -> None:
    ledger = Ledger()
    ledger.arrive(item(1, first, text=promise, number=1), item(2, "Salt and Iron", days=7, number=2))
    assert (ledger.only.promises[0].part, ledger.only.promises[0].state) == (2, PromiseState.AWAITED)


def test_a_number_of_another_feed_keeps_no_promise() -> None:
    ledger = Ledger()
    ledger.arrive(item(1, "Cranes at dawn", text=BARE, number=11))
    ledger.arrive(item(2, "Salt and Iron", days=7, source="Other Radio", number=12))
    assert ledger.only.promises[0].state is PromiseState.AWAITED


def test_a_promise_of_a_part_far_from_the_show_is_kept_by_its_title_alone() -> None:
    ledger = Ledger()
    ledger.arrive(item(1, f"{FILES}, Part 1", text="Coming up in Part 2: The Night Shift.", number=311))
    ledger.arrive(item(2, "The Night Shift", days=7, number=312))
    assert ledger.only.numbers == {1, 2}
    assert "title matches" in (ledger.only.promises[0].evidence or "")
