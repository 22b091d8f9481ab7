"""From a feed's answer to the alert at a webhook, while a thousand feeds are polled.

All feeds and the webhook are one server in a process of its own, which notes when it answered and when it was told.
At each turn a tenth of the feeds have something new; the others answer 304. A feed comes due each minute, each at a
moment of its own.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic

from aiohttp import web
from sqlalchemy import bindparam, update

from bench.deliver.hooks import SECRET
from bench.deliver.service import logged
from bench.deliver.sinks import free_port
from briefing import app
from briefing.check import check
from briefing.cli.logs import set_up
from briefing.clock import utc_now
from briefing.config.grammar import Config
from briefing.store.batch import table
from briefing.store.engine import Store
from briefing.store.tables import FeedRow

FEEDS, SECONDS = int(os.environ.get("FEEDS", "1000")), int(os.environ.get("SECONDS", "180"))
ONE_IN = 10  # feeds that have something new each time they are asked
HOSTS, EVERY = 200, timedelta(minutes=1)
SITE = """
version: 1
site: {{from: "Briefing <briefing@example.org>"}}
defaults: {{poll: {{every: 1m, spacing: 0s}}}}
channels:
  hook: {{type: webhook, url: "http://127.0.0.1:{port}/hook", secret: "{secret}", allow_private: true}}
routes: [{{to: [hook]}}]
feeds:
{feeds}
stories:
  all: {{title: All of it, feeds: [{names}]}}
"""
FEED = '  feed-{n}: {{url: "http://127.0.{host}.1:{port}/feed/{n}", allow_private: true}}'
RSS = (
    '<rss version="2.0"><channel><title>{0}</title><link>https://feed.example/</link><description>d</description>{1}'
    "</channel></rss>"
)
ITEM = "<item><guid>{0}</guid><title>{0} happened</title><pubDate>{1}</pubDate><description>Told.</description></item>"


def run(limit: Callable[[str, float, float, str], None]) -> None:
    """Run the service for a while and print how long alerts took."""
    print(f"alerts while {FEEDS:,} feeds are polled once a minute, for {SECONDS} s")
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.deliver.alerts", str(port)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    server.stdout.readline()
    try:
        asyncio.run(_serve_for(port))
    finally:
        server.terminate()
    waits = [1000 * wait for wait in json.loads(server.stdout.read())["waits"]]
    server.wait()
    p99 = quantiles(waits, n=100)[98]
    print(f"  {len(waits):,} alerts: median {median(waits):.0f} ms, longest {max(waits):.0f} ms")
    limit("p99 from the feed's answer to the alert at the webhook", p99, 250, "ms")


async def _serve_for(port: int) -> None:
    with TemporaryDirectory(prefix="briefing-bench-") as name:
        folder = Path(name)
        names = [f"feed-{n}" for n in range(FEEDS)]
        feeds = "\n".join(FEED.format(n=n, host=n % HOSTS, port=port) for n in range(FEEDS))
        config = SITE.format(port=port, secret=SECRET, feeds=feeds, names=", ".join(names))
        checked = await asyncio.to_thread(_checked, folder, config)
        with closing(Store(f"sqlite:///{folder / 'briefing.db'}")) as store, logged(folder / "log"):
            set_up(checked, "")
            store.upgrade()
            async with app.service(app.Setting(checked, folder), store) as service:
                _spread(store)
                stop = asyncio.Event()
                asyncio.get_running_loop().call_later(SECONDS, stop.set)
                await service.run(stop)


def _spread(store: Store) -> None:
    """Let feeds come due one after another, as they do when a service has run for a while."""
    now, row = utc_now(), table(FeedRow)
    due = update(row).where(row.c.id == bindparam("feed")).values(next_poll_at=bindparam("at"))
    with store.transaction() as session:
        at = [{"feed": f"feed-{n}", "at": now + n * EVERY / FEEDS} for n in range(FEEDS)]
        session.connection().execute(due, at)


def _checked(folder: Path, config: str) -> Config:
    (folder / "feeds.yaml").write_text(config)
    checked = check(folder / "feeds.yaml", {})
    assert checked.config is not None, checked.problems
    return checked.config


class Far:
    """The feeds, and the webhook that is told of them."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._answered: dict[str, float] = {}
        self.waits: list[float] = []

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Answer 304, or with something new, and note when; the first answer holds what is no news."""
        number, asked = request.match_info["n"], self._asked.get(request.match_info["n"], 0)
        self._asked[number] = asked + 1
        if asked and (int(number) + asked) % ONE_IN:
            return web.Response(status=304)
        at = format_datetime(datetime.fromtimestamp(utc_now().timestamp(), UTC))
        title = f"Thing {number}-{asked}"
        body = RSS.format(number, "".join(ITEM.format(f"Thing {number}-{n}", at) for n in range(asked, -1, -1)[:30]))
        response = web.Response(body=body.encode(), headers={"etag": f'"{asked}"'}, content_type="application/rss+xml")
        await response.prepare(request)
        await response.write_eof()
        if asked:
            self._answered[title] = monotonic()
        return response

    async def hook(self, request: web.Request) -> web.Response:
        """Note when an alert came."""
        came, said = monotonic(), await request.text()
        for title in [title for title in self._answered if f"{title} " in said]:
            self.waits.append(came - self._answered.pop(title))
        return web.Response(status=204)


async def _far(port: int) -> None:
    far, application = Far(), web.Application()
    application.router.add_get("/feed/{n}", far.feed)
    application.router.add_post("/hook", far.hook)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port).start()
    print("ready", flush=True)
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    print(json.dumps({"waits": far.waits}), flush=True)


def _until_terminated(port: int) -> None:
    import signal

    with asyncio.Runner() as runner:
        task = runner.get_loop().create_task(_far(port))
        runner.get_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        runner.get_loop().run_until_complete(task)


if __name__ == "__main__":
    _until_terminated(int(sys.argv[1]))
