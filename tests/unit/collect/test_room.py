"""How many bytes of documents lie in memory at once: large ones wait for room, small ones for nothing but room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from briefing.collect.room import SMALL, Room

LARGE = 4 * SMALL


class Documents:
    """Documents that take room when told to, and stay until told to go."""

    def __init__(self, room: Room) -> None:
        self.room, self.inside, self.gone = room, list[str](), dict[str, asyncio.Event]()
        self.tasks = list[asyncio.Task[None]]()

    async def come(self, name: str, wanted: int, kept: int | None = None) -> asyncio.Task[None]:
        self.gone[name] = asyncio.Event()
        self.tasks.append(asyncio.create_task(self._stay(name, wanted, kept)))
        await self.settle()
        return self.tasks[-1]

    async def go(self, name: str) -> None:
        self.gone[name].set()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def _stay(self, name: str, wanted: int, kept: int | None) -> None:
        async with self.room.place() as place:
            await place.take(wanted)
            if kept is not None:
                place.keep(kept)
            self.inside.append(name)
            await self.gone[name].wait()
        self.inside.remove(name)


def played(size: int, story: Callable[[Documents], Awaitable[None]]) -> None:
    @asynccontextmanager
    async def documents() -> AsyncIterator[Documents]:
        made = Documents(Room(size))
        yield made
        for task in made.tasks:
            task.cancel()
        await asyncio.gather(*made.tasks, return_exceptions=True)

    async def run() -> None:
        async with documents() as made:
            await story(made)

    asyncio.run(run())


def test_what_finds_no_room_waits_in_its_order() -> None:
    async def story(here: Documents) -> None:
        for name in "abcd":
            await here.come(name, LARGE)
        assert here.inside == ["a", "b"]
        await here.go("b")
        assert here.inside == ["a", "c"]
        await here.go("a")
        assert here.inside == ["c", "d"]

    played(2 * LARGE, story)


def test_a_document_that_turned_out_smaller_makes_room() -> None:
    async def story(here: Documents) -> None:
        await here.come("a", LARGE, kept=SMALL)
        await here.come("b", LARGE)
        assert here.inside == ["a", "b"]

    played(LARGE + SMALL, story)


def test_a_small_one_passes_by_a_large_one_that_waits() -> None:
    async def story(here: Documents) -> None:
        for name in "ab":
            await here.come(name, LARGE)
        await here.come("c", SMALL)
        assert here.inside == ["a", "c"]
        await here.come("d", SMALL)
        assert here.inside == ["a", "c"]
        await here.go("c")
        assert here.inside == ["a", "d"]

    played(LARGE + SMALL, story)


def test_one_that_gives_up_waiting_takes_nothing_along() -> None:
    async def story(here: Documents) -> None:
        await here.come("a", LARGE)
        (await here.come("b", LARGE)).cancel()
        await here.come("c", LARGE)
        await here.go("a")
        assert here.inside == ["c"]

    played(LARGE, story)


def test_what_is_larger_than_all_room_comes_in_alone() -> None:
    async def story(here: Documents) -> None:
        await here.come("a", 10 * LARGE)
        await here.come("b", 1)
        assert here.inside == ["a"]
        await here.go("a")
        assert here.inside == ["b"]

    played(LARGE, story)


@pytest.mark.parametrize("size", [0, 1, SMALL, LARGE])
def test_all_that_was_taken_is_given_back(size: int) -> None:
    async def story(here: Documents) -> None:
        for name in "abc":
            await here.come(name, size)
            await here.go(name)
        await here.come("all", LARGE)
        assert here.inside == ["all"]

    played(LARGE, story)
