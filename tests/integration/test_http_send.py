"""Posts over real loopback connections: limits, what a failure is called, and what is never dialled."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from briefing import dial
from briefing.send.http import Poster
from briefing.send.verdict import Answer, Unreachable
from demo.chat_sink import ChatSink

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET_PATH = "/services/T00/B00/keepThisToYourself"


@asynccontextmanager
async def server(answering: Answering) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answering)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{SECRET_PATH}"
    finally:
        await runner.cleanup()


async def post(url: str, *, allow_private: bool = True, seconds: float = 5) -> Answer | Unreachable:
    async with Poster(deadline=timedelta(seconds=seconds)) as poster:
        return await poster.post(url, b"{}", {"content-type": "application/json"}, allow_private=allow_private)


def test_an_answer_comes_back_with_status_headers_and_body() -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            sink.answer(429, "slow down", {"Retry-After": "7"})
            answer = await post(sink.slack_url)
            assert isinstance(answer, Answer)
            assert (answer.status, answer.headers["retry-after"], answer.body) == (429, "7", b"slow down")
            assert sink.posts[0].headers["Content-Type"] == "application/json"
            assert sink.posts[0].headers["User-Agent"] == "briefing"

    asyncio.run(run())


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            sink.answer(307, headers={"Location": sink.webhook_url})
            answer = await post(sink.slack_url)
            assert isinstance(answer, Answer)
            assert (answer.status, len(sink.posts)) == (307, 1)

    asyncio.run(run())


def test_no_cookie_is_ever_sent_back() -> None:
    async def run() -> None:
        async with ChatSink() as sink, Poster() as poster:
            sink.answer(200, "ok", {"Set-Cookie": "track=me; Path=/"}, times=2)
            for _ in range(2):
                await poster.post(sink.slack_url, b"{}", {}, allow_private=True)
            assert all("Cookie" not in one.headers for one in sink.posts)

    asyncio.run(run())


def test_an_endless_answer_is_cut_at_64_kib() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 2**14)

    async def run() -> None:
        async with server(endless) as url:
            answer = await post(url)
            assert isinstance(answer, Answer)
            assert len(answer.body) == 2**16

    asyncio.run(run())


def test_one_deadline_spans_an_answer_that_drips() -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    async def run() -> None:
        async with server(dripping) as url:
            assert await post(url, seconds=0.2) == Unreachable("no answer within 0.2 s")

    asyncio.run(run())


def test_a_connection_cut_short_is_unreachable_in_words_without_the_address() -> None:
    async def hangs_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def run() -> None:
        async with server(hangs_up) as url:
            answer = await post(url)
        assert isinstance(answer, Unreachable)
        assert not answer.refused
        assert "keepThisToYourself" not in repr(answer)
        assert answer.reason.startswith("the connection failed")

    asyncio.run(run())


def test_nobody_listening_is_unreachable_and_says_why() -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            url = sink.slack_url
        answer = await post(url)
        assert isinstance(answer, Unreachable)
        assert answer.reason.startswith("could not connect")
        assert "sample" not in answer.reason

    asyncio.run(run())


class Rebinding(AbstractResolver):
    """A name server that gives out a public address first and this machine's after it."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=2, proto=6, flags=0) for ip in next(self._answers)
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]], ids=["inside", "one of two inside"])
def test_a_name_is_refused_if_any_of_its_addresses_is_inside(answer: list[str]) -> None:
    with pytest.raises(dial.AddressRefusedError, match="loopback"):
        asyncio.run(dial.GuardedNames(Rebinding(answer)).resolve("public.example"))


def test_a_name_that_changes_its_mind_is_judged_at_each_connection() -> None:
    async def run() -> None:
        async with dial.session(guarded=True, limit=1, names=Rebinding(["127.0.0.1"])) as session:
            with pytest.raises(OSError, match=r"public\.example") as caught:
                await session.get("http://public.example/")
            assert dial.refused(caught.value) == "127.0.0.1 is a loopback address"

    asyncio.run(run())


def test_the_address_dialled_is_judged_again_when_its_socket_is_opened() -> None:
    with pytest.raises(dial.AddressRefusedError, match="link-local"):
        dial.open_socket((2, 1, 6, "", ("169.254.169.254", 80)))
    dial.open_socket((2, 1, 6, "", ("93.184.216.34", 80))).close()


def test_the_guarded_client_and_the_private_one_share_no_connection() -> None:
    async def run() -> None:
        async with ChatSink() as sink, Poster() as poster:
            sink.answer(200, times=2)
            assert isinstance(await poster.post(sink.slack_url, b"{}", {}, allow_private=True), Answer)
            refused = await poster.post(sink.slack_url, b"{}", {}, allow_private=False)
            assert isinstance(refused, Unreachable)
            assert refused.refused

    asyncio.run(run())


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "file:///etc/hostname", "not a url", "http://", "http://a\x00b/", "//x", ""]
)
def test_what_is_no_web_address_is_refused_without_repeating_it(url: str) -> None:
    answer = asyncio.run(post(url))
    assert isinstance(answer, Unreachable)
    assert answer.refused
    assert not url or url not in answer.reason


def test_user_and_password_in_an_address_become_a_login() -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            sink.answer(204)
            answer = await post(sink.webhook_url.replace("http://", "http://me:hunter2@"))
            assert isinstance(answer, Answer)
            assert sink.posts[0].headers["Authorization"] == "Basic bWU6aHVudGVyMg=="

    asyncio.run(run())


def test_no_log_line_holds_the_address(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            sink.answer(500)
            await post(sink.url + SECRET_PATH)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert "keepThisToYourself" not in caplog.text
