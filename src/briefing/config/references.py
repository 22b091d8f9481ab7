"""What does not go together in feeds.yaml: names that point to nothing, schedules, routes that nothing can reach.

Apart from `mistakes`: it reads the values as written, so that a dangling name is found in the same run as a mistake
of shape elsewhere.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from briefing.config.alerts import BY_NAME
from briefing.config.grammar import Config, schedule_flaw
from briefing.config.hints import did_you_mean, nearest
from briefing.config.identity import inline_feeds
from briefing.config.positions import Document
from briefing.config.scalars import ID_PATTERN
from briefing.errors import Problem
from briefing.model import MAIL

# where a name stands → the section it names
_POINTERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("stories", "*", "feeds", "*"), "feeds", "feed"),
    (("digests", "*", "stories", "*"), "stories", "story"),
    (("digests", "*", "to", "list"), "lists", "list"),
    (("digests", "*", "to", "*", "list"), "lists", "list"),
    (("routes", "*", "to"), "channels", "channel"),
    (("routes", "*", "to", "*"), "channels", "channel"),
    (("routes", "*", "when", "story"), "stories", "story"),
    (("routes", "*", "when", "story", "*"), "stories", "story"),
    (("routes", "*", "when", "feed"), "feeds", "feed"),
    (("routes", "*", "when", "feed", "*"), "feeds", "feed"),
)


def dangling(document: Document) -> Iterator[Problem]:
    """Yield an error for each id that names nothing."""
    for pattern, section, noun in _POINTERS:
        known = _ids(document.values, section, inline=pattern[0] == "routes")
        if known is None:
            continue
        for place, name in document.scalars(*pattern):
            if pattern[-1] == "*" and not isinstance(place[-1], int):
                continue  # keys where a list belongs: told already
            if isinstance(name, str) and re.fullmatch(ID_PATTERN, name) and name not in known:
                hint = did_you_mean(name, known, f"known under {section}: ")
                yield document.problem(
                    "error", place, f'no {noun} named "{name}"', hint or f"declare it under {section}"
                )


def reserved(document: Document) -> Iterator[Problem]:
    """Yield an error for a channel whose id is ours: all that goes to addresses is in the channel "mail"."""
    for place, _ in document.scalars("channels", "*"):
        if place[-1] == MAIL:
            hint = "it names mail to addresses; choose another"
            yield document.problem("error", place, f'the id "{MAIL}" is taken', hint)


def schedules(document: Document) -> Iterator[Problem]:
    """Yield an error for each digest without a schedule or with two, also where the grammar stopped at its shape."""
    for place, digest in document.scalars("digests", "*"):
        if isinstance(digest, dict) and (flaw := schedule_flaw(*map(digest.get, ("at", "cron", "days")))):
            yield document.problem("error", place, flaw)


def unreachable(document: Document) -> Iterator[Problem]:
    """Yield a warning for each route that stands below one which takes all it would take."""
    routes = [(place, route) for place, route in document.scalars("routes", "*") if isinstance(route, dict)]
    for index, (place, route) in enumerate(routes):
        for above, earlier in routes[:index]:
            if not earlier.get("continue") and _covers(earlier.get("when"), route.get("when")):
                line = document.position(above)[1]
                yield document.problem(
                    "warning",
                    place,
                    f"this route is never reached: the one on line {line} takes all it would get",
                    "give that one continue: true, or move this one above it",
                )
                break


def _covers(wide: Any, narrow: Any) -> bool:
    """Tell whether every event that fits `narrow` fits `wide`."""
    if not isinstance(wide or {}, dict) or not isinstance(narrow or {}, dict):
        return False
    wanted, given = wide or {}, narrow or {}
    named = [one for one in _many(given.get("event")) if isinstance(one, str) and one in BY_NAME]
    if any(one not in _many(wanted.get("event")) for one in named):
        return False
    return all(value is None or _takes(value, given.get(key)) for key, value in wanted.items())


def _takes(wide: Any, narrow: Any) -> bool:
    """Tell whether what one key of `when` asks for is all of it asked for by another route's: one, several, a count."""
    if isinstance(wide, int) and isinstance(narrow, int):
        return narrow >= wide
    return narrow is not None and all(one in _many(wide) for one in _many(narrow))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _ids(values: dict[str, Any], section: str, *, inline: bool) -> Collection[str] | None:
    """Return a section's ids; None if it cannot be told, so that one misspelt section is one mistake."""
    found = values.get(section)
    if found is None:
        misspelt = any(nearest(key, [section]) for key in values if key not in Config.model_fields)
        if section in values or misspelt:
            return None
    elif not isinstance(found, dict):
        return None
    named = inline_feeds(values).values() if inline and section == "feeds" else ()
    return [*(found or ()), *named]
