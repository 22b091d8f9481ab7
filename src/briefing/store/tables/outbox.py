"""Events, the deliveries they and issues became, and every attempt at one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from briefing.model import DeliveryState
from briefing.store.columns import Json, Row, Text


class EventRow(Row, table=True):
    """Something that was told; its key is told once."""

    __tablename__ = "events"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Text, unique=True)
    kind: str = Field(sa_type=Text)
    at: datetime
    condition: str | None = Field(default=None, sa_type=Text, index=True)  # the key of its first event, if it lasts
    composed: dict[str, Any] = Field(sa_type=Json)


OPEN_STATES = tuple(state.value for state in (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING))
UNSENT_STATES = tuple(state.value for state in (DeliveryState.DEAD, DeliveryState.SILENCED))
# What two indexes hold: not what was sent, which is nearly all there is. A query that walks one says so in these words.
OPEN, UNSENT = text("state IN ('pending', 'retry', 'sending')"), text("state IN ('dead', 'silenced')")
CARRIED = text("carrier_id IS NOT NULL")


class DeliveryRow(Row, table=True):
    """One message to one address. While it is sending, `next_attempt_at` is the end of its lease."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "lane", "next_attempt_at", "id", "state", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_deliveries_unsent", "state", sqlite_where=UNSENT, postgresql_where=UNSENT),
        Index("ix_deliveries_carrier_id", "carrier_id", sqlite_where=CARRIED, postgresql_where=CARRIED),
        Index("ix_deliveries_late", "lane", sqlite_where=text("late"), postgresql_where=text("late")),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Text, unique=True)
    channel: str = Field(sa_type=Text)
    lane: str = Field(sa_type=Text)  # what is claimed together: issues, other mail, or one channel
    message_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    epoch: int = 0  # times claimed, ever
    owner: str | None = Field(default=None, sa_type=Text)
    attempts: int = 0  # times claimed since it was enqueued or retried by hand
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None = None
    last_error: str | None = Field(default=None, sa_type=Text)
    address: str | None = Field(default=None, sa_type=Text)
    list: str | None = Field(default=None, sa_type=Text)
    since: datetime | None = None
    issue_id: int | None = Field(default=None, foreign_key="issues.id", index=True)
    event: str | None = Field(default=None, sa_type=Text, foreign_key="events.key", index=True)
    late: bool = False  # news no more: it waits, until `next_attempt_at`, for others to be told with
    held: bool = False  # it waits because its route says so
    carrier_id: int | None = Field(default=None, foreign_key="deliveries.id")  # told in that one instead
    locale: str | None = Field(default=None, sa_type=Text)
    recall: tuple[int, ...] | None = Field(default=None, sa_type=Json)  # issues that reader was sent last, by story


class PayloadRow(Row, table=True):
    """What is posted to a channel; apart from its delivery, which is written anew with each attempt."""

    __tablename__ = "payloads"

    delivery_id: int = Field(primary_key=True, foreign_key="deliveries.id", sa_column_kwargs={"autoincrement": False})
    payload: dict[str, Any] = Field(sa_type=Json)


class AttemptRow(Row, table=True):
    """One attempt that came to a verdict."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("delivery_id", "epoch"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    epoch: int
    at: datetime
    duration_ms: int
    outcome: str = Field(sa_type=Text)  # delivered, retry, dead
    detail: str = Field(sa_type=Text)
