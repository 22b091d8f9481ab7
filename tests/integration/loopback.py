"""Loopback servers for tests of whoever dials out: one that answers by path, one that writes raw bytes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from briefing.collect.fetch import Fetcher
from briefing.model import FetchOutcome, Request

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FEED = b"<rss><channel/></rss>"
Answer = web.Response | Callable[[web.Request], web.Response]


@dataclass
class Site:
    """A loopback server that answers by path and remembers every request."""

    answers: dict[str, Answer]
    port: int = 0
    asked: list[web.Request] = field(default_factory=list)

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        answer = self.answers[request.path]
        if callable(answer):
            return answer(request)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]


@asynccontextmanager
async def serving(answers: dict[str, Answer]) -> AsyncIterator[Site]:
    site = Site(answers)
    app = web.Application()
    app.router.add_get("/{tail:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


@asynccontextmanager
async def wire(
    talk: Callable[[asyncio.StreamWriter], Awaitable[None]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve bytes as a test writes them, HTTP or not; give the URL."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"


def fetcher() -> Fetcher:
    return Fetcher(spacing=timedelta(0))


async def get(request: Request, **more: Any) -> FetchOutcome:
    async with fetcher() as way_out:
        return await way_out.get(replace(request, allow_private=True), now=NOW, **more)


def fetch(answers: dict[str, Answer], path: str = "/feed", **limits: Any) -> tuple[FetchOutcome, Site]:
    """Make one request to a new site; return the outcome and the site with what it was asked."""

    async def exchange() -> tuple[FetchOutcome, Site]:
        async with serving(answers) as site:
            return await get(Request(site.url(path), **limits)), site

    return asyncio.run(exchange())


def fetch_wire(sent: bytes, **limits: Any) -> FetchOutcome:
    """Make one request to a server that sends these bytes and hangs up."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    async def exchange() -> FetchOutcome:
        async with wire(talk) as url:
            return await get(Request(url, **limits))

    return asyncio.run(exchange())


def redirect(status: int, to: str) -> web.Response:
    return web.Response(status=status, headers={"Location": to})


def page(body: bytes = FEED, **headers: str) -> web.Response:
    return web.Response(body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
