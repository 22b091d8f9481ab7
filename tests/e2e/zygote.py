"""Forks a `briefing run` for each line it is told, with every import done.

A kill must hit the service at work and not its imports, which take most of a second; hundreds of kills fit into a
minute this way. What is forked is the service's own `main`, in a process of its own that can be killed and stopped.

    {"folder": …, "environ": {…}, "log": …}  ->  its pid        {"wait": pid}  ->  its wait status
"""

import contextlib
import importlib
import json
import os
import pkgutil
import socket
import sys
from datetime import timedelta
from multiprocessing import connection, forkserver, resource_tracker, util
from typing import Any

import briefing
from briefing import leases, outlets, retry, standing


def load() -> None:
    """Import the whole service, and what the server that forks its parsers would load."""
    for module in pkgutil.walk_packages(briefing.__path__, "briefing."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in (
        "apscheduler.triggers.interval",
        "psycopg",
        "psycopg_binary",
        "alembic.command",
        "feedparser",
        "apprise",
    ):
        importlib.import_module(name)
    util.get_temp_dir()  # one for all: who is killed leaves his behind
    resource_tracker.ensure_running()


def start(order: dict[str, Any]) -> int:
    """Fork a service and return its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        _become(order)
    finally:
        os._exit(70)


def _serve_forks() -> None:
    """Do as `multiprocessing.forkserver.ensure_running` does, but fork the server instead of starting it clean."""
    listener = socket.socket(socket.AF_UNIX)
    address = connection.arbitrary_address("AF_UNIX")
    listener.bind(address)
    listener.listen()
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(write)
        forkserver.main(listener.fileno(), read, [])
        os._exit(0)
    os.close(read)
    listener.close()
    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    server._forkserver_alive_fd, server._forkserver_address, server._forkserver_pid = write, address, pid


def _become(order: dict[str, Any]) -> None:
    from briefing.cli import main

    out = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(order["folder"])
    os.environ.update(order["environ"])
    if "much" in order:  # a helper begins after so many messages; what it had when it dies is not put off for long
        retry.mail_wait = retry.delivery_wait = lambda *_: timedelta(seconds=0.2)
        standing.HOLD = timedelta(seconds=0.2)
        outlets.Much.__init__.__defaults__ = (order["much"], 60.0, 1.0)
    if "lease" in order:
        leases.LEASE, leases.RENEW_SECONDS = timedelta(seconds=order["lease"]), order["lease"] / 3
    _serve_forks()
    sys.argv = ["briefing", "run"]
    try:
        main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)


def serve() -> None:
    """Answer every line of standard input by one line."""
    load()
    print("ready", flush=True)
    started: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = os.waitpid(order["wait"], 0)[1]
            started.discard(order["wait"])
        else:
            answer = start(order)
            started.add(answer)
        print(answer, flush=True)
    for pid in started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)


if __name__ == "__main__":
    serve()
