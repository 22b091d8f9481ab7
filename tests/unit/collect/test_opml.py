"""OPML from strangers, and to them."""

import asyncio
import time
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from briefing.collect import opml
from briefing.collect.isolate import Isolate
from briefing.collect.opml import Outline
from briefing.errors import ParseError
from briefing.model import Fetched, Validators

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
A = "https://a.example/rss"


def listed(*outlines: str, declaration: str = "", before: str = "") -> str:
    body = "".join(outlines)
    return f'{declaration}{before}<opml version="2.0"><head><title>Mine</title></head><body>{body}</body></opml>'


def outline(title: str, url: str = A) -> str:
    return f'<outline text="{title}" type="rss" xmlUrl="{url}"/>'


def declared(charset: str) -> str:
    return f'<?xml version="1.0" encoding="{charset}"?>'


DECODED = {
    "utf-8 without a word of it": listed(outline("Zürich خبر")).encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + listed(outline("Zürich خبر")).encode(),
    "utf-8 told": listed(outline("Zürich خبر"), declaration=declared("UTF-8")).encode(),
    "utf-16": listed(outline("Zürich خبر"), declaration=declared("UTF-16")).encode("utf-16"),
    "windows-1256": listed(outline("Zürich خبر"), declaration=declared("windows-1256")).encode("cp1256"),
    "references": listed(outline("Z&#252;rich &#x62e;&#x628;&#x631;")).encode(),
}


@pytest.mark.parametrize("body", DECODED.values(), ids=DECODED.keys())
def test_a_title_is_read_in_any_encoding(body: bytes) -> None:
    assert opml.read(body) == (Outline(A, "Zürich خبر"),)


SHAPES = {
    "in folders": (f'<outline text="News"><outline text="UK">{outline("T")}</outline></outline>', "T", "News / UK"),
    "in a category": (f'<outline text="T" category="/a/b,/c" xmlUrl="{A}"/>', "T", "a / b"),
    "with a title alone": (f'<outline text="" title="T" xmlUrl="{A}"/>', "T", ""),
    "with neither": (f'<outline xmlUrl="{A}"/>', None, ""),
    "called by its address": (outline(A), None, ""),
    "with breaks": (outline("T&#10;\tU", " https://a.exam\nple/&#9;rss "), "T U", ""),
    "with what steers a terminal": (outline("T&#27;[2J\u202eU"), "T[2JU", ""),
    "twice": (outline("T") + outline("U"), "T", ""),
    "in capitals": (f'<OUTLINE TEXT="T" XMLURL="{A}"/>', "T", ""),
    "beside a list and a link": (f'<outline text="L" type="link" url="https://l.example/"/>{outline("T")}', "T", ""),
}


@pytest.mark.parametrize(("body", "title", "folder"), SHAPES.values(), ids=SHAPES.keys())
def test_a_feed_is_found_however_it_is_written(body: str, title: str | None, folder: str) -> None:
    assert opml.read(listed(body).encode()) == (Outline(A, title, folder),)


REFUSED = {
    "nothing": (b"", "not OPML"),
    "words": (b"hello", "not OPML"),
    "a feed": (b'<rss version="2.0"><channel><title>T</title></channel></rss>', "not OPML"),
    "a page": (b"<html><body><p>opml</body></html>", "not OPML"),
    "gzip": (b"\x1f\x8b\x08\x00", "not OPML"),
    "cut off": (listed(outline("T")).encode()[:-20], "ends before </opml>"),
    "too many": (listed(*(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(5001))).encode(), "5,001 feeds"),
}


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_whole_list_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        opml.read(body)


_TENFOLD = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "an entity bomb": listed(outline("&e11;"), before=f'<!DOCTYPE opml [<!ENTITY e0 "ha">{_TENFOLD}]>'),
    "an external entity": listed(outline("&e;"), before='<!DOCTYPE opml [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    "an external subset": listed(outline("T"), before='<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "depth": listed("<outline text='a'>" * 100_000 + outline("T") + "</outline>" * 100_000),
    "NUL": listed(outline("T\0")),
    "a flood of attributes": listed(
        f'<outline {" ".join(f"a{n}=" for n in range(50_000))} text="T" xmlUrl="{A}"/>',
    ),
    "a long title": listed(outline("T" * 2_000_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_list_ends_quickly_and_names_its_feed_alone(text: str) -> None:
    began = time.process_time()

    (found,) = opml.read(text.encode())

    assert time.process_time() - began < 5
    assert found.url == A
    assert len(found.title or "") <= 200
    assert len(found.folder) <= 200
    assert "root:" not in repr(found)


def test_a_list_that_takes_quadratic_time_is_given_up_with_its_child() -> None:
    slow = listed(f'<outline text="T" category="{",".join(f"/a{n}" for n in range(200_000))}" xmlUrl="{A}"/>')

    async def read() -> object:
        async with Isolate(workers=1, seconds=0.5) as isolate:
            return await isolate.outlines(Fetched("", slow.encode(), content_type=None, validators=Validators()))

    with pytest.raises(ParseError, match="took longer than"):
        asyncio.run(read())


def test_what_is_written_is_opml_2_and_reads_back_as_it_was() -> None:
    feeds = (
        Outline("https://a.example/rss?x=1&copy=2", 'The "A" & <b>'),
        Outline("http://b.example/", None),
        Outline("https://xn--c.example/%D8%AE", "خبر"),
    )

    document = opml.write(feeds, title="Mine", created=NOW)

    root = ET.fromstring(document)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [root.findtext(f"head/{name}") for name in ("title", "dateCreated", "ownerEmail")] == [
        "Mine",
        "Mon, 23 Nov 2026 07:00:00 +0000",
        None,
    ]
    assert {(one.get("type"), bool(one.get("text"))) for one in root.iter("outline")} == {("rss", True)}
    assert opml.read(document) == feeds
