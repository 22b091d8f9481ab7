"""Shell 3: hand every delivery that is due to the far end, and record what became of it.

    claim: sending, committed | build the bytes | its turn: send | verdict | record: committed | next on this connection

What if we die here? Before the claim's commit: the row is still due. After it and before the first byte, or at any
moment until the record's commit: the row is `sending`; it is claimed again when its lease ends, or at once when the
service starts on SQLite. The far end may then get it twice, under the same Message-ID or webhook-id; at most one
message a connection, because a connection takes its next message only after its last record is committed. What was
claimed ahead and had no turn was not sent at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from briefing import standing
from briefing.attempt import judged
from briefing.breaker import Breaker
from briefing.clock import Clock
from briefing.errors import StoreError
from briefing.fold import fold
from briefing.leases import Leases
from briefing.model import WELL, Delivered, Delivery, Queue, Verdict
from briefing.pace import Pace
from briefing.room import Room
from briefing.store import outbox
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()

Send = Callable[[Delivery], Awaitable[Verdict]]
_Ready = asyncio.Task[Send | Verdict]
_Claimed = tuple[Delivery, _Ready | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of delivery with as many messages under way as it has connections."""

    name: str  # ISSUES, LETTERS, the id of a channel, or @ and a domain
    width: int
    send: Send
    queue: Queue
    folds: bool = False  # alerts that come late are told in one message
    shares: str | None = None  # the lane that goes to the same far end, and before this one when that comes back
    ahead: int = 0  # messages claimed beyond those under way, at most
    prepare: Callable[[Delivery], Coroutine[Any, Any, Send]] | None = None  # before its turn: what then sends it
    pace: Pace = field(default_factory=Pace)
    ends: bool = False  # a channel: how it stands is kept, and it can be disabled

    @property
    def far_end(self) -> str:
        """The name of where it goes."""
        return self.shares or self.name


class Relay:
    """Claims, sends and records; `owner` names this process in the leases."""

    def __init__(self, *, lanes: Sequence[Lane], teller: Teller, write: Writer, clock: Clock, owner: str) -> None:
        self._lanes, self._teller, self._write, self._clock = lanes, teller, write, clock
        self._leases = Leases(write=write, clock=clock, owner=owner)
        self._tasks: set[asyncio.Task[None]] = set()
        self._rooms = {lane.name: Room[_Claimed](lane.width, lane.ahead) for lane in lanes}
        self._stopping, self._attempts, self._busy = False, 0, 0
        self._stirs = dict.fromkeys(self._rooms, 0)  # attempts that ended, grants, and what else may let more be sent
        self.breaker = Breaker(
            lanes={lane.far_end: [one.name for one in lanes if one.far_end == lane.far_end] for lane in lanes},
            kept={lane.name for lane in lanes if lane.ends},
            teller=teller,
            write=write,
            clock=clock,
        )
        self._first: set[str] = set()  # lanes to a far end that has just come back: those that share it wait
        self._claiming, self._wake = asyncio.Lock(), asyncio.Event()
        self._draining: set[asyncio.Event] = set()  # what else hears of a stir
        self.undelivered = 0  # attempts so far that the far end did not take

    def look(self) -> None:
        """Let every lane be asked what is due: something was enqueued, or time has passed."""
        self._stir(*self._lanes)

    async def run(self) -> None:
        """Relay until cancelled; asks a lane for more when it may send again, and all at `look`."""
        renewing = asyncio.create_task(self._leases.renew())
        asked = dict.fromkeys(self._stirs, -1)
        try:
            await self.breaker.know()
            await self.fold()
            while True:
                self._wake.clear()
                try:
                    for lane in self._stirred(asked):
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
        renewing = asyncio.create_task(self._leases.renew())
        asked = dict.fromkeys(self._stirs, -1)
        before, left = self._attempts, asyncio.Event()
        self._draining.add(left)
        try:
            await self.breaker.know()
            if only is None:
                await self.fold(patient=False)
            while True:
                left.clear()
                last = not self._tasks  # asked first: what ends while we claim leaves its connection free behind us
                started = 0
                for lane in self._lanes if last else self._stirred(asked):
                    asked[lane.name] = self._stirs[lane.name]
                    started += await self._start(lane, only)
                if self._tasks or await self._spaced(only):
                    await left.wait()
                elif last and not started and not self._stirred(asked):
                    await self._leases.leave()
                    return self._attempts - before
        finally:
            renewing.cancel()
            self._draining.discard(left)
            self._leases.journal.sum_up()

    async def fold(self, *, patient: bool = True) -> None:
        """Make one message of alerts that come late, once they have settled; at once if we are not `patient`."""
        for lane in [one for one in self._lanes if not one.queue.domain]:  # what goes to a domain is part of others
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
        await self._leases.leave()
        self._leases.journal.sum_up()

    def _stirred(self, asked: Mapping[str, int]) -> list[Lane]:
        """Return the lanes that may send more than when they were last asked."""
        return [lane for lane in self._lanes if self._stirs[lane.name] > asked[lane.name]]

    def _stir(self, *lanes: Lane) -> None:
        for lane in lanes:
            self._stirs[lane.name] += 1
        for waiting in (self._wake, *self._draining):
            waiting.set()

    async def _spaced(self, only: Collection[str] | None) -> bool:
        """Tell whether something is due that waits for its lane's pace alone.

        A grant for which nothing is due would keep a drain waiting in vain.
        """
        queues = [lane.queue for lane in self._lanes if self._most(lane) and lane.pace.waits]
        return bool(queues) and await self._write(partial(outbox.owed, queues=queues, now=self._clock(), only=only))

    def _most(self, lane: Lane) -> int:
        """Return how many messages may be claimed: none while the far end rests, then one to see if it did so enough.

        With a pace it is one at a time, each with a grant.
        """
        if self._closed(lane) or lane.shares in self._first:
            return 0
        if self.breaker.stands(lane.far_end).until:
            sharing = (self._rooms[one.name] for one in self._lanes if one.far_end == lane.far_end)
            return int(all(room.empty for room in sharing))
        free = self._rooms[lane.name].free()
        return min(free, 1) if lane.pace.bounded else free

    async def _start(self, lane: Lane, only: Collection[str] | None = None) -> int:
        room, prepare = self._rooms[lane.name], lane.prepare
        async with self._claiming:  # one at a time, or two would count the same connection as free
            taken = await self._claim(lane, only)
            fresh = self._leases.hold(taken)
            room.take(len(fresh))
            if taken:
                lane.pace.spend()
            elif room.empty:
                self._catch_up(lane)
        room.waiting += [(one, asyncio.create_task(judged(one, prepare)) if prepare else None) for one in fresh]
        for _ in range(min(len(fresh), room.idle)):
            room.idle -= 1
            task = asyncio.create_task(self._work(lane, room))
            self._tasks.add(task)
            task.add_done_callback(partial(self._leave, lane))
        return len(fresh)

    def _leave(self, lane: Lane, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._stir(lane)

    def _catch_up(self, lane: Lane) -> None:
        """Let the lanes that share a far end go on: nothing is due in the one that goes before them."""
        if lane.name in self._first and not self._closed(lane):
            self._first.discard(lane.name)
            self._stir(*(one for one in self._lanes if one.shares == lane.name))

    async def _claim(self, lane: Lane, only: Collection[str] | None) -> Sequence[Delivery]:
        most = self._most(lane)
        if not most or not lane.pace.ready(partial(self._stir, lane)):
            return ()
        return await self._leases.claim(lane.queue, most, only, channel=lane.name if lane.ends else None)

    def _closed(self, lane: Lane) -> bool:
        return self._stopping or self.breaker.stands(lane.far_end).rests(self._clock())

    async def _work(self, lane: Lane, room: Room[_Claimed]) -> None:
        """Let one connection of a lane work until nothing waits for its turn."""
        while room.waiting:
            delivery, ready = room.waiting.popleft()
            try:
                send = lane.send if ready is None else await ready
                if self._closed(lane):
                    await self._leases.give_back(delivery.id)
                elif self._leases.lasts(delivery.id):
                    await self._attempt(lane, delivery, send)
                else:
                    log.warning("delivery.lapsed", delivery=delivery.id, reason="its lease ended before its turn")
            except Exception:
                # The edge of a delivery: a mistake of ours must not keep the others from their turn.
                log.exception("relay.broke", delivery=delivery.id)
            finally:
                self._leases.drop(delivery.id)
                room.leave()
                if room.roomy:
                    self._stir(lane)
        room.idle += 1

    async def _attempt(self, lane: Lane, delivery: Delivery, send: Send | Verdict) -> None:
        started = self._clock()
        self._busy += 1
        try:
            verdict = await judged(delivery, send) if callable(send) else send
            self._attempts += 1
            self.undelivered += not isinstance(verdict, Delivered)
            await self._judge(lane, verdict)
            await self._leases.record(delivery.id, verdict, started, of=self._busy)
        finally:
            self._busy -= 1

    async def _judge(self, lane: Lane, verdict: Verdict) -> None:
        before = self.breaker.stands(lane.far_end)
        if before == WELL and isinstance(verdict, Delivered):  # as nearly always: nothing changes
            return
        after = await self.breaker.judge(lane.far_end, verdict)
        if standing.is_back(before, after):
            self._first.add(lane.far_end)
        if after != before:  # others may have news of it, and what it put off may be due
            self.look()
