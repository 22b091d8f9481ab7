"""What a poll leaves behind: its outcome becomes the feed's next row. Pure.

Apart from `cadence`, which knows the waits: this knows which outcome asks for which of them.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import assert_never

from briefing.collect import cadence
from briefing.collect.failure import status_words
from briefing.model import Failed, FeedState, Fetched, FetchOutcome, Gone, NotModified, ParsedFeed, Polled, Throttled

FAR = timedelta(days=36_500)  # a feed that is gone is not due in our lifetime


def polled(
    state: FeedState,
    outcome: FetchOutcome,
    *,
    every: timedelta,
    share: float,
    feed: ParsedFeed | None,
    now: datetime,
    jitter: float,
    pace: timedelta | None = None,
    awaited: bool = False,
) -> Polled:
    """Return the record of a poll: when the next one is due, what was learnt, what went wrong in an operator's words.

    `feed` is what it brought, None if that was nothing new.
    `pace` is the interval that suits the feed now, if that is not `every`; what went wrong is asked for by `every`.
    After a success a feed is left alone in its rest, unless a part of a series is `awaited` of it.

    Validators are given only for a success, so a document that could not be read is asked for again in full. 429 is
    no failure; 503 is one, whose wait the server may set.
    """
    failed = Polled(state.id, now, now, ok=False, outcome="failed")
    again = cadence.after_failure(state.failures + 1, every=every, now=now, jitter=jitter)
    match outcome:
        case Fetched() | NotModified():
            told = _answered(state, outcome, feed, every=pace or every, share=share, now=now, jitter=jitter)
            return told if awaited else replace(told, next_poll_at=cadence.outside(told.next_poll_at, told.rest))
        case Throttled(status=status, retry_after=wait):
            due = cadence.after_throttle(wait, failures=state.failures + 1, every=every, now=now, jitter=jitter)
            kind = "throttled" if status == HTTPStatus.TOO_MANY_REQUESTS else "failed"
            return replace(failed, outcome=kind, error=status_words(status), next_poll_at=due)
        case Gone():
            words = "410: the publisher took it down for good; remove it, or briefing feeds resume to try again"
            return replace(failed, outcome="gone", error=words, gone=True, next_poll_at=now + FAR)
        case Failed(reason=reason):
            return replace(failed, error=reason, next_poll_at=again)
        case _:
            assert_never(outcome)


def _answered(
    state: FeedState,
    outcome: Fetched | NotModified,
    feed: ParsedFeed | None,
    *,
    every: timedelta,
    share: float,
    now: datetime,
    jitter: float,
) -> Polled:
    adopted, moving, count = cadence.moved(state, outcome.moved_to)
    ttl = feed.ttl if feed else None
    due = cadence.next_poll(
        every=every, jitter_share=share, fresh_for=outcome.fresh_for, ttl=ttl, now=now, jitter=jitter
    )
    return Polled(
        state.id,
        now,
        due,
        ok=True,
        outcome="new" if isinstance(outcome, Fetched) else "unchanged",
        validators=outcome.validators,
        url=adopted,
        moved_to=moving,
        moved_count=count,
        title=feed.title if feed else None,
        rest=feed.rest if feed else state.rest,
    )
