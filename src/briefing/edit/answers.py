"""What an alert is about, for whoever answers it: the name under which it is acknowledged, and what mutes it.

Apart from `silence`, which says what a silence holds. The name is one that later alerts on the same thing share.
"""

from briefing.model import Event, EventKind, Matchers

_NOTHING_TO_ANSWER = frozenset(
    {EventKind.FEED_UP, EventKind.CHANNEL_UP, EventKind.ISSUE, EventKind.WITHDRAWN, EventKind.MISSED, EventKind.TEST}
)


def subject(event: Event) -> str | None:
    """Return what an event is about; None where no later one can be about the same."""
    match event.kind:
        case EventKind.FEED_DOWN | EventKind.FEED_UP:
            return f"outage:{(event.condition or event.key).partition(':')[2]}"
        case EventKind.CHANNEL_DOWN | EventKind.CHANNEL_UP:
            return f"outage:@{event.key.partition(':')[2].removesuffix(':disabled')}"  # no feed is named so
        case EventKind.GAP:
            return event.key
        case EventKind.ITEM | EventKind.INSTALMENT:
            return development(event.story, event.item.item) if event.item else None
        case _:
            return f"{event.story}:{event.subjects[0]}" if event.story and event.subjects else None


def development(story: str | None, item: int) -> str:
    """Return the name of the development that an item opened in a story."""
    return f"{story}:development:{item}"


def can_be_answered(event: Event) -> bool:
    """Tell whether somebody can look after what an event is about, or mute it."""
    return event.kind not in _NOTHING_TO_ANSWER and subject(event) is not None


def mutes(event: Event) -> Matchers:
    """Return what a silence asks for that mutes what an event is about, and nothing else."""
    story = (event.story,) if event.story else ()
    match event.kind:
        case EventKind.FEED_DOWN:
            return Matchers(event=(EventKind.FEED_DOWN, EventKind.FEED_UP), feed=(event.feed,) if event.feed else ())
        case EventKind.CHANNEL_DOWN:
            return Matchers(event=(EventKind.CHANNEL_DOWN, EventKind.CHANNEL_UP), subject=event.subjects[:1])
        case EventKind.GAP:
            return Matchers(event=(EventKind.GAP,), story=story, subject=event.subjects[:1])
        case _:
            return Matchers(story=story, subject=event.subjects[:1])
