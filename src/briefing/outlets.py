"""Which process sends: this one, and while there is much to send, a helper.

A helper costs a third of a second to start and as much memory as a small program; so the odd alert never waits for one,
and a machine at rest runs none. What if we die here? What `helper` says holds.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from briefing.helper import Helper
from briefing.model import Verdict
from briefing.outlet import FarEnds, Letter, Outlet, Posting

log = structlog.get_logger()
_LEAVING: set[asyncio.Task[None]] = set()
_GOODBYE = 1.0  # seconds that we wait for a helper to end; one that still sends has longer, if the process goes on


@dataclass(frozen=True, slots=True)
class Much:
    """How much there must be to send for a helper to be worth its while."""

    messages: int = 200
    seconds: float = 10.0  # within which so many were sent
    idle: float = 60.0  # seconds without a message after which a helper ends


class Outlets:
    """Async context manager: an outlet of its own, and a helper while there is `much`; with None there is never one."""

    def __init__(self, ends: FarEnds, here: Outlet, *, much: Much | None) -> None:
        self._ends, self._here, self._much = ends, here, much
        self._sent = deque[float](maxlen=much.messages if much else 1)
        self._helper: Helper | None = None
        self._closed = False
        self._helping: asyncio.Task[None] | None = None

    def mail(self, letter: Letter) -> Awaitable[Verdict]:
        """Hand over a mail; what goes into a folder needs no help."""
        helper = None if self._ends.smtp is None else self._help()
        return self._here.mail(letter) if helper is None else helper.mail(letter)

    def post(self, posting: Posting) -> Awaitable[Verdict]:
        """Post to a channel."""
        helper = self._help()
        return self._here.post(posting) if helper is None else helper.post(posting)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        if self._helping is not None:
            self._helping.cancel()
            await asyncio.gather(self._helping, return_exceptions=True)
        await self._here.close()
        if _LEAVING:
            await asyncio.wait(_LEAVING, timeout=_GOODBYE)

    def _help(self) -> Helper | None:
        """Return who helps; begin to look for one if there is much to send."""
        if self._much is None or self._closed:
            return None
        now = time.monotonic()
        self._sent.append(now)
        much = len(self._sent) == self._much.messages and now - self._sent[0] < self._much.seconds
        if much and (self._helping is None or self._helping.done()):
            self._helping = asyncio.create_task(self._helped(self._much))
        return None if self._helper is None or self._helper.gone.is_set() else self._helper

    async def _helped(self, much: Much) -> None:
        try:
            helper = await Helper.start(self._ends)
        except OSError as error:
            log.warning("helper.refused", reason=str(error) or type(error).__name__)
        except Exception:
            # The edge of a helper: a mistake of ours must not be made again with each message.
            log.exception("helper.broke")
        else:
            await self._while(helper, much)
            if not helper.gone.is_set():
                return
            log.warning("helper.died", pid=helper.pid)
        await asyncio.sleep(much.idle)  # before it is tried again

    async def _while(self, helper: Helper, much: Much) -> None:
        """Let a helper send until it dies, or for as long as there is something to send."""
        try:
            log.info("helper.begins", pid=helper.pid)
            await self._here.rest()  # a mail server may count our connections
            self._helper = helper
            await self._here.rest()  # those that were opened meanwhile
            while not helper.gone.is_set() and time.monotonic() - self._sent[-1] < much.idle:
                await _either(helper.gone, much.idle)
                helper.look()
        finally:
            self._helper = None
            _leave(helper)


def _leave(helper: Helper) -> None:
    """Let a helper end once it has answered all that it has, also after the service around it was built anew."""
    leaving = asyncio.create_task(helper.leave())
    _LEAVING.add(leaving)
    leaving.add_done_callback(_LEAVING.discard)


async def _either(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
