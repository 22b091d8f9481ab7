"""Warnings: what is allowed in feeds.yaml, and yet likely not what the operator wants.

Apart from `references`, whose findings stop a start: these never do.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from briefing.config import mask
from briefing.config.interpolation import Interpolated
from briefing.config.positions import Document, Place
from briefing.errors import Problem

# every option that holds a secret
SECRETS: tuple[tuple[str, ...], ...] = (
    ("site", "smtp", "password"),
    ("feeds", "*", "auth", "password"),
    ("feeds", "*", "headers", "*"),
    ("channels", "*", "url"),
    ("channels", "*", "secret"),
    ("channels", "*", "old_secret"),
    ("channels", "*", "token"),
    ("channels", "*", "topic"),
    ("channels", "*", "headers", "*"),
)
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key"}
_OPEN = {("webhook", "url"), ("ntfy", "url"), ("telegram", "topic")}  # of channels: no secrets there
LANGUAGES = frozenset({"de", "en", "fa"})  # that mail has words in
_Unbuilt = tuple[tuple[str, ...], Callable[[Any], bool], str]


def _foreign(locale: Any) -> bool:
    return isinstance(locale, str) and locale.replace("_", "-").partition("-")[0].lower() not in LANGUAGES


# options whose stage is not built yet, and what happens meanwhile
_UNBUILT: tuple[_Unbuilt, ...] = (
    (("site", "locale"), _foreign, "mail is in English"),
    (("digests", "*", "locale"), _foreign, "mail is in English"),
)


def warnings(document: Document, interpolated: Interpolated) -> Iterator[Problem]:
    """Yield everything worth a second look."""
    yield from _literals(document, interpolated)
    yield from _passwords(document, interpolated)
    yield from _postal_address(document)
    yield from _unprotected(document)
    yield from _unbuilt(document)
    yield from _readable(document)


def hidden(document: Document, interpolated: Interpolated) -> Iterator[Place]:
    """Yield the place of each value that must not be shown when its line is."""
    yield from _written_out(document, interpolated)
    for place, value in _addresses(document, interpolated):
        if mask.address(value) != value:
            yield place


def _literal_secrets(document: Document, interpolated: Interpolated) -> Iterator[Place]:
    yield from (place for place in _written_out(document, interpolated) if _tells(document, place))


def _written_out(document: Document, interpolated: Interpolated) -> Iterator[Place]:
    for pattern in SECRETS:
        for place, value in document.scalars(*pattern):
            if isinstance(value, str) and value and place not in interpolated.filled:
                yield place


def _tells(document: Document, place: Place) -> bool:
    """Tell whether a literal here gives anything away: most headers, and a receiver's address, do not."""
    if "headers" in place:
        return str(place[-1]).lower() in _SECRET_HEADERS
    (kind,) = [kind for _, kind in document.scalars("channels", str(place[1]), "type")] or [None]
    return not (place[0] == "channels" and (kind, place[-1]) in _OPEN)


def _unprotected(document: Document) -> Iterator[Problem]:
    """Warn where a password would cross the network in the clear, or could be made to."""
    if not any(value for _, value in document.scalars("site", "smtp", "password")):
        return
    for place, value in document.scalars("site", "smtp", "starttls"):
        if value in ("off", "optional"):
            words = f"starttls: {value} lets the password be read on the way"
            yield document.problem("warning", place, words, "write required, or implicit for port 465")


def _literals(document: Document, interpolated: Interpolated) -> Iterator[Problem]:
    for place in _literal_secrets(document, interpolated):
        variable = re.sub(r"[^A-Z0-9]+", "_", f"{place[1]}_{place[-1]}".upper())
        hint = f'write "${{{variable}}}" or ${{file:/run/secrets/…}}'
        yield document.problem("warning", place, f'"{place[-1]}" is a secret, and stands in the file', hint)


def _addresses(document: Document, interpolated: Interpolated) -> Iterator[tuple[Place, str]]:
    """Yield place and value of each feed's address that is written out."""
    for pattern in (("feeds", "*", "url"), ("stories", "*", "feeds", "*")):
        for place, value in document.scalars(*pattern):
            if isinstance(value, str) and place not in interpolated.filled:
                yield place, value


def _passwords(document: Document, interpolated: Interpolated) -> Iterator[Problem]:
    hint = "give it as auth: {user: …, password: ${NAME}}"
    for place, value in _addresses(document, interpolated):
        if re.match(r"https?://[^/?#]*:[^/?#]*@", value):
            yield document.problem("warning", place, "a password stands in this address", hint)


def _postal_address(document: Document) -> Iterator[Problem]:
    if any(value for _, value in document.scalars("site", "postal_address")):
        return
    for pattern in (("digests", "*", "to", "list"), ("digests", "*", "to", "*", "list")):
        for place, _ in document.scalars(*pattern):
            yield document.problem(
                "warning", place, "mail to a list without site.postal_address", "in many places the law asks for one"
            )


def _unbuilt(document: Document) -> Iterator[Problem]:
    for pattern, unbuilt, meanwhile in _UNBUILT:
        for place, value in document.scalars(*pattern):
            if unbuilt(value):
                option = ".".join(step for step in pattern if step != "*")
                short = isinstance(value, (str, bool)) and "$" not in document.raw(place)
                shown = f": {str(value).lower()}" if short else ""
                yield document.problem(
                    "warning", place, f"{option}{shown} does nothing yet: {meanwhile}", key=not shown
                )


def _readable(document: Document) -> Iterator[Problem]:
    for place, value in document.scalars("site", "base_url"):
        if isinstance(value, str) and re.match(r"http://(?!localhost\b|127\.|\[::1\])", value):
            words = "over http, whoever is on the way reads the links in alerts, and can use them"
            yield document.problem("warning", place, words, "put a proxy with TLS before it, and write https://")
