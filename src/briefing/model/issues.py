"""What is told: events at once, issues on their day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from briefing.model.answers import Acknowledgement, AnswerLinks
from briefing.model.developments import ClaimKind
from briefing.model.ids import FeedId, IssueId, ItemId, StoryId
from briefing.model.tellings import Standing


class EventKind(StrEnum):
    """What can be told at once."""

    ITEM = "item"  # a new item of a story
    INSTALMENT = "instalment"  # a part of a series appeared
    PROMISE = "promise"  # a part was announced; we await it
    NEW_SERIES = "new_series"  # what appears is a series, for whoever is not told its parts
    GAP = "gap"  # a part was passed over
    OVERDUE = "overdue"  # a promised part should have appeared
    CORROBORATED = "corroborated"  # so many origins report a development
    FEED_DOWN = "feed_down"  # a feed has been failing, or is gone
    FEED_UP = "feed_up"  # it answers again
    CHANNEL_DOWN = "channel_down"  # a channel takes no messages, or is disabled
    CHANNEL_UP = "channel_up"  # it takes them again
    ISSUE = "issue"  # a digest's issue was written: its summary, where a route asks for it by name
    WITHDRAWN = "withdrawn"  # an item that was told is not to be shown any more, by an operator's word
    MISSED = "missed"  # several of the others, told in one because they come late or were held
    TEST = "test"  # asked for by an operator


@dataclass(frozen=True, slots=True)
class Link:
    """Words and where they lead; `url` may be None for plain words."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as an issue or a notice carries it: never more than the feed's rights allow."""

    item: ItemId
    title: str
    url: str | None
    source: str
    at: datetime
    excerpt: tuple[str, ...] = ()
    html: str = ""
    lang: str | None = None
    minutes: int | None = None  # reading time, when the full text is known
    changed: bool = False


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """A part that was promised and has not appeared."""

    series: str
    source: str
    quote: str
    promised_at: datetime
    part: int | None = None
    title: str | None = None
    topic: str | None = None
    promised_in: int | None = None  # the part that made the promise
    url: str | None = None  # of the item that made the promise
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class PartMark:
    """One dot of a series' line of parts."""

    part: int | None
    state: str  # "read", "new" or "awaited"
    at: datetime
    url: str | None = None


@dataclass(frozen=True, slots=True)
class GapLine:
    """A part that was passed over, between the one before it and the one after."""

    series: str
    source: str
    part: int
    before: PartMark
    after: PartMark


@dataclass(frozen=True, slots=True)
class PartLine:
    """An instalment that is new in this issue or alert, with the promise it keeps."""

    item: ItemLine
    series: str
    part: int | None
    kept: AwaitedLine | None = None
    parts: tuple[PartMark, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A sentence that denies or hedges, word for word, and whose it is."""

    kind: ClaimKind
    quote: str
    source: str
    url: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class DevelopmentLine:
    """What several items report: its lead, the others that are new, how many publishers over how many origins."""

    lead: ItemLine
    also: tuple[ItemLine, ...] = ()  # reports of others; copies are counted, not listed
    copies: int = 0  # new ones beside the lead
    publishers: tuple[str, ...] = ()  # as shown, one a family, who came first leads
    origins: int = 1
    first: datetime | None = None  # when the first of all reports appeared
    claims: tuple[ClaimLine, ...] = ()
    told: bool = False  # readers were sent an earlier report of it
    related: tuple[Link, ...] = ()  # what the reports themselves point to
    told_on: date | None = None  # the day of the last issue, if it was in that one

    @property
    def reports(self) -> int:
        """How many new items it stands for."""
        return 1 + len(self.also) + self.copies


@dataclass(frozen=True, slots=True)
class Event:
    """One thing worth telling; `key` makes telling it twice impossible."""

    kind: EventKind
    key: str
    at: datetime
    story: StoryId | None = None
    story_title: str | None = None
    feed: FeedId | None = None
    item: ItemLine | None = None
    part: PartLine | None = None
    promise: AwaitedLine | None = None
    gap: GapLine | None = None
    development: DevelopmentLine | None = None
    detail: str | None = None
    since: datetime | None = None  # a feed, a channel: when it began to fail
    final: bool = False  # a feed: it is gone and not asked again; a channel: it is disabled
    leading: tuple["Event", ...] = ()  # missed: the first few of them; an issue: its news
    total: int = 1  # missed, an issue: how many there are
    channel: str | None = None  # that is down, or live again; never told there
    held: bool = False  # missed: they came as they happened, and were held
    condition: str | None = None  # of what lasts: the key under which it was told first
    origins: tuple[str, ...] = ()  # corroborated: the families behind it
    before: Standing | None = None  # told again: how it stood when those who are told now were told last
    repeats: bool = False  # its route tells it again
    acknowledged: Acknowledgement | None = None  # by whoever looks after what it is about
    subjects: tuple[str, ...] = ()  # what it is about, as silences name it; the first is what one would mute

    @property
    def thread(self) -> str | None:
        """The id that what is told of the same shares: a story's, else a feed's, which may be spelt as a story's is."""
        return self.story or (f"feed.{self.feed}" if self.feed else None)


@dataclass(frozen=True, slots=True)
class Notice:
    """The channel-neutral words of an event, ready to be fitted and escaped by a channel."""

    kind: EventKind
    headline: str  # stands alone in a phone's notification
    url: str | None = None
    at: datetime | None = None
    source: str | None = None
    credited: bool = False  # the headline names its source
    story: str | None = None
    sentences: tuple[str, ...] = ()
    context: tuple[Link, ...] = ()
    actions: tuple[Link, ...] = ()
    lang: str | None = None
    thread: str | None = None  # the id that its messages share: of a story, or of a feed
    answers: AnswerLinks | None = None  # they stand among the actions too
    rest: int = 0  # how many things the last line of `context` counts without naming them
    more: Callable[[int], str] = field(
        default="{} more".format, compare=False, repr=False
    )  # says how many are not named

    @property
    def where(self) -> tuple[str, ...]:
        """What stands beside the headline: the story, and the source unless the headline names it."""
        return tuple(name for name in (self.story, None if self.credited else self.source) if name)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is left of an item that an operator withdrew: its tombstone; `words` are the correction, if there is one."""

    item: ItemId
    at: datetime
    by: str
    title: str
    source: str
    url: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class IssueStory:
    """One story's share of an issue; an empty tuple is a section that is not there."""

    story: StoryId
    title: str
    parts: tuple[PartLine, ...] = ()
    developments: tuple[DevelopmentLine, ...] = ()
    awaited: tuple[AwaitedLine, ...] = ()
    corrections: tuple[ItemLine, ...] = ()
    previously: tuple[ItemLine, ...] = ()  # what the last issue led with
    more: int = 0  # items left out by max_items
    withdrawn: tuple[Withdrawal, ...] = ()  # what stood in it and was withdrawn since

    @property
    def items(self) -> tuple[ItemLine, ...]:
        """What leads each development."""
        return tuple(development.lead for development in self.developments)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A digest's due moment: nominal local date and slot are its key, `due` is when, in UTC."""

    nominal: date
    slot: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """One dated sending of a digest, as composed; rendered again it says the same."""

    digest: str
    number: int
    nominal: date
    slot: str
    zone: str
    locale: str
    template: str
    since: datetime
    until: datetime
    stories: tuple[IssueStory, ...]
    template_version: str = ""  # how the template read when it was composed
    id: IssueId | None = None
