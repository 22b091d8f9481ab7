"""Documents and answers made to hang, flood, fool or crash whoever polls them, and what must come of each.

All of our own writing, so that the suite needs nothing but this repository. `{canary}` in a document is replaced by an
address at which nobody may knock.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from html import escape
from itertools import chain, repeat

from tests.hostile_server import PIECE, RSS, Case, head

ATOM = "application/atom+xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
MAX_SIZE = 10 * 2**20
GZIP = {"Content-Encoding": "gzip"}
ONE = (1, 1)
NONE = (0, 0)
SLOW = r"no complete answer within 5 s"
NO_FEED = r"."


def item(title: str = "A title", text: str = "Plain text.", *, guid: str = "1", more: str = "") -> str:
    """Write an item; title and text are XML already."""
    return (
        f'<item><title>{title}</title><link>https://news.example/a/1</link><guid isPermaLink="false">{guid}</guid>'
        f"<description>{text}</description><pubDate>Thu, 05 Nov 2026 11:00:00 GMT</pubDate>{more}</item>"
    )


def rss(*items: str, dtd: str = "", head: str = '<?xml version="1.0" encoding="utf-8"?>', space: str = "") -> str:
    """Write a document around items."""
    return (
        f'{head}{dtd}<rss version="2.0"{space}><channel><title>Hostile</title><link>https://news.example/</link>'
        f"<description>d</description>{''.join(items)}</channel></rss>"
    )


def feed(*items: str, **more: str) -> bytes:
    """Write a document as bytes."""
    return rss(*items, **more).encode()


def linked(*links: str) -> bytes:
    """Write one item for each link."""
    return feed(
        *(f"<item><title>T{n}</title><guid>{n}</guid><link>{escape(to)}</link></item>" for n, to in enumerate(links))
    )


def titled(title: str, *shown: str, guid: str = "1") -> Case:
    """Make the case of a title, written as text, and of how it is stored."""
    return Case(feed(item(escape(title), guid=guid)), ONE, titles=shown)


def entities(*declared: str) -> str:
    """Write a document type that declares entities."""
    return f"<!DOCTYPE rss [{''.join(f'<!ENTITY {one}>' for one in declared)}]>"


def bomb(pieces: int = 100, piece: int = 10**6) -> bytes:
    """Pack a feed whose one text is so many pieces long."""
    packer = zlib.compressobj(9, wbits=31)
    before, after = feed(item(text="@")).split(b"@")
    letters = b"A" * piece
    packed = [packer.compress(before), *(packer.compress(letters) for _ in range(pieces)), packer.compress(after)]
    return b"".join(packed) + packer.flush()


GOOD = feed(item())
LAUGHS = ('l0 "lol"', *(f'l{n} "{f"&l{n - 1};" * 10}"' for n in range(1, 10)))
OFFSITE = "http://127.0.0.1:{canary}/"

XML: Mapping[str, Case] = {
    "billion laughs": Case(feed(item("&l9;"), dtd=entities(*LAUGHS)), (0, 1)),
    "one entity many times": Case(feed(item("&a;" * 2_000), dtd=entities(f'a "{"A" * 50_000}"')), (0, 1)),
    "entity of a file": Case(feed(item("&x;", "&x;"), dtd=entities('x SYSTEM "file:///etc/passwd"')), (0, 1)),
    "entity of an address": Case(feed(item("&x;", "&x;"), dtd=entities(f'x SYSTEM "{OFFSITE}entity"')), (0, 1)),
    "parameter entity": Case(feed(item(), dtd=f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{OFFSITE}p"> %p;]>'), (0, 1)),
    "document type elsewhere": Case(feed(item(), dtd=f'<!DOCTYPE rss SYSTEM "{OFFSITE}dtd">'), ONE),
    "stylesheet elsewhere": Case(feed(item(), dtd=f'<?xml-stylesheet type="text/xsl" href="{OFFSITE}xsl"?>'), ONE),
    "inclusion of a file": Case(
        feed(
            item(text='<xi:include href="file:///etc/passwd" parse="text"/>'),
            space=' xmlns:xi="http://www.w3.org/2001/XInclude"',
        ),
        ONE,
    ),
    "elements 20,000 deep": Case(feed(item(text="<b>" * 20_000 + "x" + "</b>" * 20_000)), (0, 1)),
    "markup 20,000 deep": Case(feed(item(text="&lt;div&gt;" * 20_000 + "x")), ONE),
    "lists 10,000 deep": Case(feed(item(text="&lt;ul&gt;&lt;li&gt;" * 10_000)), ONE),
    "50,000 attributes": Case(feed(item(more="<x " + " ".join(f'a{n}="1"' for n in range(50_000)) + "/>")), ONE),
    "5,000 namespaces": Case(feed(item(), space="".join(f' xmlns:n{n}="urn:{n}"' for n in range(5_000))), ONE),
    "a mail address without end": Case(feed(item(more=f"<author>a@{'a.' * 50_000}</author>")), ONE),
    "a name without end": Case(feed(item(more=f"<author><![CDATA[{'a' * 50_000}]]></author>")), ONE),
    "comments without end": Case(feed(item(text="<!--" * 50_000)), (0, 1)),
    "sections without end": Case(feed(item(text="<![CDATA[" * 50_000)), (0, 1)),
    "a character of 5,000 digits": Case(feed(item(f"&#{'1' * 5_000};")), (0, 1)),
    "a lone surrogate": Case(feed(item("x &#xD83D; y")), ONE),
    "a cut in the middle": Case(feed(*(item(guid=str(n)) for n in range(5)))[:700], (1, 5)),
}
LETTERS: Mapping[str, Case] = {
    "NULs": Case(feed(item("ab@cd")).replace(b"@", b"\0\0"), ONE, titles=("abcd",)),
    "control characters": Case(feed(item("a\x0bb\x1fc\x7fd&#8;")), ONE),
    "bytes of no encoding": Case(feed(item("abc@def")).replace(b"@", b"\xff\xc3("), ONE),
    "tags in UTF-7": Case(
        feed(item("+ADw-script+AD4-alert(1)"), head='<?xml version="1.0" encoding="utf-7"?>'),
        (0, 1),
        content_type="application/rss+xml; charset=utf-7",
    ),
    "punycode": Case(feed(item(text="a-" * 200_000), head='<?xml version="1.0" encoding="punycode"?>'), (0, 1)),
    "bidi overrides": titled("a \u202egnp.exe\u202c \u2066z\u2069", "a gnp.exe z"),
    "a mark 5,000 times": titled("Z" + "\u0301" * 5_000 + "algo"),
}
SIZE: Mapping[str, Case] = {
    "a title of 1 MB": titled("T" * 10**6),
    "a guid of 100 KB": titled("Long guid", "Long guid", guid="g" * 100_000),
    "2,000 items": Case(feed(*(item(f"T{n}", guid=str(n)) for n in range(2_000))), (500, 500)),
    "100 MB in 100 KB": Case(bomb(), NONE, r"larger than 10,485,760 bytes", headers=GZIP),
    "packed twice": Case(gzip.compress(gzip.compress(GOOD)), (0, 1), NO_FEED, headers=GZIP),
    "packed twice and said so": Case(
        gzip.compress(GOOD), NONE, "encoded more than once", headers={"Content-Encoding": "gzip, gzip"}
    ),
    "packed and cut short": Case(gzip.compress(GOOD)[:-40], NONE, "compressed body is", headers=GZIP),
    "said to be packed": Case(GOOD, NONE, "compressed body is damaged", headers=GZIP),
    "packed as nobody asked": Case(GOOD, NONE, "not asked for", headers={"Content-Encoding": "br"}),
    "larger than may be": Case(feed(item(text="A" * (MAX_SIZE + 1))), NONE, r"larger than 10,485,760 bytes"),
}
STRANGERS: Mapping[str, Case] = {
    "a log-in page": Case(
        b"<!doctype html><html><head><title>Please log in</title></head><body>Log in</body></html>",
        NONE,
        NO_FEED,
        content_type=HTML,
    ),
    "a page said to be a feed": Case(b"<!doctype html><html><body><h1>503</h1></body></html>", NONE, NO_FEED),
    "nothing": Case(b"", NONE, "empty"),
    "white space": Case(b"\n\n  \n", NONE, NO_FEED),
    "a picture": Case(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, NONE, NO_FEED, content_type="image/png"),
    "an error in JSON": Case(b'{"error": "rate limited"}', NONE, NO_FEED, content_type="application/json"),
    "JSON 100,000 deep": Case(b"[" * 100_000, NONE, NO_FEED, content_type="application/json"),
    "a JSON feed of nonsense": Case(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [7, None, [], {"id": {}}]}).encode(),
        (0, 1),
        content_type="application/feed+json",
    ),
    "a list of feeds": Case(
        b'<?xml version="1.0"?><opml version="2.0"><body><outline xmlUrl="https://x.example/f"/></body></opml>',
        NONE,
        NO_FEED,
    ),
    "forbidden": Case(b"<h1>Checking your browser</h1>", NONE, "403", content_type=HTML, status=403),
}
WORDS: Mapping[str, Case] = {
    "a script in a title": titled("<script>alert(1)</script>Breaking", "Breaking"),
    "a header in a title": Case(
        feed(item("Hello&#13;&#10;Bcc: victim@example.com&#13;&#10;&#13;&#10;body")),
        ONE,
        titles=("Hello Bcc: victim@example.com body",),
    ),
    "an encoded word": titled("=?utf-8?q?a=0D=0ABcc:_victim=40example.com?="),
    "a template in a title": titled("{{ 7*7 }} {% raw %} ${7*7}", "{{ 7*7 }} {% raw %} ${7*7}"),
    "SQL in a title": titled("'); DROP TABLE items;--", "'); DROP TABLE items;--", guid="a' OR '1'='1"),
    "everybody is called": titled("<!channel> @everyone <@U123>"),
    "links that are none": Case(
        linked("javascript:alert(1)", "JaVa\tScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"),
        (5, 5),
    ),
    "markup that acts": Case(
        feed(
            item(
                text='<![CDATA[<p onclick="x()">ok</p><script>alert(1)</script><iframe src="//e"></iframe>'
                '<svg onload=alert(1)><style>@import "//e"</style><a href="javascript:alert(1)">j</a>]]>'
            )
        ),
        ONE,
    ),
    "a part of 5,000 digits": titled(f"Part {'1' * 5_000} {'(' * 5_000}{'I' * 5_000}"),
}


PROMISES = " ".join(f"Coming up in Part {n}: thing {n}." for n in range(2, 2_002))


def drip(before: bytes) -> Iterable[bytes | float]:
    """Send a head, then a byte five times a second, for ever."""
    return chain([before], chain.from_iterable(repeat((b"<", 0.2))))


def flood(before: bytes, piece: bytes) -> Iterator[bytes | float]:
    """Send a head, then a piece again and again, for ever."""
    return chain([before], repeat(piece))


def packed_flood() -> Iterator[bytes | float]:
    """Send letters for ever, packed a thousand to one."""
    packer = zlib.compressobj(9, wbits=31)
    yield head(200, {"Content-Type": RSS, **GZIP})
    while True:
        yield packer.compress(b"A" * PIECE) + packer.flush(zlib.Z_SYNC_FLUSH)


def wired(*said: bytes | float, fails: str | None = NO_FEED, items: tuple[int, int] = NONE) -> Case:
    """Make the case of an answer written by hand."""
    return Case(items=items, fails=fails, wire=partial(iter, said))


TYPED = {"Content-Type": RSS}
WIRE: Mapping[str, Case] = {
    "silence": wired(600.0, fails=SLOW),
    "five bytes a second": Case(items=NONE, fails=SLOW, wire=partial(drip, head(200, TYPED))),
    "headers in drips": Case(items=NONE, fails=SLOW, wire=partial(drip, b"HTTP/1.1 200 OK\r\nX-Slow: ")),
    "a body without end": Case(items=NONE, fails="larger than", wire=partial(flood, head(200, TYPED), b"A" * PIECE)),
    "a packed body without end": Case(items=NONE, fails="larger than", wire=packed_flood),
    "headers without end": Case(
        items=NONE, fails=NO_FEED, wire=partial(flood, b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 4_000 + b"\r\n")
    ),
    "a header of 20 MB": wired(b"HTTP/1.1 200 OK\r\nX: ", *[b"a" * PIECE] * 320, b"\r\n\r\n"),
    "100 Continue without end": Case(
        items=NONE, fails=NO_FEED, wire=partial(flood, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
    ),
    "a body shorter than said": wired(head(200, {**TYPED, "Content-Length": "99999"}), GOOD),
    "a body longer than said": wired(head(200, {**TYPED, "Content-Length": "20"}), GOOD),
    "two lengths": wired(head(200, {**TYPED, "Content-Length": "20", "content-length": "30"}), GOOD),
    "a length that is none": wired(head(200, {**TYPED, "Content-Length": "-1"}), GOOD),
    "chunks that are none": wired(head(200, {**TYPED, "Transfer-Encoding": "chunked"}), b"ZZ\r\nnonsense\r\n"),
    "a chunk of 2^64 bytes": wired(head(200, {**TYPED, "Transfer-Encoding": "chunked"}), b"F" * 16 + b"\r\nabc"),
    "no answer": wired(),
    "no HTTP": wired(b"\x16\x03\x01\x02\x00SSH-2.0-x\r\n\r\n"),
    "a status that is none": wired(b"HTTP/1.1 999999 X\r\n\r\n"),
    "a turn to itself": wired(head(302, {"Location": "?"}), fails="more than 5 redirects"),
    "a turn to a file": wired(head(302, {"Location": "file:///etc/passwd"})),
    "a turn to nowhere": wired(head(302, {"Location": "http://[::"})),
    "a turn with a password": wired(head(302, {"Location": "http://u:p@127.0.0.1:{canary}/"})),
    "gone": Case(b"", NONE, "", status=410),
    "not now": Case(b"", NONE, "503", status=503, headers={"Retry-After": "99999999999999999999"}),
}
CASES: Mapping[str, Case] = {**XML, **LETTERS, **SIZE, **STRANGERS, **WORDS, **WIRE}
