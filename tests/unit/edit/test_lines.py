"""One gate between what is stored and what is republished."""

from datetime import timedelta

import pytest

from briefing.edit.lines import awaited, awaited_line, correction_line, item_line, part_line, part_marks, reading_order
from briefing.model import PromiseState
from tests.unit.edit.desk import DAY, NOW, item, part, promise, series

FULL_TEXT = "The secret seventh paragraph. " * 400


def test_an_item_line_carries_at_most_two_sentences_whatever_is_stored() -> None:
    line = item_line(item(1, excerpt=("One.", "Two.", "Three.")), rights_full=True, full_text=None)
    assert line.excerpt == ("One.", "Two.")


@pytest.mark.parametrize(("rights_full", "html"), [(False, ""), (True, "<p>Whole.</p>")], ids=["excerpt", "full"])
def test_markup_is_carried_under_full_rights_alone(rights_full: bool, html: str) -> None:
    assert item_line(item(1, html="<p>Whole.</p>"), rights_full=rights_full, full_text=None).html == html


@pytest.mark.parametrize("rights_full", [False, True])
def test_text_fetched_for_detection_never_gets_into_a_line(rights_full: bool) -> None:
    line = item_line(item(1, text=FULL_TEXT), rights_full=rights_full, full_text=FULL_TEXT)
    assert "secret seventh" not in repr(line)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        pytest.param(None, None, id="unknown text"),
        pytest.param("", None, id="empty text"),
        pytest.param("Three short words.", 1, id="never less than one"),
        pytest.param("word " * 2000, 9, id="words over 220"),
        pytest.param("日本語の文章" * 250, 3, id="a script without spaces"),
    ],
)
def test_reading_time_comes_from_the_full_text(text: str | None, minutes: int | None) -> None:
    assert item_line(item(1), rights_full=False, full_text=text).minutes == minutes


def test_an_item_from_the_future_stands_at_the_time_we_saw_it() -> None:
    assert item_line(item(1, published=NOW + DAY), rights_full=False, full_text=None).at == item(1).first_seen


def test_a_correction_is_marked_and_stands_at_the_time_of_its_change() -> None:
    line = correction_line(item(1, changed_at=NOW), rights_full=False)
    assert (line.changed, line.at) == (True, NOW)


def test_an_awaited_line_names_the_part_that_made_the_promise_and_its_link() -> None:
    first = item(1)
    run = series(part(first, 1), promises=(promise(first, 2, title="The Guard's Dilemma", topic="a coup"),))
    line = awaited_line(run, run.promises[0])
    assert (line.series, line.part, line.title, line.topic) == (run.title, 2, "The Guard's Dilemma", "a coup")
    assert (line.promised_in, line.url, line.promised_at) == (1, first.url, first.at)


def test_a_promise_by_an_item_outside_the_series_has_no_part_and_no_link() -> None:
    line = awaited_line(series(), promise(item(1), 2))
    assert (line.promised_in, line.url) == (None, None)


def test_a_part_line_tells_the_oldest_promise_it_keeps() -> None:
    old, second = item(50, published=NOW - 17 * DAY), item(2)
    kept = [
        promise(item(40), 2, state=PromiseState.KEPT, kept_by=second.id, quote="Again: Part 2."),
        promise(old, 2, state=PromiseState.KEPT, kept_by=second.id, quote="Coming up."),
        promise(second, 3),
    ]
    run = series(part(old, 1), part(second, 2), promises=tuple(kept))
    line = part_line(item_line(second, rights_full=False, full_text=None), run, run.instalments[1], new={second.id})
    assert line.kept is not None
    assert (line.part, line.kept.quote, line.kept.promised_in) == (2, "Coming up.", 1)
    assert [(mark.part, mark.state) for mark in line.parts] == [(1, "read"), (2, "new"), (3, "awaited")]


@pytest.mark.parametrize(
    ("numbers", "promised", "marks"),
    [
        pytest.param([1, 3], [2], "1 2? 3", id="a gap stands in its place"),
        pytest.param([1], [None], "1 -?", id="a promise without number comes last"),
        pytest.param([None, 2], [3], "- 2 3?", id="an unnumbered part before the numbers"),
        pytest.param([1, None, 2], [], "1 - 2", id="an unnumbered part between them"),
        pytest.param([3, 1, 2], [], "1 2 3", id="parts seen out of order"),
        pytest.param([1, 2, 2], [], "1 2", id="a part told twice"),
        pytest.param([1, 2], [2], "1 2", id="a promise whose part has appeared"),
        pytest.param([1], [2, 2], "1 2?", id="a part promised twice"),
        pytest.param([], [], "", id="nothing"),
    ],
)
def test_parts_stand_in_a_line_in_their_order(
    numbers: list[int | None], promised: list[int | None], marks: str
) -> None:
    items = [item(100 - n) for n in range(len(numbers))]
    run = series(
        *(part(one, number) for one, number in zip(items, numbers, strict=True)),
        promises=tuple(promise(item(1), number, quote=f"{n}") for n, number in enumerate(promised)),
    )
    written = [f"{mark.part or '-'}{'?' * (mark.state == 'awaited')}" for mark in part_marks(run, new=())]
    assert " ".join(written) == marks


def test_the_new_one_of_two_items_for_one_part_is_the_one_shown() -> None:
    early, late = item(9), item(3)
    (mark,) = part_marks(series(part(early, 2), part(late, 2)), new={late.id})
    assert (mark.state, mark.url) == ("new", late.url)


def test_reading_order_goes_by_number_and_by_time_without_one() -> None:
    run = series(part(item(5), 3), part(item(9), 1), part(item(8), None), part(item(6), 2))
    assert [one.item for one in reading_order(run)] == [9, 8, 6, 5]


def test_awaited_promises_come_oldest_first_and_kept_or_lapsed_ones_not_at_all() -> None:
    by = item(1)
    run = series(
        part(by, 6),
        promises=(
            promise(by, 6),  # has appeared, though nobody saw it keep the promise
            promise(by, 4, made_at=NOW),
            promise(by, 3, made_at=NOW - timedelta(days=9)),
            promise(by, 2, state=PromiseState.KEPT),
            promise(by, 5, state=PromiseState.LAPSED),
        ),
    )
    assert [one.part for one in awaited(run)] == [3, 4]
