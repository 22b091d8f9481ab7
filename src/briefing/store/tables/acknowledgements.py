"""What people acknowledged."""

from datetime import datetime

from sqlmodel import Field

from briefing.store.columns import Row, Text


class AcknowledgementRow(Row, table=True):
    """Somebody looks after a subject; the first who said so."""

    __tablename__ = "acknowledgements"

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(sa_type=Text, unique=True)
    event: str = Field(sa_type=Text)
    at: datetime
    channel: str = Field(sa_type=Text)
    by: str | None = Field(default=None, sa_type=Text)
