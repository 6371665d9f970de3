"""The kinds of column: what their values become on the way in and out, the same on both databases.

Moments are kept in UTC. Text is cleaned here, and only here, of what no database takes, and cut to
the length of its column. Which column is of which kind is left to ``tables``.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String, Text, TypeDecorator

# PostgreSQL takes no NUL, and neither database half a surrogate pair; mail holds both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with every character no database takes replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", str(text))


class LongText(TypeDecorator[str]):
    """Text of any length; what cannot be stored in it is replaced, also where it is looked for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Clean what goes in."""
        return None if value is None else storable(value)


class ShortText(TypeDecorator[str]):
    """A short text, cut to its length: SQLite would keep what PostgreSQL refuses."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Clean and cut what goes in."""
        return None if value is None else storable(value)[: self.length]


class JsonRecord(TypeDecorator[Any]):
    """Lists and mappings as JSON, their texts cleaned as all text is."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """Clean what goes in."""
        return _storable_record(value)


def _storable_record(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _storable_record(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_record(each) for each in value]
    return value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite keeps no zone, so what it gives back is marked as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone: they would be stored as something they are not."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give moments back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
