"""feeds: what is polled, how it fares, and edits of feeds.yaml that keep its comments."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, fail, open_config, open_store

app = typer.Typer(help="What is polled, and how it fares.", no_args_is_help=True, rich_markup_mode=None)
FeedName = Annotated[str, typer.Argument(help="Id of a feed.")]


@app.command("list")
def show(config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """List the feeds with their health."""
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.store import feeds

    wanted = effective.feeds(open_config(config))
    with open_store(database) as store, store.reading() as session:
        states = {s.id: s for s in feeds.states(session)}
    if json:
        output.as_json([{"feed": f, "url": str(c.url), "state": states.get(f)} for f, c in wanted.items()])
        return
    now = utc_now()
    rows = [(f, *_health(states.get(f), now), str(c.url)) for f, c in wanted.items()]
    output.table(rows, empty="no feeds; briefing feeds add URL, or briefing follow URL")


def _health(state: Any, now: Any) -> tuple[str, str]:
    if state is None or state.last_poll_at is None:
        return "new", "never polled"
    if state.gone:
        return "gone", state.error or "410"
    if state.paused:
        return "paused", f"last ok {output.ago(state.last_ok_at, now)}"
    if state.failures:
        return "failing", f"{state.error}, {state.failures} in a row, next try {output.ago(state.next_poll_at, now)}"
    return "ok", f"polled {output.ago(state.last_poll_at, now)}, next {output.ago(state.next_poll_at, now)}"


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Address of the feed.")],
    name: Annotated[str | None, typer.Option("--id", help="Id; default: made from the address.")] = None,
    title: Annotated[str | None, typer.Option(help="Publisher's name as shown.")] = None,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Add a feed to feeds.yaml; comments stay."""
    from briefing.config import edit, effective

    open_config(config)
    name = name or effective.id_of(url)
    _edit(config, lambda text: edit.add_feed(text, name, url, title))
    _done({"added": name, "url": url}, f"added {name} to {config}", json=json)


@app.command("remove")
def remove(name: FeedName, config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Remove a feed from feeds.yaml; what was stored of it stays."""
    from briefing.config import edit

    if name not in open_config(config).feeds:
        raise fail(f"no feed named {name} in {config}", hint="briefing feeds list", code=Exit.USAGE)
    _edit(config, lambda text: edit.remove_feed(text, name))
    _done({"removed": name}, f"removed {name} from {config}", json=json)


def _edit(path: Path, change: Any) -> None:
    """Change the file only if the result is a configuration that works."""
    import os

    from briefing.check import check
    from briefing.config.hints import render

    before = path.read_text(encoding="utf-8")
    trial = path.with_name(f".{path.name}.new")
    trial.write_text(change(before), encoding="utf-8")
    checked = check(trial, os.environ)
    if checked.config is None:
        trial.unlink()
        words = "\n".join(render(p) for p in checked.problems if p.severity == "error")
        raise fail(f"that would break {path}; it was left as it is\n{words}", code=Exit.USAGE)
    trial.replace(path)


@app.command("pause")
def pause(name: FeedName, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Stop polling a feed until it is resumed."""
    _set_paused(name, config, database, paused=True)
    _done({"paused": name}, f"paused {name}; briefing feeds resume {name} polls it again", json=json)


@app.command("resume")
def resume(name: FeedName, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Poll a feed again that was paused or gone; it is due at once."""
    _set_paused(name, config, database, paused=False)
    _done({"resumed": name}, f"resumed {name}; it is due now", json=json)


def _set_paused(name: str, config: Path, database: str, *, paused: bool) -> None:
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.model import FeedId
    from briefing.store import feeds

    wanted = {f: str(c.url) for f, c in effective.feeds(open_config(config)).items()}
    if name not in wanted:
        raise fail(f"no feed named {name}", hint="briefing feeds list", code=Exit.USAGE)
    with open_store(database) as store, store.transaction() as session:
        feeds.sync(session, feeds=wanted, now=utc_now())
        if paused:
            feeds.pause(session, feed=FeedId(name))
        else:
            feeds.resume(session, feed=FeedId(name), now=utc_now())


@app.command("test")
def test(
    name: Annotated[str, typer.Argument(help="Id of a feed, or an address.")],
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Fetch a feed and show which items would match which stories, and why; nothing is stored."""
    from briefing import app as composition
    from briefing import follow
    from briefing.errors import BriefingError

    checked = open_config(config)
    try:
        rows = asyncio.run(follow.trial(checked, name, composition.matcher(checked)))
    except BriefingError as error:
        raise fail(str(error)) from error
    if json:
        output.as_json(rows)
        return
    lines = [
        (", ".join(f"{m.story} ({', '.join(m.terms)})" for m in row.matches) or "-", row.title, row.url or "")
        for row in rows
    ]
    output.table(lines, empty="the feed holds no items")


def _done(facts: dict[str, Any], words: str, *, json: bool) -> None:
    if json:
        output.as_json(facts)
    else:
        output.say(words)
