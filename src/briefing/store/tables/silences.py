"""What operators mute."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from briefing.store.columns import Json, Row, Text


class SilenceRow(Row, table=True):
    """A rule that mutes events from one time to another; `matchers` holds the keys that were given."""

    __tablename__ = "silences"

    id: int | None = Field(default=None, primary_key=True)
    matchers: dict[str, Any] = Field(sa_type=Json)
    by: str = Field(sa_type=Text)
    comment: str = Field(sa_type=Text)
    starts: datetime
    expires: datetime = Field(index=True)
