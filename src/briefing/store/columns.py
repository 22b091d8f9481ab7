"""Column types, and the base of all rows: what a value must be before any database sees it.

Apart from `tables`, which says what is kept: this is how a string, a moment or a document is written so that SQLite
and PostgreSQL give back the same.
"""

import json
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Dialect, MetaData, types
from sqlmodel import SQLModel

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Row(SQLModel):
    """Base of all tables; not validated when made, so only `store` makes rows."""

    metadata = MetaData(naming_convention=NAMES)


def storable(text: str) -> str:
    """Return the text without NUL and lone surrogates, which PostgreSQL refuses."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


class Text(types.TypeDecorator[str]):
    """A string that both databases take; a StrEnum is written as its value."""

    impl = types.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Clean on the way in."""
        return None if value is None else storable(value)


class Json(types.TypeDecorator[Any]):
    """A document of plain lists, dicts, strings and numbers, kept as text: the engines' JSON types differ."""

    impl = types.Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Clean and write."""
        return None if value is None else json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Read; strings that recur are one object, which halves what a story's terms weigh."""
        return None if value is None else from_json(value)


def _clean(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(key): _clean(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_clean(inner) for inner in value]
        case _:
            return value
