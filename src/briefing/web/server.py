"""Where pages are served: one socket, on the loop of the service, for as long as that runs.

Apart from `pages`, which says what is there. It stands behind the operator's proxy, which has the certificate.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from briefing.errors import ListenError

log = structlog.get_logger()
SECONDS = 15.0  # that a connection lasts at most, whatever it does
AT_ONCE = 100  # connections
LONGEST_HEAD = 8192
AGAIN_SECONDS = 10.0


class Brief(H11Protocol):
    """A connection that ends in time: a request, slow as it may be, gets so many seconds, answer included."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self._end = self.loop.call_later(SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting."""
        self._end.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the service."""
        yield


class Listener:
    """Async context manager that serves an application at HOST:PORT.

    ListenError if the place is taken; one that is `patient` asks again, for a reload must not end a service.
    """

    def __init__(self, application: ASGIApp, listen: str, *, patient: bool) -> None:
        self._application, self._listen, self._patient = application, listen, patient
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            serving = self._serve(self._bound())
        except OSError as error:
            if not self._patient:
                message = f"pages cannot be served at {self._listen} (site.listen): {error.strerror or error}"
                raise ListenError(message) from error
            log.error("pages.refused", listen=self._listen, error=error.strerror)  # noqa: TRY400 - the words say it all
            serving = self._later()
        self._task = asyncio.create_task(serving)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Take no more, and let what is under way end."""
        if self._task is None:
            return
        if self._server is None:
            self._task.cancel()
        else:
            self._server.should_exit = True
        await asyncio.gather(self._task, return_exceptions=True)

    async def _later(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            try:
                place = self._bound()
            except OSError:
                continue
            await self._serve(place)
            return

    async def _serve(self, place: socket.socket) -> None:
        settings: dict[str, Any] = {"http": Brief, "ws": "none", "lifespan": "off", "loop": "none", "log_config": None}
        limits: dict[str, Any] = {
            "limit_concurrency": AT_ONCE,
            "h11_max_incomplete_event_size": LONGEST_HEAD,
            "backlog": AT_ONCE,
        }
        quiet: dict[str, Any] = {
            "log_level": "critical",
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,
        }
        config = uvicorn.Config(self._application, timeout_graceful_shutdown=2, **settings, **limits, **quiet)
        self._server = _Server(config)
        log.info("pages", listen=self._listen)
        await self._server.serve(sockets=[place])

    def _bound(self) -> socket.socket:
        host, _, port = self._listen.rpartition(":")
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=AT_ONCE)
