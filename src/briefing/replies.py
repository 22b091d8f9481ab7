"""Shell beside `relay`: what is told of a story follows what was told of it before, where a vendor can show that.

Such a vendor's answer calls the message, or the thread that it began, by a reference, and the next message of the story
gives that. One message of a channel is on its way at a time, or two would begin a thread each.

What if we die here? Before the reference is kept: the delivery is `sending` and goes again, as the relay says, and in a
thread of its own if it was the first. After it: the copy follows the message that it is a copy of.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial

import structlog

from briefing.errors import StoreError
from briefing.model import Dead, Delivered, Delivery, Verdict
from briefing.outlet import Posting
from briefing.outlets import Outlets
from briefing.send.channels.outgoing import THREAD, apart
from briefing.store import channels
from briefing.store.writer import Writer

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ThreadedLane:
    """Posts payloads to the vendors whose answers say what to follow."""

    outlets: Outlets
    write: Writer

    async def send(self, delivery: Delivery) -> Verdict:
        """Post what is owed after what was told before it; where its thread is gone, begin another at once."""
        thread, body = apart(delivery.payload or {})
        key = thread.get("key")

        def post(reference: str | None) -> Awaitable[Verdict]:
            payload = {**body, THREAD: {**thread, "reference": reference}}
            return self.outlets.post(Posting(delivery.channel, payload, delivery.message_id))

        if key is None:
            return await post(None)
        known = await self._known(delivery.channel, key)
        verdict = await post(known)
        if known is not None and isinstance(verdict, Dead) and verdict.astray:
            verdict = await post(None)
        if isinstance(verdict, Delivered) and verdict.reference and verdict.reference != known:
            await self._keep(delivery.channel, key, verdict.reference)
        return verdict

    async def _known(self, channel: str, thread: str) -> str | None:
        try:
            return await self.write(partial(channels.reference, channel=channel, thread=thread))
        except StoreError as error:  # what is told matters more than where it stands
            log.warning("replies.unknown", channel=channel, thread=thread, error=str(error))
            return None

    async def _keep(self, channel: str, thread: str, reference: str) -> None:
        try:
            await self.write(partial(channels.refer, channel=channel, thread=thread, reference=reference))
        except StoreError as error:  # the message is where it is; only what follows it does not show that
            log.warning("replies.lost", channel=channel, thread=thread, error=str(error))
