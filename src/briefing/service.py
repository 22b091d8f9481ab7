"""The running parts, and what one can ask of them: poll, publish, relay, and an operator's drafts, tests and sendings.

Below `app`, which builds the parts from a configuration; above the shells, whose order it sets.

What if we die here? Nothing is decided or kept in this file: each tick's work is a transaction of its own, and what was
due is due at the next start.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session

from briefing import breaker, publish, remind, scheduler
from briefing.clock import Clock
from briefing.errors import BriefingError
from briefing.model import (
    Delivery,
    Event,
    EventKind,
    FeedId,
    Issue,
    Mail,
    NewDelivery,
    Occurrence,
    Recipient,
)
from briefing.model.notes import BEAT, BEAT_SECONDS
from briefing.poll import Poller
from briefing.post import ANYBODY, Letters
from briefing.publish import Draft, Plan
from briefing.relate import expire
from briefing.relay import Relay
from briefing.remember import Report
from briefing.store import engine, issues, items, outbox, retention, silences
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()
POLL_SECONDS, PUBLISH_SECONDS, RELAY_SECONDS, REMIND_SECONDS, HOUSEKEEPING_SECONDS = 0.5, 5.0, 5.0, 300.0, 3600.0
STOP_SECONDS = 5.0  # of the ten that a service manager grants; closing takes some of the rest
FORGET, FORGET_A_TURN = 500, 10_000  # items deleted in one transaction, and in all
FEW = 500  # keys that a claim is narrowed to; with more of them, narrowing costs more than it spares


class Service:
    """Everything that runs in one event loop."""

    def __init__(
        self,
        *,
        poller: Poller,
        plans: Sequence[Plan],
        relay: Relay,
        teller: Teller,
        letters: Letters,
        write: Writer,
        clock: Clock,
        keep: timedelta,
        pages: AbstractAsyncContextManager[object] | None = None,
    ) -> None:
        self.poller, self.plans, self.relay = poller, plans, relay
        self._teller, self._letters, self._write, self._clock = teller, letters, write, clock
        self._keep, self._pages = keep, pages or nullcontext()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll, publish, relay and serve pages until the event is set; then let what is under way end, in seconds."""
        async with self._pages:
            await self._run(stop)

    async def _run(self, stop: asyncio.Event) -> None:
        relaying = asyncio.create_task(self.relay.run())
        ticks: list[tuple[str, float, scheduler.Tick]] = [
            ("poll", POLL_SECONDS, self.poller.start),
            ("publish", PUBLISH_SECONDS, self.publish),
            ("remind", REMIND_SECONDS, self.remind),
            ("relay", RELAY_SECONDS, self._wake),
            ("beat", BEAT_SECONDS, self._beat),
            ("housekeeping", HOUSEKEEPING_SECONDS, self._housekeep),
        ]
        log.info("run", feeds=len(self.poller.rules.feeds), digests=len(self.plans))
        await scheduler.keep_time(ticks, until=stop)
        log.info("stopping")
        relaying.cancel()
        await asyncio.gather(
            relaying, self.poller.finish(STOP_SECONDS), self.relay.finish(STOP_SECONDS), return_exceptions=True
        )

    async def poll(
        self,
        *,
        only: Collection[FeedId] | None = None,
        force: bool = False,
        seen: Callable[[Report], object] = lambda _: None,
    ) -> Sequence[Report]:
        """Poll what is due, or the feeds named, and wait for them; `seen` hears of each as it is done."""
        reports: list[Report] = []
        while tasks := await self.poller.start(only=only, force=force):
            for task in asyncio.as_completed(tasks):
                reports.append(await task)
                seen(reports[-1])
            if force:  # a feed that was just polled would be taken again
                only = set(only or self.poller.rules.feeds) - {r.feed for r in reports}
        return reports

    async def publish(self) -> Sequence[Issue]:
        """Write every issue that is due."""
        written = [issue for plan in self.plans if (issue := await self._publish(plan))]
        if written:
            self.relay.look()
        return written

    async def remind(self) -> int:
        """Tell what is overdue or was passed over, and give up what was awaited too long; return how much was told."""
        told = await self._write(partial(remind.remind, rules=self.poller.rules, now=self._clock()))
        if told:
            self.relay.look()
        return told

    async def _publish(self, plan: Plan) -> Issue | None:
        try:
            issue = await self._write(partial(publish.publish, plan=plan, now=self._clock()))
        except BriefingError as error:  # one digest's broken template must not keep the others from their readers
            log.error("issue.broke", digest=plan.id, error=str(error))  # noqa: TRY400 - the words say it all
            return None
        if issue:
            log.info("issue", digest=plan.id, number=issue.number, nominal=str(issue.nominal), slot=issue.slot)
        return issue

    async def readers(self, digest: str) -> Sequence[Recipient]:
        """Return everybody a digest goes to."""
        return await self._write(partial(publish.readers, plan=self._plan(digest)))

    async def draft(self, digest: str) -> tuple[Mail, bytes] | None:
        """Return what a digest would say now, as its first reader would get it; None when it has nothing to say."""
        plan, now = self._plan(digest), self._clock()
        drafted = await self._write(partial(_draft, plan=plan, now=now))
        if drafted is None:
            return None
        reader = next(iter(await self.readers(digest)), ANYBODY)
        return await asyncio.to_thread(self._letters.shown, drafted.issue, reader, now)

    async def send(self, digest: str) -> Sequence[Delivery]:
        """Write an issue now, outside the schedule, deliver it, and return what became of each delivery."""
        plan, now = self._plan(digest), self._clock()

        def write(session: Session) -> Sequence[NewDelivery]:
            drafted = _draft(session, plan=plan, now=now)
            return publish.deliveries(session, plan, publish.send(session, plan, drafted, now=now)) if drafted else []

        return await self._deliver(await self._write(write))

    async def send_test(self, digest: str, to: str) -> Sequence[Delivery]:
        """Send a digest's draft to one address; no issue is counted, nobody else's next one changes."""
        drafted, now = await self.draft(digest), self._clock()
        rows = [self._teller.letter(to, f"test:{digest}:{now.isoformat()}", drafted[0], root=digest)] if drafted else []
        await self._write(partial(outbox.enqueue, deliveries=rows, now=now))
        return await self._deliver(rows)

    async def test_channel(self, name: str) -> Sequence[Delivery]:
        """Send one message, marked as a test, to a channel through the outbox; return what became of it."""
        now = self._clock()
        event = Event(EventKind.TEST, f"test:{name}:{now.isoformat()}", now, detail=name)
        rows = self._teller.to_channel(name, event)

        def write(session: Session) -> None:
            outbox.tell(session, events=[event])
            outbox.enqueue(session, deliveries=rows, now=now)

        await self._write(write)
        return await self._deliver(rows)

    async def align(self) -> None:
        """Know the channels of the configuration; one that leads elsewhere than before is live again."""
        await self._write(partial(breaker.align, teller=self._teller, now=self._clock()))

    async def _deliver(self, rows: Sequence[NewDelivery]) -> Sequence[Delivery]:
        keys = [row.key for row in rows]
        await self.relay.drain(keys if len(keys) <= FEW else None)
        return await self._write(partial(outbox.found, keys=keys))

    def _plan(self, digest: str) -> Plan:
        return next(plan for plan in self.plans if plan.id == digest)

    async def _housekeep(self) -> None:
        """Delete what is kept no longer: a few items in a transaction, so that others come between, and some a turn."""
        now = self._clock()
        texts = await self._write(partial(items.expire_texts, now=now))
        await self._write(partial(expire, now=now))
        await self._write(partial(silences.forget, now=now))
        reaches = await self._write(lambda session: [publish.reach(session, plan, now=now) for plan in self.plans])
        forget = partial(retention.forget, before=now - self._keep, reaches=reaches, limit=FORGET)
        gone = 0
        while gone < FORGET_A_TURN and (some := await self._write(forget)):
            gone += some
        if texts or gone:
            log.info("housekeeping", items=gone, texts=texts)

    async def _beat(self) -> None:
        await self._write(partial(engine.note, name=BEAT, value=self._clock().isoformat()))

    async def _wake(self) -> None:
        await self.relay.breaker.know()
        await self.relay.fold()
        self.relay.look()


def _draft(session: Session, *, plan: Plan, now: datetime) -> Draft | None:
    known = issues.known_since(session, digest=plan.id, now=now)
    return publish.draft(session, plan, _extra(plan, now), now=now, known=known)


def _extra(plan: Plan, now: datetime) -> Occurrence:
    """Return an occurrence beside the schedule; its slot names the second, so it takes no scheduled one's place."""
    local = now.astimezone(ZoneInfo(plan.desk.zone))
    return Occurrence(local.date(), f"extra {local:%H:%M:%S}", now)
