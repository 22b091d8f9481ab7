"""Receivers of posts on one loopback port: as particular as each vendor is, and one that checks signatures.

The limits here are written down from the vendor's pages on their own, and not taken from the service: otherwise the
service would be measured by itself.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from demo.chat_vendors import FAR_ENDS, FarEnd

SLACK_PATH = "/slack/T000/B000/sample"
WEBHOOK_PATH = "/hook"
SECRET = "whsec_" + base64.b64encode(b"a secret for loopback alone").decode()
NO_ANSWER, SILENCE = 0, 1  # in place of a status
_BLOCKS = 50
_TOTAL = 13_000
_LIMITS = {"header": 150, "section": 3000, "context": 3000, "button": 75, "url": 3000, "actions": 25, "elements": 10}


@dataclass(frozen=True, slots=True)
class Post:
    """One request as it came, and the status it got."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    faults: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Scripted:
    """An answer to give whatever comes."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class ChatSink:
    """Async context manager; `secret` is what webhooks must be signed with, `whsec_` and base64."""

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.posts: list[Post] = []
        self.port = 0
        self._scripted: deque[Scripted] = deque()
        self._bears: tuple[int, float] | None = None
        self._came: deque[float] = deque()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def slack_url(self) -> str:
        """Where a Slack channel posts; its path is a secret, as with the real one."""
        return self.url + SLACK_PATH

    @property
    def webhook_url(self) -> str:
        """Where a signed webhook posts."""
        return self.url + WEBHOOK_PATH

    def at(self, vendor: str) -> str:
        """Where a channel of one of the other vendors posts: the address that an operator copies from it."""
        far_end = FAR_ENDS[vendor]
        return f"{self.url}{far_end.path}" + (f"?{far_end.query}" if far_end.query else "")

    def shown(self, vendor: str) -> list[Any]:
        """The messages one of the other vendors would have shown."""
        far_end = FAR_ENDS[vendor]
        return [post.json for post in self.posts if (post.path, post.status) == (far_end.path, far_end.taken[0])]

    @property
    def slack(self) -> list[Any]:
        """The messages Slack would have shown."""
        return [post.json for post in self.posts if post.path == SLACK_PATH and post.status == web.HTTPOk.status_code]

    @property
    def hooks(self) -> list[Any]:
        """The bodies that came with a right signature."""
        taken = web.HTTPNoContent.status_code
        return [post.json for post in self.posts if post.path == WEBHOOK_PATH and post.status == taken]

    @property
    def invalid(self) -> int:
        """How many posts were refused for what they were, not because a test asked for it."""
        return sum(bool(post.faults) for post in self.posts)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def answer(self, status: int, body: str = "", headers: Mapping[str, str] | None = None, *, times: int = 1) -> None:
        """Give this answer to the next posts instead of judging them."""
        self._scripted.extend([Scripted(status, body, headers or {})] * times)

    def bear(self, most: int, seconds: float) -> None:
        """Answer 429 to what comes beyond so many posts in any so many seconds."""
        self._bears = (most, seconds)

    def hang_up(self, *, times: int = 1) -> None:
        """Read the next posts and break the connection without an answer."""
        self._scripted.extend([Scripted(NO_ANSWER)] * times)

    def keep_silent(self, *, times: int = 1) -> None:
        """Read the next posts and answer nothing."""
        self._scripted.extend([Scripted(SILENCE)] * times)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        faults: tuple[str, ...] = ()
        if self._scripted:
            given = self._scripted.popleft()
        elif self._too_often(asyncio.get_running_loop().time()):
            given = Scripted(429, "", {"Retry-After": "1"})
        else:
            given, faults = self._judged(request, body)
        self.posts.append(Post(request.path, dict(request.headers), body, given.status, faults, dict(request.query)))
        if given.status == SILENCE:
            await asyncio.Event().wait()
        if given.status == NO_ANSWER:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=given.status, text=given.body, headers=dict(given.headers))

    def _too_often(self, now: float) -> bool:
        if self._bears is None:
            return False
        most, seconds = self._bears
        while self._came and self._came[0] <= now - seconds:
            self._came.popleft()
        if len(self._came) >= most:
            return True
        self._came.append(now)
        return False

    def _judged(self, request: web.Request, body: bytes) -> tuple[Scripted, tuple[str, ...]]:
        if request.method != "POST":
            return Scripted(405), ()
        if request.path == SLACK_PATH:
            faults = slack_faults(body)
            return (Scripted(400, faults[0]) if faults else Scripted(200, "ok")), faults
        if request.path == WEBHOOK_PATH:
            faults = () if signed(self.secret, request.headers, body) else ("wrong signature",)
            return (Scripted(401) if faults else Scripted(204)), faults
        for far_end in FAR_ENDS.values():
            if request.path == far_end.path:
                return _vendors_answer(far_end, request.query, body, len(self.posts) + 1)
        return Scripted(404, "no_service"), ()


def _vendors_answer(
    far_end: FarEnd, query: Mapping[str, str], body: bytes, number: int
) -> tuple[Scripted, tuple[str, ...]]:
    try:
        faults = tuple(far_end.faults(json.loads(body), query, len(body)))
    except (ValueError, KeyError, TypeError) as error:
        faults = (f"{type(error).__name__} {error}",)
    status, answer = far_end.refused if faults else far_end.taken
    if far_end.calls is not None and not faults:
        answer = json.dumps(far_end.calls(query, number))
    return Scripted(status, answer), faults


def signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Check a Standard Webhooks signature by hand; how old it is is not asked, for clocks can be fakes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(right, given) for given in headers.get("webhook-signature", "").split(" "))


def slack_faults(body: bytes) -> tuple[str, ...]:
    """Say what Slack would refuse of a message, in its own codes, the text and blocks being checked alone."""
    try:
        message = json.loads(body)
    except ValueError:
        return ("invalid_payload",)
    blocks = message.get("blocks", [])
    if not message.get("text") and not blocks:
        return ("no_text",)
    faults = [fault for block in blocks for fault in _block_faults(block)]
    if len(blocks) > _BLOCKS:
        faults.append("invalid_blocks: more than 50")
    if sum(len(json.dumps(block, ensure_ascii=False)) for block in blocks) > _TOTAL:
        faults.append("msg_blocks_too_long")
    return tuple(faults)


def _block_faults(block: Mapping[str, Any]) -> list[str]:
    match block.get("type"):
        case "header" | "section" as kind:
            return _text_faults(block.get("text"), _LIMITS[kind], plain=kind == "header")
        case "context":
            elements = block["elements"]
            faults = [fault for text in elements for fault in _text_faults(text, _LIMITS["context"])]
            return faults + (["invalid_blocks: context"] if not 0 < len(elements) <= _LIMITS["elements"] else [])
        case "actions":
            elements = block["elements"]
            faults = [fault for button in elements for fault in _button_faults(button)]
            return faults + (["invalid_blocks: actions"] if not 0 < len(elements) <= _LIMITS["actions"] else [])
        case "rich_text":
            return [] if _sections_hold_words(block) else ["invalid_blocks: rich_text"]
        case "divider":
            return []
    return [f"invalid_blocks: {block.get('type')}"]


def _text_faults(text: Any, limit: int, *, plain: bool = False) -> list[str]:
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    right = isinstance(text, dict) and text.get("type") in kinds and 0 < len(text.get("text", "")) <= limit
    return [] if right else [f"invalid_blocks: text of 1 to {limit}"]


def _button_faults(button: Mapping[str, Any]) -> list[str]:
    faults = _text_faults(button.get("text"), _LIMITS["button"], plain=True)
    url = button.get("url", "")
    right = button.get("type") == "button" and len(url) <= _LIMITS["url"] and url.startswith(("https://", "http://"))
    return faults if right else [*faults, "invalid_blocks: button"]


def _sections_hold_words(block: Mapping[str, Any]) -> bool:
    sections = block.get("elements", [])
    return bool(sections) and all(
        section["elements"] and all(part.get("text") for part in section["elements"]) for section in sections
    )
