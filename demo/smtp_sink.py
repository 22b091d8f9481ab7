"""A mail server that delivers to a list in memory, and misbehaves when told to.

It runs on a thread and a loop of its own, so that a client that blocks can talk to it from any thread.
"""

import asyncio
import email
import re
import ssl
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

END = "END"  # the dot after the message, among the commands a fault can be set for


@dataclass(frozen=True, slots=True)
class Received:
    """A message the server took, with the conversation it came in."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool
    connection: int  # counted from 1
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What to do instead of the usual: say `reply` after `delay` seconds, or without one hang up."""

    reply: str | None = None
    delay: float = 0


class SmtpSink:
    """Context manager; listens on a free port of 127.0.0.1. `users` switches AUTH on."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        certificate: tuple[Path, Path] | None = None,
        implicit: bool = False,
        users: Mapping[str, str] | None = None,
        utf8: bool = True,
        pipelining: bool = False,
    ) -> None:
        self.pipelining = pipelining
        self.received: list[Received] = []
        self.commands: list[str] = []
        self.logins: list[str] = []
        self.connections = 0
        self._users = dict(users or {})
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._open: set[asyncio.Transport] = set()
        self._controller = _Controller(self, _tls(certificate), implicit=implicit, utf8=utf8)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._controller.port

    @property
    def messages(self) -> list[EmailMessage]:
        """What was received, read."""
        return [_read(one.content) for one in self.received]

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages to one address."""
        return [_read(one.content) for one in self.received if address in one.recipients]

    def issues(self, number: int) -> list[EmailMessage]:
        """Return the copies of the issue with this number."""
        line = re.compile(rf"^No\. {number}\b", re.MULTILINE)
        return [message for message in self.messages if message["List-Id"] and line.search(self.text(message))]

    @staticmethod
    def text(message: EmailMessage) -> str:
        """Return the plain words of a message."""
        part = message.get_body(("plain",))
        return "" if part is None else str(part.get_content())

    def __enter__(self) -> Self:
        self._controller.start()
        self.connections = 0  # the controller knocked once to see that it is up
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def fail(self, command: str, reply: str | None = None, *, delay: float = 0, times: int = 1) -> None:
        """Answer the next uses of a command (or END) by `reply`, or hang up if there is none."""
        self._faults[command].extend([Fault(reply, delay)] * times)

    def hang_up(self) -> None:
        """Close every connection, as a server does with idle ones."""
        for transport in tuple(self._open):
            self._controller.loop.call_soon_threadsafe(transport.abort)

    def opened(self, transport: asyncio.Transport) -> int:
        """Count a connection and return its number."""
        self.connections += 1
        self._open.add(transport)
        return self.connections

    def fault(self, command: str) -> Fault | None:
        """Return what was asked for in place of this use of a command."""
        self.commands.append(command)
        faults = self._faults[command]
        return faults.popleft() if faults else None

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        """Check a login against `users`."""
        user, password = login.login.decode(), login.password.decode()
        self.logins.append(f"{mechanism} {user}")
        return AuthResult(success=self._users.get(user) == password, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, offers: list[str]
    ) -> list[str]:
        """Say what is offered."""
        session.host_name = name
        return [*offers[:-1], "250-PIPELINING", offers[-1]] if self.pipelining else offers

    async def handle_DATA(self, server: "_Server", _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a whole message; a fault without a reply takes it too and hangs up before saying so."""
        fault = self.fault(END)
        if fault is None or fault.reply is None or fault.reply.startswith("2"):
            self.received.append(_received(server, envelope))
        if fault is None:
            return "250 2.0.0 taken"
        await asyncio.sleep(fault.delay)
        if fault.reply is None:
            server.abort()
        return fault.reply or "421 gone"


class _Server(SMTP):
    """One connection, with the sink's faults before each command."""

    def __init__(self, sink: SmtpSink, **settings: Any) -> None:
        # Not the sink itself: at each connection aiosmtpd reads every attribute of its handler, all messages too.
        super().__init__(SimpleNamespace(handle_EHLO=sink.handle_EHLO, handle_DATA=sink.handle_DATA), **settings)
        self._sink, self.number = sink, 0
        self._smtp_methods = {name: self._faulty(name, method) for name, method in self._smtp_methods.items()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection, once, though TLS makes it anew."""
        assert isinstance(transport, asyncio.Transport)
        self.number = self.number or self._sink.opened(transport)
        super().connection_made(transport)

    @property
    def encrypted(self) -> bool:
        """Whether what comes in now comes through TLS."""
        return self.transport is not None and self.transport.get_extra_info("sslcontext") is not None

    def abort(self) -> None:
        """Hang up without a word."""
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()

    def _faulty(self, name: str, method: Any) -> Any:
        async def command(argument: str | None) -> None:
            fault = self._sink.fault(name)
            if fault is None:
                await method(argument)
                return
            await asyncio.sleep(fault.delay)
            if fault.reply is None:
                self.abort()
            else:
                await self.push(fault.reply)

        return command


class _Controller(Controller):
    def __init__(self, sink: SmtpSink, tls: ssl.SSLContext | None, *, implicit: bool, utf8: bool) -> None:
        self._sink = sink
        super().__init__(
            sink,
            hostname=sink.host,
            port=0,
            ssl_context=tls if implicit else None,
            tls_context=None if implicit else tls,
            server_hostname="localhost",
            authenticator=sink.authenticate,
            auth_require_tls=False,
            enable_SMTPUTF8=utf8,
        )

    def factory(self) -> _Server:
        """Make the server's side of one connection."""
        return _Server(self._sink, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _received(server: _Server, envelope: Envelope) -> Received:
    return Received(
        envelope.mail_from or "",
        tuple(envelope.rcpt_tos),
        bytes(envelope.original_content or b""),
        tls=server.encrypted,
        connection=server.number,
        options=tuple(envelope.mail_options),
    )


def _read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, EmailMessage, policy=policy.default)


def _tls(certificate: tuple[Path, Path] | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context
