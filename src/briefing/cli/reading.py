"""stories: where each series stands."""

from typing import Annotated

import typer

from briefing.cli import ledger as words
from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, known, open_config, open_store

StoryName = Annotated[
    str | None,
    typer.Argument(
        metavar="STORY", autocompletion=ids_of("stories"), help="Id of a story; default: all.", show_default=False
    ),
]


def stories(
    story: StoryName = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show the stories: their series, what was promised, what is still awaited, overdue or missing."""
    from briefing.clock import utc_now
    from briefing.model import StoryId
    from briefing.store import stories as stored

    told = open_config(config).stories
    names = [known("story", story, told)] if story else list(told)
    with open_store(database) as store, store.reading() as session:
        ledgers = {name: stored.standing(session, story=StoryId(name)) for name in names}
    if json:
        output.as_json([{"story": n, "title": told[n].title, "series": s} for n, s in ledgers.items()])
        return
    if not names:
        output.note(f"no stories; add one under stories: in {config}, or briefing follow URL")
    now = utc_now()
    for name, ledger in ledgers.items():
        output.say(output.plain(f"{name}  {told[name].title}" + ("" if ledger else "  (no series seen)")))
        for series in ledger:
            output.say(output.plain(f"  {words.heading(series)}"))
            for line in words.lines(series, told[name].series, now):
                output.say(output.plain(f"    {line}"))
