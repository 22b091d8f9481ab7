"""check, schema, config: whether feeds.yaml is right, and what it comes to."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.failure import Exit
from briefing.cli.options import CONFIG, ConfigPath, Json, count, open_config, ways_to_begin

if TYPE_CHECKING:
    from briefing.config.grammar import Config

app = typer.Typer(help="What the configuration comes to.", no_args_is_help=True)
File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="The file to check; default: --config.", show_default=False)
]


def check(file: File = None, config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Explain everything that is wrong with feeds.yaml, in one run."""
    from briefing.check import check as check_config
    from briefing.config import hints

    path = file or config
    checked = check_config(path, os.environ)
    problems = checked.problems if path.exists() else [replace(p, hint=ways_to_begin(path)) for p in checked.problems]
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = [problem for problem in problems if problem.severity != "error"]
    if json:
        told = {"errors": [*map(hints.as_json, errors)], "warnings": [*map(hints.as_json, warnings)]}
        output.as_json({"ok": not errors, **told})
    else:
        for problem in problems:
            output.say(hints.render(problem))
        output.say(f"{path}: " + _summary(checked.config, len(errors), len(warnings)))
    raise typer.Exit(Exit.FAILED if errors else Exit.DONE)


def _summary(config: "Config | None", errors: int, warnings: int) -> str:
    doubts = f", {count(warnings, 'warning')}" if warnings else ""
    if config is None:
        return f"{count(errors, 'error')}{doubts}"
    from briefing.config import effective
    from briefing.config.alerts import every

    held = {
        "feed": len(effective.feeds(config)),
        "story": len(config.stories),
        "digest": len(config.digests),
        "list": len(config.lists),
        "channel": len(config.channels),
        "route": sum(1 for _ in every(config.routes)),
    }
    return " · ".join([f"ok{doubts}", *(count(number, noun) for noun, number in held.items() if number)])


def schema(json: Annotated[bool, typer.Option("--json", help="It is JSON anyway.")] = False) -> None:  # noqa: ARG001
    """Print the JSON Schema of feeds.yaml, for editors."""
    from briefing.config.schema import schema as json_schema

    output.as_json(json_schema())


@app.command("show", epilog="Example: briefing config show --json")
def show(config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Print the effective configuration, every default filled in; secrets are masked."""
    effective = _addresses_masked(open_config(config).model_dump(mode="json", by_alias=True, exclude_none=True))
    if json:
        output.as_json(effective)
        return
    from io import StringIO

    from ruamel.yaml import YAML

    text = StringIO()
    YAML().dump(effective, text)
    output.say(text.getvalue().rstrip())


def _addresses_masked(effective: dict[str, Any]) -> dict[str, Any]:
    from briefing.config.mask import address

    for feed in effective["feeds"].values():
        feed["url"] = address(feed["url"])
    for story in effective["stories"].values():
        if "feeds" in story:
            story["feeds"] = [address(one) for one in story["feeds"]]
    return effective
