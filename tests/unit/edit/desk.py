"""Small builders for the tests of the edit stage: an item, a series, an issue, in as few words as possible."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from briefing.config.grammar import Digest
from briefing.edit.digest import StoryDesk, compose
from briefing.model import (
    Corroboration,
    Development,
    FeedId,
    Instalment,
    Issue,
    Item,
    ItemId,
    Occurrence,
    Promise,
    Series,
    StoryId,
)

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = NOW - DAY
STORY = StoryId("contingency")


def item(number: int, **changes: Any) -> Item:
    """Build item `number`, seen `number` minutes before NOW."""
    seen = NOW - timedelta(minutes=number)
    given: dict[str, Any] = {
        "feed": FeedId("analysis"),
        "source": "Example Analysis",
        "title": f"Item {number}",
        "url": f"https://example.org/{number}",
        "published": seen,
        "first_seen": seen,
        "excerpt": (f"Sentence one of {number}.", "Sentence two."),
    }
    return Item(id=ItemId(number), **(given | changes))


def part(of: Item, number: int | None) -> Instalment:
    """Build the instalment that an item is."""
    return Instalment(item=of.id, part=number, title=of.title, url=of.url, at=of.at)


def promise(by: Item, number: int | None = None, **changes: Any) -> Promise:
    """Build a promise that an item made."""
    given: dict[str, Any] = {"quote": f"Coming up in Part {number}.", "made_at": by.at, "made_by": by.id}
    return Promise(part=number, **(given | changes))


def series(*parts: Instalment, promises: tuple[Promise, ...] = (), **changes: Any) -> Series:
    """Build a series of the story by the usual source."""
    given: dict[str, Any] = {"story": STORY, "source": "Example Analysis", "title": "The Moscow Contingency"}
    return Series(instalments=parts, promises=promises, **(given | changes))


def desk(*items: Item, **changes: Any) -> StoryDesk:
    """Build the desk of the story."""
    return StoryDesk(**({"story": STORY, "title": "The Moscow Contingency", "items": items} | changes))


def issue(*desks: StoryDesk, previous: Issue | None = None, number: int = 1, **changes: Any) -> Issue | None:
    """Compose an issue over the day before NOW, as if at NOW."""
    digest = {"stories": ["contingency"], "to": ["reader@example.org"], "at": "07:00"} | changes
    return compose(
        digest_id="daily",
        digest=Digest.model_validate(digest),
        stories=desks,
        occurrence=Occurrence(date(2026, 11, 22), "07:00", NOW),
        number=number,
        zone="Europe/London",
        locale="en",
        since=SINCE,
        until=NOW,
        previous=previous,
    )


def composed(*desks: StoryDesk, **changes: Any) -> Issue:
    """Compose an issue that must have something to say."""
    found = issue(*desks, **changes)
    assert found is not None
    return found


def development(*items: Item, **changes: Any) -> Development:
    """Build a judged development of these items, each of a publisher and an origin of its own unless told otherwise."""
    families = {one.id: one.source for one in items}
    copies = changes.get("copies", {})
    origins = tuple(sorted({families[one.id] for one in items if one.id not in copies}))
    given: dict[str, Any] = {
        "story": STORY,
        "id": items[0].id,
        "lead": items[0].id,
        "items": tuple(sorted(items, key=lambda one: one.at)),
        "copies": copies,
        "families": families,
        "corroboration": Corroboration(tuple(sorted(set(families.values()))), origins),
    }
    return Development(**(given | changes))
