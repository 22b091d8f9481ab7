"""Who copied whom, and which items of a story report the same: links, and what judging later items needs of them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class BandRow(Row, table=True):
    """A number that near-duplicates share; `at` is the item's own time. Gone once nothing can be near it."""

    __tablename__ = "bands"
    __table_args__ = (Index(None, "band", "at", "item_id"),)

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    band: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(index=True)


class CopyRow(Row, table=True):
    """An item whose text is another source's; the original may be forgotten before it."""

    __tablename__ = "copies"

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    original_id: int = Field(index=True)
    evidence: str = Field(sa_type=Text)


class MemberRow(Row, table=True):
    """An item in a development of a story, which is named after the item that opened it; `terms` go when it closes."""

    __tablename__ = "members"
    __table_args__ = (
        Index(None, "story", "development", "seen"),
        Index(
            "ix_members_open",
            "story",
            "seen",
            sqlite_where=text("terms IS NOT NULL"),
            postgresql_where=text("terms IS NOT NULL"),
        ),
    )

    item_id: int = Field(primary_key=True, foreign_key="items.id", sa_column_kwargs={"autoincrement": False})
    story: str = Field(sa_type=Text, primary_key=True)
    development: int
    seen: datetime
    at: datetime | None = None
    terms: dict[str, float] | None = Field(default=None, sa_type=Json)
    names: float
    lang: str = Field(sa_type=Text)


class TermCountRow(Row, table=True):
    """In how many items of a story a term was met."""

    __tablename__ = "term_counts"

    story: str = Field(sa_type=Text, primary_key=True)
    term: str = Field(sa_type=Text, primary_key=True)
    items: int


class GroupingRow(Row, table=True):
    """How many items a story has grouped; `stamp` is new with each change, so that a copy in memory knows its age."""

    __tablename__ = "groupings"

    story: str = Field(sa_type=Text, primary_key=True)
    items: int
    stamp: str = Field(sa_type=Text)


class CorroboratedRow(Row, table=True):
    """A development that was told as reported by many, itself or one that has become part of it."""

    __tablename__ = "corroborated"

    development: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    story: str = Field(sa_type=Text, primary_key=True)
    at: datetime
