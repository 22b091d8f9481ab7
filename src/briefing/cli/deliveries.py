"""deliveries: who got what and who did not, every attempt at it, and sending it again or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from briefing.cli import output
from briefing.cli.delivery_lines import lines, row
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    Yes,
    count,
    open_store,
    person,
)
from briefing.cli.which import Asked, Ids, OfChannel, OfIssue, Since, To, identified, named, wanted_by

if TYPE_CHECKING:
    from briefing.model import Act, DeliveryId

app = typer.Typer(help="Who got what, what waits, what is dead.", no_args_is_help=True)
_LIST = "briefing deliveries list shows the ids"
_FEW = 10  # deliveries that are sent again, or not at all, without a question


class Words(NamedTuple):
    """What is said of an act."""

    question: str
    done: str
    nothing: str
    unfit: str


_WORDS = {
    "retried": Words(
        "Send {} again?", "put back; briefing run sends them", "nothing is dead", "dead, nor being retried"
    ),
    "replayed": Words(
        "Send {} again, also what arrived? Who looks at Message-ID or webhook-id drops it; a chat shows it twice.",
        "owed again; briefing run sends them",
        "nothing was sent or is dead",
        "sent, nor dead",
    ),
    "cancelled": Words("Send {} to nobody?", "cancelled", "nothing waits", "waiting to be sent by themselves"),
}


@app.command("list", epilog="Example: briefing deliveries list --failed --channel desk --since 2d")
def show_all(
    failed: Annotated[bool, typer.Option("--failed", help="Only what is dead or being retried.")] = False,
    silenced: Annotated[bool, typer.Option("--silenced", help="Only what a silence holds.")] = False,
    issue: OfIssue = None,
    channel: OfChannel = None,
    to: To = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most so many.")] = 50,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List deliveries, newest first: state, address, what it carries, attempts, and the last error."""
    from dataclasses import replace

    from briefing.clock import utc_now
    from briefing.model import DeliveryState
    from briefing.store import deliveries, issues

    now = utc_now()
    states = {DeliveryState.DEAD, DeliveryState.RETRY} if failed else set()
    states |= {DeliveryState.SILENCED} if silenced else set()
    with open_store(database) as store, store.reading() as session:
        wanted = replace(
            wanted_by(session, Asked(issue, channel, to, since), config, now), states=frozenset(states) or None
        )
        found = deliveries.listing(session, wanted=wanted, limit=limit)
        many = deliveries.counts(session, wanted=wanted)
        names = issues.names(session, issues={one.issue for one in found if one.issue})
    if json:
        output.as_json(found)
        return
    empty = "nothing of that kind" if states else "no deliveries yet"
    output.table((row(delivery, names, now) for delivery in found), empty=empty)
    if found:
        shown = f"{len(found):,} of " if len(found) < sum(many.values()) else ""
        output.note(f"{shown}{sum(many.values()):,}: " + " · ".join(f"{n:,} {state}" for state, n in many.items()))


@app.command("show", epilog="Example: briefing deliveries show 17")
def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="Id of a delivery.")],
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show one delivery: to whom, what it carries, every attempt with its verdict, and what was done by hand."""
    from briefing import acknowledged
    from briefing.clock import utc_now
    from briefing.model import DeliveryId, Wanted
    from briefing.store import deliveries, issues, outbox

    one = DeliveryId(number)
    with open_store(database) as store, store.reading() as session:
        found = deliveries.listing(session, wanted=Wanted(frozenset({one})))
        attempts = deliveries.attempts(session, delivery=one)
        carried = deliveries.listing(session, wanted=Wanted(carrier=one), limit=1_000)
        names = issues.names(session, issues={each.issue for each in found if each.issue})
        events = outbox.events(session, keys=[each.event for each in found if each.event])
        heard = next((by for event in events if (by := acknowledged.by(session, event))), None)
    if not found:
        raise Failure(f"no delivery {number}", hint=_LIST)
    if json:
        output.as_json(
            {
                "delivery": found[0],
                "attempts": attempts,
                "carries": [each.id for each in carried],
                "acknowledged": heard,
            }
        )
        return
    for line in lines(found[0], attempts, carried, names, utc_now(), heard):
        output.say(output.plain(line))


@app.command("retry", epilog="Example: briefing deliveries retry --issue daily/12")
def retry(
    ids: Ids = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    issue: OfIssue = None,
    channel: OfChannel = None,
    to: To = None,
    since: Since = None,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send what is dead again, under the same Message-ID or webhook-id, to nobody who has it.

    What is being retried need wait no longer, if it is named; what was cancelled comes back only by its name.
    """
    from briefing.model import Act

    asked = Asked(issue, channel, to, since)
    if bool(ids) + everything + any(asked) != 1:
        message = "name the deliveries, or say --all, or which: --issue, --channel, --to, --since"
        raise Failure(message, hint="briefing deliveries list --failed", code=Exit.USAGE)
    _perform(Act.RETRIED, ids, asked, config, database, yes=yes, json=json)


@app.command("replay", epilog="Example: briefing deliveries replay --channel hook --since 2d")
def replay(
    ids: Ids = None,
    issue: OfIssue = None,
    channel: OfChannel = None,
    to: To = None,
    since: Since = None,
    anew: Annotated[
        bool, typer.Option("--new-id", help="Under new Message-IDs and webhook-ids, as messages never seen.")
    ] = False,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send again what was sent, and what is dead, of a channel, an issue or an address: the far end has lost it.

    It goes under the same Message-ID or webhook-id, so that whoever has it may know it. What is owed already stays so.
    """
    from briefing.model import Act

    asked = Asked(issue, channel, to, since)
    if bool(ids) == any(asked) or not (ids or issue or channel or to):
        raise Failure("name the deliveries, or say --issue, --channel or --to", hint=_LIST, code=Exit.USAGE)
    _perform(Act.REPLAYED, ids, asked, config, database, yes=yes, json=json, anew=anew)


@app.command("cancel", epilog="Example: briefing deliveries cancel --channel desk")
def cancel(
    ids: Ids = None,
    issue: OfIssue = None,
    channel: OfChannel = None,
    to: To = None,
    since: Since = None,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send what waits, or is being retried, to nobody; what is on its way already arrives."""
    from briefing.model import Act

    asked = Asked(issue, channel, to, since)
    if bool(ids) == any(asked):
        message = "name the deliveries, or say which: --issue, --channel, --to, --since"
        raise Failure(message, hint=_LIST, code=Exit.USAGE)
    _perform(Act.CANCELLED, ids, asked, config, database, yes=yes, json=json)


def _perform(
    act: "Act",
    ids: list[int] | None,
    asked: Asked,
    config: Path,
    database: str,
    *,
    yes: bool,
    json: bool,
    anew: bool = False,
) -> None:
    from briefing.clock import utc_now
    from briefing.store import deliveries

    words, now = _WORDS[act], utc_now()
    with open_store(database) as store:
        with store.reading() as session:
            wanted = named(ids) if ids else wanted_by(session, asked, config, now)
            many = len(deliveries.subject(session, act=act, wanted=wanted))
            told_in = {one.id: one.carrier for one in deliveries.listing(session, wanted=wanted)} if ids else {}
        question = words.question.format(count(many, "delivery"))
        if many > _FEW and not (yes or output.agreed(question)):
            raise Failure("nothing was done")
        with store.transaction() as session:
            done = deliveries.perform(session, act=act, by=person(), now=now, wanted=wanted, anew=anew)
    _tell(
        act, done, [one for one in ids or () if one not in done and told_in.get(identified(one)) not in done], json=json
    )


def _tell(act: "Act", done: "frozenset[DeliveryId]", missed: list[int], *, json: bool) -> None:
    words = _WORDS[act]
    if missed and not done:
        raise Failure(f"none of these is {words.unfit.replace(', nor', ' or')}", hint="briefing deliveries list")
    if json:
        output.as_json({act.value: len(done), "missed": len(missed)})
    else:
        output.say(f"{len(done):,} {words.done}" if done else words.nothing)
    if missed:
        output.note(f"{', '.join(map(str, missed))}: not {words.unfit}")
        raise typer.Exit(Exit.PARTLY)
