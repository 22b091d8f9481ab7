"""Measure delivery beside what somebody would use instead, in one run; fail where a bar is missed.

Run it from the repository's root: `make bench-deliver`, or `python -m bench.deliver [mail] [hooks] [alerts] [away]`.
READERS and POSTS are how many, ROUNDS how often each is measured: the medians count. Rounds of all senders alternate,
so that whatever else the machine does falls on all alike. BENCH_POSTFIX names the folder of an unpacked package that
holds smtp-sink and smtp-source; without one, and without them on the PATH, the mail server is one of our own.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.deliver import alerts, away, hooks, peers, service, sinks

READERS, POSTS = int(os.environ.get("READERS", "20000")), int(os.environ.get("POSTS", "40000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CONNECTIONS = 20
missed: list[str] = []


def rate(number: int, work: Callable[[int], object]) -> float:
    """Return how many a second; `work` may measure for itself, and return the seconds."""
    began = time.perf_counter()
    seconds = work(number)
    return number / (seconds if isinstance(seconds, float) else time.perf_counter() - began)


def row(what: str, ours: float, beside: float, bar: float) -> None:
    """Print a ratio, its bar, and whether it is kept."""
    kept = ours / beside >= bar
    print(f"  {what:<58} {ours / beside:6.2f}   at least {bar:<5} {'kept' if kept else 'MISSED'}", flush=True)
    if not kept:
        missed.append(what)


def limit(what: str, value: float, bar: float, unit: str) -> None:
    """Print a figure that must not be above its bar."""
    print(f"  {what:<58} {value:6.0f} {unit}, at most {bar:g} {'kept' if value <= bar else 'MISSED'}", flush=True)
    if value > bar:
        missed.append(what)


def mail() -> None:
    """Mail an issue to many readers, recorded one by one."""
    peer = sinks.postfix()
    print(f"mail, {READERS:,} readers, into {'smtp-sink' if peer else 'a server of our own (no smtp-sink was found)'}")
    with sinks.sink(peer) as port, TemporaryDirectory() as folder:
        message = service.sample()
        file = Path(folder) / "message.eml"
        file.write_bytes(message.replace(b"\r\n", b"\n"))
        text, html = _bodies(message)
        print(f"  the message has {len(message) / 1024:.1f} KiB")
        senders: dict[str, tuple[int, Callable[[int], object]]] = {
            "the service": (READERS, lambda n: asyncio.run(service.mailed(port, n, CONNECTIONS))),
            "smtplib, 10 threads, the same bytes": (5000, lambda n: peers.smtplib_prebuilt(port, message, n)),
        }
        if peer:
            senders["smtp-source, 20 sessions"] = (5000, lambda n: peer.send(port, file, n, 20))
        if peers.has_aiosmtplib():
            senders["aiosmtplib, 10 connections, built for each"] = (
                500,
                lambda n: peers.aiosmtplib_built(port, text, html, n),
            )
        found = _measured(senders, "msg")
    ours = found.pop("the service")
    for (name, beside), bar in zip(found.items(), (0.85, 0.45, 8.0) if peer else (0.85, 8.0), strict=False):
        row(f"of {name}", ours, beside, bar)
    for name, there in (("smtp-source", peer), ("aiosmtplib", peers.has_aiosmtplib())):
        if not there:
            print(f"  {name} was not found: its row is left out")


def posts() -> None:
    """Post signed webhooks, recorded one by one."""
    print(f"webhooks, {POSTS:,} posts over {2 * hooks.CHANNELS} connections, signed and recorded")
    body = json.dumps(hooks.BODY).encode()
    with hooks.receiver() as url:
        found = _measured(
            {
                "the service": (POSTS, lambda n: hooks.service(url, n)),
                "aiohttp, 10 connections": (POSTS, lambda n: peers.aiohttp_bare(url, body, n)),
            },
            "post",
        )
    row("of aiohttp", found["the service"], found["aiohttp, 10 connections"], 0.25)


def _measured(senders: dict[str, tuple[int, Callable[[int], object]]], unit: str) -> dict[str, float]:
    rates: dict[str, list[float]] = {name: [] for name in senders}
    for _ in range(ROUNDS):
        for name, (number, work) in senders.items():
            rates[name].append(rate(number, work))
    for name, each in rates.items():
        print(f"  {name:<58} {median(each):6.0f} {unit}/s   ({min(each):.0f} to {max(each):.0f})", flush=True)
    return {name: median(each) for name, each in rates.items()}


def _bodies(message: bytes) -> tuple[str, str]:
    parsed = message_from_bytes(message, EmailMessage, policy=policy.default)
    text, html = (part.get_content() for part in parsed.iter_parts())
    return text, html


def main(names: list[str]) -> int:
    """Measure what is named, or all."""
    parts = {"mail": mail, "hooks": posts, "alerts": lambda: alerts.run(limit), "away": lambda: away.run(row)}
    for name in names or parts:
        parts[name]()
    if missed:
        print("missed: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
