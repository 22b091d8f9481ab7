"""What people answer to an alert."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from briefing.model.ids import AcknowledgementId


class Action(StrEnum):
    """What a link in an alert is for."""

    ACKNOWLEDGE = "acknowledge"
    MUTE = "mute"


class Flaw(StrEnum):
    """Why a link does not work."""

    FORGED = "forged"  # or cut, or for another action
    EXPIRED = "expired"
    GONE = "gone"  # what it answers was withdrawn, or is not known any more


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody looks after what an alert was about: who, as they called themselves, since when, where they read it."""

    id: AcknowledgementId
    subject: str
    event: str  # the key of the one they answered
    at: datetime
    channel: str  # MAIL, or the id of a channel
    by: str | None = None  # None: somebody in that channel


@dataclass(frozen=True, slots=True)
class AnswerLinks:
    """Where whoever reads an alert can answer it."""

    acknowledge: str
    mute: str
