"""Questions about the database: whether it is sound, of this version, and agrees with our clock.

Apart from `place`: what these ask about may lie on another machine.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from briefing.config.mask import address
from briefing.doctor.case import Case
from briefing.doctor.place import size
from briefing.model import Condition, Finding, Level
from briefing.store import condition

_MOUNTS = Path("/proc/self/mounts")  # Linux; elsewhere a network file system is not noticed
_LEAST_POSTGRES = 14
_SKEW, _WRONG = timedelta(seconds=10), timedelta(minutes=5)  # between two clocks: worth a word; out of the question


def database(case: Case) -> Finding:
    """Ask whether the database can be read and written, and is undamaged."""
    if isinstance(case.looked, Finding):
        return case.looked
    path, found = case.looked.path, case.looked.condition
    where = str(path) if path else f"PostgreSQL {found.version} at {address(case.place.database)}"
    level, fact, mend = trouble(found) or _misplaced(path) or (Level.OK, size(found.size), "")
    if level is Level.OK and not found.searched:
        fact += ", too large to be searched for damage in the time there was"
    return Finding("database", level, f"{where}: {fact}", mend)


def trouble(found: Condition) -> tuple[Level, str, str] | None:
    """Say what is wrong with a database, as level, fact and mend; the worst first."""
    if found.flaw:
        return Level.FAIL, f"damaged: {found.flaw}", "stop the service and restore a backup"
    if found.version is not None and found.version < _LEAST_POSTGRES:
        return Level.FAIL, f"too old; it takes {_LEAST_POSTGRES} or newer", "upgrade the server"
    if found.refusal == "database is locked":
        return (
            Level.WARN,
            "another process keeps it from being written to",
            "ask again; if it stays so, end that process",
        )
    if found.refusal:
        return Level.FAIL, f"cannot be written to: {found.refusal}", "let the service's user write to it and its folder"
    if found.wal is False:
        return (
            Level.WARN,
            "its journal is not WAL",
            "briefing db upgrade turns it on; if it stays off, use another disk",
        )
    return None


def _misplaced(path: Path | None) -> tuple[Level, str, str] | None:
    mounts = os.fsdecode(_MOUNTS.read_bytes()) if _MOUNTS.exists() else ""
    remote = condition.remote(path, mounts) if path else None
    return (Level.WARN, f"lies on a network: {remote}", "put it on a local disk, or use PostgreSQL") if remote else None


def migrations(case: Case) -> Finding:
    """Ask whether the tables are of this version."""
    schema = case.records.schema
    if schema.revision == schema.head:
        return Finding("migrations", Level.OK, f"tables are at {schema.head}")
    if schema.known:
        fact = f"tables are at {schema.revision or 'nothing'}, and this version's are {schema.head}"
        return Finding("migrations", Level.WARN, fact, "briefing db upgrade; every command does so when it starts")
    fact = f"tables are at {schema.revision}, which a newer version made"
    return Finding("migrations", Level.FAIL, fact, "upgrade briefing, or restore a backup of before")


def clock(case: Case) -> Finding:
    """Ask whether our clock is behind what was recorded already, or apart from the database server's."""
    told = f"{case.now:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(case.looked, Finding):
        return Finding("clock", Level.OK, f"{told}; nothing is recorded to compare it with")
    looked, gaps = case.looked, [(timedelta(), "")]
    recorded = [feed.last_poll_at for feed in looked.feeds if feed.last_poll_at]
    recorded += [datetime.fromisoformat(looked.beat)] if looked.beat else []
    if recorded:
        gaps.append((max(recorded) - looked.at, f"behind what was recorded at {max(recorded):%Y-%m-%d %H:%M:%S} UTC"))
    if looked.condition.now:
        gaps.append((abs(looked.condition.now - looked.at), "apart from the database server's clock"))
    gap, words = max(gaps)
    if gap <= _SKEW:
        return Finding("clock", Level.OK, told)
    fact = f"{told}, {gap - gap % timedelta(seconds=1)} {words}"
    return Finding("clock", Level.FAIL if gap > _WRONG else Level.WARN, fact, "set the clock: timedatectl set-ntp true")
