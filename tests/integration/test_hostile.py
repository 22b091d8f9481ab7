"""Feeds that mean harm cost themselves alone: nobody else waits, nothing grows, nothing of theirs acts."""

import asyncio
from pathlib import Path

from tests.hostile_cases import CASES
from tests.hostile_poll import besieged, faults, overruns, poll


def test_one_poll_of_hostile_feeds(tmp_path: Path) -> None:
    async def siege() -> None:
        async with besieged(tmp_path, CASES) as (started, server, outcome):
            await poll(started, server, outcome)
        print(outcome)
        assert faults(outcome, CASES) == []
        assert overruns(outcome) == []

    asyncio.run(siege())
