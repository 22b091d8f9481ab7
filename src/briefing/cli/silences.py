"""silences: muting alerts for a time, with who said so and why."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.facts import fact
from briefing.cli.failure import Exit, Failure
from briefing.cli.moments import moment
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    count,
    open_config,
    open_store,
    period,
    person,
)

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.model import Matchers, Silence

app = typer.Typer(help="Mute alerts for a time.", no_args_is_help=True)
_EXAMPLE = "briefing silences add story=ID event=item --for 8h"
_LIST = "briefing silences list shows the ids"
_PREVIEW = timedelta(days=7)
Facts = Annotated[
    list[str],
    typer.Argument(metavar="KEY=VALUE...", help="Which alerts: event, story, series, feed, language, subject."),
]
Number = Annotated[int, typer.Argument(metavar="ID", help="Id of a silence.")]


@app.command(
    "add", epilog='Example: briefing silences add story=docks event=item --for 8h --comment "we follow it by hand"'
)
def add(
    facts: Facts,
    lasts: Annotated[
        timedelta | None,
        typer.Option("--for", parser=period, metavar="PERIOD", help="How long, such as 8h; default: 1h."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help='Until when, such as "2026-12-24 08:00" or 08:00.')
    ] = None,
    starts: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when on; default: from now on.")
    ] = None,
    comment: Annotated[str, typer.Option("--comment", metavar="WORDS", help="Why.")] = "",
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so; default: you.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would have held in the last week; add nothing.")
    ] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send alerts that fit to nobody for a time; issues go out as ever, and what is held stays in the ledger.

    Every KEY that is given must hold, by any one of its values. Times are on the site's clock. What waits already, in
    quiet hours or for a retry, is held too; what was held is not sent afterwards.
    """
    from briefing import mute
    from briefing.clock import utc_now
    from briefing.model import NewSilence

    checked, now = open_config(config), utc_now()
    first, last = _span(lasts, until, starts, checked.site.timezone, now)
    new = NewSilence(_matchers(facts, checked), by or person(), first, last, comment.strip())
    with open_store(database) as store:
        with store.reading() as session:
            held, told = mute.rehearse(session, new=new, since=now - _PREVIEW)
        made, waited = None, 0
        if not dry_run:
            with store.transaction() as session:
                made, waited = mute.add(session, new=new, now=now)
    if json:
        output.as_json({"silence": made or new, "held": waited, "last_week": {"held": held, "of": told}})
        return
    if made:
        output.say(output.plain(_row(made, now)))
    output.note(f"it would have held {held:,} of {count(told, 'alert')} in the last 7 days")
    if waited:
        output.note(f"what waited is held too: {count(waited, 'delivery')}")


@app.command("list", epilog="Example: briefing silences list --all")
def show_all(
    everything: Annotated[bool, typer.Option("--all", help="Those that expired in the last 30 days, too.")] = False,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List silences that hold or are to come: id, state, which alerts, until when, whose, why."""
    from briefing.clock import utc_now
    from briefing.store import silences

    now = utc_now()
    with open_store(database) as store, store.reading() as session:
        found = silences.listing(session, after=None if everything else now)
    if json:
        output.as_json([_told(one, now) for one in found])
        return
    rows = ((one.id, one.state(now), _said(one.matchers), _when(one, now), one.by, one.comment) for one in found)
    output.table(rows, empty=f"no silences; {_EXAMPLE}")


@app.command("show", epilog="Example: briefing silences show 3")
def show(number: Number, database: Database = DATABASE, json: Json = False) -> None:
    """Show one silence, and how many deliveries it holds."""
    from briefing.clock import utc_now
    from briefing.edit.silence import mark
    from briefing.model import SilenceId
    from briefing.store import silences

    now = utc_now()
    with open_store(database) as store, store.reading() as session:
        one = silences.found(session, silence=SilenceId(number))
        held = silences.muted(session, reason=f"{mark(one)} by ") if one else 0
    if one is None:
        raise Failure(f"no silence {number}", hint=f"{_LIST}; what expired 30 days ago is forgotten")
    if json:
        output.as_json(_told(one, now) | {"held": held})
        return
    output.say(output.plain(_row(one, now)))
    output.say(f"  from {one.starts:%Y-%m-%d %H:%M}Z until {one.expires:%Y-%m-%d %H:%M}Z")
    output.say(f"  holds {count(held, 'delivery')}")


@app.command("expire", epilog="Example: briefing silences expire 3")
def expire(
    numbers: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids of silences.")],
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Let silences end now, or never begin; what they held is not sent."""
    from briefing.clock import utc_now
    from briefing.model import SilenceId
    from briefing.store import silences

    with open_store(database) as store, store.transaction() as session:
        done = silences.expire(session, silences=[SilenceId(one) for one in numbers], now=utc_now())
    missed = [one for one in numbers if one not in done]
    if missed and not done:
        raise Failure("none of these is a silence that holds or is to come", hint=_LIST)
    if json:
        output.as_json({"expired": sorted(done), "missed": missed})
    else:
        output.say(f"{', '.join(map(str, sorted(done)))} expired")
    if missed:
        output.note(f"{', '.join(map(str, missed))}: no silence that holds or is to come")
        raise typer.Exit(Exit.PARTLY)


def _span(
    lasts: timedelta | None, until: str | None, starts: str | None, zone: str, now: datetime
) -> tuple[datetime, datetime]:
    if lasts and until:
        raise Failure("--for and --until say the same; give one of the two", hint=_EXAMPLE, code=Exit.USAGE)
    first = moment(starts, zone, after=now) if starts else now
    last = moment(until, zone, after=first) if until else first + (lasts or timedelta(hours=1))
    if last <= max(first, now):
        raise Failure("this silence ends before it begins", hint=f"it is {now:%Y-%m-%d %H:%M}Z now", code=Exit.USAGE)
    return first, last


def _matchers(facts: list[str], config: "Config") -> "Matchers":
    from briefing.model import Matchers

    given: dict[str, list[str]] = {}
    for one in facts:
        key, value = fact(one, config, Matchers.__dataclass_fields__, example=_EXAMPLE)
        given.setdefault(key, []).append(value)
    return Matchers(**{key: tuple(dict.fromkeys(values)) for key, values in given.items()})


def _told(one: "Silence", now: datetime) -> dict[str, object]:
    return {"state": one.state(now), **asdict(one)}


def _row(one: "Silence", now: datetime) -> str:
    why = f": {one.comment}" if one.comment else ""
    return f"{one.id}  {one.state(now)}  {_said(one.matchers)}  {_when(one, now)}, by {one.by}{why}"


def _when(one: "Silence", now: datetime) -> str:
    match one.state(now):
        case "pending":
            return f"begins {output.ago(one.starts, now)}"
        case "active":
            return f"ends {output.ago(one.expires, now)}"
        case _:
            return f"ended {output.ago(one.expires, now)}"


def _said(matchers: "Matchers") -> str:
    """Write matchers as they are given."""
    return " ".join(f"{key}={value}" for key, values in asdict(matchers).items() for value in values)
