"""The part of the grammar that says where alerts go: channels and routes."""

from typing import Annotated, Literal

from pydantic import (
    Field,
    SecretStr,
)

from briefing.config.fields import Address, Id, OneOrMany, SecretUrl, Strict
from briefing.config.scalars import Duration, TimeOfDay


class SlackChannel(Strict):
    """Slack, by incoming webhook."""

    type: Literal["slack"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Incoming webhook address; a secret.")
    allow_private: bool = Field(False, description="true: the address may be private or loopback.")


class WebhookChannel(Strict):
    """Any HTTP receiver, signed by Standard Webhooks."""

    type: Literal["webhook"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Where events are posted.")
    secret: SecretStr = Field(description="Signing secret: whsec_ and 24 to 64 bytes in base64.")
    headers: dict[str, SecretStr] = Field({}, description="More request headers.")
    allow_private: bool = Field(False, description="true: the address may be private or loopback.")


class MailChannel(Strict):
    """Alerts by e-mail."""

    type: Literal["mail"] = Field(description="Kind of channel.")
    to: Annotated[list[Address], OneOrMany, Field(min_length=1)] = Field(description="Who gets the alerts.")


class TeamsChannel(Strict):
    """Microsoft Teams, by workflow."""

    type: Literal["teams"] = Field(description="Kind of channel.")
    url: SecretUrl = Field(description="Workflow address; a secret.")


class TelegramChannel(Strict):
    """Telegram, by bot."""

    type: Literal["telegram"] = Field(description="Kind of channel.")
    token: SecretStr = Field(description="Token of the bot.")
    chat: str = Field(description='Id of the chat, in quotes, such as "-1001234567890".')


Channel = Annotated[
    SlackChannel | WebhookChannel | MailChannel | TeamsChannel | TelegramChannel, Field(discriminator="type")
]


class When(Strict):
    """What a route is for; every key given must hold."""

    event: (
        Literal["item", "instalment", "promise", "new_series", "gap", "overdue", "corroborated", "feed_down", "feed_up"]
        | None
    ) = Field(None, description="Kind of event.")
    story: Id | None = Field(None, description="Only events of this story.")
    feed: Id | None = Field(None, description="Only events of this feed.")


class Quiet(Strict):
    """Hours in which alerts wait."""

    from_: TimeOfDay = Field(alias="from", description="When they begin, in the site's zone.")
    until: TimeOfDay = Field(description="When they end; an earlier time is the next day's.")


class Route(Strict):
    """Which channels get which events; the first route that matches wins, unless it says continue."""

    to: Annotated[list[Id], OneOrMany, Field(min_length=1)] = Field(description="Ids of channels.")
    when: When = Field(When(), description="What this route is for; default: everything.")
    continue_: bool = Field(False, alias="continue", description="true: the routes below are tried as well.")
    quiet: Quiet | None = Field(None, description="Hours in which alerts wait.")
    group: Duration | None = Field(None, description="Fold a burst into one message.")
    repeat: Duration | None = Field(None, description="Say it again after this time if it still holds.")
