"""What the service made up once and must never lose, such as its secret."""

from sqlmodel import Field

from briefing.store.columns import Row, Text


class SettingRow(Row, table=True):
    """One value under its name."""

    __tablename__ = "settings"

    name: str = Field(sa_type=Text, primary_key=True)
    value: str = Field(sa_type=Text)
