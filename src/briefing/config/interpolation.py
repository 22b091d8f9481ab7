"""`${NAME}`, `${NAME:-default}`, `${file:/path}` and `$$` in the values of feeds.yaml.

Apart from `positions`: it works on values already parsed, so that nothing an environment variable holds can become
YAML, and so that every place stays true.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefing.config.positions import UNFIT, Document, Place

_MAX_SECRET = 64 * 1024
_TOKEN = re.compile(r"\$\$|\$\{([^{}]*)\}|\$\{")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


class _Unresolved(Exception):  # noqa: N818 - names what was met
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Interpolated:
    """Which values came from outside the file, and which of these could not be had."""

    filled: frozenset[Place]
    failed: frozenset[Place]


def interpolate(document: Document, environ: Mapping[str, str], folder: Path) -> Interpolated:
    """Fill in the document's values in place; relative `file:` paths start at `folder`."""
    walk = _Walk(document, environ, folder)
    document.values = walk.visit(document.values, ())
    return Interpolated(frozenset(walk.filled), frozenset(walk.failed))


class _Walk:
    def __init__(self, document: Document, environ: Mapping[str, str], folder: Path) -> None:
        self.document, self.environ, self.folder = document, environ, folder
        self.filled: set[Place] = set()
        self.failed: set[Place] = set()

    def visit(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict):
            return {key: self.visit(child, (*place, key)) for key, child in value.items()}
        if isinstance(value, list):
            return [self.visit(child, (*place, number)) for number, child in enumerate(value)]
        if isinstance(value, str) and "$" in value:
            return self.expand(value, place)
        return value

    def expand(self, text: str, place: Place) -> str:
        def fill(found: re.Match[str]) -> str:
            if found[0] == "$$":
                return "$"
            self.filled.add(place)
            try:
                if found[1] is None:
                    raise _Unresolved("${ without its }", "write $${ for the characters themselves")
                return self.resolve(found[1])
            except _Unresolved as error:
                self.failed.add(place)
                problem = self.document.problem("error", place, error.message, error.hint, offset=found.start())
                self.document.problems.append(problem)
                return found[0]

        return _TOKEN.sub(fill, text)

    def resolve(self, inside: str) -> str:
        if inside.startswith("file:"):
            return self.content(inside.removeprefix("file:"))
        found = _NAME.fullmatch(inside)
        if not found:
            raise _Unresolved(
                f'"${{{inside}}}" is neither ${{NAME}}, ${{NAME:-default}} nor ${{file:/path}}',
                "write $$ for a dollar sign",
            )
        name, default = found[1], found[2]
        value = self.environ.get(name, "")
        if value or default is not None:
            return _fit(value or default, f"environment variable {name}")
        state = "empty" if name in self.environ else "not set"
        raise _Unresolved(f"environment variable {name} is {state}", f"export {name}=… or use ${{file:/run/secrets/…}}")

    def content(self, name: str) -> str:
        path = self.folder / Path(name)
        try:
            if not path.is_file():
                raise _Unresolved(f"file {name} {'is not a file' if path.exists() else 'does not exist'}", _FILE_HINT)
            with path.open("rb") as file:
                content = file.read(_MAX_SECRET + 1)
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _Unresolved(f"file {name} is not UTF-8 text") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise _Unresolved(f"file {name} cannot be read: {reason}", _FILE_HINT) from error
        if len(content) > _MAX_SECRET:
            raise _Unresolved(f"file {name} is larger than {_MAX_SECRET // 1024} KiB")
        return _fit(text.rstrip("\r\n"), f"file {name}")


_FILE_HINT = "mount the secret there, or use ${NAME}"


def _fit(value: str, what: str) -> str:
    if found := UNFIT.search(value):
        raise _Unresolved(f"{what} holds an unprintable character (U+{ord(found[0]):04X})")
    return value
