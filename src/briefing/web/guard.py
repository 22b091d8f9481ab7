"""What every answer carries and no request exceeds, around all pages, also those of mistakes.

Apart from `pages`, which says what is there. Nothing is loaded, framed, sent on or kept; there are no cookies, so that
a page of another's can do nothing in a reader's name.
"""

import base64
import hashlib

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()
LONGEST_URL = 2048
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class Guard:
    """An application around another."""

    def __init__(self, inner: ASGIApp, style: str) -> None:
        self._inner = inner
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        rules = f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'"
        self._headers = [
            (b"content-security-policy", f"{rules}; frame-ancestors 'none'".encode()),
            (b"x-frame-options", b"DENY"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"x-robots-tag", b"noindex, nofollow"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),  # so that a connection that lasts is one that dawdles
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                ours = {name for name, _ in self._headers}
                theirs = [pair for pair in message.get("headers", ()) if pair[0].lower() not in ours]
                message = {**message, "headers": [*theirs, *self._headers]}
            await send(message)

        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
            await _plain(guarded, 414, b"too long")
            return
        try:
            await self._inner(scope, receive, guarded)
        except Exception:
            log.exception("page.broke")  # the server's edge
            if not begun:
                await _plain(guarded, 500, b"this page is broken; the log says why")


async def _plain(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [_TEXT]})
    await send({"type": "http.response.body", "body": body})
