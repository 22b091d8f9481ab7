"""Kill -9 and SIGSTOP while readers are mailed and channels of every kind told: what was under way may come twice.

KILLS is how many on each database: 30 in CI (`make kills`), 1,000 in `make torture`; a tenth of them at each point
of a conversation, and as many workers that sleep. SEED gives other moments.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from briefing.store.engine import Store
from tests.contract import postgres
from tests.e2e.loop import POINTS, Zygote, bed, freeze, kill_at, kill_while_helped, run

KILLS, SEED = int(os.environ.get("KILLS", "30")), int(os.environ.get("SEED", "1"))
PLACED = max(KILLS // 10, 1)
MANY = KILLS >= 100
READERS = 300 if MANY else 40  # where a kill has its place
A_LEASE = 5.0  # seconds, which a worker sleeps through
BOTH = pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if MANY else 300)]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as forking:
        yield forking


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return a server of our own: its clock is moved."""
    with postgres.running() as url, closing(Store(url)) as store:
        store.upgrade()
        yield url


def url(request: pytest.FixtureRequest, database: str) -> str:
    return request.getfixturevalue("server") if database == "postgres" else database


@BOTH
def test_kills_at_random_moments_lose_nothing(
    tmp_path: Path, request: pytest.FixtureRequest, zygote: Zygote, database: str
) -> None:
    toll = run(tmp_path, url(request, database), zygote, seed=SEED, kills=KILLS)
    print(f"{database}: {toll}")
    assert toll.kills == KILLS


@BOTH
def test_kills_of_a_service_and_its_helper_lose_nothing(
    tmp_path: Path, request: pytest.FixtureRequest, zygote: Zygote, database: str
) -> None:
    kills, deaths, rounds, copies = 0, 0, 0, 0
    while deaths < KILLS:
        place = tmp_path / str(rounds)
        with bed(place, url(request, database), zygote, connections=1 + rounds % 3) as made:
            kill_while_helped(made, Random(SEED + rounds), min(60, KILLS - deaths))
            made.finish()
            made.verdict()
        rounds, kills, deaths = rounds + 1, kills + made.kills, deaths + made.deaths
        copies += made.mail_repeats
    print(f"{database}: {kills} services and {deaths - kills} helpers killed, {copies} mails came twice")


@pytest.mark.parametrize("pace", [0.05, 20], ids=["a server at work", "one that does not answer"])
def test_a_stop_ends_the_helper_too_within_ten_seconds(tmp_path: Path, zygote: Zygote, pace: float) -> None:
    with bed(tmp_path, "sqlite", zygote, connections=3) as made:
        made.mail.pace = 0.02
        service = zygote.start(made.folder, made.database, much=2)
        made.wait_for_helper(0)
        made.wait_for(5)
        made.mail.pace = pace
        began = time.monotonic()
        assert zygote.stop(service) == 0
        assert time.monotonic() - began < 10
        assert not Path(f"/proc/{made.helpers()[-1]}").exists()
        assert made.mail_repeats == 0


@BOTH
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_one_point_of_the_conversation_makes_exactly_the_copies_it_must(
    tmp_path: Path, request: pytest.FixtureRequest, zygote: Zygote, database: str, point: str
) -> None:
    with bed(tmp_path, url(request, database), zygote, readers=READERS) as made:
        kill_at(made, point, Random(SEED), PLACED)
        print(f"{database}, {point}: {made.kills} kills, {made.mail_repeats} mails came twice")


@pytest.mark.postgres
def test_a_worker_that_slept_past_its_lease_writes_nothing(tmp_path: Path, server: str, zygote: Zygote) -> None:
    rng = Random(SEED)
    for number in range(PLACED):
        with bed(tmp_path / str(number), server, zygote, readers=READERS) as made:
            freeze(made, rng, lease=A_LEASE)
    print(f"{PLACED} workers slept: {PLACED} mails came twice, 0 writes under an old epoch")
