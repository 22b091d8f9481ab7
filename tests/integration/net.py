"""A network of one public address: what the tests of the address guard dial, look up and are answered by.

The socket layer is faked, so that nothing but loopback can be dialled even where the guard would fail: connecting to
PUBLIC reaches a loopback server that stands in for it, connecting to anything else is recorded and refused.
"""

import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.blocked_addresses import HOME, NAMES, PUBLIC, SPELLINGS
from tests.integration.world import Feeds, World

FEEDS = {f"f{number}": spelling.url for number, spelling in enumerate(SPELLINGS.values())}
URLS = list(FEEDS.values())
CARRIED = [url for url in URLS if not set(url) & set("\0\r\n")]  # by a header, and by a feed
REDIRECTS = (301, 302, 303, 307, 308)
SITE = "version: 1\nsite: {from: a@example.org}\ndefaults: {poll: {spacing: 0s, per_host: 10, timeout: 5s}}\n"


Answering = Callable[[str], list[str]]
LITERALS = sorted({spelling.dials for spelling in SPELLINGS.values()} - {"", PUBLIC})
ANSWERS = {
    "alone": lambda ip: [ip],
    "after a public one": lambda ip: [PUBLIC, ip],
    "before a public one": lambda ip: [ip, PUBLIC],
}


@dataclass
class Net:
    """What was dialled, what name servers answer next, and where the server stands that plays PUBLIC."""

    dialled: list[str] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=lambda: {name: [ips] for name, ips in NAMES.items()})
    asked: list[str] = field(default_factory=list)
    stand_in: int = 0

    @contextmanager
    def faked(self) -> Iterator["Net"]:
        """Put this in the place of the system's sockets and names."""
        connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

        def connected(sock: socket.socket, target: Any) -> None:
            if sock.family == socket.AF_UNIX:
                return connect(sock, target)  # between us and our children
            self.dialled.append(target[0])
            if target[0] == PUBLIC and self.stand_in:
                return connect(sock, ("127.0.0.1", self.stand_in))
            raise ConnectionRefusedError

        def looked_up(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002
            if str(host).lower() in self.names:
                return [answered(ip, port) for ip in self._answer(host.lower())]
            # A number in any spelling the system knows; whatever is not listed has no address.
            return getaddrinfo(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket.socket, "connect", connected)
            patch.setattr(socket, "getaddrinfo", looked_up)
            yield self

    def _answer(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


async def poll(world: World, net: Net) -> dict[str, str]:
    net.stand_in = world.feeds.port
    with net.faked():
        return await world.poll()


@asynccontextmanager
async def public(net: Net) -> AsyncIterator[Feeds]:
    """Put up the server that plays PUBLIC."""
    async with Feeds() as feeds:
        net.stand_in = feeds.port
        yield feeds


def redirects(feeds: Feeds) -> dict[str, str]:
    """Put up a redirect to each spelling that a header can carry; return their addresses, by spelling."""
    led = {url: f"/r/{number}" for number, url in enumerate(CARRIED)}
    for number, (url, path) in enumerate(led.items()):
        feeds.put(path, b"", status=REDIRECTS[number % 5], headers={"Location": url}, validators=False)
    return {url: HOME + path for url, path in led.items()}


def feeds_yaml(feeds: Mapping[str, str], more: str = "") -> str:
    rows = "".join(f"  {name}: {{url: {json.dumps(url, ensure_ascii=False)}{more}}}\n" for name, url in feeds.items())
    return f"{SITE}feeds:\n{rows}"


def answered(ip: str, port: Any) -> tuple[Any, ...]:
    if ":" in ip:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "alias.example", (ip, port)
