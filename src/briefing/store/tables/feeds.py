"""Feeds as polling knows them, and the permanent moves they made."""

from datetime import datetime

from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class FeedRow(Row, table=True):
    """One feed of the config, or one that left it and keeps its history."""

    __tablename__ = "feeds"

    id: str = Field(sa_type=Text, primary_key=True)
    configured: bool = True  # False: no longer in feeds.yaml
    configured_url: str = Field(sa_type=Text)  # its fingerprint alone: the address can hold a key
    url: str = Field(sa_type=Text)  # where it moved for good; empty: where the config says
    title: str | None = Field(default=None, sa_type=Text)
    next_poll_at: datetime = Field(index=True)
    etag: str | None = Field(default=None, sa_type=Text)
    last_modified: str | None = Field(default=None, sa_type=Text)
    body_hash: str | None = Field(default=None, sa_type=Text)
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_outcome: str | None = Field(default=None, sa_type=Text)
    failures: int = 0
    error: str | None = Field(default=None, sa_type=Text)
    down_since: datetime | None = None
    moved_to: str | None = Field(default=None, sa_type=Text)
    moved_count: int = 0
    gone: bool = False
    paused: bool = False
    primed: bool = False
    epoch: int = 0  # times claimed, ever
    skip_hours: list[int] | None = Field(default=None, sa_type=Json)  # when it asks not to be polled
    skip_days: list[int] | None = Field(default=None, sa_type=Json)


class FeedMoveRow(Row, table=True):
    """A permanent redirect that was adopted."""

    __tablename__ = "feed_moves"

    id: int | None = Field(default=None, primary_key=True)
    feed_id: str = Field(sa_type=Text, foreign_key="feeds.id", index=True)
    from_url: str = Field(sa_type=Text)  # empty: where the config said
    to_url: str = Field(sa_type=Text)
    at: datetime
