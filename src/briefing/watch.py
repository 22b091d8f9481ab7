"""Notices that feeds.yaml, a file it includes or a template beside it was saved, and whether the new whole is right.

Apart from `check`, which says what is right: this says when to ask. A bad edit changes nothing but the log.

What if we die here? The next start reads the files as they are. What is saved while the service restarts is another
edit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import structlog

from briefing.check import Checked, check
from briefing.config.grammar import Config
from briefing.config.hints import render

log = structlog.get_logger()
LOOK_SECONDS = 2.0
Print = frozenset[tuple[str, int, int]]


class Watch:
    """Watches the files of one configuration; `wake` makes it look at once, changed or not."""

    def __init__(self, path: Path, environ: Mapping[str, str], *, told: Callable[[Checked], Awaitable[object]]) -> None:
        self._path, self._environ, self._told = path, environ, told
        self._held: Print | None = None  # of the files as they were when the configuration that runs was read
        self.wake = asyncio.Event()

    async def change(self, config: Config) -> Config:
        """Wait for an edit of this configuration that is right, and return what it says; each look is `told`."""
        held = self._held or await asyncio.to_thread(fingerprint, self._path, config)
        while True:
            asked = await self._next_look()
            now = await asyncio.to_thread(fingerprint, self._path, config)
            if not asked and (now == held or now != await self._again(config)):
                continue  # nothing new, or still being written
            held = now
            checked = await asyncio.to_thread(check, self._path, self._environ)
            if now == await asyncio.to_thread(fingerprint, self._path, config):
                # What is saved from here on, while the service ends and begins, is another edit.
                self._held = await asyncio.to_thread(fingerprint, self._path, checked.config or config)
            await self._told(checked)
            if checked.config is not None:
                log.info("config.reloaded", file=str(self._path))
                return checked.config
            for problem in (one for one in checked.problems if one.severity == "error"):
                log.error("config.refused", problem=render(problem).splitlines()[0], kept="the configuration before it")

    async def _next_look(self) -> bool:
        """Wait a little; True if somebody asked for a look."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.wake.wait()
        except TimeoutError:
            return False
        self.wake.clear()
        return True

    async def _again(self, config: Config) -> Print:
        await asyncio.sleep(0.2)
        return await asyncio.to_thread(fingerprint, self._path, config)


def fingerprint(path: Path, config: Config) -> Print:
    """Return name, size and time of everything a configuration is read from; a file that is gone has none."""
    found = []
    for file in _files(path, config):
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((str(file), stat.st_size, stat.st_mtime_ns))
    return frozenset(found)


def _files(path: Path, config: Config) -> Iterator[Path]:
    yield path
    for pattern in config.include:
        yield from path.parent.glob(pattern)
    yield from (path.parent / "templates").rglob("*")
