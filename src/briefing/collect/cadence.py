"""Decides when a feed is polled next, and what a permanent move or a throttle means for it. Pure.

Apart from `politeness`, which spaces requests within one run: these decisions are stored and outlive it.
Jitter comes in as a number in [0, 1).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from tldextract import TLDExtract

from briefing.model import FeedState, Rest
from briefing.retry import POLL_BACKOFF_LIMIT, exponential

REPEATS_TO_MOVE = 3
FLOOR = timedelta(minutes=1)  # no feed is polled more often, whatever it owes
_WEEK = 7 * 24  # hours
_ERROR_JITTER = 0.1
_ENOUGH = 5  # dated items that show a rhythm
_LOOKS = 8  # polls of a quiet feed for each of its items
_OWED = 3  # times as often a feed is polled that owes a part nobody knows the day of
_APPROACH = 48  # looks at a day to come, from any distance: the nearer, the closer together
_WINDOW = 288  # looks at the time within which a part should appear: a day has one each five minutes


def interval(
    every: timedelta,
    *,
    relax: int,
    times: Sequence[datetime],
    owed: Sequence[tuple[datetime, timedelta] | None],
    now: datetime,
) -> timedelta:
    """Return the interval that suits a feed now: what it owes makes it shorter than `every`, its rhythm longer.

    `times` are when its latest items appeared: of a feed that rarely has news an eighth of the time between two of
    them, at most `relax` times `every`. `owed` holds, for each part it owes, when that should appear, give or take,
    or None where nobody knows: such a feed is polled three times as often; else ever more often as the time nears,
    and less often after it. At least a minute, unless the operator asks for less.
    """
    if owed:
        return max(min(_until(one, every, now) for one in owed), min(every, FLOOR))
    if len(times) < _ENOUGH:
        return every
    ordered = sorted((*times, now))
    usual = median((later - earlier).total_seconds() for earlier, later in pairwise(ordered))
    return min(max(every, timedelta(seconds=usual) / _LOOKS), every * relax)


def _until(owed: tuple[datetime, timedelta] | None, every: timedelta, now: datetime) -> timedelta:
    if owed is None:
        return every / _OWED
    at, give = owed
    distance = max(abs(at - now) - give, timedelta(0))
    return min(every, max(distance / _APPROACH, give * 2 / _WINDOW))


def next_poll(
    *,
    every: timedelta,
    jitter_share: float,
    fresh_for: timedelta | None = None,
    ttl: timedelta | None = None,
    now: datetime,
    jitter: float,
) -> datetime:
    """Return when to poll again after success: the longest of our interval and what server and feed ask for.

    Never sooner than `every` and, unless that is longer, never later than 24 h, with the random part included.
    """
    wait = max(every, fresh_for or every, ttl or every)
    return now + _spread(wait, every, jitter_share * jitter)


def outside(due: datetime, rest: Rest) -> datetime:
    """Return the first moment from `due` on, at the same minute of an hour, at which a feed may be polled.

    At the same minute, lest all feeds that are silent until six come due at six. Of a feed that is silent at all times,
    `due`: it asks for nothing that can be meant.
    """
    coming = (due + timedelta(hours=hours) for hours in range(_WEEK))
    return next((at for at in coming if at.hour not in rest.hours and at.weekday() not in rest.days), due)


def after_failure(failures: int, *, every: timedelta, now: datetime, jitter: float) -> datetime:
    """Return when to try again after so many failures in a row: the interval, doubled each time, up to 24 h."""
    # 2 to the 20th seconds are beyond a day already; a thousand failures need no larger number.
    wait = exponential(min(failures, 21), first=every, limit=max(POLL_BACKOFF_LIMIT, every), jitter=0)
    return now + _spread(wait, every, _ERROR_JITTER * jitter)


def after_throttle(
    retry_after: timedelta | None, *, failures: int, every: timedelta, now: datetime, jitter: float
) -> datetime:
    """Return when to try again after 429 or 503: when the server says, but within [every, 24 h]; else as a failure."""
    if retry_after is None:
        return after_failure(failures, every=every, now=now, jitter=jitter)
    return now + _spread(retry_after, every, _ERROR_JITTER * jitter)


def scope(url: str, throttle: str) -> str:
    """Return the key that feeds share when one is throttled: "feed:<url>", "host:<name>" or "domain:<registrable>"."""
    if throttle == "feed":
        return f"feed:{url}"
    host = (urlsplit(url).hostname or "").rstrip(".")
    if throttle == "host":
        return f"host:{host}"
    # An address or a bare name has no registrable domain; it stands for itself.
    return f"domain:{_suffixes()(host).top_domain_under_public_suffix or host}"


def moved(state: FeedState, moved_to: str | None) -> tuple[str | None, str | None, int]:
    """Count permanent redirects to one place; return (address to adopt or None, moved_to, moved_count).

    The third in a row is believed, since a captive portal or a mistake also says 301 for a while.
    """
    if moved_to is None or moved_to == state.url:
        return None, None, 0
    count = state.moved_count + 1 if moved_to == state.moved_to else 1
    return (moved_to, None, 0) if count >= REPEATS_TO_MOVE else (None, moved_to, count)


def _spread(wait: timedelta, floor: timedelta, share: float) -> timedelta:
    """Clamp a wait to [floor, 24 h] and add a share of it; without room above, take the share off instead."""
    ceiling = max(POLL_BACKOFF_LIMIT, floor)
    clamped = min(max(wait, floor), ceiling)
    longer = clamped * (1 + share)
    # Downwards, lest all feeds that wait the longest come due at once.
    return longer if longer <= ceiling else max(floor, ceiling * (1 - share))


@cache
def _suffixes() -> TLDExtract:
    """Return the reader of the packaged suffix list; without these arguments it would go to the network."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None)
