"""From an event to one delivery row for each address it is told to: routing, words, vendor payloads.

Below the shells, because both a poll and an operator's test tell events. Pure: the payload is final here, so that a
retry sends the same bytes; where it goes, and its signature, are resolved when it is sent.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from briefing.config.grammar import Channel, MailChannel, Route
from briefing.edit import routing
from briefing.model import Event, EventKind, NewDelivery, Notice, Recipient
from briefing.render import mime
from briefing.render.email import Desk, Renderer
from briefing.render.notice import notice
from briefing.send.channels import CHANNELS

SERVICE = frozenset({EventKind.FEED_DOWN, EventKind.FEED_UP})


@dataclass(frozen=True, slots=True)
class Teller:
    """Knows the routes, the channels and the words; `operator` hears of dead feeds that no route takes."""

    routes: Sequence[Route]
    channels: Mapping[str, Channel]
    renderer: Renderer
    desk: Desk
    operator: str
    secret: bytes = field(repr=False)

    def deliveries(self, event: Event) -> tuple[NewDelivery, ...]:
        """Return the rows that tell an event to everybody its routes name."""
        names = routing.channels(event, self.routes)
        words = notice(event, locale=self.desk.locale, zone=self.desk.zone)
        rows = [row for name in names for row in self.to_channel(name, event, words)]
        if not names and event.kind in SERVICE:
            rows = [self._mail(self.operator, event, words)]
        return tuple(rows)

    def to_channel(self, name: str, event: Event, words: Notice) -> tuple[NewDelivery, ...]:
        """Return the rows that tell an event to one channel; none if its kind cannot be sent to yet."""
        channel = self.channels[name]
        if isinstance(channel, MailChannel):
            return tuple(self._mail(address, event, words) for address in channel.to)
        if channel.type not in CHANNELS:
            return ()
        key = f"{event.key}→{name}"
        payload = CHANNELS[channel.type].payload(words, event.key)
        return (NewDelivery(key, name, self._id(key), event=event.key, payload=payload),)

    def _mail(self, address: str, event: Event, words: Notice) -> NewDelivery:
        key = f"{event.key}→mailto:{address}"
        mail = self.renderer.notice_mail(words, desk=self.desk)
        body = {"subject": mail.subject, "text": mail.text, "html": mail.html, "preheader": mail.preheader}
        root = mime.root_id(event.story or event.feed or "service", self.desk.domain)
        return NewDelivery(
            key,
            "mail",
            mime.message_id(self.secret, key, self.desk.domain),
            recipient=Recipient(address),
            event=event.key,
            payload={**body, "root": root},
        )

    def _id(self, key: str) -> str:
        return "msg_" + hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()[:32]
