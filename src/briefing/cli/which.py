"""Which deliveries a command means: its options, and what they name in the outbox.

Apart from `deliveries`, whose commands take them: an issue goes by its number, and a channel of addresses by these.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from briefing.cli.completion import ids_of
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import open_config, period

if TYPE_CHECKING:
    from sqlmodel import Session

    from briefing.model import DeliveryId, IssueId, Wanted

Ids = Annotated[list[int] | None, typer.Argument(metavar="ID", help="Ids of deliveries.", show_default=False)]
OfIssue = Annotated[
    str | None, typer.Option("--issue", metavar="[DIGEST/]N", help="Only those of an issue, such as 12 or daily/12.")
]
OfChannel = Annotated[
    str | None,
    typer.Option("--channel", metavar="ID", autocompletion=ids_of("channels"), help='Only this channel, or "mail".'),
]
To = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Only those to this address.")]
Since = Annotated[
    timedelta | None,
    typer.Option("--since", parser=period, metavar="PERIOD", help="Only what was made or sent since, such as 2d."),
]


class Asked(NamedTuple):
    """Which deliveries the options of a command name."""

    issue: str | None
    channel: str | None
    to: str | None
    since: timedelta | None


def identified(number: int) -> "DeliveryId":
    """Return a number as the id that it is."""
    from briefing.model import DeliveryId

    return DeliveryId(number)


def named(ids: Iterable[int]) -> "Wanted":
    """Mean the deliveries of these ids."""
    from briefing.model import Wanted

    return Wanted(frozenset(map(identified, ids)))


def wanted_by(session: "Session", asked: Asked, config: Path, now: datetime) -> "Wanted":
    """Mean what the options say; an issue that there is not, or not one alone, ends the command."""
    from briefing.model import Wanted

    channel, addresses = _channel(config, asked.channel) if asked.channel else (None, None)
    return Wanted(
        issue=_issue(session, asked.issue) if asked.issue else None,
        channel=channel,
        addresses=frozenset({asked.to}) if asked.to else addresses,
        since=now - asked.since if asked.since else None,
        alerts=addresses is not None,
    )


def _channel(config: Path, name: str) -> tuple[str, frozenset[str] | None]:
    """Return how deliveries name a channel: one of addresses is mail to them; one that left the file keeps its name."""
    from briefing.config.alerts import MailChannel
    from briefing.model import MAIL

    channel = open_config(config).channels.get(name) if config.exists() else None
    return (MAIL, frozenset(channel.to)) if isinstance(channel, MailChannel) else (name, None)


def _issue(session: "Session", name: str) -> "IssueId":
    from briefing.store import issues

    digest, _, number = name.rpartition("/")
    if not number.isdecimal():
        raise Failure(f'"{name}" names no issue', hint="write its number, such as 12 or daily/12", code=Exit.USAGE)
    found = issues.numbered(session, number=int(number))
    fit = {one: id_ for one, id_ in found.items() if digest in ("", one)}
    if len(fit) != 1:
        hint = "which one: " + ", ".join(f"{one}/{number}" for one in found) if found else "briefing status names them"
        raise Failure(f"no issue {name}" if not fit else f"more than one digest has a No. {number}", hint=hint)
    return next(iter(fit.values()))
