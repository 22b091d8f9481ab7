"""Digests as far as we have got with them, and the issues that were composed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class DigestRow(Row, table=True):
    """A digest of the config: since when we know it, and the last occurrence that was dealt with, sent or empty."""

    __tablename__ = "digests"

    id: str = Field(sa_type=Text, primary_key=True)
    known_since: datetime
    settled_nominal: date | None = None
    settled_slot: str | None = Field(default=None, sa_type=Text)
    settled_due: datetime | None = None


class IssueItemRow(Row, table=True):
    """An item that an issue of a digest has dealt with, shown or counted; a digest never tells it again."""

    __tablename__ = "issue_items"

    digest: str = Field(sa_type=Text, primary_key=True)
    item_id: int = Field(
        primary_key=True, foreign_key="items.id", index=True, sa_column_kwargs={"autoincrement": False}
    )


class IssueRow(Row, table=True):
    """One dated sending, kept as composed; an occurrence has at most one."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("digest", "nominal", "slot"), UniqueConstraint("digest", "number"))

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(sa_type=Text)
    number: int
    nominal: date
    slot: str = Field(sa_type=Text)
    composed: dict[str, Any] = Field(sa_type=Json)
