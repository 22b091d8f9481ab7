"""Unpacks a body under a cap, in small steps, so that a compressed bomb costs no more than the cap.

Apart from `fetch`, because HTTP libraries decode before one can stop them: 100 KB can become one piece of 100 MB.
"""

import zlib
from collections.abc import Sequence

from briefing.errors import FetchError

STEP = 64 * 1024
_GZIP_OR_ZLIB = 47  # the widest window, with the header found out by zlib itself
_BARE_DEFLATE = -15
_GZIP_MAGIC = b"\x1f\x8b"


class Body:
    """A body in the making; `add` what arrives, then `finish`. Both raise FetchError in words for an operator.

    `encodings` are the values of Content-Encoding: one of gzip, deflate or identity, or none at all.
    """

    def __init__(self, encodings: Sequence[str], max_bytes: int) -> None:
        self._encoding = _one_encoding(encodings)
        self._max = max_bytes
        self._arrived = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._starting = True
        self._held = b""
        self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB)

    def add(self, arrived: bytes) -> None:
        """Take in the next bytes from the wire."""
        self._arrived += len(arrived)
        self._check(self._arrived)
        if self._encoding == "identity":
            self._keep(arrived)
            return
        try:
            self._inflate(arrived)
        except zlib.error as error:
            raise FetchError("the compressed body is damaged") from error

    @property
    def size(self) -> int:
        """How many bytes have come out so far."""
        return self._size

    def finish(self) -> bytes:
        """Return the whole body, unpacked."""
        if self._encoding != "identity" and self._arrived:
            # All input may be taken in while some output still waits inside zlib.
            self._keep(self._inflater.decompress(b"", STEP))
            if not self._inflater.eof:
                raise FetchError("the compressed body is cut short")
        return b"".join(self._parts)

    def _inflate(self, arrived: bytes) -> None:
        packed = self._held + arrived
        if self._starting and len(packed) < 2:
            self._held = packed  # too little to tell the wrapping by
            return
        if self._starting and self._encoding == "deflate" and not _is_wrapped(packed):
            # RFC 9110 section 8.4.1.2: some servers leave the zlib wrapper out.
            self._inflater = zlib.decompressobj(_BARE_DEFLATE)
        self._starting, self._held = False, b""
        while packed:
            if self._inflater.eof:
                if not _GZIP_MAGIC.startswith(packed[:2]):
                    return  # padding after the end; the magic itself may be split between two arrivals
                self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
            packed = self._step(packed)

    def _step(self, packed: bytes) -> bytes:
        """Unpack at most STEP bytes; return what is still packed."""
        self._keep(self._inflater.decompress(packed, STEP))
        return self._inflater.unconsumed_tail or self._inflater.unused_data

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        self._check(self._size)
        if part:
            self._parts.append(part)

    def _check(self, size: int) -> None:
        if size > self._max:
            raise FetchError(f"larger than {self._max:,} bytes")


def _one_encoding(encodings: Sequence[str]) -> str:
    named = [word.strip().lower() for value in encodings for word in value.split(",") if word.strip()]
    if len(named) > 1:
        raise FetchError("the body is encoded more than once")
    encoding = named[0].removeprefix("x-") if named else "identity"
    if encoding not in ("gzip", "deflate", "identity"):
        raise FetchError(f"the body is encoded as {encoding[:20]!r}, which was not asked for")
    return encoding


def _is_wrapped(packed: bytes) -> bool:
    """Tell a zlib header (RFC 1950 section 2.2), or a gzip one sent under the wrong name, from bare deflate."""
    return packed.startswith(_GZIP_MAGIC) or (packed[0] & 0x0F == 8 and int.from_bytes(packed[:2], "big") % 31 == 0)
