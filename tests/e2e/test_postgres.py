"""The demo's story on PostgreSQL: the same facts hold as on SQLite."""

import asyncio
from pathlib import Path

import pytest

from demo.scenario import play
from tests.contract import postgres


@pytest.mark.slow
@pytest.mark.postgres
def test_the_demos_story_holds_on_postgresql(tmp_path: Path) -> None:
    with postgres.running() as url:
        world = asyncio.run(play(tmp_path, lambda _: None, database=url))

    assert [words for words, holds in world.facts if not holds] == []
    assert len(world.facts) == 19
