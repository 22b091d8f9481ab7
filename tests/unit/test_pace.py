"""How a channel's messages are spaced: on a clock of the loop's own, so that an hour takes no time."""

import asyncio
import selectors
from collections.abc import Sequence
from datetime import timedelta

import pytest

from briefing.model import Rate
from briefing.pace import Pace
from briefing.send.channels import CHANNELS

SECOND = timedelta(seconds=1)


class Leap(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to its next timer when there is nothing else to do."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Unblocking(self))

    def time(self) -> float:
        return self.now


class _Unblocking(selectors.DefaultSelector):
    def __init__(self, loop: Leap) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.now += max(timeout or 0, 1e-6)  # as any clock, it never stands still
        return super().select(0)


def sent(rates: Sequence[Rate], count: int) -> list[float]:
    """Return when so many messages went that were all due at once."""

    async def run() -> list[float]:
        pace, wake, times = Pace(rates), asyncio.Event(), list[float]()
        while len(times) < count:
            wake.clear()
            if pace.ready(wake.set):
                pace.spend()
                times.append(asyncio.get_running_loop().time())
            else:
                await wake.wait()
        return times

    with asyncio.Runner(loop_factory=Leap) as runner:
        return runner.run(run())


@pytest.mark.parametrize("name", CHANNELS)
def test_no_period_of_a_vendor_sees_more_than_it_bears_also_when_one_is_late(name: str) -> None:
    rates = CHANNELS[name].RATES
    times = sent(rates, 90)
    for rate in rates:
        within = rate.period + timedelta(seconds=0.09)  # the first was as much longer on its way
        for start in times:
            since = [time for time in times if start <= time < start + within.total_seconds()]
            assert len(since) <= rate.count + (rate.burst if rate.burst > 1 else 0)


def test_a_rate_is_used_up() -> None:
    assert sent([Rate(1, SECOND)], 3) == pytest.approx([0, 1.1, 2.2], abs=0.01)
    assert sent([Rate(20, 60 * SECOND), Rate(1, SECOND)], 3) == pytest.approx([0, 3.005, 6.01], abs=0.01)
    assert sent([], 3) == pytest.approx([0, 0, 0], abs=0.01)


def test_after_a_silence_a_burst_may_go_where_the_vendor_bears_one() -> None:
    times = sent(CHANNELS["ntfy"].RATES, 62)
    assert times[59] < 0.01
    assert times[60:] == pytest.approx([5.1, 10.2], abs=0.01)
