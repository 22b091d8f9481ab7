"""When quiet hours end, on the clocks of their zone, also on the days when these change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.config.alerts import Quiet
from briefing.edit.quiet import ends

NIGHT = Quiet.model_validate({"from": "23:00", "until": "06:30"})
LUNCH = Quiet.model_validate({"from": "12:00", "until": "13:00", "timezone": "Asia/Tehran"})
SMALL = Quiet.model_validate({"from": "02:10", "until": "02:50"})
BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "end"),
    [
        pytest.param(NIGHT, "UTC", "2026-11-05T12:00", None, id="by day"),
        pytest.param(NIGHT, "UTC", "2026-11-05T22:59:59", None, id="a second before"),
        pytest.param(NIGHT, "UTC", "2026-11-05T23:00", "2026-11-06T06:30", id="as they begin"),
        pytest.param(NIGHT, "UTC", "2026-11-06T03:00", "2026-11-06T06:30", id="after midnight"),
        pytest.param(NIGHT, "UTC", "2026-11-06T06:30", None, id="as they end"),
        pytest.param(NIGHT, BERLIN, "2026-11-05T22:00", "2026-11-06T05:30", id="the site's zone"),
        pytest.param(LUNCH, BERLIN, "2026-11-05T09:00", "2026-11-05T09:30", id="their own zone"),
        pytest.param(LUNCH, BERLIN, "2026-11-05T12:00", None, id="noon elsewhere"),
        pytest.param(NIGHT, BERLIN, "2026-03-28T23:00", "2026-03-29T04:30", id="a night an hour shorter"),
        pytest.param(NIGHT, BERLIN, "2026-10-24T22:00", "2026-10-25T05:30", id="a night an hour longer"),
        pytest.param(SMALL, BERLIN, "2026-03-29T01:00", None, id="hours that a gap swallows"),
        pytest.param(SMALL, BERLIN, "2026-10-25T00:15", "2026-10-25T00:50", id="hours that come twice are once"),
        pytest.param(SMALL, BERLIN, "2026-10-25T01:15", None, id="and not again"),
    ],
)
def test_when_quiet_hours_end(quiet: Quiet, zone: str, now: str, end: str | None) -> None:
    assert ends(quiet, zone, at(now)) == (at(end) if end else None)


@given(
    st.integers(0, 10 * 365 * 86_400).map(lambda seconds: at("2020-01-01") + timedelta(seconds=seconds)),
    st.sampled_from(["UTC", BERLIN, "America/St_Johns", "Asia/Tehran", "Pacific/Apia"]),
)
def test_they_end_within_a_day_and_are_over_then(now: datetime, zone: str) -> None:
    end = ends(NIGHT, zone, now)
    if end is not None:
        assert now < end <= now + timedelta(hours=9)
        assert ends(NIGHT, zone, end) is None
