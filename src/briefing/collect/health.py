"""How the feeds stand, by what their last polls left behind: what `status` shows and `doctor` judges. Pure.

Apart from `cadence`, which decides when a feed is polled next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from briefing.model import FeedState

LATE = timedelta(minutes=10)  # a poll overdue by more than this: nobody is polling, or too slowly


@dataclass(frozen=True, slots=True)
class Health:
    """Feeds by how they stand; a feed that fails may be late as well."""

    ok: int
    new: int  # never polled
    paused: int
    late: int
    failing: tuple[FeedState, ...]
    gone: tuple[FeedState, ...]


def health(states: Iterable[FeedState | None], now: datetime) -> Health:
    """Sort the configured feeds; None stands for one that no database knows yet."""
    states = list(states)
    held = [state for state in states if state is not None]
    polled = [state for state in held if not (state.gone or state.paused)]
    return Health(
        ok=sum(state.last_ok_at is not None and not state.failures for state in polled),
        new=sum(state is None or (state.last_poll_at is None and not state.paused) for state in states),
        paused=sum(state.paused and not state.gone for state in held),
        late=sum(state.last_poll_at is not None and state.next_poll_at < now - LATE for state in polled),
        failing=tuple(state for state in polled if state.failures),
        gone=tuple(state for state in held if state.gone),
    )
