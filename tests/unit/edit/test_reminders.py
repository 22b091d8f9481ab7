"""What is told because nothing came."""

from briefing.edit.reminders import overdue, passed_over
from briefing.model import EventKind, PromiseId, SeriesId
from tests.unit.edit.desk import NOW, STORY, item, part, promise, series

FIRST, THIRD = item(900), item(3)
RUN = series(part(FIRST, 1), part(THIRD, 3), promises=(promise(FIRST, 2, id=PromiseId(4)),), id=SeriesId(7))


def test_a_reminder_is_the_promise_with_the_part_that_made_it() -> None:
    event = overdue(RUN, RUN.promises[0], title="The Moscow Contingency", now=NOW)
    assert (event.kind, event.key, event.story) == (EventKind.OVERDUE, "overdue:contingency:4", STORY)
    assert event.promise is not None
    assert (event.promise.overdue, event.promise.part, event.promise.promised_in) == (True, 2, 1)
    assert event.promise.url == FIRST.url


def test_a_gap_names_the_parts_around_it() -> None:
    event = passed_over(RUN, 2, *RUN.instalments, title="The Moscow Contingency", now=NOW)
    assert (event.kind, event.key) == (EventKind.GAP, "gap:contingency:7:2")
    assert event.gap is not None
    assert (event.gap.before.part, event.gap.part, event.gap.after.part) == (1, 2, 3)
    assert event.gap.after.url == THIRD.url
