"""From an event to one delivery row for each address it is told to: routing, words, vendor payloads.

Below the shells, because both a poll and an operator's test tell events. Pure: the words are final here, so that a
retry says the same; where it goes, what it follows and its signature are resolved when it is sent.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from briefing.config.alerts import Channel, MailChannel, Quiet, Route
from briefing.edit import answers, quiet, routing
from briefing.errors import RenderError
from briefing.model import MAIL, Delivery, Ear, Event, EventKind, Issue, Mail, NewDelivery, Notice, Recipient
from briefing.render import mime
from briefing.render.email import Desk, Renderer
from briefing.render.notice import notice
from briefing.send.channels import CHANNELS
from briefing.send.tokens import Links

log = structlog.get_logger()
SERVICE = frozenset({EventKind.FEED_DOWN, EventKind.FEED_UP, EventKind.CHANNEL_DOWN, EventKind.CHANNEL_UP})


@dataclass(frozen=True, slots=True)
class Teller:
    """Knows the routes, the channels and the words; `operator` hears of dead feeds and channels that no route takes."""

    routes: Sequence[Route]
    channels: Mapping[str, Channel]
    renderer: Renderer
    desk: Desk
    operator: str
    secret: bytes = field(repr=False)
    max_age: timedelta  # of an alert that is told by itself
    desks: Mapping[str, Desk] = field(default_factory=dict)  # by digest
    quiet: Quiet | None = None  # hours of routes that have none of their own
    links: Links | None = None  # by which alerts are answered

    def deliveries(self, event: Event, *, late: bool = False, but: Collection[str] = ()) -> tuple[NewDelivery, ...]:
        """Return the rows that tell an event to everybody its routes name; `late` ones wait for others of their kind.

        What a program reads comes at once, however late, but for quiet hours. Channels of `but` are told nothing.
        """
        ways = {name: route for name, route in routing.ways(event, self.routes).items() if name not in but}
        rows = [
            self._held(row, route, event.at)
            for name, route in ways.items()
            for row in self.to_channel(name, replace(event, repeats=route.repeat is not None))
        ]
        if not rows and event.kind in SERVICE:
            rows = [self._mail(self.operator, event)]
        return tuple(replace(row, late=late and self.folds(row.channel)) for row in rows)

    def ears(self, event: Event) -> Mapping[Ear, Route]:
        """Return to whom an event goes, with the route whose way it takes to each."""
        found: dict[Ear, Route] = {}
        for name, route in routing.ways(event, self.routes).items():
            channel = self.channels[name]
            to = [(MAIL, one) for one in channel.to] if isinstance(channel, MailChannel) else [(name, None)]
            found |= {ear: route for ear in to if ear not in found}
        return found

    def _held(self, row: NewDelivery, route: Route, now: datetime) -> NewDelivery:
        """Hold a row until the quiet hours of its route end, or else for the others of its burst."""
        hours = None if route.urgent else route.quiet or self.quiet
        if until := hours and quiet.ends(hours, self.desk.zone, now):
            return replace(row, until=until)
        if route.group and self.folds(row.channel):
            return replace(row, until=now + route.group, joins=True)
        return row

    def folds(self, name: str) -> bool:
        """Tell whether several alerts may become one in a channel: people read it, not a program."""
        vendor = CHANNELS.get(self.channels[name].type) if name in self.channels else None
        return name == MAIL or (vendor is not None and vendor.READ_BY_PEOPLE)

    def anew(self, event: Event, told: Delivery) -> NewDelivery:
        """Return the row that tells an event to the address of a delivery that is there."""
        if told.recipient is not None:
            return self._mail(told.recipient.address, event)
        return self.to_channel(told.channel, event)[0]

    def to_channel(self, name: str, event: Event) -> tuple[NewDelivery, ...]:
        """Return the rows that tell an event to one channel."""
        channel = self.channels[name]
        if isinstance(channel, MailChannel):
            return tuple(self._mail(address, event) for address in channel.to)
        key = f"{event.key}→{name}"
        payload = CHANNELS[channel.type].payload(self._words(event, key), event.key)
        return (NewDelivery(key, name, self._id(key), event=event.key, payload=payload),)

    def corrected(self, event: Event, told: Delivery, issue: Issue | None) -> NewDelivery | None:
        """Return the row that tells an event to whoever got a delivery; to a reader of an issue in their language.

        None where there is no such channel any more.
        """
        if told.recipient is None:
            return next(iter(self.to_channel(told.channel, event)), None) if told.channel in self.channels else None
        if issue is None:
            return self.anew(event, told)
        desk = self.desks.get(issue.digest, self.desk)
        desk = replace(desk, locale=told.recipient.locale or issue.locale, zone=issue.zone)
        words = notice(event, locale=desk.locale, zone=desk.zone)
        mail = self._written(words, desk, told.recipient, issue)
        return self._sealed(told.recipient.address, event, mail)

    def _mail(self, address: str, event: Event) -> NewDelivery:
        return self._sealed(
            address, event, self._written(self._words(event, letter_key(event.key, address)), self.desk)
        )

    def _sealed(self, address: str, event: Event, mail: Mail) -> NewDelivery:
        return replace(self.letter(address, event.key, mail, root=event.thread or "service"), event=event.key)

    def _written(
        self, words: Notice, desk: Desk, recipient: Recipient | None = None, issue: Issue | None = None
    ) -> Mail:
        """Return an alert by the operator's template; by ours if that fails, for an alert that is late is no use."""
        try:
            return self.renderer.notice_mail(words, desk=desk, recipient=recipient, issue=issue)
        except RenderError as error:
            log.error("alert.template", error=str(error))  # noqa: TRY400 - the words say it all
            return Renderer().notice_mail(words, desk=desk, recipient=recipient, issue=issue)

    def letter(self, address: str, about: str, mail: Mail, *, root: str) -> NewDelivery:
        """Return the row of a mail that is no issue: an alert, or an issue sent as a test."""
        key, domain = letter_key(about, address), self.desk.domain
        body = {"subject": mail.subject, "text": mail.text, "html": mail.html, "preheader": mail.preheader}
        return NewDelivery(
            key,
            MAIL,
            mime.message_id(self.secret, key, domain),
            recipient=Recipient(address),
            payload={**body, "root": mime.root_id(root, domain)},
        )

    def _words(self, event: Event, key: str) -> Notice:
        """Return what a delivery of this key says, with links for whoever gets it."""
        asks = self.links is not None and answers.can_be_answered(event)
        links = self.links.to(event.key, key, event.at) if self.links and asks else None
        return notice(event, locale=self.desk.locale, zone=self.desk.zone, answers=links)

    def _id(self, key: str) -> str:
        return "msg_" + hmac.new(self.secret, key.encode(), hashlib.sha256).hexdigest()[:32]


def letter_key(about: str, address: str) -> str:
    """Return the key of a mail about something to an address."""
    return f"{about}→mailto:{address}"
