"""What docs/routing.md shows is true: its configuration is right, commands answer so, its receiver hands events on."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import webhooks

from briefing.check import check
from demo.chat_sink import SECRET
from tests.integration.command import call
from tests.integration.documents import rss
from tests.integration.test_again import FEED
from tests.integration.world import NOON, SITE, World, play

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
(SAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(RECIPE,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SESSIONS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
ENVIRON = {"NTFY_TOPIC": "t", "SLACK_URL": "https://c.example/x", "PAGER_SECRET": SECRET}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside the page's feeds.yaml."""
    (tmp_path / "feeds.yaml").write_text(SAMPLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_configuration_of_the_page_is_right(folder: Path) -> None:
    assert check(folder / "feeds.yaml", ENVIRON).problems == ()


@pytest.mark.parametrize("session", SESSIONS, ids=["routes", "silences"])
def test_the_commands_of_the_page_answer_as_it_says(folder: Path, session: str) -> None:
    for command, _, answer in (part.partition("\n") for part in session.split("$ ")[1:]):
        name, *words = shlex.split(command)
        assert name == "briefing"
        assert call(*words, **ENVIRON).stdout == answer
    assert (folder / "briefing.db").exists() == ("silences" in session)


# --- the receiver ---------------------------------------------------------------------------------------------------


class Heard(ThreadingHTTPServer):
    """A server on loopback that answers as it is told, and remembers what it was sent."""

    def __init__(self, kind: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), kind)
        self.bodies: list[tuple[str, Any]] = []
        self.status = 200

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """Takes what an Alertmanager takes."""

    def do_POST(self) -> None:
        """Remember the body, and answer."""
        assert isinstance(self.server, Heard)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Clock(datetime):
    """The world's time, for the receiver and for what checks signatures there."""

    at = NOON

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Clock":
        """Return it."""
        return cls.fromtimestamp(cls.at.timestamp(), tz)


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the page's receiver up to where it would serve."""
    names: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(RECIPE, "docs/routing.md", "exec"), names)
    names["Pager"].log_message = Answer.log_message
    names["datetime"] = Clock
    monkeypatch.setattr(webhooks, "datetime", Clock)
    return names


@pytest.fixture
def far(recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Heard, Heard]]:
    """Start the receiver, and an Alertmanager behind it."""
    pager, manager = Heard(recipe["Pager"]), Heard(Answer)
    for name, value in {"PAGER_SECRET": SECRET, "ALERTMANAGER": manager.url}.items():
        monkeypatch.setenv(name, value)
    threads = [Thread(target=server.serve_forever, args=[0.05]) for server in (pager, manager)]
    for thread in threads:
        thread.start()
    try:
        yield pager, manager
    finally:
        for server, thread in zip((pager, manager), threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def test_the_receiver_hands_a_condition_on_as_one_alert_and_ends_it(tmp_path: Path, far: tuple[Heard, Heard]) -> None:
    pager, manager = far
    hook = f'  pager: {{type: webhook, url: "{pager.url}/", secret: "{SECRET}", allow_private: true}}\n'
    config = FEED.replace(SITE, SITE + hook) + "routes: [{to: pager, repeat: 1d}]\n"

    async def story(world: World) -> None:
        world.feeds.put("/one.rss", "no", status=503)

        async def later(hours: int) -> None:
            world.later(hours=hours)
            Clock.at = world.now
            await world.work()

        for _ in range(8):
            await later(6)
        world.feeds.put("/one.rss", rss(title="One"))
        manager.status = 503
        await world.service.poll(force=True)
        await later(0)
        manager.status = 200
        await later(1)

    play(tmp_path, config, story)
    paths, bodies = zip(*manager.bodies, strict=True)
    alerts = [body[0] for body in bodies]
    assert set(paths) == {"/api/v2/alerts"}
    assert len({json.dumps(alert["labels"]) for alert in alerts}) == 1
    assert alerts[0]["labels"]["alertname"] == "briefing_feed_down"
    said = [alert["annotations"]["summary"].partition(":")[0] for alert in alerts]
    assert said[0] == "Feed one is down"
    assert said[1].startswith("Feed one is still down")
    assert said[-2:] == ["Feed one answers again"] * 2  # refused, and sent again
    assert alerts[-1]["endsAt"] < alerts[1]["endsAt"]


def test_the_receiver_speaks_pagerduty(recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_KEY", "k" * 32)
    data = {"kind": "feed_up", "id": "feed_up:one:2026-11-05T12:00:00+00:00", "headline": "h" * 2000, "url": None}
    body = json.loads(recipe["request"]({"data": data}, recipe["pagerduty"]).data)
    again = {**data, "kind": "feed_down", "id": "feed_down:one:2026-11-05T12:00:00+00:00+12"}
    down = json.loads(recipe["request"]({"data": again}, recipe["pagerduty"]).data)
    assert (body["event_action"], down["event_action"]) == ("resolve", "trigger")
    assert body["dedup_key"] == down["dedup_key"] == "feed_down:one:2026-11-05T12:00:00+00:00"
    assert len(body["payload"]["summary"]) == 1024
