"""subscribers: who gets the lists, and on whose word."""

from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, count, known, open_config, open_store

app = typer.Typer(help="Who gets the lists.", no_args_is_help=True)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")]


@app.command("add", epilog='Example: briefing subscribers add ann@example.org --list iran --consent "form of 3 May"')
def add(
    address: Address,
    to: Annotated[str, typer.Option("--list", metavar="ID", help="Id of a list.")],
    consent: Annotated[str, typer.Option(metavar="SOURCE", help='Where they agreed, such as "form of 3 May 2026".')],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Subscribe an address that has agreed; the source of its consent is kept."""
    from briefing import enrol
    from briefing.clock import utc_now

    lists = open_config(config).lists
    known("list", to, lists, otherwise=f"add one under lists: in {config}")
    try:
        with open_store(database) as store, store.transaction() as session:
            enrol.add(session, lists=lists, address=address, to=to, consent=consent, now=utc_now())
    except enrol.EnrolError as error:
        raise Failure(str(error), code=Exit.USAGE) from error
    if json:
        output.as_json({"subscribed": address, "list": to})
    else:
        output.say(f"{address} is subscribed to {to}")


@app.command("list", epilog="Example: briefing subscribers list --list iran")
def show(
    to: Annotated[str | None, typer.Option("--list", metavar="ID", help="Only this list.")] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List subscriptions with state, since when, and the source of consent."""
    from briefing.clock import utc_now
    from briefing.store import audience

    with open_store(database) as store, store.reading() as session:
        found = audience.listing(session, list=to)
    if to and not found:
        known("list", to, open_config(config).lists)
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [
        (s.address, s.list, s.state + ", suppressed" * s.suppressed, output.ago(s.since, now), s.consent) for s in found
    ]
    output.table(rows, empty="no subscribers; briefing subscribers add ADDRESS --list ID --consent SOURCE")


@app.command("remove", epilog="Example: briefing subscribers remove ann@example.org")
def remove(
    address: Address,
    to: Annotated[
        str | None, typer.Option("--list", metavar="ID", help="Only from this list; default: from all.")
    ] = None,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Unsubscribe an address."""
    from briefing import enrol
    from briefing.clock import utc_now

    try:
        with open_store(database) as store, store.transaction() as session:
            lists = enrol.remove(session, address=address, to=to, now=utc_now())
    except enrol.EnrolError as error:
        raise Failure(str(error), hint="briefing subscribers list") from error
    if json:
        output.as_json({"unsubscribed": address, "lists": lists})
    else:
        output.say(f"{address} is unsubscribed from {count(lists, 'list')}")
