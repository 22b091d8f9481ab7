"""channels: where alerts can go, whether they arrive, and how each stands."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, count, known, open_config, open_store
from briefing.cli.run import serve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from briefing.config.grammar import Config
    from briefing.model import LaneStanding

ChannelName = Annotated[
    str, typer.Argument(metavar="CHANNEL", autocompletion=ids_of("channels"), help="Id of a channel.")
]
app = typer.Typer(help="Where alerts can go.", no_args_is_help=True)


@app.command("list", epilog="Example: briefing channels list")
def show(config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """List the channels: how many routes lead to each, whether it is live, and what waits for it."""
    from briefing.clock import utc_now

    checked = open_config(config)
    with open_store(database) as store, store.reading() as session:
        rows = [facts(name, checked, *stored) for stored in (_stored(session),) for name in checked.channels]
    if json:
        output.as_json(rows)
    else:
        now = utc_now()
        lines = [
            (row["channel"], row["type"], count(row["routes"], "route"), said(row, now), _waits(row)) for row in rows
        ]
        output.table(lines, empty=f"no channels; add one under channels: in {config}")


def _stored(session: "Session") -> "tuple[dict[str, LaneStanding], dict[str, int]]":
    from briefing.store import channels

    return channels.standings(session), channels.waiting(session)


def facts(
    name: str, config: "Config", standings: "Mapping[str, LaneStanding]", waiting: "Mapping[str, int]"
) -> dict[str, Any]:
    """Return how a channel stands, as `--json` prints it; mail has no standing, for no far end of it is the channel."""
    from briefing.config.alerts import every
    from briefing.model import WELL

    stands = standings.get(name, WELL)
    return {
        "channel": name,
        "type": config.channels[name].type,
        "routes": sum(name in route.to for route in every(config.routes)),
        "state": "disabled" if stands.disabled_at else "failing" if stands.since else "live",
        "since": stands.since,
        "disabled_at": stands.disabled_at,
        "failures": stands.failures,
        "error": stands.reason,
        "next_try": stands.until,
        "waiting": waiting.get(name, 0),
    }


def said(row: "Mapping[str, Any]", now: "datetime") -> str:
    """Say how a channel stands."""
    if row["state"] == "live":
        return "live"
    again = "" if row["disabled_at"] or not row["next_try"] else f", next try {output.ago(row['next_try'], now)}"
    since = output.span(now - (row["disabled_at"] or row["since"]))
    return output.plain(f"{row['state']} for {since}: {row['error']}{again}")


def _waits(row: "Mapping[str, Any]") -> str:
    return f"{row['waiting']:,} waiting" if row["waiting"] else ""


@app.command("enable", epilog="Example: briefing channels enable newsroom")
def enable(name: ChannelName, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Make a channel live again that was disabled, or that waits after failures; what is due there goes out."""
    from briefing import breaker, compiled
    from briefing.clock import utc_now
    from briefing.store import engine

    checked, now = open_config(config), utc_now()
    known("channel", name, checked.channels, otherwise=f"add one under channels: in {config}")
    posted = compiled.letters(checked, config.resolve().parent, compiled.unstored)
    with open_store(database) as store, store.transaction() as session:
        teller = compiled.teller(checked, posted, engine.secret(session))
        breaker.align(session, teller=teller, now=now)
        before = breaker.enable(session, channel=name, teller=teller, now=now)
    if json:
        output.as_json({"enabled": name, "before": before})
    else:
        output.say(f"{name} is live" + ("; what is due goes out" if before.since else ", as it was"))


@app.command("test", epilog="Example: briefing channels test newsroom")
def test(
    name: ChannelName,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send one message, marked as a test, to a channel through the outbox."""
    known("channel", name, open_config(config).channels, otherwise=f"add one under channels: in {config}")
    rows = serve(config, database, lambda service, _: service.test_channel(name), quiet=True)
    if json:
        output.as_json(rows)
    else:
        lines = [
            (row.id, row.state, row.recipient.address if row.recipient else name, row.last_error or "") for row in rows
        ]
        output.table(lines, empty="")
    if any(row.state == "pending" for row in rows):
        output.note(f"it waits, for {name} fails or is disabled; briefing channels enable {name} tries it at once")
    if any(row.state != "sent" for row in rows):
        raise typer.Exit(Exit.FAILED)
