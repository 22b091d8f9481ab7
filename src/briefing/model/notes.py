"""What the service notes about itself in the database, for `status` and `doctor` to read; both are processes apart."""

from datetime import datetime, timedelta

BEAT = "beat"  # when it was last at work
BEAT_SECONDS = 30.0
REFUSED = "config.refused"  # the mistakes of an edit that was not taken up, a line each
RELOADED = "config.reloaded"  # when the service last read its configuration, right or wrong
_MISSED_BEATS = 4  # are too many


def silence(beat: str | None, now: datetime) -> timedelta | None:
    """Return how long ago the service was last at work; None if it never was."""
    return now - datetime.fromisoformat(beat) if beat else None


def alive(beat: str | None, now: datetime) -> bool:
    """Tell by its last beat whether the service is at work."""
    since = silence(beat, now)
    return since is not None and since <= _MISSED_BEATS * timedelta(seconds=BEAT_SECONDS)
