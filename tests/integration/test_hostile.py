"""Feeds that mean harm cost themselves alone: nobody else waits, nothing grows, nothing of theirs acts."""

import random
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from briefing.detect.promises import announcements
from tests import mutations
from tests.hostile_cases import CASES, PROMISES
from tests.hostile_poll import Outcome, siege
from tests.hostile_server import Case
from tests.integration.loopback import fetch_wire

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measured by /proc")
MOST_PROMISES = 12
TRIES = 5


def tried(folder: Path, cases: Mapping[str, Case]) -> tuple[Outcome, list[str], int]:
    """Poll the cases up to five times: beside other tests one poll may take longer than it needs."""
    for number in range(TRIES):
        (folder / str(number)).mkdir()
        found = siege(folder / str(number), cases)
        if not found[1]:
            break
    return found


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_one_poll_of_hostile_feeds_and_the_issue_about_them(tmp_path: Path) -> None:
    outcome, wrong, mails = tried(tmp_path, CASES)

    assert (wrong, mails) == ([], 1), outcome
    print(outcome)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_one_poll_of_feeds_that_are_broken_by_chance(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    outcome, wrong, _ = tried(tmp_path, mutations.cases(seed, mutations.own(), 30))

    print(outcome)
    assert wrong == [], f"seed {seed}: {outcome}"


def test_interim_answers_without_end_are_hung_up_on() -> None:
    outcome = fetch_wire(b"HTTP/1.1 100 Continue\r\n\r\n" * 17 + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
    assert "not HTTP as we can read it" in repr(outcome)


def test_a_few_interim_answers_are_read_past() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 16
    outcome = fetch_wire(early + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
    assert type(outcome).__name__ == "Fetched"


def test_an_item_opens_a_few_promises_however_many_it_makes() -> None:
    assert len(announcements(PROMISES, "Part 1")) <= MOST_PROMISES
