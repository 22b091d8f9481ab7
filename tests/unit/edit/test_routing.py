"""Which channels get which events."""

from typing import Any

import pytest

from briefing.config.alerts import Route
from briefing.edit.routing import channels, explain
from briefing.model import Event, EventKind, FeedId, StoryId
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
    assert explain(event, read) == tuple(deciding)
