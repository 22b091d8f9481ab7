"""What a verdict means for all else that is due at the same far end: the circuit breaker. Pure.

    well ──three failures, or one refusal of us──▶ rests until … ──one message──▶ well, or rests twice as long
                                                     │ withdrawn, or 120 h of failures
                                                     ▼
                                                  disabled, until somebody makes it live again

Apart from `send.verdict`, which judges one answer, and `breaker`, which keeps this and tells it. Own code, for the
libraries of this name keep no times of failures, know no withdrawal, and wrap a call, while here nothing is claimed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from briefing import retry
from briefing.model import WELL, Dead, Event, EventKind, LaneStanding, Retry, Verdict

OPENS = 3  # failures in a row; before that each message waits by itself
HOLD, HOLD_LIMIT = timedelta(seconds=5), timedelta(minutes=15)
LONG = timedelta(hours=1)  # of failures, after which an operator wants to know
REACH = 4  # times as long as it failed
PATIENCE = timedelta(hours=120)
SILENCE = timedelta(hours=24)  # between two failures, which are no row then: nothing was tried, or we were away


def after(before: LaneStanding, verdict: Verdict, now: datetime, *, ends: bool = True) -> LaneStanding:
    """Return how a far end stands after a verdict; only one that `ends` is ever disabled, and mail does not."""
    if before.disabled_at:
        return before
    match verdict:
        case Dead(reason=reason, stop_channel=True) if ends:
            failed = _failed(before, reason, now)
            return replace(failed, disabled_at=now, until=None)
        case Retry() if verdict.stop_channel or verdict.down:
            if before.until and before.until > now:  # another connection was refused at the same time
                return before
            return _resting(_failed(before, verdict.reason, now), verdict, now, ends=ends)
    return WELL


def is_back(before: LaneStanding, after: LaneStanding) -> bool:
    """Tell whether a far end that failed takes messages again."""
    return before.since is not None and after == WELL


def reach(before: LaneStanding, now: datetime) -> datetime:
    """Return the moment by which all is due that a far end put off by failing so long; it is due at once, now.

    What is due only later failed when little else did: brought forward at each return, a message that its receiver
    cannot bear would use up its attempts within minutes.
    """
    return now + REACH * (now - (before.since or now))


def trouble(standing: LaneStanding) -> int:
    """Return what an operator should know of it: 0 nothing, 1 that it fails for long, 2 that it is disabled."""
    if standing.disabled_at:
        return 2
    return int(bool(standing.since and standing.failed_at and standing.failed_at - standing.since >= LONG))


def event(channel: str, before: LaneStanding, after: LaneStanding, *, now: datetime) -> Event | None:
    """Return what one step of a channel gives to tell: once that it fails for long, once that it is disabled, its end.

    A row of failures that merely broke off is not its end.
    """
    worse = trouble(after)
    if worse > trouble(before):
        key = f"channel_down:{_outage(channel, after)}" + (":disabled" if after.disabled_at else "")
        return Event(
            EventKind.CHANNEL_DOWN,
            key,
            now,
            channel=channel,
            subjects=(f"channel:{channel}",),
            detail=after.reason,
            since=after.since,
            final=after.disabled_at is not None,
        )
    if trouble(before) and is_back(before, after):
        key, about = f"channel_up:{_outage(channel, before)}", (f"channel:{channel}",)
        return Event(EventKind.CHANNEL_UP, key, now, channel=channel, subjects=about)
    return None


def _failed(before: LaneStanding, reason: str, now: datetime) -> LaneStanding:
    if before.failed_at and now - before.failed_at > SILENCE:
        before = WELL
    return replace(before, failures=before.failures + 1, since=before.since or now, failed_at=now, reason=reason)


def _resting(failed: LaneStanding, verdict: Retry, now: datetime, *, ends: bool) -> LaneStanding:
    if ends and failed.since and now - failed.since >= PATIENCE:
        return replace(failed, disabled_at=now, until=None)
    rests = failed.failures if verdict.stop_channel else failed.failures - OPENS + 1
    if rests < 1:
        return replace(failed, until=None)
    wait = verdict.after or retry.exponential(rests, first=HOLD, limit=HOLD_LIMIT, jitter=0)
    return replace(failed, until=now + wait)


def _outage(channel: str, standing: LaneStanding) -> str:
    return f"{channel}:{standing.since.isoformat() if standing.since else 'never'}"
