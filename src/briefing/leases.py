"""The deliveries that this process holds: claimed, renewed while they are under way, and then recorded or given back.

Apart from `relay`, which decides whose turn it is. What if we die here? What is held stays `sending` until its lease
ends, and is claimed again: the relay's answer holds.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from briefing.attempt import next_attempt
from briefing.clock import Clock
from briefing.errors import StoreClosedError, StoreError
from briefing.journal import Journal
from briefing.model import Delivery, DeliveryId, Queue, Verdict
from briefing.store import channels, claimed, outbox
from briefing.store.writer import Writer

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
RENEW_SECONDS = LEASE.total_seconds() / 3
RECORD_AGAIN_SECONDS = 2.0


class Leases:
    """`owner` names this process in the leases."""

    def __init__(self, *, write: Writer, clock: Clock, owner: str) -> None:
        self._write, self._clock, self._owner = write, clock, owner
        self._held: dict[DeliveryId, Delivery] = {}
        self._returning: asyncio.Task[None] | None = None
        self.journal = Journal()

    async def claim(
        self, queue: Queue, limit: int, only: Collection[str] | None, *, channel: str | None = None
    ) -> Sequence[Delivery]:
        """Return what of a queue is due and is ours from now on; whoever is cancelled meanwhile gets nothing.

        Of a channel to which another process sends that is nothing, unless somebody asks for `only` these.
        """
        now = self._clock()
        ask = partial(outbox.claim, owner=self._owner, now=now, lease=LEASE, limit=limit, queue=queue, only=only)
        if channel is not None and only is None:
            ask = partial(self._in_turn, ask, channel, now)
        claiming = asyncio.create_task(self._write(ask))
        try:
            return await asyncio.shield(claiming)
        except StoreError as error:  # what cannot be written must not be sent
            log.warning("relay.claim", error=str(error))
            return ()
        except asyncio.CancelledError:
            self._returning = asyncio.create_task(self._return(claiming))
            raise

    def _in_turn(
        self, ask: Callable[[Session], tuple[Delivery, ...]], channel: str, now: datetime, session: Session
    ) -> tuple[Delivery, ...]:
        ours = channels.take(session, channel=channel, owner=self._owner, now=now, lease=LEASE)
        return ask(session) if ours else ()

    async def leave(self) -> None:
        """Let others send to the channels that were ours."""
        try:
            await self._write(partial(channels.leave, owner=self._owner))
        except StoreError as error:  # they wait until our lease ends
            log.warning("relay.leave", error=str(error))

    def hold(self, taken: Iterable[Delivery]) -> list[Delivery]:
        """Hold deliveries and return those that were not held before.

        An attempt that outlived its lease (a laptop slept) is not begun again: it goes on under the new one.
        """
        fresh = [delivery for delivery in taken if delivery.id not in self._held]
        self._held |= {delivery.id: delivery for delivery in taken}
        return fresh

    def lasts(self, number: DeliveryId) -> bool:
        """Tell whether a delivery is still ours; after a long sleep another process may have sent it."""
        return self._held[number].next_attempt_at > self._clock()

    def drop(self, number: DeliveryId) -> None:
        """Hold a delivery no more."""
        del self._held[number]

    async def give_back(self, number: DeliveryId) -> None:
        """Owe a delivery again that was not begun."""
        try:
            await self._write.together(claimed.give_back, (self._held[number], self._owner, self._clock()))
        except StoreError as error:  # it comes due again when its lease ends
            log.warning("relay.give_back", delivery=number, error=str(error))

    async def _return(self, claiming: asyncio.Task[tuple[Delivery, ...]]) -> None:
        """Give back what was claimed for somebody who is gone, or it would wait until its lease ends."""
        with suppress(StoreError):  # nothing was claimed
            fresh = self.hold(await claiming)
            await asyncio.gather(*(self.give_back(one.id) for one in fresh))
            for one in fresh:
                self.drop(one.id)

    async def record(self, number: DeliveryId, verdict: Verdict, started: datetime, *, of: int) -> None:
        """Put on record what became of an attempt, and tell the log; `of` so many are under way in all."""
        now = self._clock()
        while True:
            delivery = self._held[number]  # under its latest lease
            again = next_attempt(delivery, verdict, now)
            ended = claimed.Ended(delivery, self._owner, verdict, again, now, now - started)
            try:
                kept = await self._write.together(claimed.record, ended, of=of)
            except StoreClosedError:  # the process ends: the row comes due again when its lease does
                log.warning("delivery.unrecorded", delivery=number)
                return
            except StoreError as error:  # sent but not recorded: keep the lease and try until it is
                log.warning("relay.record", delivery=number, error=str(error))
                await asyncio.sleep(RECORD_AGAIN_SECONDS)
                continue
            if kept or self._held[number] is delivery:
                break
        self.journal.tell(delivery, verdict, again, kept=kept)

    async def renew(self) -> None:
        """Renew what is held, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            held = tuple(self._held.values())
            if not held:
                continue
            now = self._clock()
            renew = partial(outbox.renew, deliveries=held, owner=self._owner, now=now, lease=LEASE)
            try:
                ours = await self._write(renew)
                still = [one for one in held if one.id in ours and one.id in self._held]
                self._held |= {one.id: replace(one, next_attempt_at=now + LEASE) for one in still}
            except StoreError as error:  # asked again long before the leases end
                log.warning("relay.renew", error=str(error))
