"""The bytes of a mail: the one function that builds mail headers, and the guard that parses them again.

Apart from `email`, which writes the words, because words come from strangers and headers decide where mail goes.
The body of an issue is encoded and checked once and shared by its readers; headers are checked for each.
"""

import base64
import hashlib
import hmac
import quopri
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from functools import lru_cache

from briefing.errors import RenderError
from briefing.model import Mail
from briefing.render import headers as safe

_LINE = 998  # RFC 5322, 2.1.1
_HEADER = 64 * 1024
_POLICY = SMTP


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
    fields = _fields(mail.subject, headers)
    top = _top(fields)
    _check_top(top, fields)
    return top + _body(mail.text, mail.html)


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


def _fields(subject: str, headers: MailHeaders) -> dict[str, str | Address | datetime]:
    """Return every header of a mail but those of its body, in their order."""
    roots = headers.references
    optional: dict[str, str | None] = {
        "In-Reply-To": safe.message_ids(roots[0]) if roots else None,
        "References": safe.message_ids(*roots) if roots else None,
        "List-Id": _list_id(headers.list_id) if headers.list_id else None,
        "List-Unsubscribe": safe.mailto(headers.list_unsubscribe) if headers.list_unsubscribe else None,
        "Auto-Submitted": "auto-generated" if headers.auto_submitted else None,
        "X-Auto-Response-Suppress": "OOF, AutoReply" if headers.auto_submitted else None,
    }
    return {
        "From": safe.mailbox(headers.sender),
        "To": safe.address(headers.recipient),
        "Subject": safe.text(subject),
        "Date": headers.date,
        "Message-ID": safe.message_ids(headers.message_id),
        **{name: value for name, value in optional.items() if value is not None},
        "MIME-Version": "1.0",
    }


def _list_id(value: str) -> str:
    title, bracket, rest = value.rpartition("<")
    if not bracket or not re.fullmatch(r"[a-z0-9.-]+>", rest):
        raise RenderError(f"not a List-Id: {safe.text(value, 80)!r}")
    return f"{safe.text(title)} <{rest}".lstrip()


def _top(fields: dict[str, str | Address | datetime]) -> bytes:
    return "".join(f"{name}: {safe.written(name, value)}\r\n" for name, value in fields.items()).encode("ascii")


def _check_top(top: bytes, fields: dict[str, str | Address | datetime]) -> None:
    """Parse what was written as a receiver would; anything but exactly what was meant stops the mail."""
    parsed = BytesParser(policy=_POLICY).parsebytes(top + b"\r\n")
    _demand(parsed.keys() == list(fields), "the set of headers")
    _demand(not parsed.get_payload(), "the end of the headers")
    _demand(len(top) <= _HEADER and max(map(len, top.split(b"\r\n"))) <= _LINE, "the length of a header")
    for name in ("From", "To"):
        found = parsed[name]
        _demand(
            isinstance(found, AddressHeader) and list(map(_mailbox, found.addresses)) == [_mailbox(fields[name])], name
        )
    _demand(parsedate_to_datetime(str(parsed["Date"])) == _seconds(fields["Date"]), "Date")
    for name, value in fields.items():
        shown = str(parsed[name])
        _demand(not re.search(r"[\x00-\x1f\x7f]", shown), name)
        _demand(not isinstance(value, str) or shown == value, name)


def _mailbox(value: object) -> tuple[str, str]:
    """Return an address and its name's letters: Python's reader puts a space where a long name was folded."""
    assert isinstance(value, Address)
    return value.addr_spec, "".join(value.display_name.split())


def _seconds(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value.replace(microsecond=0)


@lru_cache(maxsize=16)
def _body(text: str, html: str) -> bytes:
    """Encode both bodies, plain first; the boundary follows from them, so the same mail is the same bytes."""
    parts = (("plain", _clean(text)), ("html", _clean(html)))
    boundary = "=_" + hashlib.sha256("\0".join(words for _, words in parts).encode()).hexdigest()[:32]
    lines = [f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode()]
    lines += [f"\r\n--{boundary}\r\n".encode() + _part(kind, words) for kind, words in parts]
    body = b"".join([*lines, f"\r\n--{boundary}--\r\n".encode()])
    _check_body(body, [words for _, words in parts])
    return body


def _part(kind: str, words: str) -> bytes:
    part = EmailMessage(policy=_POLICY)
    part.set_content(words, subtype=kind, charset="utf-8", cte=_encoding(words))
    del part["MIME-Version"]
    return part.as_bytes()


def _encoding(words: str) -> str:
    """Choose the shorter transfer encoding: Persian costs six bytes a letter in one and under three in the other."""
    raw = words.encode()
    return "quoted-printable" if len(quopri.encodestring(raw)) <= len(base64.encodebytes(raw)) else "base64"


def _check_body(body: bytes, meant: list[str]) -> None:
    parsed = BytesParser(policy=_POLICY).parsebytes(b"MIME-Version: 1.0\r\n" + body)
    assert isinstance(parsed, EmailMessage)
    parts = list(parsed.iter_parts())
    _demand([part.get_content_type() for part in parts] == ["text/plain", "text/html"], "the parts of the body")
    found = [part.get_content().replace("\r\n", "\n") for part in parts]
    _demand(found == meant, "the body")
    _demand(not parsed.defects and not any(part.defects for part in parts), "the form of the body")


def _clean(words: str) -> str:
    """Drop what no body may hold: NUL, lone surrogates, bare carriage returns."""
    calm = words.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return calm if calm.endswith("\n") else f"{calm}\n"


def _demand(held: bool, what: str) -> None:
    if not held:
        raise RenderError(f"refusing to send: {what} did not survive its own parsing")
