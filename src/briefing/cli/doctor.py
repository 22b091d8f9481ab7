"""doctor: what is wrong with the installation, and the mend."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json
from briefing.doctor.areas import Area

if TYPE_CHECKING:
    from briefing.model import Finding


def doctor(
    area: Annotated[
        Area | None,
        typer.Argument(metavar="AREA", help=f"Ask about this alone: {', '.join(Area)}.", show_default=False),
    ] = None,
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither the mail server nor name servers.")] = False,
    nameserver: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS[:PORT]", hidden=True, help="Ask this name server; default: the system's."),
    ] = None,
    json: Json = False,
) -> None:
    """Say what is wrong with this installation, and how to mend it; exits 1 if anything is.

    Nothing is changed and no mail is sent. The mail server is asked to let us in, name servers for what receivers of
    mail look up: SPF, DKIM, DMARC, and the names of the server's addresses. An area narrows the questions; what its
    answers wait for is told too.
    """
    from briefing.doctor.case import Installation
    from briefing.doctor.examine import examine
    from briefing.model import Level

    found = examine(Installation(config, database, os.environ, offline=offline, nameserver=nameserver), area)
    failed = any(finding.level is Level.FAIL for finding in found)
    if json:
        output.as_json({"ok": not failed, "findings": found})
    else:
        for finding in found:
            _say(finding)
    if area and not found:
        output.note(f"nothing to ask about {area}" + " offline" * offline)
    raise typer.Exit(Exit.FAILED if failed else Exit.DONE)


def _say(finding: "Finding") -> None:
    from briefing.model import Level

    output.say(output.plain(f"{finding.name:<11}{finding.level:<5} {finding.fact}"))
    if finding.level is not Level.OK:
        output.say(output.plain(f"{'':<17}mend: {finding.mend}"))
