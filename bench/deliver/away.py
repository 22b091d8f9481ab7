"""The mail server is away for two hours with an issue queued: what is delivered when it is back, and how fast.

The clock is simulated, the server is a process of our own that notes for whom each message was.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.deliver import service, sinks
from briefing.model import Mail
from briefing.service import Service
from briefing.store import outbox

READERS, ALERTS = int(os.environ.get("AWAY", "10000")), 20
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
MINUTE, HOURS = timedelta(minutes=1), 2


def run(row: Callable[[str, float, float, float], None]) -> None:
    """Measure the usual rate, then the rate after two hours without a server; fail if a message is lost or doubled."""
    print(f"the mail server is away for {HOURS} h (simulated clock), {READERS:,} mails queued, {ALERTS} alerts come")
    with TemporaryDirectory() as folder:
        usual = asyncio.run(_usual(Path(folder) / "usual"))
        after, order = asyncio.run(_after(Path(folder) / "after"))
    counted = Counter(order)
    assert len(counted) == READERS + ALERTS, f"{READERS + ALERTS - len(counted)} were lost"
    assert set(counted.values()) == {1}, "some came twice"
    last = max(at for at, one in enumerate(order) if one.startswith("alert"))
    print(f"  all {len(order):,} delivered once; the last alert was message {last + 1}")
    print(f"  {usual:.0f} msg/s as usual, {after:.0f} msg/s afterwards")
    row("of the usual rate, afterwards", after, usual, 0.8)


async def _usual(log: Path) -> float:
    with sinks.sink(None, log=log) as port:
        return READERS / await service.mailed(port, READERS, 20)


async def _after(log: Path) -> tuple[float, list[str]]:
    now, port, seconds = [NOON], sinks.free_port(), 0.0
    async with service.due(port, READERS, alerts=ALERTS, connections=20, clock=lambda: now[0]) as running:
        for minute in range(HOURS * 60):
            now[0] += MINUTE
            if minute % 6 == 0:
                await _alert(running, minute // 6, now[0])
            await service.drain(running)
        with sinks.sink(None, port=port, log=log):
            while len(order := _noted(log)) < READERS + ALERTS and now[0] < NOON + timedelta(days=1):
                now[0] += MINUTE
                seconds += await service.drain(running)
    return READERS / seconds, order


def _noted(log: Path) -> list[str]:
    return log.read_text().split()


async def _alert(running: Service, number: int, now: datetime) -> None:
    mail = Mail("An alert", "Something happened.\n", "<p>Something happened.</p>\n")
    row = running._teller.letter(f"alert{number}@example.org", f"bench:{number}", mail, root="bench")  # noqa: SLF001
    await running._write(partial(outbox.enqueue, deliveries=[row], now=now))  # noqa: SLF001
