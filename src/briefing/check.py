"""Shell: tell whether a configuration is right, to the last query, schedule and template.

    load | queries and names to detect | crons to edit | templates to render | secrets to send | one list of problems

`config` knows shape, references and places; what a query or a cron means is known by its stage alone. Their errors are
brought back to the place in the file, so that one run tells everything. Nothing is asked of the network, and only
`amend` writes.

What if we die here? `check` does nothing. `amend` replaces the file in one step; a draft may be left beside it.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copymode

from briefing.config.grammar import Config
from briefing.config.hints import listed
from briefing.config.load import Loaded, load, ordered
from briefing.config.positions import Place
from briefing.config.scalars import ID_PATTERN
from briefing.errors import BriefingError, Problem

_QUERIES = (("stories", "*", "query"), ("stories", "*", "exclude"))
_OURS = Path(__file__).parent / "templates"
_CRONS = (("digests", "*", "cron"),)


@dataclass(frozen=True, slots=True)
class Checked:
    """The configuration and everything worth saying about it; `config` is None if any problem is an error."""

    config: Config | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Tell whether the service may run with it."""
        return self.config is not None


def check(path: Path, environ: Mapping[str, str]) -> Checked:
    """Check feeds.yaml, its included files and the templates beside it."""
    loaded = load(path, environ)
    templates = path.parent / "templates"
    written = [*_templates(loaded, templates), *_alert(loaded, templates)]
    found = [*_queries(loaded), *_names(loaded), *_crons(loaded), *written, *_signing(loaded), *_apprise(loaded)]
    problems = ordered([*loaded.problems, *found], loaded.document)
    return Checked(None if found else loaded.config, problems)


def amend(path: Path, change: Callable[[str | None], str], environ: Mapping[str, str]) -> Checked:
    """Make feeds.yaml say what a change makes of its text (None: there is none), if that is right; else it stays.

    One process at a time, in one step, keeping owner and permissions. Raise ConfigError if `change` does.
    """
    file = path.resolve()  # a link stays one
    draft = file.with_name(f".{file.name}.new")
    with _named(path), _alone(file.parent):
        text = change(file.read_text(encoding="utf-8") if file.exists() else None)
        try:
            _put(draft, text, like=file)
            checked = check(draft, environ)
            if checked.config is not None:
                draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    named = (replace(p, file=str(path)) if Path(p.file) == draft else p for p in checked.problems)
    return replace(checked, problems=tuple(named))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let the system's refusals name the file that was meant, not the one beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _put(draft: Path, text: str, *, like: Path) -> None:
    """Write a file to the disk, with the owner and the permissions of another if that is there."""
    draft.touch()
    if like.exists():
        copymode(like, draft)  # before a word is in it: some of them may be secrets
        if (owner := like.stat()).st_uid != os.getuid():
            os.chown(draft, owner.st_uid, owner.st_gid)
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _queries(loaded: Loaded) -> Iterator[Problem]:
    places = [found for pattern in _QUERIES for found in loaded.texts(*pattern)]
    if places:
        from briefing.detect import match

        yield from _refused(loaded, places, match.compile)


def _names(loaded: Loaded) -> Iterator[Problem]:
    """Find names that no text can hold, a spelling under two names of a story, a publisher in two families."""
    groups: dict[Place, dict[str, str | int]] = {}
    for place, text in _spellings(loaded):
        from briefing.detect.text import spaced

        whole, owner = (place[:3], place[3]) if place[0] == "stories" else (place[:1], place[1])
        first = groups.setdefault(whole, {}).setdefault(spaced(text), owner)
        if not spaced(text):
            yield loaded.problem("error", place, f'"{text}" has no letters or digits')
        elif first != owner:
            hint = f'it stands under "{first}" already; let it stand under one of them'
            yield loaded.problem("error", place, f'"{text}" is said of two', hint)


def _spellings(loaded: Loaded) -> Iterator[tuple[Place, str]]:
    for place, _ in loaded.document.scalars("stories", "*", "terms", "*"):
        yield place, str(place[-1])
    for pattern in (("stories", "*", "terms", "*", "*"), ("publishers", "*", "names", "*")):
        yield from loaded.texts(*pattern)
    yield from loaded.texts("publishers", "*", "domains", "*")


def _crons(loaded: Loaded) -> Iterator[Problem]:
    places = [found for pattern in _CRONS for found in loaded.texts(*pattern)]
    if places:
        from briefing.edit import schedule

        yield from _refused(loaded, places, schedule.parse_cron)


def _templates(loaded: Loaded, folder: Path) -> Iterator[Problem]:
    """Render a sample with each template in use; ours, with no folder over them, are known to be right."""
    named = dict(loaded.texts("digests", "*", "template"))
    ours = {path.parent.name for path in _OURS.glob("*/subject.txt")} - {"alert"}
    own = _own(folder)
    refusals: dict[str, BriefingError | None] = {} if own else dict.fromkeys(ours)
    for digest, _ in loaded.document.scalars("digests", "*"):
        place = (*digest, "template")
        name = named.get(place, "digest")
        if not re.fullmatch(ID_PATTERN, name):
            continue  # told already
        if name == "alert":
            hint = f"use {listed(sorted(ours))}"
            yield loaded.problem("error", place, "the template of alerts cannot show a digest", hint)
            continue
        if name not in refusals:
            refusals[name] = _unrendered(name, own)
        if error := refusals[name]:
            hint = f"use {listed(sorted(ours))}, or put a folder {name}/ into templates/ beside the file"
            yield loaded.problem("error", place, str(error), getattr(error, "hint", "") or hint)


def _alert(loaded: Loaded, folder: Path) -> Iterator[Problem]:
    """Render a sample alert with the operator's template, if there is one: any feed that dies may need it."""
    own = _own(folder)
    if own and (own / "alert").is_dir() and (error := _unrendered("alert", own)):
        yield loaded.problem("error", ("site",), str(error), f"mend it, or remove {folder.name}/alert/")


def _own(folder: Path) -> Path | None:
    """Return the operator's templates, if there are any; a checkout's folder of that name is ours."""
    return folder if folder.is_dir() and not folder.samefile(_OURS) else None


def _unrendered(name: str, own: Path | None) -> BriefingError | None:
    from briefing.render.email import check_template

    return _refusal(lambda name: check_template(name, own), name)


def _signing(loaded: Loaded) -> Iterator[Problem]:
    places = [place for name in ("secret", "old_secret") for place in loaded.texts("channels", "*", name)]
    if places:
        from briefing.send import signing

        hint = "make one: echo whsec_$(openssl rand -base64 32)"
        yield from (
            loaded.problem("error", place, flaw, hint) for place, text in places if (flaw := signing.flaw(text))
        )


def _apprise(loaded: Loaded) -> Iterator[Problem]:
    kinds = dict(loaded.texts("channels", "*", "type"))
    named = [(place, url) for place, url in loaded.texts("channels", "*", "url") if "://" in url]  # told already if not
    places = [(place, url) for place, url in named if kinds.get((*place[:2], "type")) == "apprise"]
    if places:
        from briefing.send import longtail

        hint = "https://appriseit.com/services tells how each is written"
        yield from (loaded.problem("error", place, flaw, hint) for place, url in places if (flaw := longtail.flaw(url)))


def _refused(loaded: Loaded, places: list[tuple[Place, str]], read: Callable[[str], object]) -> Iterator[Problem]:
    for place, text in places:
        if error := _refusal(read, text):
            offset = getattr(error, "offset", None)
            yield loaded.problem("error", place, str(error), getattr(error, "hint", ""), offset)


def _refusal(read: Callable[[str], object], text: str) -> BriefingError | None:
    try:
        read(text)
    except BriefingError as error:
        return error
    return None
