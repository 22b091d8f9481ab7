"""The command line: one file per noun, grouped in help; heavy modules are imported inside commands."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from briefing.cli import (
    acks,
    channels,
    completion,
    config,
    db,
    deliveries,
    digests,
    doctor,
    explain,
    feeds,
    items,
    missed,
    opml,
    parse,
    reading,
    replay,
    routes,
    run,
    series,
    setup,
    silences,
    status,
    subscribers,
)
from briefing.cli.everywhere import everywhere
from briefing.cli.failure import Commands, Exit
from briefing.cli.groups import Group

EPILOG = (
    "Exit status: 0 done, 1 problems or failure, 2 usage or configuration, 3 partly done, "
    "75 try again later, 130 interrupted."
)

app = typer.Typer(
    name="briefing",
    cls=Commands,
    help="Follow a story across feeds and tell people what is new, once.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

START, RUN, LOOK, KEEP = "Start", "Run", "Look", "Keep"
for name, command, panel, example in (
    ("init", setup.init, START, "briefing init"),
    ("follow", setup.follow, START, "briefing follow https://example.org/ --to me@example.org"),
    ("check", config.check, START, "briefing check"),
    ("schema", config.schema, START, "briefing schema > feeds.schema.json"),
    ("run", run.run, RUN, "briefing run --database sqlite:////var/lib/briefing/briefing.db"),
    ("poll", run.poll, RUN, "briefing poll bbc-persian"),
    ("preview", digests.preview, RUN, "briefing preview daily --open"),
    ("send", digests.send, RUN, "briefing send daily --to me@example.org"),
    ("status", status.status, LOOK, "briefing status --json"),
    ("doctor", doctor.doctor, LOOK, "briefing doctor --offline"),
    ("stories", reading.stories, LOOK, "briefing stories moscow-contingency"),
    ("explain", explain.explain, LOOK, 'briefing explain "Coming up in Part 2: The Night Shift"'),
    ("replay", replay.replay, LOOK, "briefing replay items.jsonl --json"),
    ("missed", missed.missed, LOOK, "briefing missed --against their-feeds.yaml --since 7d"),
    ("parse", parse.parse, LOOK, "briefing parse feed.xml https://example.org/rss --json"),
    ("completion", completion.completion, KEEP, "briefing completion bash > briefing.bash"),
    ("version", setup.version, KEEP, "briefing version --json"),
):
    app.command(name, rich_help_panel=panel, epilog=f"Example: {example}")(command)
for name, nouns, panel in (
    ("config", config.app, START),
    ("items", items.app, LOOK),
    ("series", series.app, LOOK),
    ("deliveries", deliveries.app, LOOK),
    ("acks", acks.app, LOOK),
    ("feeds", feeds.app, KEEP),
    ("opml", opml.app, KEEP),
    ("channels", channels.app, KEEP),
    ("routes", routes.app, KEEP),
    ("silences", silences.app, KEEP),
    ("subscribers", subscribers.app, KEEP),
    ("db", db.app, KEEP),
):
    app.add_typer(nouns, name=name, cls=Group, rich_help_panel=panel)
everywhere(app)


@app.callback()
def briefing(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=setup.print_version, help="Print the version.")
    ] = False,
) -> None:
    """Follow a story across feeds and tell people what is new, once."""


def main() -> None:
    """Run the command line; Ctrl-C ends with 130 even before a command has begun."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as we live
        getattr(sys, name).reconfigure(errors="backslashreplace")  # a locale that lacks a letter is no reason to fail
    if completion.VARIABLE in os.environ:
        completion.prepare()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
