"""From a delivery row to bytes on a wire and a verdict: what `tell` and `publish` enqueued is rendered or signed here.

Beside `tell` and below the shells. Letters are rendered from the stored issue at this moment, so archive, retry and
resend say the same; a channel's payload is final already and only its address and signature are resolved.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from briefing.clock import Clock
from briefing.config.grammar import Channel, SlackChannel, WebhookChannel
from briefing.model import Dead, Delivery, Issue, IssueId, Mail, Retry, Verdict
from briefing.render import mime
from briefing.render.email import Desk, Renderer
from briefing.send.channels import CHANNELS
from briefing.send.http import Poster


class Postman(Protocol):
    """Takes one message to one address: SMTP, or a folder."""

    def send(self, message: bytes, *, sender: str, recipient: str) -> Verdict:
        """Hand the bytes over; block until the far end answers."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Renders a mail delivery and the headers around it."""

    renderer: Renderer
    desk: Desk  # of the site, for alerts
    desks: Mapping[str, Desk]  # by digest
    issue: Callable[[IssueId], Awaitable[Issue]]
    clock: Clock

    async def bytes_of(self, delivery: Delivery) -> bytes:
        """Return the message, ready to be sent; RenderError when it would not be safe to."""
        assert delivery.recipient is not None
        if delivery.issue is None:
            return await asyncio.to_thread(self._alert, delivery)
        issue = await self.issue(delivery.issue)
        return await asyncio.to_thread(self._issue, delivery, issue)

    def _issue(self, delivery: Delivery, issue: Issue) -> bytes:
        assert delivery.recipient is not None
        desk = self.desks.get(issue.digest, self.desk)
        mail = self.renderer.issue(issue, desk=desk, recipient=delivery.recipient)
        roots = tuple(mime.root_id(story.story, desk.domain) for story in issue.stories)
        listed = delivery.recipient.list or issue.digest
        return mime.build(mail, self._headers(delivery, desk, roots, mime.list_id(desk.digest_title, listed, desk.domain)))

    def _alert(self, delivery: Delivery) -> bytes:
        words = dict(delivery.payload or {})
        mail = Mail(words["subject"], words["text"], words["html"], words.get("preheader", ""))
        return mime.build(mail, self._headers(delivery, self.desk, (words["root"],), None))

    def _headers(self, delivery: Delivery, desk: Desk, roots: tuple[str, ...], list_id: str | None) -> mime.MailHeaders:
        assert delivery.recipient is not None
        return mime.MailHeaders(
            sender=desk.sender,
            recipient=delivery.recipient.address,
            message_id=delivery.message_id,
            references=roots,
            list_id=list_id,
            list_unsubscribe=desk.unsubscribe if list_id else None,
            date=delivery.created_at,
        )


class MailLane:
    """A few reused connections, each used by one message at a time."""

    def __init__(self, letters: Letters, connect: Callable[[], Postman], *, width: int, sender: str) -> None:
        self._letters, self._sender, self.width = letters, sender, width
        self._connections = [connect() for _ in range(width)]
        self._threads = ThreadPoolExecutor(width, thread_name_prefix="smtp")

    async def send(self, delivery: Delivery) -> Verdict:
        """Render and hand over one mail on a free connection; the relay never asks for more than there are."""
        assert delivery.recipient is not None
        message = await self._letters.bytes_of(delivery)
        connection = self._connections.pop()
        try:
            work = partial(connection.send, message, sender=self._sender, recipient=delivery.recipient.address)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._connections.append(connection)

    def close(self) -> None:
        """Close the connections; a send that still runs keeps its own until it ends."""
        for connection in self._connections:
            connection.close()
        self._threads.shutdown(wait=False)


@dataclass(frozen=True, slots=True)
class ChannelLane:
    """Posts payloads to the vendors of the configured channels."""

    channels: Mapping[str, Channel]
    poster: Poster
    clock: Clock

    async def send(self, delivery: Delivery) -> Verdict:
        """Resolve address and signature, post, and judge the answer."""
        channel = self.channels.get(delivery.channel)
        if channel is None:
            return Retry(f'no channel named "{delivery.channel}" is configured any more')
        if not isinstance(channel, SlackChannel | WebhookChannel):
            return Dead(f"channels of type {channel.type} are not built yet")
        vendor = CHANNELS[channel.type]
        url, body, headers = vendor.request(channel, delivery.payload or {}, delivery.message_id, self.clock())
        answer = await self.poster.post(url, body, headers, allow_private=channel.allow_private)
        return vendor.verdict(answer, self.clock())


def shown(delivery: Delivery) -> str:
    """Return a channel's stored payload as an operator reads it."""
    return json.dumps(delivery.payload or {}, ensure_ascii=False, indent=2)
