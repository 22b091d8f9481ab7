"""When: a tick in UTC that asks what is due. What is due stands in the database, never in a scheduler.

APScheduler's interval trigger is right over every change of clocks; its cron trigger is not, and is not used.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from briefing.errors import StoreError

log = structlog.get_logger()
Tick = Callable[[], Awaitable[object]]


async def keep_time(ticks: list[tuple[str, float, Tick]], *, until: asyncio.Event) -> None:
    """Call each tick every so many seconds, first at once, never twice at the same time, until the event is set."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for name, seconds, tick in ticks:
        scheduler.add_job(
            _guarded(name, tick),
            IntervalTrigger(seconds=seconds, timezone=UTC),
            id=name,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
    for name, _, tick in ticks:
        await _guarded(name, tick)()
    scheduler.start()
    try:
        await until.wait()
    finally:
        scheduler.shutdown(wait=False)


def _guarded(name: str, tick: Tick) -> Tick:
    async def guarded() -> None:
        try:
            await tick()
        except StoreError as error:  # the database's trouble, which passes: its words say it all
            log.warning("tick.refused", tick=name, error=str(error))
        except Exception:
            # The scheduler's edge: whatever broke is logged, and asked again at the next tick.
            log.exception("tick.broke", tick=name)

    return guarded


def on_stop(stop: asyncio.Event) -> None:
    """Set the event on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
