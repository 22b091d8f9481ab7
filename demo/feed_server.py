"""A loopback web server whose feeds and pages change as a test or the demo tells them to; answers conditional GETs."""

import hashlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

PORT_ANY = 0


@dataclass(slots=True)
class Resource:
    """What one path answers."""

    body: bytes = b""
    content_type: str = "application/rss+xml; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True


class FeedServer:
    """Async context manager; `resources` may change at any time, `requests` counts what was asked."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.requests: list[tuple[str, int]] = []
        self.port = PORT_ANY
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", PORT_ANY)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes, **more: object) -> None:
        """Set what a path answers from now on."""
        raw = body.encode() if isinstance(body, str) else body
        self.resources[path] = Resource(raw, **more)  # type: ignore[arg-type]

    async def _answer(self, request: web.Request) -> web.Response:
        resource = self.resources.get(request.path, Resource(b"not here", "text/plain", 404, validators=False))
        etag = '"' + hashlib.sha256(resource.body).hexdigest()[:16] + '"'
        unchanged = resource.validators and request.headers.get("If-None-Match") == etag
        status = 304 if unchanged and resource.status == web.HTTPOk.status_code else resource.status
        self.requests.append((request.path, status))
        headers = {"Content-Type": resource.content_type, **resource.headers}
        if resource.validators:
            headers["ETag"] = etag
        return web.Response(
            status=status, body=b"" if status == web.HTTPNotModified.status_code else resource.body, headers=headers
        )
