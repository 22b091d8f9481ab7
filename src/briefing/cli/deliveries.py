"""deliveries: what waits, what was sent, what is dead, and sending it again."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import DATABASE, Database, Json, count, open_store

if TYPE_CHECKING:
    from briefing.model import Delivery

app = typer.Typer(help="What was sent, what waits, what is dead.", no_args_is_help=True)


@app.command("list", epilog="Example: briefing deliveries list --failed")
def show(
    failed: Annotated[bool, typer.Option("--failed", help="Only what is dead or being retried.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="At most so many.")] = 50,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List deliveries, newest first: state, address, what it carries, attempts, and the last error."""
    from briefing.clock import utc_now
    from briefing.model import DeliveryState
    from briefing.store import outbox

    states = (DeliveryState.DEAD, DeliveryState.RETRY) if failed else tuple(DeliveryState)
    with open_store(database) as store, store.reading() as session:
        found = outbox.listing(session, states=states, limit=limit)
    if json:
        output.as_json(found)
    else:
        now = utc_now()
        empty = "nothing is dead or being retried" if failed else "no deliveries yet"
        output.table((_row(delivery, now) for delivery in found), empty=empty)


def _row(delivery: "Delivery", now: datetime) -> tuple[object, ...]:
    return (
        delivery.id,
        delivery.state,
        delivery.recipient.address if delivery.recipient else delivery.channel,
        _carries(delivery),
        count(delivery.attempts, "attempt"),
        _when(delivery, now),
        f"told in {delivery.carrier}" if delivery.carrier else delivery.last_error or "",
    )


def _carries(delivery: "Delivery") -> str:
    """Name the issue or event, without the moment that an event's key may end in."""
    if delivery.issue:
        return f"issue {delivery.issue}"
    return re.sub(r":\d{4}-\d\d-\d\dT.*", "", delivery.event or "test").replace(":", " ")


def _when(delivery: "Delivery", now: datetime) -> str:
    match delivery.state:
        case "retry":
            return f"again {output.ago(delivery.next_attempt_at, now)}" if delivery.next_attempt_at > now else "due"
        case "sent":
            return output.ago(delivery.sent_at, now)
        case _:
            return f"made {output.ago(delivery.created_at, now)}"


@app.command("retry", epilog="Example: briefing deliveries retry 17 18")
def retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID", help="Ids of dead deliveries.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Put dead deliveries back into the outbox, under the same Message-ID; those being retried need wait no longer."""
    from briefing.clock import utc_now
    from briefing.model import DeliveryId
    from briefing.store import outbox

    wanted = {DeliveryId(one) for one in ids or ()}
    if bool(wanted) == everything:
        raise Failure("name the deliveries, or say --all", hint="briefing deliveries list --failed", code=Exit.USAGE)
    with open_store(database) as store, store.transaction() as session:
        back = outbox.retry(session, ids=None if everything else wanted, now=utc_now())
    missed = 0 if everything else len(wanted) - back
    if missed and not back:
        raise Failure("none of these is dead or being retried", hint="briefing deliveries list --failed")
    if json:
        output.as_json({"retried": back, "missed": missed})
    else:
        output.say(f"{back} put back; briefing run sends them" if back else "nothing is dead")
    if missed:
        output.note(f"{missed} of {len(wanted)} are not dead, nor being retried")
        raise typer.Exit(Exit.PARTLY)
