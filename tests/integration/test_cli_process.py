"""The command line as a process, over feeds on loopback: fetching, sending, signals, pipes, locks and haste."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from briefing.cli.failure import Exit
from briefing.store.engine import Store
from demo.chat_sink import SECRET, ChatSink
from tests.integration.command import Ended, Process, put_site, write_config
from tests.integration.world import Feeds

CHANNELS = """\
channels:
  hook: {type: webhook, url: "${HOOK}", secret: "${SECRET}", allow_private: true}
  room: {type: slack, url: "${SLACK}", allow_private: true}
routes:
  - to: [hook, room]
"""
Act = Callable[[Process, Feeds, ChatSink], Awaitable[None]]


def play(folder: Path, act: Act) -> None:
    """Play an act with feeds and a chat on loopback, over a feeds.yaml that names both."""

    async def played() -> None:
        async with AsyncExitStack() as stack:
            feeds = await stack.enter_async_context(Feeds())
            chat = await stack.enter_async_context(ChatSink())
            put_site(feeds)
            write_config(folder, feeds.url, CHANNELS)
            secrets = {"HOOK": chat.webhook_url, "SLACK": chat.slack_url, "SECRET": SECRET}
            await act(Process(folder, secrets), feeds, chat)

    asyncio.run(played())


def told(ended: Ended, status: Exit = Exit.DONE) -> str:
    """Return the output of a process that ended so, and without a traceback."""
    assert ended.status == status, ended.err
    assert "Traceback" not in ended.err, ended.err
    return ended.out


def test_a_story_from_the_first_poll_to_the_mail(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        feeds.put("/wire.rss", "busy", status=500)
        polled = json.loads(told(await briefing("poll", "--json"), Exit.PARTLY))
        assert {row["feed"]: row["outcome"] for row in polled} == {"review": "new", "wire": "failed"}
        assert await _lines(briefing, "status") == [
            "feeds      1 ok · 1 failing (wire: 500 for 0 s, next try in 15 min)",
            "awaited    lanterns Part 2 (promised 1 h ago)",
        ]
        assert "◌ awaited part 2  The Keeper of the Lanterns (promised 1 h ago)" in told(await briefing("stories"))
        shown = told(await briefing("preview", "--as", "text", "--out", "-"))
        assert "The Keeper of the Lanterns" in shown
        await _sending(briefing)

    play(tmp_path, act)
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 2


async def _lines(briefing: Process, command: str) -> list[str]:
    """Return the first two lines, in which a moment more or less does not count."""
    lines = told(await briefing(command)).splitlines()[:2]
    return [lines[0].replace("for 1 s", "for 0 s").replace("HTTP 500 Internal Server Error", "500"), lines[1]]


async def _sending(briefing: Process) -> None:
    dry = json.loads(told(await briefing("send", "--dry-run", "--json")))
    assert dry["to"] == ["me@example.org"]
    declined = await briefing("send", "--json", typed="n\n")
    assert json.loads(told(declined, Exit.FAILED))["errors"][0]["message"] == "nothing was sent"
    assert "to 1 address? [y/N]" in declined.err
    test = await briefing("send", "--to", "test@example.org", typed="y\n")
    assert told(test) == "sent       1 of 1\n"
    assert "mail is written as files" in test.err
    (row,) = json.loads(told(await briefing("send", "--yes", "--json")))
    assert (row["state"], row["recipient"]["address"]) == ("sent", "me@example.org")


def test_run_once_does_all_that_is_due_and_its_logs_are_json_without_secrets(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, chat: ChatSink) -> None:
        feeds.put("/wire.rss", "wrong token feed-secret", status=403)
        chat.answer(404, f"no_service {chat.slack_url} {SECRET}", times=9)
        ended = await briefing("run", "--once")

        told(ended, Exit.PARTLY)
        events = [json.loads(line) for line in ended.err.splitlines()]
        assert {event["event"] for event in events} >= {"poll", "delivery.dead"}
        assert all(event["timestamp"] and event["level"] for event in events)
        everything = (
            ended.out + ended.err + told(await briefing("deliveries", "list")) + told(await briefing("feeds", "list"))
        )
        hidden = ("feed-secret", SECRET.removeprefix("whsec_"), chat.slack_url.removeprefix(chat.url))
        assert [secret for secret in hidden if secret in everything] == []

    play(tmp_path, act)


def test_a_channel_is_tested_and_a_dead_letter_is_put_back(tmp_path: Path) -> None:
    async def act(briefing: Process, _: Feeds, chat: ChatSink) -> None:
        chat.answer(410, "gone")
        told(await briefing("channels", "test", "hook"), Exit.FAILED)
        (dead,) = json.loads(told(await briefing("deliveries", "list", "--failed", "--json")))
        assert told(await briefing("deliveries", "retry", str(dead["id"]), "99"), Exit.PARTLY).startswith("1 put back")
        (row,) = json.loads(told(await briefing("channels", "test", "hook", "--json")))
        assert (row["channel"], row["state"]) == ("hook", "sent")

    play(tmp_path, act)


def test_follow_goes_from_a_page_to_a_configuration_that_polls(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        standing = (tmp_path / "feeds.yaml").read_text()
        url, new = feeds.url + "/", ("--config", "new.yaml")
        refused = await briefing("follow", url, *new)
        told(refused, Exit.FAILED)
        assert "--allow-private, if you mean it" in refused.err
        assert not (tmp_path / "new.yaml").exists()
        facts = json.loads(
            told(await briefing("follow", url, "--allow-private", "--to", "me@example.org", "--json", *new))
        )
        assert (facts["items"], facts["promises"][0]["promise"]["part"]) == (3, 2)
        assert "allow_private: true" in (tmp_path / "new.yaml").read_text()
        assert "<html" in Path(facts["preview"]).read_text()
        assert "review" in told(await briefing("poll", *new, "--database", "sqlite:///new.db"))
        again = await briefing("follow", url, "--allow-private")
        told(again, Exit.FAILED)
        assert "is followed already, as review" in again.err
        assert (tmp_path / "feeds.yaml").read_text() == standing

    play(tmp_path, act)


def test_parse_prints_a_line_each_in_the_order_named_and_tells_which_failed(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        (tmp_path / "one.xml").write_bytes(feeds.resources["/review.rss"].body)
        sources = [*["one.xml"] * 9, "none.xml", feeds.url + "/wire.rss", "/dev/zero", "-", "."]
        ended = await briefing("parse", *sources, "--allow-private", "--json", typed="no feed")
        rows = [json.loads(line) for line in told(ended, Exit.PARTLY).splitlines()]

        assert [row["source"] for row in rows] == sources
        assert {tuple(row) for row in rows} == {("source", "title", "items", "error")}
        assert set(rows[0]["items"][0]) == {"guid", "url", "title", "published", "authors", "html", "text"}
        errors = [row["error"] for row in rows if row["error"]]
        assert errors[0] == "no such file or directory"
        assert errors[1] == "larger than 10 MiB"
        assert errors[3] == "is a directory"
        assert len(errors) == 4

    play(tmp_path, act)


@pytest.mark.parametrize("words", ["poll", "run --once", "run", "parse {url}/slow --allow-private"])
def test_ctrl_c_ends_with_130_and_no_traceback(words: str, tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        asked = _gate(feeds, "/wire.rss", "/slow")
        args = words.format(url=feeds.url).split()
        told(await briefing.ended_by(signal.SIGINT, *args, once=asked), Exit.INTERRUPTED)

    play(tmp_path, act)


def test_sigterm_stops_the_service_within_ten_seconds_and_that_is_no_failure(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        asked = _gate(feeds, "/wire.rss")
        started = time.monotonic()
        ended = await briefing.ended_by(signal.SIGTERM, "run", once=asked)
        told(ended)
        assert time.monotonic() - started < 10
        assert json.loads(ended.err.splitlines()[-1])["event"] == "stopping"

    play(tmp_path, act)


def _gate(feeds: Feeds, *paths: str) -> asyncio.Event:
    """Keep requests for the paths waiting for ever; return what is set when the first one comes."""
    asked = asyncio.Event()

    class Gate(asyncio.Event):
        async def wait(self) -> bool:
            asked.set()
            return bool(await super().wait())

    for path in paths:
        feeds.gates[path] = Gate()
    return asked


def test_a_second_process_on_the_database_is_asked_to_try_again(tmp_path: Path) -> None:
    write_config(tmp_path)
    store = Store(f"sqlite:///{tmp_path}/briefing.db")
    store.upgrade()
    with store.lock():
        ended = asyncio.run(Process(tmp_path)("poll", "--json"))
    store.close()

    error = json.loads(told(ended, Exit.AGAIN))["errors"][0]
    assert f"in use by process {os.getpid()}" in error["message"]


@pytest.mark.parametrize("reader", [["head", "-1"], ["true"]], ids=["reads a line", "reads nothing"])
def test_a_reader_who_goes_away_is_no_error(reader: list[str], tmp_path: Path) -> None:
    ended = asyncio.run(Process(tmp_path)("schema", to=reader))

    assert (ended.status, ended.err) == (Exit.DONE, "")


@pytest.mark.parametrize(("words", "seconds"), [("--help", 0.3), ("check", 0.5)])
def test_the_first_commands_answer_at_once(words: str, seconds: float, tmp_path: Path) -> None:
    write_config(tmp_path)

    async def once() -> float:
        started = time.monotonic()
        told(await Process(tmp_path)(words))
        return time.monotonic() - started

    best = min(asyncio.run(once()) for _ in range(4))  # the machine may be busy with other tests
    assert best < seconds
