"""What an operator mutes, for how long, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from briefing.model.ids import SilenceId


class SilenceState(StrEnum):
    """Where a silence stands."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Matchers:
    """Which events a silence is for: every key given must hold, by any one of its values, as in a route's `when`.

    A subject names one thing that events tell of, as `Event.subjects` does: promise:4, series:2, item:9, channel:desk;
    or development:9, whichever the item 9 is in by then.
    """

    event: tuple[str, ...] = ()
    story: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    feed: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A silence to be; `by` is who says so."""

    matchers: Matchers
    by: str
    starts: datetime
    expires: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """An operator's rule that mutes events from one time to another."""

    id: SilenceId
    matchers: Matchers
    by: str
    starts: datetime
    expires: datetime
    comment: str = ""

    def state(self, now: datetime) -> SilenceState:
        """Return where it stands."""
        if self.expires <= now:
            return SilenceState.EXPIRED
        return SilenceState.ACTIVE if self.starts <= now else SilenceState.PENDING
