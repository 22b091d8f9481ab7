"""Scalars with units, and ids: each refuses in words an operator can act on."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from briefing.model import Rate

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = 10 * 366 * 86400
_SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
ID_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"


def parse_duration(value: Any) -> timedelta:
    """Read `90s`, `15m`, `2h`, `7d`, `1w` or a sum such as `1h30m`."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if not re.fullmatch(r"(\d+[smhdw])+", text):
        raise ValueError(f'"{text}" is not a duration: write a number and a unit, such as 15m, 2h or 7d')
    seconds = sum(int(n[:12]) * _UNITS[u] for n, u in re.findall(r"(\d+)([smhdw])", text))
    if seconds > _LONGEST:
        raise ValueError(f'"{text}" is longer than ten years')
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """Write a duration the way feeds.yaml takes it."""
    seconds, words = int(value.total_seconds()), ""
    for unit, size in reversed(_UNITS.items()):
        if unit == "w" and seconds % size:
            continue  # 180d, not 25w5d
        count, seconds = divmod(seconds, size)
        words += f"{count}{unit}" if count else ""
    return words or "0s"


def _parse_rate(value: Any) -> Rate:
    if isinstance(value, Rate):
        return value
    text = str(value).strip()
    found = re.fullmatch(r"(\d{1,6})\s*/\s*(\d{0,6})([smhd])", text)
    if not found or not int(found[1]) or (found[2] and not int(found[2])):
        raise ValueError(f'"{text}" is not a rate: write a number, a slash and a time, such as 10/s, 5/2s or 20/m')
    return Rate(int(found[1]), timedelta(seconds=int(found[2] or 1) * _UNITS[found[3]]))


def _format_rate(value: Rate) -> str:
    return f"{value.count}/{format_duration(value.period)}"


def _parse_size(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = re.fullmatch(r"(\d{1,15})\s*(B|KiB|MiB|GiB)", str(value).strip())
    if not found or not int(found[1]):
        raise ValueError(f'"{value}" is not a size: write a number and a unit, such as 512KiB or 2MiB')
    return int(found[1]) * _SIZES[found[2]]


def _parse_percent(value: Any) -> float:
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    found = re.fullmatch(r"(\d{1,3})\s*%", str(value).strip())
    if not found or int(found[1]) > 100:
        raise ValueError(f'"{value}" is not a percentage: write 0% to 100%')
    return int(found[1]) / 100


def _parse_time(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value).strip())
    if not found:
        raise ValueError(f'"{value}" is not a time of day: write 24-hour time such as "07:00"')
    return time(int(found[1]), int(found[2]))


def _text(pattern: str | None, *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string", "examples": list(examples)}
    return WithJsonSchema(schema | ({"pattern": pattern} if pattern else {}))


def _written(write: Callable[[Any], str]) -> PlainSerializer:
    return PlainSerializer(write, return_type=str)


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    _written(format_duration),
    _text(r"^(\d+[smhdw])+$", "15m", "2h", "7d"),
]
Size = Annotated[int, BeforeValidator(_parse_size), _written(lambda n: f"{n}B"), _text(None, "512KiB", "2MiB")]
Percent = Annotated[
    float, BeforeValidator(_parse_percent), _written(lambda p: f"{p:.0%}"), _text(r"^\d{1,3}\s*%$", "20%")
]
Rated = Annotated[
    Rate, BeforeValidator(_parse_rate), _written(_format_rate), _text(r"^\d+\s*/\s*\d*[smhd]$", "10/s", "5/2s", "20/m")
]
TimeOfDay = Annotated[
    time, BeforeValidator(_parse_time), _written(lambda t: t.strftime("%H:%M")), _text(r"^\d{1,2}:\d{2}$", "07:00")
]
