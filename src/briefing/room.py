"""How many deliveries of a lane may be claimed: its connections, and a few ahead of them.

Apart from `relay`, which claims and sends. With one transaction for each message, the database would set the pace; so a
lane that goes fast is claimed in batches. A slow one is not: what is claimed waits for its turn, where neither a person
nor a withdrawal can reach it. What waits goes back unsent when the lane is held or the service stops.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

AHEAD_SECONDS = 1.0  # worth of work that may wait for its turn


class Room(Generic[T]):
    """The room in one lane, and in it what was claimed and waits for its turn."""

    def __init__(self, width: int, ahead: int = 0, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self.waiting = deque[T]()
        self.idle = width  # connections that do nothing: while there are any, nothing waits
        self.ended = 0  # deliveries that have left it
        self._width, self._ahead, self._seconds = width, ahead, seconds
        self._taken = 0
        self._asked, self._ended_then = seconds(), 0
        self._wanted = 0  # ahead, at the pace of the last time

    @property
    def empty(self) -> bool:
        """Whether nothing of the lane is under way or waits for its turn."""
        return self._taken == 0

    @property
    def roomy(self) -> bool:
        """Whether it is worth while to claim more."""
        return self._free() * 2 > self._wanted

    def free(self) -> int:
        """Return how many more may be claimed now; 0 while so few have left that it is not worth while."""
        self._pace()
        return self._free() if self.roomy else 0

    def take(self, number: int) -> None:
        """Note that so many were claimed."""
        self._taken += number

    def leave(self) -> None:
        """Note that one ended, or was given back."""
        self._taken -= 1
        self.ended += 1

    def _free(self) -> int:
        return self._width + self._wanted - self._taken

    def _pace(self) -> None:
        now, ended = self._seconds(), self.ended - self._ended_then
        if ended < self._width:  # too few to tell
            return
        pace = ended / max(now - self._asked, 1e-3)
        self._asked, self._ended_then = now, self.ended
        self._wanted = min(self._ahead, int(pace * AHEAD_SECONDS))
