"""Where an event goes: the operator's routes, a tree that is read from the top.

An event that a route is for goes on to the routes inside it. The first of them that is for it takes it, and those below
are tried while each says continue; what none of them takes, the route takes itself.

Apart from `alert`, which says what is worth telling: here is only who is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from briefing.config.alerts import BY_NAME, Route
from briefing.model import Event, ItemLine

_COUNTS = frozenset({"origins", "publishers"})
COUNTED = frozenset({"item", "instalment", "promise", "new_series", "corroborated"})  # kinds that have them


@dataclass(frozen=True, slots=True)
class Traits:
    """What routes and silences ask of an event, under the names that they have for it; None where there is no such."""

    event: str
    story: str | None = None
    series: str | None = None
    feed: str | None = None
    origins: int | None = None
    publishers: int | None = None
    language: str | None = None
    subject: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What one route makes of an event, and why; counted from 1, and inside another by both numbers, as 4.2."""

    route: int | str
    to: tuple[str, ...]
    decides: bool
    why: str


def traits(event: Event) -> Traits:
    """Return what routes ask of an event; an item that was not compared yet is one report of one publisher."""
    line, counted = _line(event), event.development
    alone = 1 if line else None
    about = event.part or event.promise or event.gap
    return Traits(
        event=event.kind.value,
        story=event.story,
        series=about.series if about else None,
        feed=event.feed,
        origins=counted.origins if counted else alone,
        publishers=len(counted.publishers) if counted else alone,
        language=line.lang if line else None,
        subject=event.subjects,
    )


def channels(event: Event, routes: Sequence[Route]) -> tuple[str, ...]:
    """Return the channels of an event, each once, in the order of its routes; empty when no route matches."""
    return tuple(ways(event, routes))


def ways(event: Event, routes: Sequence[Route]) -> dict[str, Route]:
    """Return the channels of an event with the route whose way it takes to each: the first urgent one, or the first."""
    found: dict[str, Route] = {}
    for route in decide(traits(event), routes):
        for channel in route.to:
            known = found.setdefault(channel, route)
            if route.urgent and not known.urgent:
                found[channel] = route
    return found


def decide(about: Traits, routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the routes that decide: at each level the first that matches, and on while they say continue."""
    return tuple(route for choice, route in _level(about, routes) if choice.decides)


def explain(about: Traits, routes: Sequence[Route]) -> tuple[Choice, ...]:
    """Return what each route makes of an event, in the order they are written."""
    return tuple(choice for choice, _ in _level(about, routes))


_Judged = tuple[Choice, Route]


def _level(
    about: Traits, routes: Sequence[Route], around: str = "", *, named: bool = False, past: str = ""
) -> list[_Judged]:
    """Judge the routes of one level and all inside them; `past` says why the event does not get there.

    `named` tells whether a route around them names its kind.
    """
    found: list[_Judged] = []
    for number, route in enumerate(routes, 1):
        name = f"{around}.{number}" if around else str(number)
        judged = _tree(about, route, name, named=named, past=past)
        found += judged
        if not past and not route.continue_ and _deciding(judged):
            past = f"not reached: route {name} took it"
    return found


def _tree(about: Traits, route: Route, name: str, *, named: bool, past: str) -> list[_Judged]:
    """Judge a route and all inside it: what one of them takes, the route does not take itself."""
    named = named or about.event not in BY_NAME or about.event in route.when.event
    lacking = wants(dict(route.when), about)
    barred = past or (lacking and f"not reached: route {name} is not for it")
    inside = _level(about, route.children, name, named=named, past=barred)
    below = _deciding(inside)
    unnamed = "" if named else f"event is {about.event}, which goes where a route names it"
    why = f"hands it on to {' and '.join(below)}" if below else past or unnamed or lacking
    decides = not why
    if route.continue_ and (decides or below):
        why = f"{why}, and continues" if why else "and continues"
    number = int(name) if name.isdecimal() else name
    return [(Choice(number, tuple(route.to), decides, why), route), *inside]


def _deciding(judged: Iterable[_Judged]) -> list[str]:
    return [str(choice.route) for choice, _ in judged if choice.decides]


def wants(asked: Mapping[str, Any], about: Traits) -> str:
    """Say the first thing that is asked of an event and not given; empty when all is given."""
    for key, wanted in asked.items():
        given = getattr(about, key)
        if wanted and not _holds(key, wanted, given):
            least = f"at least {wanted}" if key in _COUNTS else " or ".join(wanted)
            return f"{key} is {_said(given)}, not {least}"
    return ""


def _holds(key: str, wanted: int | Sequence[str], given: str | int | tuple[str, ...] | None) -> bool:
    if isinstance(wanted, int):
        return isinstance(given, int) and given >= wanted
    words = given if isinstance(given, tuple) else (given,) if isinstance(given, str) else ()
    return not {_same(key, one) for one in words}.isdisjoint(_same(key, one) for one in wanted)


def _said(given: str | int | tuple[str, ...] | None) -> str:
    return " and ".join(given) or "none" if isinstance(given, tuple) else "none" if given is None else str(given)


def _same(key: str, word: str) -> str:
    """Return a word as it is compared: a title by its letters, a language without its country."""
    match key:
        case "series":
            return " ".join(word.split()).casefold()
        case "language":
            return word.replace("_", "-").partition("-")[0].lower()
        case _:
            return word


def _line(event: Event) -> ItemLine | None:
    if event.development:
        return event.development.lead
    return event.part.item if event.part else event.item
