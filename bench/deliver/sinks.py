"""Far ends that take mail and count it: Postfix's smtp-sink where there is one, else one of our own.

A process each, so that what they cost is not ours.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Postfix:
    """Where smtp-sink and smtp-source are, and what they need to run."""

    sink: str
    source: str
    environ: dict[str, str]

    def send(self, port: int, message: Path, number: int, sessions: int) -> None:
        """Let smtp-source send a message so often."""
        what = ["-d", "-s", str(sessions), "-m", str(number), "-f", "a@example.org", "-t", "b@example.org"]
        command = [self.source, *what, "-F", str(message), f"127.0.0.1:{port}"]
        subprocess.run(command, env=self.environ, check=True)


def postfix() -> Postfix | None:
    """Find the two in the folder BENCH_POSTFIX, an unpacked package or one that holds them, or on the PATH."""
    root = os.environ.get("BENCH_POSTFIX", "")
    places = os.pathsep.join(f"{root}/{place}" for place in ("usr/sbin", "sbin", ".")) if root else None
    found = [shutil.which(name, path=places) or "" for name in ("smtp-sink", "smtp-source")]
    libraries = f"{root}/usr/lib/postfix" if root else os.environ.get("LD_LIBRARY_PATH", "")
    return Postfix(found[0], found[1], {**os.environ, "LD_LIBRARY_PATH": libraries}) if all(found) else None


@contextmanager
def sink(peer: Postfix | None, *, port: int = 0, log: Path | None = None) -> Iterator[int]:
    """Run a mail server that takes everything, and yield its port; ours notes in a file for whom each message was."""
    port = port or free_port()
    ours = [sys.executable, "-m", "bench.deliver.sinks", str(port), str(log or os.devnull)]
    who = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = ours if peer is None else [peer.sink, *who, f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command, env=None if peer is None else peer.environ)
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise RuntimeError("the mail server does not start")


class Taking(asyncio.Protocol):
    """One connection of a server that takes everything, and keeps for whom it was."""

    def __init__(self, log: TextIO) -> None:
        self._log, self._to = log, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._left, self._within = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each command, and each dot."""
        self._left += data
        while self._within or b"\r\n" in self._left:
            if self._within:
                _, dot, rest = self._left.partition(b"\r\n.\r\n")
                if not dot:
                    self._left = self._left[-4:]
                    return
                self._left, self._within = rest, False
                self._log.write(f"{self._to}\n")
                self._transport.write(b"250 taken\r\n")
                continue
            line, _, self._left = self._left.partition(b"\r\n")
            if line[:4].upper() == b"RCPT":
                self._to = line.partition(b"<")[2].partition(b">")[0].decode()
            self._answer(line[:4].upper())

    def _answer(self, command: bytes) -> None:
        if command == b"EHLO":
            self._transport.write(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
        elif command == b"DATA":
            self._within = True
            self._transport.write(b"354 go on\r\n")
        elif command == b"QUIT":
            self._transport.close()
        else:
            self._transport.write(b"250 ok\r\n")


async def _serve(port: int, log: Path) -> None:
    with log.open("w", buffering=1) as file:
        server = await asyncio.get_running_loop().create_server(lambda: Taking(file), "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
