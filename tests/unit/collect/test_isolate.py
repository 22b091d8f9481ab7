"""Documents made to hang, crash or flood the reader: each ends in time, and the next one is read."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps

import pytest

from briefing.collect.isolate import Isolate
from briefing.errors import ParseError
from briefing.model import Fetched, ParsedFeed, Validators
from tests import bars

SECONDS = 1.0


def fetched(body: bytes) -> Fetched:
    return Fetched(url="https://n.example/feed", body=body, content_type="application/rss+xml", validators=Validators())


def rss(inner: bytes, head: bytes = b'<?xml version="1.0"?>') -> bytes:
    return (
        head
        + b'<rss version="2.0"><channel><title>T</title><item><title>t</title>'
        + inner
        + b"</item></channel></rss>"
    )


GOOD = rss(b"<guid>1</guid>")
SLOW = rss(b"<x " + b" ".join(b'a%d=">"' % n for n in range(60_000)) + b"/>")  # quadratic inside the XML reader

HEAVY = rss(
    b"</item>".join(b"<item><title>%d</title><description>%s</description>" % (n, b"word " * 200) for n in range(3_000))
)

LAUGHS = b'<!DOCTYPE rss [<!ENTITY l0 "lol">' + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)


def run(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run an async test without a plugin."""

    @wraps(test)
    def inner() -> None:
        asyncio.run(test())  # type: ignore[arg-type]

    del inner.__wrapped__
    return inner


@asynccontextmanager
async def pulse() -> AsyncIterator[list[float]]:
    """Measure the longest time for which the event loop stood still, in seconds."""
    longest = [0.0]

    async def beat() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            longest[0] = max(longest[0], time.perf_counter() - before - 0.005)

    task = asyncio.create_task(beat())
    yield longest
    task.cancel()


def children(isolate: Isolate) -> set[int]:
    """Return the ids of the children that stand."""
    assert isolate._pool is not None
    return set(isolate._pool._pool_manager.worker_manager.workers)


HOSTILE = {
    "attribute flood": rss(b"<x " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/>"),
    "an e-mail address without end": rss(b"<author>" + b"a@" + b"a." * 50_000 + b"</author>"),
    "a name without end": rss(b"<author><![CDATA[" + b"a" * 50_000 + b"]]></author>"),
    "lone surrogate": rss(b"<description>&#xD83D;</description>"),
    "5,000-digit character reference": rss(b"<description>&#" + b"1" * 5_000 + b";</description>"),
    "punycode": rss(
        b"<description>" + b"a-" * 200_000 + b"</description>", b'<?xml version="1.0" encoding="punycode"?>'
    ),
    "billion laughs": rss(b"<description>&l9;</description>", LAUGHS + b"]>"),
    "deep XML": rss(b"<x>" * 20_000 + b"</x>" * 20_000),
    "deep HTML": rss(b"<description>" + b"&lt;div&gt;" * 20_000 + b"</description>"),
    "NULs": rss(b"<description>a\0b</description>"),
    "comments without end": rss(b"<description>" + b"<!--" * 50_000 + b"</description>"),
    "sections without end": rss(b"<description>" + b"<![CDATA[" * 50_000 + b"</description>"),
}


@run
async def test_hostile_documents_end_in_time_and_cost_nothing_else() -> None:
    async with Isolate(workers=2, seconds=5) as isolate, pulse() as longest:
        found = await asyncio.gather(
            *(isolate.feed(fetched(body)) for body in HOSTILE.values()), return_exceptions=True
        )
    for name, outcome in zip(HOSTILE, found, strict=True):
        assert isinstance(outcome, ParsedFeed), (name, outcome)
        assert "\0" not in repr(outcome)
        repr(outcome).encode()
    assert longest[0] < bars.BLOCKED


@run
async def test_a_child_that_overruns_its_time_is_killed_and_replaced() -> None:
    async with Isolate(workers=1, seconds=SECONDS) as isolate, pulse() as longest:
        started = time.perf_counter()
        slow, good = await asyncio.gather(
            isolate.feed(fetched(SLOW)), isolate.feed(fetched(GOOD)), return_exceptions=True
        )
        took = time.perf_counter() - started
    assert isinstance(slow, ParseError)
    assert str(slow) == "reading it took longer than 1 seconds"
    assert isinstance(good, ParsedFeed)  # it waited longer than it may run: time counts from when it begins
    assert took < 2 * SECONDS + 1
    assert longest[0] < bars.BLOCKED


@run
async def test_memory_is_limited() -> None:
    lists = b'{"title": "T", "items": [' + b"[]," * 3_000_000 + b"0]}"
    async with Isolate(workers=1, memory=200 * 2**20) as isolate:
        with pytest.raises(ParseError, match=r"^reading it took too much memory$"):
            await isolate.feed(fetched(lists))
        assert (await isolate.feed(fetched(GOOD))).title == "T"


@run
async def test_what_is_no_feed_is_told_in_the_same_words_as_in_one_process() -> None:
    async with Isolate(workers=1) as isolate:
        with pytest.raises(ParseError, match=r"^the body is empty$") as caught:
            await isolate.feed(fetched(b""))
    assert caught.value.__cause__ is None


@run
async def test_children_that_were_killed_from_outside_are_replaced() -> None:
    async with Isolate(workers=2) as isolate:
        for pid in children(isolate):
            os.kill(pid, 9)
        assert (await isolate.feed(fetched(GOOD))).title == "T"


@pytest.mark.skipif(sys.platform != "linux", reason="a child learns its size from /proc")
@run
async def test_a_child_that_a_document_left_large_is_replaced_once_it_is_idle() -> None:
    async with Isolate(workers=1) as isolate:
        before = children(isolate)
        assert len((await isolate.feed(fetched(HEAVY))).items) == 500
        async with asyncio.timeout(2):
            while not (children(isolate) and children(isolate).isdisjoint(before)):  # noqa: ASYNC110 - no event of ours
                await asyncio.sleep(0.01)
        assert (await isolate.feed(fetched(GOOD))).title == "T"


@run
async def test_a_child_that_reads_what_is_usual_stays() -> None:
    async with Isolate(workers=1) as isolate:
        before = children(isolate)
        for number in range(30):
            assert (await isolate.feed(fetched(rss(b"<guid>%d</guid>" % number + b"word " * 10_000)))).title == "T"
        await asyncio.sleep(0.3)
        assert children(isolate) == before


@run
async def test_a_page_is_read_in_a_child_too() -> None:
    body = (
        b"<html><title>A page</title><body><article><p>"
        + b"Words of an article. " * 40
        + b"</p></article></body></html>"
    )
    async with Isolate(workers=1) as isolate:
        page = await isolate.page(fetched(body))
    assert page.title == "A page"
    assert "Words of an article." in page.text


@run
async def test_leaving_takes_less_than_two_seconds_even_while_a_child_hangs() -> None:
    isolate = Isolate(workers=1, seconds=30)
    await isolate.__aenter__()
    task = asyncio.create_task(isolate.feed(fetched(SLOW)))
    await asyncio.sleep(0.3)
    task.cancel()
    started = time.perf_counter()
    await isolate.__aexit__()
    assert time.perf_counter() - started < 2


@run
async def test_outside_its_block_it_reads_nothing() -> None:
    with pytest.raises(ParseError, match="no process"):
        await Isolate().feed(fetched(GOOD))
