"""feeds.yaml and its included files, as a Config or as everything that is wrong with them.

    read → include → interpolate → grammar → references → warnings

Each step adds its problems and the next goes on, so that one run tells all.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from briefing.config import advice, include, references
from briefing.config.grammar import Config
from briefing.config.interpolation import Interpolated, interpolate
from briefing.config.mistakes import explain
from briefing.config.positions import Document, Place, located
from briefing.config.reading import read
from briefing.errors import Problem


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run found; `config` is None if any problem is an error."""

    config: Config | None
    problems: tuple[Problem, ...]
    document: Document
    failed: frozenset[Place] = frozenset()  # values that could not be filled in; told already

    def problem(self, severity: str, path: Place, message: str, hint: str = "", offset: int | None = None) -> Problem:
        """Place a stage's own finding; `offset` counts characters into the value, where that is as it was written."""
        offset = None if "$" in self.document.raw(path) else offset
        return self.document.problem(severity, path, message, hint, offset=offset)

    def texts(self, *pattern: str) -> Iterator[tuple[Place, str]]:
        """Yield place and text wherever the pattern fits, `*` standing for any key, also if the rest is wrong."""
        for place, value in self.document.scalars(*pattern):
            if isinstance(value, str) and place not in self.failed:
                yield place, value


def load(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read feeds.yaml and all it includes; never raises for what a file may hold."""
    document = read(path)
    if document.values is None:
        if not document.problems:
            hint = "briefing init writes one to start from"
            document.problems.append(located(document.main, 0, "error", (), "the file is empty", hint))
        return _told(None, document)
    if not isinstance(document.values, dict):
        document.problems.append(
            document.problem("error", (), "the file must hold keys and values at its top", "begin with version: 1")
        )
        return _told(None, document)
    interpolated = interpolate(document, environ, path.parent)
    whole = True
    for file in include.included(document, path.parent):
        more = read(file)
        found = interpolate(more, environ, path.parent)
        moved = include.join(document, more)
        interpolated = Interpolated(
            interpolated.filled | {new for place in found.filled for new in include.follow(moved, place)},
            interpolated.failed | {new for place in found.failed for new in include.follow(moved, place)},
        )
        whole = whole and isinstance(more.values, dict)
    return _checked(document, interpolated, whole=whole)


def _checked(document: Document, interpolated: Interpolated, *, whole: bool) -> Loaded:
    for place in advice.hidden(document, interpolated):
        spot = document.spots.get(place)
        if spot is not None:
            spot.source.hidden.append((spot.start, spot.end))
    config = None
    try:
        config = Config.model_validate(document.values)
    except ValidationError as error:
        document.problems += explain(error, document, interpolated.failed | document.unread)
    if whole:
        document.problems += references.dangling(document)
    document.problems += references.schedules(document)
    document.problems += references.reserved(document)
    document.problems += references.unreachable(document)
    document.problems += advice.warnings(document, interpolated)
    return _told(config, document, interpolated.failed)


def _told(config: Config | None, document: Document, unfilled: frozenset[Place] = frozenset()) -> Loaded:
    problems = ordered(document.problems, document)
    failed = any(problem.severity == "error" for problem in problems)
    return Loaded(None if failed else config, problems, document, unfilled)


def ordered(problems: list[Problem], document: Document) -> tuple[Problem, ...]:
    """Return problems in the order of the files, each once, with no secret in a source line."""
    sources = {spot.source.name: spot.source for spot in document.spots.values()}
    shown = (
        dataclasses.replace(problem, source=sources[problem.file].line(problem.line))
        if problem.file in sources
        else problem
        for problem in problems
    )
    first = document.main.name
    return tuple(dict.fromkeys(sorted(shown, key=lambda p: (p.file != first, p.file, p.line, p.col, p.severity))))
