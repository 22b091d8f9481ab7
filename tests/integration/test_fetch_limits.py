"""Where an exchange ends: caps on size and time, broken answers, turns at a host."""

import asyncio
import gzip
import ssl
import time
import tracemalloc
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from briefing.collect.fetch import Fetcher
from briefing.collect.room import SMALL, Room
from briefing.model import Failed, Fetched, FetchOutcome, Request
from tests.integration.loopback import FEED, NOW, Answer, fetch, fetch_wire, fetcher, get, page, redirect, serving, wire

TLS = Path(__file__).parents[1] / "data" / "tls"


async def nothing(_: asyncio.StreamWriter) -> None:
    """Say nothing and hang up."""


def test_a_bomb_stops_at_the_cap_soon_and_small() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    assert len(bomb) < 100_000
    cap = 2**20
    tracemalloc.start()
    started = time.perf_counter()
    outcome, _ = fetch({"/feed": page(bomb, Content_Encoding="gzip")}, max_bytes=cap)
    took, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome == Failed("larger than 1,048,576 bytes")
    assert took < 2
    assert peak < 4 * cap


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("br", "encoded as 'br'"), ("zstd", "encoded as 'zstd'"), ("gzip, gzip", "encoded more than once")],
)
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str, words: str) -> None:
    outcome, _ = fetch({"/feed": page(FEED, Content_Encoding=encoding)})
    assert isinstance(outcome, Failed)
    assert words in outcome.reason


def test_a_gzip_body_is_unpacked() -> None:
    outcome, _ = fetch({"/feed": page(gzip.compress(FEED), Content_Encoding="gzip")})
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED


def test_a_body_as_long_as_the_cap_is_taken_and_one_byte_more_is_not() -> None:
    taken, _ = fetch({"/feed": page(b"x" * 1000)}, max_bytes=1000)
    refused, _ = fetch({"/feed": page(b"x" * 1001)}, max_bytes=1000)
    assert isinstance(taken, Fetched)
    assert refused == Failed("larger than 1,000 bytes")


def field_of(size: int, name: str = "X") -> bytes:
    return name.encode() + b": " + b"h" * size + b"\r\n"


WIRE = {
    "nothing": (b"", "closed the connection without an answer"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP as we can read it"),
    "a body cut short": (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", "the body broke off"),
    "chunks cut short": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "the body broke off"),
    "chunks without sense": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "not HTTP as we"),
    "one huge header": (b"HTTP/1.1 200 OK\r\n" + field_of(200_000) + b"\r\n", "not HTTP as we can read it"),
    "a few large headers": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + field_of(25_000) * 3 + b"\r\n",
        "headers larger than 65,536 bytes",
    ),
    "a million headers": (b"HTTP/1.1 200 OK\r\n" + field_of(1) * 100_000, "not HTTP as we can read it"),
}


@pytest.mark.parametrize(("sent", "words"), WIRE.values(), ids=WIRE.keys())
def test_a_broken_answer_is_a_failure_in_words(sent: bytes, words: str) -> None:
    outcome = fetch_wire(sent)
    assert isinstance(outcome, Failed)
    assert words in outcome.reason


def test_a_secure_request_to_a_plain_server_fails_in_words() -> None:
    async def exchange() -> FetchOutcome:
        async with serving({"/feed": page()}) as site:
            return await get(Request(site.url().replace("http:", "https:")))

    assert asyncio.run(exchange()) == Failed("no secure connection could be agreed on")


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    async def exchange() -> FetchOutcome:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(TLS / "localhost.pem", TLS / "localhost.key")
        async with wire(nothing, tls=tls) as url:
            return await get(Request(url.replace("http://127.0.0.1", "https://localhost")))

    outcome = asyncio.run(exchange())
    assert isinstance(outcome, Failed)
    assert outcome.reason.startswith("the certificate was not accepted: self")


BAD_ADDRESSES = ["", "feed", "/etc/passwd", "file:///etc/passwd", "http://", "http://[", "http://a b/", "http://\0/"]


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_what_is_no_web_address_fails_and_never_raises(url: str) -> None:
    assert isinstance(asyncio.run(get(Request(url))), Failed)


DRIPS = {
    "in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    "in the headers": b"HTTP/1.1 200 OK\r\nX: ",
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n",
    "before the first byte": b"",
}


@pytest.mark.parametrize("start", DRIPS.values(), ids=DRIPS.keys())
def test_a_drip_ends_at_the_deadline(start: bytes) -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while start:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)
        await asyncio.sleep(5)

    async def exchange() -> None:
        async with wire(talk) as url, fetcher() as way_out:
            started = time.perf_counter()
            request = Request(url, allow_private=True, deadline=timedelta(seconds=0.2))
            outcome = await way_out.get(request, now=NOW)
            assert outcome == Failed("no complete answer within 0.2 s")
            assert 0.15 < time.perf_counter() - started < 0.7

    asyncio.run(exchange())


def test_the_deadline_spans_redirects() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.08)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()

    async def exchange() -> None:
        async with wire(talk) as url:
            request = Request(url, deadline=timedelta(seconds=0.2), max_redirects=50)
            assert await get(request) == Failed("no complete answer within 0.2 s")

    asyncio.run(exchange())


def test_cancellation_is_passed_on_and_the_slot_is_given_back() -> None:
    async def talk(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async def exchange() -> None:
        polite = Fetcher(per_host=1, spacing=timedelta(0))
        async with wire(talk) as url, serving({"/feed": page()}) as site, polite as way_out:
            stuck = asyncio.create_task(way_out.get(Request(url, allow_private=True), now=NOW))
            await asyncio.sleep(0.05)
            stuck.cancel()
            with pytest.raises(asyncio.CancelledError):
                await stuck
            assert isinstance(await way_out.get(Request(site.url(), allow_private=True), now=NOW), Fetched)

    asyncio.run(exchange())


class Busy:
    """A server that counts how many requests it holds at once, and when each began."""

    def __init__(self, takes: float) -> None:
        self.takes, self.now, self.most = takes, 0, 0
        self.began: list[float] = []

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        self.began.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes)
        self.now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
        await writer.drain()


def test_a_host_gets_at_most_two_requests_at_once_and_waiting_costs_no_deadline() -> None:
    async def exchange() -> None:
        busy = Busy(takes=0.1)
        async with wire(busy.talk) as url, fetcher() as way_out:
            request = Request(url, allow_private=True, deadline=timedelta(seconds=0.25))
            outcomes = await asyncio.gather(*(way_out.get(request, now=NOW) for _ in range(8)))
        assert [type(outcome) for outcome in outcomes] == [Fetched] * 8
        assert busy.most == 2

    asyncio.run(exchange())


def test_requests_to_a_host_start_apart_redirects_included() -> None:
    async def exchange() -> None:
        starts: list[float] = []

        def began(answer: web.Response) -> Answer:
            def note(_: web.Request) -> web.Response:
                starts.append(asyncio.get_running_loop().time())
                return web.Response(status=answer.status, headers=answer.headers)

            return note

        answers = {"/feed": began(redirect(302, "/new")), "/new": began(page(b""))}
        async with serving(answers) as site, Fetcher(spacing=timedelta(seconds=0.05)) as way_out:
            request = Request(site.url(), allow_private=True)
            await asyncio.gather(*(way_out.get(request, now=NOW) for _ in range(2)))
        gaps = [late - early for early, late in pairwise(starts)]
        assert len(gaps) == 3
        # A start is measured at the far end, so one may arrive a little late and the next not.
        assert min(gaps) > 0.03

    asyncio.run(exchange())


def test_another_host_need_not_wait() -> None:
    async def exchange() -> None:
        async with serving({"/feed": page()}) as site, Fetcher(spacing=timedelta(seconds=5)) as way_out:
            started = time.perf_counter()
            for host in ("127.0.0.1", "localhost"):
                outcome = await way_out.get(Request(site.url(host=host), allow_private=True), now=NOW)
                assert isinstance(outcome, Fetched)
            assert time.perf_counter() - started < 1

    asyncio.run(exchange())


@pytest.mark.parametrize(
    ("size", "packed", "most"),
    [(2**20, False, 2), (2**20, True, 2), (SMALL, False, 16), (SMALL + 1, False, 8)],
    ids=["large", "large and compressed", "small", "no longer small: it takes the most it may become, for a while"],
)
def test_documents_that_are_being_read_share_the_room_and_waiting_for_it_costs_no_deadline(
    size: int, packed: bool, most: int
) -> None:
    inside: list[int] = []

    async def hold(way_out: Fetcher, url: str) -> type[FetchOutcome]:
        request = Request(url, allow_private=True, max_bytes=2**20, deadline=timedelta(seconds=1))
        async with way_out.holding(request, now=NOW) as outcome:
            inside.append(inside[-1] + 1 if inside else 1)
            await asyncio.sleep(0.15)
            inside.append(inside[-1] - 1)
        return type(outcome)

    async def exchange() -> None:
        body = bytes(size)
        answer = page(gzip.compress(body), Content_Encoding="gzip") if packed else page(body)
        room = Room(2 * 2**20)
        async with serving({"/feed": answer}) as site, Fetcher(per_host=20, spacing=timedelta(0), room=room) as way_out:
            outcomes = await asyncio.gather(*(hold(way_out, site.url()) for _ in range(20)))
        assert outcomes == [Fetched] * 20
        assert max(inside) == most

    asyncio.run(exchange())


def test_a_document_that_is_refused_leaves_its_room() -> None:
    async def exchange() -> None:
        answers = {"/feed": page(bytes(2**20)), "/large": page(bytes(2**20 + 1))}
        async with serving(answers) as site, Fetcher(spacing=timedelta(0), room=Room(2**20)) as way_out:
            for path, outcome in (("/large", Failed), ("/feed", Fetched), ("/large", Failed), ("/feed", Fetched)):
                request = Request(site.url(path), allow_private=True, max_bytes=2**20)
                assert isinstance(await way_out.get(request, now=NOW), outcome)

    asyncio.run(exchange())
