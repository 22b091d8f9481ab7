"""What may stand in `cron:`: five fields of numbers, judged in words an operator can act on.

Apart from `schedule`, which walks the calendar: here only the text is looked at. cronsim reads more (seconds, names,
`L`, `#`); we take what every cron on every system reads alike.
"""

import re
from datetime import datetime

from cronsim import CronSim, CronSimError

from briefing.errors import BriefingError

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_TERM = re.compile(r"(?:\*|(?P<low>\d+)(?:-(?P<high>\d+))?)(?:/(?P<step>\d+))?", re.ASCII)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NAMES = {name: str(n) for n, name in enumerate(_MONTHS, start=1)} | {name: str(n) for n, name in enumerate(_DAYS)}
_SHAPE = 'write minute, hour, day of the month, month, day of the week, such as "0 7 * * 1-5"'


class ScheduleError(BriefingError):
    """A schedule cannot be used; `hint` says what to write, `offset` where in the text the fault stands."""

    def __init__(self, message: str, hint: str = "", offset: int = 0) -> None:
        self.hint = hint
        self.offset = offset
        super().__init__(message)


def parse_cron(text: str) -> None:
    """Raise ScheduleError unless the text is a five-field cron that comes due some day."""
    fields = list(re.finditer(r"\S+", text))
    _check_shape(text.strip(), len(fields))
    for field, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if re.search(r"[A-Za-z]", field[0]):
            raise ScheduleError(f'"{field[0]}" is not a number', _in_numbers(text), field.start())
        _check_field(field[0], name, low, high, field.start())
    _check_comes(text, fields[2].start())


def _check_shape(text: str, count: int) -> None:
    if text.startswith("@"):
        meant = _NICKNAMES.get(text.lower())
        raise ScheduleError(f'"{text}" is a nickname, not five fields', f'write "{meant}"' if meant else _SHAPE)
    if count == 6:
        raise ScheduleError("cron has five fields here, not six", "leave out the seconds or the year: " + _SHAPE)
    if count != 5:
        raise ScheduleError(f"cron has five fields, not {count}", _SHAPE)


def _in_numbers(text: str) -> str:
    plain = re.sub(r"[A-Za-z]+", lambda word: _NAMES.get(word[0].lower()[:3], word[0]), text.strip())
    if re.search(r"[A-Za-z]", plain):
        return "use digits, * , - and / only; Sunday is 0, Saturday 6"
    return f'write numbers: "{plain}" (Sunday is 0, Saturday 6)'


def _check_field(field: str, name: str, low: int, high: int, offset: int) -> None:
    for term in field.split(","):
        found = _TERM.fullmatch(term)
        if not found:
            raise ScheduleError(f'"{term}" is no {name}', f"write {low} to {high}, * or a range such as 1-5", offset)
        given = [int(found[key]) for key in ("low", "high") if found[key]]
        if any(not low <= number <= high for number in given):
            raise ScheduleError(f'"{term}" is no {name}', f"it runs from {low} to {high}", offset)
        if given != sorted(given):
            raise ScheduleError(f'"{term}" runs backwards', f'write "{_unrolled(given, low, high)}"', offset)
        if found["step"] and not 1 <= int(found["step"]) <= high:
            raise ScheduleError(f'"{term}" has a bad step', f"a step of this field runs from 1 to {high}", offset)


def _unrolled(given: list[int], low: int, high: int) -> str:
    """Write a backward range such as 22-2 as the two ranges it means; Sunday is both 0 and 7."""
    end = 6 if high == 7 else high
    head = f"{given[0]}-{end}," if given[0] <= end else ""
    return f"{head}{low}-{given[1]}"


def _check_comes(text: str, offset: int) -> None:
    try:
        next(CronSim(text, datetime(2024, 1, 1)))  # noqa: DTZ001 (nominal local time has no zone)
    except (CronSimError, StopIteration) as error:
        raise ScheduleError("this date never comes", "no such day is in those months", offset) from error
