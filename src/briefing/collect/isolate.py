"""Reads hostile bytes in children that can be killed, so that no document can stop the service.

Apart from `child`, which is what they run. A thread would not do: a regular expression inside feedparser holds the
interpreter's lock, and the event loop of the same process stands still with it.

Children are forked by a small server process that was started clean (no threads, no open connections, nothing of the
service) and has read the parsers once, so that a new child costs milliseconds. A child that overruns its time, counted
from when it begins, is killed and replaced; one that a document left large ends before it reads another.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from multiprocessing.context import ForkServerContext, ForkServerProcess
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from briefing.collect import child
from briefing.errors import ParseError
from briefing.model import Fetched, Page, ParsedFeed

if TYPE_CHECKING:
    from briefing.collect.opml import Outline

_PRELOADED = ["pebble", "trafilatura", "briefing.collect.parse", "briefing.collect.fulltext", "briefing.collect.child"]
_TASKS = child.Stint(500)
_START = 30.0  # seconds for the first child to stand
_MAIN = Lock()
_Value = TypeVar("_Value")


class Isolate:
    """Async context manager: a few killable children with limits on memory (bytes) and on each document's seconds."""

    def __init__(self, *, workers: int = 2, seconds: float = 10, memory: int = 512 * 2**20) -> None:
        self._workers, self._seconds, self._memory = workers, seconds, memory
        self._pool: ProcessPool | None = None
        self._mending = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._pool = await asyncio.to_thread(self._started)
        return self

    async def __aexit__(self, *_: object) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(_stop, pool)

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        """Return what a feed document holds; ParseError if it is no feed, or takes too long or too much."""
        return await self._run(child.feed, fetched)

    async def page(self, fetched: Fetched) -> Page:
        """Return what a web page says; ParseError if it is no page, or takes too long or too much."""
        return await self._run(child.page, fetched)

    async def outlines(self, fetched: Fetched) -> "tuple[Outline, ...]":
        """Return the feeds that an OPML document names; ParseError if it is none, or takes too long or too much."""
        return await self._run(child.outlines, fetched)

    async def _run(self, work: Callable[[Fetched], _Value], fetched: Fetched) -> _Value:
        pool = self._pool
        try:
            return await self._result(pool, work, fetched)
        except BrokenProcessPool:
            await self._mend(pool)
        try:
            return await self._result(self._pool, work, fetched)
        except BrokenProcessPool as error:
            raise ParseError("no process could be started to read it") from error

    async def _result(self, pool: ProcessPool | None, work: Callable[[Fetched], _Value], fetched: Fetched) -> _Value:
        if pool is None:
            raise BrokenProcessPool("not entered, or left")
        try:
            future = pool.schedule(work, args=(fetched,), timeout=self._seconds)
        except RuntimeError as error:  # a pool that lost all its children at once stays closed
            raise BrokenProcessPool(str(error)) from error
        try:
            result: _Value = await asyncio.wrap_future(future)
        except ParseError as error:
            raise ParseError(str(error)) from None  # without the child's traceback
        except TimeoutError as error:
            raise ParseError(f"reading it took longer than {self._seconds:g} seconds") from error
        except ProcessExpired as error:
            raise ParseError("reading it crashed the parser") from error
        return result

    async def _mend(self, broken: ProcessPool | None) -> None:
        async with self._mending:
            if self._pool is broken and broken is not None:
                await asyncio.to_thread(_stop, broken)
                self._pool = await asyncio.to_thread(self._started)

    def _started(self) -> ProcessPool:
        context = _Context()
        context.set_forkserver_preload(_PRELOADED)
        pool = ProcessPool(
            max_workers=self._workers,
            max_tasks=_TASKS,
            initializer=child.limit,
            initargs=(self._memory,),
            context=context,
        )
        try:
            pool.schedule(child.ready).result(_START)
        except BaseException:
            _stop(pool)
            raise
        return pool


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Let multiprocessing believe that we run as `python -m`: then children do not run our main module again."""
    main = sys.modules["__main__"]
    with _MAIN:
        spec, main.__spec__ = main.__spec__, ModuleSpec("briefing.__main__", None)
        try:
            yield
        finally:
            main.__spec__ = spec


class _Child(ForkServerProcess):
    """A child that starts without the service's main module."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name is multiprocessing's
        with _nameless_main():
            return ForkServerProcess._Popen(process_obj)  # noqa: SLF001 - there is no other hook


class _Context(ForkServerContext):
    """The context of multiprocessing whose processes are ours."""

    Process = _Child
