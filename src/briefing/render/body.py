"""The body of a mail, encoded: plain words and HTML, in pieces that its copies share and lines that are a reader's own.

Apart from `mime`, which builds the headers. What is shared is encoded and checked once, by a reader of mail that is not
ours; of a copy only the lines with its stand-ins are, and read back.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from functools import lru_cache
from itertools import groupby

from briefing.errors import RenderError
from briefing.model import Mail
from briefing.render.standin import Own, filled, stands

_FORMS = 64  # whole mails that are remembered
_LINE = 76  # RFC 2045, 6.7 and 6.8


@dataclass(frozen=True, slots=True)
class _Open:
    """Words that still hold stand-ins, and how they go over the wire."""

    words: str
    encoding: str


class _Form:
    """What copies share, and the copies so far: a few lines each, one for each day at most."""

    def __init__(self, pieces: Iterable[bytes | _Open]) -> None:
        self._pieces = tuple(pieces)
        self._copies: dict[Own, tuple[bytes, ...]] = {}

    def copy(self, own: Own) -> tuple[bytes, ...]:
        """Return the pieces of one copy; those that are shared are the same objects in each."""
        if own not in self._copies:
            self._copies[own] = tuple(one if isinstance(one, bytes) else _own(one, own) for one in self._pieces)
        return self._copies[own]


def body(mail: Mail) -> tuple[bytes, ...]:
    """Return both bodies, plain first, with their headers; RenderError if they do not read as they were meant."""
    return _form(mail.text, mail.html, tuple(standing for standing, _ in mail.own)).copy(mail.own)


def _own(piece: _Open, own: Own) -> bytes:
    words = filled(piece.words, own)
    encoded = _encoded(words, piece.encoding)
    read = binascii.a2b_qp(encoded) if piece.encoding == "quoted-printable" else binascii.a2b_base64(encoded)
    demand(read.replace(b"\r\n", b"\n") == words.encode(), "the body")
    demand(encoded.endswith(b"\r\n"), "the form of the body")
    return encoded  # neither encoding writes "=_", with which a boundary begins


@lru_cache(maxsize=_FORMS)
def _form(text: str, html: str, standing: tuple[str, ...]) -> _Form:
    """Encode both bodies; the boundary follows from them, so the same mail is the same bytes."""
    parts = (("plain", clean(text)), ("html", clean(html)))
    boundary = "=_" + hashlib.sha256("\0".join(words for _, words in parts).encode()).hexdigest()[:32]
    found: list[bytes | _Open] = [f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode()]
    for kind, words in parts:
        encoding = _encoding(filled(words, tuple((one, "x" * len(one)) for one in standing)))
        found.append(f"\r\n--{boundary}\r\n{_head(kind, encoding)}".encode())
        found += _runs(words, encoding, standing)
    form = _Form((*found, f"\r\n--{boundary}--\r\n".encode()))
    _check(b"".join(form.copy(tuple((one, one) for one in standing))), [words for _, words in parts])
    return form


def _head(kind: str, encoding: str) -> str:
    return f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'


def _runs(words: str, encoding: str, standing: tuple[str, ...]) -> Iterator[bytes | _Open]:
    """Yield the lines that all share, encoded, and between them those that nobody shares."""
    if encoding == "base64":  # whose lines are none of the words'
        yield _Open(words, encoding) if stands(words, standing) else _encoded(words, encoding)
        return
    for own, lines in groupby(re.findall(r"[^\n]*\n", words), key=lambda line: stands(line, standing)):
        run = "".join(lines)
        yield _Open(run, encoding) if own else _encoded(run, encoding)


def _encoded(words: str, encoding: str) -> bytes:
    raw = words.encode()
    if encoding == "quoted-printable":
        return binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def _encoding(words: str) -> str:
    """Choose the shorter transfer encoding: Persian costs six bytes a letter in one and under three in the other."""
    return min("quoted-printable", "base64", key=lambda encoding: len(_encoded(words, encoding)))


def _check(body: bytes, meant: list[str]) -> None:
    parsed = message_from_bytes(b"MIME-Version: 1.0\r\n" + body)
    parts = list(parsed.walk())[1:]
    demand([part.get_content_type() for part in parts] == ["text/plain", "text/html"], "the parts of the body")
    found = [_read(part) for part in parts]
    demand(found == meant, "the body")
    demand(not parsed.defects and not any(part.defects for part in parts), "the form of the body")
    demand(max(map(len, body.split(b"\r\n"))) <= _LINE + len("Content-Type: "), "the length of a line")


def _read(part: Message) -> str:
    demand(part.get_content_charset() == "utf-8", "the charset of the body")
    return bytes(part.get_payload(decode=True)).decode("utf-8", "replace").replace("\r\n", "\n")


def clean(words: str) -> str:
    """Drop what no body may hold: NUL, lone surrogates, bare carriage returns."""
    calm = words.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return calm if calm.endswith("\n") else f"{calm}\n"


def demand(held: bool, what: str) -> None:
    """Stop a mail of which this does not hold."""
    if not held:
        raise RenderError(f"refusing to send: {what} did not survive its own parsing")
