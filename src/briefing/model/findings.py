"""What `briefing doctor` finds, and what it finds it in.

Apart from `deliveries` and the others, which are about items and mail: these are about the installation itself.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: a failure keeps the service from its work, a warning may."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis: what was looked at, how it is, one sentence of fact, and the way to mend it."""

    name: str
    level: Level
    fact: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a database was found, before anything was done to it; what only one of the two kinds has is None."""

    size: int  # bytes
    refusal: str | None = None  # why it cannot be written to
    flaw: str | None = None  # where it is damaged
    searched: bool = True  # False: too large to be searched for damage in the time there was
    wal: bool | None = None  # SQLite
    version: int | None = None  # PostgreSQL
    now: datetime | None = None  # by the clock of the server


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision a database's tables are at, and the one this version makes; `known` if we can get from it there."""

    revision: str | None
    head: str
    known: bool
