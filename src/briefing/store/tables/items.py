"""Items, the full texts that were fetched to read them and expire, and which were withdrawn."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class ItemRow(Row, table=True):
    """One item of one feed; `key` is the identity that dedupe gave it."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        Index(None, "feed_id", "canonical_url"),
        Index(None, "feed_id", "content_hash"),
        Index(None, "feed_id", "first_seen"),
        Index(None, "feed_id", "last_seen"),
        Index(None, "feed_id", "page_until"),
        {"sqlite_autoincrement": True},  # what was told goes by its id: no other item may ever have it
    )

    id: int | None = Field(default=None, primary_key=True)
    feed_id: str = Field(sa_type=Text, foreign_key="feeds.id")
    key: str = Field(sa_type=Text)
    canonical_url: str | None = Field(default=None, sa_type=Text)
    content_hash: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    published: datetime | None = None
    first_seen: datetime = Field(index=True)
    last_seen: datetime  # in a document of its feed, to the day
    changed_at: datetime | None = Field(default=None, index=True)
    excerpt: list[str] = Field(sa_type=Json)
    html: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    authors: list[str] = Field(sa_type=Json)
    lang: str | None = Field(default=None, sa_type=Text)
    news: bool = True
    number: int | None = None  # what its feed counts it as
    page_until: datetime | None = None  # its page could not be read yet; try until then


class ItemTextRow(Row, table=True):
    """An item's full text, read from its page for detection; never republished, and gone after `expires_at`."""

    __tablename__ = "item_texts"

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    text: str = Field(sa_type=Text)
    expires_at: datetime = Field(index=True)


class WithdrawalRow(Row, table=True):
    """An item that is shown no more; the row is its tombstone, and neither goes."""

    __tablename__ = "withdrawals"

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    at: datetime
    by: str = Field(sa_type=Text)
    words: str | None = Field(default=None, sa_type=Text)
