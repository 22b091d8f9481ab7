"""What is let go of goes back to the system: measured in a fresh process, with and without being asked to."""

import platform
import subprocess
import sys

import pytest

MIB = 2**20
STORY = """
import resource
import sys
from pathlib import Path
from briefing import heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

if "ask" in sys.argv:
    heap.give_back()
before = resident()
for _ in range(3):
    bodies = [b"A" * (10 * 2**20)]  # freed as a whole, it makes glibc keep blocks as large from then on
    del bodies
    bodies = [b"A" * 2**20 for _ in range(15)]
    del bodies
print(resident() - before)
"""


def kept(*asked: str) -> int:
    """Return by how many bytes a process is larger after its large blocks are free."""
    done = subprocess.run([sys.executable, "-c", STORY, *asked], check=True, capture_output=True, timeout=30)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no other library is asked")
def test_large_blocks_that_are_free_do_not_stay() -> None:
    assert kept() > 10 * MIB  # or this proves nothing
    assert kept("ask") < 2 * MIB


def test_what_a_service_has_imported_is_not_looked_through_again() -> None:
    story = (
        "import gc; from briefing import app, heap; heap.settle(); print(len(gc.get_objects()), gc.get_freeze_count())"
    )
    done = subprocess.run([sys.executable, "-c", story], check=True, capture_output=True, timeout=30)
    left, apart = map(int, done.stdout.split())
    assert left < 1_000 < 100_000 < apart
