"""What belongs to a story: matches, series with their instalments, and the ledger of promises."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class MatchRow(Row, table=True):
    """An item belongs to a story, by these terms."""

    __tablename__ = "matches"
    __table_args__ = (Index(None, "story", "item_id"),)

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    story: str = Field(sa_type=Text, primary_key=True)
    terms: list[str] = Field(sa_type=Json)


class SeriesRow(Row, table=True):
    """A run of instalments by one source within one story."""

    __tablename__ = "series"
    __table_args__ = (Index(None, "story"),)

    id: int | None = Field(default=None, primary_key=True)
    story: str = Field(sa_type=Text)
    feed_id: str | None = Field(default=None, sa_type=Text)
    source: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    authors: list[str] = Field(sa_type=Json)
    ruling: str | None = Field(default=None, sa_type=Text)


class InstalmentRow(Row, table=True):
    """An item as a part of a series; or, `refused`, one that a person took out of it for good."""

    __tablename__ = "instalments"

    series_id: int = Field(primary_key=True, foreign_key="series.id", sa_column_kwargs={"autoincrement": False})
    item_id: int = Field(
        primary_key=True, foreign_key="items.id", index=True, sa_column_kwargs={"autoincrement": False}
    )
    part: int | None = None
    title: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    at: datetime
    news: bool
    by_hand: bool
    refused: bool


class PromiseRow(Row, table=True):
    """A coming instalment, as announced, and what became of it."""

    __tablename__ = "promises"

    id: int | None = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="series.id", index=True)
    quote: str = Field(sa_type=Text)
    made_at: datetime
    part: int | None = None
    title: str | None = Field(default=None, sa_type=Text)
    topic: str | None = Field(default=None, sa_type=Text)
    made_by: int | None = Field(default=None, foreign_key="items.id", index=True)
    state: str = Field(sa_type=Text)
    kept_by: int | None = Field(default=None, foreign_key="items.id", index=True)
    kept_at: datetime | None = None
    evidence: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = None
    opened_at: datetime
    lapsed_at: datetime | None = None
    score: int | None = None
    kept_url: str | None = Field(default=None, sa_type=Text)
    key: str | None = Field(default=None, sa_type=Text)
    by_hand: bool
