"""items: what was found, and taking one back that should not have been sent."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    Yes,
    count,
    known,
    open_config,
    open_store,
    person,
)

if TYPE_CHECKING:
    from datetime import datetime

    from briefing.config.grammar import Config
    from briefing.model import Item, Withdrawal
    from briefing.store.engine import Store
    from briefing.withdraw import Withdrawn

app = typer.Typer(help="List what was found, newest first; take back what should not have been sent.")


@app.callback(invoke_without_command=True, epilog="Example: briefing items --story moscow-contingency --limit 50")
def items(
    ctx: typer.Context,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="FEED", autocompletion=ids_of("feeds"), help="Only this feed.")
    ] = None,
    story: Annotated[
        str | None, typer.Option("--story", metavar="STORY", autocompletion=ids_of("stories"), help="Only this story.")
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="What was withdrawn, latest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most so many.")] = 20,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One object a line, as briefing replay reads them.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List stored items, newest first: id, age, publisher, title, address."""
    if ctx.invoked_subcommand:
        return
    if withdrawn:
        _tombstones(database, limit, json=json)
        return
    from briefing.clock import utc_now
    from briefing.model import FeedId, StoryId
    from briefing.store import items as stored

    with open_store(database) as store, store.reading() as session:
        found = stored.listing(
            session, feed=FeedId(feed) if feed else None, story=StoryId(story) if story else None, limit=limit
        )
    if not found:
        _meant(config, feed, story)
    if jsonl:
        for item in found:
            output.as_json(_line(item), lines=True)
        return
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [(i.id, output.ago(i.at, now), i.source, i.title, i.url or "") for i in found]
    output.table(rows, empty="no items yet; briefing poll fetches some")


def _line(item: "Item") -> dict[str, object]:
    shown = {"title": item.title, "summary": escape(item.text, quote=False), "url": item.url, "source": item.source}
    place = {"lang": item.lang, "feed": item.feed, "number": item.number}
    return {"id": str(item.id), **shown, "published": item.at, **place}


def _meant(config: "Path", feed: str | None, story: str | None) -> None:
    """Ask the configuration, once nothing was found, whether there is such a feed or story."""
    from briefing.config import effective

    if feed:
        known("feed", feed, effective.feeds(open_config(config)))
    if story:
        known("story", story, open_config(config).stories)


def _tombstones(database: str, limit: int, *, json: bool) -> None:
    from briefing.clock import utc_now
    from briefing.store import withdrawals

    with open_store(database) as store, store.reading() as session:
        found = withdrawals.listing(session)[:limit]
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = ((one.item, output.ago(one.at, now), one.by, one.source, one.title, one.words or "") for one in found)
    output.table(rows, empty="nothing was withdrawn")


@app.command("withdraw", epilog='Example: briefing items withdraw 4711 --correct "The minister said the opposite."')
def withdraw(
    item: Annotated[int, typer.Argument(metavar="ID", help="Id of an item.")],
    correct: Annotated[
        str | None, typer.Option("--correct", metavar="WORDS", help="What is told with it: why, and what is so.")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="Tell nobody.")] = False,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show an item nowhere any more, and tell exactly those who were sent it, where they got it.

    It is gone from coming issues and alerts, from recaps, and from issues that are rendered again; nothing of it waits
    or is sent by hand. There is no way back: a tombstone stays, and its feed does not bring it again.
    """
    from briefing.clock import utc_now

    checked, now = open_config(config), utc_now()
    with open_store(database) as store:
        _agree(store, item, now, yes=yes, silent=silent)
        done = _withdrawn(store, checked, config, item, correct, now, silent=silent)
    if json:
        output.as_json(done)
        return
    told = f"{count(len(done.told), 'correction')} owed; briefing run sends them" if done.told else "nobody is told"
    output.say(output.plain(f"{item} is withdrawn: {done.item.title} — {done.item.source} · {told}"))
    if done.left:
        output.note(f"not told, for they left or must not be written to: {', '.join(done.left)}")
    for channel in done.lost:
        output.note(f"not told: channel {channel} is in {config} no more")


def _agree(store: "Store", item: int, now: "datetime", *, yes: bool, silent: bool) -> None:
    from briefing.model import ItemId
    from briefing.store import items as stored
    from briefing.store import withdrawals

    with store.reading() as session:
        found = stored.found(session, item=ItemId(item))
        gone = withdrawals.listing(session, item=ItemId(item))
    if gone:
        raise Failure(f"{item} {withdrawal_words(gone[0], now)}")
    if found is None:
        raise Failure(f"no item {item}", hint="briefing items lists what is stored, ids first")
    whom = "Nobody is told." if silent else "Whoever was sent it is told."
    question = output.plain(f"Withdraw “{found.title}” — {found.source}, for good? {whom}")
    if not (yes or output.agreed(question)):
        raise Failure("nothing was withdrawn")


def _withdrawn(
    store: "Store", config: "Config", path: Path, item: int, words: str | None, now: "datetime", *, silent: bool
) -> "Withdrawn":
    from briefing import compiled
    from briefing.cli.logs import keep_quiet
    from briefing.model import ItemId, StoryId
    from briefing.store import engine
    from briefing.withdraw import withdraw as shell

    keep_quiet()
    posted = compiled.letters(config, path.resolve().parent, compiled.unstored)
    titles = {StoryId(name): story.title for name, story in config.stories.items()}
    about = {"item": ItemId(item), "words": words, "by": person(), "now": now, "silent": silent}
    with store.transaction() as session:
        teller = compiled.teller(config, posted, engine.secret(session))
        return shell(session, teller, titles, **about)  # type: ignore[arg-type]


def withdrawal_words(gone: "Withdrawal", now: "datetime") -> str:
    """Say that an item was withdrawn, when and by whom."""
    said = f": {gone.words}" if gone.words else ""
    return f"was withdrawn {output.ago(gone.at, now)} by {gone.by}{said}"
