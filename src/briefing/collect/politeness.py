"""Keeps us a good guest: at most so many requests to one host at once, and a pause between their starts.

Apart from `cadence`, which decides when one feed is due: this is about feeds that share a server, whatever their dates.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

_SWEEP_FROM = 1_000


@dataclass(slots=True)
class _Lane:
    slots: asyncio.Semaphore
    next_at: float = 0.0  # on the loop's clock
    users: int = 0


class Politeness:
    """One lane per host; a lane is forgotten when nobody is in it and its pause is over."""

    def __init__(self, per_host: int, spacing: timedelta) -> None:
        self._per_host = per_host
        self._spacing = spacing.total_seconds()
        self._lanes: dict[str, _Lane] = {}
        self._sweep_at = _SWEEP_FROM

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until a request to this host may start, and hold its slot while the block runs."""
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.slots:
                await self._pause(lane)
                yield
        finally:
            lane.users -= 1

    async def _pause(self, lane: _Lane) -> None:
        now = asyncio.get_running_loop().time()
        start = max(now, lane.next_at)
        lane.next_at = start + self._spacing
        if start > now:
            await asyncio.sleep(start - now)

    def _lane(self, host: str) -> _Lane:
        if len(self._lanes) >= self._sweep_at:
            self._sweep()
        return self._lanes.setdefault(host, _Lane(asyncio.Semaphore(self._per_host)))

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        self._lanes = {host: lane for host, lane in self._lanes.items() if lane.users or lane.next_at > now}
        # Twice what is alive, so that sweeping costs a constant share of each request.
        self._sweep_at = max(_SWEEP_FROM, 2 * len(self._lanes))
