"""Issues and events for the tests of `render`; the texts are samples, nobody said any of it."""

from datetime import UTC, date, datetime

from briefing.model import (
    AwaitedLine,
    ClaimKind,
    ClaimLine,
    DevelopmentLine,
    Event,
    EventKind,
    FeedId,
    Issue,
    IssueStory,
    ItemId,
    ItemLine,
    Link,
    PartLine,
    PartMark,
    StoryId,
)
from briefing.render.email import Desk

STORY = StoryId("moscow-contingency")
PART_1 = "https://monitor.example/the-moscow-contingency"
PART_2 = "https://monitor.example/the-praetorian-guards-dilemma"
TITLE = "The Praetorian Guard’s Dilemma"
DESK = Desk(
    "The Moscow Contingency",
    "Briefing",
    "Briefing <briefing@example.org>",
    "leave@example.org",
    "12 Sample Lane, London",
    "Europe/London",
    "en",
    (("iran", "Iran"),),
)


def at(day: int, hour: int = 8, minute: int = 0, month: int = 11, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def item(title: str = "Pensioners gather in three cities", **more: object) -> ItemLine:
    values: dict[str, object] = {
        "item": ItemId(1),
        "title": title,
        "url": "https://gulf.example/a/1?x=1&y=2",
        "source": "Gulf Desk",
        "at": at(22, 6, 40),
        "excerpt": ("Small crowds stood outside pension offices.", "Payment was reportedly promised."),
    }
    return ItemLine(**(values | more))  # type: ignore[arg-type]


PERSIAN = item("گزارش‌ها از رفت‌وآمد تازه در فرودگاه", source="نامهٔ روز", lang="fa", excerpt=("به گفتهٔ دو کارمند.",))
OWED_2 = AwaitedLine(
    "The Moscow Contingency",
    "Iran Monitor",
    "Coming up in Part 2: The Praetorian Guard’s Dilemma—the likelihood of an internal IRGC coup.",
    at(5),
    2,
    TITLE,
    "the likelihood of an internal IRGC coup",
    1,
    PART_1,
)
OWED_3 = AwaitedLine("The Moscow Contingency", "Iran Monitor", "More in Part 3.", at(22), 3, None, None, 2, PART_2)
MARKS = (
    PartMark(1, "read", at(5), PART_1),
    PartMark(2, "new", at(22, 8, 12), PART_2),
    PartMark(3, "awaited", at(22)),
)
PART = PartLine(
    item(TITLE, url=PART_2, source="Iran Monitor", at=at(22, 8, 12), minutes=9),
    "The Moscow Contingency",
    2,
    OWED_2,
    MARKS,
)
OLD = item("Anatomy of an exit", url=PART_1, source="Iran Monitor", at=at(5))
CORRECTED = item("Rial steadies", url=None, source="Wire North", at=at(21, 9, 10), changed=True)


def alone(line: ItemLine) -> DevelopmentLine:
    """Build the development that a single item is."""
    return DevelopmentLine(line, publishers=(line.source,), first=line.at)


def story(*, items: tuple[ItemLine, ...] = (), **sections: object) -> IssueStory:
    """Build a story's share; `items` stand alone."""
    given: dict[str, object] = {"developments": tuple(map(alone, items))} | sections
    return IssueStory(STORY, "The Moscow Contingency", **given)  # type: ignore[arg-type]


FULL = story(
    parts=(PART,), items=(item(), PERSIAN), awaited=(OWED_3,), corrections=(CORRECTED,), previously=(OLD,), more=3
)


SEVERAL = DevelopmentLine(
    lead=item(),
    also=(
        item("Crowds at pension offices", source="Wire North", url="https://wire.example/2", at=at(22, 7)),
        item("Pensioners: what is known", at=at(22, 8), url="https://gulf.example/a/3"),
    ),
    copies=2,
    publishers=("Gulf Desk", "Wire North", "Morning Press", "Sample", "نامهٔ روز"),
    origins=3,
    first=at(22, 6, 40),
    claims=(
        ClaimLine(ClaimKind.DENIAL, "The ministry denied it.", "Wire North", "https://wire.example/2"),
        ClaimLine(ClaimKind.HEDGE, "It could not be verified.", "Gulf Desk", "https://gulf.example/a/3"),
    ),
    told=True,
    told_on=date(2025, 11, 21),
    related=(Link("What pensions buy", "https://gulf.example/a/9"), Link("A year of protest")),
)


def issue(*stories: IssueStory, template: str = "digest", locale: str = "en") -> Issue:
    return Issue(
        "daily",
        12,
        date(2025, 11, 22),
        "07:00",
        "Europe/London",
        locale,
        template,
        at(21, 7),
        at(22, 9),
        stories,
    )


def event(kind: EventKind, **more: object) -> Event:
    values: dict[str, object] = {
        "story": STORY,
        "story_title": "The Moscow Contingency",
        "feed": FeedId("analysis"),
        "item": item(),
    }
    return Event(kind, "key", at(22, 8, 14), **(values | more))  # type: ignore[arg-type]
