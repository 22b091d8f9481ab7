"""When an issue is due: gaps, overlaps, catching up, clocks and zones that change, cron."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.config.grammar import Digest
from briefing.edit.schedule import Rule, ScheduleError, due, next_due, rule_of
from briefing.model import Occurrence

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAILY = Rule(zone="Europe/London", at=time(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "nominal", "instant"),
    [
        pytest.param("Europe/London", "07:00", "2026-11-22", "2026-11-22T07:00", id="plain winter day"),
        pytest.param("Europe/London", "07:00", "2026-07-01", "2026-07-01T06:00", id="plain summer day"),
        pytest.param("America/New_York", "02:30", "2026-03-08", "2026-03-08T07:00", id="gap ends at 3"),
        pytest.param("America/New_York", "02:00", "2026-03-08", "2026-03-08T07:00", id="gap begins"),
        pytest.param("America/New_York", "03:00", "2026-03-08", "2026-03-08T07:00", id="first time after the gap"),
        pytest.param("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30", id="overlap, first pass"),
        pytest.param("America/New_York", "02:00", "2026-11-01", "2026-11-01T07:00", id="after the overlap"),
        pytest.param("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30", id="gap of half an hour"),
        pytest.param("Africa/Cairo", "00:00", "2026-04-24", "2026-04-23T22:00", id="gap at midnight"),
        pytest.param("America/Havana", "00:30", "2026-03-08", "2026-03-08T05:00", id="gap from midnight"),
        pytest.param("America/Scoresbysund", "23:30", "2026-03-28", "2026-03-29T01:00", id="gap that ends next date"),
        pytest.param("Pacific/Apia", "07:00", "2011-12-30", "2011-12-30T10:00", id="a date that never was"),
    ],
)
def test_a_nominal_time_is_due_when_the_clock_first_reaches_it(zone: str, at: str, nominal: str, instant: str) -> None:
    rule = Rule(zone=zone, at=time.fromisoformat(at))
    wanted = Occurrence(date.fromisoformat(nominal), at, utc(instant))
    before = wanted.due - timedelta(hours=1)
    assert next_due(rule, after=before) == wanted
    assert due(rule, last=None, since=before, now=wanted.due) == wanted
    assert due(rule, last=None, since=before, now=wanted.due - timedelta(seconds=1)) is None


def test_days_are_those_of_the_nominal_date_even_if_it_is_due_on_the_next() -> None:
    """28 March 2026 is a Saturday; in Scoresbysund its last hour falls into the gap."""
    saturday = Rule(zone="America/Scoresbysund", at=time(23, 30), days=frozenset({5}))
    found = next_due(saturday, after=utc("2026-03-28T12:00"))
    assert (found.nominal, found.due) == (date(2026, 3, 28), utc("2026-03-29T01:00"))


def test_downtime_is_caught_up_by_the_latest_alone() -> None:
    served = next_due(DAILY, after=utc("2026-11-01T00:00"))
    found = due(DAILY, last=served, since=LONG_AGO, now=utc("2026-11-22T12:00"))
    assert found == Occurrence(date(2026, 11, 22), "07:00", utc("2026-11-22T07:00"))
    assert due(DAILY, last=found, since=LONG_AGO, now=utc("2026-11-22T12:00")) is None


def test_what_was_due_before_the_digest_was_known_is_not_sent() -> None:
    assert due(DAILY, last=None, since=utc("2026-11-22T07:00"), now=utc("2026-11-22T08:00")) is None
    known = utc("2026-11-22T07:30")
    assert due(DAILY, last=None, since=known, now=utc("2026-11-22T08:00")) is None
    assert due(DAILY, last=None, since=known, now=utc("2026-11-23T08:00")) is not None


def test_a_clock_set_back_serves_nothing_again() -> None:
    last = next_due(DAILY, after=utc("2026-11-22T00:00"))
    for hours in range(0, 24 * 10, 7):
        assert due(DAILY, last=last, since=LONG_AGO, now=last.due - timedelta(hours=hours)) is None


def test_a_last_occurrence_in_the_future_silences_until_it_has_passed() -> None:
    last = next_due(DAILY, after=utc("2027-01-01T00:00"))
    assert due(DAILY, last=last, since=LONG_AGO, now=utc("2026-11-22T12:00")) is None
    assert due(DAILY, last=last, since=LONG_AGO, now=utc("2027-01-02T12:00")) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Pacific/Auckland", "Pacific/Honolulu", id="far to the west"),
        pytest.param("Pacific/Honolulu", "Pacific/Auckland", id="far to the east"),
        pytest.param("Europe/London", "Europe/Berlin", id="next door"),
    ],
)
def test_a_digest_that_changes_its_zone_serves_each_date_at_most_once(old: str, new: str) -> None:
    last = next_due(Rule(zone=old, at=time(7)), after=utc("2026-11-20T00:00"))
    served, moved = [last.nominal], Rule(zone=new, at=time(7))
    for hour in range(24 * 5):
        found = due(moved, last=last, since=LONG_AGO, now=last.due + timedelta(hours=hour))
        if found:
            last, served = found, [*served, found.nominal]
    assert len(set(served)) == len(served)
    assert served == sorted(served)


def test_a_zone_ahead_by_more_than_a_day_does_not_serve_tomorrow_at_once() -> None:
    """Kiritimati's next morning begins an hour before Niue's: both at once would be two issues in one tick."""
    last = next_due(Rule(zone="Pacific/Niue", at=time(7)), after=utc("2026-11-22T00:00"))
    moved = Rule(zone="Pacific/Kiritimati", at=time(7))
    assert due(moved, last=last, since=LONG_AGO, now=last.due) is None
    found = due(moved, last=last, since=LONG_AGO, now=last.due + timedelta(hours=23))
    assert found is not None
    assert found.nominal == last.nominal + timedelta(days=2)


def test_a_date_passed_twice_by_a_clock_set_back_over_midnight_is_served_once() -> None:
    """Azores clocks go from 01:00 back to 00:00; St John's once went from 00:01 back to 23:01 the day before."""
    rule = Rule(zone="America/St_Johns", at=time(0), days=frozenset({6}))  # Sunday 29 October 2006
    found = due(rule, last=None, since=utc("2006-10-25T00:00"), now=utc("2006-10-29T02:45"))
    assert found == Occurrence(date(2006, 10, 29), "00:00", utc("2006-10-29T02:30"))
    assert due(rule, last=found, since=LONG_AGO, now=utc("2006-10-29T03:45")) is None
    assert next_due(rule, after=utc("2006-10-29T02:45")).nominal == date(2006, 11, 5)


@pytest.mark.parametrize(
    ("cron", "after", "nominal"),
    [
        pytest.param("0 7 * * *", "2026-11-22T08:00", "2026-11-23T07:00", id="daily"),
        pytest.param("0 8 * * 5", "2026-11-22T08:00", "2026-11-27T08:00", id="friday is 5"),
        pytest.param("0 8 * * 0", "2026-11-22T09:00", "2026-11-29T08:00", id="sunday is 0"),
        pytest.param("0 8 * * 7", "2026-11-22T09:00", "2026-11-29T08:00", id="sunday is 7"),
        pytest.param("30 6 1 * *", "2026-11-22T08:00", "2026-12-01T06:30", id="monthly"),
        pytest.param("0 7 13 * 5", "2026-11-22T08:00", "2026-11-27T07:00", id="day of month or of week"),
        pytest.param("*/20 9-10 * * *", "2026-11-22T09:20", "2026-11-22T09:40", id="several slots a day"),
        pytest.param("0 0 29 2 *", "2026-11-22T08:00", "2028-02-29T00:00", id="leap day"),
        pytest.param("0 0 29 2 */7", "2026-11-22T08:00", "2032-02-29T00:00", id="leap day on a sunday"),
    ],
)
def test_cron_counts_on_the_clock_of_the_zone(cron: str, after: str, nominal: str) -> None:
    found = next_due(Rule(zone="UTC", cron=cron), after=utc(after))
    assert (f"{found.nominal}T{found.slot}", found.due) == (nominal, utc(nominal))


def test_cron_slots_in_one_gap_fold_into_the_latest() -> None:
    rule = Rule(zone="America/New_York", cron="*/30 * * * *")
    last = due(rule, last=None, since=LONG_AGO, now=utc("2026-03-08T06:59"))
    found = due(rule, last=last, since=LONG_AGO, now=utc("2026-03-08T07:00"))
    assert (last.slot if last else None, found.slot if found else None) == ("01:30", "03:00")
    assert due(rule, last=found, since=LONG_AGO, now=utc("2026-03-08T07:29")) is None


def test_cron_slots_of_an_overlap_come_once() -> None:
    rule = Rule(zone="America/New_York", cron="*/30 * * * *")
    first = due(rule, last=None, since=LONG_AGO, now=utc("2026-11-01T05:30"))
    assert first == Occurrence(date(2026, 11, 1), "01:30", utc("2026-11-01T05:30"))
    assert due(rule, last=first, since=LONG_AGO, now=utc("2026-11-01T06:59")) is None
    assert next_due(rule, after=utc("2026-11-01T05:30")).due == utc("2026-11-01T07:00")


def test_a_rule_takes_time_days_and_cron_from_its_digest() -> None:
    daily = Digest.model_validate({"stories": ["s"], "to": ["a@example.org"], "at": "07:00", "days": ["mon", "sun"]})
    weekly = Digest.model_validate({"stories": ["s"], "to": ["a@example.org"], "cron": "0 8 * * 5"})
    assert rule_of(daily, "UTC") == Rule(zone="UTC", at=time(7), days=frozenset({0, 6}))
    assert rule_of(weekly, "Asia/Tehran") == Rule(zone="Asia/Tehran", cron="0 8 * * 5")


def test_a_rule_without_days_never_comes_and_says_so() -> None:
    nothing = Rule(zone="UTC", at=time(7), days=frozenset())
    assert due(nothing, last=None, since=LONG_AGO, now=utc("2026-11-22T07:00")) is None
    with pytest.raises(ScheduleError):
        next_due(nothing, after=LONG_AGO)


ZONES = st.sampled_from(
    ["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza", "Asia/Tehran"]
)
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
AT = st.builds(Rule, zone=ZONES, at=TIMES, days=st.frozensets(st.integers(0, 6), min_size=1))
CRON = st.builds(
    lambda zone, minute, hour, day: Rule(zone=zone, cron=f"{minute} {hour} * * {day}"),
    ZONES,
    st.sampled_from(["0", "30", "*/15", "5,35", "*"]),
    st.sampled_from(["*", "0-3", "7", "22,23", "*/6"]),
    st.sampled_from(["*", "1-5", "0", "7"]),
)
FROM, TO = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2024, 2031))
MOMENTS = st.datetimes(FROM, TO, timezones=st.just(UTC))


@given(rule=AT | CRON, start=MOMENTS)
def test_occurrences_come_in_order_and_under_unique_keys(rule: Rule, start: datetime) -> None:
    walked = [next_due(rule, after=start)]
    for _ in range(20):
        walked.append(next_due(rule, after=walked[-1].due))
    keys = [(found.nominal, found.slot) for found in walked]
    assert keys == sorted(set(keys))
    assert [found.due for found in walked] == sorted({found.due for found in walked})
    assert walked[0].due > start


@given(rule=AT | CRON, start=MOMENTS, steps=st.integers(1, 12), late=st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_catching_up_returns_the_latest_and_nothing_after_it(
    rule: Rule, start: datetime, steps: int, late: timedelta
) -> None:
    clock = start
    for _ in range(steps):
        clock = next_due(rule, after=clock).due
    found = due(rule, last=None, since=start, now=clock + late)
    assert found is not None
    assert clock <= found.due <= clock + late
    assert next_due(rule, after=found.due).due > clock + late
    assert due(rule, last=found, since=start, now=clock + late) is None


@given(rule=AT, ticks=st.lists(st.timedeltas(timedelta(days=-3), timedelta(days=5)), max_size=30), start=MOMENTS)
def test_no_clock_however_wild_serves_a_key_twice(rule: Rule, ticks: list[timedelta], start: datetime) -> None:
    keys: list[tuple[object, str]] = []
    last, now = None, start
    for tick in ticks:
        now += tick
        found = due(rule, last=last, since=start, now=now)
        if found:
            last, keys = found, [*keys, (found.nominal, found.slot)]
    assert len(set(keys)) == len(keys)


@given(zone=ZONES, at=TIMES, now=MOMENTS)
def test_cron_and_at_agree_where_they_say_the_same(zone: str, at: time, now: datetime) -> None:
    by_at = Rule(zone=zone, at=at)
    by_cron = Rule(zone=zone, cron=f"{at.minute} {at.hour} * * *")
    assert next_due(by_at, after=now) == next_due(by_cron, after=now)
    assert due(by_at, last=None, since=LONG_AGO, now=now) == due(by_cron, last=None, since=LONG_AGO, now=now)


@given(nominal=st.datetimes(FROM, TO), zone=ZONES)
def test_an_occurrence_is_never_due_before_its_time_on_the_wall(nominal: datetime, zone: str) -> None:
    rule = Rule(zone=zone, at=time(nominal.hour, nominal.minute))
    found = next_due(rule, after=nominal.replace(tzinfo=UTC))
    wall = found.due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert wall >= datetime.combine(found.nominal, time.fromisoformat(found.slot))
