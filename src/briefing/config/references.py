"""What does not go together in feeds.yaml: names that point to nothing, schedules, routes that nothing can reach.

Apart from `mistakes`: it reads the values as written, so that a dangling name is found in the same run as a mistake
of shape elsewhere.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from briefing.config.alerts import BY_NAME
from briefing.config.grammar import Config, schedule_flaw
from briefing.config.hints import did_you_mean, nearest
from briefing.config.identity import inline_feeds
from briefing.config.positions import Document, Place
from briefing.config.scalars import ID_PATTERN
from briefing.errors import Problem
from briefing.model import MAIL

_Pointer = tuple[tuple[str, ...], str, str]
# where a name stands → the section it names
_POINTERS: tuple[_Pointer, ...] = (
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
_WORDS = ("event", "story", "series", "feed", "language")  # what a route asks for by any one of several
_Node = tuple[Place, dict[str, Any]]  # a route, as written


def dangling(document: Document) -> Iterator[Problem]:
    """Yield an error for each id that names nothing."""
    for pattern, section, noun in (*_POINTERS, *_inside(document)):
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


def _inside(document: Document) -> Iterator[_Pointer]:
    """Yield the pointers of routes that stand inside others, as deep as they go."""
    level: tuple[str, ...] = ("routes", "*", "routes", "*")
    while any(document.scalars(*level)):
        yield from ((level + at[2:], section, noun) for at, section, noun in _POINTERS if at[0] == "routes")
        level = (*level, "routes", "*")


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
    """Yield a warning for each route that no event gets to, outermost first: none is said of those inside it."""
    yield from _unreached(document, document.values.get("routes"), ("routes",), (), ())


def _unreached(
    document: Document, routes: Any, at: Place, around: Sequence[_Node], above: Sequence[tuple[int, _Node]]
) -> Iterator[Problem]:
    """Look at one level: `around` are the routes it is in, `above` what takes events before them, with their depths."""
    before = list(above)
    for number, route in enumerate(routes if isinstance(routes, list) else ()):
        if not isinstance(route, dict):
            continue
        way = (*around, ((*at, number), route))
        if problem := _barred(document, way) or _taken_before(document, way, before):
            yield problem
        else:
            yield from _unreached(document, route.get("routes"), (*at, number, "routes"), way, before)
        if not route.get("continue"):
            before.append((len(around), way[-1]))


def _taken_before(document: Document, way: Sequence[_Node], above: Sequence[tuple[int, _Node]]) -> Problem | None:
    """Return the warning that a route further up takes all that would come this way."""
    routes = [route for _, route in way]
    for depth, (place, earlier) in above:
        if _covers(earlier, routes[depth:], routes[:depth]):
            line = document.position(place)[1]
            words = f"this route is never reached: the one on line {line} takes all it would get"
            hint = "give that one continue: true, or move this one above it"
            return document.problem("warning", way[-1][0], words, hint)
    return None


def _barred(document: Document, way: Sequence[_Node]) -> Problem | None:
    """Return the warning that a route asks for what no event has that one around it lets through."""
    place, route = way[-1]
    for outer, other in way[:-1]:
        for key in _WORDS:
            here, there = (_same(_when(one).get(key)) for one in (route, other))
            if here and there and here.isdisjoint(there):
                line = document.position(outer)[1]
                words = f"this route is never reached: the one around it, on line {line}, is for no such {key}"
                return document.problem("warning", place, words, "a route inside another is for a part of its events")
    return None


def _covers(wide: dict[str, Any], narrow: Sequence[dict[str, Any]], around: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a route takes every event that comes by way of `narrow`; both are inside `around`."""
    way = (*around, *narrow)
    if not all(isinstance(one.get("when") or {}, dict) for one in (wide, *way)):
        return False
    asked = ((key, value) for key, value in _when(wide).items() if value is not None)
    if not all(any(_takes(value, _when(one).get(key)) for one in way) for key, value in asked):
        return False
    named = {*_named(narrow[-1].get("routes")), *(one for route in narrow for one in _names(route))}
    return named <= {one for route in (*around, wide) for one in _names(route)}


def _named(routes: Any) -> Iterator[str]:
    """Yield the kinds that routes name, and those inside them, which others do not get."""
    for route in routes if isinstance(routes, list) else ():
        if isinstance(route, dict):
            yield from (*_names(route), *_named(route.get("routes")))


def _names(route: dict[str, Any]) -> Iterator[str]:
    yield from (one for one in _many(_when(route).get("event")) if isinstance(one, str) and one in BY_NAME)


def _when(route: dict[str, Any]) -> dict[str, Any]:
    when = route.get("when")
    return when if isinstance(when, dict) else {}


def _same(value: Any) -> set[str]:
    """Return the words of a key as they are compared."""
    return {" ".join(one.split()).casefold() for one in _many(value) if isinstance(one, str)}


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
