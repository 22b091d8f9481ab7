"""Sockets to the hostile outside: the one way to open them, shared by fetching and posting, guarded or not.

Apart from `address`, which judges an address and touches nothing: here the judgement is made of what is really dialled.
A name is resolved once, all its addresses must pass, and the literal is judged again when its socket is opened. So no
spelling of a host, no redirect and no second answer of a name server (DNS rebinding) gets around it.
"""

import asyncio
import socket
import ssl
from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.http_parser import RawResponseMessage

from briefing import address
from briefing.errors import BriefingError
from briefing.threads import aside

_FIELD_LIMIT = 64 * 2**10  # bytes of one header field, and of the status line
_INTERIM_ANSWERS = 16  # 1xx before the answer itself
_LOOKUPS_AT_ONCE = 8
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class AddressRefusedError(BriefingError, OSError):
    """An address must not be dialled, and why. An OSError, for that is what a dialling library expects of a socket."""


class Names(AbstractResolver):
    """Resolves names by the system, on threads of its own: a slow name server holds up no other work, nor the end."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name, at least one; raise OSError if it has none."""
        async with self._turn:
            found = await aside(partial(_look_up, host, port, family), name="names")
        return [_resolved(host, info) for info in found]

    async def close(self) -> None:
        """Hold nothing: a lookup that hangs is left to itself."""


class GuardedNames(AbstractResolver):
    """Hands on what another resolver finds, unless any of it is refused."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raise AddressRefusedError if one of them may not be dialled."""
        found = await self._names.resolve(host, port, family)
        for one in found:
            _require(one["host"])
        return found

    async def close(self) -> None:
        """Leave the other resolver to whoever made it."""


def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    """Open an unconnected socket for an address; raise AddressRefusedError if that may not be dialled."""
    family, kind, protocol, _, target = info
    _require(str(target[0]))
    return socket.socket(family, kind, protocol)


class _Answers(ResponseHandler):
    """Reads one connection's answers; hangs up on a server that says "100 Continue" for ever.

    RFC 9110 section 15.2 allows any number of them, and the library reads on: the loop would do little else meanwhile.
    """

    _interim = 0

    def feed_data(self, data: tuple[RawResponseMessage, aiohttp.StreamReader], size: int = 0) -> None:
        """Take in the next answer on the wire."""
        if self._interim > _INTERIM_ANSWERS:
            return  # hung up; the rest of what had arrived
        self._interim = self._interim + 1 if data[0].code < HTTPStatus.OK else 0
        if self._interim <= _INTERIM_ANSWERS:
            super().feed_data(data, size)
        else:
            self.close()
            self.set_exception(BadHttpMessage("interim answers without end"))


class _Connector(aiohttp.TCPConnector):
    """A pool whose connections read answers as above."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._factory = partial(_Answers, loop=self._loop)  # type: ignore[assignment]  # no public way


def connector(guarded: bool, limit: int, names: AbstractResolver) -> aiohttp.TCPConnector:
    """Make a pool of at most `limit` connections; whatever a guarded one dials has passed `open_socket`."""
    if not guarded:
        return _Connector(limit=limit, resolver=names)
    return _Connector(limit=limit, resolver=GuardedNames(names), socket_factory=open_socket)


def session(guarded: bool, limit: int, names: AbstractResolver) -> aiohttp.ClientSession:
    """Make a session on such a pool that keeps no cookies and takes nothing from the environment."""
    return aiohttp.ClientSession(
        connector=connector(guarded, limit, names),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        max_field_size=_FIELD_LIMIT,
        max_line_size=_FIELD_LIMIT,
    )


def no_authorities() -> ssl.SSLContext:
    """Return a TLS context that trusts nobody, for httpx: the session has its own, and a default one takes 50 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def refused(error: BaseException | None) -> str | None:
    """Return why the guard refused, if that is what lies beneath an error of an HTTP client."""
    while error is not None:
        if isinstance(error, AddressRefusedError):
            return str(error)
        error = error.__cause__ or error.__context__
    return None


def _require(ip: str) -> None:
    why = address.refusal(ip)
    if why:
        raise AddressRefusedError(why)


def _look_up(host: str, port: int, family: int) -> list[aiohttp.AddrInfoType]:
    return list(socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM))


def _resolved(host: str, info: aiohttp.AddrInfoType) -> ResolveResult:
    family, _, protocol, _, target = info
    # A link-local IPv6 address is worth nothing without its interface, the fourth field.
    scope = f"%{target[3]}" if len(target) > 3 and target[3] else ""
    return ResolveResult(
        hostname=host, host=f"{target[0]}{scope}", port=int(target[1]), family=family, proto=protocol, flags=_NUMERIC
    )
