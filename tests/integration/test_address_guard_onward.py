"""No page, feed behind a page, channel or list of feeds makes us dial inwards: what `test_address_guard` says, onward.

Apart from it, for these addresses come second hand: from an item, from a page, from an operator's own files.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from html import escape
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

import pytest
from pydantic import SecretStr

from briefing import follow
from briefing.cli.failure import Exit
from briefing.config.alerts import Channel, SlackChannel, WebhookChannel
from briefing.errors import FetchError, ParseError
from briefing.model import (
    Dead,
    Delivered,
    Request,
    Verdict,
)
from briefing.outlet import FarEnds, Outlet, Posting
from briefing.poll import PAGES_PER_POLL
from briefing.send.http import Poster
from demo.chat_sink import SECRET, ChatSink
from tests.blocked_addresses import HOME, PUBLIC
from tests.integration.command import call
from tests.integration.documents import HTML, LONG, Entry, page, rss
from tests.integration.net import (
    ANSWERS,
    CARRIED,
    LITERALS,
    REDIRECTS,
    SITE,
    URLS,
    Answering,
    Net,
    feeds_yaml,
    poll,
    public,
    redirects,
)
from tests.integration.world import NOON, World, play


@pytest.fixture
def net() -> Iterator[Net]:
    with Net().faked() as net:
        yield net


def by(count: int, many: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(many)
    while batch := list(islice(rest, count)):
        yield batch


SERIAL = "stories: {all: {title: All, series: {}}}\n"


@pytest.mark.parametrize("led", [False, True], ids=["linked", "linked to a redirect"])
def test_no_page_behind_an_item_is_read_at_a_blocked_address(tmp_path: Path, led: bool) -> None:
    async def story(world: World) -> None:
        behind = redirects(world.feeds)
        for number, urls in enumerate(by(PAGES_PER_POLL, behind.values() if led else behind)):
            entries = [Entry(str(n), f"Item {n}", NOON - timedelta(hours=1), "…", url) for n, url in enumerate(urls)]
            world.feeds.put(f"/f{number}", rss(*entries))
        outcomes = await poll(world, net)
        assert set(outcomes.values()) == {"new"}
        assert len(world.rows("SELECT id FROM items")) == len(behind)
        assert not led or {HOME + path for path, _ in world.feeds.requests} >= set(behind.values())

    net = Net()
    feeds = {f"f{number}": f"{HOME}/f{number}" for number in range(-(-len(CARRIED) // PAGES_PER_POLL))}
    play(tmp_path, feeds_yaml(feeds, ", full_text: always") + SERIAL, story)
    assert set(net.dialled) == {PUBLIC}


def alternates(urls: Iterable[str]) -> str:
    links = (f'<link rel="alternate" type="application/rss+xml" href="{escape(url)}">' for url in urls)
    return page("The Review", "Welcome.", head="".join(links))


@pytest.mark.slow
def test_nothing_is_followed_to_a_blocked_address(net: Net) -> None:
    async def exchange() -> None:
        async with public(net) as feeds, follow.Scout(Request(HOME), lambda: NOON) as scout:
            led = redirects(feeds)
            some = list(led.values())[::4]  # all of them lead on from the page itself, below
            for urls in by(follow.FEEDS_TRIED, [*led, *some]):
                feeds.put("/", alternates(urls), content_type=HTML)
                with pytest.raises(ParseError):
                    await scout.find()
            assert {path for path, _ in feeds.requests} >= {urlsplit(url).path for url in some}
            for url in led:
                feeds.put("/", b"", status=302, headers={"Location": url})
                with pytest.raises(FetchError):
                    await scout.find()

    asyncio.run(exchange())
    assert set(net.dialled) == {PUBLIC}


def test_no_blocked_address_is_looked_at(net: Net) -> None:
    for url in (URLS[0], "http://[::1]/", "http://localhost/"):
        with pytest.raises(FetchError, match="may not be dialled"):
            asyncio.run(follow.look(url))
    assert net.dialled == []


def test_a_page_is_followed_to_a_feed_at_a_public_address(net: Net) -> None:
    async def exchange() -> None:
        async with public(net) as feeds:
            feeds.put("/", alternates(["http://127.0.0.1/feed", f"{HOME}/feed"]), content_type=HTML)
            feeds.put("/feed", rss(Entry("1", "Here", text=LONG)))
            assert (await follow.look(HOME, clock=lambda: NOON)).url == f"{HOME}/feed"

    asyncio.run(exchange())


def test_no_feed_that_was_imported_is_polled_at_a_blocked_address(tmp_path: Path) -> None:
    outlines = "".join(f"<outline text='A feed' xmlUrl={quoteattr(url)}/>" for url in CARRIED)
    (tmp_path / "all.opml").write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", encoding="utf-8")
    path, net = tmp_path / "feeds.yaml", Net()
    path.write_text(SITE)

    async def story(world: World) -> None:
        outcomes = await poll(world, net)
        assert len(outcomes) >= 90  # many are one address to feeds.yaml
        assert set(outcomes.values()) == {"failed"}

    assert call("opml", "import", str(tmp_path / "all.opml"), "--config", str(path)).exit_code == Exit.PARTLY
    play(tmp_path, path.read_text(encoding="utf-8"), story)
    assert set(net.dialled) <= {PUBLIC}


def channel(number: int, url: str, *, private: bool = False) -> Channel:
    """Make a channel, also with an address that feeds.yaml would refuse: the guard is below it."""
    if number % 2:
        return SlackChannel.model_construct(type="slack", url=SecretStr(url), allow_private=private)
    secret = SecretStr(SECRET)
    return WebhookChannel.model_construct(type="webhook", url=SecretStr(url), secret=secret, allow_private=private)


async def post(*urls: str, private: bool = False) -> list[Verdict]:
    """Post one message to a channel at each address."""
    channels = {str(number): channel(number, url, private=private) for number, url in enumerate(urls)}
    async with Poster(deadline=timedelta(seconds=5)) as poster:
        outlet = Outlet(FarEnds("me@example.org", Path("outbox"), None, channels), poster=poster, clock=lambda: NOON)
        postings = [Posting(name, {"text": "x"}, "<1@example.org>") for name in channels]
        return list(await asyncio.gather(*map(outlet.post, postings)))


@pytest.mark.parametrize("private", [False, True], ids=["guarded", "a control: allowed to be private"])
def test_no_channel_posts_to_a_blocked_address(net: Net, private: bool) -> None:
    verdicts = asyncio.run(post(*URLS, private=private))
    assert Delivered not in {type(verdict) for verdict in verdicts}
    assert (len(net.dialled) >= 120) if private else (net.dialled == [])


def test_no_channel_follows_a_redirect(net: Net) -> None:
    async def exchange() -> None:
        async with ChatSink() as sink:
            net.stand_in = sink.port
            for number, url in enumerate(CARRIED):
                sink.answer(REDIRECTS[number % 5], headers={"Location": url})
            verdicts = await post(*(f"{HOME}/{number}" for number in range(len(CARRIED))))
            assert len(sink.posts) == len(CARRIED)
            assert Delivered not in {type(verdict) for verdict in verdicts}

    asyncio.run(exchange())
    assert set(net.dialled) == {PUBLIC}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_no_channel_posts_to_a_name_whose_answer_changed(net: Net, answer: Answering) -> None:
    names = {f"sly{number}.example": ip for number, ip in enumerate(LITERALS)}
    net.names |= {name: [[PUBLIC], answer(ip)] for name, ip in names.items()}

    async def exchange() -> None:
        async with ChatSink() as sink:
            net.stand_in = sink.port
            sink.answer(200, "ok", times=len(names))
            urls = [f"http://{name}/" for name in names]
            assert {type(verdict) for verdict in await post(*urls)} == {Delivered}
            assert {type(verdict) for verdict in await post(*urls)} == {Dead}
            assert len(sink.posts) == len(names)

    asyncio.run(exchange())
    assert set(net.dialled) == {PUBLIC}
