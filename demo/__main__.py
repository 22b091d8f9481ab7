"""Play the demo, check its facts, leave what it sent in demo/out/; on a terminal, offer it as a local page."""

import asyncio
import logging
import shutil
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter

import structlog

from demo.gallery import leave
from demo.scenario import play

OUT = Path(__file__).parent / "out"


def main() -> int:
    """Return 0 when every fact of the story holds."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    started = perf_counter()
    sys.stdout.write(
        "A sample story, played on this machine with real HTTP, SMTP and SQLite; only the clock is fake.\n"
    )
    world = asyncio.run(play(OUT, _line))
    index = leave(world)
    failed = [words for words, holds in world.facts if not holds]
    for words in failed:
        _line(f"NOT TRUE: {words}")
    _line(f"{len(world.facts) - len(failed)} of {len(world.facts)} facts hold · {perf_counter() - started:.1f} s")
    _line(f"mails and chat payloads: {_shown(index)}")
    if failed:
        return 1
    if sys.stdin.isatty() and sys.stdout.isatty():
        _offer()
    return 0


def _line(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


def _offer() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(OUT))) as server:
        _line(f"look at them: http://127.0.0.1:{server.server_port}/   (Ctrl-C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _line("")


if __name__ == "__main__":
    sys.exit(main())
