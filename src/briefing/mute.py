"""Silences at work: which one holds an event, and what becomes of its alerts.

    active silences | of each event: what it is about, which development it is in by now | silenced, with the reason

Below the shells, because a poll and a reminder tell events, and an operator's silence meets those that wait. What if we
die here? It all happens in the transaction that owes the alerts, or stores the silence.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from briefing.edit import routing, silence
from briefing.model import Event, ItemId, NewSilence, Silence, SilenceId, SilenceState
from briefing.store import developments, outbox, silences

_DEVELOPMENT, _ITEM = "development:", "item:"


def mute(session: Session, *, told: Sequence[Event], now: datetime) -> int:
    """Silence what is owed to tell these events, if a silence holds them now; return how many deliveries that is."""
    standing = silences.active(session, now=now) if told else ()
    held = ((event, holding(session, event, standing, now)) for event in told if standing)
    return sum(
        silences.mute(session, events=[event.key], reason=silence.reason(by), now=now) for event, by in held if by
    )


def add(session: Session, *, new: NewSilence, now: datetime) -> tuple[Silence, int]:
    """Store a silence; if it is active, what waits in quiet hours, in a burst or for a retry is silenced by it too.

    Return it with how many deliveries that is.
    """
    made = silences.add(session, silence=new)
    if made.state(now) is not SilenceState.ACTIVE:
        return made, 0
    waiting = outbox.events(session, keys=sorted(silences.waiting(session)))
    mine = [event.key for event in waiting if holding(session, event, [made], now)]
    return made, silences.mute(session, events=mine, reason=silence.reason(made), now=now)


def rehearse(session: Session, *, new: NewSilence, since: datetime) -> tuple[int, int]:
    """Return how many of the events that were told since a moment a silence would have held, and of how many."""
    told = [event for event in outbox.told_since(session, since=since) if silence.can_hold(event.kind)]
    always = Silence(SilenceId(0), new.matchers, new.by, since, datetime.max.replace(tzinfo=UTC))
    return sum(bool(holding(session, event, [always], since)) for event in told), len(told)


def holding(session: Session, event: Event, standing: Sequence[Silence], now: datetime) -> Silence | None:
    """Return the silence that holds an event; one of a development holds what is in it by now."""
    about = routing.traits(event)
    joined = tuple(_developments(session, event, standing))
    return silence.silencing(replace(about, subject=(*about.subject, *joined)), standing, now)


def _developments(session: Session, event: Event, standing: Sequence[Silence]) -> Iterator[str]:
    """Yield those developments that silences name, by any item, and that hold an item of the event."""
    named = set(_numbers([subject for one in standing for subject in one.matchers.subject], _DEVELOPMENT))
    if not named or event.story is None:
        return
    mine = {*_numbers(event.subjects, _DEVELOPMENT), *_numbers(event.subjects, _ITEM)}
    found = developments.of_items(session, story=event.story, items=named | mine)
    here = {found[one] for one in mine if one in found}
    yield from (f"{_DEVELOPMENT}{one}" for one in sorted(named) if found.get(one) in here)


def _numbers(subjects: Collection[str], kind: str) -> Iterator[ItemId]:
    """Yield the ids of the subjects of a kind; what is no id names nothing."""
    ids = (one.removeprefix(kind) for one in subjects if one.startswith(kind))
    yield from (ItemId(int(one)) for one in ids if one.isascii() and one.isdecimal())
