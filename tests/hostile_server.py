"""A server that says whatever a case wants, well-formed or not, on as many loopback addresses as there are cases.

It runs in a process of its own, so that a test measures the time and the memory of the service and not its; whatever a
case is made of must be fit to be pickled. A second port is the canary: nobody ever has a reason to knock there.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from threading import Thread

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
    """Serves from the moment it is made until its process ends; what it is given may change at any time."""

    def __init__(self) -> None:
        self._cases: dict[str, Case] = {}
        self._canary: list[str] = []
        self._ports: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, name="hostile", daemon=True).start()
        self._canary_port = self._listening("127.0.0.1", self._tell)

    def pid(self) -> int:
        """Return the id of the process it runs in."""
        return os.getpid()

    def put(self, cases: Mapping[str, Case]) -> None:
        """Serve these, each at its address, instead of what was there; `{canary}` in them becomes the canary's port."""
        port = str(self._canary_port).encode()
        self._cases |= {name: _pointed(case, port) for name, case in cases.items()}

    def canary(self) -> list[str]:
        """Return what was asked of the canary."""
        return self._canary

    def address(self, name: str) -> str:
        """Return the URL of a case; each has a host to itself where the system lends more than one."""
        if name in self._ports:
            raise ValueError(f"{name} has its address")
        host = f"127.0.0.{2 + len(self._ports) % 250}" if sys.platform == "linux" else "127.0.0.1"
        self._ports[name] = self._listening(host, self._serve)
        return f"http://{host}:{self._ports[name]}/{name}"

    def _listening(self, host: str, serve: Callable[[str], Case | None]) -> int:
        return asyncio.run_coroutine_threadsafe(_listen(host, serve), self._loop).result()

    def _serve(self, path: str) -> Case | None:
        return self._cases.get(path.strip("/"), Case(b"not here", content_type="text/plain", status=404))

    def _tell(self, path: str) -> None:
        self._canary.append(path)


class _Elsewhere(BaseManager):
    """A process of its own, in which servers are made."""

    server: Callable[[], HostileServer]


_Elsewhere.register("server", HostileServer)


@contextmanager
def hostile_server() -> Iterator[HostileServer]:
    """Run a server in a fresh process; what is given here passes every call on to it."""
    with _Elsewhere(ctx=get_context("spawn")) as elsewhere:
        yield elsewhere.server()


def _pointed(case: Case, canary: bytes) -> Case:
    answer = case.wire
    if answer is None:
        return replace(case, body=case.body.replace(b"{canary}", canary))
    wire = answer
    return replace(case, wire=lambda: (p.replace(b"{canary}", canary) if isinstance(p, bytes) else p for p in wire()))


async def _listen(host: str, serve: Callable[[str], Case | None]) -> int:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(reader, writer, serve)
        except _HANG_UP:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, 0)
    return int(server.sockets[0].getsockname()[1])


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
