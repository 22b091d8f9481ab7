"""The command line: one file per noun, grouped in help; heavy modules are imported inside commands."""

import sys

import typer

from briefing.cli import (
    channels,
    config,
    db,
    deliveries,
    digests,
    feeds,
    reading,
    run,
    setup,
    status,
    subscribers,
)
from briefing.cli.options import Exit

EPILOG = (
    "Exit status: 0 done, 1 problems or failure, 2 usage or configuration, 3 partly done, "
    "75 try again later, 130 interrupted."
)

app = typer.Typer(
    name="briefing",
    help="Follow a story across feeds and tell people what is new, once.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)

START, RUN, LOOK, KEEP = "Start", "Run", "Look", "Keep"
app.command("init", rich_help_panel=START)(setup.init)
app.command("follow", rich_help_panel=START)(setup.follow)
app.command("check", rich_help_panel=START)(config.check)
app.command("schema", rich_help_panel=START)(config.schema)
app.add_typer(config.app, name="config", rich_help_panel=START)
app.command("run", rich_help_panel=RUN)(run.run)
app.command("poll", rich_help_panel=RUN)(run.poll)
app.command("preview", rich_help_panel=RUN)(digests.preview)
app.command("send", rich_help_panel=RUN)(digests.send)
app.command("status", rich_help_panel=LOOK)(status.status)
app.command("items", rich_help_panel=LOOK)(reading.items)
app.command("stories", rich_help_panel=LOOK)(reading.stories)
app.command("parse", rich_help_panel=LOOK)(reading.parse)
app.add_typer(deliveries.app, name="deliveries", rich_help_panel=LOOK)
app.add_typer(feeds.app, name="feeds", rich_help_panel=KEEP)
app.add_typer(channels.app, name="channels", rich_help_panel=KEEP)
app.add_typer(subscribers.app, name="subscribers", rich_help_panel=KEEP)
app.add_typer(db.app, name="db", rich_help_panel=KEEP)
app.command("version", rich_help_panel=KEEP)(setup.version)


def main() -> None:
    """Run the command line; Ctrl-C ends with 130, a broken pipe quietly."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.DONE)
