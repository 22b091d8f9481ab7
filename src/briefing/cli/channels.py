"""channels: where alerts can go, and whether they arrive."""

from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, fail, open_config
from briefing.cli.run import serve

if TYPE_CHECKING:
    from briefing.model import Delivery
    from briefing.service import Service

app = typer.Typer(help="Where alerts can go.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def show(config: ConfigPath = CONFIG, json: Json = False) -> None:
    """List the channels and the routes that lead to them."""
    checked = open_config(config)
    rows = [
        (name, channel.type, sum(name in route.to for route in checked.routes))
        for name, channel in checked.channels.items()
    ]
    if json:
        output.as_json([{"channel": name, "type": kind, "routes": count} for name, kind, count in rows])
    else:
        output.table(
            [(n, k, f"{c} route{'s' * (c != 1)}") for n, k, c in rows],
            empty="no channels; see docs/feeds.reference.yaml",
        )


@app.command("test")
def test(
    name: Annotated[str, typer.Argument(help="Id of a channel.")],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send one message, marked as a test, through the outbox to a channel."""
    known = open_config(config).channels
    if name not in known:
        raise fail(f"no channel named {name}", hint="known: " + (", ".join(known) or "none"), code=Exit.USAGE)
    rows = serve(config, database, lambda service: _test(service, name), quiet=True)
    if json:
        output.as_json(rows)
    else:
        output.table(
            [(d.id, d.state, d.channel, d.last_error or "") for d in rows], empty=f"{name} cannot be sent to yet"
        )
    if not rows or any(d.state != "sent" for d in rows):
        raise typer.Exit(Exit.FAILED)


async def _test(service: "Service", name: str) -> "list[Delivery]":
    return list(await service.test_channel(name))
