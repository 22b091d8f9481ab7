"""Small PNG files: at most 256 colours, each pixel one byte.

Apart from `shots`, which takes the pictures: a screenshot keeps four bytes a pixel, and text on a plain ground needs
few colours. A crowd of shades becomes the most frequent of them, so that grounds stay exact.
"""

import struct
import zlib
from collections import Counter

_COLOURS = 256
_STEPS = (1, 2, 4, 8, 16, 32, 64)


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Write a picture of RGBA pixels, row by row, as a PNG with a palette; what is transparent becomes opaque."""
    seen = Counter(struct.unpack(f"<{width * height}I", pixels))
    shade = next(found for step in _STEPS if len(set((found := _shades(seen, step)).values())) <= _COLOURS)
    place = {colour: number for number, colour in enumerate(sorted(set(shade.values())))}
    row = {colour: place[kept] for colour, kept in shade.items()}
    ordered = bytes(row[colour] for (colour,) in struct.iter_unpack("<I", pixels))
    lines = b"".join(b"\0" + ordered[start : start + width] for start in range(0, len(ordered), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(struct.pack("<I", colour)[:3] for colour in place)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _shades(seen: Counter[int], step: int) -> dict[int, int]:
    """Return the colour that stands for each: the most frequent of those within a step."""
    kept: dict[tuple[int, ...], int] = {}
    cells = {colour: tuple(part // step for part in struct.pack("<I", colour)[:3]) for colour in seen}
    for colour, _ in seen.most_common():
        kept.setdefault(cells[colour], colour)
    return {colour: kept[cell] for colour, cell in cells.items()}


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
