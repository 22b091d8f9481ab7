"""Shell 3: hand every delivery that is due to the far end, and record what became of it.

    claim: sending, committed | build the bytes | its turn: send | verdict | record: committed | next on this connection

What if we die here? Before the claim's commit: the row is still due. After it and before the first byte, or at any
moment until the record's commit: the row is `sending`; it is claimed again when its lease ends, or at once when the
service starts on SQLite. The far end may then get it twice, under the same Message-ID or webhook-id; at most one
message a connection, because a connection takes its next message only after its last record is committed. What was
claimed ahead and had no turn was not sent at all.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from briefing import retry
from briefing.attempt import judged, next_attempt, tell
from briefing.clock import Clock
from briefing.errors import StoreClosedError, StoreError
from briefing.fold import fold
from briefing.model import Dead, Delivered, Delivery, DeliveryId, Retry, Verdict
from briefing.room import Room
from briefing.store import claimed, outbox
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
HOLD, HOLD_LIMIT = timedelta(seconds=5), timedelta(minutes=15)
STOP, STOP_LIMIT = timedelta(hours=1), timedelta(hours=24)
RENEW_SECONDS = LEASE.total_seconds() / 3
RECORD_AGAIN_SECONDS = 2.0

Send = Callable[[Delivery], Coroutine[Any, Any, Verdict]]
Hand = Callable[[], Coroutine[Any, Any, Verdict]]  # hands over one message that was prepared


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of delivery with as many messages under way as it has connections."""

    name: str  # ISSUES, LETTERS, or the id of a channel
    width: int
    send: Send
    folds: bool = False  # alerts that come late are told in one message
    shares: str | None = None  # the lane that goes to the same far end: what holds one holds both
    ahead: int = 0  # messages claimed beyond those under way, at most
    prepare: Callable[[Delivery], Coroutine[Any, Any, Hand]] | None = None  # for its turn, in place of `send`


@dataclass(frozen=True, slots=True)
class Hold:
    """A lane that waits because its far end refuses us, not a message; each refusal doubles the wait.

    One that has had enough (429) waits as long as it asked us to: what else is due would only be refused as well. A
    channel that was withdrawn for good (410) waits long, and is asked once in a while whether it was mended.
    """

    refusals: int = 0
    until: datetime | None = None

    def after(self, verdict: Verdict, now: datetime) -> "Hold":
        """Return how the lane stands after a verdict."""
        if isinstance(verdict, Delivered) or not verdict.stop_channel:
            return Hold()
        if self.until and self.until > now:  # another connection was refused at the same time
            return self
        first, limit = (STOP, STOP_LIMIT) if isinstance(verdict, Dead) else (HOLD, HOLD_LIMIT)
        wait = retry.exponential(self.refusals + 1, first=first, limit=limit, jitter=0)
        asked = verdict.after if isinstance(verdict, Retry) else None
        return Hold(self.refusals + 1, now + (asked or wait))


class Relay:
    """Claims, sends and records; `owner` names this process in the leases."""

    def __init__(self, *, lanes: Sequence[Lane], teller: Teller, write: Writer, clock: Clock, owner: str) -> None:
        self._lanes, self._teller, self._write, self._clock, self._owner = lanes, teller, write, clock, owner
        self._under_way: dict[DeliveryId, Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._rooms = {lane.name: Room(lane.width, lane.ahead) for lane in lanes}
        self._stopping, self._attempts, self._busy = False, 0, 0
        self._held = {lane.shares or lane.name: Hold() for lane in lanes}
        self._claiming = asyncio.Lock()
        self._anew, self._wake = True, asyncio.Event()
        self._draining: set[asyncio.Event] = set()  # what hears that an attempt has ended
        self.undelivered = 0  # attempts so far that the far end did not take

    def look(self) -> None:
        """Let `run` ask every lane what is due: something was enqueued, or time has passed."""
        self._anew = True
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled; asks a lane for more when a connection of it is free again, and all at `look`."""
        renewing = asyncio.create_task(self._renew())
        asked = self._ended()
        try:
            await self.fold()
            while True:
                self._wake.clear()
                lanes = self._lanes if self._anew else self._freed(asked)
                self._anew = False
                try:
                    for lane in lanes:
                        asked[lane.name] = self._rooms[lane.name].ended
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
        asked = self._ended()
        before, first, left = self._attempts, True, asyncio.Event()
        self._draining.add(left)
        try:
            if only is None:
                await self.fold(patient=False)
            while True:
                left.clear()
                last = not self._tasks  # asked first: what ends while we claim leaves its connection free behind us
                started = 0
                for lane in self._lanes if first or last else self._freed(asked):
                    asked[lane.name] = self._rooms[lane.name].ended
                    started += await self._start(lane, only)
                first = False
                if self._tasks:
                    await left.wait()
                elif last and not started:
                    return self._attempts - before
        finally:
            renewing.cancel()
            self._draining.discard(left)

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
        """Let what is under way end, but no longer than this; what has had no turn goes back."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def _ended(self) -> dict[str, int]:
        return {name: room.ended for name, room in self._rooms.items()}

    def _freed(self, asked: Mapping[str, int]) -> list[Lane]:
        """Return the lanes in which an attempt has ended since they were last asked."""
        ended = self._ended()
        return [lane for lane in self._lanes if ended[lane.name] > asked[lane.name]]

    async def _start(self, lane: Lane, only: Collection[str] | None = None) -> int:
        async with self._claiming:  # one at a time, or two would count the same connection as free
            taken = await self._claim(lane, only)
            fresh = [delivery for delivery in taken if delivery.id not in self._under_way]
            # An attempt that outlived its lease (a laptop slept) is not begun again: it goes on under the new one.
            self._under_way |= {delivery.id: delivery for delivery in taken}
            self._rooms[lane.name].take(len(fresh))
        for delivery in fresh:
            task = asyncio.create_task(self._deliver(lane, delivery))
            self._tasks.add(task)
            task.add_done_callback(self._leave)
        return len(fresh)

    def _leave(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        for waiting in (self._wake, *self._draining):
            waiting.set()

    async def _claim(self, lane: Lane, only: Collection[str] | None) -> Sequence[Delivery]:
        free, now = self._rooms[lane.name].free(), self._clock()
        if not free or self._closed(lane):
            return ()
        try:
            return await self._write(
                partial(outbox.claim, owner=self._owner, now=now, lease=LEASE, limit=free, lane=lane.name, only=only)
            )
        except StoreError as error:  # what cannot be written must not be sent
            log.warning("relay.claim", error=str(error))
            return ()

    def _closed(self, lane: Lane) -> bool:
        held = self._held[lane.shares or lane.name].until
        return self._stopping or (held is not None and held > self._clock())

    async def _deliver(self, lane: Lane, delivery: Delivery) -> None:
        room = self._rooms[lane.name]
        try:
            hand = await judged(delivery, lane.prepare) if lane.prepare else partial(lane.send, delivery)
            async with room.turn:
                if self._closed(lane):
                    await self._give_back(delivery.id)
                else:
                    await self._attempt(lane, delivery, hand)
        finally:
            del self._under_way[delivery.id]
            room.leave()

    async def _attempt(self, lane: Lane, delivery: Delivery, hand: Hand | Verdict) -> None:
        started = self._clock()
        self._busy += 1
        try:
            verdict = await judged(delivery, lambda _: hand()) if callable(hand) else hand
            self._hold(lane, verdict)
            self._attempts += 1
            self.undelivered += not isinstance(verdict, Delivered)
            await self._record(delivery.id, verdict, started)
        finally:
            self._busy -= 1

    async def _give_back(self, number: DeliveryId) -> None:
        unsent = (self._under_way[number], self._owner, self._clock())
        try:
            await self._write.together(claimed.give_back, unsent)
        except StoreError as error:  # it comes due again when its lease ends
            log.warning("relay.give_back", delivery=number, error=str(error))

    def _hold(self, lane: Lane, verdict: Verdict) -> None:
        before = self._held[lane.shares or lane.name]
        held = self._held[lane.shares or lane.name] = before.after(verdict, self._clock())
        if held.until is not None and held != before:
            log.warning("lane.held", lane=lane.name, until=held.until.isoformat(), refusals=held.refusals)

    async def _record(self, number: DeliveryId, verdict: Verdict, started: datetime) -> None:
        now = self._clock()
        while True:
            delivery = self._under_way[number]  # under its latest lease
            again = next_attempt(delivery, verdict, now)
            ended = claimed.Ended(delivery, self._owner, verdict, again, now, now - started)
            try:
                kept = await self._write.together(claimed.record, ended, of=self._busy)
            except StoreClosedError:  # the process ends: the row comes due again when its lease does
                log.warning("delivery.unrecorded", delivery=number)
                return
            except StoreError as error:  # sent but not recorded: keep the lease and try until it is
                log.warning("relay.record", delivery=number, error=str(error))
                await asyncio.sleep(RECORD_AGAIN_SECONDS)
                continue
            if kept or self._under_way[number] is delivery:
                break
        tell(delivery, verdict, again, kept=kept)

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
