"""Posting a body and bringing back the answer, within limits, to an address that may be dialled.

Apart from `verdict`, which knows what an answer means, and from `smtp`, which is another wire. A public and a private
client are kept apart, so that no pooled connection opened for a private address is ever used for a guarded one.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx
from httpx_aiohttp import AiohttpTransport

from briefing import dial
from briefing.send.verdict import Answer, Unreachable

DEADLINE = timedelta(seconds=20)  # Standard Webhooks: 15 to 30 s
_CONNECTIONS = 10
_BODY_LIMIT = 64 * 2**10
# At INFO httpx logs whole addresses, and the path of a chat webhook is its secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Poster:
    """Async context manager over two HTTP clients, a guarded one and one for addresses the operator calls private."""

    def __init__(self, *, deadline: timedelta = DEADLINE) -> None:
        self._seconds = deadline.total_seconds()
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        names = dial.Names()
        self._open.push_async_callback(names.close)
        for private in (False, True):
            client = _client(names, guarded=not private)
            self._clients[private] = await self._open.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False
    ) -> Answer | Unreachable:
        """Post once, following no redirect; an answer's body is cut at 64 KiB, its encoding left as it came."""
        client = self._clients[allow_private]
        try:
            bare, login = _without_login(url)
            async with asyncio.timeout(self._seconds):
                async with client.stream("POST", bare, content=body, headers=headers, auth=login) as response:
                    return Answer(response.status_code, _lower(response.headers), await _start_of(response))
        except TimeoutError:
            return Unreachable(f"no answer within {self._seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return _unreachable(error)
        finally:
            client.cookies.clear()


def _client(names: dial.Names, *, guarded: bool) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=AiohttpTransport(
            verify=dial.no_authorities(), client=lambda: dial.session(guarded, _CONNECTIONS, names)
        ),
        follow_redirects=False,
        trust_env=False,
        timeout=httpx.Timeout(None),  # one deadline spans the whole exchange
        headers={"user-agent": "briefing", "accept-encoding": "identity"},
    )


def _without_login(url: str) -> tuple[httpx.URL, httpx.BasicAuth | None]:
    # aiohttp refuses an address with a login beside the header that httpx has made of it.
    whole = httpx.URL(url)
    login = httpx.BasicAuth(whole.username, whole.password) if whole.userinfo else None
    return whole.copy_with(username=None, password=None), login


async def _start_of(response: httpx.Response) -> bytes:
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= _BODY_LIMIT:
            break
    return read[:_BODY_LIMIT]


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _unreachable(error: Exception) -> Unreachable:
    """Name what failed in words of our own: the client's own messages can hold the address with its secret."""
    reason = dial.refused(error)
    if reason is not None:
        return Unreachable(f"this address may not be dialled: {reason}", refused=True)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | ValueError):
        return Unreachable("the address is not a valid http or https URL", refused=True)
    beneath = _system_error(error)
    return Unreachable(beneath or f"the connection failed ({type(error).__name__})")


def _system_error(error: BaseException | None) -> str | None:
    # The deepest OSError that the system named, such as "Connection refused"; a name that has no address counts.
    words = None
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            words = f"could not connect: {error.strerror}"
        error = error.__cause__ or error.__context__
    return words
