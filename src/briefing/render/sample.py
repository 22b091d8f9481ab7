"""Made-up issues that show every section, for checking templates before an operator's reader does.

The texts are samples: nobody said any of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from briefing.model import (
    AwaitedLine,
    ClaimKind,
    ClaimLine,
    DevelopmentLine,
    EventKind,
    Issue,
    IssueStory,
    ItemId,
    ItemLine,
    Link,
    Notice,
    PartLine,
    PartMark,
    StoryId,
)

_NOW = datetime(2025, 11, 22, 7, 0, tzinfo=UTC)
_PROMISED = datetime(2025, 11, 5, 8, 0, tzinfo=UTC)
_TABLE = "<p>A table.</p><table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>"


def issues(template: str) -> Iterator[Issue]:
    """Yield an issue with every section, and one with nothing in it."""
    full = Issue(
        digest="sample",
        number=1,
        nominal=_NOW.date(),
        slot="07:00",
        zone="UTC",
        locale="en",
        template=template,
        since=_NOW - timedelta(days=1),
        until=_NOW,
        stories=(_story("first"), _story("second")),
    )
    yield full
    yield Issue(**{f: getattr(full, f) for f in full.__slots__} | {"stories": ()})


def notice() -> Notice:
    """Return an alert with every line."""
    return Notice(
        kind=EventKind.INSTALMENT,
        headline="Part 2 is out: A sample",
        url="https://example.org/1",
        at=_NOW,
        source="Example",
        story="A sample story",
        sentences=("One.", "Two."),
        context=(Link("Promised 5 November in Part 1", "https://example.org/0"), Link("Part 3 is awaited")),
        actions=(Link("Read", "https://example.org/1"),),
    )


def _story(name: str) -> IssueStory:
    plain = ItemLine(ItemId(1), "A sample item", "https://example.org/1", "Example", _NOW, ("One.", "Two."), minutes=3)
    whole = ItemLine(ItemId(2), "یک نمونه", None, "Example", _NOW, (), _TABLE, lang="fa")
    owed = AwaitedLine("A series", "Example", "Coming up in Part 3.", _PROMISED, 3, "A title", None, 1, plain.url)
    marks = (
        PartMark(1, "read", _PROMISED, plain.url),
        PartMark(2, "new", _NOW, plain.url),
        PartMark(None, "awaited", _NOW),
    )
    return IssueStory(
        story=StoryId(name),
        title=f"A sample story, {name}",
        parts=(PartLine(plain, "A series", 2, owed, marks), PartLine(plain, "A series", None)),
        developments=(_development(plain, whole), DevelopmentLine(whole)),
        awaited=(owed, AwaitedLine("A series", "Example", "There will be more.", _PROMISED)),
        corrections=(plain,),
        previously=(plain,),
        more=4,
    )


def _development(lead: ItemLine, other: ItemLine) -> DevelopmentLine:
    denied = ClaimLine(ClaimKind.DENIAL, "A sample spokesman denied it.", "Example", lead.url)
    return DevelopmentLine(
        lead=lead,
        also=(replace(other, source="Sample"), lead),
        copies=2,
        publishers=("Example", "Sample", "Copy"),
        origins=2,
        first=_NOW,
        claims=(denied, ClaimLine(ClaimKind.HEDGE, "It could not be verified.", "Sample")),
        told=True,
        told_on=_PROMISED.date(),
        related=(Link("A related sample", lead.url),),
    )
