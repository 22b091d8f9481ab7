"""Whether an event is muted, by which silence, and how that is said.

Apart from `routing`, which says who would be told: a silence holds what would go to anybody.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import get_args

from briefing.config.alerts import Kind
from briefing.edit.routing import Traits, wants
from briefing.model import Silence, SilenceState

_KINDS = frozenset(get_args(Kind))


def silencing(about: Traits, silences: Iterable[Silence], now: datetime) -> Silence | None:
    """Return the first silence that is active and asks for nothing that an event has not; None if none holds it.

    What no route can ask for is not held: a correction, several alerts in one, a test.
    """
    if not can_hold(about.event):
        return None
    fit = (one for one in silences if not wants(asdict(one.matchers), about))
    return next((one for one in fit if one.state(now) is SilenceState.ACTIVE), None)


def can_hold(kind: str) -> bool:
    """Tell whether a silence can hold events of a kind."""
    return kind in _KINDS


def reason(silence: Silence) -> str:
    """Say what holds an alert: which silence, whose, until when and why."""
    until = f"{silence.expires:%Y-%m-%d %H:%M}Z"
    return f"{mark(silence)} by {silence.by} until {until}" + (f": {silence.comment}" if silence.comment else "")


def mark(silence: Silence) -> str:
    """Return the words that a reason begins with."""
    return f"silence {silence.id}"
