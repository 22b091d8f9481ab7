"""Files that feeds.yaml includes: which they are, and how their sections join.

Apart from `load`, which runs the steps: here several documents become one, every value keeping its own file's place.
"""

from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Any

from briefing.config.positions import Document, Place
from briefing.errors import Problem

_BY_ID = ("feeds", "stories", "publishers", "digests", "lists", "channels")
_WHOLE = ("site", "defaults")
_SECTIONS = (*_WHOLE, *_BY_ID, "routes")
_MAX_FILES = 1000
_Moves = dict[Place, Place]


def included(document: Document, folder: Path) -> Iterator[Path]:
    """Yield the files that `include` names, each once; warn where a pattern finds none."""
    seen = {Path(document.main.name).resolve()}
    for place, pattern in list(document.scalars("include", "*")):
        if not isinstance(pattern, str):
            continue
        found = _files(folder, pattern)
        if not found:
            hint = f"patterns start at {folder.resolve()}"
            document.problems.append(document.problem("warning", place, f'no file fits "{pattern}"', hint))
        for path in found:
            if path.resolve() not in seen and len(seen) < _MAX_FILES:
                seen.add(path.resolve())
                yield path


def join(document: Document, more: Document) -> _Moves:
    """Put an included file's sections into the document; return where each part went."""
    moved: _Moves = {}
    document.problems += more.problems
    if more.values is None:
        return moved
    if not isinstance(more.values, dict):
        hint = "begin with the name of a section"
        document.problems.append(more.problem("error", (), "an included file holds sections, such as feeds:", hint))
        return moved
    for section, value in more.values.items():
        if section in _SECTIONS:
            moved |= _section(document, more, section, value)
        elif section != "version":
            hint = f"an included file may hold {', '.join(_SECTIONS)}"
            problem = more.problem("error", (section,), f'"{section}" cannot stand in an included file', hint, key=True)
            document.problems.append(problem)
    document.unread |= {new for place in more.unread for new in follow(moved, place)}
    for old, spot in more.spots.items():
        for new in follow(moved, old):
            document.spots.setdefault(new, spot)
    return moved


def follow(moved: _Moves, place: Place) -> Iterator[Place]:
    """Yield where a place went, if it went anywhere."""
    for length in range(len(place), 0, -1):
        if place[:length] in moved:
            yield (*moved[place[:length]], *place[length:])
            return


def _files(folder: Path, pattern: str) -> list[Path]:
    try:
        names = glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    except (ValueError, OSError):
        return []
    return [path for path in (folder / name for name in sorted(names)) if path.is_file()]


def _section(document: Document, more: Document, section: str, value: Any) -> _Moves:
    here = document.values.get(section)
    if here is None:
        document.values[section] = value
        document.spots.pop((section,), None)
        return {(section,): (section,)}
    if section == "routes" and isinstance(here, list) and isinstance(value, list):
        before = len(here)
        here.extend(value)
        return {(section, number): (section, before + number) for number in range(len(value))}
    if section in _BY_ID and isinstance(here, dict) and isinstance(value, dict):
        return _entries(document, more, section, value)
    document.problems.append(_twice(document, more, (section,)))
    return {}


def _entries(document: Document, more: Document, section: str, value: dict[str, Any]) -> _Moves:
    here = document.values[section]
    moved: _Moves = {}
    for key, one in value.items():
        if key in here:
            document.problems.append(_twice(document, more, (section, key)))
        else:
            here[key] = one
            moved[(section, key)] = (section, key)
    return moved


def _twice(document: Document, more: Document, place: Place) -> Problem:
    first = document.problem("error", place, "", key=True)
    message = f'"{place[-1]}" stands already in {first.file}, line {first.line}'
    return more.problem("error", place, message, "keep one of the two", key=True)
