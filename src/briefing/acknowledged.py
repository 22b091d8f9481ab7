"""Who looks after what an alert is about: what was acknowledged, brought to the events that are told now.

    what each event is about, with all that its development took in | who acknowledged any of it | said in the event

Joins `edit` and `store`, below the shells, beside `mute`: an acknowledgement holds no alert, it is told with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlmodel import Session

from briefing.edit import answers
from briefing.model import Acknowledgement, Event, ItemId, StoryId
from briefing.store import acknowledgements, developments

_DEVELOPMENT = "development:"


def noted(session: Session, events: Sequence[Event]) -> tuple[Event, ...]:
    """Return events with who looks after what they are about."""
    heard = zip(events, _first(session, events), strict=True)
    return tuple(replace(event, acknowledged=found) if found else event for event, found in heard)


def by(session: Session, event: Event) -> Acknowledgement | None:
    """Return who looks after what an event is about."""
    return next(_first(session, [event]))


def _first(session: Session, events: Sequence[Event]) -> Iterator[Acknowledgement | None]:
    """Yield who said first that he looks after what each event is about, or after any part of its development."""
    names = _names(session, events)
    found = acknowledgements.acknowledged(session, subjects=set().union(*names))
    for some in names:
        mine = (found[name] for name in some if name in found)
        yield min(mine, key=lambda one: (one.at, one.id), default=None)


def _names(session: Session, events: Sequence[Event]) -> list[set[str]]:
    """Return the names under which what each event is about may have been acknowledged."""
    names = [answers.subject(event) for event in events]
    alike = _alike(session, filter(None, names))
    return [{name, *alike.get(name, ())} if name else set() for name in names]


def _alike(session: Session, names: Iterable[str]) -> dict[str, list[str]]:
    """Return all the names of those that name a development."""
    openers: defaultdict[StoryId, list[ItemId]] = defaultdict(list)
    for name in names:
        story, of_development, opener = name.partition(f":{_DEVELOPMENT}")
        if of_development:
            openers[StoryId(story)].append(ItemId(int(opener)))
    alike: dict[str, list[str]] = {}
    for story, items in openers.items():
        here = developments.of_items(session, story=story, items=items)
        members = developments.members(session, story=story, developments=set(here.values()))
        for item, development in here.items():
            own = [answers.development(story, one) for one in members.get(development, ())]
            alike[answers.development(story, item)] = own
    return alike
