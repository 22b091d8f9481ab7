"""The bytes of a mail: the one function that builds mail headers, and the guard that parses them again.

Apart from `email`, which writes the words, because words come from strangers and headers decide where mail goes.
Apart from `body`, which is encoded and checked once for all readers of an issue; headers are built, and parsed again,
for each. What one header reads as is remembered, so for a copy that is the address and the Message-ID alone.

All of it is ASCII, but for the address of a reader who has other letters before the @: that is UTF-8 (RFC 6532), and
`send.envelope` asks the server whether it takes it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address, AddressHeader, HeaderRegistry
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from email.policy import SMTP, SMTPUTF8
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any

from briefing.errors import RenderError
from briefing.model import Mail
from briefing.render import headers as safe
from briefing.render.body import body, demand

_LINE = 998  # RFC 5322, 2.1.1
_HEADER = 64 * 1024
_POLICY, _KINDS = SMTP, HeaderRegistry()
_ATOM = r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+"  # RFC 5322, 3.2.3, without "=" and "?", which begin encoded words
_BARE = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_BARE_ID = re.compile(rf"<{_BARE.pattern}>", re.ASCII)
_ORDER = (
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"),
)


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """What one copy of a mail says about itself; `references` is the root first."""

    sender: str  # mailbox: "Name <address>", or an address
    recipient: str  # an address
    message_id: str  # with its angle brackets
    date: datetime
    references: tuple[str, ...] = ()
    list_id: str | None = None  # as `list_id` writes it
    list_unsubscribe: str | None = None  # an address or a mailto: link
    auto_submitted: bool = True


def build(mail: Mail, headers: MailHeaders) -> bytes:
    """Return the message as it goes out, CRLF line ends; RenderError when it would not be safe to send."""
    return b"".join(pieces(mail, headers))


def pieces(mail: Mail, headers: MailHeaders) -> tuple[bytes, ...]:
    """Return the same in pieces, each of whole lines: what is this copy's own, and what copies share."""
    fields = _shared(mail.subject, replace(headers, recipient="", message_id="")) | _own(headers)
    top = "".join(f"{name}: {fields[name].line}\r\n" for name in _ORDER if name in fields).encode()
    _check_top(top, fields)
    return top, *body(mail)


def message_id(secret: bytes, key: str, domain: str) -> str:
    """Return the Message-ID of a delivery: the same for the same key, and nobody else can guess it."""
    return f"<{hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]}@{domain}>"


def root_id(story: str, domain: str) -> str:
    """Return the id under which all mails on a story thread; no mail of this id is ever sent."""
    return f"<story.{story}@{domain}>"


def list_id(title: str, name: str, domain: str) -> str:
    """Return the value of List-Id (RFC 2919): the title, then an id that stays when the title changes."""
    words = safe.phrase(title, 120)
    shown = f'"{words}" ' if words.isascii() and words else f"{words} ".lstrip()
    return f"{shown}<{re.sub(r'[^a-z0-9.-]', '-', name.lower())}.{domain}>"


@dataclass(frozen=True, slots=True)
class _Field:
    """What a header is to say, and the line that says it."""

    meant: object
    line: str


def _own(headers: MailHeaders) -> dict[str, _Field]:
    """Return the headers that no two copies have in common."""
    to, message_id = safe.address(headers.recipient, utf8=True), safe.message_ids(headers.message_id)
    return {"To": _field("To", to), "Message-ID": _field("Message-ID", message_id)}


@lru_cache(maxsize=64)
def _shared(subject: str, headers: MailHeaders) -> dict[str, _Field]:
    """Return every other header of a mail but those of its body."""
    roots = headers.references
    values: dict[str, str | Address | datetime | None] = {
        "From": safe.mailbox(headers.sender),
        "Subject": safe.text(subject),
        "Date": headers.date,
        "In-Reply-To": safe.message_ids(roots[0]) if roots else None,
        "References": safe.message_ids(*roots) if roots else None,
        "List-Id": _list_id(headers.list_id) if headers.list_id else None,
        "List-Unsubscribe": safe.mailto(headers.list_unsubscribe) if headers.list_unsubscribe else None,
        "Auto-Submitted": "auto-generated" if headers.auto_submitted else None,
        "X-Auto-Response-Suppress": "OOF, AutoReply" if headers.auto_submitted else None,
        "MIME-Version": "1.0",
    }
    return {name: _field(name, value) for name, value in values.items() if value is not None}


def _field(name: str, value: str | Address | datetime) -> _Field:
    match value:
        case Address():
            meant: object = _mailbox(value)
        case datetime():
            meant = value.replace(microsecond=0)
        case _:
            meant = value
    return _Field(meant, safe.written(name, value))


def _list_id(value: str) -> str:
    title, bracket, rest = value.rpartition("<")
    if not bracket or not re.fullmatch(r"[a-z0-9.-]+>", rest):
        raise RenderError(f"not a List-Id: {safe.text(value, 80)!r}")
    return f"{safe.text(title)} <{rest}".lstrip()


def _check_top(top: bytes, fields: Mapping[str, _Field]) -> None:
    """Parse what was written as a receiver would; anything but exactly what was meant stops the mail."""
    parsed = _parsed(top)
    demand(parsed.keys() == [name for name in _ORDER if name in fields], "the set of headers")
    demand(not parsed.get_payload(), "the end of the headers")
    demand(len(top) <= _HEADER and max(map(len, top.split(b"\r\n"))) <= _LINE, "the length of a header")
    for name, raw in parsed.raw_items():
        demand(_reads(name, raw, fields[name].meant), name)


def _parsed(top: bytes) -> Message:
    """Parse headers; only the reader's address may be outside ASCII, and nothing in it controls or turns a line."""
    if top.isascii():
        return BytesHeaderParser(policy=_POLICY).parsebytes(top + b"\r\n")
    words = top.decode()
    lines = words.split("\r\n")
    demand(all(line.isascii() or line.startswith("To: ") for line in lines), "a header in ASCII")
    demand(all(map(str.isprintable, lines)), "an address outside ASCII")
    return HeaderParser(policy=SMTPUTF8).parsestr(f"{words}\r\n")


def _reads(name: str, raw: str, meant: object) -> bool:
    """Say whether a receiver reads in a header's line what was meant, and nothing that controls anything.

    Bare addresses and ids can be read in one way only, and no two copies have the same: those are looked at here.
    """
    if name == "To" and _BARE.fullmatch(raw):
        return meant == (raw, "")
    if name == "Message-ID" and _BARE_ID.fullmatch(raw):
        return meant == raw
    return _reads_any(name, raw, meant)


@lru_cache(maxsize=256)
def _reads_any(name: str, raw: str, meant: object) -> bool:
    try:
        found = _kind(name)(name, raw.replace("\r", "").replace("\n", ""))  # unfolded (RFC 5322, 2.2.3)
    except ValueError:  # an encoded word in an address held a line end
        return False
    if re.search(r"[\x00-\x1f\x7f]", str(found)):
        return False
    match meant:
        case datetime():
            return parsedate_to_datetime(str(found)) == meant
        case str():
            return str(found) == meant
    return isinstance(found, AddressHeader) and [_mailbox(one) for one in found.addresses] == [meant]


@cache
def _kind(name: str) -> Any:
    """Return what Python's reader makes of a header of this name; the reader itself builds that for each it meets."""
    return _KINDS[name]


def _mailbox(value: Address) -> tuple[str, str]:
    """Return an address and its name's letters: Python's reader puts a space where a long name was folded."""
    return value.addr_spec, "".join(value.display_name.split())
