"""preview, send: an issue before it goes, and going now.

A preview reads the database and takes no lock, so that it can be had while the service runs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import (
    CONFIG,
    DATABASE,
    ConfigPath,
    Database,
    Json,
    Yes,
    count,
    known,
    mailbox,
    open_config,
    open_store,
)
from briefing.cli.run import serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from briefing.model import Delivery, Mail, Recipient

DigestName = Annotated[
    str | None,
    typer.Argument(
        metavar="DIGEST",
        autocompletion=ids_of("digests"),
        help="Id of a digest; default: the only one.",
        show_default=False,
    ),
]
ENDINGS = {"html": "html", "text": "txt", "eml": "eml"}
SHOWN = 10  # addresses of a dry run


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a digest would say now, as its first reader would get it."""

    digest: str
    mail: "Mail"
    message: bytes
    readers: "Sequence[Recipient]"
    outbox: Path | None  # where mail goes as files, without a mail server


def preview(
    digest: DigestName = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder for the files; - writes to standard output.")
    ] = Path("preview"),
    as_: Annotated[
        str, typer.Option("--as", metavar="KINDS", help="Any of html, text and eml, by comma.")
    ] = "html,text,eml",
    open_: Annotated[bool, typer.Option("--open", help="Open the HTML in a browser.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Render what a digest would say if it went now; nothing is sent or stored."""
    kinds = [known("kind of preview", kind.strip(), ENDINGS) for kind in as_.split(",")]
    drafted = _draft(digest, config, database)
    if str(out) == "-":
        for kind in kinds:
            output.say(_content(drafted, kind).decode())
        return
    written = {kind: _write(drafted, out, kind) for kind in kinds}
    if json:
        output.as_json({"digest": drafted.digest, "subject": drafted.mail.subject, "files": written})
    else:
        output.say(f"subject    {drafted.mail.subject}")
        for path in written.values():
            output.say(f"wrote      {path}  {path.stat().st_size:,} bytes")
    if open_ and "html" in written:
        typer.launch(str(written["html"]))


def _draft(digest: str | None, config: Path, database: str) -> Drafted:
    from briefing import compiled, publish
    from briefing.cli.logs import keep_quiet
    from briefing.clock import utc_now
    from briefing.model import Occurrence
    from briefing.post import ANYBODY
    from briefing.store import issues

    keep_quiet()
    checked, now = open_config(config), utc_now()
    name = _named(digest, list(checked.digests))
    beside = config.resolve().parent
    letters = compiled.letters(checked, beside, compiled.unstored)
    plan = next(
        plan for plan in compiled.plans(checked, letters, compiled.teller(checked, letters, b"")) if plan.id == name
    )
    with open_store(database) as store, store.reading() as session:
        known_since = issues.first_known(session, digest=name) or now
        occurrence = Occurrence(now.date(), "draft", now)
        draft = publish.draft(session, plan, occurrence, now=now, known=known_since)
        readers = publish.readers(session, plan)
    if draft is None:
        raise Failure(f"{name} has nothing to say now", hint="briefing poll fetches what is new")
    mail, message = letters.shown(draft.issue, next(iter(readers), ANYBODY), now)
    return Drafted(name, mail, message, readers, None if checked.site.smtp else beside / "outbox")


def _named(digest: str | None, ids: list[str]) -> str:
    if digest is None and len(ids) == 1:
        return ids[0]
    if digest is None:
        hint = f"known: {', '.join(ids)}" if ids else "add one under digests: in feeds.yaml"
        raise Failure("name a digest", hint=hint, code=Exit.USAGE)
    return known("digest", digest, ids)


def _content(drafted: Drafted, kind: str) -> bytes:
    match kind:
        case "html":
            return drafted.mail.html.encode()
        case "text":
            return drafted.mail.text.encode()
        case _:
            return drafted.message


def _write(drafted: Drafted, out: Path, kind: str) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{drafted.digest}.{ENDINGS[kind]}"
    path.write_bytes(_content(drafted, kind))
    return path


def send(
    digest: DigestName = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="ADDRESS", callback=mailbox, help="A test to this address alone; no issue is counted."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go to whom; send nothing.")] = False,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send a digest now, outside its schedule; asks first."""
    drafted = _draft(digest, config, database)
    subject, addresses = drafted.mail.subject, [to] if to else [reader.address for reader in drafted.readers]
    if dry_run:
        _show(drafted, addresses, json=json)
        return
    if not addresses:
        raise Failure(f"{drafted.digest} has no readers", hint="briefing subscribers add, or --to ADDRESS")
    if not yes and not output.agreed(f'Send "{subject}" to {count(len(addresses), "address")}?'):
        raise Failure("nothing was sent", hint="--yes sends without asking")
    rows = serve(
        config,
        database,
        lambda service, _: service.send_test(drafted.digest, to) if to else service.send(drafted.digest),
        quiet=True,
    )
    if drafted.outbox:
        output.note(f"no smtp: is configured; mail is written as files to {drafted.outbox}")
    raise typer.Exit(_told(rows, json=json))


def _show(drafted: Drafted, addresses: list[str], *, json: bool) -> None:
    if json:
        output.as_json({"digest": drafted.digest, "subject": drafted.mail.subject, "to": addresses})
        return
    output.say(f"subject    {drafted.mail.subject}")
    output.say(f"size       {len(drafted.message):,} bytes")
    output.say(f"to         {count(len(addresses), 'address')}")
    for address in addresses[:SHOWN]:
        output.say(f"           {address}")
    if len(addresses) > SHOWN:
        output.say(f"           and {len(addresses) - SHOWN:,} more")


def _told(rows: "Sequence[Delivery]", *, json: bool) -> Exit:
    """Say what became of the deliveries: those that did not arrive, a line each."""
    missed = [row for row in rows if row.state != "sent"]
    if json:
        output.as_json(rows)
    else:
        for row in missed:
            output.say(
                output.plain(f"{row.id}  {row.state}  {row.recipient and row.recipient.address}  {row.last_error}")
            )
        output.say(f"sent       {len(rows) - len(missed):,} of {len(rows):,}")
    if any(row.state == "retry" for row in missed):
        output.note("briefing run tries the rest again; do not send it twice")
    if not missed:
        return Exit.DONE
    return Exit.FAILED if len(missed) == len(rows) else Exit.PARTLY
