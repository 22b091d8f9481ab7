"""What a person awaits although no item promised it."""

import pytest

from briefing.detect import rulings
from briefing.detect.expectations import UNEXPECTED, Line, expect, unexpected, watch
from briefing.model import PromiseState, Series
from tests.unit.detect.ledgers import NOW, START, STORY, Ledger, item

COMING = "Coming up in Part 2: The Keeper of the Lanterns."
FIRST = item(1, "Exit Plans", text=COMING)
SECOND = item(2, "Exit Plans, Part 2: The Keeper", days=9)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        pytest.param("The Seven Lanterns of Qazvin", True, id="the words"),
        pytest.param("Analysis: Seven lanterns of Qazvin go out", True, id="within a title"),
        pytest.param("Lanterns", False, id="one of them"),
        pytest.param("Qazvin's oil", False, id="another matter"),
    ],
)
def test_watched_words_are_kept_by_any_source_whose_title_has_them(title: str, kept: bool) -> None:
    made = Ledger()
    made.keep(watch(STORY, "Lanterns", title="the seven lanterns of Qazvin", now=NOW))
    (progress,) = made.arrive(item(1, title, days=61, source="Anyone", text="The seven lanterns of Qazvin."))
    assert bool(progress and progress.kept) is kept
    if progress:
        assert (made.only.source, made.only.feed) == ("Anyone", "anyone")


def test_a_part_expected_by_the_title_of_its_series_is_promised_in_the_series_once_that_begins() -> None:
    made = Ledger()
    made.keep(watch(STORY, "Exit Plans", part=2, now=START, key="expect:x"))
    (progress,) = made.arrive(item(1, "Exit Plans, Part 1: The Way Out", text=COMING))
    assert progress
    assert [(one.part, one.made_by, one.key) for one in progress.opened] == [(2, 1, "expect:x")]
    assert made.arrive(SECOND)[0]
    assert [one.state.value for one in made.only.promises] == ["kept"]


def test_a_part_expected_by_words_is_the_one_that_an_item_announces_in_them() -> None:
    made = Ledger()
    made.keep(watch(STORY, "Keeper of the Lanterns", title="Keeper of the Lanterns", part=2, now=NOW, key="expect:x"))
    made.arrive(FIRST)
    assert (made.only.title, made.only.source) == ("Exit Plans", "Example Analysis")
    assert [(one.part, one.made_by) for one in made.only.promises] == [(2, 1)]


def test_what_feeds_yaml_expects_no_more_lapses_and_comes_back_with_its_line() -> None:
    series = Ledger().keep(watch(STORY, "Exit Plans", part=2, now=NOW, key="expect:x"))
    gone = unexpected(series, [], now=NOW)
    assert [(one.state, one.evidence) for one in gone.promises] == [(PromiseState.LAPSED, UNEXPECTED)]
    assert unexpected(gone, ["expect:x"], now=NOW) == series
    (promise,) = series.promises
    assert promise.id is not None
    said = rulings.lapse(series, promise.id, now=NOW)
    assert unexpected(said, ["expect:x"], now=NOW) == said
    assert unexpected(said, [], now=NOW) == said


EXPECTED = [
    pytest.param(Line("Exit Plans", None, 2), [(2, 1)], id="the series and the number"),
    pytest.param(Line(None, "keeper of the lanterns", None), [(2, 1)], id="the words that were announced"),
    pytest.param(Line(None, "keeper of the lanterns", 2), [(2, 1)], id="both"),
    pytest.param(Line("Exit Plans", None, 3), [(2, 1), (3, None)], id="another part of the series"),
    pytest.param(Line("Exit Plans", "An Epilogue of Sorts", None), [(2, 1), (None, None)], id="other words of it"),
]


@pytest.mark.parametrize(("line", "promises"), EXPECTED)
def test_a_line_means_what_is_awaited_already_or_adds_to_its_series_once(
    line: Line, promises: list[tuple[int | None, int | None]]
) -> None:
    made = Ledger()
    made.arrive(FIRST)
    assert start(made, line)
    assert [(one.part, one.made_by) for one in made.only.promises] == promises
    assert [one.key for one in made.only.promises if one.key] == [line.key]
    assert not start(made, line), "at the next start"


def test_a_line_of_what_nobody_knows_makes_a_series_that_waits_for_its_first_part() -> None:
    made = Ledger()
    made.arrive(FIRST)
    assert start(made, Line("Qazvin Papers", None, 2))
    assert [series.title for series in made.series.values() if series.expected] == ["Qazvin Papers"]


def test_a_line_of_a_part_that_is_out_awaits_nothing() -> None:
    made = Ledger()
    made.arrive(FIRST, SECOND)
    assert not start(made, Line("Exit Plans", None, 2))


def start(made: Ledger, line: Line) -> Series | None:
    """Start the service with this line in feeds.yaml."""
    found = expect(tuple(made.series.values()), STORY, line, now=NOW)
    return made.keep(found) if found else None
