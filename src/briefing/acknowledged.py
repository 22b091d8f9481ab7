"""Who looks after what an alert is about: what was acknowledged, brought to the events that are told now.

    what each event is about, with all that its development took in | who acknowledged any of it | said in the event

Joins `edit` and `store`, below the shells, beside `mute`: an acknowledgement holds no alert, it is told with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlmodel import Session

from briefing.edit import answers
from briefing.model import Acknowledgement, Event, ItemId
from briefing.store import acknowledgements, developments

_DEVELOPMENT = "development:"


def noted(session: Session, events: Sequence[Event]) -> tuple[Event, ...]:
    """Return events with who looks after what they are about."""
    return tuple(replace(event, acknowledged=found) if (found := by(session, event)) else event for event in events)


def by(session: Session, event: Event) -> Acknowledgement | None:
    """Return who looks after what an event is about, or after any part of its development: the first who said so."""
    names = subjects(session, event)
    found = acknowledgements.acknowledged(session, subjects=names) if names else {}
    return min(found.values(), key=lambda one: (one.at, one.id), default=None)


def subjects(session: Session, event: Event) -> Collection[str]:
    """Return the names under which what an event is about may have been acknowledged."""
    name = answers.subject(event)
    if name is None:
        return ()
    opener = name.partition(_DEVELOPMENT)[2]
    if not opener or event.story is None:
        return (name,)
    here = developments.of_items(session, story=event.story, items=[ItemId(int(opener))])
    members = developments.members(session, story=event.story, developments=here.values())
    return {name, *(answers.development(event.story, item) for some in members.values() for item in some)}
