"""Shell: tell whether a configuration is right, to the last query, schedule and template.

    load | queries to detect | crons to edit | templates to render | signing secrets to send | one list of problems

`config` knows shape, references and places; what a query or a cron means is known by its stage alone. Their errors are
brought back to the place in the file, so that one run tells everything. Nothing is written and nothing is asked of the
network: if we die here, nothing happened.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from briefing.config.grammar import Config
from briefing.config.load import Loaded, load, ordered
from briefing.config.positions import Place
from briefing.errors import BriefingError, Problem

_QUERIES = (("stories", "*", "query"), ("stories", "*", "exclude"))
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
    found = [*_queries(loaded), *_crons(loaded), *_templates(loaded, templates), *_signing(loaded)]
    problems = ordered([*loaded.problems, *found], loaded.document)
    return Checked(None if found else loaded.config, problems)


def _queries(loaded: Loaded) -> Iterator[Problem]:
    places = [found for pattern in _QUERIES for found in loaded.texts(*pattern)]
    if places:
        from briefing.detect import match

        yield from _refused(loaded, places, match.compile)


def _crons(loaded: Loaded) -> Iterator[Problem]:
    places = [found for pattern in _CRONS for found in loaded.texts(*pattern)]
    if places:
        from briefing.edit import schedule

        yield from _refused(loaded, places, schedule.parse_cron)


def _templates(loaded: Loaded, folder: Path) -> Iterator[Problem]:
    """Render a sample with each template in use; a digest that names none uses `digest`."""
    named = dict(loaded.texts("digests", "*", "template"))
    places = [(place, "digest") for place, _ in loaded.document.scalars("digests", "*")]
    used = {(*place, "template"): named.get((*place, "template"), name) for place, name in places}
    if not used:
        return
    from briefing.render.email import check_template

    overrides = folder if folder.is_dir() else None
    refusals = {name: _refusal(lambda name: check_template(name, overrides), name) for name in set(used.values())}
    for place, name in used.items():
        if error := refusals[name]:
            hint = getattr(error, "hint", "") or f"a folder {name}/ in templates/ beside the file, or one of ours"
            yield loaded.problem("error", place, str(error), hint)


def _signing(loaded: Loaded) -> Iterator[Problem]:
    places = list(loaded.texts("channels", "*", "secret"))
    if places:
        from briefing.send import signing

        hint = "make one: echo whsec_$(openssl rand -base64 32)"
        yield from (
            loaded.problem("error", place, flaw, hint) for place, text in places if (flaw := signing.flaw(text))
        )


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
