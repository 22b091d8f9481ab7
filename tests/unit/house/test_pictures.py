"""Every kind of message can be drawn for every app, and the page about channels shows what is drawn."""

import html
import io
import re
import struct
import zlib
from pathlib import Path

import pytest

from briefing.send.text import visible
from demo import cards, palette
from demo.cards.notices import messages

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
MOST = 120_000  # bytes of a picture


def seen(drawn: str) -> str:
    """Return what a page says, without tags, breaks that nobody sees and the rules of its look."""
    inner = re.sub(r'(?s)srcdoc="(.*?)"', lambda found: f">{html.unescape(found[1])}<", drawn)
    plain = re.sub(r"(?s)<(style|title)\b.*?</\1>|<[^>]*>", " ", inner)
    return visible(
        html.unescape(plain).replace("\u200b", "").translate(dict.fromkeys([0x2066, 0x2067, 0x2068, 0x2069]))
    )


def words(text: str) -> str:
    return visible(text.translate(dict.fromkeys([0x2066, 0x2067, 0x2068, 0x2069])))


@pytest.mark.parametrize("app", cards.APPS)
def test_every_kind_of_message_is_drawn_with_its_words(app: str) -> None:
    drawn = seen(cards.picture(app)).replace('\\"', '"')
    for what, message in messages().items():
        said = message.notice
        lines = [said.headline, *said.sentences, *(link.text for link in (*said.context, *said.actions))]
        assert [line for line in lines if words(line) not in drawn] == [], what
        assert said.story is None or said.story.casefold() in drawn.casefold()


@pytest.mark.parametrize("app", cards.APPS)
def test_no_date_is_left_in_the_markup_of_its_app(app: str) -> None:
    drawn = seen(cards.picture(app))
    assert "<!date" not in drawn
    assert "{{" not in drawn


def test_each_section_of_the_page_shows_the_picture_of_its_channel() -> None:
    sections = {
        found[1]: section
        for section in PAGE.split("\n## ")
        if (found := re.search(r"channels:\n  \w+: \{type: (\w+)", section))
    }
    assert sections.keys() == set(cards.APPS)
    for app, section in sections.items():
        assert re.search(rf"!\[[^\]]{{20,}}\]\(images/channel-{app}\.png\)", section), app
        assert (ROOT / "docs" / "images" / f"channel-{app}.png").stat().st_size < MOST


def test_a_picture_keeps_its_grounds_and_lends_the_rest_the_nearest_of_256_colours() -> None:
    ground, shades = b"\x31\x33\x38\xff", [bytes((n, n // 2, 255 - n, 255)) for n in range(200)]
    more = [bytes((n, 255 - n, n // 3, 255)) for n in range(200)]
    pixels = ground * 600 + b"".join(shades + more)
    chunks = read(palette.png(100, 10, pixels))
    colours = [chunks[b"PLTE"][at : at + 3] for at in range(0, len(chunks[b"PLTE"]), 3)]
    lines = zlib.decompress(chunks[b"IDAT"])
    drawn = [colours[place] for row in range(10) for place in lines[row * 101 + 1 : row * 101 + 101]]
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (100, 10)
    assert len(colours) <= 256
    assert set(drawn[:600]) == {ground[:3]}
    assert all(
        abs(a - b) < 8
        for one, kept in zip(shades + more, drawn[600:], strict=True)
        for a, b in zip(one, kept, strict=False)
    )


def read(png: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a PNG file, each of which must have its checksum."""
    found, file = {}, io.BytesIO(png[8:])
    while length := file.read(4):
        kind, body = file.read(4), file.read(struct.unpack(">I", length)[0])
        assert struct.unpack(">I", file.read(4))[0] == zlib.crc32(kind + body)
        found[kind] = body
    return found
