"""Shell 3: hand every delivery that is due to the far end, and record what became of it.

    claim: sending, committed | build the bytes | send | verdict | record: committed | next on this connection

What if we die here? Before the claim's commit: the row is still due. After it and before the first byte, or at any
moment until the record's commit: the row is `sending`; it is claimed again when its lease ends, or at once when the
service starts on SQLite. The far end may then get it twice, under the same Message-ID or webhook-id; at most one
message a connection, because a connection takes its next message only after its last record is committed.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, assert_never

import structlog

from briefing import breaker, retry, standing
from briefing.clock import Clock
from briefing.errors import BriefingError, StoreClosedError, StoreError
from briefing.fold import fold
from briefing.model import Dead, Delivered, Delivery, DeliveryId, Retry, Standing, Verdict
from briefing.pace import Pace
from briefing.store import channels, outbox
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
RENEW_SECONDS = LEASE.total_seconds() / 3
RECORD_AGAIN_SECONDS = 2.0

Send = Callable[[Delivery], Coroutine[Any, Any, Verdict]]


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of delivery with as many messages under way as it has connections."""

    name: str  # ISSUES, LETTERS, or the id of a channel
    width: int
    send: Send
    folds: bool = False  # alerts that come late are told in one message
    pace: Pace = field(default_factory=Pace)
    ends: bool = False  # a channel: how it stands is kept, and it can be disabled


class Relay:
    """Claims, sends and records; `owner` names this process in the leases."""

    def __init__(self, *, lanes: Sequence[Lane], teller: Teller, write: Writer, clock: Clock, owner: str) -> None:
        self._lanes, self._teller, self._write, self._clock, self._owner = lanes, teller, write, clock, owner
        self._under_way: dict[DeliveryId, Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = {lane.name: lane.width for lane in lanes}
        self._stirs = dict.fromkeys(self._free, 0)  # attempts that ended, and grants to send
        self._standings = {lane.name: Standing() for lane in lanes}
        self._claiming = asyncio.Lock()
        self._anew, self._wake = True, asyncio.Event()
        self.undelivered = 0  # attempts so far that the far end did not take

    def look(self) -> None:
        """Let `run` ask every lane what is due: something was enqueued, or time has passed."""
        self._anew = True
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled; asks a lane for more when it may send again, and all at `look`."""
        renewing = asyncio.create_task(self._renew())
        asked = dict(self._stirs)
        try:
            await self.fold()
            while True:
                self._wake.clear()
                lanes, anew = self._lanes if self._anew else self._stirred(asked), self._anew
                self._anew = False
                try:
                    if anew:
                        await self._know()
                    for lane in lanes:
                        asked[lane.name] = self._stirs[lane.name]
                        await self._start(lane)
                except Exception:
                    # The relay's edge: whatever broke is logged, and tried again when the next tick wakes us.
                    log.exception("relay.broke")
                await self._wake.wait()
        finally:
            # What is under way keeps its lease to its end, also when another relay runs by then.
            asyncio.gather(*self._tasks, return_exceptions=True).add_done_callback(lambda _: renewing.cancel())

    async def drain(self, only: Collection[str] | None = None) -> int:
        """Relay all that is due now, or what of it has these keys; wait for it and return how many attempts it took."""
        renewing = asyncio.create_task(self._renew())
        asked = dict(self._stirs)
        attempts, first = 0, True
        try:
            await self._know()
            if only is None:
                await self.fold(patient=False)
            while True:
                last = not self._tasks  # asked first: what ends while we claim leaves its connection free behind us
                started = 0
                for lane in self._lanes if first or last else self._stirred(asked):
                    asked[lane.name] = self._stirs[lane.name]
                    started += await self._start(lane, only)
                attempts, first = attempts + started, False
                if awaited := await self._awaited(only):
                    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
                elif last and not started and not self._stirred(asked):
                    return attempts
        finally:
            renewing.cancel()

    async def fold(self, *, patient: bool = True) -> None:
        """Make one message of alerts that come late, once they have settled; at once if we are not `patient`."""
        for lane in self._lanes:
            work = partial(
                fold, lane=lane.name, teller=self._teller, now=self._clock(), patient=patient, together=lane.folds
            )
            try:
                await self._write(work)
            except StoreError as error:  # they wait for the next tick
                log.warning("relay.fold", lane=lane.name, error=str(error))
            except Exception:
                # The edge of a lane: a mistake of ours must not stop the others.
                log.exception("relay.broke", lane=lane.name)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end, but no longer than this."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _stirred(self, asked: Mapping[str, int]) -> list[Lane]:
        """Return the lanes that may send more than when they were last asked."""
        return [lane for lane in self._lanes if self._stirs[lane.name] > asked[lane.name]]

    def _stir(self, lane: Lane) -> None:
        self._stirs[lane.name] += 1
        self._wake.set()

    async def _awaited(self, only: Collection[str] | None) -> set[asyncio.Task[None]]:
        """Return what may let more be sent: attempts under way, and grants, at the last those that something waits for.

        A grant for which nothing is due would keep a drain waiting in vain.
        """
        coming = {lane.name: lane.pace.coming for lane in self._lanes if self._room(lane)}
        pending = {name: grant for name, grant in coming.items() if grant and not grant.done()}
        if self._tasks:
            return self._tasks.union(pending.values())
        owed = partial(outbox.owed, now=self._clock(), only=only)
        return {grant for name, grant in pending.items() if await self._write(partial(owed, lane=name))}

    def _room(self, lane: Lane) -> int:
        """Return how many messages of a lane may go: none while it rests, and one to see whether it rested enough."""
        stands, free = self._standings[lane.name], self._free[lane.name]
        if stands.rests(self._clock()):
            return 0
        return int(free == lane.width) if stands.until else free

    async def _start(self, lane: Lane, only: Collection[str] | None = None) -> int:
        async with self._claiming:  # one at a time, or two would count the same connection as free
            claimed = await self._claim(lane, only)
            fresh = [delivery for delivery in claimed if delivery.id not in self._under_way]
            # An attempt that outlived its lease (a laptop slept) is not begun again: it goes on under the new one.
            self._under_way |= {delivery.id: delivery for delivery in claimed}
            self._free[lane.name] -= len(fresh)
            if claimed:
                lane.pace.spend()
        for delivery in fresh:
            task = asyncio.create_task(self._deliver(lane, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(fresh)

    async def _claim(self, lane: Lane, only: Collection[str] | None) -> Sequence[Delivery]:
        room, now = self._room(lane), self._clock()
        if not room or not lane.pace.ready(partial(self._stir, lane)):
            return ()
        most = 1 if lane.pace.bounded else room
        try:
            return await self._write(
                partial(outbox.claim, owner=self._owner, now=now, lease=LEASE, limit=most, lane=lane.name, only=only)
            )
        except StoreError as error:  # what cannot be written must not be sent
            log.warning("relay.claim", error=str(error))
            return ()

    async def _deliver(self, lane: Lane, delivery: Delivery) -> None:
        started = self._clock()
        try:
            verdict = await lane.send(delivery)
        except StoreError as error:  # the issue could not be read: trouble of ours, which passes
            verdict = Retry(str(error))
        except BriefingError as error:
            verdict = Dead(str(error))
        except Exception as error:
            # The edge of an attempt: a mistake of ours is recorded and retried, the other deliveries go on.
            log.exception("relay.broke", delivery=delivery.id)
            verdict = Retry(f"internal error: {type(error).__name__}")
        self.undelivered += not isinstance(verdict, Delivered)
        try:
            await self._judge(lane, verdict)
            await self._record(delivery.id, verdict, started)
        finally:
            del self._under_way[delivery.id]
            self._free[lane.name] += 1
            self._stir(lane)

    async def _judge(self, lane: Lane, verdict: Verdict) -> None:
        """See how the lane stands now, and keep that of a channel."""
        before, now = self._standings[lane.name], self._clock()
        after = self._standings[lane.name] = standing.after(before, verdict, now, ends=lane.ends)
        if after == before:
            return
        if after.rests(now):
            log.warning(
                "lane.rests", lane=lane.name, until=after.until and after.until.isoformat(), reason=after.reason
            )
        if lane.ends:
            judge = partial(breaker.judge, channel=lane.name, verdict=verdict, teller=self._teller, now=now)
            try:
                self._standings[lane.name] = await self._write(judge)
            except StoreError as error:  # it stands so for us, and the next verdict is kept
                log.warning("relay.judge", lane=lane.name, error=str(error))
            self.look()

    async def _know(self) -> None:
        """Read how channels stand: at first, and because a person or another process may have changed it."""
        try:
            kept = await self._write(channels.standings)
        except StoreError as error:
            log.warning("relay.know", error=str(error))
            return
        self._standings |= {lane.name: kept[lane.name] for lane in self._lanes if lane.ends and lane.name in kept}

    async def _record(self, number: DeliveryId, verdict: Verdict, started: datetime) -> None:
        now = self._clock()
        while True:
            delivery = self._under_way[number]  # under its latest lease
            again = next_attempt(delivery, verdict, now)
            record = partial(
                outbox.record,
                delivery=delivery,
                owner=self._owner,
                verdict=verdict,
                next_attempt_at=again,
                now=now,
                duration=now - started,
            )
            try:
                kept = await self._write(record)
            except StoreClosedError:  # the process ends: the row comes due again when its lease does
                log.warning("delivery.unrecorded", delivery=number)
                return
            except StoreError as error:  # sent but not recorded: keep the lease and try until it is
                log.warning("relay.record", delivery=number, error=str(error))
                await asyncio.sleep(RECORD_AGAIN_SECONDS)
                continue
            if kept or self._under_way[number] is delivery:
                break
        _tell(delivery, verdict, again, kept=kept)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            held = tuple(self._under_way.values())
            if not held:
                continue
            renew = partial(outbox.renew, deliveries=held, owner=self._owner, now=self._clock(), lease=LEASE)
            try:
                await self._write(renew)
            except StoreError as error:  # asked again long before the leases end
                log.warning("relay.renew", error=str(error))


def next_attempt(delivery: Delivery, verdict: Verdict, now: datetime) -> datetime | None:
    """Return when to try again; None when the verdict is final or patience has run out."""
    match verdict:
        case Delivered() | Dead():
            return None
        case Retry(after=after):
            by_mail = delivery.recipient is not None
            wait = retry.mail_wait(delivery.attempts) if by_mail else retry.delivery_wait(delivery.attempts)
            return None if wait is None else now + max(wait, after or timedelta(0))
    assert_never(verdict)


def _tell(delivery: Delivery, verdict: Verdict, again: datetime | None, *, kept: bool) -> None:
    about = {"delivery": delivery.id, "channel": delivery.channel, "attempt": delivery.attempts}
    if not kept:
        log.warning("delivery.fenced", **about, reason="another worker holds it now")
    elif isinstance(verdict, Delivered):
        log.info("delivery.sent", **about)
    elif again is not None and isinstance(verdict, Retry):
        log.warning("delivery.retry", **about, reason=verdict.reason, next_attempt_at=again.isoformat())
    else:
        log.error("delivery.dead", **about, reason=verdict.reason)
