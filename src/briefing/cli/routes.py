"""routes: who would be told of an event, and why the others would not."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from briefing.cli import output
from briefing.cli.facts import fact
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, open_config, open_store

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.edit.routing import Choice, Traits
    from briefing.model import Silence

app = typer.Typer(help="Which alerts go where.", no_args_is_help=True)
_EXAMPLE = "briefing routes test event=instalment story=ID"


@app.callback()
def routes() -> None:
    """Which alerts go where."""


@app.command("test", epilog="Example: briefing routes test event=corroborated story=docks origins=3 language=fa")
def test(
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE...",
            help="The event: event, story, series, feed, origins, publishers, language, subject.",
        ),
    ],
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    json: Json = False,
) -> None:
    """Say which routes an event would take, why not the others, and which silence would hold it; nothing is sent."""
    from briefing.edit import routing

    checked = open_config(config)
    about = _traits(facts, checked)
    choices = routing.explain(about, checked.routes)
    told = list(dict.fromkeys(channel for choice in choices if choice.decides for channel in choice.to))
    held = _silence(database, about)
    operator = None if told else _operator(about, checked)
    if json:
        found = {"event": asdict(about), "channels": told, "operator": operator, "routes": choices, "silence": held}
        output.as_json(found)
        return
    output.table(map(_row, choices), empty=f"no routes; add one under routes: in {config}")
    by_mail = f"{operator} by mail, for no route takes it" if operator else "nobody"
    output.say(f"told: {', '.join(told) or by_mail}")
    if held:
        from briefing.edit.silence import reason

        output.say(output.plain(f"held: {reason(held)}"))


def _silence(database: str, about: "Traits") -> "Silence | None":
    """Return the silence that would hold an event now; without a database there is none."""
    from briefing.clock import utc_now
    from briefing.edit.silence import silencing
    from briefing.store import silences
    from briefing.store.engine import Store

    path = Store(database).path
    if path is not None and not path.exists():
        return None
    now = utc_now()
    with open_store(database) as store, store.reading() as session:
        return silencing(about, silences.active(session, now=now), now)


def _operator(about: "Traits", config: "Config") -> str | None:
    """Return the address of the operator, who hears of the service itself where no route takes it.

    How mail stands is told by no mail.
    """
    from briefing.config import effective
    from briefing.model import MAIL
    from briefing.tell import SERVICE

    return effective.operator(config) if about.event in SERVICE and f"channel:{MAIL}" not in about.subject else None


def _row(choice: "Choice") -> tuple[object, ...]:
    return f"route {choice.route}", "takes it" if choice.decides else "no", ", ".join(choice.to), choice.why


def _traits(facts: list[str], config: "Config") -> "Traits":
    """Read an event from its facts; one that brings items is by one origin and one publisher unless they say more."""
    from briefing.config.alerts import When
    from briefing.edit.routing import COUNTED, Traits

    given = dict(fact(one, config, (*When.model_fields, "subject"), example=_EXAMPLE) for one in facts)
    kind = given.pop("event", "item")
    alone = 1 if kind in COUNTED else None
    subject = (given.pop("subject"),) if "subject" in given else ()
    return Traits(kind, **{"origins": alone, "publishers": alone} | given, subject=subject)
