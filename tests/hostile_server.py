"""A server that says whatever a case wants, well-formed or not, on as many loopback addresses as there are cases.

It runs its own loop in its own thread, so that a test measures the service's loop and not this one; what it sends is
sent in small pieces and never copied whole, so that the memory measured is the service's too. A second port is the
canary: nobody ever has a reason to knock there.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from threading import Thread
from typing import Self

PIECE = 64 * 1024
RSS = "application/rss+xml; charset=utf-8"
Wire = Callable[[], Iterable[bytes | float]]
_HANG_UP = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)


@dataclass(frozen=True, slots=True)
class Case:
    """One answer, and what must come of it: so many items (at least, at most), or a failure in such words.

    `wire` stands for the whole answer where it is no proper HTTP: bytes to send, and numbers of seconds to wait.
    """

    body: bytes = field(default=b"", repr=False)
    items: tuple[int, int] = (0, 500)
    fails: str | None = None  # a pattern; None: a feed was read
    titles: tuple[str, ...] = ()  # exactly, in any order; empty: not asked
    content_type: str = RSS
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire | None = None

    def answer(self) -> Iterable[bytes | float]:
        """Return the pieces of the answer."""
        if self.wire:
            return self.wire()
        said = {"Content-Type": self.content_type, "Content-Length": str(len(self.body)), **self.headers}
        body = memoryview(self.body)
        pieces = (bytes(body[at : at + PIECE]) for at in range(0, len(body), PIECE))
        return chain([head(self.status, said)], pieces)


def head(status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """Write a status line and headers."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


class HostileServer:
    """Context manager; `cases` may change at any time. `address(name)` is where one is served."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.asked: list[str] = []
        self.canary: list[str] = []
        self.canary_port = 0
        self._ports: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = Thread(target=self._loop.run_forever, name="hostile", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.canary_port = asyncio.run_coroutine_threadsafe(self._listen("127.0.0.1", self._tell), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def address(self, name: str) -> str:
        """Return the URL of a case; each has a host to itself where the system lends more than one."""
        host = f"127.0.0.{2 + len(self._ports) % 250}" if sys.platform == "linux" else "127.0.0.1"
        if name not in self._ports:
            started = asyncio.run_coroutine_threadsafe(self._listen(host, self._serve), self._loop)
            self._ports[name] = started.result()
            return f"http://{host}:{self._ports[name]}/{name}"
        raise ValueError(f"{name} has its address")

    async def _listen(self, host: str, serve: Callable[[str], Case | None]) -> int:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await _converse(reader, writer, serve)
            except _HANG_UP:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(connected, host, 0)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _serve(self, path: str) -> Case | None:
        self.asked.append(path)
        return self.cases.get(path.strip("/"), Case(b"not here", content_type="text/plain", status=404))

    def _tell(self, path: str) -> None:
        self.canary.append(path)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, serve: Callable[[str], Case | None]
) -> None:
    asked = await reader.readuntil(b"\r\n\r\n")
    case = serve(asked.split(b" ", 2)[1].decode("latin-1"))
    for said in case.answer() if case else ():
        if isinstance(said, float):
            await asyncio.sleep(said)
        else:
            writer.write(said)
            await writer.drain()
