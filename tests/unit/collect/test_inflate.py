"""Bodies unpacked under a cap: every legal wrapping, and the ways they lie."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.collect.inflate import Body
from briefing.errors import FetchError

TEXT = b"<rss>" + b"".join(b"%d," % n for n in range(20_000)) + b"</rss>"


def bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def unpacked(packed: bytes, *encodings: str, piece: int = 1000, cap: int = 10**6) -> bytes:
    body = Body(encodings, cap)
    for start in range(0, len(packed), piece):
        body.add(packed[start : start + piece])
    return body.finish()


WRAPPINGS = {
    "nothing said": (TEXT, ()),
    "identity": (TEXT, ("identity",)),
    "gzip": (gzip.compress(TEXT), ("gzip",)),
    "x-gzip in capitals": (gzip.compress(TEXT), ("X-GZip",)),
    "zlib as deflate": (zlib.compress(TEXT), ("deflate",)),
    "bare deflate": (bare(TEXT), ("deflate",)),
    "gzip sent as deflate": (gzip.compress(TEXT), ("deflate",)),
    "gzip in two members": (gzip.compress(TEXT[:7]) + gzip.compress(TEXT[7:]), ("gzip",)),
    "gzip with padding": (gzip.compress(TEXT) + b"\0" * 512, ("gzip",)),
    "gzip without compression": (gzip.compress(TEXT, 0), ("gzip",)),
}


@pytest.mark.parametrize("piece", [1, 13, 16_384])
@pytest.mark.parametrize(("packed", "encodings"), WRAPPINGS.values(), ids=WRAPPINGS.keys())
def test_a_body_is_unpacked_whatever_the_wrapping_and_the_pieces(
    packed: bytes, encodings: tuple[str, ...], piece: int
) -> None:
    assert unpacked(packed, *encodings, piece=piece) == TEXT


def test_an_empty_body_is_empty_even_if_called_gzip() -> None:
    assert unpacked(b"", "gzip") == b""


REFUSED = {
    "brotli": (b"x", ("br",), "encoded as 'br'"),
    "zstandard": (b"x", ("zstd",), "encoded as 'zstd'"),
    "two encodings in one line": (b"x", ("gzip, gzip",), "more than once"),
    "two encodings in two lines": (b"x", ("gzip", "deflate"), "more than once"),
    "not gzip at all": (TEXT, ("gzip",), "damaged"),
    "gzip cut short": (gzip.compress(TEXT)[:-9], ("gzip",), "cut short"),
    "second member cut short": (gzip.compress(TEXT) + gzip.compress(TEXT)[:30], ("gzip",), "cut short"),
    "wrong checksum": (gzip.compress(TEXT)[:-8] + b"\0" * 8, ("gzip",), "damaged"),
    "bomb": (gzip.compress(b"\0" * 2_000_000), ("gzip",), "larger than 1,000,000 bytes"),
    "bomb in members": (gzip.compress(b"\0" * 900_000) * 2, ("gzip",), "larger than"),
    "too long as it is": (b"\0" * 1_000_001, (), "larger than"),
    "too long while packed": (gzip.compress(b"") * 60_000, ("gzip",), "larger than"),
}


@pytest.mark.parametrize(("packed", "encodings", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_body_that_lies_is_refused_in_words(packed: bytes, encodings: tuple[str, ...], words: str) -> None:
    with pytest.raises(FetchError, match=words):
        unpacked(packed, *encodings, piece=16_384)


@given(
    body=st.binary(max_size=500),
    repeats=st.integers(1, 2000),
    piece=st.integers(100, 70_000),
    pack=st.sampled_from([gzip.compress, zlib.compress, bare]),
)
def test_unpacking_returns_exactly_what_was_packed(body: bytes, repeats: int, piece: int, pack: object) -> None:
    assert callable(pack)
    assert unpacked(pack(body * repeats), "deflate", piece=piece) == body * repeats
