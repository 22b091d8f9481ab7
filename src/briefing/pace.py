"""How fast messages may go in one lane, so that its far end need refuse none; the only file that knows aiolimiter.

Apart from `retry`, which waits because somebody refused. The bucket of a rate holds one message: they go evenly, for
one that lets a whole count go at once and fills meanwhile would let nearly twice the count go in one period.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from aiolimiter import AsyncLimiter

from briefing.model import Rate

JOURNEY = timedelta(seconds=0.1)  # by which the journeys of two messages may differ


class Pace:
    """Grants one message at a time, and the next once every rate allows it.

    The grant is had before anything is claimed: what waits for it is still due, and holds neither lease nor connection.
    """

    def __init__(self, rates: Sequence[Rate] = ()) -> None:
        self._buckets = [_bucket(rate) for rate in rates]
        self._wake: Callable[[], object] = lambda: None
        self.coming: asyncio.Task[None] | None = None  # the grant that was asked for

    def ready(self, wake: Callable[[], object]) -> bool:
        """Tell whether a message may go now; if not, `wake` is called once one may."""
        if not self._buckets:
            return True
        self._wake = wake
        if self.coming is None:
            self.coming = asyncio.create_task(self._granted())
        return self.coming.done()

    def spend(self) -> None:
        """Take the grant that is there."""
        self.coming = None

    @property
    def bounded(self) -> bool:
        """Whether there is a rate at all."""
        return bool(self._buckets)

    @property
    def waits(self) -> bool:
        """Whether a grant was asked for that is still to come."""
        return self.coming is not None and not self.coming.done()

    async def _granted(self) -> None:
        for bucket in self._buckets:
            await bucket.acquire()
        self._wake()


def _bucket(rate: Rate) -> AsyncLimiter:
    apart = (rate.period + JOURNEY) / rate.count
    return AsyncLimiter(rate.burst, rate.burst * apart.total_seconds())
