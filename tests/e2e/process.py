"""The service as a process of its own, so that it can be killed, and the servers around it."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from demo.chat_sink import ChatSink
from demo.feed_server import FeedServer

CONFIG = """
version: 1
site:
  from: "Briefing <briefing@example.org>"
  smtp: {{host: 127.0.0.1, port: {smtp}, starttls: "off", connections: 1}}
defaults: {{poll: {{spacing: 0s, timeout: 5s}}}}
feeds:
  one: {{url: "{feed}", allow_private: true, title: One}}
stories:
  all: {{title: All of it, feeds: [one]}}
channels:
  mailbox: {{type: mail, to: reader@example.org}}
  hook: {{type: webhook, url: "{hook}", secret: "{secret}", allow_private: true}}
routes:
  - to: [{channel}]
"""


class Running:
    """Context manager: `briefing run` in a folder of its own; killed at the end, whatever happened."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = {**os.environ, **(environ or {})}

    def __enter__(self) -> Self:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "briefing", "run"], cwd=self._folder, env=self._environ, stdout=log, stderr=log
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait(10)

    def stop(self, seconds: float) -> int:
        """Ask it to stop and return its exit status; TimeoutExpired if it takes longer."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)


def wait_until(holds: Callable[[], object], folder: Path, seconds: float = 15) -> None:
    """Wait until something holds; fail with the service's log if it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            log = folder / "log"
            raise AssertionError("it did not happen; the log:\n" + (log.read_text() if log.exists() else ""))
        time.sleep(0.02)


@contextmanager
def servers() -> Iterator[tuple[FeedServer, ChatSink]]:
    """Run a feed server and a chat sink on a loop of their own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def up() -> tuple[FeedServer, ChatSink]:
        return await FeedServer().__aenter__(), await ChatSink().__aenter__()

    feeds, chat = asyncio.run_coroutine_threadsafe(up(), loop).result(10)
    try:
        yield feeds, chat
    finally:

        async def down() -> None:
            await chat.__aexit__(None, None, None)
            await feeds.__aexit__(None, None, None)

        asyncio.run_coroutine_threadsafe(down(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
