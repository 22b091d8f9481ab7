"""subscribers: who gets the lists, and on whose word."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import enrolment, output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    Locale,
    Yes,
    count,
    known,
    open_config,
    open_store,
)

if TYPE_CHECKING:
    from briefing.model import Erased
app = typer.Typer(help="Who gets the lists.", no_args_is_help=True)
app.command("import", epilog='Example: briefing subscribers import people.csv --list iran --consent "form of 3 May"')(
    enrolment.import_
)
app.command("export", epilog="Example: briefing subscribers export people.csv --list iran")(enrolment.export)
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")]


@app.command("add", epilog='Example: briefing subscribers add ann@example.org --list iran --consent "form of 3 May"')
def add(
    address: Address,
    to: Annotated[str, typer.Option("--list", metavar="ID", autocompletion=ids_of("lists"), help="Id of a list.")],
    consent: Annotated[str, typer.Option(metavar="SOURCE", help='Where they agreed, such as "form of 3 May 2026".')],
    locale: Locale = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Subscribe an address that has agreed; the source of its consent is kept."""
    from briefing import enrol
    from briefing.clock import utc_now

    lists = open_config(config).lists
    known("list", to, lists, otherwise=f"add one under lists: in {config}")
    try:
        with open_store(database) as store, store.transaction() as session:
            back = enrol.add(
                session, lists=lists, address=address, to=to, consent=consent, now=utc_now(), locale=locale
            )
    except enrol.EnrolError as error:
        raise Failure(str(error), code=Exit.USAGE) from error
    if json:
        output.as_json({"subscribed": address, "list": to})
    else:
        output.say(f"{address} is subscribed to {to}" + ("; it had been erased, and may be written to again" * back))


@app.command("list", epilog="Example: briefing subscribers list --list iran")
def show(
    to: Annotated[
        str | None, typer.Option("--list", metavar="ID", autocompletion=ids_of("lists"), help="Only this list.")
    ] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """List subscriptions with state, since when, and the source of consent."""
    from briefing.clock import utc_now
    from briefing.store import audience

    with open_store(database) as store, store.reading() as session:
        found = audience.listing(session, list=to)
    if to and not found:
        known("list", to, open_config(config).lists)
    if json:
        output.as_json(found)
        return
    now = utc_now()
    rows = [
        (s.address, s.list, s.state + ", suppressed" * s.suppressed, output.ago(s.since, now), s.consent) for s in found
    ]
    output.table(rows, empty="no subscribers; briefing subscribers add ADDRESS --list ID --consent SOURCE")


@app.command("remove", epilog="Example: briefing subscribers remove ann@example.org")
def remove(
    address: Address,
    to: Annotated[
        str | None,
        typer.Option(
            "--list", metavar="ID", autocompletion=ids_of("lists"), help="Only from this list; default: from all."
        ),
    ] = None,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Unsubscribe an address."""
    from briefing import enrol
    from briefing.clock import utc_now

    try:
        with open_store(database) as store, store.transaction() as session:
            lists = enrol.remove(session, address=address, to=to, now=utc_now())
    except enrol.EnrolError as error:
        raise Failure(str(error), hint="briefing subscribers list") from error
    if json:
        output.as_json({"unsubscribed": address, "lists": lists})
    else:
        output.say(f"{address} is unsubscribed from {count(lists, 'list')}")


@app.command("erase", epilog="Example: briefing subscribers erase ann@example.org")
def erase(
    address: Address,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Forget a person: subscriptions go, deliveries stay without a name, and the address is never written to again.

    Only `subscribers add`, with a new consent, undoes the last. What feeds.yaml says of them is told, not changed.
    """
    from briefing import enrol
    from briefing.clock import utc_now

    try:
        spellings = enrol.spellings(address)
        question = f"Forget {address} and never write to it again? What is known of them is gone for good."
        if not (yes or output.agreed(question)):
            raise Failure("nothing was erased")
        with open_store(database) as store, store.transaction() as session:
            done = enrol.erase(session, address=address, now=utc_now())
    except enrol.EnrolError as error:
        raise Failure(str(error), code=Exit.USAGE) from error
    places = [f"{file}:{line}" if line else str(file) for file, line in _written_in(config, spellings)]
    if json:
        output.as_json({"erased": address, "removed": done, "still_in": places})
        return
    output.say(f"{address} is erased: {_removed(done)}; nothing is sent to it from now on")
    for place in places:
        output.note(f"{place}: names it still; take it out")
    output.note(
        "backups and logs hold what they held; briefing db vacuum wipes the last traces from the database's file"
    )


def _removed(done: "Erased") -> str:
    words = [f"{count(done.subscriptions, 'subscription')} removed"]
    words += [f"{count(done.waiting, 'waiting delivery')} ended"] if done.waiting else []
    words += [f"{count(done.deliveries, 'delivery')} without a name"] if done.deliveries else []
    return ", ".join(words)


def _written_in(config: Path, spellings: Iterable[str]) -> list[tuple[Path | str, int]]:
    """Return file and line of each place in the configuration, and each mail in outbox/, that names an address."""
    from briefing.config.load import load
    from briefing.store.erasure import mentions

    pattern = mentions(frozenset(spellings))
    document = load(config, os.environ).document
    sources = {id(spot.source): spot.source for spot in document.spots.values()}.values()
    lines = {(s.name, n) for s in sources for n, line in enumerate(s.text.splitlines(), 1) if pattern.search(line)}
    for place in document.spots:
        if any(isinstance(value, str) and pattern.search(value) for _, value in document.scalars(*map(str, place))):
            file, line, _ = document.position(place)
            lines.add((file, line))
    mails = sorted((config.resolve().parent / "outbox").glob("*.eml"))
    named = [mail for mail in mails if pattern.search(mail.read_text(encoding="utf-8", errors="replace"))]
    return [*sorted(lines), *((mail, 0) for mail in named)]
