"""subscribers: who gets the lists, and on whose word."""

from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, fail, open_config, open_store

app = typer.Typer(help="Who gets the lists.", no_args_is_help=True, rich_markup_mode=None)


@app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="E-mail address.")],
    to: Annotated[str, typer.Option("--list", help="Id of a list.")],
    consent: Annotated[str, typer.Option(help='Where they agreed, such as "form of 3 May 2026".')],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Subscribe an address that has agreed; the source of its consent is kept."""
    from briefing import enrol
    from briefing.clock import utc_now
    from briefing.errors import BriefingError

    lists = open_config(config).lists
    try:
        with open_store(database) as store, store.transaction() as session:
            enrol.add(session, lists=lists, address=address, to=to, consent=consent, now=utc_now())
    except BriefingError as error:
        raise fail(str(error), code=Exit.USAGE) from error
    if json:
        output.as_json({"subscribed": address, "list": to})
    else:
        output.say(f"{address} is subscribed to {to}")


@app.command("list")
def show(
    to: Annotated[str | None, typer.Option("--list", help="Only this list.")] = None,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List subscriptions with state, since when, and the source of consent."""
    from briefing.store import audience

    with open_store(database) as store, store.reading() as session:
        found = audience.listing(session, list=to)
    if json:
        output.as_json(found)
    else:
        rows = [(s.address, s.list, s.state, s.since.date() if s.since else "-", s.consent) for s in found]
        output.table(rows, empty="no subscribers; briefing subscribers add ADDRESS --list ID --consent SOURCE")


@app.command("remove")
def remove(
    address: Annotated[str, typer.Argument(help="E-mail address.")],
    to: Annotated[str | None, typer.Option("--list", help="Only from this list; default: from all.")] = None,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Unsubscribe an address."""
    from briefing import enrol
    from briefing.clock import utc_now
    from briefing.errors import BriefingError

    try:
        with open_store(database) as store, store.transaction() as session:
            count = enrol.remove(session, address=address, to=to, now=utc_now())
    except BriefingError as error:
        raise fail(str(error), hint="briefing subscribers list") from error
    if json:
        output.as_json({"unsubscribed": address, "lists": count})
    else:
        output.say(f"{address} is unsubscribed from {count} list{'s' * (count != 1)}")
