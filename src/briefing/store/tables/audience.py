"""Who reads which list, with whose consent, and which addresses must never be written to."""

from datetime import datetime

from sqlmodel import Field

from briefing.store.columns import Row, Text


class SubscriberRow(Row, table=True):
    """A person, known by an address; `mailbox` is the address folded, by which two spellings are one."""

    __tablename__ = "subscribers"

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(sa_type=Text, unique=True)
    address: str = Field(sa_type=Text)
    created_at: datetime
    locale: str | None = Field(default=None, sa_type=Text)  # None: whatever the digest's is


class SubscriptionRow(Row, table=True):
    """A subscriber on a list; `since` is when the state began."""

    __tablename__ = "subscriptions"

    list: str = Field(sa_type=Text, primary_key=True)
    subscriber_id: int = Field(
        primary_key=True, foreign_key="subscribers.id", index=True, sa_column_kwargs={"autoincrement": False}
    )
    state: str = Field(sa_type=Text)
    consent: str = Field(sa_type=Text)
    since: datetime


class SuppressionRow(Row, table=True):
    """A folded address that bounced for good or complained, or the keyed hash of one that was erased."""

    __tablename__ = "suppressions"

    mailbox: str = Field(sa_type=Text, primary_key=True)
    reason: str = Field(sa_type=Text)
    at: datetime
