"""An alert is acknowledged or muted from its links, over real HTTP on loopback: GET changes nothing, POST acts once."""

import asyncio
import random
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from briefing.errors import ListenError
from briefing.model import DeliveryState
from briefing.store import acknowledgements, silences
from briefing.web import server
from tests.contract.apps import elements
from tests.integration.test_again import more
from tests.integration.test_copies import CONFIG, ROUTES
from tests.integration.test_fold import headlines
from tests.integration.test_withdraw import take_back
from tests.integration.world import World, play

TOLD = CONFIG.replace(ROUTES, "routes: [{to: [hook, slack, desk], when: {event: corroborated}, repeat: 2h}]\n")
THREE = ("wire", "post", "gazette")
HOSTILE = "\u202eAnn\u2066 <b>&amp; @everyone\r\nBcc: x@example.org https://evil.example <!channel> *x*" + "y" * 200


def free() -> int:
    """Return a port that nobody listens at, of those that the system gives to nobody of itself meanwhile."""
    for port in random.sample(range(20_000, 30_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


def with_pages(config: str, port: int, more: str = "") -> str:
    pages = f"site:\n  base_url: http://127.0.0.1:{port}/news\n  listen: 127.0.0.1:{port}\n{more}"
    return config.replace("site:\n", pages, 1)


@dataclass(slots=True)
class Browser:
    """A client of the pages, and what the alert's links were."""

    http: aiohttp.ClientSession
    world: World
    port: int

    def links(self, kind: str = "acknowledge") -> list[str]:
        """Return the links that the signed webhook was told, in order."""
        return [hook["data"][f"{kind}_url"] for hook in self.world.chat.hooks]

    async def ask(self, method: str, url: str, data: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Ask for a page; return its status and words, and look at what every answer must carry."""
        async with self.http.request(method, url, data=data, allow_redirects=False) as answer:
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert {"set-cookie", "location", "server"}.isdisjoint(name.lower() for name in answer.headers)
            return answer.status, await answer.text()

    async def get(self, url: str) -> tuple[int, str]:
        return await self.ask("GET", url)

    async def post(self, url: str, **fields: str) -> tuple[int, str]:
        return await self.ask("POST", url, fields or {"by": ""})

    def kept(self) -> list[str | None]:
        """Return who acknowledged, latest first."""
        with self.world.store.reading() as session:
            return [one.by for one in acknowledgements.listing(session)]

    def muted(self) -> list[str]:
        """Return who mutes now."""
        with self.world.store.reading() as session:
            return [one.by for one in silences.active(session, now=self.world.now)]


@asynccontextmanager
async def browsing(world: World, port: int) -> AsyncIterator[Browser]:
    async with world.service._pages, aiohttp.ClientSession() as http:
        await _up(port)
        yield Browser(http, world, port)


async def _up(port: int) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return


Story = Callable[[Browser], Awaitable[None]]


def open_to(config: str = TOLD, extra: str = "") -> Callable[[Story], Callable[[Path], None]]:
    """Turn a story with a browser into a test, after three publishers reported the same."""

    def tested(story: Story) -> Callable[[Path], None]:
        def test(tmp_path: Path) -> None:
            port = free()

            async def lived(world: World) -> None:
                await more(world, *THREE)
                async with browsing(world, port) as browser:
                    await story(browser)

            play(tmp_path, with_pages(config, port, extra), lived)

        test.__name__, test.__doc__ = story.__name__, story.__doc__
        return test

    return tested


@open_to()
async def test_a_look_changes_nothing_and_a_press_acknowledges_once(it: Browser) -> None:
    (url,) = it.links()
    before = it.world.rows("SELECT count(*) FROM deliveries")
    for method in ("GET", "HEAD") * 20:
        status, page = await it.ask(method, url)
        assert status == 200
        assert not page if method == "HEAD" else "<button>Acknowledge</button>" in page
    assert (it.kept(), it.muted(), it.world.rows("SELECT count(*) FROM deliveries")) == ([], [], before)

    status, page = await it.post(url, by="Ann")
    assert (status, it.kept()) == (200, ["Ann"])
    assert "Acknowledged by Ann, 12:00" in page
    assert "briefing acks remove 1" in page
    _, page = await it.post(url, by="Bob")
    assert "Acknowledged by Ann" in page
    assert it.kept() == ["Ann"]


@open_to()
async def test_who_acknowledges_without_a_name_is_the_address_or_somebody_in_the_channel(it: Browser) -> None:
    (mail,) = it.world.mail.messages
    (url,) = set(re.findall(r"http://\S+/acknowledge/\S+", it.world.text(mail)))
    assert "desk@" not in url
    _, page = await it.get(url)
    assert 'value="desk@example.org"' in page
    _, page = await it.post(it.links()[0], by=" \u200f ")
    assert "Acknowledged by somebody in hook" in page
    assert it.kept() == [None]
    _, page = await it.post(url, act="undo")
    assert "It was taken back." in page
    await it.post(url, by="")
    assert it.kept() == ["desk@example.org"]


@pytest.mark.slow
@open_to()
async def test_later_alerts_say_who_acknowledged_and_repeats_end_but_not_what_is_new(it: Browser) -> None:
    await it.post(it.links()[0], by="Ann")
    it.world.later(hours=3)
    await it.world.work()
    assert len(it.links()) == 1
    await more(it.world, *THREE, "echo", minutes=30)
    await it.world.deliver(hours=1)
    (_, grown) = it.world.chat.hooks
    assert grown["data"]["context"][0]["text"] == "Acknowledged by Ann, 12:00"
    assert "Acknowledged by Ann, 12:00" in it.world.text(it.world.mail.messages[-1])
    assert len(headlines(it.world)) == 2
    _, page = await it.get(it.links()[1])
    assert "Acknowledged by Ann" in page


@open_to()
async def test_without_an_acknowledgement_it_is_repeated(it: Browser) -> None:
    it.world.later(hours=3)
    await it.world.work()
    assert len(it.links()) == 2


@open_to()
async def test_a_subject_is_muted_for_a_while_and_the_way_back_is_on_the_page(it: Browser) -> None:
    (url,) = it.links("mute")
    assert "7 days" in (await it.get(url))[1]
    assert (await it.post(url, by="Ann"))[0] == 422
    assert (await it.post(url, by="Ann", **{"for": "100y"}))[0] == 422
    assert it.muted() == []
    _, page = await it.post(url, by="Ann", **{"for": "8h"})
    await it.post(url, by="Bob", **{"for": "1d"})
    assert it.muted() == ["Ann"]
    assert "Muted by Ann until 20:00" in page
    assert "briefing silences expire 1" in page
    it.world.later(hours=3)
    await it.world.work()
    await more(it.world, *THREE, "echo", minutes=15)
    await it.world.deliver(hours=1)
    assert len(it.links()) == 1
    assert DeliveryState.SILENCED in {one.state for one in it.world.deliveries()}
    _, page = await it.post(url, act="undo")
    assert "It was taken back." in page
    assert it.muted() == []


@open_to()
async def test_no_link_does_anothers_work(it: Browser) -> None:
    (acknowledge,), (mute,) = it.links(), it.links("mute")
    for url in (
        acknowledge.replace("/acknowledge/", "/mute/"),
        mute.replace("/mute/", "/acknowledge/"),
        acknowledge[:-3],
        acknowledge + "A",
        acknowledge.rpartition("/")[0] + "/%F0%9D%84%9E",
    ):
        for method in ("GET", "POST"):
            status, page = await it.ask(method, url, {"by": "x", "for": "8h"} if method == "POST" else None)
            assert (status, "This link does not work" in page) == (404, True)
    it.world.later(days=7)
    status, page = await it.post(acknowledge, by="Ann")
    assert (status, "This link has expired" in page) == (410, True)
    assert (it.kept(), it.muted()) == ([], [])


@open_to(TOLD.replace(", when: {event: corroborated}, repeat: 2h", ""))
async def test_what_was_withdrawn_is_not_answered(it: Browser) -> None:
    url = it.links()[0]
    for item in it.world.items():
        take_back(it.world, item.title)
    status, page = await it.post(url, by="Ann")
    assert (status, "does not stand any more" in page) == (410, True)
    assert it.kept() == []


@pytest.mark.slow
@open_to()
async def test_a_hostile_name_is_words_and_nothing_else(it: Browser) -> None:
    _, page = await it.post(it.links()[0], by=HOSTILE)
    (name,) = it.kept()
    assert name is not None
    assert len(name) <= 80
    assert not re.search("[\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]", name)
    assert "<b>" not in page
    assert name in unescape(page)
    await more(it.world, *THREE, "echo", minutes=30)
    await it.world.deliver(hours=1)
    slack = it.world.chat.slack[-1]
    assert it.world.chat.invalid == 0
    marked = [part["text"] for part in elements(slack) if part.get("type") == "mrkdwn"]
    assert not [text for text in (slack["text"], *marked) if "channel>" in text]
    mail = it.world.mail.messages[-1]
    assert mail["Bcc"] is None
    assert "<b>&amp;" not in str(mail.get_body(("html",)))


ODD = {
    "no such page": ("GET", "/nowhere", 404),
    "another action": ("GET", "/news/confirm/x", 404),
    "the root": ("GET", "/", 404),
    "a public address's root": ("POST", "/news/", 404),
    "a redirect": ("GET", "//evil.example/%2e%2e", 404),
    "deleting": ("DELETE", "/news/acknowledge/x", 405),
    "putting": ("PUT", "/news/acknowledge/x", 405),
    "options": ("OPTIONS", "/news/mute/x", 405),
    "a made-up method": ("BREW", "/news/mute/x", 405),
    "a long address": ("GET", "/news/mute/" + "x" * 3000, 414),
    "a long query": ("GET", "/news/mute/x?" + "x" * 3000, 414),
}


@open_to()
async def test_what_leads_nowhere_is_refused_in_words(it: Browser) -> None:
    for what, (method, path, status) in ODD.items():
        found, _ = await it.ask(method, f"http://127.0.0.1:{it.port}{path}")
        assert found == status, what
    assert await it.get(f"http://127.0.0.1:{it.port}/healthz") == (200, "ok\n")


@open_to()
async def test_a_form_that_is_none_of_ours_is_refused(it: Browser) -> None:
    (url,) = it.links()
    for body, kind, status in (
        (b"by=" + b"x" * 5000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "text/plain", 415),
    ):
        async with it.http.post(url, data=body, headers={"content-type": kind}) as answer:
            assert answer.status == status

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    async with it.http.post(url, data=endless(), headers={"content-type": "application/x-www-form-urlencoded"}) as one:
        assert one.status == 413
    assert it.kept() == []


@open_to()
async def test_a_database_that_refuses_is_told_in_words(it: Browser) -> None:
    with it.world.refusing("INSERT ON acknowledgements", "1=1"):
        status, page = await it.post(it.links()[0], by="Ann")
    assert (status, "Not now" in page, it.kept()) == (503, True, [])


def test_a_connection_that_dawdles_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SECONDS", 0.2)

    async def dawdle(it: Browser) -> None:
        for head in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /news/mute/x HTTP/1.1\r\nContent-Length: 9\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
            writer.write(head)
            async with asyncio.timeout(3):
                with suppress(ConnectionError):
                    await reader.read()
            writer.close()

    open_to()(dawdle)(tmp_path)


@open_to(extra="  locale: fa\n  timezone: Asia/Tehran\n")
async def test_pages_speak_the_alerts_language(it: Browser) -> None:
    _, page = await it.get(it.links()[0])
    assert '<html lang="fa" dir="rtl">' in page
    assert "تأیید" in page
    _, page = await it.get(it.links()[0][:-4])
    assert "این پیوند کار نمی‌کند" in page


@open_to(extra="  answer_within: 0s\n")
async def test_links_can_be_turned_off(it: Browser) -> None:
    (hook,) = it.world.chat.hooks
    assert (hook["data"]["acknowledge_url"], hook["data"]["mute_url"]) == (None, None)
    assert [link["text"] for link in hook["data"]["actions"]] == ["Read"]


def test_a_port_in_use_is_told_at_the_start_and_waited_for_after_a_reload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "AGAIN_SECONDS", 0.05)
    port = free()

    async def lived(world: World) -> None:
        listen = world.setting.config.site.listen
        with socket.create_server(("127.0.0.1", port)):
            with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port} \(site\.listen\): Address already in use"):
                await world.service.run(asyncio.Event())
            patient = server.Listener(world.service._pages._application, listen, patient=True)  # type: ignore[attr-defined]
            await patient.__aenter__()
        await _up(port)
        await patient.__aexit__()

    play(tmp_path, with_pages(CONFIG, port), lived)


def test_pages_come_and_go_with_the_service(tmp_path: Path) -> None:
    port = free()

    async def lived(world: World) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(world.service.run(stop))
        await _up(port)
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        stop.set()
        await asyncio.wait_for(running, 10)
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)

    play(tmp_path, with_pages(CONFIG, port), lived)
