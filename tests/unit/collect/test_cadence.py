"""When a feed is polled next, who is held by a throttle, and when a move is believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.collect import cadence
from briefing.model import FeedState, Rest
from briefing.model.ids import FeedId

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
M15, H1, H24 = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000))
INTERVALS = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=7))
JITTERS = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("fresh_for", "ttl", "wait"),
    [
        pytest.param(None, None, M15, id="nobody asks: our interval"),
        pytest.param(H1, None, H1, id="the server asks for longer"),
        pytest.param(None, H1, H1, id="the feed asks for longer"),
        pytest.param(H1, 2 * H1, 2 * H1, id="the longest wins"),
        pytest.param(timedelta(minutes=1), timedelta(0), M15, id="never sooner than our interval"),
        pytest.param(timedelta(days=365), None, H24, id="never later than a day"),
    ],
)
def test_the_next_poll_is_the_longest_wait_asked_for(
    fresh_for: timedelta | None, ttl: timedelta | None, wait: timedelta
) -> None:
    due = cadence.next_poll(every=M15, jitter_share=0.1, fresh_for=fresh_for, ttl=ttl, now=NOW, jitter=0)
    assert due - NOW == wait


def test_jitter_adds_its_share_of_the_wait() -> None:
    due = cadence.next_poll(every=H1, jitter_share=0.1, now=NOW, jitter=0.5)
    assert due - NOW == timedelta(minutes=63)


def test_jitter_spreads_downwards_where_the_wait_is_a_day() -> None:
    due = cadence.next_poll(every=H1, jitter_share=0.1, ttl=H24, now=NOW, jitter=0.5)
    assert due - NOW == H24 * 0.95


def test_an_interval_beyond_a_day_is_kept() -> None:
    due = cadence.next_poll(every=7 * H24, jitter_share=0.1, now=NOW, jitter=0.9)
    assert due - NOW == 7 * H24


@given(every=INTERVALS, share=st.floats(0, 1), fresh=SPANS | st.none(), ttl=SPANS | st.none(), jitter=JITTERS)
def test_the_next_poll_is_always_between_the_interval_and_a_day(
    every: timedelta, share: float, fresh: timedelta | None, ttl: timedelta | None, jitter: float
) -> None:
    wait = cadence.next_poll(every=every, jitter_share=share, fresh_for=fresh, ttl=ttl, now=NOW, jitter=jitter) - NOW
    assert every <= wait <= max(every, H24)


def often(hours: float, count: int = 10) -> list[datetime]:
    """Return when the items of a feed appeared that brings one every so many hours."""
    return [NOW - timedelta(hours=hours * n) for n in range(count)]


PACES = [
    pytest.param([], [], M15, id="nothing is known: as the operator says"),
    pytest.param(often(24, count=4), [], M15, id="too few items to tell"),
    pytest.param(often(0.5), [], M15, id="news twice an hour: never more often than the operator says"),
    pytest.param(often(4), [], timedelta(minutes=30), id="news every four hours: eight looks for each"),
    pytest.param(often(24), [], H1, id="news once a day: four times less often, no more"),
    pytest.param([NOW] * 10, [], M15, id="all at once tells no rhythm"),
    pytest.param(often(24), [None], timedelta(minutes=5), id="it owes a part nobody knows the day of"),
    pytest.param(often(24), [(NOW + 10 * H24, H1)], M15, id="a part in ten days"),
    pytest.param([], [(NOW + 5 * H1, H1)], timedelta(minutes=5), id="the hour before the last four"),
    pytest.param([], [(NOW + 12 * H1, 12 * H1)], timedelta(minutes=5), id="the day that was announced"),
    pytest.param([], [(NOW + H1, H1)], timedelta(minutes=1), id="the very hours: each minute"),
    pytest.param([], [(NOW - 5 * H1, H1)], timedelta(minutes=5), id="hours too late"),
    pytest.param([], [(NOW - 9 * H24, H1)], M15, id="days too late: as the operator says"),
    pytest.param([], [(NOW + 9 * H24, H1), None], timedelta(minutes=5), id="of two parts the nearer counts"),
]


@pytest.mark.parametrize(("times", "owed", "wait"), PACES)
def test_the_interval_suits_the_feed(times: list[datetime], owed: list[Any], wait: timedelta) -> None:
    assert cadence.interval(M15, relax=4, times=times, owed=owed, now=NOW) == wait


MOMENTS = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda gap: NOW + gap)
OWED = st.none() | st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=60)))


@given(every=INTERVALS, relax=st.integers(1, 24), times=st.lists(MOMENTS), owed=st.lists(OWED, max_size=5))
def test_the_interval_is_at_least_a_minute_and_longer_than_the_operators_only_where_nothing_is_owed(
    every: timedelta, relax: int, times: list[datetime], owed: list[Any]
) -> None:
    wait = cadence.interval(every, relax=relax, times=times, owed=owed, now=NOW)
    if owed:
        assert cadence.FLOOR <= wait <= every
    else:
        assert every <= wait <= every * relax


@given(
    every=INTERVALS,
    at=st.timedeltas(timedelta(0), timedelta(days=30)),
    give=st.timedeltas(timedelta(0), H24),
    nearer=st.floats(0, 1),
)
def test_the_nearer_the_time_the_sooner_the_next_look_and_never_beyond_it(
    every: timedelta, at: timedelta, give: timedelta, nearer: float
) -> None:
    def wait(distance: timedelta) -> timedelta:
        return cadence.interval(every, relax=4, times=[], owed=[(NOW + distance, give)], now=NOW)

    assert wait(at * nearer) <= wait(at)
    assert wait(at) <= max(at - give, cadence.FLOOR, give * 2)


@given(owed=st.lists(OWED, min_size=1, max_size=5), fresh=SPANS | st.none(), ttl=SPANS | st.none(), jitter=JITTERS)
def test_what_server_and_feed_ask_for_holds_also_for_what_is_owed(
    owed: list[Any], fresh: timedelta | None, ttl: timedelta | None, jitter: float
) -> None:
    pace = cadence.interval(M15, relax=4, times=[], owed=owed, now=NOW)
    wait = cadence.next_poll(every=pace, jitter_share=0.1, fresh_for=fresh, ttl=ttl, now=NOW, jitter=jitter) - NOW
    # What asks for a day is spread downwards, lest all such feeds come due at once.
    assert wait >= min(max(fresh or pace, ttl or pace), H24 * 0.9)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(1, M15), (2, 2 * M15), (3, H1), (4, 2 * H1), (7, 16 * H1), (8, H24), (1000, H24)],
)
def test_failures_double_the_wait_up_to_a_day(failures: int, wait: timedelta) -> None:
    assert cadence.after_failure(failures, every=M15, now=NOW, jitter=0) - NOW == wait


@given(failures=st.integers(0, 10**6), every=INTERVALS, jitter=JITTERS)
def test_a_failing_feed_is_never_given_up(failures: int, every: timedelta, jitter: float) -> None:
    wait = cadence.after_failure(failures, every=every, now=NOW, jitter=jitter) - NOW
    assert every <= wait <= max(every, H24)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        pytest.param(H1, H1, id="as the server says"),
        pytest.param(timedelta(seconds=1), M15, id="never sooner than our interval"),
        pytest.param(timedelta(days=30), H24, id="a month is a mistake"),
        pytest.param(None, 2 * M15, id="silence counts as a failure"),
    ],
)
def test_a_throttled_feed_waits_as_asked_within_bounds(asked: timedelta | None, wait: timedelta) -> None:
    assert cadence.after_throttle(asked, failures=2, every=M15, now=NOW, jitter=0) - NOW == wait


@pytest.mark.parametrize(
    ("url", "throttle", "key"),
    [
        ("https://a.example.co.uk/x", "feed", "feed:https://a.example.co.uk/x"),
        ("https://A.example.co.uk:8443/x", "host", "host:a.example.co.uk"),
        ("https://a.example.co.uk/x", "domain", "domain:example.co.uk"),
        ("https://example.org./x", "domain", "domain:example.org"),
        ("http://user:pass@feeds.example.org/x", "domain", "domain:example.org"),
        ("http://127.0.0.1:8000/x", "domain", "domain:127.0.0.1"),
        ("http://[::1]/x", "domain", "domain:::1"),
        ("http://localhost/x", "domain", "domain:localhost"),
        ("https://co.uk/x", "domain", "domain:co.uk"),
    ],
)
def test_a_throttle_holds_the_feed_its_host_or_its_domain(url: str, throttle: str, key: str) -> None:
    assert cadence.scope(url, throttle) == key


STATE = FeedState(id=FeedId("iran"), url="https://old.example/feed", next_poll_at=NOW)
NEW = "https://new.example/feed"


def test_a_move_is_believed_the_third_time_in_a_row() -> None:
    state, adopted = STATE, []
    for _ in range(3):
        adopt, moved_to, count = cadence.moved(state, NEW)
        adopted.append(adopt)
        state = replace(state, moved_to=moved_to, moved_count=count)
    assert adopted == [None, None, NEW]
    assert (state.moved_to, state.moved_count) == (None, 0)


@pytest.mark.parametrize(
    ("seen", "result"),
    [
        pytest.param(None, (None, None, 0), id="no move any more: forgotten"),
        pytest.param("https://other.example/", (None, "https://other.example/", 1), id="another place: counted anew"),
        pytest.param(STATE.url, (None, None, 0), id="to where it is: no move"),
    ],
)
def test_the_count_of_moves_breaks(seen: str | None, result: tuple[str | None, str | None, int]) -> None:
    assert cadence.moved(replace(STATE, moved_to=NEW, moved_count=2), seen) == result


@pytest.mark.parametrize(
    ("rest", "wait"),
    [
        pytest.param(Rest(), timedelta(0), id="none"),
        pytest.param(Rest(hours=(11, 13)), timedelta(0), id="other hours"),
        pytest.param(Rest(hours=(12, 13)), 2 * H1, id="two hours, at the same minute"),
        pytest.param(Rest(hours=tuple(range(12, 24))), 12 * H1, id="until midnight"),
        pytest.param(Rest(days=(0, 2)), timedelta(0), id="other days"),
        pytest.param(Rest(days=(6,)), 12 * H1, id="this Sunday"),
        pytest.param(Rest(hours=tuple(range(6)), days=(6, 0)), 42 * H1, id="until Tuesday at six"),
    ],
)
def test_a_feed_is_left_alone_in_its_rest(rest: Rest, wait: timedelta) -> None:
    due = NOW + timedelta(minutes=7)
    assert cadence.outside(due, rest) - due == wait


@given(
    due=MOMENTS,
    hours=st.sets(st.integers(0, 23), max_size=23),
    days=st.sets(st.integers(0, 6), max_size=6),
)
def test_no_rest_lasts_longer_than_a_week(due: datetime, hours: set[int], days: set[int]) -> None:
    at = cadence.outside(due, Rest(tuple(hours), tuple(days)))
    assert due <= at < due + timedelta(days=7)
    assert (at.hour in hours, at.weekday() in days) == (False, False)


def test_a_feed_that_is_always_silent_is_polled() -> None:
    assert cadence.outside(NOW, Rest(tuple(range(24)))) == NOW
