"""An author who writes elsewhere is known by a full name, and by nothing less."""

import pytest

from briefing.detect.bylines import same_hand
from briefing.model import Series
from tests.unit.detect.ledgers import STORY, Ledger, item

COMING = "Coming up in Part 2: The Keeper of the Lanterns—the likelihood of a strike in Qazvin."
FIRST = item(1, "Exit Plans: The Way Out", text=COMING, authors=("Mina Sample",))

BYLINES = [
    ("Mina Sample", "Mina Sample", True),
    ("Mina Sample", "By MINA SAMPLE", True),
    ("Mina Sample", "mina  sample", True),
    ("مینا نمونه", "مينا نمونه", True),
    ("Mina Sample", "Mina Samples", False),
    ("Mina Sample", "Mina", False),
    ("Mina", "Mina", False),
    ("Reuters", "Reuters", False),
    ("Staff", "Staff", False),
    ("Staff Writer", "Staff Writer", False),
    ("The Editors", "The Editors", False),
    ("Agence France-Presse", "Agence France-Presse", False),
    ("Example Analysis", "Example Analysis", False),  # the outlet itself
    ("admin@example.org", "admin@example.org", False),
    ("گروه سیاسی", "گروه سیاسی", False),
    ("", "", False),
]


@pytest.mark.parametrize(("one", "other", "same"), BYLINES)
def test_a_person_is_named_in_full(one: str, other: str, same: bool) -> None:
    series = Series(STORY, "Example Analysis", "Exit Plans", authors=(one,))
    assert same_hand(series, item(2, "A piece", source="Another Outlet", authors=(other,))) is same


KEPT = [
    pytest.param("Exit Plans, Part 2", True, id="the series and the number"),
    pytest.param("The Keeper of the Lanterns", True, id="the promised title"),
    pytest.param("A strike in Qazvin is likely", False, id="the topic alone: writers write on their matter"),
    pytest.param("Part 2: Rain", False, id="a number of nothing known"),
]


@pytest.mark.parametrize(("title", "kept"), KEPT)
def test_an_author_who_moved_keeps_the_promise_by_its_name_or_title(title: str, kept: bool) -> None:
    made = Ledger()
    made.arrive(FIRST)
    (progress,) = made.arrive(item(2, title, days=9, source="Another Outlet", authors=("Mina Sample",)))
    assert bool(progress and progress.kept) is kept


@pytest.mark.parametrize("authors", [(), ("Reuters",), ("Bob Other",)])
def test_another_hand_at_another_outlet_keeps_nothing(authors: tuple[str, ...]) -> None:
    made = Ledger()
    made.arrive(FIRST)
    made.arrive(item(2, "Exit Plans, Part 2", days=9, source="Another Outlet", authors=authors))
    assert made.series[next(iter(made.series))].promises[0].kept_by is None
