"""No spelling of an address, no redirect and no name server makes us dial inwards: counted where sockets are connected.

The network is faked (see `net`); a control in each group shows that the same calls would be dialled if nobody guarded.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from briefing import dial
from briefing.check import check
from briefing.collect.fetch import Fetcher
from briefing.model import Failed, Fetched, FetchOutcome, Request
from tests.blocked_addresses import HOME, PUBLIC, SPELLINGS
from tests.integration.documents import Entry, rss
from tests.integration.net import (
    ANSWERS,
    FEEDS,
    LITERALS,
    REDIRECTS,
    URLS,
    Answering,
    Net,
    answered,
    feeds_yaml,
    poll,
    public,
    redirects,
)
from tests.integration.world import NOON, Feeds, World, play


@pytest.fixture
def net() -> Iterator[Net]:
    with Net().faked() as net:
        yield net


async def get(*urls: str, private: bool = False) -> list[FetchOutcome]:
    async with Fetcher(spacing=timedelta(0), per_host=10) as fetcher:
        return list(await asyncio.gather(*(fetcher.get(_request(url, private), now=NOON) for url in urls)))


def _request(url: str, private: bool) -> Request:
    return Request(url, allow_private=private, deadline=timedelta(seconds=5))


def test_the_table_holds_enough_spellings_and_no_two_alike() -> None:
    assert len(set(URLS)) == len(URLS) >= 150


def test_no_spelling_is_fetched(net: Net) -> None:
    outcomes = asyncio.run(get(*URLS))
    assert {type(outcome) for outcome in outcomes} == {Failed}
    assert net.dialled == []


def test_the_spellings_would_be_dialled_without_the_guard(net: Net) -> None:
    net.names["mixed.example"] = [["10.0.0.1"]]
    net.names["mixed6.example"] = [["::1"]]
    asyncio.run(get(*URLS, private=True))
    assert set(net.dialled) - {PUBLIC} == {spelling.dials for spelling in SPELLINGS.values()} - {"", PUBLIC}
    assert len(net.dialled) >= 120


def accepted(folder: Path) -> dict[str, str]:
    """Return the spellings that are addresses to feeds.yaml."""
    path = folder / "feeds.yaml"
    path.write_text(feeds_yaml(FEEDS), encoding="utf-8")
    refused = {problem.path.split(".")[1] for problem in check(path, {}).problems if problem.severity == "error"}
    return {name: url for name, url in FEEDS.items() if name not in refused}


@pytest.mark.parametrize("private", [False, True], ids=["guarded", "a control: allowed to be private"])
def test_no_feed_is_polled_at_a_blocked_address(tmp_path: Path, private: bool) -> None:
    feeds, net = accepted(tmp_path), Net()

    async def story(world: World) -> None:
        assert await poll(world, net) == dict.fromkeys(feeds, "failed")

    assert len(feeds) >= 140
    play(tmp_path, feeds_yaml(feeds, ", allow_private: true" if private else ""), story)
    assert (len(set(net.dialled)) >= 65) if private else (set(net.dialled) <= {PUBLIC})


def test_a_feed_at_a_public_address_is_polled(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        world.feeds.put("/feed", rss(Entry("1", "Here")))
        assert await poll(world, net) == {"one": "new"}
        assert world.feeds.heard[0][1]["Host"] == "public.example"

    net = Net()
    play(tmp_path, feeds_yaml({"one": f"{HOME}/feed"}), story)
    assert net.dialled == [PUBLIC]


def test_no_redirect_leads_inwards(net: Net) -> None:
    async def exchange() -> None:
        async with public(net) as feeds:
            led = list(redirects(feeds).values())
            for number, url in enumerate(led):
                feeds.put(f"/c/{number}", b"", status=REDIRECTS[number % 5], headers={"Location": url})
            chained = [f"{HOME}/c/{number}" for number in range(len(led))]
            outcomes = await get(*led, *chained)
            assert {type(outcome) for outcome in outcomes} == {Failed}
            assert {f"{HOME}{path}" for path, _ in feeds.requests} >= {*led, *chained}

    asyncio.run(exchange())
    assert set(net.dialled) == {PUBLIC}


def test_a_refresh_is_no_redirect(net: Net) -> None:
    async def exchange() -> None:
        async with public(net) as feeds:
            feeds.put(
                "/", b"", headers={"Refresh": "0; url=http://127.0.0.1/", "Content-Location": "http://127.0.0.1/"}
            )
            [outcome] = await get(HOME)
            assert isinstance(outcome, Fetched)

    asyncio.run(exchange())
    assert net.dialled == [PUBLIC]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_no_name_is_followed_inwards_when_its_answer_changes(net: Net, answer: Answering) -> None:
    names = {f"sly{number}.example": ip for number, ip in enumerate(LITERALS)}
    net.names |= {name: [[PUBLIC], answer(ip)] for name, ip in names.items()}
    urls = [f"http://{name}/feed" for name in names]

    async def exchange() -> None:
        async with public(net) as feeds:
            feeds.put("/feed", b"<rss/>")
            first = await get(*urls)
            assert {type(outcome) for outcome in first} == {Fetched}
            assert len(net.dialled) == len(urls)
            again = await get(*urls)
            assert {isinstance(one, Failed) and "may not be dialled" in one.reason for one in again} == {True}

    asyncio.run(exchange())
    assert sorted(net.asked) == sorted([*names, *names])  # once for each connection: what is judged is what is dialled
    assert set(net.dialled) == {PUBLIC}


def test_a_connection_that_is_kept_goes_where_it_went(net: Net) -> None:
    net.names["sly.example"] = [[PUBLIC], ["127.0.0.1"]]

    async def exchange() -> None:
        async with public(net) as feeds, Fetcher(spacing=timedelta(0)) as fetcher:
            feeds.put("/feed", b"<rss/>")
            for _ in range(3):
                await fetcher.get(Request("http://sly.example/feed"), now=NOON)
            assert len(feeds.requests) == 3

    asyncio.run(exchange())
    assert net.dialled == [PUBLIC]


@pytest.mark.parametrize("ip", LITERALS)
def test_a_socket_is_not_opened_for_a_blocked_address_whoever_asks(ip: str) -> None:
    with pytest.raises(dial.AddressRefusedError):
        dial.open_socket(answered(ip, 80))


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8000])
def test_a_port_that_is_no_web_port_is_not_dialled(net: Net, port: int) -> None:
    [outcome] = asyncio.run(get(f"http://{PUBLIC}:{port}/feed"))
    assert outcome == Failed(f"this address may not be dialled: port {port} is not a web port (80, 443, 8080, 8443)")
    assert net.dialled == []


def test_what_is_allowed_to_be_private_still_speaks_http_alone(net: Net) -> None:
    urls = ["file:///etc/passwd", "ftp://127.0.0.1/", "unix:///run/x.sock", "http+unix://%2Frun%2Fx.sock/"]
    assert {type(outcome) for outcome in asyncio.run(get(*urls, private=True))} == {Failed}
    assert net.dialled == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1.", "[::ffff:127.0.0.1]"])
def test_a_real_loopback_server_sees_no_guarded_request_even_where_a_private_one_went(host: str) -> None:
    async def exchange() -> None:
        async with Feeds() as feeds, Fetcher(spacing=timedelta(0), ports={feeds.port}) as fetcher:
            feeds.put("/feed", b"<rss/>")
            private = await fetcher.get(Request(f"{feeds.url}/feed", allow_private=True), now=NOON)
            guarded = await fetcher.get(Request(f"http://{host}:{feeds.port}/feed"), now=NOON)
            assert (type(private), type(guarded)) == (Fetched, Failed)
            assert len(feeds.requests) == 1

    asyncio.run(exchange())
