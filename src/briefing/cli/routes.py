"""routes: who would be told of an event, and why the others would not."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from briefing.cli import output
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, ConfigPath, Json, known, open_config

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.edit.routing import Choice, Traits

app = typer.Typer(help="Which alerts go where.", no_args_is_help=True)
_HINT = "briefing routes test event=instalment story=ID"


@app.callback()
def routes() -> None:
    """Which alerts go where."""


@app.command("test", epilog="Example: briefing routes test event=corroborated story=docks origins=3 language=fa")
def test(
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE...", help="The event: event, story, series, feed, origins, publishers, language."
        ),
    ],
    config: ConfigPath = CONFIG,
    json: Json = False,
) -> None:
    """Say which routes an event would take, and why not the others; nothing is sent."""
    from briefing.edit import routing

    checked = open_config(config)
    about = _traits(facts, checked)
    choices = routing.explain(about, checked.routes)
    told = list(dict.fromkeys(channel for choice in choices if choice.decides for channel in choice.to))
    if json:
        output.as_json({"event": asdict(about), "channels": told, "routes": choices})
    else:
        output.table(map(_row, choices), empty=f"no routes; add one under routes: in {config}")
        output.say(f"told: {', '.join(told) or 'nobody'}")


def _row(choice: "Choice") -> tuple[object, ...]:
    return f"route {choice.route}", "takes it" if choice.decides else "no", ", ".join(choice.to), choice.why


def _traits(facts: list[str], config: "Config") -> "Traits":
    """Read an event from its facts; one that brings items is by one origin and one publisher unless they say more."""
    from briefing.edit.routing import Traits

    given = dict(_fact(fact, config) for fact in facts)
    kind = given.pop("event", "item")
    alone = None if kind.startswith("feed_") else 1
    return Traits(kind, **{"origins": alone, "publishers": alone} | given)


def _fact(fact: str, config: "Config") -> tuple[str, Any]:
    from briefing.config import effective
    from briefing.config.alerts import Kind, When
    from briefing.config.hints import did_you_mean

    key, equals, value = fact.partition("=")
    if not equals or not value:
        raise Failure(f'"{fact}" is no fact of an event', hint=f"write KEY=VALUE, as in {_HINT}", code=Exit.USAGE)
    if key not in When.model_fields:
        hint = did_you_mean(key, When.model_fields, "known: ")
        raise Failure(f'an event has no "{key}"', hint=hint, code=Exit.USAGE)
    if key in {"origins", "publishers"}:
        return key, _count(key, value)
    names = {"event": get_args(Kind), "story": config.stories, "feed": effective.feeds(config)}
    return key, known(key, value, names[key]) if key in names else value


def _count(key: str, value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise Failure(f'{key} is a number of 1 or more, not "{value}"', hint=f"write {key}=3", code=Exit.USAGE)
    return int(value)
