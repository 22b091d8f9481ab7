"""Fetches one document by HTTP, conditionally and under every cap.

Apart from `dial` (whom we may reach), `politeness` (how often), `inflate` (how much comes out) and `freshness` (what
the headers mean): here is the exchange itself. What the far end does is a value; only cancellation is ever raised.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpx
from aiohttp import ClientError
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport

from briefing import address, dial
from briefing.collect import failure, freshness
from briefing.collect.inflate import Body
from briefing.collect.politeness import Politeness
from briefing.collect.room import SMALL, Place, Room
from briefing.config import mask
from briefing.errors import FetchError
from briefing.model import Failed, Fetched, FetchOutcome, Gone, NotModified, Request, Throttled
from briefing.retry import retry_after

HEADERS_LIMIT = 64 * 1024
_CONNECTIONS = 100
_STEP = 1024  # bytes from the wire between two looks at what came out of them: compressed, a thousand times as much
_SILENCE = httpx.Timeout(connect=10, read=20, write=10, pool=None)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)
_WITH_BODY = frozenset({200, 203})
_PERMANENT = frozenset({301, 308})
_TEMPORARY = frozenset({302, 303, 307})
_PORTS = {"http": 80, "https": 443}
# At INFO httpx logs whole addresses, and a feed's query can be its secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class _Trail:
    """Where redirects led, if all were permanent, and if none left the origin (`home`) that the secrets are for."""

    url: httpx.URL
    hops: int = 0
    permanent: bool = True
    home: bool = True

    def onward(self, status: int, location: str) -> "_Trail":
        url = self.url.join(location)
        if url.userinfo:
            raise FetchError("redirected to an address with a user name in it")
        return _Trail(
            url=url.copy_with(fragment=None),
            hops=self.hops + 1,
            permanent=self.permanent and status in _PERMANENT,
            # Once abroad, always abroad: a stranger must not send us home with our secrets to a path it chose.
            home=self.home and _origin(url) == _origin(self.url),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request made ready: the address without credentials, these apart, and the conditions that hold."""

    request: Request
    url: httpx.URL
    auth: tuple[str, str] | None
    conditions: dict[str, str]
    parser_version: str
    limit: asyncio.Timeout  # the deadline
    place: Place  # for the body

    def moved_to(self, trail: _Trail) -> str | None:
        """Say where the feed moved for good, unless following it for good would lose, give away or store a secret."""
        if not (trail.hops and trail.permanent):
            return None
        in_url = self.auth is not None and self.request.auth is None
        secret = bool(self.auth or self.request.headers)
        where = str(trail.url)
        keyed = mask.address(where) != where  # an address that is adopted is stored
        return None if in_url or keyed or (secret and not trail.home) else where


class Fetcher:
    """The way out, as an async context manager: a guarded client and one for feeds that may be private.

    They are two so that a connection opened for a private feed is never used for a guarded one. `names` resolves hosts
    and `ports` are those a guarded request may go to; neither needs to be given.
    """

    def __init__(
        self,
        *,
        per_host: int = 2,
        spacing: timedelta = timedelta(seconds=1),
        names: AbstractResolver | None = None,
        ports: Collection[int] = address.PORTS,
        room: Room | None = None,
    ) -> None:
        self._politeness = Politeness(per_host, spacing)
        self._names = names
        self._ports = ports
        self._room = room or Room()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            names = self._names
            if names is None:
                names = dial.Names()
                stack.push_async_callback(names.close)
            self._guarded = await stack.enter_async_context(_client(names, guarded=True))
            self._private = await stack.enter_async_context(_client(names, guarded=False))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def get(self, request: Request, *, now: datetime, parser_version: str = "1") -> FetchOutcome:
        """Fetch what a request asks for, unless it is what its validators already know.

        The deadline covers redirects and body, not the wait for our own turn at a host or for room for the body.
        """
        async with self.holding(request, now=now, parser_version=parser_version) as outcome:
            return outcome

    @asynccontextmanager
    async def holding(
        self, request: Request, *, now: datetime, parser_version: str = "1"
    ) -> AsyncIterator[FetchOutcome]:
        """Fetch as `get` does, and keep the room that the body takes until the context is left."""
        async with self._room.place() as place:
            yield await self._fetched(request, place, now, parser_version)

    async def _fetched(self, request: Request, place: Place, now: datetime, parser_version: str) -> FetchOutcome:
        seconds = request.deadline.total_seconds()
        try:
            async with asyncio.timeout(seconds) as limit:
                return await self._follow(_prepared(request, parser_version, limit, place), now)
        except TimeoutError:
            return Failed(f"no complete answer within {seconds:g} s")
        except httpx.InvalidURL:
            return Failed("the address is not a valid URL")
        except (FetchError, httpx.HTTPError, ClientError, OSError, ValueError) as error:
            return Failed(failure.words(error))

    async def _follow(self, asked: _Asked, now: datetime) -> FetchOutcome:
        trail = _Trail(asked.url)
        while trail.hops <= asked.request.max_redirects:
            self._check(trail.url, asked.request)
            async with self._turn(trail.url.host, asked.limit), self._send(asked, trail) as response:
                _check_headers(response)
                location = response.headers.get("location")
                if location is None or response.status_code not in _PERMANENT | _TEMPORARY:
                    return await _outcome(response, asked, trail, now)
            trail = trail.onward(response.status_code, location)
        return Failed(f"more than {asked.request.max_redirects} redirects")

    def _check(self, url: httpx.URL, request: Request) -> None:
        if url.scheme not in _PORTS:
            raise FetchError(f"only http and https are fetched, not {url.scheme[:20] or 'an address without scheme'}")
        if not url.host:
            raise FetchError("the address names no host")
        why = None if request.allow_private else address.port_refusal(_port(url), self._ports)
        if why:
            raise FetchError(f"this address may not be dialled: {why}")

    @asynccontextmanager
    async def _turn(self, host: str, limit: asyncio.Timeout) -> AsyncIterator[None]:
        """Hold a slot at a host; the deadline stands still while we wait for it."""
        async with AsyncExitStack() as stack:
            async with _standing_still(limit):
                await stack.enter_async_context(self._politeness.turn(host.rstrip(".")))
            yield

    def _send(self, asked: _Asked, trail: _Trail) -> AbstractAsyncContextManager[httpx.Response]:
        client = self._private if asked.request.allow_private else self._guarded
        headers = httpx.Headers(asked.request.headers if trail.home else ())
        headers.update(asked.conditions | {"User-Agent": asked.request.user_agent, "Accept-Encoding": "gzip, deflate"})
        auth = httpx.BasicAuth(*asked.auth) if asked.auth and trail.home else None
        return client.stream("GET", trail.url, headers=headers, auth=auth)


def _prepared(request: Request, parser_version: str, limit: asyncio.Timeout, place: Place) -> _Asked:
    url = httpx.URL(request.url.strip())
    auth = request.auth or ((url.username, url.password) if url.userinfo else None)
    # A body hash alone asks for nothing, so it adds no header here.
    conditions = freshness.conditions(request.validators, parser_version)
    bare = url.copy_with(userinfo=None, fragment=None)
    return _Asked(request, bare, auth, conditions, parser_version, limit, place)


@asynccontextmanager
async def _standing_still(limit: asyncio.Timeout) -> AsyncIterator[None]:
    """Stop a deadline while we wait for what is not the server's to give."""
    loop = asyncio.get_running_loop()
    left = (limit.when() or loop.time()) - loop.time()
    limit.reschedule(None)
    yield
    limit.reschedule(loop.time() + left)


async def _outcome(response: httpx.Response, asked: _Asked, trail: _Trail, now: datetime) -> FetchOutcome:
    status, headers = response.status_code, response.headers
    if status in _WITH_BODY:
        return await _document(response, asked, trail, now)
    if status == 304 and asked.conditions:
        known = freshness.confirmed(asked.request.validators, headers)
        return NotModified(known, freshness.fresh_for(headers, now), asked.moved_to(trail))
    if status == 410 and trail.permanent:
        return Gone(str(trail.url))
    if status in (429, 503):
        return Throttled(status, retry_after(headers.get("retry-after"), now))
    return Failed(failure.status_words(status), status)


async def _document(response: httpx.Response, asked: _Asked, trail: _Trail, now: datetime) -> Fetched | NotModified:
    body = await _read(response, asked)
    body_hash = freshness.body_hash(body, asked.parser_version)
    validators = freshness.validators(response.headers, body_hash)
    fresh_for = freshness.fresh_for(response.headers, now)
    moved_to = asked.moved_to(trail)
    if body_hash == asked.request.validators.body_hash:
        return NotModified(validators, fresh_for, moved_to)
    content_type = response.headers.get("content-type")
    return Fetched(str(trail.url), body, content_type, validators, fresh_for, moved_to)


async def _read(response: httpx.Response, asked: _Asked) -> bytes:
    body = Body(response.headers.get_list("content-encoding"), asked.request.max_bytes)
    async for arrived in response.aiter_raw():
        for start in range(0, len(arrived), _STEP):
            body.add(arrived[start : start + _STEP])
            if body.size > SMALL:
                await _take(asked, asked.request.max_bytes)
    whole = body.finish()
    await _take(asked, len(whole))
    asked.place.keep(len(whole))
    return whole


async def _take(asked: _Asked, wanted: int) -> None:
    if not asked.place.taken:
        async with _standing_still(asked.limit):
            await asked.place.take(wanted)


def _check_headers(response: httpx.Response) -> None:
    size = sum(len(name) + len(value) + 4 for name, value in response.headers.raw)
    if size > HEADERS_LIMIT:
        raise FetchError(f"headers larger than {HEADERS_LIMIT:,} bytes")


def _port(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)  # asked of any scheme, before it is checked


@asynccontextmanager
async def _client(names: AbstractResolver, *, guarded: bool) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=AiohttpTransport(verify=dial.no_authorities(), client=dial.session(guarded, _CONNECTIONS, names)),
        headers={"Accept": _ACCEPT},
        # A jar that takes nothing in: no feed recognises us, and no feed is given what another one set.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=_SILENCE,
        trust_env=False,
    ) as client:
        yield client
