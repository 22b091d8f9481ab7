"""Real-shaped feeds broken by chance: cut, spliced, in another character set, flooded with attributes. Seeded."""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.hostile_server import Case

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("BRIEFING_CORPUS") or ROOT.parent / "shared" / "corpus")
CHARSETS = ("utf-16", "utf-32", "windows-1251", "shift_jis", "utf-7", "punycode", "idna", "x-klingon", "rot13", "cp037")
NASTY = (b"\0", b"\xff\xfe", b"&#xD83D;", b"]]>", b"<![CDATA[", b"<!--", b"\x1b[31m", b"&lol;", b"\xed\xa0\x80", b"<")
LARGEST = 400_000  # bytes of one original; a mutation may make it larger
Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def own() -> list[bytes]:
    """Read the feeds of this repository."""
    return _read(ROOT / "tests" / "data" / "feeds", "outlet.*")


def real() -> list[bytes]:
    """Read the feeds of the world where a collection of them is at hand, else our own."""
    folder = CORPUS / "feeds" / "real"
    return _read(folder, "*") if folder.is_dir() else own()


def cases(seed: int, originals: Sequence[bytes], number: int) -> dict[str, Case]:
    """Make so many broken feeds; the same seed and originals always give the same."""
    chance = random.Random(seed)
    return {f"{n}: {changed}": Case(body) for n in range(number) for changed, body in [_broken(chance, originals)]}


def _read(folder: Path, pattern: str) -> list[bytes]:
    files = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return [path.read_bytes() for path in files if 0 < path.stat().st_size <= LARGEST]


def _broken(chance: random.Random, originals: Sequence[bytes]) -> tuple[str, bytes]:
    """Break one feed once to three times; return in which ways."""
    body = chance.choice(originals)
    ways = chance.choices(list(CHANGES), k=chance.randint(1, 3))
    for way in ways:
        body = CHANGES[way](chance, body, originals)
    return ", ".join(ways), body


def _cut(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _hole(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randrange(2_000) :]


def _splice(chance: random.Random, body: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other)) :]


def _charset(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    name = chance.choice(CHARSETS).encode()
    end = body.find(b"?>") + 2 if body.startswith(b"<?xml") else 0
    return b'<?xml version="1.0" encoding="' + name + b'"?>' + body[end:]


def _recoded(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    return body.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32", "latin-1", "cp1251")), "replace")


def _attributes(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    at = body.find(b">", chance.randrange(len(body) + 1))
    flood = b"".join(b' a%d="%d"' % (n, n) for n in range(chance.choice((100, 5_000, 50_000))))
    return body[:at] + flood + body[at:] if at > 0 else body + b"<x" + flood + b"/>"


def _flips(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(min(len(changed), 50)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _nasty(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + chance.choice(NASTY) * chance.choice((1, 10, 20_000)) + body[at:]


def _again(chance: random.Random, body: bytes, _others: Sequence[bytes]) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start : start + 5_000] * 20 + body[start:]


CHANGES: dict[str, Change] = {
    "cut": _cut,
    "hole": _hole,
    "spliced": _splice,
    "charset": _charset,
    "recoded": _recoded,
    "attributes": _attributes,
    "flipped": _flips,
    "nasty": _nasty,
    "again": _again,
}
