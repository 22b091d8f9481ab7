"""Shell beside `relay`: what is told of a story follows what was told of it before, where a vendor can show that.

Such a vendor's answer calls the message, or the thread that it began, by a reference, and the next message of the story
gives that. One message of a channel is on its way at a time, or two would begin a thread each.

What if we die here? Before the reference is kept: the delivery is `sending` and goes again, as the relay says, and in a
thread of its own if it was the first. After it: the copy follows the message that it is a copy of.
"""

from dataclasses import dataclass
from functools import partial

import structlog

from briefing.errors import StoreError
from briefing.model import Dead, Delivered, Delivery, Retry, Verdict
from briefing.outlet import Posting
from briefing.outlets import Outlets
from briefing.send.channels.outgoing import Thread
from briefing.store import channels
from briefing.store.writer import Writer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ThreadedLane:
    """Posts payloads to the vendors whose answers say what to follow; StoreError if that cannot be read."""

    outlets: Outlets
    write: Writer

    async def send(self, delivery: Delivery) -> Verdict:
        """Post what is owed, after what was told before it; once more without that where its thread may be gone."""
        channel, (thread, body) = delivery.channel, Thread.apart(delivery.payload or {})
        known = None
        if thread.key is not None:
            known = await self.write(partial(channels.reference, channel=channel, thread=thread.key))
        payload = body | {"thread": thread._replace(reference=known)._asdict()}
        verdict = await self.outlets.post(Posting(channel, payload, delivery.message_id))
        if thread.key is None:
            return verdict
        if isinstance(verdict, Delivered) and verdict.reference not in (None, known):
            await self._keep(channel, thread.key, verdict.reference)
        if isinstance(verdict, Dead) and verdict.stop_channel and known is not None:
            await self._keep(channel, thread.key, None)
            return Retry(f"{verdict.reason}; tried again outside its thread")
        return verdict

    async def _keep(self, channel: str, thread: str, reference: str | None) -> None:
        try:
            await self.write(partial(channels.refer, channel=channel, thread=thread, reference=reference))
        except StoreError as error:  # the message is where it is; only what follows it does not show that
            log.warning("replies.keep", channel=channel, thread=thread, error=str(error))
