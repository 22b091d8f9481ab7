"""What a second list of feeds carried on our stories: real HTTP, a real database, nothing stored."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from demo.feed_server import FeedServer
from tests.databases import put
from tests.integration.command import call
from tests.integration.documents import Entry, rss

HEAD = 'version: 1\nsite: {from: "Desk <desk@example.org>"}\ndefaults: {poll: {spacing: 0s, timeout: 5s}}\n'
STORY = "stories:\n  lanterns: {title: Lanterns, query: 'lantern*', feeds: [ours]}\n"
ROUTE = "channels: {room: {type: slack, url: 'https://hooks.example.org/x'}}\nroutes: [{to: [room]}]\n"
NOW = datetime.now(UTC)
TOLD = (
    "Lantern makers of Qazvin laid down their work on Monday after the guild refused to raise the price of glass."
    " Eleven workshops stayed shut, and the governor called both sides to a meeting on Thursday."
)


@contextmanager
def in_a_thread(server: FeedServer) -> Iterator[FeedServer]:
    """Serve beside a command that is called in this process."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """Serve our feed and two of theirs."""
    with in_a_thread(FeedServer()) as running:
        base = running.url
        ours = [Entry("one", "Lantern makers of Qazvin stop work", NOW - timedelta(hours=9), TOLD)]
        same = Entry("copy", "Lantern makers of Qazvin stop work", NOW - timedelta(hours=8), TOLD)
        link = Entry("link", "A lantern festival opens in Tabriz", NOW - timedelta(hours=5), "Thousands came.")
        rain = Entry("rain", "Rain in Lisbon", NOW - timedelta(hours=4), "It rained.")
        old = Entry("old", "Lantern of the year", NOW - timedelta(days=40), "Long ago.")
        running.put("/ours.rss", rss(*ours, title="Ours", base=base))
        running.put("/theirs.rss", rss(same, link, rain, old, title="Theirs", base=f"{base}/t"))
        running.put("/more.rss", rss(Entry("x", "Festival of the lantern opens in Tabriz", NOW, "Thousands came."),
                                     title="More", base=f"{base}/m"))  # fmt: skip
        yield running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FeedServer) -> Path:
    """Stand in a folder with both lists; ours was polled."""
    monkeypatch.chdir(tmp_path)
    feed = f"{{url: '{server.url}/%s', allow_private: true}}"
    mine = f"feeds:\n  ours: {feed % 'ours.rss'}\n"
    theirs = f"feeds:\n  a: {feed % 'ours.rss'}\n  b: {feed % 'theirs.rss'}\n  c: {feed % 'more.rss'}\n"
    (tmp_path / "feeds.yaml").write_text(HEAD + mine + STORY, encoding="utf-8")
    (tmp_path / "theirs.yaml").write_text(HEAD + theirs, encoding="utf-8")
    put(tmp_path / "briefing.db")
    assert call("poll").exit_code == 0
    return tmp_path


def test_only_what_ours_did_not_carry_is_shown_once_for_all_who_report_it(server: FeedServer) -> None:
    asked = len(server.requests)
    ended = call("missed", "--against", "theirs.yaml", "--json")
    assert ended.exit_code == 0, ended.stderr
    [found] = json.loads(ended.stdout)
    assert (found["story"], found["title"]) == ("lanterns", "A lantern festival opens in Tabriz")
    assert found["sources"] == ["Theirs", "More"]
    assert {path for path, _ in server.requests[asked:]} == {"/theirs.rss", "/more.rss"}


def test_people_get_a_line_and_the_database_stays_as_it_was() -> None:
    before = call("items", "--json").stdout
    ended = call("missed", "--against", "theirs.yaml", "--story", "lanterns")
    assert "A lantern festival opens in Tabriz" in ended.stdout
    assert "Theirs and 1 other" in ended.stdout
    assert call("items", "--json").stdout == before


def test_a_feed_that_fails_is_named_and_the_rest_is_shown(server: FeedServer) -> None:
    server.put("/more.rss", "not here", status=500, content_type="text/plain")
    ended = call("missed", "--against", "theirs.yaml")
    assert ended.exit_code == 3
    assert "c: " in ended.stderr
    assert "festival" in ended.stdout


def test_the_same_list_has_nothing_to_miss() -> None:
    ended = call("missed", "--against", "feeds.yaml")
    assert ended.exit_code == 2
    assert "has no feed that feeds.yaml does not have" in ended.stderr


def test_a_time_is_read_as_feeds_yaml_writes_it() -> None:
    [found] = json.loads(call("missed", "--against", "theirs.yaml", "--since", "1h", "--json").stdout)
    assert found["sources"] == ["More"]
    ended = call("missed", "--against", "theirs.yaml", "--since", "week")
    assert ended.exit_code == 2
    assert "such as 15m, 2h or 7d" in ended.stderr


@pytest.mark.slow
def test_what_is_stored_can_be_written_and_played_again_and_finds_its_feed(folder: Path) -> None:
    (folder / "items.jsonl").write_text(call("items", "--jsonl").stdout, encoding="utf-8")
    [played] = [json.loads(line) for line in call("replay", "items.jsonl", "--json").stdout.splitlines()]
    assert played["stories"] == ["lanterns"]
    wider = (folder / "feeds.yaml").read_text(encoding="utf-8") + ROUTE
    (folder / "new.yaml").write_text(wider, encoding="utf-8")
    ended = call("replay", "items.jsonl", "--config", "new.yaml", "--diff", "--json")
    assert "no feed" not in ended.stderr
    assert [json.loads(line)["to"] for line in ended.stdout.splitlines()] == ["room"]
