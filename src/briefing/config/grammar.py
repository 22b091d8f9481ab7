"""The grammar of feeds.yaml: every key, its type, its default and one line on what it does.

Shape only. References between sections are checked in `references`; queries, crons and templates are handed to
their stages by `briefing.check`. Field descriptions are the operator's reference and end up in the JSON Schema.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from briefing.config.alerts import Channel, Quiet, Route
from briefing.config.fields import Address, Id, Listen, Mailbox, OneOrMany, OwnAddress, Selector, Strict, Url, Zone
from briefing.config.names import Family
from briefing.config.scalars import Duration, Percent, Size, TimeOfDay, format_duration
from briefing.config.series import SeriesRule
from briefing.config.smtp import Smtp, server

_LEAST_KEPT = timedelta(days=2)  # twice what "last seen" is exact to


class FullText(StrEnum):
    """When the page behind an item is read, to find promises."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Rights(StrEnum):
    """How much of an item may be republished."""

    EXCERPT = "excerpt"
    FULL = "full"


def _base(url: Url) -> Url:
    if url.query is not None or url.fragment is not None or url.username or url.password:
        raise ValueError("a public address has no user, no ? and no #")
    return url


class Site(Strict):
    """Who we are, to readers and to the feeds we poll."""

    from_: Mailbox = Field(alias="from", description='Sender of all mail: "Name <address>".')
    base_url: Annotated[Url, AfterValidator(_base)] | None = Field(
        None, description="Public address of our pages; with it alerts carry links to acknowledge and mute."
    )
    listen: Listen = Field("127.0.0.1:8080", description="Where pages are served, behind your proxy: HOST:PORT.")
    answer_within: Duration = Field(
        timedelta(days=7), description="How long links to acknowledge and mute work; 0s: alerts carry none."
    )
    contact: str | None = Field(
        None, description="URL or address shown to the feeds we poll; default: the sender's address."
    )
    operator: Address | None = Field(
        None, description="Where service notices go (a dead feed); default: the sender's address."
    )
    unsubscribe: OwnAddress | None = Field(
        None, description="Mailbox that reads requests to unsubscribe; default: the sender's address."
    )
    postal_address: str | None = Field(
        None, description="Shown at the foot of list mail; the law asks for it in many places."
    )
    dkim_selector: Selector | None = Field(
        None, description="Selector your mail server signs with; briefing doctor looks its key up."
    )
    timezone: Zone = Field("UTC", description="Zone of the times below, unless a digest says otherwise.")
    locale: str = Field("en", description="Language of the words around the items.")
    quiet: Quiet | None = Field(None, description="Hours in which alerts wait, unless a route says otherwise.")
    smtp: Annotated[Smtp | None, AfterValidator(server)] = Field(
        None, description="Without it, mail is written to the folder outbox/."
    )


class PollDefaults(Strict):
    """How feeds are polled unless they say otherwise."""

    every: Duration = Field(
        timedelta(minutes=15),
        description="Shortest time between two polls of a feed, but for one that owes a part, as its time nears.",
    )
    relax: Annotated[int, Field(ge=1, le=24)] = Field(
        4, description="How many times less often a feed that rarely has news is polled, at most; 1: never."
    )
    jitter: Percent = Field(0.1, description="Random part added to the interval, so that polls spread out.")
    timeout: Duration = Field(
        timedelta(seconds=30), description="Limit on one whole poll, redirects and body included."
    )
    max_size: Size = Field(10 * 2**20, description="Largest body, after decompression.")
    per_host: Annotated[int, Field(ge=1, le=10)] = Field(2, description="Requests to one host at the same time.")
    spacing: Duration = Field(timedelta(seconds=1), description="Shortest time between two requests to one host.")
    throttle: Literal["feed", "host", "domain"] = Field(
        "host", description="How far a 429 or 503 reaches: this feed, its host, or its whole domain."
    )


class Defaults(Strict):
    """Values for all feeds; a feed's own value wins."""

    poll: PollDefaults = PollDefaults()
    full_text: FullText = Field(FullText.AUTO, description="auto, always or never; see feeds.")
    rights: Rights = Field(Rights.EXCERPT, description="excerpt or full; see feeds.")
    since: Duration = Field(
        timedelta(hours=48), description="On a feed's first poll, older items are stored but told to nobody."
    )
    max_age: Duration = Field(
        timedelta(days=1),
        description="Alerts that come later than this are no news: they are told in one message, as missed meanwhile.",
    )
    keep: Duration = Field(
        timedelta(days=180),
        validate_default=True,
        description="How long items are kept after they were last seen in their feed.",
    )
    user_agent: str | None = Field(
        None, description="User-Agent of all requests; default: our name, version and contact."
    )

    @field_validator("keep")
    @classmethod
    def _outlasts_news(cls, keep: timedelta, info: ValidationInfo) -> timedelta:
        least = max(_LEAST_KEPT, info.data.get("since", _LEAST_KEPT))
        if keep < least:
            raise ValueError(f"keep must be {format_duration(least)} or longer: 2d at least, and no less than since")
        return keep


class BasicAuth(Strict):
    """User and password that a feed's server asks for."""

    user: str = Field(description="User name.")
    password: SecretStr = Field(description="Password, best as ${ENV} or ${file:/run/secrets/…}.")


class Feed(Strict):
    """A feed that is polled."""

    url: Url = Field(description="Address of the RSS, Atom or JSON feed.")
    title: str | None = Field(None, description="Publisher's name as shown; default: the feed's own title.")
    every: Duration | None = Field(None, description="Shortest time between two polls.")
    lang: str | None = Field(None, description="Language of the items, such as fa; default: what the feed says.")
    full_text: FullText | None = Field(
        None,
        description="Read the page behind each item, to find promises: always, never, or auto "
        "(when a story of the feed follows a series and the feed ships excerpts).",
    )
    rights: Rights | None = Field(
        None, description="excerpt: headline, two sentences, link. full: you may republish whole items."
    )
    independent: bool = Field(True, description="false: its items are copies and never count as a source of their own.")
    weight: Annotated[float, Field(gt=0, le=100)] = Field(
        1.0, description="How much its reports weigh among others in an issue: at 2, as if they were a day newer."
    )
    headers: dict[str, SecretStr] = Field({}, description="Request headers, such as Authorization.")
    auth: BasicAuth | None = Field(None, description="Basic authentication.")
    user_agent: str | None = Field(None, description="User-Agent for this feed alone.")
    allow_private: bool = Field(False, description="true: this feed may live on a private or loopback address.")


class Corroborate(Strict):
    """Alert when enough independent sources report the same."""

    sources: Annotated[int, Field(ge=2)] = Field(3, description="How many sources make it worth an alert.")
    within: Duration = Field(timedelta(hours=24), description="In how long a time.")


class Story(Strict):
    """What subscribers follow: a query over feeds."""

    title: str = Field(description="Name of the story as readers see it.")
    feeds: list[Id | Url] | None = Field(None, description="Ids of feeds, or addresses; default: all feeds.")
    query: str | None = Field(
        None, description='Boolean query: AND OR NOT, "phrases", prefix*, title:word; default: every item.'
    )
    exclude: str | None = Field(None, description="Items matching this query are left out.")
    series: SeriesRule | None = Field(None, description="Track instalments and promises; {} for the defaults.")
    corroborate: Corroborate | None = Field(None, description="Alert when independent sources agree.")
    terms: dict[str, list[str]] = Field(
        {}, description="Names with their other spellings, in any language: reports that use them are compared by them."
    )

    @model_validator(mode="before")
    @classmethod
    def _series_true(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("series") is True:
            return value | {"series": {}}
        return value


class ToList(Strict):
    """Everyone who subscribed to a list."""

    list: Id = Field(description="Id of a list.")


class Day(StrEnum):
    """Days of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def schedule_flaw(at: object, cron: object, days: object) -> str | None:
    """Return what is wrong with what a digest gives of these, None if it gives one schedule."""
    if (at is None) == (cron is None):
        return 'give either at: "07:00" (with days, if not daily) or cron: "0 7 * * *"'
    if cron is not None and days is not None:
        return "days goes with at; in cron the fifth field says the days"
    return None


class Digest(Strict):
    """A scheduled briefing by e-mail on one or more stories."""

    stories: Annotated[list[Id], Field(min_length=1)] = Field(description="Ids of stories, in the order shown.")
    to: Annotated[list[Address | ToList], OneOrMany, Field(min_length=1)] = Field(
        description="Addresses, or {list: id}."
    )
    title: str | None = Field(None, description="Name of the digest; default: its first story's title.")
    at: TimeOfDay | None = Field(None, description='Local time of day, such as "07:00".')
    days: Annotated[list[Day], Field(min_length=1)] | None = Field(
        None, description="Days to send on; default: every day."
    )
    cron: str | None = Field(None, description="Five cron fields, instead of at and days.")
    timezone: Zone | None = Field(None, description="Zone of at and cron; default: the site's.")
    locale: str | None = Field(None, description="Language of this digest; default: the site's.")
    template: Id = Field("digest", description="Folder of templates.")
    max_items: Annotated[int, Field(ge=1, le=200)] = Field(
        20, description="Most items of one story; the rest is counted."
    )
    send_when_empty: bool = Field(False, description="true: send even when nothing is new and nothing is awaited.")

    @model_validator(mode="after")
    def _one_schedule(self) -> "Digest":
        if flaw := schedule_flaw(self.at, self.cron, self.days):
            raise ValueError(flaw)
        return self


class AudienceList(Strict):
    """A list people subscribe to."""

    title: str = Field(description="Name of the list as subscribers see it.")


class Config(Strict):
    """The whole of feeds.yaml, included files merged in."""

    version: Literal[1] = Field(description="Version of this grammar: 1.")
    site: Site = Field(description="Who we are.")
    include: list[str] = Field([], description="More files, as globs beside this one; each holds whole sections.")
    defaults: Defaults = Field(Defaults(), description="Values for all feeds.")
    feeds: dict[Id, Feed] = Field({}, description="What is polled.")
    stories: dict[Id, Story] = Field({}, description="What is followed.")
    publishers: dict[Id, Family] = Field({}, description="Who stands behind which publishers, beside those we know.")
    digests: dict[Id, Digest] = Field({}, description="What is mailed, when, to whom.")
    lists: dict[Id, AudienceList] = Field({}, description="What people can subscribe to.")
    channels: dict[Id, Channel] = Field({}, description="Where alerts can go.")
    routes: list[Route] = Field([], description="Which alerts go where.")
