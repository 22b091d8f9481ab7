"""How the far ends of channels stand."""

from datetime import datetime

from sqlmodel import Field

from briefing.store.columns import Row, Text


class ChannelRow(Row, table=True):
    """One channel of the configuration, by its id; a row of failures, or none."""

    __tablename__ = "channels"

    id: str = Field(sa_type=Text, primary_key=True)
    address: str = Field(sa_type=Text)  # fingerprint of all that says where it leads
    failures: int = 0
    since: datetime | None = None
    failed_at: datetime | None = None
    until: datetime | None = None
    disabled_at: datetime | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    relay: str | None = Field(default=None, sa_type=Text)  # of several processes, the one that sends there
    relay_until: datetime | None = None


class ThreadRow(Row, table=True):
    """What the far end of a channel calls the last message about a story or a feed, or the thread of them."""

    __tablename__ = "threads"

    channel: str = Field(sa_type=Text, primary_key=True)
    thread: str = Field(sa_type=Text, primary_key=True)
    reference: str = Field(sa_type=Text)
