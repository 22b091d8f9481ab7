"""Webhooks: a receiver that takes everything, and the service with posts that are owed to five channels."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from bench.deliver.service import logged
from briefing import app, heap
from briefing.check import check
from briefing.cli.logs import set_up
from briefing.clock import utc_now
from briefing.model import DeliveryState, NewDelivery
from briefing.store import outbox
from briefing.store.engine import Store

SECRET = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
CHANNELS = 5  # of two connections each
CONFIG = """
version: 1
site: {{from: "Briefing <briefing@example.org>"}}
feeds:
  one: {{url: "https://one.example/feed"}}
channels:
{channels}
"""
CHANNEL = '  hook-{number}: {{type: webhook, url: "{url}", secret: "{secret}", allow_private: true}}'
BODY = {"type": "briefing.item", "text": "x" * 1900, "blocks": [1, 2, 3]}


@contextmanager
def receiver() -> Iterator[str]:
    """Run a receiver in a process of its own and yield its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "bench.deliver.hooks", str(port)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.terminate()
        process.wait()


def service(url: str, number: int) -> float:
    """Let the service post so many signed messages, recorded one by one; return the seconds that it took."""
    with TemporaryDirectory(prefix="briefing-bench-") as name:
        folder = Path(name)
        channels = [CHANNEL.format(number=one, url=url, secret=SECRET) for one in range(CHANNELS)]
        (folder / "feeds.yaml").write_text(CONFIG.format(channels="\n".join(channels)))
        checked = check(folder / "feeds.yaml", {})
        assert checked.config is not None, checked.problems
        with closing(Store(f"sqlite:///{folder / 'briefing.db'}")) as store, logged(folder / "log"):
            set_up(checked.config, "")
            store.upgrade()
            owed = [_owed(one) for one in range(number)]
            with store.transaction() as session:
                outbox.enqueue(session, deliveries=owed, now=utc_now())
            seconds = asyncio.run(_deliver(app.Setting(checked.config, folder), store))
            with store.reading() as session:
                assert outbox.counts(session)[DeliveryState.SENT] == number
            return seconds


async def _deliver(setting: app.Setting, store: Store) -> float:
    async with app.service(setting, store) as running:
        heap.settle()  # as `briefing run` does once it stands
        began = time.perf_counter()
        await running.relay.drain()
        return time.perf_counter() - began


def _owed(number: int) -> NewDelivery:
    return NewDelivery(f"bench:{number}", f"hook-{number % CHANNELS}", f"msg_{number}", payload=BODY)


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=204)


async def _serve(port: int) -> None:
    application = web.Application()
    application.router.add_post("/hook", _take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1])))
