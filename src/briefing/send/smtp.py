"""Handing one mail to whoever carries it: the operator's mail server.

Apart from `folder`, which stands in when there is no server, from `envelope`, which says what goes over the wire, and
from `verdict`, which knows what a reply means. It blocks: one instance a thread. Where the server lets us (RFC 2920),
all commands of a message go out at once.

What if the connection dies? Before the message's last dot nothing was handed over; after it the server may have the
message, so the next attempt may repeat it, under the same Message-ID (RFC 5321 section 6.1 asks the other side to live
with that).
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial

from briefing.config import smtp as config
from briefing.config.smtp import StartTls
from briefing.model import Dead, Delivered, Retry, Verdict
from briefing.send.envelope import Envelope, envelope
from briefing.send.folder import Folder
from briefing.send.text import fit
from briefing.send.verdict import Phase, by_reply

__all__ = ["Folder", "Smtp"]  # whoever sends mail finds both ways here

_REPLY_LIMIT = 300
_GOODBYE = 1.0  # seconds
_WAY_OUT = "give another address, or a mail server that takes them: `briefing deliveries retry` sends this then"
_NO_UTF8 = f"the mail server takes no letters outside ASCII before the @ (it does not offer SMTPUTF8): {_WAY_OUT}"
_NOT_THESE = re.compile(rb"555 |55\d 5\.6\.[789]\b")  # RFC 5321 section 4.1.1.11; RFC 6531 section 3.5


class _StaleError(Exception):
    """A kept connection was dead before it took the first command: another one may do."""


class Smtp:
    """A mail server; its connection is opened when it is first needed, kept, and opened again when it has died."""

    def __init__(
        self,
        settings: config.Smtp,
        *,
        timeout: float = 30,
        end_timeout: float = 600,  # RFC 5321 section 4.5.3.2.6: giving up sooner makes duplicates
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings, self._timeout, self._end_timeout = settings, timeout, end_timeout
        self._tls = tls or _tls(settings.starttls)
        self._connection: smtplib.SMTP | None = None

    def send(self, *message: bytes, sender: str, recipient: str) -> Verdict:
        """Hand over a message, byte for byte; what the server or the network does is in the verdict, never raised.

        It may come in pieces, each of whole lines.
        """
        addressed = envelope(message, sender, recipient)
        if isinstance(addressed, Dead):
            return addressed
        if self._connection is not None:
            with suppress(_StaleError):
                return self._converse(self._connection, addressed, reused=True)
        opened = self.open()
        return opened if isinstance(opened, Retry) else self._converse(opened, addressed, reused=False)

    def open(self) -> smtplib.SMTP | Retry:
        """Connect, encrypt and log in as configured; the connection is this instance's to close."""
        try:
            connection = self._connection = self._dial()
            self._secure(connection)
            self._log_in(connection)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._drop()
            return Retry(self._why(error), stop_channel=True)
        return connection

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to, and wait a second for the reply."""
        if self._connection is not None and self._connection.sock is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.sock.settimeout(_GOODBYE)
                self._connection.quit()
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _dial(self) -> smtplib.SMTP:
        # A name is given so that smtplib looks none up; `_introduced` puts the right one in its place.
        name, timeout = "localhost", self._timeout
        host, port = self._settings.host, self._settings.port
        if self._settings.starttls is StartTls.IMPLICIT:
            return _introduced(smtplib.SMTP_SSL(host, port, name, timeout=timeout, context=self._tls))
        return _introduced(smtplib.SMTP(host, port, name, timeout))

    def _secure(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        wanted = self._settings.starttls
        offered = connection.has_extn("starttls")
        if wanted is StartTls.REQUIRED and not offered:
            raise smtplib.SMTPNotSupportedError("it offers no STARTTLS, which starttls: required asks for")
        if wanted is StartTls.REQUIRED or (wanted is StartTls.OPTIONAL and offered):
            connection.starttls(context=self._tls)
            connection.ehlo_or_helo_if_needed()

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if self._settings.user is not None:
            connection.login(self._settings.user, self._password())

    def _password(self) -> str:
        return self._settings.password.get_secret_value() if self._settings.password else ""

    def _converse(self, connection: smtplib.SMTP, envelope: Envelope, *, reused: bool) -> Verdict:
        """Go through the commands of one message; raise _StaleError if a reused connection died before the first."""
        phase = Phase.MAIL
        try:
            if envelope.utf8 and not connection.has_extn("smtputf8"):
                return Dead(_NO_UTF8)
            for phase, command in _commands(connection, envelope):
                code, text = command()
                if code // 100 != (3 if phase is Phase.DATA else 2):
                    refused = self._refused(connection, phase, code, text, reused=reused)
                    return _alone(refused, code, text) if envelope.utf8 else refused
            _push(connection, envelope.quoted)
            phase = Phase.END
            return self._judged(connection)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            if reused and phase is Phase.MAIL:
                raise _StaleError from error
            return Retry(f"the connection to the mail server broke: {_words(error)}; {_AFTER[phase]}")

    def _judged(self, connection: smtplib.SMTP) -> Verdict:
        assert connection.sock is not None
        connection.sock.settimeout(self._end_timeout)
        code, text = connection.getreply()
        connection.sock.settimeout(self._timeout)
        if code == 421:
            self._drop()
        return by_reply(Phase.END, code, _clean(text))

    def _refused(self, connection: smtplib.SMTP, phase: Phase, code: int, text: bytes, *, reused: bool) -> Verdict:
        if code == 421:
            self._drop()
            if reused and phase is Phase.MAIL:  # it was idle for too long, and says so only now
                raise _StaleError
        else:
            self._reset(connection, _BEHIND[phase] if _at_once(connection) else 0)
        return by_reply(phase, code, _clean(text))

    def _reset(self, connection: smtplib.SMTP, behind: int) -> None:
        """Take the refused message out of the way of the next one; a server that cannot do that is left.

        So many commands are `behind` the refused one already; if the server awaits a message for nobody all the same,
        it gets an empty one (RFC 2920 section 3.1).
        """
        try:
            replies = [connection.getreply()[0] for _ in range(behind)]
            if replies[-1:] == [354]:
                connection.send(b".\r\n")
                connection.getreply()
            done = connection.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            done = False
        if not done:
            self._drop()

    def _why(self, error: Exception) -> str:
        """Say in an operator's words why no connection came about."""
        where = f"{self._settings.host}:{self._settings.port}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"the mail server {where} refused the login: {error.smtp_code} {self._masked(error.smtp_error)}"
            case smtplib.SMTPResponseException():
                return f"the mail server {where} answered {error.smtp_code} {self._masked(error.smtp_error)}"
            case ssl.SSLCertVerificationError():
                return f"the certificate of the mail server {where} is not trusted: {error.verify_message}"
            case UnicodeError():
                return f"user or password for the mail server {where} hold characters that cannot be sent"
            case _ if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                return f"the mail server {where} did not answer within {self._timeout:g} s"
        return f"the mail server {where} cannot be used: {_words(error)}"

    def _masked(self, reply: bytes | str) -> str:
        text, secret = _clean(reply), self._password()
        plain = f"\0{self._settings.user}\0{secret}"  # as AUTH PLAIN has it (RFC 4616)
        known = (secret, *(base64.b64encode(text.encode()).decode() for text in (secret, plain)))
        return "(its words repeat the password)" if secret and any(word in text for word in known) else text


_AFTER = dict.fromkeys(Phase, "nothing was handed over") | {
    Phase.END: "the message may have been taken all the same, and may come twice"
}
_BEHIND = {Phase.MAIL: 2, Phase.RCPT: 1, Phase.DATA: 0}  # commands that follow in the same flight


def _commands(
    connection: smtplib.SMTP, envelope: Envelope
) -> tuple[tuple[Phase, Callable[[], tuple[int, bytes]]], ...]:
    """Return what asks each command of a message and brings its reply."""
    lines = envelope.commands(connection.has_extn)
    if _at_once(connection):
        rest = connection.getreply
        return (Phase.MAIL, partial(_ask, connection, b"".join(lines))), (Phase.RCPT, rest), (Phase.DATA, rest)
    return tuple((phase, partial(_ask, connection, line)) for phase, line in zip(_BEHIND, lines, strict=True))


def _at_once(connection: smtplib.SMTP) -> bool:
    return connection.has_extn("pipelining")


def _ask(connection: smtplib.SMTP, line: bytes) -> tuple[int, bytes]:
    connection.send(line)
    return connection.getreply()


def _alone(refused: Verdict, code: int, text: bytes) -> Verdict:
    """Judge a refusal of the letters in an address by a server that offers to take them: it does not refuse us."""
    if isinstance(refused, Delivered) or not _NOT_THESE.match(b"%d %s" % (code, text)):
        return refused
    return Dead(f"{refused.reason}; {_WAY_OUT}")


def _push(connection: smtplib.SMTP, pieces: Sequence[bytes]) -> None:
    """Send a message; what many messages share is not copied for each, unless it is encrypted."""
    sock = connection.sock
    if not isinstance(sock, socket.socket) or isinstance(sock, ssl.SSLSocket):
        connection.send(b"".join(pieces))
        return
    left = [memoryview(piece) for piece in pieces]
    while left:
        sent = sock.sendmsg(left)
        while left and sent >= len(left[0]):
            sent -= len(left.pop(0))
        if left:
            left[0] = left[0][sent:]


def _introduced(connection: smtplib.SMTP) -> smtplib.SMTP:
    # RFC 5321 section 4.1.4: a client without a name of its own gives its address; looking a name up could block.
    assert connection.sock is not None
    address = str(connection.sock.getsockname()[0])
    connection.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
    return connection


@cache
def _tls(kind: StartTls) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if kind is StartTls.OPTIONAL:
        # Whoever can forge a certificate here could as well hide the offer; this keeps out only those who listen.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror) or (isinstance(error, OSError) and error.strerror):
        return str(error.strerror)
    return _clean(str(error)) or type(error).__name__


def _clean(reply: bytes | str) -> str:
    """Return a server's words as one short line without control characters."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return fit("".join(c if c.isprintable() else " " for c in " ".join(text.split())), _REPLY_LIMIT)
