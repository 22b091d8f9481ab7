"""The part of the grammar that says where alerts go: channels and routes."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from briefing.config.fields import Address, AppriseUrl, Id, Language, OneOrMany, SecretUrl, Strict, Topic, Url, Zone
from briefing.config.scalars import Duration, Rated, TimeOfDay


def _burst(value: timedelta) -> timedelta:
    if not timedelta(0) < value <= timedelta(days=1):
        raise ValueError("a burst lasts longer than nothing, and a day at most")
    return value


def _patient(value: timedelta) -> timedelta:
    if value < timedelta(minutes=5):
        raise ValueError("what lasts is looked at every five minutes; repeat it no sooner")
    return value


class Paced(Strict):
    """What all channels but mail have."""

    rate: Annotated[list[Rated], OneOrMany, Field(min_length=1)] = Field(
        [], description="At most so many messages in so long, such as 10/s or 5/2s; default: what the vendor bears."
    )

    @property
    def threaded(self) -> bool:
        """Whether a message says what it follows by a reference that an answer gave."""
        return False


class Posted(Paced):
    """What all channels that we post to ourselves have."""

    allow_private: bool = Field(False, description="true: the address may be private or loopback.")


class SlackChannel(Posted):
    """Slack, by incoming webhook."""

    type: Literal["slack"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Incoming webhook address; a secret.")


class DiscordChannel(Posted):
    """Discord, by webhook."""

    type: Literal["discord"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Webhook address; a secret.")
    thread: str | None = Field(None, description="Id of a thread to post in, in quotes; default: the channel itself.")
    forum: bool = Field(
        False, description="true: the channel is a forum, and what is told of a story is one post of it."
    )

    @property
    def threaded(self) -> bool:
        """A forum's posts are threads."""
        return self.forum

    @model_validator(mode="after")
    def _one_place(self) -> "DiscordChannel":
        if self.thread and self.forum:
            raise ValueError("forum: true makes a thread for each story; give it or a thread")
        return self


class TeamsChannel(Posted):
    """Microsoft Teams, by workflow."""

    type: Literal["teams"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Workflow address; a secret.")


class MattermostChannel(Posted):
    """Mattermost, by incoming webhook."""

    type: Literal["mattermost"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Incoming webhook address; a secret.")


class GoogleChatChannel(Posted):
    """Google Chat, by webhook; what is told of a story is one thread."""

    type: Literal["google_chat"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Webhook address with its key and token; a secret.")


class TelegramChannel(Posted):
    """Telegram, by bot."""

    type: Literal["telegram"] = Field(description="Kind of channel.")
    token: SecretStr = Field(description="Token of the bot.")
    chat: str = Field(description='Id of the chat, in quotes, such as "-1001234567890", or "@name" of a channel.')
    topic: Annotated[int, Field(ge=1)] | None = Field(None, description="Id of a topic of the chat to post in.")
    replies: bool = Field(True, description="false: what is told of a story does not reply to what was told before.")
    api: Url = Field(HttpUrl("https://api.telegram.org"), description="The API, if you run a server of your own.")

    @property
    def threaded(self) -> bool:
        """A reply names the message before it."""
        return self.replies


class NtfyChannel(Posted):
    """ntfy, on ntfy.sh or a server of one's own."""

    type: Literal["ntfy"] = Field(description="Kind of channel.")
    topic: Topic = Field(description="Topic to publish to; a secret, for whoever knows it can read along.")
    url: Url = Field(HttpUrl("https://ntfy.sh"), description="Address of the server.")
    token: SecretStr | None = Field(None, description="Access token, where the topic asks for one.")


class WebhookChannel(Posted):
    """Any HTTP receiver, signed by Standard Webhooks."""

    type: Literal["webhook"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Where events are posted.")
    secret: SecretStr = Field(description="Signing secret: whsec_ and 24 to 64 bytes in base64.")
    old_secret: SecretStr | None = Field(
        None, description="The secret before it, while receivers change to the new one: both sign."
    )
    headers: dict[str, SecretStr] = Field({}, description="More request headers.")


class AppriseChannel(Paced):
    """Any service that Apprise knows, in plain words; needs `pip install "briefing[apprise]"`."""

    type: Literal["apprise"] = Field(description="Kind of channel.")
    url: AppriseUrl = Field(description="Address as Apprise reads it; a secret.")


class MailChannel(Strict):
    """Alerts by e-mail."""

    type: Literal["mail"] = Field(description="Kind of channel.")
    to: Annotated[list[Address], OneOrMany, Field(min_length=1)] = Field(description="Who gets the alerts.")


Channel = Annotated[
    SlackChannel
    | DiscordChannel
    | TeamsChannel
    | MattermostChannel
    | GoogleChatChannel
    | TelegramChannel
    | NtfyChannel
    | WebhookChannel
    | AppriseChannel
    | MailChannel,
    Field(discriminator="type"),
]


Kind = Literal[
    "item",
    "instalment",
    "promise",
    "new_series",
    "gap",
    "overdue",
    "corroborated",
    "feed_down",
    "feed_up",
    "channel_down",
    "channel_up",
    "issue",
]


BY_NAME = frozenset({"issue"})  # they say again what others said: a route takes them only if it names them


class When(Strict):
    """What a route is for; every key given must hold, by any one of its values."""

    event: Annotated[list[Kind], OneOrMany, Field(min_length=1)] = Field([], description="Kinds of event.")
    story: Annotated[list[Id], OneOrMany, Field(min_length=1)] = Field([], description="Only events of these stories.")
    series: Annotated[list[str], OneOrMany, Field(min_length=1)] = Field([], description="Only of series titled so.")
    feed: Annotated[list[Id], OneOrMany, Field(min_length=1)] = Field([], description="Only events of these feeds.")
    origins: Annotated[int, Field(ge=1)] | None = Field(None, description="Reported by so many origins at least.")
    publishers: Annotated[int, Field(ge=1)] | None = Field(None, description="Reported by so many publishers at least.")
    language: Annotated[list[Language], OneOrMany, Field(min_length=1)] = Field(
        [], description="Only items in these languages, such as fa."
    )


class Quiet(Strict):
    """Hours in which alerts wait."""

    from_: TimeOfDay = Field(alias="from", description="When they begin.")
    until: TimeOfDay = Field(description="When they end; an earlier time is the next day's.")
    timezone: Zone | None = Field(None, description="Zone of both; default: the site's.")

    @model_validator(mode="after")
    def _some_hours(self) -> "Quiet":
        if self.from_ == self.until:
            raise ValueError("these quiet hours end as they begin")
        return self


class ChildRoute(Strict):
    """A route inside another, for a part of its events; what it does not set is as in the one around it."""

    to: Annotated[list[Id], OneOrMany, Field(min_length=1)] = Field(
        [], description="Ids of channels; default: those of the route around it."
    )
    when: When = Field(When(), description="What it is for, of what the route around it is for; default: all of that.")
    continue_: bool = Field(False, alias="continue", description="true: the routes below are tried as well.")
    quiet: Quiet | None = Field(None, description="Hours in which alerts wait; default: those of the route around it.")
    urgent: bool | None = Field(
        None, description="true: alerts do not wait for quiet hours to end; default: as the route around it."
    )
    group: Annotated[Duration, AfterValidator(_burst)] | None = Field(
        None, description="Fold a burst into one message; default: as the route around it."
    )
    repeat: Annotated[Duration, AfterValidator(_patient)] | None = Field(
        None, description="Say it again after this time while it lasts; default: as the route around it."
    )
    routes: list["ChildRoute"] = Field([], description="Routes for parts of these events.")

    @model_validator(mode="after")
    def _quiet_or_urgent(self) -> Self:
        if self.urgent and self.quiet:
            raise ValueError("urgent: true passes quiet hours; give one of the two")
        return self

    def within(self, around: "Route") -> "Route":
        """Return the route that this is inside another: its own quiet hours end that the other is urgent."""
        urgent = around.urgent if self.urgent is None and self.quiet is None else bool(self.urgent)
        settled = {
            "to": self.to or around.to,
            "quiet": None if urgent else self.quiet or around.quiet,
            "urgent": urgent,
            "group": self.group or around.group,
            "repeat": self.repeat or around.repeat,
        }
        own = {"when": self.when, "continue_": self.continue_, "routes": self.routes}
        return around.model_copy(update=settled | own)


class Route(ChildRoute):
    """Which channels get which events; the first route that matches wins, unless it says continue."""

    to: Annotated[list[Id], OneOrMany, Field(min_length=1)] = Field(description="Ids of channels.")
    when: When = Field(When(), description="What this route is for; default: everything.")
    quiet: Quiet | None = Field(None, description="Hours in which alerts wait; default: the site's.")
    urgent: bool = Field(False, description="true: alerts do not wait for quiet hours to end.")
    group: Annotated[Duration, AfterValidator(_burst)] | None = Field(
        None,
        description="Fold a burst into one message: the first waits so long for the others. "
        "Growth is told no more often than that; without it, once an hour.",
    )
    repeat: Annotated[Duration, AfterValidator(_patient)] | None = Field(
        None,
        description="Say it again after this time while it lasts: a feed is down, a part overdue, a development "
        "reported by many.",
    )
    routes: list[ChildRoute] = Field(
        [],
        description="Routes for parts of these events: the first that matches takes one, unless it says continue. "
        "What none of them takes, this route takes.",
    )

    @property
    def children(self) -> tuple["Route", ...]:
        """The routes inside it, each with what it has of this one."""
        return tuple(child.within(self) for child in self.routes)


def every(routes: Iterable[Route]) -> Iterator[Route]:
    """Yield each route and those inside it, with what they have of the ones around them, as they are written."""
    for route in routes:
        yield route
        yield from every(route.children)
