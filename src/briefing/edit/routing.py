"""Where an event goes: the operator's routes, read from the top.

Apart from `alert`, which says what is worth telling: here is only who is told.
"""

from collections.abc import Sequence

from briefing.config.alerts import Route, When
from briefing.model import Event


def channels(event: Event, routes: Sequence[Route]) -> tuple[str, ...]:
    """Return the channels of an event, each once, in the order of its routes; empty when no route matches."""
    return tuple(dict.fromkeys(channel for index in explain(event, routes) for channel in routes[index].to))


def explain(event: Event, routes: Sequence[Route]) -> tuple[int, ...]:
    """Return the indexes of the routes that decide: the first that matches, and on while they say continue."""
    deciding: list[int] = []
    for index, route in enumerate(routes):
        if _holds(route.when, event):
            deciding.append(index)
            if not route.continue_:
                break
    return tuple(deciding)


def _holds(when: When, event: Event) -> bool:
    wanted = ((when.event, event.kind.value), (when.story, event.story), (when.feed, event.feed))
    return all(key is None or key == value for key, value in wanted)
