"""What a request brought and what a feed document holds."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from briefing.model.ids import FeedId


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the next request be answered by "unchanged"."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # parser version, colon, hex digest of the decoded body


@dataclass(frozen=True, slots=True)
class Request:
    """One conditional GET with all its limits; secrets are resolved and never printed."""

    url: str
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    user_agent: str = "briefing"
    allow_private: bool = False
    deadline: timedelta = timedelta(seconds=30)  # whole exchange, redirects and body included
    max_bytes: int = 10 * 2**20  # decoded
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A new body; `url` is where it came from after redirects."""

    url: str
    body: bytes = field(repr=False)
    content_type: str | None
    validators: Validators
    fresh_for: timedelta | None = None  # from Cache-Control or Expires
    moved_to: str | None = None  # end of an unbroken chain of 301 and 308


@dataclass(frozen=True, slots=True)
class NotModified:
    """304, or a 200 whose body is the one we know."""

    validators: Validators
    fresh_for: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Throttled:
    """429 or 503: wait, and how long if it was said."""

    status: int
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """410: the feed asks never to be polled again."""

    url: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Anything else that went wrong out there, in words fit for an operator."""

    reason: str
    status: int | None = None


FetchOutcome = Fetched | NotModified | Throttled | Gone | Failed


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One item as its feed gives it, cleaned: `html` is safe, `text` is plain, no control characters."""

    guid: str | None
    url: str | None
    title: str
    canonical_url: str | None = None  # url without trackers, for identity
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    html: str = ""
    text: str = ""
    lang: str | None = None
    credit: str | None = None  # RSS <source>, Atom source: whose text this is
    categories: tuple[str, ...] = ()
    excerpt: tuple[str, ...] = ()  # the first sentences of `text`, at most two
    number: int | None = None  # what its feed counts it as, such as itunes:episode


@dataclass(frozen=True, slots=True)
class Rest:
    """When a feed asks not to be polled, in UTC: hours of each day, 0 to 23, and days of the week, Monday is 0."""

    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document: its own words about itself, and its items in document order."""

    title: str
    url: str | None
    items: tuple[ParsedItem, ...]
    lang: str | None = None
    ttl: timedelta | None = None
    damaged: bool = False  # not well-formed; what could be read was kept
    dropped: int = 0  # items beyond the cap
    rest: Rest = Rest()


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as far as we read one: its main text and the feeds it points to."""

    url: str
    title: str
    text: str
    lang: str | None = None
    feeds: tuple[tuple[str, str], ...] = ()  # (title, absolute URL), in document order


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the store remembers of a feed between polls."""

    id: FeedId
    url: str  # where it moved for good; empty: where the configuration says
    next_poll_at: datetime
    validators: Validators = Validators()
    title: str | None = None
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    failures: int = 0  # in a row
    error: str | None = None
    down_since: datetime | None = None
    moved_to: str | None = None
    moved_count: int = 0  # permanent redirects to `moved_to`, in a row
    gone: bool = False
    paused: bool = False
    primed: bool = False  # its first successful poll is behind it
    epoch: int = 0  # times claimed, ever
    rest: Rest = Rest()  # as its last document asked


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll leaves behind; None keeps what is stored."""

    feed: FeedId
    at: datetime
    next_poll_at: datetime
    ok: bool
    outcome: str  # new, unchanged, throttled, gone, failed
    validators: Validators | None = None
    title: str | None = None
    error: str | None = None
    url: str | None = None  # set when a permanent move is adopted
    moved_to: str | None = None
    moved_count: int = 0
    gone: bool = False
    items_new: int = 0
    items_changed: int = 0
    rest: Rest = Rest()  # kept of a success alone
