"""Blocking calls in threads that a stopping process does not wait for.

A pool's threads are joined at exit: a name server or a mail server that keeps its answer for minutes would keep the
process as long, and a service manager grants ten seconds.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[[], T], *, name: str) -> T:
    """Return what `work` returns, run in a thread of its own; raise what it raises."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(finish: Callable[[], None]) -> None:
        if not answer.cancelled():
            finish()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits
            failed = error
            finish: Callable[[], None] = lambda: answer.set_exception(failed)  # noqa: E731
        else:
            finish = lambda: answer.set_result(result)  # noqa: E731
        with suppress(RuntimeError):  # the loop is gone: the process is stopping
            loop.call_soon_threadsafe(settle, finish)

    Thread(target=run, name=name, daemon=True).start()
    return await answer
