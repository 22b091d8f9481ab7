"""Every command takes --config and --database, also where it reads only one of them or neither.

So a script may give both to all commands. Where an option has nothing to say it is taken and not shown in help.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from briefing.cli.options import CONFIG, DATABASE

_UNUSED = "Taken, and of no use here."
_COMMON: dict[str, tuple[Any, Any]] = {
    "config": (
        Annotated[Path, typer.Option("--config", "-c", envvar="BRIEFING_CONFIG", hidden=True, help=_UNUSED)],
        CONFIG,
    ),
    "database": (Annotated[str, typer.Option("--database", "-d", hidden=True, help=_UNUSED)], DATABASE),
}


def everywhere(app: typer.Typer) -> None:
    """Let all commands of an app, and of those below it, take the common options."""
    for command in app.registered_commands:
        if command.callback is not None:
            command.callback = _taking(command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            everywhere(group.typer_instance)


def _taking(command: Callable[..., Any]) -> Callable[..., Any]:
    own = inspect.signature(command, eval_str=True)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in _COMMON.items()
        if name not in own.parameters
    ]

    @wraps(command)
    def taken(**given: Any) -> Any:
        return command(**{name: value for name, value in given.items() if name in own.parameters})

    both = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own.parameters.values()), *more]
    taken.__signature__ = own.replace(parameters=both)  # type: ignore[attr-defined]
    taken.__annotations__ = {one.name: one.annotation for one in both}
    return taken
