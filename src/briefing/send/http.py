"""Posting a body and bringing back the answer, within limits, to an address that may be dialled.

Apart from `verdict`, which knows what an answer means, and from `smtp`, which is another wire. A public and a private
client are kept apart, so that no pooled connection opened for a private address is ever used for a guarded one. What
httpx adds to a request costs more than the request, so it reads the address alone.
"""

import asyncio
import base64
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import lru_cache
from types import TracebackType
from typing import Self

import aiohttp
import httpx

from briefing import dial
from briefing.send.verdict import Answer, Unreachable

DEADLINE = timedelta(seconds=20)  # Standard Webhooks: 15 to 30 s
_CONNECTIONS = 10
_BODY_LIMIT = 64 * 2**10
_HEADERS = {"user-agent": "briefing", "accept": "*/*", "accept-encoding": "identity"}
_PATIENT = aiohttp.ClientTimeout(total=None)  # one deadline spans the whole exchange


class Poster:
    """Async context manager over two HTTP clients, a guarded one and one for addresses the operator calls private."""

    def __init__(self, *, deadline: timedelta = DEADLINE) -> None:
        self.seconds = deadline.total_seconds()
        self._clients: dict[bool, aiohttp.ClientSession] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        names = dial.Names()
        self._open.push_async_callback(names.close)
        for private in (False, True):
            client = dial.session(not private, _CONNECTIONS, names)
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
            async with asyncio.timeout(self.seconds):
                async with client.post(
                    bare,
                    data=body,
                    headers={**_HEADERS, **login, **headers},
                    allow_redirects=False,
                    auto_decompress=False,
                    timeout=_PATIENT,
                ) as answer:
                    return Answer(answer.status, _lower(answer.headers), await _start_of(answer.content))
        except TimeoutError:
            return Unreachable(f"no answer within {self.seconds:g} s")
        except (aiohttp.ClientError, httpx.InvalidURL, OSError, ValueError) as error:
            return _unreachable(error)


@lru_cache(maxsize=256)
def _without_login(url: str) -> tuple[str, Mapping[str, str]]:
    """Return an address and, as a header, the user and the password that stood in it."""
    whole = httpx.URL(url)
    if whole.scheme not in ("http", "https") or not whole.host:
        raise httpx.InvalidURL("no web address")
    login = base64.b64encode(f"{whole.username}:{whole.password}".encode()).decode()
    headers = {"authorization": f"Basic {login}"} if whole.userinfo else {}
    return str(whole.copy_with(username=None, password=None)), headers


async def _start_of(content: aiohttp.StreamReader) -> bytes:
    read = b""
    while len(read) < _BODY_LIMIT and not content.at_eof():
        read += await content.readany()
    return read[:_BODY_LIMIT]


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers.items():  # one that came twice is one list (RFC 9110, 5.3)
        known = found.get(name.lower())
        found[name.lower()] = value if known is None else f"{known}, {value}"
    return found


def _unreachable(error: Exception) -> Unreachable:
    """Name what failed in words of our own: the client's own messages can hold the address with its secret."""
    reason = dial.refused(error)
    if reason is not None:
        return Unreachable(f"this address may not be dialled: {reason}", refused=True)
    if isinstance(error, httpx.InvalidURL | ValueError):
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
