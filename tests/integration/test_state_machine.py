"""A world in which everything may happen at any time, and books that must agree with it.

STEPS is how many: 10,000 in CI (`make slow`), 100,000 in `make torture`. The same SEED plays the
same, so a failure is found again; Hypothesis shows the shortest way to it.
"""

import os
from pathlib import Path

import pytest

from tests.integration.machine import Place, play

STEPS, SEED = int(os.environ.get("STEPS", "2000")), int(os.environ.get("SEED", "1"))
A_FAILURE = max(900, STEPS // 10)  # seconds that it may take to be made short
pytestmark = [pytest.mark.slow, pytest.mark.timeout(A_FAILURE)]


def test_whatever_happens_the_books_agree(tmp_path: Path) -> None:
    with Place.in_memory(tmp_path) as place:
        play(place, steps=STEPS, seed=SEED)
    print(f"seed {SEED}: {place}")
    assert place.steps >= STEPS
    assert min(place.crashes, place.stops, place.taken, place.issues) > 0, place
