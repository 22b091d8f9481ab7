"""db: the database's tables."""

import typer

from briefing.cli import output
from briefing.cli.options import DATABASE, Database, Json, open_store

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command("upgrade", epilog="Example: briefing db upgrade --database sqlite:////var/lib/briefing/briefing.db")
def upgrade(database: Database = DATABASE, json: Json = False) -> None:
    """Bring the tables up to date; every command does so when it starts."""
    with open_store(database) as store:
        revision = store.revision()
    if json:
        output.as_json({"revision": revision})
    else:
        output.say(f"tables are at {revision}")
