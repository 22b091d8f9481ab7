"""How many bytes of documents may lie in memory at once, being read or waiting for a child to read them.

Apart from `inflate`, which caps one document: many large ones at once would fill the memory all the same. Small ones
come in freely; one that grows beyond that takes room for the largest it may become, before it grows, so that no two
ever wait for each other with half a document each. What waits keeps its connection, and those are few.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

SMALL = 128 * 2**10  # bytes of a document for which none waits while it comes in
_SIZE = 64 * 2**20


class Room:
    """Bytes that are shared by all documents; of large ones, first come, first served."""

    def __init__(self, size: int = _SIZE) -> None:
        self._size = self._free = size
        self._turn = asyncio.Lock()
        self._given = asyncio.Event()

    @asynccontextmanager
    async def place(self) -> AsyncIterator["Place"]:
        """Give a document a place, which takes nothing yet; what it took is free once it is left."""
        place = Place(self)
        try:
            yield place
        finally:
            place.keep(0)

    async def take(self, wanted: int) -> int:
        """Wait for so many bytes, all there are where that is more; return how many were taken.

        Small documents pass by the large ones in the line, which may wait for one that comes in slowly.
        """
        least = min(wanted, self._size)
        async with nullcontext() if least <= SMALL else self._turn:
            while self._free < least:
                self._given.clear()
                await self._given.wait()
            self._free -= least
        return least

    def give(self, back: int) -> None:
        """Free bytes."""
        self._free += back
        self._given.set()


class Place:
    """One document's share of a room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    async def take(self, wanted: int) -> None:
        """Wait for room for so many bytes; once only, lest it wait for itself."""
        self.taken = self.taken or await self._room.take(wanted)

    def keep(self, size: int) -> None:
        """Give back what was taken beyond this size."""
        kept = min(self.taken, size)
        self._room.give(self.taken - kept)
        self.taken = kept
