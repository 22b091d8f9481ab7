"""What time alone says of a series: its rhythm, what is expected, overdue, given up, passed over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from briefing.detect import rhythm
from briefing.detect.rhythm import Expected
from briefing.model import Instalment, ItemId, Promise, PromiseState, Series
from tests.unit.detect.ledgers import DAY, START, STORY

HOUR = timedelta(hours=1)
OWED = Promise("Part 9 follows.", START + 20 * DAY, 9, made_by=ItemId(1), opened_at=START + 20 * DAY)
DUE = replace(OWED, due=START + 30 * DAY)


def series(*days: float, parts: tuple[int | None, ...] = (), promises: tuple[Promise, ...] = (OWED,)) -> Series:
    """Return a series with a part on each of these days."""
    numbers = parts or tuple(range(1, len(days) + 1))
    placed = zip(days, numbers, strict=True)
    instalments = (
        Instalment(ItemId(n), part, f"Part {part}", None, START + day * DAY, news=True)
        for n, (day, part) in enumerate(placed)
    )
    return Series(STORY, "S", "Exit Plans", tuple(instalments), promises)


@pytest.mark.parametrize(
    ("days", "usual"),
    [((0,), None), ((0, 0), None), ((0, 7), 7), ((0, 7, 14, 60), 7), ((0, 6, 20), 10)],
)
def test_the_rhythm_is_the_median_of_the_gaps(days: tuple[float, ...], usual: float | None) -> None:
    assert rhythm.rhythm(series(*days)) == (None if usual is None else usual * DAY)


EXPECTED = [
    pytest.param(series(0), OWED, None, id="one part tells nothing"),
    pytest.param(series(0, 8), OWED, Expected(START + 16 * DAY, 2 * DAY), id="two: a quarter either way"),
    pytest.param(series(0, 7, 15), OWED, Expected(START + 22.5 * DAY, DAY / 2), id="as exact as it was before"),
    pytest.param(series(0, 7, 14), OWED, Expected(START + 21 * DAY, HOUR), id="never more exact than an hour"),
    pytest.param(series(0, 7), DUE, Expected(START + 30.5 * DAY, DAY / 2), id="the day announced, all of it"),
]


@pytest.mark.parametrize(("one", "promise", "when"), EXPECTED)
def test_a_part_is_expected_on_its_day_or_a_rhythm_after_the_last(
    one: Series, promise: Promise, when: Expected | None
) -> None:
    assert rhythm.expected(one, promise) == when


OVERDUE = [
    pytest.param(series(0), OWED, None, 27, id="no rhythm: seven days"),
    pytest.param(series(0, 1), OWED, None, 27, id="a daily one: seven days all the same"),
    pytest.param(series(0, 10), OWED, None, 50, id="three rhythms"),
    pytest.param(series(0, 10), OWED, 2 * DAY, 22, id="as the operator says"),
    pytest.param(series(0, 10), DUE, None, 37, id="seven days after the day announced, whatever the rhythm"),
    pytest.param(series(0, 10), DUE, 2 * DAY, 32, id="so long after the day announced"),
]


@pytest.mark.parametrize(("one", "promise", "after", "day"), OVERDUE)
def test_when_a_part_is_overdue(one: Series, promise: Promise, after: timedelta | None, day: float) -> None:
    assert rhythm.overdue_at(one, promise, after) == START + day * DAY
    assert rhythm.is_overdue(one, promise, after, START + day * DAY)
    assert not rhythm.is_overdue(one, promise, after, START + day * DAY - HOUR)


def test_a_part_that_appeared_in_another_way_is_not_overdue() -> None:
    assert not rhythm.is_overdue(series(0, parts=(9,)), OWED, None, START + 99 * DAY)


@pytest.mark.parametrize(
    ("promise", "day"),
    [
        pytest.param(OWED, 110, id="ninety days after it was made"),
        pytest.param(DUE, 120, id="ninety days after the day announced"),
        pytest.param(replace(OWED, by_hand=True), None, id="never what a person awaits"),
        pytest.param(replace(OWED, made_by=None), None, id="nor what a person opened"),
        pytest.param(replace(OWED, key="expect:1"), None, id="nor what feeds.yaml expects"),
    ],
)
def test_a_promise_is_given_up_after_ninety_days(promise: Promise, day: float | None) -> None:
    one = series(0, promises=(promise,))
    if day is None:
        assert rhythm.lapsed(one, START + 999 * DAY) == one
        return
    assert rhythm.lapsed(one, START + day * DAY - HOUR) == one
    (lapsed,) = rhythm.lapsed(one, START + day * DAY).promises
    assert (lapsed.state, lapsed.lapsed_at) == (PromiseState.LAPSED, START + day * DAY)


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ((1, 2, 3), []),
        ((1, 3), [2]),
        ((3, 1), [2]),
        ((2, 5), [3, 4]),
        ((5, 6), []),  # what came before we followed it
        ((1, 6), []),  # too great a leap: another way of counting
        ((1, None, 3), [2]),
        ((0, 2), [1]),
    ],
)
def test_a_gap_is_between_two_parts(parts: tuple[int | None, ...], missing: list[int]) -> None:
    one = series(*range(len(parts)), parts=parts)
    assert [gap.part for gap in rhythm.gaps(one)] == missing


def test_a_part_that_a_person_found_elsewhere_is_no_gap() -> None:
    found = replace(OWED, part=2, state=PromiseState.KEPT, kept_url="https://elsewhere.example/")
    assert rhythm.gaps(series(0, 1, parts=(1, 3), promises=(found,))) == ()


def test_a_gap_is_told_once_a_day_has_passed_if_the_later_part_was_news() -> None:
    one = series(0, 1, parts=(1, 3))
    assert not rhythm.told_gaps(one, START + 2 * DAY - HOUR)
    assert rhythm.told_gaps(one, START + 2 * DAY)
    old = replace(one, instalments=tuple(replace(part, news=False) for part in one.instalments))
    assert not rhythm.told_gaps(old, START + 9 * DAY)


@pytest.mark.parametrize(
    ("one", "after", "day", "owed"),
    [
        pytest.param(series(0), None, 21, (None,), id="nobody knows the day"),
        pytest.param(series(0), None, 28, (), id="nobody knows the day, and it is overdue"),
        pytest.param(series(0), HOUR, 21, (), id="overdue as soon as the operator says"),
        pytest.param(series(0, 8), None, 90, ((START + 16 * DAY, 2 * DAY),), id="its day is long past"),
        pytest.param(series(0, parts=(9,)), None, 21, (), id="it is out"),
        pytest.param(series(0, promises=(replace(OWED, state=PromiseState.KEPT),)), None, 21, (), id="it is kept"),
    ],
)
def test_what_is_owed_is_looked_for(one: Series, after: timedelta | None, day: float, owed: tuple[object, ...]) -> None:
    assert rhythm.owed(one, after, START + day * DAY) == owed
