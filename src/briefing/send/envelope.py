"""A mail as it goes over the wire: two addresses that were looked at once more, and lines with their dots doubled.

Pure. Apart from `smtp`, which holds the conversation: nothing here knows a connection. A message comes in pieces, each
of whole lines. What many messages share is one of them, the same object in each, and is looked at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from email_validator import EmailNotValidError, validate_email

from briefing.model import Dead, plain

_SHARED = 4 * 1024  # bytes: a smaller piece is looked at sooner than found
_UNSAFE = Dead("the message holds a NUL, or a CR or LF on its own; it was not sent")


@dataclass(frozen=True)
class Envelope:
    """A message and the two addresses, all of them safe to be spoken."""

    sender: str
    recipient: str
    size: int  # bytes, before dots are doubled
    quoted: tuple[bytes, ...]  # pieces with their dots doubled, and the last dot (RFC 5321 section 4.5.2)

    @cached_property
    def utf8(self) -> bool:
        """Whether the server must be able to take addresses outside ASCII."""
        return not (self.sender.isascii() and self.recipient.isascii())

    def commands(self, offers: Callable[[str], bool]) -> tuple[bytes, bytes, bytes]:
        """Return MAIL, RCPT and DATA for a server that `offers` extensions."""
        options = f" SIZE={self.size}" if offers("size") else ""
        if not all(map(bytes.isascii, self.quoted)) and offers("8bitmime"):
            options += " BODY=8BITMIME"
        if self.utf8:
            options += " SMTPUTF8"
        return (
            f"MAIL FROM:<{self.sender}>{options}\r\n".encode(),
            f"RCPT TO:<{self.recipient}>\r\n".encode(),
            b"DATA\r\n",
        )


def envelope(pieces: Sequence[bytes], sender: str, recipient: str) -> Envelope | Dead:
    """Address a message; Dead if it, or an address, could be read in two ways."""
    quoted = [_quoted(piece) if len(piece) > _SHARED else _quote(piece) for piece in pieces]
    parts = [part for part in quoted if part is not None]
    if len(parts) < len(pieces) or not all(piece.endswith(b"\r\n") for piece in pieces[:-1]):
        return _UNSAFE
    end = b".\r\n" if pieces[-1].endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        return Envelope(_wire_address(sender), _wire_address(recipient), sum(map(len, pieces)), (*parts, end))
    except EmailNotValidError as error:
        return Dead(f"not an address that mail can be sent to: {error}")


def _quote(piece: bytes) -> bytes | None:
    if b"\0" in piece or not piece.count(b"\r\n") == piece.count(b"\r") == piece.count(b"\n"):
        return None
    return (b"\r\n" + piece).replace(b"\r\n.", b"\r\n..")[2:]


_quoted = lru_cache(maxsize=16)(_quote)


def _wire_address(address: str) -> str:
    if plain(address):
        return address
    # Names of hosts inside a site are for the mail server to judge, so they need not be public. Domains go in ASCII
    # beside any letters, as in the message: every server, and what an operator wrote for it, knows them so.
    checked = validate_email(address, check_deliverability=False, globally_deliverable=False, allow_domain_literal=True)
    return checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"
