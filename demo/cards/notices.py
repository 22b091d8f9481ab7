"""The messages that the pictures of docs/channels.md show: one of each kind, from the story of the demo.

Add a kind here and every channel draws it; an event has its item and its subjects, as the service gives them, or nobody
could answer it. The texts are samples: nobody said any of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from briefing.collect.sentences import sentences
from briefing.edit.answers import can_be_answered
from briefing.edit.summary import summary
from briefing.model import (
    AnswerLinks,
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
    Notice,
    PartLine,
    PartMark,
    StoryId,
)
from briefing.render.notice import notice
from demo import texts

ZONE = "Europe/London"
TITLE, REVIEW, WIRE = "The Moscow Contingency", "Caspian Review", "Sample Wire"
STORY = StoryId("moscow-contingency")
PART_1, PART_2 = "https://review.example/moscow-contingency", "https://review.example/praetorian-guard"
ANSWERS = AnswerLinks("https://briefing.example/acknowledge/c2FtcGxl", "https://briefing.example/mute/c2FtcGxl")


@dataclass(frozen=True, slots=True)
class Message:
    """A notice, and when it is read in the picture."""

    key: str
    at: datetime
    notice: Notice


def messages() -> dict[str, Message]:
    """Return what is shown, by what it is, in the order in which it is shown."""
    return {
        "an instalment": _told(_instalment()),
        "a widely reported development": _told(_development()),
        "a feed that died": _told(_feed()),
        "an overdue promise": _told(_overdue()),
        "an issue's summary": _told(_issue()),
    }


def _told(event: Event) -> Message:
    answers = ANSWERS if can_be_answered(event) else None
    return Message(event.key, event.at, notice(event, locale="en", zone=ZONE, answers=answers))


def _instalment() -> Event:
    at = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)
    promised = datetime(2026, 11, 5, 17, 30, tzinfo=UTC)
    kept = AwaitedLine(TITLE, REVIEW, texts.PROMISE, promised, 2, promised_in=1, url=PART_1)
    marks = (PartMark(1, "read", promised), PartMark(2, "new", at), PartMark(3, "awaited", at))
    part = PartLine(_line(texts.part_two(at), REVIEW, PART_2), TITLE, 2, kept, marks)
    at, subjects = datetime(2026, 11, 22, 5, 12, tzinfo=UTC), ("series:1", f"item:{part.item.item}")
    return _event(EventKind.INSTALMENT, at, part=part, item=part.item, subjects=subjects)


def _development() -> Event:
    first = datetime(2026, 11, 22, 5, 40, tzinfo=UTC)
    denied = texts.bridge_denied(first)
    denial = ClaimLine(
        ClaimKind.DENIAL, sentences(denied.summary)[0], "Courier", "https://courier.example/bridge-denied"
    )
    told = DevelopmentLine(
        lead=_line(texts.bridge_wire(first), WIRE, "https://wire.example/bridge"),
        copies=1,
        publishers=(WIRE, "Gulf Post", "Morning Press", "The Ledger", "Courier"),
        origins=3,
        first=first,
        claims=(denial,),
    )
    at, subjects = datetime(2026, 11, 22, 6, 30, tzinfo=UTC), (f"development:{told.lead.item}",)
    return _event(EventKind.CORROBORATED, at, development=told, subjects=subjects)


def _feed() -> Event:
    at = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    return Event(EventKind.FEED_DOWN, "feed_down:gulf", at, feed=FeedId("gulf"), detail="answered 410 Gone", final=True)


def _overdue() -> Event:
    quote = texts.part_two(datetime(2026, 11, 22, 5, 10, tzinfo=UTC)).page[-1]
    promised = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)
    owed = AwaitedLine(TITLE, REVIEW, quote, promised, 3, "The Ledger of the Bonyads", promised_in=2, url=PART_2)
    at, subjects = datetime(2026, 12, 20, 9, 0, tzinfo=UTC), ("promise:1", "series:1")
    return _event(EventKind.OVERDUE, at, promise=owed, subjects=subjects)


def _issue() -> Event:
    """Return the event of an issue that tells the part and the report above, and one report of a single publisher."""
    at = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    part, several = _instalment().part, _development().development
    assert part is not None
    assert several is not None
    alone = _line(texts.wire(at - timedelta(hours=2)), WIRE, "https://wire.example/rial")
    share = IssueStory(STORY, TITLE, parts=(part,), developments=(several, DevelopmentLine(alone, publishers=(WIRE,))))
    issue = Issue("daily", 12, at.date(), "07:00", ZONE, "en", "digest", at - timedelta(days=1), at, (share,))
    told = summary(issue, "Iran, every morning")
    assert told is not None
    return told


def _event(kind: EventKind, at: datetime, **more: object) -> Event:
    return Event(kind, f"{kind}:{STORY}:1", at, STORY, TITLE, **more)  # type: ignore[arg-type]


def _line(sample: texts.Sample, source: str, url: str) -> ItemLine:
    text = sample.page[1] if sample.page else sample.summary
    return ItemLine(ItemId(1), sample.title, url, source, sample.at, sentences(text))
