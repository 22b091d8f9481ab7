"""What a diagnosis is made of: an installation, its configuration and its database, each read once.

Apart from the questions, which take a case and return a finding.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from briefing.check import Checked, check
from briefing.clock import Clock, utc_now
from briefing.config.grammar import Config
from briefing.errors import BriefingError
from briefing.model import Condition, FeedState, Finding, LaneStanding, Level, Schema, notes
from briefing.store import channels, condition, engine, feeds
from briefing.store.engine import Store


@dataclass(frozen=True, slots=True)
class Installation:
    """What is examined, by whose clock, and how long each question may take."""

    config: Path
    database: str
    environ: Mapping[str, str]
    offline: bool = False  # ask neither mail server nor name servers
    nameserver: str | None = None  # default: the system's
    clock: Clock = utc_now
    seconds: float = 5

    @property
    def folder(self) -> Path:
        """Where feeds.yaml lies, with templates/ and outbox/ beside it."""
        return self.config.resolve().parent


@dataclass(frozen=True, slots=True)
class Records:
    """What the database told at one look; no notes and no feeds if its tables are not of this version."""

    path: Path | None
    condition: Condition
    schema: Schema
    at: datetime  # of the look, by our clock
    beat: str | None = None
    refused: str = ""
    feeds: tuple[FeedState, ...] = ()
    channels: Mapping[str, LaneStanding] = field(default_factory=dict)


class TroubleError(BriefingError):
    """A question has no better answer than this one."""

    def __init__(self, level: Level, fact: str, mend: str) -> None:
        super().__init__(fact)
        self.level, self.mend = level, mend


@dataclass(frozen=True, slots=True)
class Case:
    """An installation with what was found of its configuration and its database; a Finding says why nothing was."""

    place: Installation
    checked: Checked | Finding
    looked: Records | Finding
    now: datetime

    @property
    def config(self) -> Config:
        """The configuration; TroubleError if it is not right."""
        if isinstance(self.checked, Finding) or self.checked.config is None:
            raise _after("config")
        return self.checked.config

    @property
    def records(self) -> Records:
        """What the database told; TroubleError if it could not be read."""
        if isinstance(self.looked, Finding):
            raise _after("database")
        return self.looked

    @property
    def notes(self) -> Records:
        """What tables of this version told; TroubleError if they are of another."""
        if self.records.schema.revision != self.records.schema.head:
            raise _after("migrations")
        return self.records


def _after(question: str) -> TroubleError:
    return TroubleError(Level.WARN, f"not checked, because of {question}", see(question))


def see(question: str) -> str:
    """Return the mend of what waits for another question's answer."""
    return f"see {question}"


def read_config(place: Installation) -> Checked:
    """Check feeds.yaml."""
    if not place.config.exists():
        mend = "briefing init writes one to start from; briefing follow URL makes one of a page or feed"
        raise TroubleError(Level.FAIL, f"{place.config}: no such file", mend)
    return check(place.config, place.environ)


def read_database(place: Installation) -> Records:
    """Look at the database, and read what it can tell; TroubleError if there is none."""
    with closing(Store(place.database)) as store:
        found = _condition(store, place.seconds / 2)
        looked = Records(store.path, found, condition.schema(store), place.clock())
        if looked.schema.revision != looked.schema.head:
            return looked
        with store.reading() as session:
            beat, refused = (engine.noted(session, name=name) for name in (notes.BEAT, notes.REFUSED))
            known = channels.standings(session)
            return replace(looked, beat=beat, refused=refused or "", feeds=feeds.states(session), channels=known)


def _condition(store: Store, seconds: float) -> Condition:
    if store.path is None:
        with store.reading() as session:
            return condition.server(session)
    if not store.path.parent.is_dir():
        raise TroubleError(Level.FAIL, f"{store.path}: there is no such folder", "make it, or correct --database")
    if not store.path.exists():
        raise TroubleError(Level.WARN, f"{store.path}: there is none yet", "briefing run makes it")
    return condition.file(store.path, seconds=seconds)
