"""The command line as an operator has it: as a process of its own, or called in this one, with feeds on loopback."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from click.testing import CliRunner, Result
from typer.main import get_command

from briefing.cli import app
from demo.feed_server import FeedServer
from tests.integration.documents import HTML, LONG, Entry, page, rss

COMMAND = get_command(app)  # built once: that is most of a call
PROMISE = "Coming up in Part 2: “The Keeper of the Lanterns”, the likelihood of a strike in Qazvin."
LINK = '<link rel="alternate" type="application/rss+xml" title="The Review" href="/review.rss">'
QUIET = {"BRIEFING_CONFIG": "", "BRIEFING_DATABASE_URL": "", "COLUMNS": "120", "NO_COLOR": "1"}
CONFIG = """\
# a comment of the operator's
version: 1
site: {{from: "Desk <desk@example.org>", timezone: Europe/London}}
defaults: {{poll: {{spacing: 0s, timeout: 20s}}}}
lists: {{guild: {{title: The guild}}}}
feeds:
  review: {{url: "{url}/review.rss", allow_private: true, title: The Review}}
  wire: {{url: "{url}/wire.rss?token=feed-secret", allow_private: true}}   # another
stories:
  lanterns: {{title: The Lantern Contingency, query: 'Lantern*', series: {{}}}}
digests:
  daily: {{stories: [lanterns], at: "07:00", to: [me@example.org]}}
"""

LITERALS = """
channels:
  hook: {type: webhook, url: "https://hooks.example.org/in/hook-path-secret", secret: "${HOOK}"}
  room: {type: slack, url: "${SLACK}"}
routes:
  - to: [hook]
"""
SECRETS = {
    "HOOK": "whsec_aG9vay1zZWNyZXQtaG9vay1zZWNyZXQtaG9vay1zZWNyZXQ=",
    "SLACK": "https://hooks.example.org/T1/slack-secret",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Process:
    """A command that runs in a group of its own, as a terminal starts it."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    async def __call__(self, *args: str, typed: str = "", to: Sequence[str] = ()) -> Ended:
        """Run `briefing` to its end; `to` is a program its output goes to."""
        return await _end(await self.start(*args, to=to), typed)

    async def start(self, *args: str, to: Sequence[str] = ()) -> asyncio.subprocess.Process:
        """Start `briefing`; whoever calls waits for it."""
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-m", "briefing", *args]
        if to:
            command = ["bash", "-o", "pipefail", "-c", f'"$@" | {" ".join(to)}', "bash", *command]
        environ = {**os.environ, **QUIET, **self.environ}
        return await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=environ, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )

    async def ended_by(self, sent: signal.Signals, *args: str, once: asyncio.Event) -> Ended:
        """Run `briefing` until something happens, then send the whole group a signal, as Ctrl-C does."""
        running = await self.start(*args)
        await asyncio.wait_for(once.wait(), 20)
        os.killpg(running.pid, sent)
        return await _end(running, seconds=12)


async def _end(running: asyncio.subprocess.Process, typed: str = "", seconds: float = 30) -> Ended:
    try:
        out, err = await asyncio.wait_for(running.communicate(typed.encode()), seconds)
    except TimeoutError:
        os.killpg(running.pid, signal.SIGKILL)
        raise
    return Ended(running.returncode or 0, out.decode(), err.decode())


def call(*args: str, typed: str = "", **environ: str) -> Result:
    """Call `briefing` in this process and folder; how it logs is no matter of the next call."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    try:
        return CliRunner().invoke(COMMAND, list(args), input=typed, env={**QUIET, **environ})
    finally:
        structlog.configure(**before)
        root.handlers[:], root.level = handlers, level


def put_site(server: FeedServer, now: datetime | None = None) -> None:
    """Put up a front page, its feed of excerpts whose first article ends with a promise, and a second feed."""
    now = now or datetime.now(UTC)
    titles = ("The Lantern Contingency: A Way Out", "Lantern makers on strike", "Rain in Lisbon")
    entries = [Entry(str(n), title, now - timedelta(hours=n + 1), f"{title} …") for n, title in enumerate(titles)]
    server.put("/", page("The Review", "Welcome.", head=LINK), content_type=HTML)
    server.put("/review.rss", rss(*entries, title="The Review", base=server.url))
    server.put("/0", page(titles[0], LONG, PROMISE), content_type=HTML)
    server.put("/wire.rss", rss(Entry("w", "Lanterns sold out", now - timedelta(hours=2)), title="Wire"))


def write_config(folder: Path, url: str = "http://127.0.0.1:9", more: str = "") -> Path:
    """Write a feeds.yaml over the site's two feeds."""
    path = folder / "feeds.yaml"
    path.write_text(CONFIG.format(url=url) + more, encoding="utf-8")
    return path
