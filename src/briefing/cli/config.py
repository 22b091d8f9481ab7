"""check, schema, config: whether feeds.yaml is right, and what it comes to."""

import os
from pathlib import Path
from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, ConfigPath, Exit, Json, open_config

app = typer.Typer(help="What the configuration comes to.", no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path | None, typer.Argument(help="The file to check; default: --config.", show_default=False)]


def check(file: File = None, config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Explain everything that is wrong with feeds.yaml, in one run."""
    from briefing.check import check as check_config
    from briefing.config.hints import render

    checked = check_config(file or config, os.environ)
    errors = [p for p in checked.problems if p.severity == "error"]
    if json:
        output.as_json({"ok": not errors, "errors": checked.problems})
    else:
        for problem in checked.problems:
            output.say(render(problem))
        output.say(_summary(checked.config, len(errors), len(checked.problems) - len(errors), file or config))
    raise typer.Exit(Exit.FAILED if errors else Exit.DONE)


def _summary(config: object, errors: int, warnings: int, path: Path) -> str:
    from briefing.config.grammar import Config

    doubts = f", {warnings} warning{'s' * (warnings != 1)}" if warnings else ""
    if not isinstance(config, Config):
        return f"{path}: {errors} error{'s' * (errors != 1)}{doubts}"
    counts = (
        (config.feeds, "feed"),
        (config.stories, "story"),
        (config.digests, "digest"),
        (config.channels, "channel"),
    )
    words = [f"{len(what)} {_plural(name, len(what))}" for what, name in counts if what]
    return f"{path}: ok{doubts} · " + " · ".join(words)


def _plural(name: str, count: int) -> str:
    if count == 1:
        return name
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


def schema() -> None:
    """Print the JSON Schema of feeds.yaml, for editors."""
    from briefing.config.schema import schema as json_schema

    output.as_json(json_schema())


@app.command("show")
def show(config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Print the effective configuration; secrets are masked."""
    from ruamel.yaml import YAML

    effective = open_config(config).model_dump(mode="json", by_alias=True, exclude_none=True)
    if json:
        output.as_json(effective)
        return
    from io import StringIO

    text = StringIO()
    YAML().dump(effective, text)
    output.say(text.getvalue().rstrip())
