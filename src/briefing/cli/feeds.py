"""feeds: what is polled, how it fares, and edits of feeds.yaml that keep its comments."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    AllowPrivate,
    ConfigPath,
    Database,
    Json,
    amend,
    known,
    open_config,
    open_store,
)

if TYPE_CHECKING:
    from briefing.follow import Trial
    from briefing.model import FeedState

app = typer.Typer(help="What is polled, and how it fares.", no_args_is_help=True)
FeedName = Annotated[str, typer.Argument(metavar="FEED", autocompletion=ids_of("feeds"), help="Id of a feed.")]


@app.command("list", epilog="Example: briefing feeds list")
def show(config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """List the feeds with their health."""
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.config.mask import address
    from briefing.store import feeds

    wanted = {name: address(str(feed.url)) for name, feed in effective.feeds(open_config(config)).items()}
    with open_store(database) as store, store.reading() as session:
        states = {s.id: replace(s, url=s.url or wanted.get(s.id, "")) for s in feeds.states(session)}
    if json:
        output.as_json([{"feed": name, "url": url, "state": states.get(name)} for name, url in wanted.items()])
        return
    now = utc_now()
    rows = [(name, *_health(states.get(name), now), url) for name, url in wanted.items()]
    output.table(rows, empty="no feeds; briefing feeds add URL, or briefing follow URL")


def _health(state: "FeedState | None", now: datetime) -> tuple[str, str]:
    if state is None or (state.last_poll_at is None and not state.paused):
        return "new", "never polled"
    if state.gone:
        return "gone", f"410 {output.ago(state.last_poll_at, now)}"
    if state.paused:
        return "paused", f"last ok {output.ago(state.last_ok_at, now)}"
    then = "due" if state.next_poll_at <= now else f"next {output.ago(state.next_poll_at, now)}"
    if state.failures:
        return "failing", f"{state.error}, {state.failures} in a row, {then}"
    return "ok", f"polled {output.ago(state.last_poll_at, now)}, {then}"


@app.command("add", epilog='Example: briefing feeds add https://example.org/rss --id example --title "The Example"')
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the feed.")],
    name: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Id of the feed; default: made from the address.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="NAME", help="The publisher's name as shown.")] = None,
    allow_private: AllowPrivate = False,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Add a feed to feeds.yaml; comments stay, and nothing is fetched."""
    from briefing.collect.urls import canonical
    from briefing.config import edit, effective

    standing = {str(one): str(feed.url) for one, feed in effective.feeds(open_config(config)).items()}
    same = canonical(url) or url
    if there := next((one for one, held in standing.items() if (canonical(held) or held) == same), None):
        raise Failure(f"{there} has this address already", hint=f"briefing feeds test {there}")
    name = name or effective.id_of(url, standing)
    amend(config, lambda text: edit.add_feed(text or "", name, url, title, allow_private=allow_private))
    _done({"added": name, "url": url}, f"added {name} to {config}; briefing feeds test {name} fetches it", json=json)


@app.command("remove", epilog="Example: briefing feeds remove example")
def remove(name: FeedName, config: ConfigPath = CONFIG, json: Json = False) -> None:
    """Remove a feed from feeds.yaml; what was stored of it stays."""
    from briefing.config import edit

    known("feed", name, open_config(config).feeds)
    amend(config, lambda text: edit.remove_feed(text or "", name))
    _done({"removed": name}, f"removed {name} from {config}", json=json)


@app.command("pause", epilog="Example: briefing feeds pause example")
def pause(name: FeedName, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Stop polling a feed until it is resumed."""
    _set_paused(name, config, database, paused=True)
    _done({"paused": name}, f"paused {name}; briefing feeds resume {name} polls it again", json=json)


@app.command("resume", epilog="Example: briefing feeds resume example")
def resume(name: FeedName, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Poll a feed again that was paused or gone; it is due at once."""
    _set_paused(name, config, database, paused=False)
    _done({"resumed": name}, f"resumed {name}; it is due now", json=json)


def _set_paused(name: str, config: Path, database: str, *, paused: bool) -> None:
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.model import FeedId
    from briefing.store import feeds

    wanted = {feed: str(one.url) for feed, one in effective.feeds(open_config(config)).items()}
    feed, now = FeedId(known("feed", name, wanted)), utc_now()
    with open_store(database) as store, store.transaction() as session:
        feeds.sync(session, feeds=wanted, now=now)
        if paused:
            feeds.pause(session, feed=feed)
        else:
            feeds.resume(session, feed=feed, now=now)


@app.command("test", epilog="Example: briefing feeds test example")
def test(
    name: Annotated[
        str, typer.Argument(metavar="FEED|URL", autocompletion=ids_of("feeds"), help="Id of a feed, or an address.")
    ],
    allow_private: AllowPrivate = False,
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Fetch a feed and show which items would match which stories, and by which words; nothing is stored."""
    import asyncio

    from briefing import compiled, follow
    from briefing.cli.logs import keep_quiet
    from briefing.config import effective

    keep_quiet()
    checked = open_config(config)
    if not name.startswith(("http://", "https://")):
        known("feed", name, effective.feeds(checked), otherwise="give an id of feeds.yaml, or an address")
    rows = asyncio.run(follow.trial(checked, name, compiled.matcher(checked), allow_private=allow_private))
    if json:
        output.as_json(rows)
    else:
        output.table(((_stories(row), row.title, row.url or "") for row in rows), empty="the feed holds no items")


def _stories(row: "Trial") -> str:
    return ", ".join(f"{match.story} ({', '.join(match.terms)})" for match in row.matches) or "-"


def _done(facts: dict[str, Any], words: str, *, json: bool) -> None:
    if json:
        output.as_json(facts)
    else:
        output.say(words)
