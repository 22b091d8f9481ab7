"""The commands on routes, as an operator calls them: what they say, and of what they know no more."""

import json
from pathlib import Path

import pytest

from tests.integration.command import call, write_config

ROUTES = """
channels:
  desk: {type: mail, to: desk@example.org}
  all: {type: mail, to: all@example.org}
routes:
  - {when: {event: [instalment, corroborated], story: lanterns, origins: 3, language: fa}, to: [desk], continue: true}
  - {when: {story: lanterns, series: The Lantern Contingency}, to: [desk, all]}
  - {to: all}
"""
WIDE = "event=corroborated", "story=lanterns", "origins=3", "publishers=4", "language=fa"


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(write_config(tmp_path, more=ROUTES))


def test_every_route_says_whether_it_takes_an_event_and_why_not(config: str) -> None:
    told = call("routes", "test", *WIDE, "--config", config)
    assert told.exit_code == 0
    assert [" ".join(line.split()) for line in told.stdout.splitlines()] == [
        "route 1 takes it desk and continues",
        "route 2 no desk, all series is none, not The Lantern Contingency",
        "route 3 takes it all",
        "told: desk, all",
    ]


def test_json_has_the_event_the_channels_and_each_route(config: str) -> None:
    told = json.loads(
        call("routes", "test", "series=the lantern contingency", *WIDE[1:2], "--json", "-c", config).stdout
    )
    assert told["event"]["event"] == "item"
    assert (told["event"]["origins"], told["channels"]) == (1, ["desk", "all"])
    assert [route["decides"] for route in told["routes"]] == [False, True, False]
    assert told["routes"][2] == {"route": 3, "to": ["all"], "decides": False, "why": "not reached: route 2 took it"}


@pytest.mark.parametrize(
    ("fact", "said", "hint"),
    [
        ("stroy=lanterns", 'an event has no "stroy"', 'did you mean "story"?'),
        ("event=instalmnt", 'no event named "instalmnt"', 'did you mean "instalment"?'),
        ("story=lantern", 'no story named "lantern"', 'did you mean "lanterns"?'),
        ("feed=wires", 'no feed named "wires"', 'did you mean "wire"?'),
        ("origins=many", 'origins is a number of 1 or more, not "many"', "origins=3"),
        ("publishers=0", 'publishers is a number of 1 or more, not "0"', "publishers=3"),
        ("instalment", '"instalment" is no fact of an event', "KEY=VALUE"),
        ("story=", '"story=" is no fact of an event', "KEY=VALUE"),
    ],
)
def test_a_fact_that_no_event_has_is_refused(config: str, fact: str, said: str, hint: str) -> None:
    told = call("routes", "test", fact, "--config", config)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert hint in told.stderr
