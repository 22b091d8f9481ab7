"""Which channels get which events."""

from typing import Any

import pytest

from briefing.config.alerts import Route
from briefing.edit.routing import Traits, channels, explain, traits
from briefing.model import DevelopmentLine, Event, EventKind, FeedId, ItemId, ItemLine, PartLine, StoryId
from tests.unit.edit.desk import NOW

PART = Event(EventKind.INSTALMENT, "k", NOW, story=StoryId("iran"), feed=FeedId("analysis"))
DOWN = Event(EventKind.FEED_DOWN, "k", NOW, feed=FeedId("wire"))
TEST = Event(EventKind.TEST, "k", NOW)
URGENT: dict[str, Any] = {"when": {"event": "instalment", "story": "iran"}, "to": ["newsroom", "desk"]}
FEEDS: dict[str, Any] = {"when": {"event": "feed_down", "feed": "wire"}, "to": ["desk"]}
REST: dict[str, Any] = {"to": ["archive", "desk"]}


@pytest.mark.parametrize(
    ("event", "routes", "wanted", "deciding"),
    [
        pytest.param(PART, [URGENT, REST], "newsroom desk", [0], id="the first match wins"),
        pytest.param(PART, [FEEDS, REST], "archive desk", [1], id="what does not match is passed over"),
        pytest.param(PART, [URGENT | {"continue": True}, REST], "newsroom desk archive", [0, 1], id="continue"),
        pytest.param(PART, [URGENT | {"continue": True}, FEEDS], "newsroom desk", [0], id="continue to no match"),
        pytest.param(PART, [FEEDS | {"continue": True}, URGENT], "newsroom desk", [1], id="continue without match"),
        pytest.param(DOWN, [URGENT, FEEDS], "desk", [1], id="every key of when holds"),
        pytest.param(DOWN, [FEEDS | {"when": {"event": "feed_down", "feed": "other"}}], "", [], id="another feed"),
        pytest.param(DOWN, [{"when": {"story": "iran"}, "to": ["desk"]}], "", [], id="no story where one is asked"),
        pytest.param(TEST, [URGENT, REST], "archive desk", [1], id="a test goes where everything goes"),
        pytest.param(PART, [], "", [], id="no routes"),
        pytest.param(PART, [REST | {"to": ["desk", "desk"]}], "desk", [0], id="a channel named twice"),
    ],
)
def test_routes_are_read_from_the_top(
    event: Event, routes: list[dict[str, Any]], wanted: str, deciding: list[int]
) -> None:
    read = [Route.model_validate(route) for route in routes]
    assert channels(event, read) == tuple(wanted.split())
    assert [choice.route - 1 for choice in explain(traits(event), read) if choice.decides] == deciding


ABOUT = Traits("corroborated", "iran", "The Long Road", "wire", 3, 5, "fa-IR")


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({}, ""),
        ({"event": ["item", "corroborated"]}, ""),
        ({"event": ["item", "gap"]}, "event is corroborated, not item or gap"),
        ({"story": ["iran", "docks"]}, ""),
        ({"story": "docks"}, "story is iran, not docks"),
        ({"series": "the  long road"}, ""),
        ({"series": ["Another"]}, "series is The Long Road, not Another"),
        ({"feed": "mine"}, "feed is wire, not mine"),
        ({"origins": 3}, ""),
        ({"origins": 4}, "origins is 3, not at least 4"),
        ({"publishers": 5, "origins": 1}, ""),
        ({"publishers": 6}, "publishers is 5, not at least 6"),
        ({"language": ["en", "fa"]}, ""),
        ({"language": "de"}, "language is fa-IR, not de"),
        ({"story": "iran", "origins": 9, "language": "de"}, "origins is 3, not at least 9"),
    ],
    ids=str,
)
def test_why_a_route_is_passed_over(when: dict[str, Any], why: str) -> None:
    first, last = explain(ABOUT, [Route.model_validate({"to": "desk", "when": when}), Route(to=["archive"])])
    assert (first.decides, first.why) == (not why, why)
    assert (last.decides, last.why) == ((True, "") if why else (False, "not reached: route 1 took it"))


@pytest.mark.parametrize("key", ["story", "series", "feed", "origins", "publishers", "language"])
def test_what_an_event_has_not_fits_no_route_that_asks_for_it(key: str) -> None:
    route = Route.model_validate({"to": "desk", "when": {key: 1 if key in {"origins", "publishers"} else "fa"}})
    (choice,) = explain(Traits("feed_down"), [route])
    assert choice.why.startswith(f"{key} is none, not ")


def test_what_is_asked_of_an_event_is_read_from_its_lines() -> None:
    line = ItemLine(ItemId(1), "T", None, "S", NOW, lang="fa")
    report = DevelopmentLine(line, publishers=("a", "b", "c"), origins=2)
    many = Event(EventKind.CORROBORATED, "k", NOW, story=StoryId("iran"), development=report)
    assert traits(many) == Traits("corroborated", "iran", origins=2, publishers=3, language="fa")
    part = Event(EventKind.INSTALMENT, "k", NOW, item=line, part=PartLine(line, "The Long Road", 2))
    assert traits(part) == Traits("instalment", series="The Long Road", origins=1, publishers=1, language="fa")
    assert traits(DOWN) == Traits("feed_down", feed="wire")
