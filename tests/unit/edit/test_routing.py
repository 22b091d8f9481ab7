"""Which channels get which events."""

from collections.abc import Sequence
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.config.alerts import ChildRoute, Kind, Route, every
from briefing.edit import alert, reminders
from briefing.edit.routing import COUNTED, Traits, channels, decide, explain, traits, ways
from briefing.model import (
    DevelopmentLine,
    Event,
    EventKind,
    FeedId,
    ItemId,
    ItemLine,
    Match,
    PartLine,
    Progress,
    StoryId,
)
from tests.unit.edit import desk
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
    assert [int(choice.route) - 1 for choice in explain(traits(event), read) if choice.decides] == deciding


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


# --- routes inside routes -------------------------------------------------------------------------------------------

NIGHT, NOON = ({"from": "22:00", "until": "06:00"}, {"from": "12:00", "until": "13:00"})
TREE: list[dict[str, Any]] = [
    {"when": {"event": "gap"}, "to": ["desk"]},
    {
        "when": {"story": "iran"},
        "to": ["newsroom"],
        "routes": [
            {"when": {"event": "item"}, "to": ["archive"], "continue": True},
            {"when": {"language": "fa"}, "to": ["persian"], "routes": [{"when": {"origins": 3}, "to": ["phone"]}]},
            {"when": {"event": "item", "publishers": 9}, "to": ["pager"]},
        ],
    },
    {"to": ["rest"]},
]


def tree(*routes: dict[str, Any]) -> list[Route]:
    return [Route.model_validate(route) for route in routes]


def rows(about: Traits, routes: list[dict[str, Any]]) -> list[tuple[int | str, bool, str]]:
    return [(choice.route, choice.decides, choice.why) for choice in explain(about, tree(*routes))]


def test_the_first_of_the_routes_inside_that_matches_takes_it_and_says_why_the_others_do_not() -> None:
    assert rows(Traits("item", "iran", origins=4, publishers=4, language="fa"), TREE) == [
        (1, False, "event is item, not gap"),
        (2, False, "hands it on to 2.1 and 2.2.1"),
        ("2.1", True, "and continues"),
        ("2.2", False, "hands it on to 2.2.1"),
        ("2.2.1", True, ""),
        ("2.3", False, "not reached: route 2.2 took it"),
        (3, False, "not reached: route 2 took it"),
    ]


def test_a_route_takes_itself_what_none_inside_it_takes() -> None:
    assert rows(Traits("overdue", "iran"), TREE) == [
        (1, False, "event is overdue, not gap"),
        (2, True, ""),
        ("2.1", False, "event is overdue, not item"),
        ("2.2", False, "language is none, not fa"),
        ("2.2.1", False, "not reached: route 2.2 is not for it"),
        ("2.3", False, "event is overdue, not item"),
        (3, False, "not reached: route 2 took it"),
    ]


def test_what_a_route_is_not_for_none_inside_it_gets() -> None:
    about = Traits("item", "docks", origins=9, publishers=9, language="fa")
    assert [choice.route for choice in explain(about, tree(*TREE)) if choice.decides] == [3]
    assert {choice.why for choice in explain(about, tree(*TREE)) if str(choice.route).startswith("2.")} == {
        "not reached: route 2 is not for it"
    }


def test_what_is_not_reached_is_not_reached_inside_either() -> None:
    about = Traits("gap", "iran")
    whys = {choice.why for choice in explain(about, tree(*TREE)) if choice.route != 1}
    assert whys == {"not reached: route 1 took it"}


def test_a_route_that_hands_on_and_continues_says_both() -> None:
    both = [{"to": ["a"], "continue": True, "routes": [{"to": ["b"]}]}, {"to": ["c"]}]
    assert rows(Traits("item"), both) == [
        (1, False, "hands it on to 1.1, and continues"),
        ("1.1", True, ""),
        (2, True, ""),
    ]
    assert [route.to for route in decide(Traits("item"), tree(*both))] == [["b"], ["c"]]


AROUND: dict[str, Any] = {"to": "newsroom", "quiet": NIGHT, "group": "5m", "repeat": "1d"}
URGENTLY: dict[str, Any] = {"to": "newsroom", "urgent": True}


@pytest.mark.parametrize(
    ("around", "child", "comes_to"),
    [
        (AROUND, {}, AROUND),
        (AROUND, {"to": ["desk", "phone"]}, AROUND | {"to": ["desk", "phone"]}),
        (AROUND, {"quiet": NOON}, AROUND | {"quiet": NOON}),
        (AROUND, {"group": "10m"}, AROUND | {"group": "10m"}),
        (AROUND, {"repeat": "2d"}, AROUND | {"repeat": "2d"}),
        (AROUND, {"urgent": False}, AROUND),
        (AROUND, {"urgent": True}, AROUND | {"urgent": True, "quiet": None}),
        (URGENTLY, {"group": "10m"}, URGENTLY | {"group": "10m"}),
        (URGENTLY, {"urgent": False}, {"to": "newsroom"}),
        (URGENTLY, {"quiet": NOON}, {"to": "newsroom", "quiet": NOON}),
    ],
    ids=str,
)
def test_a_route_inside_another_has_of_it_what_it_does_not_set(
    around: dict[str, Any], child: dict[str, Any], comes_to: dict[str, Any]
) -> None:
    (route,) = decide(Traits("item"), tree(around | {"routes": [{"routes": [child]}]}))
    assert route.model_dump() == Route.model_validate(comes_to).model_dump()


def test_every_route_is_found_with_what_it_has_of_those_around_it() -> None:
    inside = [{"to": "desk", "routes": [{"repeat": "2d"}]}, {}]
    found = every(tree({"to": "newsroom", "repeat": "1d", "routes": inside}, {"to": "rest"}))
    assert [(*route.to, route.repeat and route.repeat.days) for route in found] == [
        ("newsroom", 1),
        ("desk", 1),
        ("desk", 2),
        ("newsroom", 1),
        ("rest", None),
    ]


def test_a_channel_is_told_on_the_way_of_the_urgent_one_inside() -> None:
    inside = [{"continue": True}, {"urgent": True}]
    found = ways(PART, tree({"to": ["desk"], "when": {"story": "iran"}, "routes": inside}))
    assert {name: route.urgent for name, route in found.items()} == {"desk": True}


ISSUE = Traits("issue", "iran")


@pytest.mark.parametrize(
    ("routes", "deciding"),
    [
        ([{"to": "a", "routes": [{"when": {"story": "iran"}}]}, {"to": "b", "when": {"event": "issue"}}], [2]),
        ([{"to": "a", "routes": [{"when": {"event": "issue"}}]}, {"to": "b", "when": {"event": "issue"}}], ["1.1"]),
        ([{"to": "a", "when": {"event": "issue"}, "routes": [{"when": {"story": "iran"}}]}], ["1.1"]),
        ([{"to": "a", "when": {"event": "issue"}, "routes": [{"when": {"story": "docks"}}]}], [1]),
        ([{"to": "a", "when": {"event": "issue"}, "routes": [{"when": {"event": "gap"}}]}], [1]),
        ([{"to": "a", "when": {"story": "docks"}, "routes": [{"when": {"event": "issue"}}]}], []),
    ],
    ids=[
        "none names it",
        "one inside names it",
        "the one around names it",
        "none inside fits",
        "another",
        "no way there",
    ],
)
def test_what_must_be_named_is_named_by_a_route_or_by_one_around_it(
    routes: list[dict[str, Any]], deciding: list[int | str]
) -> None:
    assert [choice.route for choice in explain(ISSUE, tree(*routes)) if choice.decides] == deciding


def test_why_a_route_with_others_inside_does_not_take_what_must_be_named() -> None:
    unnamed = "event is issue, which goes where a route names it"
    inside = [{"when": {"story": "iran"}}, {"when": {"event": "issue", "story": "docks"}}]
    assert rows(ISSUE, [{"to": "a", "routes": inside}]) == [
        (1, False, unnamed),
        ("1.1", False, unnamed),
        ("1.2", False, "story is iran, not docks"),
    ]


WHENS = st.fixed_dictionaries({}, optional={"event": st.sampled_from(["item", "gap"]), "story": st.sampled_from("ab")})
NODES = st.deferred(
    lambda: st.fixed_dictionaries({"when": WHENS, "continue": st.booleans(), "routes": st.lists(NODES, max_size=3)})
)


def numbered(nodes: list[dict[str, Any]], inside: str = "") -> list[dict[str, Any]]:
    """Give each route a channel named by its number, such as c4-2."""
    names = [f"{inside}{number}" for number in range(1, len(nodes) + 1)]
    return [
        node | {"to": f"c{name.replace('.', '-')}", "routes": numbered(node["routes"], f"{name}.")}
        for node, name in zip(nodes, names, strict=True)
    ]


def matched(node: dict[str, Any], about: Traits) -> list[str]:
    """Return who is told, as Alertmanager's dispatch.Route.Match finds its routes."""
    if any(getattr(about, key) != value for key, value in node["when"].items()):
        return []
    found: list[str] = []
    for child in node["routes"]:
        mine = matched(child, about)
        found += mine
        if mine and not child["continue"]:
            break
    return found or [node["to"]]


@given(st.lists(NODES, max_size=3), st.sampled_from(["item", "gap"]), st.sampled_from("ab"))
def test_a_tree_is_read_as_alertmanager_reads_it(nodes: list[dict[str, Any]], event: str, story: str) -> None:
    routes, about = numbered(nodes), Traits(event, story)
    wanted = matched({"when": {}, "routes": routes, "to": "nobody"}, about)
    assert [*(one for route in decide(about, tree(*routes)) for one in route.to)] == [
        w for w in wanted if w != "nobody"
    ]
    told = [f"c{str(choice.route).replace('.', '-')}" for choice in explain(about, tree(*routes)) if choice.decides]
    assert told == [w for w in wanted if w != "nobody"]


def test_a_route_inside_has_the_options_of_a_route() -> None:
    assert list(ChildRoute.model_fields) == list(Route.model_fields)


# --- counts ---------------------------------------------------------------------------------------------------------


def of_each_kind() -> Sequence[Event]:
    """Return an event of each kind that says what is known of it, made by what makes it at work."""
    first, third = desk.item(1), desk.item(3)
    promise = desk.promise(first, 2)
    serial = desk.series(desk.part(first, 1), desk.part(third, 3), promises=(promise,))
    match = Match(desk.STORY, ("x",))
    progress = Progress(serial, joined=desk.part(first, 1), opened=(promise,), begins=True)
    found = [*alert.events(first, [match], {desk.STORY: progress}, {}, NOW), *alert.events(third, [match], {}, {}, NOW)]
    found.append(alert.many(desk.development(first, third), title=None, now=NOW))
    found.append(reminders.overdue(serial, promise, title=None, now=NOW))
    found.append(reminders.passed_over(serial, 2, desk.part(first, 1), desk.part(third, 3), title=None, now=NOW))
    return [
        *found,
        *(Event(EventKind(kind), "k", NOW) for kind in ("feed_down", "feed_up", "channel_down", "channel_up")),
    ]


def test_the_kinds_that_have_counts_are_those_whose_events_bring_items() -> None:
    events = of_each_kind()
    assert {event.kind.value for event in events} == set(get_args(Kind)) - {"issue"}
    assert {event.kind.value for event in events if traits(event).origins} == COUNTED
    assert {event.kind.value for event in events if traits(event).publishers} == COUNTED
