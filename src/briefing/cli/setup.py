"""init, follow, version: from nothing to a feeds.yaml that works."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, ConfigPath, Exit, Json, fail

STARTER_STORY = "Name of your story"


def init(config: ConfigPath = CONFIG) -> None:
    """Write a short, commented feeds.yaml to start from; never overwrites."""
    from briefing.config.edit import starter

    if config.exists():
        raise fail(f"{config} is there already", hint="briefing check; or name another with --config", code=Exit.USAGE)
    text = starter(
        url="https://feeds.bbci.co.uk/news/world/rss.xml",
        feed_title="BBC News",
        story="world",
        story_title=STARTER_STORY,
        query='election OR "power struggle"',
        address="you@example.org",
        zone="UTC",
    )
    config.write_text(text, encoding="utf-8")
    output.note(f"wrote {config}; next: edit it, then briefing check, briefing poll, briefing preview")


def follow(
    url: Annotated[str, typer.Argument(help="A page or a feed.")],
    to: Annotated[str | None, typer.Option("--to", help="Address that gets the digest.")] = None,
    config: ConfigPath = CONFIG,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the preview in a browser.")] = True,
    allow_private: Annotated[bool, typer.Option(help="The address may be private or loopback.")] = False,
    json: Json = False,
) -> None:
    """Follow a page or feed: find the feed, suggest a query, write feeds.yaml, show a preview."""
    from briefing import follow as shell
    from briefing.clock import utc_now
    from briefing.errors import BriefingError

    try:
        found = asyncio.run(shell.look(url, allow_private=allow_private))
        story = shell.write(found, config, to=to)
        mail = shell.preview(found, utc_now())
    except BriefingError as error:
        raise fail(str(error), hint="try the address of the feed itself") from error
    preview = config.resolve().parent / "preview" / f"{story}.html"
    preview.parent.mkdir(exist_ok=True)
    preview.write_text(mail.html, encoding="utf-8")
    if json:
        output.as_json({**asdict(found), "story": story, "config": str(config), "preview": str(preview)})
        return
    for line in shell.words(found):
        output.say(line)
    output.say(f"wrote      {config} (story {story}); preview in {preview}")
    output.note("next: briefing check, briefing poll, briefing run")
    if open_:
        typer.launch(str(preview))


def version(json: Json = False) -> None:
    """Print the version of the service and of what it stands on."""
    from importlib.metadata import version as installed

    from briefing import __version__

    parts = {name: installed(name) for name in ("feedparser", "apscheduler", "sqlmodel", "jinja2", "httpx", "tzdata")}
    if json:
        output.as_json({"briefing": __version__, **parts})
    else:
        output.say(f"briefing {__version__} (" + ", ".join(f"{k} {v}" for k, v in parts.items()) + ")")
