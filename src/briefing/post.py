"""From a delivery row to bytes on a wire and a verdict: what was enqueued is rendered or signed here.

Beside `tell` and below the shells. Letters are rendered from the stored issue, and those that their reader was sent
before, at this moment, so retry and resend say the same; a channel's payload is final already and only its address and
signature are resolved.

What if we die here? The delivery is `sending`, and its lease runs out: the relay's answer holds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from briefing.clock import Clock
from briefing.config.alerts import Channel, MailChannel
from briefing.edit import recap
from briefing.errors import RenderError
from briefing.model import Dead, Delivery, Issue, IssueId, Mail, Recipient, StoryId, Verdict
from briefing.render import mime
from briefing.render.email import Desk, Renderer, unsubscribe
from briefing.send.channels import CHANNELS
from briefing.send.http import Poster
from briefing.threads import aside

ANYBODY = Recipient("reader@example.org")  # whom a draft is rendered for when nobody in particular is meant


class Postman(Protocol):
    """Takes one message to one address: SMTP, or a folder."""

    def send(self, message: bytes, *, sender: str, recipient: str) -> Verdict:
        """Hand the bytes over; block until the far end answers."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Renders mail and puts the headers around it."""

    renderer: Renderer
    desk: Desk  # of the site, for alerts
    desks: Mapping[str, Desk]  # by digest
    issue: Callable[[IssueId], Awaitable[Issue | None]]

    async def sealed(self, delivery: Delivery, reader: Recipient) -> bytes:
        """Return a delivery's message, ready to be sent; RenderError when it would not be safe to."""
        if delivery.issue is None:
            return await asyncio.to_thread(self._alert, delivery, reader)
        issue = await self.issue(delivery.issue)
        if issue is None:
            raise RenderError(f"issue {delivery.issue} is not in the database any more")
        if reader.recall is not None:
            issue = recap.personal(issue, await self._recalled(issue, reader.recall))
        return await asyncio.to_thread(self._issue, issue, reader, delivery.message_id, delivery.created_at)

    async def _recalled(self, issue: Issue, recall: Sequence[IssueId]) -> dict[StoryId, Issue]:
        """Return the issues that the reader was sent last, by story."""
        earlier = {number: await self.issue(number) for number in {*recall} - {0}}
        stories = (told.story for told in issue.stories)
        return {story: last for story, number in zip(stories, recall, strict=True) if (last := earlier.get(number))}

    def words(self, issue: Issue, reader: Recipient) -> Mail:
        """Return an issue as one reader gets it, without headers; RenderError when its template fails."""
        return self.renderer.issue(issue, desk=self.desks.get(issue.digest, self.desk), recipient=reader)

    def shown(self, issue: Issue, reader: Recipient, now: datetime) -> tuple[Mail, bytes]:
        """Return an issue that is not stored, as words and as a message, for an operator to look at."""
        return self.words(issue, reader), self._issue(issue, reader, f"<preview@{self.desk.domain}>", now)

    def _issue(self, issue: Issue, reader: Recipient, message_id: str, date: datetime) -> bytes:
        desk = self.desks.get(issue.digest, self.desk)
        headers = mime.MailHeaders(
            sender=desk.sender,
            recipient=reader.address,
            message_id=message_id,
            date=date,
            references=tuple(mime.root_id(story.story, desk.domain) for story in issue.stories),
            list_id=mime.list_id(desk.digest_title, reader.list or issue.digest, desk.domain),
            list_unsubscribe=unsubscribe(desk, reader) or None,
        )
        return mime.build(self.words(issue, reader), headers)

    def _alert(self, delivery: Delivery, reader: Recipient) -> bytes:
        words = delivery.payload or {}
        mail = Mail(words["subject"], words["text"], words["html"], words["preheader"])
        headers = mime.MailHeaders(
            sender=self.desk.sender,
            recipient=reader.address,
            message_id=delivery.message_id,
            date=delivery.created_at,
            references=(words["root"],),
        )
        return mime.build(mail, headers)


class MailLane:
    """A few reused connections, each used by one message at a time."""

    def __init__(self, letters: Letters, connect: Callable[[], Postman], *, width: int, sender: str) -> None:
        self._letters, self._sender, self.width = letters, sender, width
        self._connections = [connect() for _ in range(width)]
        self._closed = False

    async def send(self, delivery: Delivery) -> Verdict:
        """Render and hand over one mail on a free connection; the relay never asks for more than there are."""
        if delivery.recipient is None:
            return Dead("a mail without an address")
        message = await self._letters.sealed(delivery, delivery.recipient)
        connection = self._connections.pop()
        try:
            return await aside(partial(self._over, connection, message, delivery.recipient.address), name="mail")
        finally:
            self._connections.append(connection)

    def _over(self, connection: Postman, message: bytes, recipient: str) -> Verdict:
        try:
            return connection.send(message, sender=self._sender, recipient=recipient)
        finally:
            if self._closed:
                connection.close()

    def close(self) -> None:
        """Close the connections that are free; one that is in use is closed after its send, or with the process."""
        self._closed = True
        for connection in self._connections:
            connection.close()


@dataclass(frozen=True, slots=True)
class ChannelLane:
    """Posts payloads to the vendors of the configured channels."""

    channels: Mapping[str, Channel]
    poster: Poster
    clock: Clock

    async def send(self, delivery: Delivery) -> Verdict:
        """Resolve address and signature, post, and judge the answer."""
        channel = self.channels[delivery.channel]
        if isinstance(channel, MailChannel):
            return Dead("it was to be posted, and its channel is mail now")
        vendor = CHANNELS[channel.type]
        out = vendor.request(channel, delivery.payload or {}, delivery.message_id, self.clock())
        answer = await self.poster.post(out.url, out.body, out.headers, allow_private=channel.allow_private)
        return vendor.verdict(answer, self.clock())
