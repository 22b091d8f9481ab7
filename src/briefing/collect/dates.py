"""Reads the times that feeds write: the three standards, and the ways they are commonly missed.

Apart from `parse`, because JSON Feed has dates too. What could mean two days is not guessed but unknown.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_NUMBERS = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_HALF = re.compile(
    r"(?P<before>.*?\b)(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2})?)\s*(?P<half>[AP])\.?M\.?(?P<after>.*)", re.IGNORECASE
)
_AMERICAN = re.compile(r"^(\w{3,9},?\s+)?([A-Z][a-z]{2,8})\.?\s+(\d{1,2}),?\s+(\d{4})\s+(.*)$")
_NO_YEAR = re.compile(r"\b0\d{3}\b(?!:)(?<![+-]\d{4})")  # email.utils would take 0001 for 2001
_MIDNIGHT = re.compile(r"^(.*\d{4}-\d{2}-\d{2}T)24:00(?::00)?(.*)$")


def moment(text: str | None) -> datetime | None:
    """Return the time a text says, None if it says none for certain; without a zone it is UTC.

    RFC 3339, RFC 9557's ancestors in ISO 8601, RFC 5322 with its obsolete forms, and year-first dates with slashes.
    """
    bare = " ".join((text or "").split())
    if not 8 <= len(bare) <= 60:
        return None
    try:
        return _iso(bare) or _numbers(bare) or _mail(bare)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    late = _MIDNIGHT.match(text)
    try:
        if late:
            return _aware(datetime.fromisoformat(f"{late[1]}00:00:00{late[2]}")) + timedelta(days=1)
        return _aware(datetime.fromisoformat(text.replace(" UTC", "Z").replace(" Z", "Z")))
    except ValueError:
        return None


def _numbers(text: str) -> datetime | None:
    found = _NUMBERS.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _mail(text: str) -> datetime | None:
    written = _AMERICAN.sub(r"\3 \2 \4 \5", _clock(text))
    found = parsedate_tz(written)
    if found is None:
        return None
    year, month, day, hour, minute, second = found[:6]
    if _NO_YEAR.search(written) or not (hour <= 24 and minute <= 59 and second <= 60):
        return None
    start = datetime(year, month, day, tzinfo=timezone(timedelta(seconds=found[9] or 0)))
    return start + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _clock(text: str) -> str:
    """Return the text with a clock of twice twelve hours turned into one of twenty-four."""
    found = _HALF.fullmatch(text)
    if not found or not 1 <= int(found["hour"]) <= 12:
        return text
    hour = int(found["hour"]) % 12 + (12 if found["half"] in "Pp" else 0)
    return f"{found['before']}{hour:02}{found['rest']}{found['after']}"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
