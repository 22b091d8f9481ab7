"""People who are put on lists many at a time, and what is left of one who is to be forgotten."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from briefing.model.deliveries import SubscriptionState


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody who is to be on a list, by whose word and since when."""

    address: str
    list: str
    consent: str
    state: SubscriptionState = SubscriptionState.CONFIRMED
    since: datetime | None = None  # None: nobody said, so it counts from now and is newer than nothing
    suppressed: bool = False  # must not be written to, said whoever kept the list before
    locale: str | None = None  # None: nobody said, and what is known stays


class Outcome(StrEnum):
    """What became of an enrolment."""

    NEW = "new"
    KNOWN = "known"
    RESUBSCRIBED = "resubscribed"
    UNSUBSCRIBED = "unsubscribed"  # they left, here or where they come from, and that holds
    ERASED = "erased"  # they asked to be forgotten, and are not stored again


@dataclass(slots=True)
class Enrolled:
    """What became of many: addresses by outcome, and how many of all must never be written to."""

    outcomes: dict[Outcome, list[str]] = field(default_factory=lambda: {outcome: [] for outcome in Outcome})
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Erased:
    """How much an erasure took away: rows removed, deliveries that were waiting, rows in which a name was covered."""

    subscriptions: int
    waiting: int
    deliveries: int
    suppressed: bool
