"""When what lasts is told again, and to whom."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.config.alerts import Route
from briefing.edit import alert, reminders
from briefing.edit.again import Due, due, nth, standing
from briefing.model import Event, EventKind, FeedId, PromiseId, SeriesId, Standing, Telling, Tellings
from tests.unit.edit.desk import NOW, development, item, part, promise, series

HOUR = timedelta(hours=1)
EAR = ("slack", None)


def many(*publishers: str) -> Event:
    """Return the event that these report a development, each an origin of its own."""
    return alert.many(development(*(item(n, source=name) for n, name in enumerate(publishers, 1))), title=None, now=NOW)


GROWN, SAME = many(*"ABCD"), many(*"ABC")
DOWN = Event(EventKind.FEED_DOWN, "feed_down:wire:x", NOW, feed=FeedId("wire"), condition="feed_down:wire:x")


def log(stood: Standing, **at: int) -> Tellings:
    """Return what one ear was told: `told`, `reached` and `waiting`, so many minutes before NOW."""
    last = {name: {EAR: Telling(NOW - timedelta(minutes=ago), stood)} for name, ago in at.items()}
    newest = Telling(NOW - timedelta(minutes=min(at.values(), default=0)), stood)
    return Tellings("c", ("c",), (), newest, **({"told": {}, "reached": {}, "waiting": {}} | last))


def route(**given: Any) -> Route:
    return Route.model_validate({"to": "slack", **given})


SENT_LONG_AGO, JUST_SENT = {"told": 300, "reached": 300}, {"told": 10, "reached": 10}
BEFORE = Standing(3, 3)


@pytest.mark.parametrize(
    ("event", "sent", "given", "holds", "wanted"),
    [
        pytest.param(GROWN, SENT_LONG_AGO, {}, False, Due(NOW, BEFORE), id="grown: now"),
        pytest.param(GROWN, JUST_SENT, {}, False, Due(NOW + HOUR * 5 / 6, BEFORE), id="grown: an hour after the last"),
        pytest.param(
            GROWN, JUST_SENT, {"group": "15m"}, False, Due(NOW + HOUR / 12, BEFORE), id="grown: after `group`"
        ),
        pytest.param(GROWN, {"waiting": 10}, {}, False, Due(NOW, None), id="grown before it was sent: in its place"),
        pytest.param(GROWN, {"told": 10}, {}, False, Due(NOW, None), id="grown, and what was told arrived never"),
        pytest.param(GROWN, {}, {}, False, Due(NOW, None), id="grown: somebody who is asked now"),
        pytest.param(SAME, SENT_LONG_AGO, {}, True, None, id="the same is not told again"),
        pytest.param(SAME, {}, {"repeat": "1h"}, True, None, id="the same is not told to others"),
        pytest.param(SAME, SENT_LONG_AGO, {"repeat": "5h"}, True, Due(NOW, BEFORE), id="repeat"),
        pytest.param(SAME, SENT_LONG_AGO, {"repeat": "6h"}, True, None, id="repeat: not yet"),
        pytest.param(SAME, SENT_LONG_AGO, {"repeat": "5h"}, False, None, id="repeat: it holds no more"),
        pytest.param(SAME, {"waiting": 300}, {"repeat": "5h"}, True, None, id="repeat: the last waits still"),
        pytest.param(SAME, {"told": 300}, {"repeat": "5h"}, True, Due(NOW, None), id="repeat: the last never arrived"),
        pytest.param(DOWN, SENT_LONG_AGO, {}, True, None, id="a feed that is down still"),
        pytest.param(replace(DOWN, final=True), JUST_SENT, {}, True, Due(NOW, Standing()), id="a feed that is gone"),
        pytest.param(replace(DOWN, final=True), {"waiting": 9}, {}, True, None, id="gone before it was told down"),
    ],
)
def test_when_a_condition_is_told_again(
    event: Event, sent: dict[str, int], given: dict[str, Any], holds: bool, wanted: Due | None
) -> None:
    stood = Standing() if event.kind is EventKind.FEED_DOWN else BEFORE
    assert due(event, log(stood, **sent), EAR, route(**given), holds=holds, now=NOW) == wanted


def test_growth_is_seen_against_what_waits() -> None:
    both = log(BEFORE, told=300, reached=300)
    both = replace(both, waiting={EAR: Telling(NOW, Standing(4, 4))})
    assert due(GROWN, both, EAR, route(), holds=False, now=NOW) is None
    assert due(many(*"ABCDE"), both, EAR, route(), holds=False, now=NOW) == Due(NOW, BEFORE)


def test_a_copy_or_a_publisher_more_is_no_growth() -> None:
    assert standing(GROWN) == Standing(4, 4)
    known = log(Standing(3, 4), told=300, reached=300)
    assert due(GROWN, known, EAR, route(), holds=False, now=NOW) is None


def test_each_telling_has_a_key_of_its_own_under_one_condition() -> None:
    again = nth(GROWN, log(BEFORE, told=1), 3, BEFORE)
    assert (again.key, again.condition, again.before, again.development) == ("c+3", "c", BEFORE, GROWN.development)


def test_a_part_that_is_announced_anew_is_another_message() -> None:
    first = item(900)
    run = series(part(first, 1), promises=(promise(first, 2, id=PromiseId(4)),), id=SeriesId(7))
    owed = run.promises[0]
    one, other = (
        reminders.overdue(run, replace(owed, quote=words), title=None, now=NOW)
        for words in ("Part 2 comes soon.", "Part 2 comes in June.")
    )
    assert one.condition == one.key == other.key
    known = log(standing(one), told=300, reached=300)
    assert due(one, known, EAR, route(), holds=True, now=NOW) is None
    assert due(other, known, EAR, route(), holds=True, now=NOW) == Due(NOW, standing(one))


REPORTERS = "ABCDEFGHIJKL"


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 12)), min_size=1, max_size=30), st.integers(1, 120))
def test_no_growth_is_lost_none_is_told_twice_and_none_too_soon(steps: list[tuple[int, int]], group: int) -> None:
    """Some minutes later so many report it; what is due waits until it is, and is told in what comes before that."""
    told: list[Telling] = [Telling(NOW, BEFORE)]
    waiting: list[Telling] = []
    now, most = NOW, BEFORE.origins
    for minutes, count in [*steps, (group + 1, 0)]:
        now += timedelta(minutes=minutes)
        if waiting and waiting[-1].at <= now:
            told.append(waiting[-1])
            waiting.clear()
        event, most = many(*REPORTERS[: max(count, 1)]), max(most, count)
        last = {EAR: told[-1]}
        known = Tellings("c", ("c",), (), told[-1], last, last, {EAR: waiting[-1]} if waiting else {})
        if coming := due(event, known, EAR, route(group=f"{group}m"), holds=False, now=now):
            assert coming.before == told[-1].stood
            waiting = [Telling(coming.at, standing(event))]
    told += waiting
    counts = [one.stood.origins for one in told]
    assert counts == sorted(set(counts))
    assert counts[-1] == most
    gaps = [later.at - sooner.at for sooner, later in pairwise(told)]
    assert all(gap >= timedelta(minutes=group) for gap in gaps)
