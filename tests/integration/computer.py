"""A computer in this process, on a clock of ours, that may lose its power or be stopped at any moment.

Apart from `far_ends`, to which its wires lead. One event loop's time moves only when every task waits, and what
goes to threads is done at once, so the same choices give the same run; the database is a real file.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlmodel import Session

from briefing import app
from briefing.service import Service
from briefing.store.engine import Store
from tests.integration.world import NOON

T = TypeVar("T")


class PowerCut(KeyboardInterrupt):
    """The process is no more: it passes through every `except Exception`, and through the loop."""


class Stopped(KeyboardInterrupt):
    """The process got a SIGSTOP between two turns of its loop."""


class Wrong(KeyboardInterrupt):
    """A far end saw what must not be; the service, which catches its own mistakes, must not catch this one."""


@contextmanager
def loud() -> Iterator[None]:
    """Let no complaint of the books be taken for a mistake of the service."""
    try:
        yield
    except AssertionError as wrong:
        raise Wrong(*wrong.args) from wrong


@dataclass(slots=True)
class Time:
    """The clock on the wall, which an operator may set, and the one that only ever goes on."""

    wall: datetime = NOON
    seconds: float = 0.0

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass(slots=True)
class Power:
    """What may end a process: a trap at the nth time that it comes by a point."""

    point: str = ""
    left: int = 0
    ends: type[BaseException] = PowerCut
    off: bool = False

    def set(self, point: str, left: int, ends: type[BaseException] = PowerCut) -> None:
        """Lay the trap."""
        self.point, self.left, self.ends = point, left, ends

    def come_by(self, point: str) -> None:
        """Go into the trap, if it lies here; without power nothing goes on anyway."""
        if self.off:
            raise PowerCut
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                self.point = ""
                self.off = self.ends is PowerCut
                raise self.ends


class Loop(asyncio.BaseEventLoop):
    """An event loop whose time passes when all its tasks wait; work for threads is done at once, in its place."""

    def __init__(self, time: Time, power: Power) -> None:
        super().__init__()
        self._clock, self._power = time, power
        self._selector = SimpleNamespace(select=self._wait)

    def time(self) -> float:
        return self._clock.seconds

    def _wait(self, timeout: float | None) -> list[Any]:
        self._power.come_by("turn")
        assert timeout is not None, "everything waits, and nothing will ever happen"
        self._clock.pass_by(timeout)
        return []

    def _process_events(self, events: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def run_in_executor(self, executor: object, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits
            future.set_exception(error)
        return future


class Thread:
    """A thread that is never needed: what it is to do is done `at_once`."""

    def __init__(self, **_: object) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""


def at_once(_calls: object, work: Callable[[], T]) -> "asyncio.Future[T]":
    """Do what a thread is asked to do, in its place."""
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    try:
        answer.set_result(work())
    except Exception as error:  # noqa: BLE001 - handed to whoever awaits
        answer.set_exception(error)
    return answer


class Disk(Store):
    """The database file, with traps around its commits; without power nothing is written any more."""

    power = Power()

    @contextmanager
    def _session(self, mode: str) -> Iterator[Session]:
        self.power.come_by("begin")
        with super()._session(mode) as session:
            yield session
            if mode == "write":
                self.power.come_by("before commit")
        if mode == "write":
            self.power.come_by("after commit")

    def transactions(self) -> Any:
        return Anew(self)


@dataclass(frozen=True, slots=True)
class Anew:
    """Opens transactions of a disk, each on a connection of its own: who loses power closes none."""

    disk: Disk

    def __call__(self) -> AbstractContextManager[Session]:
        return self.disk.transaction()

    def close(self) -> None:
        """Hold nothing."""


@dataclass(eq=False)
class Process:
    """One life of the service: a loop, the service in it, and perhaps work that a SIGSTOP interrupted."""

    disk: Disk
    time: Time
    power: Power = field(default_factory=Power)
    work: "asyncio.Task[Any] | None" = None

    def __post_init__(self) -> None:
        self.loop = Loop(self.time, self.power)
        self.alarms: list[Mapping[str, Any]] = []
        self.loop.set_exception_handler(lambda _, context: self.alarms.append(context))

    def start(self, setting: app.Setting, *, first: bool) -> None:
        """Start the service; `first` claims back what a dead process held, as on SQLite."""
        self.context: AbstractAsyncContextManager[Service] = app.service(setting, self.disk, first=first)
        self.service: Service = self.run(self.context.__aenter__())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let it work until that is done, or until PowerCut or Stopped ends it."""
        self.disk.power = self.power
        self.work = self.loop.create_task(work)
        return self.resume()

    def resume(self) -> Any:
        """Go on where a SIGSTOP interrupted."""
        assert self.work is not None
        self.disk.power = self.power
        try:
            return self.loop.run_until_complete(self.work)
        except Wrong as wrong:
            raise AssertionError(*wrong.args) from wrong

    def stop(self) -> None:
        """Stop in order."""
        self.run(self._leave())

    async def _leave(self) -> None:
        await self.context.__aexit__(None, None, None)

    def end(self) -> None:
        """Clear away what is left of it, which writes nothing any more."""
        self.power.point, self.power.off = "", True
        self.disk.power = self.power
        while tasks := asyncio.all_tasks(self.loop):
            for task in tasks:
                task.cancel()
            self.power.off = False  # for the loop's turns; no task of a dead process begins a transaction
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()
