"""What was told of a condition that lasts, and to whom: the notification log, read from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Ear = tuple[str, str | None]  # a channel; or mail, and an address


@dataclass(frozen=True, slots=True)
class Standing:
    """How a condition stands: who reports it, over how many origins; `mark` is what else makes it another message."""

    publishers: int = 0
    origins: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """When somebody was told, and how things stood then."""

    at: datetime  # when it was sent; if it was not, when it was owed
    stood: Standing


@dataclass(frozen=True, slots=True)
class Tellings:
    """All tellings of one condition, named after its first event, and the last to each ear.

    `told` is over, whatever became of it; `reached` arrived, or is on its way; `waiting` is still to go.
    """

    condition: str
    events: tuple[str, ...]  # their keys
    origins: tuple[str, ...]  # as the last of them has it
    last: Telling
    told: Mapping[Ear, Telling]
    reached: Mapping[Ear, Telling]
    waiting: Mapping[Ear, Telling]
