"""What hostile input may cost: measured here from the outside, by the clock, by the loop and by /proc.

The tree is the service, the process that forks its children, and these. What each has to itself counts whole, what
several share counts once, in equal parts (PSS).
"""

import asyncio
import ctypes
import gc
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

MIB = 2**20
BEAT = 0.01
BLOCKED = 0.2  # seconds for which the event loop may stand still
GROWTH = 50 * MIB  # what the service itself may grow by at its peak, and the whole tree for good
CHILD = 512 * MIB  # what one child may write to, capped by the system
SETTLED = 1.0  # seconds after which what was used for a while is given back
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Cost:
    """What a stretch of work cost: seconds, and bytes beyond what was in use before."""

    blocked: float = 0.0
    before: int = 0
    peak: int = 0
    child: int = 0
    tree_before: int = 0
    tree_peak: int = 0
    tree_after: int = 0
    others: dict[int, int] = field(default_factory=dict)  # peak of each child
    waited: dict[str, float] = field(default_factory=dict)  # seconds, of each thread, a tenth of a second ago at most

    @property
    def grown(self) -> int:
        """By how much the service itself was larger at its largest."""
        return self.peak - self.before

    @property
    def kept(self) -> int:
        """By how much the service and all its children are larger after it."""
        return self.tree_after - self.tree_before

    def __str__(self) -> str:
        peak = self.tree_peak - self.tree_before
        return (
            f"event loop blocked {self.blocked * 1000:.0f} ms, service +{self.grown / MIB:.1f} MB at its peak, "
            f"largest child {self.child / MIB:.0f} MB, "
            f"whole tree +{peak / MIB:.1f} MB at its peak, {self.kept / MIB:+.1f} MB afterwards"
        )


@asynccontextmanager
async def measured(apart: int) -> AsyncIterator[Cost]:
    """Measure what the block costs; `apart` is the process of the far end, which is none of the service's."""
    _tidy()
    cost = Cost(before=_resident(os.getpid()), tree_before=_tree(apart))
    stop = Event()
    sampler = Thread(target=_sample, args=(cost, apart, stop), name="sampler", daemon=True)
    sampler.start()
    beating = asyncio.create_task(_beat(cost))
    try:
        yield cost
    finally:
        beating.cancel()
        await asyncio.sleep(SETTLED)
        stop.set()
        await asyncio.to_thread(sampler.join)
        cost.tree_after = _tree(apart)


def _tidy() -> None:
    """Give back what the test itself used and let go of, lest the service grow into it unseen."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


async def _beat(cost: Cost) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(BEAT)
        late = time.perf_counter() - before - BEAT
        if late <= cost.blocked:
            continue
        # Time for which the machine ran others, though we were ready, is no fault of the loop; nor is it when that
        # befell a thread of ours that the loop then had to wait for.
        lost = max((then - cost.waited.get(thread, then) for thread, then in _waited().items()), default=0.0)
        cost.blocked = max(cost.blocked, late - lost)


def _waited() -> dict[str, float]:
    """Return for how many seconds each thread of ours has been ready to run while the machine ran others."""
    found = {}
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError, IndexError):  # it ended meanwhile
            found[thread.name] = int((thread / "schedstat").read_text().split()[1]) / 1e9
    return found


def _sample(cost: Cost, apart: int, stop: Event) -> None:
    while not stop.wait(0.1):
        cost.waited = _waited()  # here and not in the loop, which would stand still for it: ten files are read
        cost.peak = max(cost.peak, _resident(os.getpid()))
        cost.child = max(cost.child, *(_resident(pid) for pid in _members(apart)[1:]), 0)
        cost.tree_peak = max(cost.tree_peak, _tree(apart))


def _tree(apart: int) -> int:
    return sum(_share(pid) for pid in _members(apart))


def _members(apart: int) -> Sequence[int]:
    """Return the ids of this process and of all below it but the one apart."""
    return [os.getpid(), *(pid for pid in descendants(os.getpid()) if pid != apart)]


def descendants(pid: int) -> Iterator[int]:
    """Give the ids of all processes below one."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in listed.read_text().split():
                yield int(child)
                yield from descendants(int(child))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0  # it ended


def _share(pid: int) -> int:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
