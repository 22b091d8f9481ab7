"""What may stand in `cron:`, and what is said about the rest."""

from time import perf_counter

import pytest

from briefing.edit.schedule import ScheduleError, parse_cron
from briefing.errors import BriefingError


@pytest.mark.parametrize(
    "text",
    [
        "0 7 * * *",
        "*/15 * * * *",
        "0 8 * * 5",
        "0 7,19 1-15/2 */3 1-5",
        "59 23 31 12 7",
        " 0  7 * * * ",
        "5/15 * * * *",
    ],
)
def test_five_fields_of_numbers_are_taken(text: str) -> None:
    parse_cron(text)


@pytest.mark.parametrize(
    ("text", "message", "hint", "offset"),
    [
        pytest.param("0 0 7 * * *", "not six", "leave out the seconds", 0, id="six fields"),
        pytest.param("0 7 * *", "not 4", "minute, hour", 0, id="four fields"),
        pytest.param("", "not 0", "minute, hour", 0, id="nothing"),
        pytest.param("@daily", "nickname", 'write "0 0 * * *"', 0, id="nickname"),
        pytest.param("@reboot", "nickname", "minute, hour", 0, id="nickname that is no time"),
        pytest.param("0 7 * * MON-FRI", "MON-FRI", '"0 7 * * 1-5"', 8, id="names of days"),
        pytest.param("0 7 1 jan *", "jan", '"0 7 1 1 *"', 6, id="names of months"),
        pytest.param("0 7 L * *", "L", "use digits", 4, id="last day"),
        pytest.param("0 7 * * 5#2", "5#2", "0 to 7", 8, id="second friday"),
        pytest.param("60 7 * * *", "minute", "0 to 59", 0, id="minute too large"),
        pytest.param("0 24 * * *", "hour", "0 to 23", 2, id="hour too large"),
        pytest.param("0 7 0 * *", "day of the month", "1 to 31", 4, id="day nought"),
        pytest.param("0 7 * 13 *", "month", "1 to 12", 6, id="month too large"),
        pytest.param("0 7 * * 8", "day of the week", "0 to 7", 8, id="weekday too large"),
        pytest.param("0 22-2 * * *", "backwards", '"22-23,0-2"', 2, id="range over midnight"),
        pytest.param("0 7 * * 5-1", "backwards", '"5-6,0-1"', 8, id="range over the weekend"),
        pytest.param("0 7 * * 7-2", "backwards", '"0-2"', 8, id="range from the other sunday"),
        pytest.param("*/0 7 * * *", "step", "1 to 59", 0, id="step nought"),
        pytest.param("*/90 7 * * *", "step", "1 to 59", 0, id="step beyond the field"),
        pytest.param("0 7, * * *", "hour", "0 to 23", 2, id="empty term"),
        pytest.param("0 -7 * * *", "hour", "0 to 23", 2, id="negative"),
        pytest.param("0 7 30 2 *", "never comes", "no such day", 4, id="30 february"),
        pytest.param("0 7 31 4,6,9,11 *", "never comes", "no such day", 4, id="31st of short months"),
        pytest.param("٠ 7 * * *", "minute", "0 to 59", 0, id="digits of another script"),
        pytest.param("99999999999999999999 * * * *", "minute", "0 to 59", 0, id="absurd number"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_a_way_out(text: str, message: str, hint: str, offset: int) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_cron(text)
    assert message in str(raised.value)
    assert hint in raised.value.hint
    assert raised.value.offset == offset
    assert isinstance(raised.value, BriefingError)


def test_every_suggestion_is_itself_taken() -> None:
    for text in ("@weekly", "0 7 * * MON-FRI", "0 7 1 SEPTEMBER *", "0 22-2 * * *"):
        with pytest.raises(ScheduleError) as raised:
            parse_cron(text)
        suggested = raised.value.hint.split('"')[1]
        parse_cron(suggested if " " in suggested else f"0 {suggested} * * *")


def test_the_rarest_cron_is_judged_at_once() -> None:
    started = perf_counter()
    parse_cron("0 0 29 2 */7")
    assert perf_counter() - started < 0.5
