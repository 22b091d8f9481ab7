"""What one process sends with: mail connections, each with a thread of its own, and the vendors of the channels.

Below `outlets`, which decides what process that is. What if we die here? The delivery is `sending`, and its lease runs
out: the relay's answer holds.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from briefing.clock import Clock
from briefing.config import smtp as config
from briefing.config.alerts import AppriseChannel, Channel, MailChannel
from briefing.model import Dead, Mail, Verdict
from briefing.render import mime
from briefing.send import longtail
from briefing.send.channels import CHANNELS
from briefing.send.http import Poster
from briefing.send.smtp import Folder, Smtp
from briefing.threads import Hand


class Postman(Protocol):
    """Takes one message to one address: SMTP, or a folder."""

    def send(self, *message: bytes, sender: str, recipient: str) -> Verdict:
        """Hand the bytes over, in pieces of whole lines; block until the far end answers."""

    def close(self) -> None:
        """End the connection."""


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Where messages go by a configuration; all of it can be told to another process."""

    sender: str  # the address that mail comes from
    folder: Path  # takes mail where there is no server
    smtp: config.Smtp | None
    channels: Mapping[str, Channel]

    @property
    def width(self) -> int:
        """How many mail connections there are.

        One is kept for alerts, which must not wait behind an issue to thousands, and one for each domain that may be
        written to only so fast.
        """
        return self.smtp.connections + 1 + len(self.smtp.domains) if self.smtp else 2


class Letter(NamedTuple):
    """The words for one reader, and all that its headers need."""

    words: Mail
    headers: mime.MailHeaders

    def pieces(self) -> tuple[bytes, ...]:
        """Return the message, its headers and its body; RenderError when it would not be safe to send."""
        return mime.pieces(self.words, self.headers)


class Posting(NamedTuple):
    """What is owed to a channel, for which address and signature are resolved as it is sent."""

    channel: str
    payload: Mapping[str, Any]
    message_id: str


class Outlet:
    """The connections of this process, each used by one message at a time and then kept for the next."""

    def __init__(self, ends: FarEnds, *, poster: Poster, clock: Clock) -> None:
        self._ends, self._poster, self._clock = ends, poster, clock
        self._connections = [(_postman(ends), Hand("mail")) for _ in range(ends.width)]
        self._resting = self._closed = False

    async def mail(self, letter: Letter) -> Verdict:
        """Hand over a mail by a free connection; the relay never asks for more than there are."""
        self._resting = self._closed
        connection, hand = self._connections.pop()
        try:
            verdict = await hand(partial(self._over, connection, letter))
            if self._resting:
                await hand(connection.close)
        finally:
            self._connections.append((connection, hand))
            if self._closed:
                hand.end()
        return verdict

    def _over(self, connection: Postman, letter: Letter) -> Verdict:
        return connection.send(*letter.pieces(), sender=self._ends.sender, recipient=letter.headers.recipient)

    async def post(self, posting: Posting) -> Verdict:
        """Resolve address and signature, post, and judge the answer."""
        channel = self._ends.channels[posting.channel]
        if isinstance(channel, MailChannel):
            return Dead("it was to be posted, and its channel is mail now")
        vendor = CHANNELS[channel.type]
        out = vendor.request(channel, posting.payload, posting.message_id, self._clock())
        if isinstance(channel, AppriseChannel):
            answer = await longtail.notify(out.url, out.body, seconds=self._poster.seconds)
        else:
            answer = await self._poster.post(out.url, out.body, out.headers, allow_private=channel.allow_private)
        return vendor.verdict(answer, self._clock())

    async def rest(self) -> None:
        """Close the mail connections that are free, each by its own thread; one in use is closed after its mail."""
        self._resting = True
        await asyncio.gather(*(hand(connection.close) for connection, hand in self._connections if hand.begun))

    async def close(self) -> None:
        """Rest for good; a connection that is in use then is closed after its mail, or with the process."""
        self._closed = True
        free = [*self._connections]
        await self.rest()
        for _, hand in free:
            hand.end()


def _postman(ends: FarEnds) -> Postman:
    return Folder(ends.folder) if ends.smtp is None else Smtp(ends.smtp)
