"""One message on its way to one address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from briefing.model.ids import DeliveryId, IssueId


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"
    SILENCED = "silenced"  # never sent, unless by hand


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody an issue goes to, and why; `list` and `since` are None for addresses of the config.

    `recall` holds the issues they were sent last, for each story of this one in its order, 0 where there is none; where
    it is None the issue is shown as composed.
    """

    address: str
    list: str | None = None
    since: datetime | None = None
    locale: str | None = None  # None: the digest's
    recall: tuple[IssueId, ...] | None = None


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address on a list, and the source of its consent."""

    address: str
    list: str
    state: SubscriptionState
    consent: str
    since: datetime  # when the state began
    suppressed: bool = False
    locale: str | None = None  # the language they asked for


MAIL = "mail"  # the channel of every delivery to an address
SETTLE = timedelta(minutes=2)  # that a late alert waits for others, to be told with them
ISSUES, LETTERS = "@issues", "@letters"  # lanes of mail: a big issue must not hold up an alert; no channel is named so


@dataclass(frozen=True, slots=True)
class Mail:
    """The words of one mail, before any header is built."""

    subject: str
    text: str
    html: str
    preheader: str = ""
    own: tuple[tuple[str, str], ...] = ()  # stand-ins in `text` and `html`, and what its reader sees in their place


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be; `key` makes enqueueing it twice impossible."""

    key: str
    channel: str  # MAIL, or the id of a channel
    message_id: str  # Message-ID or webhook-id: made before the first attempt, kept for all
    recipient: Recipient | None = None  # of an issue by mail
    issue: IssueId | None = None
    event: str | None = None  # an event's key
    payload: dict[str, Any] | None = None  # the body for a channel, and the thread that it belongs to
    late: bool = False  # news no more: it waits for others to be told with
    until: datetime | None = None  # held so long: in quiet hours, or for others of its burst
    joins: bool = False  # it may go before that, with what is held for the same address


@dataclass(frozen=True, slots=True)
class Delivery:
    """The life of one message in the outbox; `epoch` fences whoever held it before."""

    id: DeliveryId
    channel: str
    message_id: str
    state: DeliveryState
    epoch: int
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    recipient: Recipient | None = None
    issue: IssueId | None = None
    event: str | None = None
    payload: dict[str, Any] | None = None
    sent_at: datetime | None = None
    last_error: str | None = None
    held: bool = False  # until `next_attempt_at`, as its route says
    carrier: DeliveryId | None = None  # the one in which this was told with others; it stands as that one does


@dataclass(frozen=True, slots=True)
class Queue:
    """What of the outbox is claimed together: lanes, the first first; of mail what goes to one domain, or elsewhere.

    A domain is written as in addresses that were normalised; `but` are those that it leaves to others.
    """

    lanes: tuple[str, ...]
    domain: str = ""
    but: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages in so long, evenly; `burst` of them may go at once after a silence."""

    count: int
    period: timedelta
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Delivered:
    """The far end took responsibility; `reference` is what it calls the message, or the thread that it stands in."""

    detail: str = ""
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now; `after` is what the far end asked for; `stop_channel`: nothing else would get through either.

    `down` says that the far end itself failed, whatever was in the message.
    """

    reason: str
    after: timedelta | None = None
    stop_channel: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """Never: `suppress` says the address itself is dead, `stop_channel` that the channel is, `astray` its thread."""

    reason: str
    suppress: bool = False
    stop_channel: bool = False
    astray: bool = False


Verdict = Delivered | Retry | Dead


class Act(StrEnum):
    """What a person did to a delivery; it stands among its attempts."""

    RETRIED = "retried"  # what is dead is owed again
    REPLAYED = "replayed"  # and what was sent
    CANCELLED = "cancelled"  # what waited is dead
    SILENCED = "silenced"  # a silence held what waited
    WITHDRAWN = "withdrawn"  # it tells an item that was withdrawn, and goes out no more


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that came to a verdict, or what a person did between two; `outcome` names the verdict or the act."""

    epoch: int
    at: datetime
    duration: timedelta
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries: all that is given must hold, None asks for nothing."""

    ids: frozenset[DeliveryId] | None = None
    states: frozenset[DeliveryState] | None = None
    issue: IssueId | None = None
    channel: str | None = None
    addresses: frozenset[str] | None = None  # as they are spelt
    since: datetime | None = None  # made or sent since
    carrier: DeliveryId | None = None  # told in this one
    alerts: bool = False  # True: no issues
