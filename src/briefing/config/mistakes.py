"""What pydantic refuses, said in an operator's words and at the place they wrote.

Apart from `grammar`, which says what is right, and `references`, which looks across sections.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from briefing.config.hints import did_you_mean, listed, nearest
from briefing.config.positions import Document, Place
from briefing.config.shape import at_place
from briefing.errors import Problem

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a mapping"),
)
_Words = tuple[str, str]


def explain(error: ValidationError, document: Document, failed: frozenset[Place]) -> Iterator[Problem]:
    """Yield one problem for each mistake; places in `failed` have their problem already."""
    told: set[tuple[Place, str]] = set()
    for details in error.errors(include_url=False):
        place, value = _place(details, document.values)
        if place in failed or not _meant(details["loc"], document.values):
            continue
        message, hint = _words(details, place, value, document)
        if (place, message) not in told:
            told.add((place, message))
            at_key = details["type"] == "extra_forbidden" or details["loc"][-1:] == ("[key]",)
            yield document.problem("error", place, message, hint, key=at_key)


def _place(details: ErrorDetails, values: Any) -> tuple[Place, Any]:
    """Find the written place: pydantic's also names members of unions and items of lists made from one value."""
    loc, here = details["loc"], values
    place: list[str | int] = []
    for step in loc:
        inside = isinstance(here, Mapping) and step in here
        if inside or (isinstance(here, list) and isinstance(step, int) and step < len(here)):
            place.append(step)
            here = here[step]
    if details["type"] == "missing":
        place.append(loc[-1])
    elif details["type"].startswith("union_tag"):
        place.append("type")
        here = here.get("type") if isinstance(here, Mapping) else here
    return tuple(place), here


def _meant(loc: Sequence[str | int], values: Any) -> bool:
    """Tell whether this member of a union is the one the operator meant: a mapping in `to` is no address."""
    if loc[0] != "digests" or loc[2:3] != ("to",) or len(loc) < 5:
        return True
    to = values["digests"][loc[1]]["to"]
    one = to[int(loc[3])] if isinstance(to, list) else to
    return isinstance(one, dict) == ("ToList" in loc)


def _words(details: ErrorDetails, place: Place, value: Any, document: Document) -> _Words:
    if _fits(place, "stories", "*", "feeds", "*"):
        return _feed(_Case(details, place, value, document))
    if details["type"] in {"missing", "union_tag_not_found"}:
        return _missing(place, document)
    if value is None and details["type"] != "extra_forbidden":
        return f'"{place[-1]}" is empty' if place else "the file is empty", "give it a value, or remove the line"
    say = _SAY.get(details["type"], _as_said)
    message, hint = say(_Case(details, place, value, document))
    return message, hint


class _Case:
    """One mistake with all that its words may need."""

    def __init__(self, details: ErrorDetails, place: Place, value: Any, document: Document) -> None:
        self.kind: str = details["type"]
        self.said: str = details["msg"]
        self.context: dict[str, Any] = details.get("ctx") or {}
        self.place, self.value, self.document = place, value, document
        self.key = str(place[-1]) if place else ""
        self.of_key = details["loc"][-1:] == ("[key]",)

    @property
    def shown(self) -> str:
        """The value as written, so that nothing interpolated is printed."""
        raw = self.document.raw(self.place) if not isinstance(self.value, (dict, list)) else ""
        text = raw.strip("\"'") if raw else str(self.value)
        return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'

    @property
    def article(self) -> str:
        return next((words for kind, words in _KINDS if isinstance(self.value, kind)), "nothing")


def _feed(case: _Case) -> _Words:
    if not isinstance(case.value, str):
        return "a feed here is an id or an address", "write the id of a feed, or https://…"
    feeds = case.document.values.get("feeds")
    hint = did_you_mean(case.value, feeds if isinstance(feeds, dict) else (), "known under feeds: ")
    return f"{case.shown} is neither the id of a feed nor an address", hint or "an address begins with https://"


def _missing(place: Place, document: Document) -> _Words:
    shape = at_place(place, document.values)
    choices = shape.get("choices")
    about = f"one of {listed(choices)}" if choices else str(shape.get("description", ""))
    return f'"{place[-1]}" is missing', f"{place[-1]}: {about}" if about else ""


def _unknown(case: _Case) -> _Words:
    around = at_place(case.place[:-1], case.document.values)
    known = list(around.get("properties", ()))
    return f'unknown key "{case.key}"', did_you_mean(case.key, known, "known here: ")


def _choice(case: _Case) -> _Words:
    tagged = case.kind == "union_tag_invalid"
    given = case.context.get("tag") if tagged else case.value
    expected = str(case.context["expected_tags" if tagged else "expected"])
    known = [word or number for word, number in re.findall(r"'([^']*)'|(\d+)", expected)]
    if len(known) == 1:
        return f'"{case.key}" must be {known[0]}, not {case.shown}', ""
    meant = nearest(given, known)
    return f"{case.shown} is not one of: {listed(known)}", f'did you mean "{meant}"?' if meant else ""


def _text(case: _Case) -> _Words:
    if _fits(case.place, "digests", "*", "to", "*") or _fits(case.place, "digests", "*", "to"):
        return f'"to" takes an address or {{list: id}}, not {case.article}', ""
    plain = isinstance(case.value, (int, float))
    hint = f'put it in quotes: "{case.document.raw(case.place)}"' if plain and not _secret(case) else ""
    return f"{_name(case)} must be text, not {case.article}", hint


def _id(case: _Case) -> _Words:
    shown = f'"{case.key[:80]}"' if case.of_key else case.shown
    wanted = "" if "$" in shown else re.sub(r"[^a-z0-9_-]+", "-", shown.lower()).strip("-_")[:64]
    rule = "an id has lower-case letters, digits, - and _, at most 64"
    return f"{shown} is not an id", f'{rule}; did you mean "{wanted}"?' if wanted else rule


def _address(case: _Case) -> _Words:
    if case.kind == "url_scheme":
        return f"{case.shown} is not a web address", "an address begins with https:// or http://"
    if not isinstance(case.value, str):
        return f"{_name(case)} must be an address, not {case.article}", "an address begins with https://"
    return f"{case.shown} is not an address", "an address begins with https://"


def _whole(case: _Case) -> _Words:
    return f"{case.shown} is not a whole number", ""


def _truth(case: _Case) -> _Words:
    return f"{case.shown} is neither true nor false", ""


def _bound(case: _Case) -> _Words:
    low, high = case.context.get("ge"), case.context.get("le")
    return f"{_name(case)} must be {f'at least {low}' if low is not None else f'at most {high}'}", ""


def _mapping(case: _Case) -> _Words:
    what = _name(case) if case.place else "the file"
    known = list(at_place(case.place, case.document.values).get("properties", ()))
    return f"{what} must hold keys and values, not {case.article}", f"keys here: {listed(known)}" if known else ""


def _list(case: _Case) -> _Words:
    return f"{_name(case)} must be a list, not {case.article}", "write [one, two], or one to a line after a dash"


def _short(case: _Case) -> _Words:
    return f"{_name(case)} needs at least one", ""


def _as_said(case: _Case) -> _Words:
    said = str(case.context.get("error", case.said))
    if isinstance(case.value, (dict, list)) and not at_place(case.place, case.document.values).get("properties"):
        return f"{_name(case)} must be one value, not {case.article}", ""
    if isinstance(case.value, str) and case.value:
        said = said.replace(f'"{case.value}"', case.shown)
        if "$" in case.shown:  # what was filled in is not told, nor a part of it
            said = re.sub('"[^"]*"', lambda _: case.shown, said, count=1)
    if case.key == "timezone":
        from zoneinfo import available_timezones

        return said, did_you_mean(case.value, available_timezones()) or "use a name such as Europe/London"
    return said, ""


def _name(case: _Case) -> str:
    """Name a value by the key that it stands under, or whose list it is an item of."""
    key = next((step for step in reversed(case.place) if isinstance(step, str)), "value")
    return f'"{key}"' if key == case.key else f'an item of "{key}"'


def _secret(case: _Case) -> bool:
    return bool(at_place(case.place, case.document.values).get("writeOnly"))


def _fits(place: Place, *pattern: str) -> bool:
    return len(place) == len(pattern) and all(want in {"*", step} for want, step in zip(pattern, place, strict=True))


_SAY: dict[str, Callable[[_Case], _Words]] = {
    "extra_forbidden": _unknown,
    "enum": _choice,
    "literal_error": _choice,
    "union_tag_invalid": _choice,
    "string_type": _text,
    "string_pattern_mismatch": _id,
    "url_parsing": _address,
    "url_scheme": _address,
    "url_type": _address,
    "url_too_long": _address,
    "int_parsing": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "bool_parsing": _truth,
    "bool_type": _truth,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "list_type": _list,
    "too_short": _short,
}
