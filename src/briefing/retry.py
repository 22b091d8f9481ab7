"""When to try again: reading Retry-After, and waits that grow. Pure: `now` and the jitter come in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

POLL_BACKOFF_LIMIT = timedelta(hours=24)
# Svix's published schedule for webhooks; eight attempts over 27.6 hours.
DELIVERY_WAITS = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 36000))
# RFC 5321 section 4.5.4.1: a queue gives up after 4 to 5 days at the earliest.
MAIL_WAIT_LIMIT = timedelta(seconds=4000)
MAIL_ATTEMPTS = 112  # with the waits below, just over five days


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or HTTP date (RFC 9110 section 10.2.3); None if absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        return None
    return max(when - now, timedelta(0))


def exponential(failures: int, *, first: timedelta, limit: timedelta, jitter: float) -> timedelta:
    """Return `first` doubled per further failure, at most `limit`, plus up to 10 % by `jitter` in [0, 1)."""
    wait = min(first * (1 << min(max(failures - 1, 0), 20)), limit)
    return wait * (1 + 0.1 * jitter)


def delivery_wait(attempts: int, waits: Sequence[timedelta] = DELIVERY_WAITS) -> timedelta | None:
    """Return the wait after the given number of failed attempts, or None when it is time to give up."""
    return waits[attempts - 1] if attempts <= len(waits) else None


def mail_wait(attempts: int) -> timedelta | None:
    """Return the wait after the given number of failed attempts at a mail, or None when five days of them are over.

    By attempts and not by age: a mail put back by hand has all of them before it again.
    """
    if attempts >= MAIL_ATTEMPTS:
        return None
    return min(timedelta(minutes=5) * (1 << min(attempts - 1, 10)), MAIL_WAIT_LIMIT)
