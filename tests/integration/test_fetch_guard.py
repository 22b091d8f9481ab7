"""No spelling, redirect or name server makes a guarded request dial inwards: counted where sockets are connected.

The socket layer is faked, so that nothing but loopback can be dialled even where the guard would fail: connecting to
PUBLIC reaches a loopback server that stands in for it, connecting to anything else is recorded and refused.
"""

import asyncio
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from briefing import dial
from briefing.collect.fetch import Fetcher
from briefing.model import Failed, Fetched, FetchOutcome, Request
from tests.integration.loopback import NOW, page, redirect, serving

PUBLIC = "93.184.215.14"

LOOPBACK = {
    "plain": "127.0.0.1",
    "another of its network": "127.1.2.3",
    "two parts": "127.1",
    "three parts": "127.0.1",
    "one number": "2130706433",
    "one hex number": "0x7f000001",
    "one hex number in capitals": "0X7F000001",
    "one octal number": "017700000001",
    "hex parts": "0x7f.0x0.0x0.0x1",
    "one hex part": "0x7f.1",
    "octal parts": "0177.0.0.01",
    "octal with many zeros": "0000177.0.0.1",
    "mixed parts": "0x7f.0.0.01",
    "with a final dot": "127.0.0.1.",
    "with two final dots": "127.0.0.1..",
    "short with a final dot": "127.1.",
    "zero": "0",
    "zeros": "0.0.0.0",
    "zero in hex": "0x0",
    "full-width digits": "１２７.0.0.1",
    "ideographic full stops": "127。0。0。1",
    "half-width full stops": "127｡0｡0｡1",
    "circled digits": "①②⑦.⓪.⓪.①",
    "percent-encoded": "%31%32%37.0.0.1",
    "percent-encoded dot": "127%2e0.0.1",
    "a NUL after it": "127.0.0.1%00.example.org",
    "localhost": "localhost",
    "localhost in capitals": "LOCALHOST",
    "localhost with a dot": "localhost.",
    "below localhost": "feed.localhost",
    "v6": "[::1]",
    "v6 in full": "[0:0:0:0:0:0:0:1]",
    "v6 with zeros": "[0000::0001]",
    "v6 unspecified": "[::]",
    "v6 with a scope": "[::1%25lo]",
    "v4-mapped": "[::ffff:127.0.0.1]",
    "v4-mapped in hex": "[::ffff:7f00:1]",
    "v4-mapped in capitals": "[::FFFF:7F00:0001]",
    "v4-mapped in full": "[0:0:0:0:0:ffff:7f00:1]",
    "v4-compatible": "[::127.0.0.1]",
    "v4-translated": "[::ffff:0:127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "local NAT64": "[64:ff9b:1::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "Teredo": "[2001:0:808:808::80ff:fffe]",
}
INWARDS = {
    "private ten": "10.0.0.1",
    "private ten, short": "10.1",
    "private ten, number": "167772161",
    "private ten, octal": "012.0.0.1",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "private 192, hex": "0xc0a80101",
    "metadata": "169.254.169.254",
    "metadata, number": "2852039166",
    "metadata, octal": "0251.0376.0251.0376",
    "metadata, mapped": "[::ffff:169.254.169.254]",
    "metadata, v6": "[fd00:ec2::254]",
    "metadata on a protocol address": "192.0.0.192",
    "metadata on a public address": "168.63.129.16",
    "carrier": "100.64.0.1",
    "benchmarks": "198.18.0.1",
    "documentation": "192.0.2.1",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "ULA": "[fd12:3456::1]",
    "link-local v6": "[fe80::1]",
    "site-local": "[fec0::1]",
    "multicast v6": "[ff02::1]",
    "SRv6": "[5f00::1]",
    "discard": "[100::1]",
}
SPELLINGS = LOOPBACK | INWARDS


class Phonebook(AbstractResolver):
    """A name server of our own; a name it does not list is read as a number or not at all, as the system would."""

    def __init__(self, listed: dict[str, list[list[str]]]) -> None:
        self.listed = listed
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self.listed.get(host)
        if answers is None:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            return [_entry(host, str(info[4][0]), port) for info in found]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_entry(host, ip, port) for ip in answer]

    async def close(self) -> None:
        pass


def _entry(host: str, ip: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0)


@dataclass
class Sockets:
    """What was dialled, and where the server stands that plays PUBLIC."""

    dialled: list[str] = field(default_factory=list)
    stand_in: int = 0


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Sockets:
    layer = Sockets()
    real = BaseSelectorEventLoop.sock_connect

    async def connect(self: BaseSelectorEventLoop, sock: socket.socket, address: Any) -> None:
        layer.dialled.append(address[0])
        if address[0] != PUBLIC or not layer.stand_in:
            raise ConnectionRefusedError
        await real(self, sock, ("127.0.0.1", layer.stand_in))

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", connect)
    return layer


def guarded(names: dict[str, list[list[str]]] | None = None, **more: Any) -> Fetcher:
    book = {"localhost": [["127.0.0.1"]], "feed.localhost": [["::1"]], "localhost.": [["127.0.0.1"]]}
    return Fetcher(spacing=timedelta(0), names=Phonebook(book | (names or {})), **more)


async def get(way_out: AbstractAsyncContextManager[Fetcher], *urls: str, private: bool = False) -> list[FetchOutcome]:
    async with way_out as fetcher:
        return [await fetcher.get(Request(url, allow_private=private), now=NOW) for url in urls]


@pytest.mark.parametrize("host", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_no_spelling_of_an_inner_address_is_dialled(sockets: Sockets, host: str) -> None:
    [outcome] = asyncio.run(get(guarded(), f"http://{host}:8080/feed"))
    assert isinstance(outcome, Failed)
    assert sockets.dialled == []


def test_most_of_the_spellings_would_be_dialled_without_the_guard(sockets: Sockets) -> None:
    urls = [f"http://{host}:8080/feed" for host in SPELLINGS.values()]
    asyncio.run(get(guarded(), *urls, private=True))
    # The rest are no address to the HTTP library either; this is the control that the table tests something.
    assert len(sockets.dialled) >= 45


def test_no_redirect_leads_inwards(sockets: Sockets) -> None:
    async def exchange() -> None:
        hops = {f"/{n}": redirect(301, f"http://{host}:8080/") for n, host in enumerate(SPELLINGS.values())}
        async with serving({**hops}) as site:
            sockets.stand_in = site.port
            outcomes = await get(guarded({"public.example": [[PUBLIC]]}), *(f"http://public.example{p}" for p in hops))
        assert {type(outcome) for outcome in outcomes} == {Failed}
        assert site.paths == list(hops)
        assert set(sockets.dialled) == {PUBLIC}

    asyncio.run(exchange())


def test_a_public_address_is_dialled(sockets: Sockets) -> None:
    async def exchange() -> None:
        async with serving({"/feed": page()}) as site:
            sockets.stand_in = site.port
            [outcome] = await get(guarded({"public.example": [[PUBLIC]]}), "http://public.example/feed")
            assert isinstance(outcome, Fetched)
            assert site.asked[0].headers["Host"] == "public.example"

    asyncio.run(exchange())


@pytest.mark.parametrize(
    "answer",
    [["10.0.0.1"], ["127.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], [PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC]],
    ids=", ".join,
)
def test_a_name_is_refused_if_any_of_its_addresses_is(sockets: Sockets, answer: list[str]) -> None:
    [outcome] = asyncio.run(get(guarded({"sly.example": [answer]}), "http://sly.example/feed"))
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("this address may not be dialled")
    assert sockets.dialled == []


def test_a_name_that_changes_its_mind_is_asked_once_and_dialled_as_it_was_judged(sockets: Sockets) -> None:
    names = Phonebook({"sly.example": [[PUBLIC], ["127.0.0.1"]]})
    asyncio.run(get(Fetcher(names=names), "http://sly.example/feed"))
    assert names.asked == ["sly.example"]
    assert sockets.dialled == [PUBLIC]


def test_a_name_that_changed_its_mind_is_refused(sockets: Sockets) -> None:
    book = {"sly.example": [[PUBLIC], ["127.0.0.1"]]}
    outcomes = [asyncio.run(get(guarded(book), "http://sly.example/feed"))[0] for _ in range(2)]
    assert outcomes == [
        Failed("the connection was refused"),
        Failed("this address may not be dialled: 127.0.0.1 is a loopback address"),
    ]
    assert sockets.dialled == [PUBLIC]


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_socket_is_not_opened_for_an_inner_address_whoever_asks(ip: str) -> None:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with pytest.raises(dial.AddressRefusedError):
        dial.open_socket((family, socket.SOCK_STREAM, 0, "", (ip, 80)))


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8000])
def test_a_port_that_is_no_web_port_is_not_dialled(sockets: Sockets, port: int) -> None:
    [outcome] = asyncio.run(get(guarded(), f"http://{PUBLIC}:{port}/feed"))
    assert outcome == Failed(f"this address may not be dialled: port {port} is not a web port (80, 443, 8080, 8443)")
    assert sockets.dialled == []


def loopback(exchange: Callable[[int], AbstractAsyncContextManager[Fetcher]]) -> tuple[list[FetchOutcome], int]:
    """Ask a real loopback server by four spellings; return outcomes and how many requests arrived."""

    async def ask() -> tuple[list[FetchOutcome], int]:
        async with serving({"/feed": page()}) as site:
            hosts = ("127.0.0.1", "localhost", "127.0.0.1.", "[::ffff:127.0.0.1]")
            return await get(exchange(site.port), *(site.url(host=host) for host in hosts)), len(site.asked)

    return asyncio.run(ask())


def test_a_real_loopback_server_sees_no_guarded_request() -> None:
    outcomes, arrived = loopback(lambda port: Fetcher(spacing=timedelta(0), ports={port}))
    assert {type(outcome) for outcome in outcomes} == {Failed}
    assert arrived == 0


def test_a_connection_opened_for_a_private_feed_is_not_used_for_a_guarded_one() -> None:
    async def exchange() -> None:
        async with serving({"/feed": page()}) as site, Fetcher(spacing=timedelta(0), ports={site.port}) as way_out:
            private = await way_out.get(Request(site.url(), allow_private=True), now=NOW)
            public = await way_out.get(Request(site.url()), now=NOW)
            assert (type(private), type(public)) == (Fetched, Failed)
            assert len(site.asked) == 1

    asyncio.run(exchange())


def test_what_is_allowed_to_be_private_still_speaks_http_alone(sockets: Sockets) -> None:
    urls = ["file:///etc/passwd", "ftp://127.0.0.1/", "unix:///run/x.sock", "http+unix://%2Frun%2Fx.sock/"]
    outcomes = asyncio.run(get(guarded(), *urls, private=True))
    assert {type(outcome) for outcome in outcomes} == {Failed}
    assert sockets.dialled == []
