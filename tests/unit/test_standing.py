"""What a row of verdicts makes of a far end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from briefing import retry
from briefing.model import Dead, Delivered, LaneStanding, Retry, Verdict
from briefing.standing import after as after_one
from briefing.standing import event, is_back, reach, trouble

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DOWN, GONE, OFTEN = Retry("503", down=True), Dead("410", stop_channel=True), Retry("429", stop_channel=True)
TAKEN, WRONG, LATER = Delivered(), Dead("400"), Retry("408")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def after(*verdicts: Verdict, apart: timedelta = HOUR, ends: bool = True) -> LaneStanding:
    """Return how a far end stands after verdicts so far apart, of which the last is now."""
    standing = LaneStanding()
    for number, verdict in enumerate(verdicts):
        standing = after_one(standing, verdict, NOW - (len(verdicts) - 1 - number) * apart, ends=ends)
    return standing


@pytest.mark.parametrize(
    ("verdicts", "wait"),
    [
        ([DOWN], None),
        ([DOWN, DOWN], None),
        ([DOWN] * 3, 5 * SECOND),
        ([DOWN] * 5, 20 * SECOND),
        ([DOWN] * 40, 900 * SECOND),
        ([OFTEN], 5 * SECOND),
        ([OFTEN, OFTEN], 10 * SECOND),
        ([Retry("429", 40 * SECOND, stop_channel=True)], 40 * SECOND),
        ([Retry("503", 400 * SECOND, down=True)] * 3, 400 * SECOND),
    ],
    ids=str,
)
def test_how_long_it_rests(verdicts: list[Verdict], wait: timedelta | None) -> None:
    assert after(*verdicts).until == (NOW + wait if wait else None)
    assert after(*verdicts).rests(NOW) == (wait is not None)


@pytest.mark.parametrize("alive", [TAKEN, WRONG, LATER], ids=["taken", "wrong", "later"])
def test_whoever_answers_for_one_message_is_well(alive: Verdict) -> None:
    assert after(*[DOWN] * 9, alive) == LaneStanding()
    assert is_back(after(DOWN), after(alive))
    assert not is_back(after(alive), after(alive))
    assert not is_back(after(DOWN), after(DOWN, DOWN))


@pytest.mark.parametrize("wait", [retry.delivery_wait, retry.mail_wait], ids=["posted", "mail"])
@pytest.mark.parametrize("lasting", [8 * MINUTE, 20 * MINUTE, 50 * MINUTE, 2 * HOUR, 10 * HOUR, 24 * HOUR], ids=str)
def test_all_that_an_outage_put_off_is_due_at_its_end(
    lasting: timedelta, wait: Callable[[int], timedelta | None]
) -> None:
    for began in (NOW, NOW + lasting / 3, NOW + lasting - SECOND):
        due = began
        for attempt in range(1, 99):
            if due > NOW + lasting:
                break
            due += wait(attempt) or timedelta.max
        assert due <= reach(LaneStanding(since=NOW), NOW + lasting)


@pytest.mark.parametrize("every", [SECOND, 10 * SECOND, MINUTE, 6 * MINUTE, HOUR, 2 * HOUR, 5 * HOUR], ids=str)
def test_a_message_that_is_never_borne_is_tried_for_hours_while_others_get_through(every: timedelta) -> None:
    now, attempts, since = NOW, 0, None
    due, other = NOW, NOW + every
    while True:
        now = min(due, other)
        if due == now:
            attempts, since = attempts + 1, since or now
            if (wait := retry.delivery_wait(attempts)) is None:
                break
            due = now + wait
        else:
            other += every
            if since and due <= reach(LaneStanding(since=since), now):
                due = now
            since = None
    assert now - NOW >= 8 * HOUR


def test_two_on_their_way_at_once_are_one_refusal() -> None:
    first = after(OFTEN)
    assert after_one(first, OFTEN, NOW) is first
    assert after_one(first, DOWN, NOW + SECOND) is first


@pytest.mark.parametrize(
    ("verdicts", "apart", "disabled"),
    [
        ([GONE], HOUR, True),
        ([OFTEN, GONE], SECOND, True),
        ([GONE, TAKEN], SECOND, True),
        ([DOWN] * 120, HOUR, False),
        ([DOWN] * 121, HOUR, True),
        ([OFTEN] * 121, HOUR, True),
        ([*[DOWN] * 120, TAKEN, DOWN], HOUR, False),
        ([DOWN] * 9, 25 * HOUR, False),
    ],
    ids=str,
)
def test_what_disables_a_channel(verdicts: list[Verdict], apart: timedelta, disabled: bool) -> None:
    standing = after(*verdicts, apart=apart)
    assert (standing.disabled_at is not None) == disabled
    assert after(*verdicts, apart=apart, ends=False).disabled_at is None


def told(before: LaneStanding, after: LaneStanding) -> str | None:
    found = event("desk", before, after, now=NOW)
    return found and f"{found.kind}{' for good' if found.final else ''}"


def test_each_outage_is_told_once_and_its_end() -> None:
    short, long, longer, gone = after(DOWN, DOWN, apart=HOUR / 2), after(DOWN, DOWN), after(*[DOWN] * 9), after(GONE)
    assert [trouble(one) for one in (LaneStanding(), short, long, longer, gone)] == [0, 0, 1, 1, 2]
    assert told(LaneStanding(), short) is None
    assert told(short, long) == "channel_down"
    assert told(long, longer) is None
    assert told(longer, gone) == "channel_down for good"
    assert told(short, LaneStanding()) is None
    assert told(long, LaneStanding()) == told(gone, LaneStanding()) == "channel_up"
    assert told(long, short) is None  # a new row of failures is no end of the old one
