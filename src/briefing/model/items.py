"""Identity of items, stories they belong to, series and what these still owe."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from briefing.model.feeds import ParsedItem
from briefing.model.ids import FeedId, ItemId, PromiseId, SeriesId, StoryId


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What dedupe needs of an item that is stored."""

    id: ItemId
    key: str
    canonical_url: str | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A parsed item with the identity dedupe gave it; `key` is unique within its feed."""

    key: str
    parsed: ParsedItem
    content_hash: str
    news: bool = True  # False: stored for the record, told to nobody


@dataclass(frozen=True, slots=True)
class Lookup:
    """What to ask the store before sieving: an item is known by any of these."""

    keys: tuple[str, ...]
    urls: tuple[str, ...]
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sieved:
    """A feed's items against what is stored. `rekeyed`: known items under a new guid."""

    new: tuple[Candidate, ...] = ()
    changed: tuple[tuple[ItemId, Candidate], ...] = ()
    seen: tuple[ItemId, ...] = ()
    rekeyed: tuple[tuple[ItemId, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A stored item."""

    id: ItemId
    feed: FeedId
    source: str  # the publisher's name, as shown
    title: str
    url: str | None
    published: datetime | None
    first_seen: datetime
    excerpt: tuple[str, ...] = ()  # at most two sentences
    html: str = ""  # empty unless the feed's rights are full
    text: str = ""  # for detection; may stand for fetched full text, which expires
    authors: tuple[str, ...] = ()
    lang: str | None = None
    news: bool = True
    changed_at: datetime | None = None
    number: int | None = None  # what its feed counts it as; that may be all of a show

    @classmethod
    def unstored(
        cls, parsed: ParsedItem, number: ItemId, feed: FeedId, source: str, *, lang: str | None, now: datetime
    ) -> Self:
        """Return an item of a document as it would be stored; `lang` is the feed's, for one that names none."""
        return cls(
            id=number,
            feed=feed,
            source=source,
            title=parsed.title,
            url=parsed.url,
            published=parsed.published,
            first_seen=now,
            excerpt=parsed.excerpt,
            text=parsed.text,
            authors=parsed.authors,
            lang=parsed.lang or lang,
            number=parsed.number,
        )

    @property
    def at(self) -> datetime:
        """When it was published; when we saw it, if it does not say or says the future."""
        return min(self.published, self.first_seen) if self.published else self.first_seen


@dataclass(frozen=True, slots=True)
class Piece:
    """An item as a file tells it, under the file's own id; `summary` may be HTML."""

    id: str
    title: str
    summary: str = ""
    url: str | None = None
    source: str = ""
    published: datetime | None = None
    lang: str | None = None
    feed: str | None = None  # the id of the feed that brought it, where the file knows
    number: int | None = None  # what its feed counts it as


@dataclass(frozen=True, slots=True)
class Match:
    """The link between an item and a story, with the terms that made it."""

    story: StoryId
    terms: tuple[str, ...] = ()


class PromiseState(StrEnum):
    """Where a promise stands."""

    AWAITED = "awaited"
    KEPT = "kept"
    LAPSED = "lapsed"
    REJECTED = "rejected"  # a person said that it is none


@dataclass(frozen=True, slots=True)
class Promise:
    """A coming instalment that an item announced, or a person; `quote` is the item's sentence, word for word."""

    quote: str
    made_at: datetime
    part: int | None = None
    title: str | None = None
    topic: str | None = None
    made_by: ItemId | None = None  # None: a person opened it
    state: PromiseState = PromiseState.AWAITED
    kept_by: ItemId | None = None
    kept_at: datetime | None = None
    evidence: str | None = None  # why we believe that it is in this state
    id: PromiseId | None = None
    due: datetime | None = None  # the beginning of the day that was announced, if one was
    opened_at: datetime | None = None  # when we learnt of it; `made_at` may be long before
    lapsed_at: datetime | None = None
    score: int | None = None  # how sure the evidence is, of 100
    kept_url: str | None = None  # where a person found the part, if no feed brought it
    key: str | None = None  # names the line of feeds.yaml that opened it
    by_hand: bool = False  # a person decided the state it is in


@dataclass(frozen=True, slots=True)
class Instalment:
    """An item as a part of a series; `part` is None where no number is known."""

    item: ItemId
    part: int | None
    title: str
    url: str | None
    at: datetime
    news: bool = False  # it was told when it appeared; what a feed held from before was not
    by_hand: bool = False  # a person said which part it is


class Ruling(StrEnum):
    """What a person said of a series as a whole."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"  # it is none: nothing joins it, nothing is awaited of it


@dataclass(frozen=True, slots=True)
class Series:
    """An ordered run of instalments by one source, and what it still owes.

    One that a person awaits before its first part is known has neither source nor feed: its first part brings them.
    """

    story: StoryId
    source: str
    title: str
    instalments: tuple[Instalment, ...] = ()
    promises: tuple[Promise, ...] = ()
    authors: tuple[str, ...] = ()
    feed: FeedId | None = None  # where it began; a publisher may rename itself
    id: SeriesId | None = None
    ruling: Ruling | None = None
    refused: frozenset[ItemId] = frozenset()  # items that a person took out of it

    @property
    def numbers(self) -> frozenset[int]:
        """The parts that have appeared, those that no feed brought among them."""
        elsewhere = (promise.part for promise in self.promises if promise.kept_url)
        return frozenset(one for one in (*(part.part for part in self.instalments), *elsewhere) if one is not None)

    @property
    def expected(self) -> bool:
        """Whether it is known by what a person awaits alone, so that any source may begin it."""
        return not self.source and self.feed is None and not self.instalments


@dataclass(frozen=True, slots=True)
class Progress:
    """What one item did to one series: joined it, kept promises, opened promises."""

    series: Series  # as it stands afterwards
    joined: Instalment | None = None
    kept: tuple[Promise, ...] = ()
    opened: tuple[Promise, ...] = ()
    revised: tuple[Promise, ...] = ()
    begins: bool = False  # with this item it is sure that there is a series
