"""What is said of events as KEY=VALUE: the event that a route is tried with, and those that a silence is for.

Apart from `routes` and `silences`, whose commands read them: both use the words of a route's `when`.
"""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, get_args

from briefing.cli.failure import Exit, Failure
from briefing.cli.options import known

if TYPE_CHECKING:
    from briefing.config.grammar import Config

_COUNTS = {"origins", "publishers"}
_SHORT = {"s": "series", "p": "promise"}  # as briefing series shows them
_SUBJECT = re.compile(r"(development|item|promise|series):[1-9]\d{0,9}|channel:[a-z0-9][a-z0-9_-]*")
_SUBJECTS = "write s7, p12, item:4711, channel:desk, or development:4711 for what item 4711 reports"


def fact(text: str, config: "Config", keys: Collection[str], *, example: str) -> tuple[str, Any]:
    """Return key and value of one fact; a key that is not among these, or a value that cannot be, ends the command."""
    from briefing.config.hints import did_you_mean

    key, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise Failure(f'"{text}" is no fact of an event', hint=f"write KEY=VALUE, as in {example}", code=Exit.USAGE)
    if key not in keys:
        hint = did_you_mean(key, keys, "known: ")
        raise Failure(f'an event has no "{key}"', hint=hint, code=Exit.USAGE)
    return key, _value(key, value, config)


def _value(key: str, value: str, config: "Config") -> Any:
    from briefing.config import effective
    from briefing.config.alerts import Kind

    if key in _COUNTS:
        return _count(key, value)
    if key == "subject":
        return _subject(value)
    names = {"event": get_args(Kind), "story": config.stories, "feed": effective.feeds(config)}
    return known(key, value, names[key]) if key in names else value


def _count(key: str, value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise Failure(f'{key} is a number of 1 or more, not "{value}"', hint=f"write {key}=3", code=Exit.USAGE)
    return int(value)


def _subject(value: str) -> str:
    """Return a subject as events name it."""
    short = re.fullmatch(r"([sp])([1-9]\d{0,9})", value.strip(), re.IGNORECASE)
    subject = f"{_SHORT[short[1].lower()]}:{short[2]}" if short else value.strip()
    if not _SUBJECT.fullmatch(subject):
        raise Failure(f'"{value}" is no subject of an event', hint=_SUBJECTS, code=Exit.USAGE)
    return subject
