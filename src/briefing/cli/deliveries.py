"""deliveries: what waits, what was sent, what is dead, and sending it again."""

from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.options import DATABASE, Database, Exit, Json, fail, open_store

app = typer.Typer(help="What was sent, what waits, what is dead.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def show(
    failed: Annotated[bool, typer.Option("--failed", help="Only what is dead or being retried.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List deliveries, newest first."""
    from briefing.clock import utc_now
    from briefing.model import DeliveryState
    from briefing.store import outbox

    states = (DeliveryState.DEAD, DeliveryState.RETRY) if failed else tuple(DeliveryState)
    with open_store(database) as store, store.reading() as session:
        found = outbox.listing(session, states=states, limit=limit)
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [
        (
            d.id,
            d.state,
            d.recipient.address if d.recipient else d.channel,
            f"issue {d.issue}" if d.issue else d.event,
            f"{d.attempts} attempt{'s' * (d.attempts != 1)}",
            output.ago(d.sent_at or d.created_at, now),
            d.last_error or "",
        )
        for d in found
    ]
    output.table(rows, empty="no dead or retried deliveries" if failed else "no deliveries yet")


@app.command("retry")
def retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Ids of dead deliveries.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Put dead deliveries back into the outbox, under the same Message-ID."""
    from briefing.clock import utc_now
    from briefing.model import DeliveryId
    from briefing.store import outbox

    if bool(ids) == everything:
        raise fail("name the deliveries, or say --all", hint="briefing deliveries list --failed", code=Exit.USAGE)
    with open_store(database) as store, store.transaction() as session:
        count = outbox.retry(session, ids=None if everything else [DeliveryId(one) for one in ids or ()], now=utc_now())
    if json:
        output.as_json({"retried": count})
    else:
        output.say(f"{count} put back; briefing run sends them")
    if not count:
        raise typer.Exit(Exit.FAILED)
