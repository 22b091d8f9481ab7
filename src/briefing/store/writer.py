"""The one writer thread, with group commit: what arrives while a transaction runs shares the next one.

Apart from `engine`, which knows transactions: this knows the event loop. Shells hand it functions of a session that
only read and write rows, so a batch that fails can be run again one by one and only the culprit sees its error.

What if we die here? Works that were not committed never happened, and whoever asked was not answered. A caller that is
cancelled does not undo its work. If the connection breaks in the middle of a commit, the batch may be run a second
time: works bear that, by keys and epochs.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, Self, TypeVar

from sqlmodel import Session

from briefing.errors import StoreClosedError
from briefing.store.engine import Store
from briefing.threads import Hand

A = TypeVar("A")
T = TypeVar("T")
Together = Callable[[Session, Sequence[Any]], Sequence[Any]]
BATCH = 64  # works in one transaction; bounds how long the first of them waits
COMPANY_SECONDS = 0.01  # that a work waits for others of its kind


class Writer:
    """Async context manager: runs works in commit order on one thread; a call returns once its work is committed."""

    def __init__(self, store: Store) -> None:
        self._transactions = store.transactions()
        self._thread = Hand("writer")
        self._waiting: list[tuple[_Work, asyncio.Future[Any]]] = []
        self._drain: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        self._closed = False

    async def __call__(self, work: Callable[[Session], T]) -> T:
        """Return what `work` returned, after its commit; raise what it raised, with nothing of it written."""
        result: T = await self._done(_Work(lambda session, _: [work(session)], None))
        return result

    async def together(self, work: Callable[[Session, Sequence[A]], Sequence[T]], one: A, *, of: int = 1) -> T:
        """Return what `work` returned for `one`; what waits for the same work at the same time is handed to it at once.

        `work` takes any number of such values and returns as many results, in their order. Where `of` so many may come,
        it waits a moment for a quarter of them: to commit for each alone would cost more than what is committed.
        """
        result: T = await self._done(_Work(work, one, of))
        return result

    async def _done(self, work: "_Work") -> Any:
        if self._closed:
            raise StoreClosedError("the service has ended")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        self._came.set()
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._run())
        return await future

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what was handed in, take no more, and stop the thread."""
        self._closed = True
        if self._drain is not None:
            await self._drain
        if self._thread.begun:
            await self._thread(self._transactions.close)
        self._thread.end()

    async def _run(self) -> None:
        while self._waiting:
            await self._company()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            works = [work for work, _ in batch]
            results = await self._thread(partial(self._commit, works))
            for (_, future), result in zip(batch, results, strict=True):
                if future.cancelled():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    async def _company(self) -> None:
        if not self._is_few():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(COMPANY_SECONDS):
                while self._is_few():
                    self._came.clear()
                    await self._came.wait()

    def _is_few(self) -> bool:
        return all(4 * len(self._waiting) < work.of for work, _ in self._waiting)

    def _commit(self, works: list["_Work"]) -> list[Any]:
        try:
            with self._transactions() as session:
                return [*_results(session, works)]
        except Exception as error:  # noqa: BLE001 - handed to whoever asked for the work
            if len(works) == 1:
                return [error]
        return [result for work in works for result in self._commit([work])]


class _Work(NamedTuple):
    run: Together
    one: Any
    of: int = 0  # how many more of it may come, itself included; 0: it waits for none


def _results(session: Session, works: Sequence[_Work]) -> Iterator[Any]:
    """Do works in their order, those that stand side by side and are the same at once."""
    for run, alike in groupby(works, key=lambda work: work.run):
        yield from run(session, [work.one for work in alike])
