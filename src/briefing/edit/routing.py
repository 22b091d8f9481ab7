"""Where an event goes: the operator's routes, read from the top.

Apart from `alert`, which says what is worth telling: here is only who is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from briefing.config.alerts import BY_NAME, Route
from briefing.model import Event, ItemLine

_COUNTS = frozenset({"origins", "publishers"})


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
    """What one route, counted from 1, makes of an event, and why."""

    route: int
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
    """Return the routes that decide: the first that matches, and on while they say continue."""
    return tuple(routes[choice.route - 1] for choice in explain(about, routes) if choice.decides)


def explain(about: Traits, routes: Sequence[Route]) -> tuple[Choice, ...]:
    """Return what each route makes of an event, in their order."""
    return tuple(_choices(about, routes))


def _choices(about: Traits, routes: Sequence[Route]) -> Iterator[Choice]:
    taken = 0  # by the route of this number
    for number, route in enumerate(routes, 1):
        wanting = f"not reached: route {taken} took it" if taken else _wants(route, about)
        yield Choice(number, tuple(route.to), not wanting, wanting or ("and continues" if route.continue_ else ""))
        if not wanting and not route.continue_:
            taken = number


def _wants(route: Route, about: Traits) -> str:
    if about.event in BY_NAME and about.event not in route.when.event:
        return f"event is {about.event}, which goes where a route names it"
    return wants(dict(route.when), about)


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
