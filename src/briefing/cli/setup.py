"""init, follow, version: from nothing to a feeds.yaml that works."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, AllowPrivate, ConfigPath, Json, amend, mailbox, open_config

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.follow import Found


def init(config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Write a short, commented feeds.yaml to start from; never overwrites."""
    from briefing.config.edit import starter

    if config.exists():
        raise Failure(
            f"{config} is there already", hint="briefing check; or name another with --config", code=Exit.USAGE
        )
    text = starter(
        url="https://feeds.bbci.co.uk/news/world/rss.xml",
        feed_title="BBC News",
        story="world",
        story_title="Name of your story",
        query='election OR "power struggle"',
        address="you@example.org",
        zone="UTC",
    )
    amend(config, lambda _: text)
    if json:
        output.as_json({"config": config})
    else:
        output.say(f"wrote      {config}")
    output.note("next: edit it, then briefing check, briefing poll, briefing preview")


def follow(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page or a feed.")],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", callback=mailbox, help="Who gets the digest."),
    ] = None,
    open_: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the preview in a browser; default: on a desktop's terminal."),
    ] = None,
    allow_private: AllowPrivate = False,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Follow a page or feed: find the feed, suggest a query, write feeds.yaml, show a preview.

    A feeds.yaml that is there gets the feed and a story added; its comments stay.
    """
    from briefing import follow as shell
    from briefing.cli.logs import keep_quiet
    from briefing.clock import utc_now

    keep_quiet()
    if not url.startswith(("http://", "https://")):
        raise Failure(f'"{url}" is not an address', hint="an address begins with https://", code=Exit.USAGE)
    standing = open_config(config) if config.exists() else None
    found = _found(url, standing, allow_private=allow_private)
    story = shell.story_of(found)
    amend(config, lambda text: shell.followed(found, text, to=to))
    preview = config.resolve().parent / "preview" / f"{story}.html"
    preview.parent.mkdir(exist_ok=True)
    preview.write_text(shell.preview(found, utc_now()).html, encoding="utf-8")
    if json:
        output.as_json({**_told(found), "story": story, "config": config, "preview": preview})
    else:
        for line in (*shell.words(found), f"wrote      {config} (story {story})", f"preview    {preview}"):
            output.say(output.plain(line))
    if standing and not to:
        output.note(f"no digest carries {story} yet: add it to one in {config}")
    output.note("next: briefing check, briefing poll, briefing run")
    if output.on_a_screen() if open_ is None else open_:
        typer.launch(str(preview))


def _found(url: str, standing: "Config | None", *, allow_private: bool) -> "Found":
    import asyncio

    from briefing import follow as shell
    from briefing.errors import FeedError, ParseError

    _refuse_followed(url, standing)
    try:
        found = asyncio.run(shell.look(url, allow_private=allow_private))
    except ParseError as error:
        reason = str(error).partition("; try:")[0]
        raise Failure(f"{url}: {reason}", hint="give the address of the feed itself") from error
    except FeedError as error:
        dialled = "may not be dialled" in str(error)
        hint = "--allow-private, if you mean it" if dialled else "look at the address in a browser"
        raise Failure(str(error), hint=hint) from error
    _refuse_followed(found.url, standing)
    return found


def _refuse_followed(url: str, standing: "Config | None") -> None:
    from briefing.config import effective

    taken = {str(feed.url): name for name, feed in effective.feeds(standing).items()} if standing else {}
    if name := taken.get(url):
        raise Failure(f"{url} is followed already, as {name}", hint=f"briefing feeds test {name}")


def _told(found: "Found") -> dict[str, Any]:
    return {
        "asked": found.asked,
        "url": found.url,
        "title": found.feed.title,
        "items": len(found.feed.items),
        "query": found.query,
        "matching": [{"title": i.title, "url": i.url, "published": i.published} for i in found.matching],
        "promises": [{"in": item.title, "url": item.url, "promise": said} for item, said in found.promises],
        "allow_private": found.private,
    }


def version(json: Json = False) -> None:
    """Print the version of the service and of what it stands on."""
    from importlib.metadata import version as installed

    from briefing import __version__

    parts = {name: installed(name) for name in ("feedparser", "apscheduler", "sqlmodel", "jinja2", "httpx", "tzdata")}
    if json:
        output.as_json({"briefing": __version__, **parts})
    else:
        output.say(f"briefing {__version__} (" + ", ".join(f"{name} {what}" for name, what in parts.items()) + ")")


def print_version(asked: bool) -> None:
    """Answer `briefing --version`."""
    if asked:
        version()
        raise typer.Exit
