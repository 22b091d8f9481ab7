"""From a delivery row to what goes over a wire, and a verdict: what was enqueued is rendered here.

Beside `tell` and below the shells. Letters are rendered from the stored issue, and those that their reader was sent
before, at this moment, so retry and resend say the same; a channel's payload is final already and only its address and
signature are resolved, by `outlet`, and what it follows, by `replies`.

What if we die here? The delivery is `sending`, and its lease runs out: the relay's answer holds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from briefing.edit import recap
from briefing.errors import RenderError
from briefing.model import Dead, Delivery, Issue, IssueId, Mail, Recipient, StoryId, Verdict
from briefing.outlet import Letter, Posting
from briefing.outlets import Outlets
from briefing.render import mime
from briefing.render.email import Desk, Renderer, unsubscribe
from briefing.threads import Hand

K = TypeVar("K")
T = TypeVar("T")
READINGS = 4  # issues whose variants are remembered
ANYBODY = Recipient("reader@example.org")  # whom a draft is rendered for when nobody in particular is meant


@dataclass(slots=True)
class _Reading:
    """An issue as it was read for a batch of its deliveries, and what was made of it for its readers."""

    issue: Issue
    earlier: dict[IssueId, asyncio.Task[Issue | None]] = field(default_factory=dict)
    forms: dict[Recipient, asyncio.Task[tuple[Callable[[Recipient], Mail], mime.MailHeaders]]] = field(
        default_factory=dict
    )
    letters: dict[Recipient, asyncio.Task[Letter]] = field(default_factory=dict)  # by variant, to nobody

    def variant(self, reader: Recipient) -> Recipient:
        """Return what of a reader makes a difference to the words: not the address, and the day of consent alone."""
        local = reader.since and reader.since.astimezone(ZoneInfo(self.issue.zone))
        return replace(reader, address="", since=local and local.replace(hour=12, minute=0, second=0, microsecond=0))


@dataclass(frozen=True, slots=True)
class Letters:
    """Renders mail and puts the headers around it.

    An issue is read once for all deliveries that are prepared at the same time. What was rendered for a variant, that
    is, a list, language, day of consent and recall, serves as long as the issue reads the same: what is claimed after a
    withdrawal is without what was withdrawn.
    """

    renderer: Renderer
    desk: Desk  # of the site, for alerts
    desks: Mapping[str, Desk]  # by digest
    issue: Callable[[IssueId], Awaitable[Issue | None]]
    _readings: dict[IssueId, asyncio.Task[_Reading]] = field(default_factory=dict, init=False, repr=False)  # under way
    _last: dict[IssueId, _Reading] = field(default_factory=dict, init=False, repr=False)
    _pen: Hand = field(default_factory=partial(Hand, "letters"), init=False, repr=False)  # one: they hold up the loop

    def close(self) -> None:
        """Let the thread end that writes them."""
        self._pen.end()

    async def sealed(self, delivery: Delivery, reader: Recipient) -> bytes:
        """Return a delivery's message, ready to be sent; RenderError when it would not be safe to."""
        return b"".join((await self.letter(delivery, reader)).pieces())

    async def letter(self, delivery: Delivery, reader: Recipient) -> Letter:
        """Return a delivery's words and headers; RenderError when its template fails."""
        if delivery.issue is None:
            return self._alert(delivery, reader)
        reading = await _once(self._readings, delivery.issue, partial(self._read, delivery.issue))
        variant = reading.variant(reader)
        letter = await _once(reading.letters, variant, partial(self._variant, reading, variant))
        to, number, date = reader.address, delivery.message_id, delivery.created_at
        return Letter(letter.words, replace(letter.headers, recipient=to, message_id=number, date=date))

    async def _read(self, number: IssueId) -> _Reading:
        try:
            issue = await self.issue(number)
        finally:
            del self._readings[number]  # whoever asks from now on may find it changed
        if issue is None:
            raise RenderError(f"issue {number} is not in the database any more")
        last = self._last.pop(number, None)
        self._last[number] = last if last and last.issue == issue else _Reading(issue)
        while len(self._last) > READINGS:
            del self._last[next(iter(self._last))]
        return self._last[number]

    async def _variant(self, reading: _Reading, variant: Recipient) -> Letter:
        alike = replace(variant, since=None)
        write, headers = await _once(reading.forms, alike, partial(self._forms, reading, alike))
        return Letter(await self._pen(partial(write, variant)), headers)

    async def _forms(self, reading: _Reading, alike: Recipient) -> tuple[Callable[[Recipient], Mail], mime.MailHeaders]:
        issue = reading.issue
        if alike.recall is not None:
            issue = recap.personal(issue, await self._recalled(reading, alike.recall))
        desk = self.desks.get(issue.digest, self.desk)
        write = self.renderer.forms(issue, desk=desk, recipient=alike)
        return write, self._headers(issue, alike, "", issue.until)

    async def _recalled(self, reading: _Reading, recall: Sequence[IssueId]) -> dict[StoryId, Issue]:
        """Return the issues that a reader was sent last, by story."""
        found = {one: await _once(reading.earlier, one, partial(self._stored, one)) for one in {*recall} - {0}}
        stories = (told.story for told in reading.issue.stories)
        return {story: last for story, number in zip(stories, recall, strict=True) if (last := found.get(number))}

    async def _stored(self, number: IssueId) -> Issue | None:
        return await self.issue(number)

    def words(self, issue: Issue, reader: Recipient) -> Mail:
        """Return an issue as one reader gets it, without headers; RenderError when its template fails."""
        return self.renderer.issue(issue, desk=self.desks.get(issue.digest, self.desk), recipient=reader)

    def shown(self, issue: Issue, reader: Recipient, now: datetime) -> tuple[Mail, bytes]:
        """Return an issue that is not stored, as words and as a message, for an operator to look at."""
        words, headers = self.words(issue, reader), self._headers(issue, reader, f"<preview@{self.desk.domain}>", now)
        return words, mime.build(words, headers)

    def _headers(self, issue: Issue, reader: Recipient, message_id: str, date: datetime) -> mime.MailHeaders:
        desk = self.desks.get(issue.digest, self.desk)
        return mime.MailHeaders(
            sender=desk.sender,
            recipient=reader.address,
            message_id=message_id,
            date=date,
            references=tuple(mime.root_id(story.story, desk.domain) for story in issue.stories),
            list_id=mime.list_id(desk.digest_title, reader.list or issue.digest, desk.domain),
            list_unsubscribe=unsubscribe(desk, reader) or None,
        )

    def _alert(self, delivery: Delivery, reader: Recipient) -> Letter:
        words = delivery.payload or {}
        headers = mime.MailHeaders(
            sender=self.desk.sender,
            recipient=reader.address,
            message_id=delivery.message_id,
            date=delivery.created_at,
            references=(words["root"],),
        )
        return Letter(Mail(words["subject"], words["text"], words["html"], words["preheader"]), headers)


async def _once(known: dict[K, asyncio.Task[T]], key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what the work for a key brings, begun by the first who asks."""
    if key not in known:
        known[key] = asyncio.create_task(work())
    task = known[key]
    return task.result() if task.done() else await asyncio.shield(task)


@dataclass(frozen=True, slots=True)
class MailLane:
    """Renders mail and hands it over."""

    letters: Letters
    outlets: Outlets

    async def send(self, delivery: Delivery) -> Verdict:
        """Render and hand over one mail."""
        return await (await self.prepare(delivery))(delivery)

    async def prepare(self, delivery: Delivery) -> Callable[[Delivery], Awaitable[Verdict]]:
        """Render one mail, and return what hands it over."""
        if delivery.recipient is None:
            return _refused
        letter = await self.letters.letter(delivery, delivery.recipient)
        return lambda _: self.outlets.mail(letter)


async def _refused(_: Delivery) -> Verdict:
    return Dead("a mail without an address")


@dataclass(frozen=True, slots=True)
class ChannelLane:
    """Posts payloads to the vendors of the configured channels."""

    outlets: Outlets

    def send(self, delivery: Delivery) -> Awaitable[Verdict]:
        """Post what is owed."""
        return self.outlets.post(Posting(delivery.channel, delivery.payload or {}, delivery.message_id))
