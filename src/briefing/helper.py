"""An outlet in a process of its own: while there is much to send, the second core of the machine does it.

    the service ──a letter, a posting──▶ the helper ──SMTP, HTTP──▶ far ends
                ◀───────verdict────────

Both speak over a pair of sockets, in pickles with their length before them; a text that many letters share is sent
once. Below `outlets`, which starts a helper and ends it.

What if we die here? If the helper dies, the attempts it had become retries, as after a connection that broke: a message
may have been taken, and may come twice. If the service dies, the helper sees the end of its socket and ends too; it
ignores what a service manager or a terminal sends to the whole group, for then the service says when.
"""

import asyncio
import pickle
import signal
import socket
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, fields
from itertools import count
from operator import attrgetter
from typing import Any

import structlog

from briefing import heap
from briefing.clock import utc_now
from briefing.errors import BriefingError
from briefing.model import Dead, Delivered, Mail, Retry, Verdict
from briefing.outlet import FarEnds, Letter, Outlet, Posting
from briefing.render.mime import MailHeaders
from briefing.send.http import Poster

log = structlog.get_logger()
START_SECONDS = 30.0
PATIENCE_SECONDS = 1800.0  # a mail server may take 600 s after the dot, and 30 s for each step before it
_END_SECONDS, _LEAVE_SECONDS = 3.0, 0.1
_TEXTS = 64  # that the helper remembers of each kind
_TEXT, _MAIL, _POST = range(3)  # what is sent
# As tuples: a dataclass takes five times as long.
_WORDS = attrgetter("subject", "preheader", "own")
_HEADERS, _DELIVERED = (attrgetter(*(one.name for one in fields(kind))) for kind in (MailHeaders, Delivered))
_ENDED = "the process that sends ended; the message may have been taken all the same, and may come twice"
_LENGTH = 4  # bytes before each pickle that say how many follow


@dataclass(frozen=True, slots=True)
class _Broke:
    """A mistake of ours in the helper, with its traceback."""

    kind: str
    told: str


class Helper:
    """The service's end of it; `mail` and `post` are an outlet's."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._numbers = process, count()
        self._known: list[dict[str, int]] = [{}, {}]  # plain words, and HTML, that the helper knows by a number
        self._turns = count(), count()
        self._waiting: dict[int, tuple[float, asyncio.Future[Any]]] = {}
        self._wire = _Wire(self._answered, self._lost)
        self.gone = asyncio.Event()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @classmethod
    async def start(cls, ends: FarEnds) -> "Helper":
        """Start a helper for these far ends, and return it once it is ready; raise OSError if it does not start."""
        ours, theirs = socket.socketpair()
        try:
            process = await _process(theirs)
        except BaseException:
            ours.close()
            raise
        helper = cls(process)
        try:
            await asyncio.get_running_loop().create_connection(lambda: helper._wire, sock=ours)
            async with asyncio.timeout(START_SECONDS):
                await helper._asked(ends)
        except BaseException:
            await helper.close()
            raise
        return helper

    def mail(self, letter: Letter) -> Awaitable[Verdict]:
        """Hand over a mail."""
        text, html = self._named(letter.words.text, 0), self._named(letter.words.html, 1)
        return self._sent((_MAIL, text, html, _WORDS(letter.words), _HEADERS(letter.headers)))

    def post(self, posting: Posting) -> Awaitable[Verdict]:
        """Post to a channel."""
        return self._sent((_POST, posting.channel, posting.payload, posting.message_id))

    def look(self) -> None:
        """Kill the helper if it has owed an answer for longer than any far end may take."""
        if any(time.monotonic() - since > PATIENCE_SECONDS for since, _ in self._waiting.values()):
            log.error("helper.hangs", pid=self._process.pid)
            self._process.kill()

    async def leave(self) -> None:
        """End the helper once it has answered all that it has; at once if that is cancelled."""
        try:
            while self._waiting and not self.gone.is_set():
                await asyncio.sleep(_LEAVE_SECONDS)
                self.look()
        finally:
            await self.close()

    async def close(self) -> None:
        """End the helper; what it was still sending is as if the connection had broken."""
        self._wire.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        log.info("helper.ends", pid=self.pid)

    async def _sent(self, message: tuple[Any, ...]) -> Verdict:
        try:
            answer = await self._asked(message)
        except OSError:
            return Retry(_ENDED, down=True)  # no word of the far end: it is not thought to be well
        if isinstance(answer, tuple):
            return Delivered(*answer)
        if isinstance(answer, _Broke):
            log.error("helper.broke", traceback=answer.told)
            return Retry(f"internal error: {answer.kind}")
        verdict: Verdict = answer
        return verdict

    def _named(self, text: str, kind: int) -> int:
        """Return the number of a text, which the helper is told first if it does not know it.

        Plain words and HTML have numbers of their own, so that neither of one mail drops the other.
        """
        number = self._known[kind].get(text)
        if number is None:
            number = 2 * (next(self._turns[kind]) % _TEXTS) + kind
            others = {known: other for known, other in self._known[kind].items() if other != number}
            self._known[kind] = others | {text: number}
            if not self.gone.is_set():
                self._wire.send((number, (_TEXT, text)))
        return number

    async def _asked(self, message: object) -> Any:
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = time.monotonic(), answer
        try:
            if self.gone.is_set():
                raise ConnectionResetError
            self._wire.send((number, message))
            return await answer
        finally:
            del self._waiting[number]

    def _answered(self, told: Any) -> None:
        number, answer = told
        _, waiting = self._waiting.get(number, (0.0, None))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _lost(self) -> None:
        self.gone.set()
        for _, waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())


async def _process(theirs: socket.socket) -> asyncio.subprocess.Process:
    """Start the other process with its end of the pair, which is closed here."""
    with theirs:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", "from briefing import helper; helper.main()"),
            stdin=theirs.fileno(),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )


class _Wire(asyncio.Protocol):
    """One end of the pair of sockets: whole objects, in both directions."""

    def __init__(self, heard: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._heard, self._lost = heard, lost
        self._came, self._going = bytearray(), bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, thing: object) -> None:
        """Send an object with what else is sent in this turn of the loop."""
        if not self._going:
            asyncio.get_running_loop().call_soon(self._flush)
        frame = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        self._going += len(frame).to_bytes(_LENGTH)
        self._going += frame

    def close(self) -> None:
        """Let the other end know that nothing more comes."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take in what came, and tell of each object that is whole."""
        self._came += data
        while len(self._came) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self._came[:_LENGTH])
            if len(self._came) < end:
                return
            thing = pickle.loads(self._came[_LENGTH:end])  # noqa: S301 - our own other process wrote it
            del self._came[:end]
            self._heard(thing)

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell that the other end is gone."""
        self._lost()

    def _flush(self) -> None:
        going, self._going = self._going, bytearray()
        if self._transport is not None:
            self._transport.write(going)


class _Far:
    """The helper's own end: it sends what comes, and answers each."""

    outlet: Outlet  # made of the first that comes

    def __init__(self, poster: Poster) -> None:
        self._poster, self.over = poster, asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._texts: dict[int, str] = {}

    async def serve(self, sock: socket.socket) -> None:
        """Serve until the service closes its end."""
        loop = asyncio.get_running_loop()
        _, self._wire = await loop.create_connection(lambda: _Wire(self._heard, self.over.set), sock=sock)
        await self.over.wait()
        await self.outlet.close()

    def _heard(self, told: Any) -> None:
        number, message = told
        match message:
            case FarEnds():
                self.outlet = Outlet(message, poster=self._poster, clock=utc_now)
                heap.settle()
                self._wire.send((number, None))
            case (kind, text) if kind == _TEXT:
                self._texts[number] = text
            case (kind, text, html, (subject, preheader, own), headers) if kind == _MAIL:
                words = Mail(subject, self._texts[text], self._texts[html], preheader, own)
                self._begin(number, self.outlet.mail(Letter(words, MailHeaders(*headers))))
            case (_, channel, payload, message_id):
                self._begin(number, self.outlet.post(Posting(channel, payload, message_id)))

    def _begin(self, number: int, sending: Coroutine[Any, Any, Verdict]) -> None:
        self._tasks[number] = asyncio.create_task(self._answer(number, sending))

    async def _answer(self, number: int, sending: Coroutine[Any, Any, Verdict]) -> None:
        answer: Verdict | _Broke
        try:
            answer = await sending
        except BriefingError as error:
            answer = Dead(str(error))
        except Exception as error:  # noqa: BLE001 - the service logs it, for it knows what must not be shown
            answer = _Broke(type(error).__name__, traceback.format_exc())
        finally:
            del self._tasks[number]
        if not self.over.is_set():
            self._wire.send((number, _DELIVERED(answer) if isinstance(answer, Delivered) else answer))


async def _serve() -> None:
    async with Poster() as poster:
        await _Far(poster).serve(socket.socket(fileno=sys.stdin.fileno()))


def main() -> None:
    """Send what the service hands over at standard input, a socket, until it ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    heap.give_back()
    asyncio.run(_serve())
