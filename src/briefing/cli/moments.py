"""Moments as a person names them in an option, on the clock of the site."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from briefing.cli.failure import Exit, Failure

_SO = 'write "2026-12-24 08:00", 08:00 for the next time the clock shows it, or RFC 3339'


def moment(text: str, zone: str, *, after: datetime) -> datetime:
    """Return the moment that a text names; a time of day alone is the next one after a moment."""
    place = ZoneInfo(zone)
    try:
        if len(text.strip()) <= len("hh:mm"):
            return _next(time.fromisoformat(text.strip().zfill(5)), place, after)
        said = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Failure(f'"{text}" is no time', hint=_SO, code=Exit.USAGE) from error
    return (said if said.tzinfo else said.replace(tzinfo=place)).astimezone(UTC)


def _next(clock: time, place: ZoneInfo, after: datetime) -> datetime:
    """Return the next instant after another at which a clock shows this; in a gap, what it shows after it."""
    today = after.astimezone(place).date()
    coming = (datetime.combine(today + timedelta(days=days), clock, place).astimezone(UTC) for days in range(3))
    return next(at for at in coming if at > after)
