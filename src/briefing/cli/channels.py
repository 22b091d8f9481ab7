"""channels: where alerts can go, and whether they arrive."""

from typing import Annotated

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, count, known, open_config
from briefing.cli.run import serve

app = typer.Typer(help="Where alerts can go.", no_args_is_help=True)


@app.command("list", epilog="Example: briefing channels list")
def show(config: ConfigPath = CONFIG, json: Json = False) -> None:
    """List the channels and how many routes lead to each."""
    checked = open_config(config)
    rows = [
        (name, channel.type, sum(name in route.to for route in checked.routes))
        for name, channel in checked.channels.items()
    ]
    if json:
        output.as_json([{"channel": name, "type": kind, "routes": routes} for name, kind, routes in rows])
    else:
        lines = [(name, kind, count(routes, "route")) for name, kind, routes in rows]
        output.table(lines, empty=f"no channels; add one under channels: in {config}")


@app.command("test", epilog="Example: briefing channels test newsroom")
def test(
    name: Annotated[str, typer.Argument(metavar="CHANNEL", autocompletion=ids_of("channels"), help="Id of a channel.")],
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
    if any(row.state != "sent" for row in rows):
        raise typer.Exit(Exit.FAILED)
