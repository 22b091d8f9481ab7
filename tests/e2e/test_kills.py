"""Kill -9 and SIGSTOP while 300 readers are mailed: nothing lost, and no more twice than what was under way.

A small dose on each database; `tests/torture` takes the large ones.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from briefing.store.engine import Store
from tests.contract import postgres
from tests.e2e.loop import POINTS, Zygote, bed, freeze, kill_at, run

pytestmark = pytest.mark.timeout(120)
KILLS, PLACED, FREEZES, FEW = 30, 3, 8, 40
Database = Callable[[], str]
BOTH = pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as forking:
        yield forking


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.running() as url, closing(Store(url)) as store:
        store.upgrade()
        yield url


def url(request: pytest.FixtureRequest, database: str) -> str:
    return request.getfixturevalue("server") if database == "postgres" else database


@BOTH
def test_kills_at_random_moments_lose_nothing(
    tmp_path: Path, request: pytest.FixtureRequest, zygote: Zygote, database: str
) -> None:
    assert run(tmp_path, url(request, database), zygote, seed=1, kills=KILLS).kills == KILLS


@BOTH
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_one_point_of_the_conversation_makes_exactly_the_copies_it_must(
    tmp_path: Path, request: pytest.FixtureRequest, zygote: Zygote, database: str, point: str
) -> None:
    with bed(tmp_path, url(request, database), zygote, readers=FEW) as made:
        kill_at(made, point, Random(1), PLACED)


@pytest.mark.postgres
def test_a_worker_that_slept_past_its_lease_writes_nothing(tmp_path: Path, server: str, zygote: Zygote) -> None:
    with bed(tmp_path, server, zygote, readers=2 * FEW) as made:
        freeze(made, Random(1), FREEZES)
