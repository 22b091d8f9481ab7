"""doctor: what is wrong with the installation, and the mend."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.failure import Exit
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json

if TYPE_CHECKING:
    from briefing.model import Finding


def doctor(
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
    mail look up: SPF, DKIM, DMARC, and the names of the server's addresses.
    """
    from briefing.doctor.case import Installation
    from briefing.doctor.examine import examine
    from briefing.model import Level

    found = examine(Installation(config, database, os.environ, offline=offline, nameserver=nameserver))
    failed = any(finding.level is Level.FAIL for finding in found)
    if json:
        output.as_json({"ok": not failed, "findings": found})
    else:
        for finding in found:
            _say(finding)
    raise typer.Exit(Exit.FAILED if failed else Exit.DONE)


def _say(finding: "Finding") -> None:
    from briefing.model import Level

    output.say(output.plain(f"{finding.name:<11}{finding.level:<5} {finding.fact}"))
    if finding.level is not Level.OK:
        output.say(output.plain(f"{'':<17}mend: {finding.mend}"))
