"""Items that report the same thing come together as they arrive, and only on what was known by then."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.dateline import stated
from briefing.detect.developments import Grouping, aliases_of, lead
from briefing.detect.nearness import Fading
from briefing.detect.terms import terms
from briefing.model import FeedId, Item, ItemId, Placement

START = datetime(2026, 11, 5, 8, tzinfo=UTC)
PORT = [
    ("Port of Velmar closes three terminals", "Inspectors found cracks in the piers of Velmar that carry the cranes."),
    ("Cracks shut terminals in Velmar", "The port of Velmar sent ships away after cracks were found in its piers."),
    (
        "Velmar port terminals shut over cracked piers",
        "Three terminals closed in Velmar; cranes stand on damaged piers.",
    ),
]
VOTE = [
    ("Senate of Orland passes pension bill", "Lawmakers in Orland approved the pension reform by a narrow margin."),
    ("Orland pension reform approved", "The Senate voted for the pension bill after a long night, Orland radio said."),
]
SOLO = ("Violin found in attic sells for a fortune", "An auction house sold the instrument to a museum abroad.")


def item(number: int, words: tuple[str, str], *, hours: float = 0, dated: bool = True, lang: str = "en") -> Item:
    at = START + timedelta(hours=hours)
    published = at if dated else None
    return Item(ItemId(number), FeedId("f"), "Paper", words[0], None, published, at, text=words[1], lang=lang)


NEWS = [item(n, words, hours=n) for n, words in enumerate([PORT[0], VOTE[0], SOLO, PORT[1], VOTE[1], PORT[2]], 1)]


def grouped(items: list[Item], grouping: Grouping | None = None) -> dict[int, int]:
    grouping = grouping or Grouping()
    found: dict[int, int] = {}
    for one in items:
        placed = grouping.place(one)
        found[one.id] = placed.member.development
        found.update({moved.item: moved.development for moved in placed.moved})
    return found


def test_items_that_report_the_same_come_together() -> None:
    assert grouped(NEWS) == {1: 1, 2: 2, 3: 3, 4: 1, 5: 2, 6: 1}


def test_the_same_again_after_the_window_is_another_development() -> None:
    assert grouped([item(1, PORT[0]), item(2, PORT[1], hours=200)]) == {1: 1, 2: 2}


HOURS = [(0, 1.0), (72, 0.368), (96, 0.264), (97, 0.0)]


@pytest.mark.parametrize(("hours", "left"), HOURS)
def test_nearness_fades_with_time_apart(hours: float, left: float) -> None:
    fading = Fading(timedelta(hours=72), timedelta(hours=96), timedelta(hours=24), timedelta(hours=48))
    later = START + timedelta(hours=hours)
    assert fading(START, START, later, later) == pytest.approx(left, abs=0.001)
    assert fading(later, later, START, START) == pytest.approx(left, abs=0.001)
    assert fading(None, None, START, later) < fading(None, None, None, None) < 1


def test_a_text_that_states_its_day_is_dated_by_it() -> None:
    old = (PORT[1][0], f"May 3, 2019 - {PORT[1][1]}")
    assert grouped([item(1, PORT[0], dated=False), item(2, old, dated=False)]) == {1: 1, 2: 1}
    assert grouped([item(1, PORT[0]), item(2, old, dated=False)]) == {1: 1, 2: 2}


DAYS = [
    ("Updated: November 12, 2011 20:09", (2011, 11, 12)),
    ("12 July 2012 - The court", (2012, 7, 12)),
    ("2013-03-08: The court", (2013, 3, 8)),
    ("February 30, 2013 The court", None),
    ("The court met in May of 2013", None),
]


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_stated(text: str, day: tuple[int, int, int] | None) -> None:
    assert stated("A title", text) == (datetime(*day, tzinfo=UTC) if day else None)


def test_developments_that_grow_alike_become_one_under_the_earlier_name() -> None:
    apart = [
        item(1, ("Cranes idle", "Nobody works at the piers where cranes stand.")),
        item(2, ("Velmar closes terminals", "Ships were sent away from Velmar on Thursday.")),
    ]
    grouping = Grouping()
    assert grouped(apart, grouping) == {1: 1, 2: 2}
    bridge = ("Velmar closes terminals: cranes idle", "Nobody works at the piers; ships were sent away from Velmar.")
    placed = grouping.place(item(3, bridge))
    assert placed.member.development == 1
    assert [(moved.item, moved.development) for moved in placed.moved] == [(2, 1)]


def test_placing_an_item_again_changes_nothing() -> None:
    grouping = Grouping()
    grouped(NEWS, grouping)
    before = (grouping.counts, grouping.members)
    standing = next(member for member in grouping.members if member.item == NEWS[3].id)
    assert grouping.place(NEWS[3]) == Placement(standing)
    assert (grouping.counts, grouping.members) == before


def test_what_is_kept_is_enough_to_go_on() -> None:
    whole = grouped(NEWS)
    first = Grouping()
    half = grouped(NEWS[:3], first)
    resumed = Grouping(first.counts, first.members)
    assert half | grouped(NEWS[3:], resumed) == whole


def test_what_is_kept_is_bounded_by_the_window() -> None:
    grouping = Grouping()
    grouped([item(n, PORT[n % 3], hours=5 * n) for n in range(1, 101)], grouping)
    assert len(grouping.members) <= 100
    grouping.place(item(101, SOLO, hours=5000))
    assert [member.item for member in grouping.members] == [101]


def test_languages_meet_where_names_do() -> None:
    german = ("Velmar: Risse in den Pfeilern", "In Velmar wurden Schiffe abgewiesen, sagte Ada Kornau am Donnerstag.")
    english = ("Port of Velmar closes terminals", "Ships were sent away from Velmar, said Ada Kornau on Thursday.")
    other = ("Rentenreform in Orland", "Der Senat von Orland stimmte der Reform zu.")
    found = grouped([item(1, english), item(2, german, hours=1, lang="de"), item(3, other, hours=1, lang="de")])
    assert found == {1: 1, 2: 1, 3: 3}


def test_an_operators_aliases_join_scripts() -> None:
    names = aliases_of({"Velmar": ["Вельмар", "Вельмаре"], "Ada Kornau": ["Ада Корнау"]})
    russian = ("В Вельмаре закрыты терминалы", "Суда отправили в другие порты, сказала Ада Корнау.")
    english = ("Port of Velmar closes terminals", "Ships were sent away from Velmar, said Ada Kornau on Thursday.")
    items = [item(1, english), item(2, russian, hours=1, lang="ru")]
    assert grouped(items, Grouping(aliases=names)) == {1: 1, 2: 1}
    assert grouped(items) == {1: 1, 2: 2}


def test_terms_weigh_titles_and_names() -> None:
    found = terms("Port closes", "The mayor of Velmar said the port closes. Orland waits for Ada Kornau.")
    assert found.weights["port"] == 3.0
    assert found.weights["velmar"] == 1.5
    assert found.weights["ada kornau"] == 1.0
    assert "the" not in found.weights
    assert {"velmar", "ada kornau"} <= found.names


def test_the_lead_is_independent_then_complete_then_early() -> None:
    short, long = item(1, ("a", "few words")), item(2, ("b", "many words " * 40), hours=1)
    late = item(3, ("c", "many words " * 41), hours=2)
    assert lead([short, long, late], {}) == long
    assert lead([short, long, late], {long.id: 2, late.id: 1}) == short


@settings(max_examples=25, deadline=None)
@given(st.permutations(NEWS))
def test_every_item_has_one_development_named_after_one_of_the_items(items: list[Item]) -> None:
    grouping = Grouping()
    found = grouped(items, grouping)
    assert set(found) == {one.id for one in items}
    assert set(found.values()) <= set(found)
    assert found == {member.item: member.development for member in grouping.members}
