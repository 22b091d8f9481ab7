"""How the far end of a lane takes our messages."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """A row of failures, of which the first was at `since` and the last at `failed_at`; without any, all is well.

    `until` is when it is tried again, with one message; what was `disabled_at` some time is tried no more.
    """

    failures: int = 0
    since: datetime | None = None
    failed_at: datetime | None = None
    until: datetime | None = None
    disabled_at: datetime | None = None
    reason: str | None = None

    def rests(self, now: datetime) -> bool:
        """Tell whether nothing may be tried now."""
        return self.disabled_at is not None or (self.until is not None and self.until > now)


WELL = LaneStanding()
