"""series: what is awaited and why, and a person's word on it, which no reading of a feed undoes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import ledger, output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, known, open_config, open_store
from briefing.cli.reading import StoryName

if TYPE_CHECKING:
    from sqlmodel import Session

    from briefing.config.grammar import Story
    from briefing.model import Series

app = typer.Typer(help="What is awaited, and your word on it.", no_args_is_help=True)
_ID = re.compile(r"(?P<kind>[sp])(?P<number>[1-9][0-9]{0,9})", re.IGNORECASE)
_LIST = "briefing series list shows the ids, such as s7 and p12"
Ids = Annotated[list[str], typer.Argument(metavar="ID", help="Ids of series (s7) or promises (p12).")]
Number = Annotated[str, typer.Argument(metavar="SERIES", help="Id of a series, such as s7.")]


@app.command("list", epilog="Example: briefing series list moscow-contingency")
def show_all(
    story: StoryName = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List series and what they owe, a line each, the id first; with those that were rejected."""
    from briefing.clock import utc_now
    from briefing.model import StoryId
    from briefing.store import stories as stored

    told = open_config(config).stories
    names = [known("story", story, told)] if story else list(told)
    with open_store(database) as store, store.reading() as session:
        found = [one for name in names for one in stored.ledger(session, story=StoryId(name))]
    if json:
        output.as_json(found)
        return
    now = utc_now()
    for series in found:
        output.say(output.plain(f"{ledger.heading(series)} · {series.story}"))
        rule = told[series.story].series
        after = rule.remind_after if rule else None
        for promise in series.promises:
            if promise.state == "awaited":
                output.say(output.plain(f"  {ledger.promise(series, promise, after, now)}"))
    if not found:
        output.note("no series yet; a story with series: {} follows them")


@app.command("show", epilog="Example: briefing series show s7")
def show(
    which: Annotated[str, typer.Argument(metavar="ID", help="Id of a series (s7) or of a promise of it (p12).")],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Show one series: its parts, what was promised, what became of it and why we believe so."""
    from briefing.model import PromiseId, SeriesId
    from briefing.store import stories as stored

    kind, number = _id(which)
    told = open_config(config).stories
    with open_store(database) as store, store.reading() as session:
        if kind == "s":
            found = stored.series(session, number=SeriesId(number))
        else:
            found = stored.series_of(session, promise=PromiseId(number))
    if found is None:
        raise Failure(f"no {'series' if kind == 's' else 'promise'} {which}", hint=_LIST)
    _print(found, told, json=json)


@app.command("confirm", epilog="Example: briefing series confirm s7 p12")
def confirm(ids: Ids, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Say that a series is one, that a promise is one, or that it was kept by that item; takes a rejection back."""
    from briefing.detect import rulings

    _say(ids, rulings.confirm_series, rulings.confirm, config, database, json=json)


@app.command("reject", epilog="Example: briefing series reject p12")
def reject(ids: Ids, config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Say that a series is none, that a promise is none, or that it was not kept by that item: it is awaited again."""
    from briefing.detect import rulings

    _say(ids, rulings.reject_series, rulings.reject, config, database, json=json)


@app.command("lapse", epilog="Example: briefing series lapse p12")
def lapse(
    ids: Annotated[list[str], typer.Argument(metavar="PROMISE", help="Ids of promises, such as p12.")],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Say that a part is awaited no longer; briefing series confirm awaits it again."""
    from functools import partial

    from briefing.clock import utc_now
    from briefing.detect import rulings

    _say(ids, None, partial(rulings.lapse, now=utc_now()), config, database, json=json)


@app.command("mark", epilog="Example: briefing series mark s7 2 https://example.org/part-two")
def mark(
    series: Number,
    part: Annotated[int, typer.Argument(min=1, metavar="PART", help="Number of the part.")],
    where: Annotated[str, typer.Argument(metavar="URL", help="Address of the part, or the id of its item.")],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Say which part an item is, or where a part lies that no feed brought; its promise is kept by it."""
    from briefing import correct
    from briefing.clock import utc_now
    from briefing.model import SeriesId

    number = SeriesId(_number(series, "s"))
    told = open_config(config).stories
    with _saying(database) as session:
        after, item = correct.mark(session, number, part, where, now=utc_now())
    if item is None:
        output.note("no feed brought this address; if one does, its item becomes this part")
    _print(after, told, json=json)


@app.command("watch", epilog='Example: briefing series watch moscow-contingency "The Praetorian Guard" --part 2')
def watch(
    story: Annotated[str, typer.Argument(metavar="STORY", autocompletion=ids_of("stories"), help="Id of a story.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Words of its title.")],
    part: Annotated[int | None, typer.Option("--part", min=1, metavar="N", help="Its number.")] = None,
    series: Annotated[
        str | None, typer.Option("--series", metavar="SERIES", help="Of this series, such as s7; default: of any.")
    ] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Await a part that nobody promised, by words of its title; it is awaited until you say otherwise."""
    from briefing import correct
    from briefing.clock import utc_now
    from briefing.model import SeriesId, StoryId

    told = open_config(config).stories
    name = StoryId(known("story", story, told))
    if told[name].series is None:
        raise Failure(f"{name} follows no series", hint=f"write series: {{}} under stories: {name}:", code=Exit.USAGE)
    if not re.search(r"\w", title):
        raise Failure("words of the title are needed", code=Exit.USAGE)
    within = SeriesId(_number(series, "s")) if series else None
    with _saying(database) as session:
        after = correct.watch(session, name, title, part=part, within=within, now=utc_now())
    _print(after, told, json=json)


def _say(
    ids: list[str],
    of_series: "Callable[[Series], Series] | None",
    of_promise: Callable[..., "Series"],
    config: Path,
    database: str,
    *,
    json: bool,
) -> None:
    """Say one thing of all that is named, or of nothing."""
    from briefing import correct
    from briefing.model import PromiseId, SeriesId

    named = [("p", _number(one, "p")) if of_series is None else _id(one) for one in ids]
    told = open_config(config).stories
    after: dict[SeriesId | None, Series] = {}
    with _saying(database) as session:
        for kind, number in named:
            if kind == "s" and of_series is not None:
                series = correct.say_of_series(session, SeriesId(number), of_series)
            else:
                series = correct.say_of_promise(session, PromiseId(number), of_promise)
            after[series.id] = series
    if json:
        output.as_json(list(after.values()))
        return
    for series in after.values():
        _print(series, told, json=False)


@contextmanager
def _saying(database: str) -> "Iterator[Session]":
    """Open the transaction in which something is said; what names nothing ends the command, and nothing was said."""
    from briefing.correct import CorrectError

    try:
        with open_store(database) as store, store.transaction() as session:
            yield session
    except CorrectError as error:
        raise Failure(str(error), hint=error.hint) from error


def _print(series: "Series", told: "dict[str, Story]", *, json: bool) -> None:
    from briefing.clock import utc_now

    if json:
        output.as_json(series)
        return
    now, story = utc_now(), told.get(series.story)
    output.say(output.plain(f"{ledger.heading(series)} · {series.story}"))
    for line in ledger.lines(series, story.series if story else None, now):
        output.say(output.plain(f"  {line}"))


def _id(text: str) -> tuple[str, int]:
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise Failure(f'"{text}" is no id of a series or a promise', hint=_LIST, code=Exit.USAGE)
    return found["kind"].lower(), int(found["number"])


def _number(text: str, wanted: str) -> int:
    kind, number = _id(text)
    if kind != wanted:
        nouns = {"s": "a series", "p": "a promise"}
        raise Failure(f"{text} is {nouns[kind]}, and {nouns[wanted]} is asked for", hint=_LIST, code=Exit.USAGE)
    return number
