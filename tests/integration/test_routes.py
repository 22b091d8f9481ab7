"""The commands on routes, as an operator calls them: what they say, and of what they know no more."""

import json
from pathlib import Path

import pytest

from tests.integration.command import call, write_config
from tests.integration.documents import Entry, rss
from tests.integration.test_again import FEED, THREE
from tests.integration.test_copies import CONFIG, bring
from tests.integration.test_copies import ROUTES as ONE_ROUTE
from tests.integration.test_fold import headlines
from tests.integration.world import World, live

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


# --- routes inside routes -------------------------------------------------------------------------------------------

INSIDE = """
channels:
  desk: {type: mail, to: desk@example.org}
  all: {type: mail, to: all@example.org}
routes:
  - {when: {event: gap}, to: desk}
  - when: {story: lanterns}
    to: all
    routes:
      - {when: {event: item}, to: desk, continue: true}
      - {when: {language: fa}}
"""


@pytest.fixture
def inside(tmp_path: Path) -> str:
    return str(write_config(tmp_path, more=INSIDE))


def test_a_route_inside_another_is_named_by_both_numbers(inside: str) -> None:
    told = call("routes", "test", "story=lanterns", "language=fa", "--config", inside)
    assert [" ".join(line.split()) for line in told.stdout.splitlines()] == [
        "route 1 no desk event is item, not gap",
        "route 2 no all hands it on to 2.1 and 2.2",
        "route 2.1 takes it desk and continues",
        "route 2.2 takes it all",
        "told: desk, all",
    ]


def test_json_names_a_route_inside_another_as_text(inside: str) -> None:
    told = json.loads(call("routes", "test", "story=lanterns", "--json", "-c", inside).stdout)
    assert [route["route"] for route in told["routes"]] == [1, 2, "2.1", "2.2"]
    assert told["channels"] == ["desk"]
    assert told["routes"][2] == {"route": "2.1", "to": ["desk"], "decides": True, "why": "and continues"}


NIGHTLY = """routes:
  - to: desk
    quiet: {from: "11:00", until: "20:00"}
    repeat: 1d
    routes:
      - {when: {event: [feed_down, feed_up]}, to: slack, urgent: true}
"""


@live(FEED + NIGHTLY)
async def test_what_a_route_inside_another_takes_goes_its_way_and_is_repeated_as_the_one_around_it_says(
    world: World,
) -> None:
    world.feeds.put("/one.rss", "no", status=503)
    for hours in (0, 1, 1, 22, 2):
        world.later(hours=hours)
        await world.service.poll(force=True)
        await world.work()
    assert [line.partition(":")[0] for line in headlines(world)] == [
        "Feed one is down",
        "Feed one is still down, for 26 hours",
    ]
    assert (world.mail.messages, world.deliveries()[-1].held) == ([], False)
    world.feeds.put("/one.rss", rss(Entry("a", "News", world.now), title="One"))
    await world.service.poll(force=True)
    await world.work()
    assert headlines(world)[2:] == ["Feed one answers again"]
    assert [(one.channel, one.held) for one in world.deliveries() if (one.event or "").startswith("item:")] == [
        ("mail", True)
    ]


DEVELOPMENT = "routes: [{to: desk, routes: [{when: {event: corroborated}, to: slack, repeat: 6h}]}]\n"


@pytest.mark.slow
@live(CONFIG.replace(ONE_ROUTE, DEVELOPMENT))
async def test_a_development_is_repeated_by_a_route_inside_another_alone(world: World) -> None:
    await bring(world, *THREE)
    for _ in range(30):
        world.later(hours=1)
        await world.work()
    assert [line.partition(" by")[0] for line in headlines(world)] == ["Reported", *["Still reported"] * 3]


def test_routes_inside_others_are_counted_as_routes(inside: str, tmp_path: Path) -> None:
    assert call("check", inside).stdout.rstrip().endswith("4 routes")
    database = f"sqlite:///{tmp_path}/briefing.db"
    rows = json.loads(call("channels", "list", "--json", "--config", inside, "--database", database).stdout)
    assert {row["channel"]: row["routes"] for row in rows} == {"desk": 2, "all": 2}


# --- what no route takes --------------------------------------------------------------------------------------------

NARROW = "channels: {desk: {type: mail, to: d@example.org}}\nroutes: [{when: {event: [item, feed_up]}, to: desk}]\n"
FALLS = "told: desk@example.org by mail, for no route takes it"


@pytest.mark.parametrize(
    ("event", "said", "operator"),
    [
        ("feed_down", FALLS, "desk@example.org"),
        ("channel_down", FALLS, "desk@example.org"),
        ("channel_up", FALLS, "desk@example.org"),
        ("feed_up", "told: desk", None),
        ("overdue", "told: nobody", None),
        ("issue", "told: nobody", None),
    ],
)
def test_the_operator_hears_of_the_service_what_no_route_takes(
    tmp_path: Path, event: str, said: str, operator: str | None
) -> None:
    config = str(write_config(tmp_path, more=NARROW))
    assert call("routes", "test", f"event={event}", "-c", config).stdout.splitlines()[-1] == said
    assert json.loads(call("routes", "test", f"event={event}", "-c", config, "--json").stdout)["operator"] == operator


@pytest.mark.parametrize("event", ["channel_down", "channel_up"])
def test_how_mail_stands_is_told_by_no_mail(tmp_path: Path, event: str) -> None:
    config = str(write_config(tmp_path, more=NARROW))
    told = call("routes", "test", f"event={event}", "subject=channel:mail", "-c", config)
    assert told.stdout.splitlines()[-1] == "told: nobody"


def test_the_operator_hears_where_there_are_no_routes_at_all(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace("site: {", "site: {operator: op@example.org, "))
    told = call("routes", "test", "event=feed_down", "-c", str(path))
    assert told.stdout == "told: op@example.org by mail, for no route takes it\n"
    assert "no routes" in told.stderr


# --- counts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["overdue", "gap", "channel_down", "channel_up", "feed_down", "feed_up", "issue"])
def test_what_brings_no_item_is_reported_by_none_unless_it_is_said(tmp_path: Path, event: str) -> None:
    more = NARROW.replace("[item, feed_up]", f"{event}, origins: 1")
    config = str(write_config(tmp_path, more=more))
    assert "origins is none, not at least 1" in call("routes", "test", f"event={event}", "-c", config).stdout
    assert "takes it" in call("routes", "test", f"event={event}", "origins=1", "-c", config).stdout


@pytest.mark.parametrize("event", ["item", "instalment", "promise", "new_series", "corroborated"])
def test_what_brings_an_item_is_one_report_unless_it_is_said(config: str, event: str) -> None:
    about = json.loads(call("routes", "test", f"event={event}", "-c", config, "--json").stdout)["event"]
    assert (about["origins"], about["publishers"]) == (1, 1)
