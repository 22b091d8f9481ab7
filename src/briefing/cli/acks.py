"""acks: who looks after what alerts were about, and taking that back."""

from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import DATABASE, Database, Json, open_store

if TYPE_CHECKING:
    from briefing.model import Acknowledgement

app = typer.Typer(help="Who looks after what alerts were about.", no_args_is_help=True)


@app.command("list", epilog="Example: briefing acks list --json")
def show_all(database: Database = DATABASE, json: Json = False) -> None:
    """List what was acknowledged from alerts, latest first: id, when, who, what, and the alert they answered."""
    from briefing.clock import utc_now
    from briefing.store import acknowledgements

    with open_store(database) as store, store.reading() as session:
        found = acknowledgements.listing(session)
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = ((one.id, output.ago(one.at, now), named(one), one.subject, one.event) for one in found)
    output.table(rows, empty="nothing was acknowledged")


@app.command("remove", epilog="Example: briefing acks remove 3")
def remove(
    numbers: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids of acknowledgements.")],
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Take acknowledgements back: later alerts do not name them, and routes repeat again."""
    from briefing.model import AcknowledgementId
    from briefing.store import acknowledgements

    with open_store(database) as store, store.transaction() as session:
        done = acknowledgements.remove(session, ids=[AcknowledgementId(one) for one in numbers])
    missed = [one for one in numbers if one not in done]
    if missed and not done:
        raise Failure("none of these is an acknowledgement", hint="briefing acks list shows the ids")
    if json:
        output.as_json({"removed": sorted(done), "missed": missed})
    else:
        output.say(f"{', '.join(map(str, sorted(done)))} taken back")
    if missed:
        output.note(f"{', '.join(map(str, missed))}: no acknowledgement")
        raise typer.Exit(Exit.PARTLY)


def named(one: "Acknowledgement") -> str:
    """Name who acknowledged, else where they read it."""
    return one.by or f"somebody in {one.channel}"
