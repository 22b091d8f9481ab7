"""completion: a script that lets a shell complete commands, options and the ids of feeds.yaml.

Apart from `options`, which opens a configuration and says what is wrong with it: whoever presses Tab waits, and wants
no words. So ids are read without a check, and a file that cannot be read offers none. Typer's own machinery makes the
script and answers it; its --install-completion is off, for it writes into people's start files.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, Json

VARIABLE = "_BRIEFING_COMPLETE"  # set by the script that asks, by Typer's rule

_WORD = re.compile(r"[\w-]+", re.ASCII)  # a shell may evaluate what it is offered


class Shell(StrEnum):
    """The shells that a script is made for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")], json: Json = False
) -> None:
    """Print the script that makes a shell complete commands, options and ids; nothing is installed."""
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="briefing", complete_var=VARIABLE, shell=shell.value)
    if json:
        output.as_json({"shell": shell, "script": script})
    else:
        output.say(script)


def prepare() -> None:
    """Make Typer ready to answer its script; it does so by itself only where it installs one."""
    from typer._completion_classes import completion_init

    completion_init()


def ids_of(section: str) -> Callable[[typer.Context, str], list[str]]:
    """Return what offers a shell the ids of a section of feeds.yaml."""

    def offered(ctx: typer.Context, incomplete: str) -> list[str]:
        names = _ids(Path(ctx.params.get("config") or CONFIG), section)
        return [name for name in names if name.startswith(incomplete)]

    return offered


def _ids(path: Path, section: str) -> list[str]:
    values = _values(path)
    held = values.get(section)
    names = [*held] if isinstance(held, Mapping) else []
    if section == "feeds" and "://" in str(values.get("stories")):
        from briefing.config.identity import inline_feeds  # as slow to load as all the rest

        names += inline_feeds(values).values()
    return [name for name in names if _WORD.fullmatch(name)]


def _values(path: Path) -> Mapping[str, Any]:
    """Return what stands in feeds.yaml and the files it includes, right or wrong."""
    from briefing.config import include
    from briefing.config.reading import read

    document = read(path)
    if not isinstance(document.values, dict):
        return {}
    for file in include.included(document, path.parent):
        include.join(document, read(file))
    return document.values
