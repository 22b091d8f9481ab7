"""preview, send: an issue before it goes, and going now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Exit, Json, Yes, fail, open_config
from briefing.cli.run import serve

if TYPE_CHECKING:
    from briefing.model import Mail, Recipient
    from briefing.service import Service

DigestName = Annotated[str | None, typer.Argument(help="Id of a digest; default: the only one.")]


def preview(
    digest: DigestName = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("preview"),
    as_: Annotated[str, typer.Option("--as", help="html, text, eml: one or more, by comma.")] = "html,text,eml",
    open_: Annotated[bool, typer.Option("--open", help="Open the HTML in a browser.")] = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Render what a digest would say if it went now; nothing is sent or stored."""
    name = _named(digest, config)
    kinds = [k.strip() for k in as_.split(",")]
    if unknown := set(kinds) - {"html", "text", "eml"}:
        raise fail(f"cannot preview as {', '.join(sorted(unknown))}", hint="html, text, eml", code=Exit.USAGE)
    drafted = serve(config, database, lambda service: _draft(service, name), quiet=True)
    if drafted is None:
        raise fail(f"{name} has nothing to say now", hint="briefing poll, or send_when_empty: true")
    written = _write(name, drafted, out, kinds)
    if json:
        output.as_json({"digest": name, "subject": drafted[0].subject, "files": written})
    else:
        output.say(f"subject    {drafted[0].subject}")
        for path in written:
            output.say(f"wrote      {path}  {path.stat().st_size:,} bytes")
    if open_:
        typer.launch(str(written[0]))


async def _draft(service: "Service", name: str) -> "tuple[Mail, bytes] | None":
    return await service.draft(name)


def _write(name: str, drafted: "tuple[Mail, bytes]", out: Path, kinds: list[str]) -> list[Path]:
    mail, message = drafted
    out.mkdir(parents=True, exist_ok=True)
    content = {"html": mail.html.encode(), "text": mail.text.encode(), "eml": message}
    endings = {"html": "html", "text": "txt", "eml": "eml"}
    written = []
    for kind in kinds:
        path = out / f"{name}.{endings[kind]}"
        path.write_bytes(content[kind])
        written.append(path)
    return written


def send(
    digest: DigestName = None,
    to: Annotated[str | None, typer.Option("--to", help="A test to this address alone; no issue is counted.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show who would get what; send nothing.")] = False,
    yes: Yes = False,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Send a digest now, outside its schedule; asks first."""
    name = _named(digest, config)
    subject, readers = serve(config, database, lambda service: _readers(service, name), quiet=True)
    if subject is None:
        raise fail(f"{name} has nothing to say now", hint="briefing poll, or send_when_empty: true")
    addresses = [to] if to else [reader.address for reader in readers]
    if dry_run:
        _show(subject, addresses, json=json)
        return
    question = f'Send "{subject}" to {len(addresses)} address{"es" * (len(addresses) != 1)}?'
    if not yes and not typer.confirm(question, err=True):
        raise typer.Exit(Exit.FAILED)
    rows = serve(
        config, database, lambda service: service.send_test(name, to) if to else service.send(name), quiet=True
    )
    if json:
        output.as_json(rows)
    else:
        output.table(
            [(d.id, d.state, d.recipient.address if d.recipient else d.channel, d.last_error or "") for d in rows],
            empty="nobody is subscribed",
        )
    failed = sum(d.state != "sent" for d in rows)
    if failed:
        raise typer.Exit(Exit.FAILED if failed == len(rows) else Exit.PARTLY)


async def _readers(service: "Service", name: str) -> "tuple[str | None, list[Recipient]]":
    drafted = await service.draft(name)
    return (drafted[0].subject if drafted else None), list(await service.readers(name))


def _show(subject: str, addresses: list[str], *, json: bool) -> None:
    if json:
        output.as_json({"subject": subject, "to": addresses})
        return
    output.say(f"subject    {subject}")
    output.say(f"to         {len(addresses)} address{'es' * (len(addresses) != 1)}")
    for address in addresses[:10]:
        output.say(f"           {address}")
    if len(addresses) > 10:
        output.say(f"           and {len(addresses) - 10} more")


def _named(digest: str | None, config: Path) -> str:
    known = list(open_config(config).digests)
    if digest is None and len(known) == 1:
        return known[0]
    if digest not in known:
        said = f"no digest named {digest}" if digest else "name a digest"
        raise fail(said, hint="known: " + (", ".join(known) or "none"), code=Exit.USAGE)
    return digest
