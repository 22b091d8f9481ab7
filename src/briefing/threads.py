"""Blocking calls in threads that a stopping process does not wait for.

A pool's threads are joined at exit: a name server or a mail server that keeps its answer for minutes would keep the
process as long, and a service manager grants ten seconds.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T], *, name: str) -> T:
    """Return what `work` returns, run in a thread of its own; raise what it raises."""
    calls: SimpleQueue[_Call | None] = SimpleQueue()
    Thread(target=_serve, args=(calls,), name=name, daemon=True).start()
    answer = _ask(calls, work)
    calls.put(None)
    result: T = await answer
    return result


class Hand:
    """One thread that is kept for many calls; the thread begins with the first of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._ended = False

    async def __call__(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, run in the thread after what it was given before; raise what it raises.

        What comes after its end has a thread of its own.
        """
        if self._ended:
            return await aside(work, name=self._name)
        if self._thread is None:
            self._thread = Thread(target=_serve, args=(self._calls,), name=self._name, daemon=True)
            self._thread.start()
        result: T = await _ask(self._calls, work)
        return result

    @property
    def begun(self) -> bool:
        """Whether it was ever called."""
        return self._thread is not None

    def end(self) -> None:
        """Let the thread end with what it was given."""
        self._ended = True
        self._calls.put(None)


_Call = tuple[Callable[[], Any], "asyncio.Future[Any]"]


def _ask(calls: "SimpleQueue[_Call | None]", work: Callable[[], Any]) -> "asyncio.Future[Any]":
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    calls.put((work, answer))
    return answer


def _serve(calls: "SimpleQueue[_Call | None]") -> None:
    while call := calls.get():
        work, answer = call
        try:
            result, failed = work(), None
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits
            result, failed = None, error
        with suppress(RuntimeError):  # the loop is gone: the process is stopping
            answer.get_loop().call_soon_threadsafe(_settle, answer, result, failed)
        del call, work, answer, result, failed  # a thread that waits holds nobody's message


def _settle(answer: "asyncio.Future[Any]", result: Any, failed: BaseException | None) -> None:
    if answer.cancelled():
        return
    if failed is None:
        answer.set_result(result)
    else:
        answer.set_exception(failed)
