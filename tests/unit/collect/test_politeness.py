"""Turns at a host: what is remembered of hosts does not grow for ever."""

import asyncio
from datetime import timedelta

import pytest

from briefing.collect import politeness
from briefing.collect.politeness import Politeness


def test_hosts_that_nobody_waits_for_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "_SWEEP_FROM", 10)

    async def visit() -> int:
        polite = Politeness(2, timedelta(0))
        async with polite.turn("busy.example"):
            for n in range(100):
                async with polite.turn(f"{n}.example"):
                    pass
            assert "busy.example" in polite._lanes
        return len(polite._lanes)

    assert asyncio.run(visit()) <= 11


def test_a_host_still_in_its_pause_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(politeness, "_SWEEP_FROM", 10)

    async def visit() -> int:
        polite = Politeness(2, timedelta(hours=1))
        for n in range(50):
            async with polite.turn(f"{n}.example"):
                pass
        return len(polite._lanes)

    assert asyncio.run(visit()) == 50


def test_turns_at_one_host_are_given_in_order() -> None:
    async def visit() -> list[int]:
        polite, order = Politeness(1, timedelta(0)), []

        async def enter(n: int) -> None:
            async with polite.turn("a.example"):
                order.append(n)
                await asyncio.sleep(0)

        await asyncio.gather(*(enter(n) for n in range(10)))
        return order

    assert asyncio.run(visit()) == list(range(10))
