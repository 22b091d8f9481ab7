"""The command line as a process, over feeds on loopback: fetching, sending, signals, pipes, locks and haste."""

import asyncio
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from briefing.cli.failure import Exit
from briefing.store.engine import Store
from demo.chat_sink import SECRET, ChatSink
from demo.chat_vendors import BOT, CHAT, FAR_ENDS, KEY, TOPIC
from tests.integration.command import Ended, Process, call, put_site, write_config
from tests.integration.world import Feeds

pytestmark = pytest.mark.slow

CHANNELS = """\
channels:
  hook: {type: webhook, url: "${HOOK}", secret: "${SECRET}", allow_private: true}
  room: {type: slack, url: "${SLACK}", rate: 1000/s, allow_private: true}
routes:
  - to: [hook, room]
"""


class Gate(asyncio.Event):
    """Holds whoever waits for it, and says that somebody does."""

    def __init__(self, met: asyncio.Event) -> None:
        super().__init__()
        self._met = met

    async def wait(self) -> Literal[True]:
        """Wait until it is opened."""
        self._met.set()
        return await super().wait()


@asynccontextmanager
async def hanging(feeds: Feeds, *paths: str) -> AsyncIterator[asyncio.Event]:
    """Let the paths answer nothing for a while; give what is set when one of them is asked."""
    asked = asyncio.Event()
    feeds.gates |= {path: Gate(asked) for path in paths}
    yield asked
    for path in paths:
        feeds.gates[path].set()


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


Act = Callable[[Process, Feeds, ChatSink], Awaitable[None]]


def play(folder: Path, act: Act, more: str = "") -> None:
    """Play an act with feeds and a chat on loopback, over a feeds.yaml that names the feeds, and what more there is."""

    async def played() -> None:
        async with AsyncExitStack() as stack:
            feeds = await stack.enter_async_context(Feeds())
            chat = await stack.enter_async_context(ChatSink())
            put_site(feeds)
            write_config(folder, feeds.url, more)
            secrets = {"HOOK": chat.webhook_url, "SLACK": chat.slack_url, "SECRET": SECRET, "CHAT": chat.url}
            secrets |= {vendor.upper(): chat.at(vendor) for vendor in ("discord", "teams", "mattermost", "google_chat")}
            secrets |= {"APPRISE": chat.at("apprise").replace("http:", "json:")}
            secrets |= {"BOT": BOT, "TOPIC": TOPIC}
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

    play(tmp_path, act)
    _read_back()
    test = call("send", "--to", "test@example.org", typed="y\n")
    assert (test.exit_code, test.stdout) == (Exit.DONE, "sent       1 of 1\n")
    assert "to 1 address? [y/N]" in test.stderr
    assert "mail is written as files" in test.stderr
    (row,) = json.loads(call("send", "--yes", "--json").stdout)
    assert (row["state"], row["recipient"]["address"]) == ("sent", "me@example.org")
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 2
    assert "issues     daily No. 1 written" in call("status").stdout
    assert [row["state"] for row in json.loads(call("deliveries", "list", "--json").stdout)].count("sent") == 2


def _read_back() -> None:
    """Look at what the first poll brought, and do not send it."""
    status = call("status").stdout.splitlines()
    assert re.match(r"feeds      1 ok · 1 failing \(wire: HTTP 500 .* for \d+ s, next try in 1\d min\)$", status[0])
    assert status[1] == "awaited    lanterns Part 2 (promised 1 h ago, polled every 5 min)"
    assert "◌ awaited  part 2  The Keeper of the Lanterns · promised 1 h ago" in call("stories").stdout
    assert [row["source"] for row in json.loads(call("items", "--feed", "review", "--json").stdout)] == [
        "The Review"
    ] * 3
    assert "The Keeper of the Lanterns" in call("preview", "--as", "text", "--out", "-").stdout
    assert json.loads(call("send", "--dry-run", "--json").stdout)["to"] == ["me@example.org"]
    declined = call("send", "--json", typed="n\n")
    assert (declined.exit_code, json.loads(declined.stdout)["ok"]) == (Exit.FAILED, False)
    assert "nothing was sent" in declined.stderr


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
            ended.out + ended.err + call("deliveries", "list").stdout + call("feeds", "list", **briefing.environ).stdout
        )
        hidden = ("feed-secret", SECRET.removeprefix("whsec_"), chat.slack_url.removeprefix(chat.url))
        assert [secret for secret in hidden if secret in everything] == []

    play(tmp_path, act, CHANNELS)
    dead = json.loads(call("deliveries", "list", "--failed", "--json").stdout)
    retried = call("deliveries", "retry", str(dead[0]["id"]), "9999")
    assert (retried.exit_code, retried.stdout) == (Exit.PARTLY, "1 put back; briefing run sends them\n")
    assert "9999: not dead" in retried.stderr


def test_a_channel_is_tested_with_one_message(tmp_path: Path) -> None:
    async def act(briefing: Process, _: Feeds, chat: ChatSink) -> None:
        (row,) = json.loads(told(await briefing("channels", "test", "hook", "--json")))
        assert (row["channel"], row["state"], len(chat.hooks)) == ("hook", "sent", 1)

    play(tmp_path, act, CHANNELS)


VENDORS = f"""\
channels:
  guild: {{type: discord, url: "${{DISCORD}}", allow_private: true}}
  office: {{type: teams, url: "${{TEAMS}}", allow_private: true}}
  crew: {{type: mattermost, url: "${{MATTERMOST}}", allow_private: true}}
  space: {{type: google_chat, url: "${{GOOGLE_CHAT}}", allow_private: true}}
  phones: {{type: telegram, token: "${{BOT}}", chat: "{CHAT}", api: "${{CHAT}}", allow_private: true}}
  pocket: {{type: ntfy, topic: "${{TOPIC}}", url: "${{CHAT}}", allow_private: true}}
  elsewhere: {{type: apprise, url: "${{APPRISE}}"}}
  desk: {{type: mail, to: desk@example.org}}
"""


def test_a_channel_of_every_vendor_is_tested_and_no_secret_is_told(tmp_path: Path) -> None:
    async def act(briefing: Process, _: Feeds, chat: ChatSink) -> None:
        everything = ""
        for name in ("guild", "office", "crew", "space", "phones", "pocket", "elsewhere", "desk"):
            ended = await briefing("channels", "test", name, "--json")
            (row,) = json.loads(told(ended))
            assert row["state"] == "sent", (name, row)
            everything += ended.out + ended.err
        assert [len(chat.shown(vendor)) for vendor in FAR_ENDS] == [1] * len(FAR_ENDS)
        assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
        chat.answer(404, json.dumps({"error": f"{TOPIC} {BOT} {chat.at('discord')}"}), times=2)
        for name in ("pocket", "phones"):
            everything += told(await briefing("channels", "test", name), Exit.FAILED)
        everything += (await briefing("config", "show")).out + (await briefing("deliveries", "list")).out
        assert [secret for secret in (TOPIC, BOT, KEY) if secret in everything] == []

    play(tmp_path, act, VENDORS)


def test_follow_goes_from_a_page_to_a_configuration_that_holds(tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        url, new = feeds.url + "/", ("--config", "new.yaml")
        ended = await briefing("follow", url, "--allow-private", "--to", "me@example.org", "--json", *new)
        facts = json.loads(told(ended))
        assert (facts["items"], facts["promises"][0]["promise"]["part"]) == (3, 2)
        assert "<html" in (tmp_path / "preview" / f"{facts['story']}.html").read_text()

    play(tmp_path, act)
    assert "allow_private: true" in (tmp_path / "new.yaml").read_text()
    assert call("check", "new.yaml").exit_code == Exit.DONE


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


@pytest.mark.parametrize("words", ["poll", "run", "parse {url}/slow --allow-private"])
def test_ctrl_c_ends_with_130_and_no_traceback(words: str, tmp_path: Path) -> None:
    async def act(briefing: Process, feeds: Feeds, _: ChatSink) -> None:
        args = words.format(url=feeds.url).split()
        async with hanging(feeds, "/wire.rss", "/slow") as asked:
            told(await briefing.ended_by(signal.SIGINT, *args, once=asked), Exit.INTERRUPTED)

    play(tmp_path, act)


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

    def once() -> float:
        """Return what it takes, in parts of what it may take: more where starting Python takes longer."""
        libraries = processor([sys.executable, "-c", "import typer, pydantic; pydantic.BaseModel"], tmp_path)
        return processor([sys.executable, "-m", "briefing", words], tmp_path) / (seconds * max(1.0, libraries / 0.13))

    # Of the processor, and in the best of a few tries: the machine may be busy with other tests.
    assert any(once() < 1 for _ in range(30))


def processor(command: Sequence[str], folder: Path) -> float:
    """Seconds of the processor that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("words", ["--help", "check"])
def test_the_first_commands_load_nothing_heavy(words: str, tmp_path: Path) -> None:
    write_config(tmp_path)
    heavy = ("aiohttp", "alembic", "feedparser", "httpx", "jinja2", "lxml", "sqlalchemy", "structlog", "trafilatura")
    script = (
        "import atexit, sys; from briefing.cli import main; "
        f"atexit.register(lambda: sys.stderr.write(' '.join(set({heavy}) & set(sys.modules)))); main()"
    )
    ended = subprocess.run([sys.executable, "-c", script, words], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (Exit.DONE, "")
