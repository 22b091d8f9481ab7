"""An issue's news as one event: what is in it, in which order, and what has none."""

from dataclasses import replace

from briefing.config.alerts import Route
from briefing.edit.routing import explain, traits
from briefing.edit.summary import summary
from briefing.model import Event, EventKind, IssueStory, StoryId
from briefing.render.notice import notice
from tests.unit.render import samples

BOTH = samples.issue(samples.FULL, replace(samples.story(developments=(samples.SEVERAL,)), story=StoryId("two")))


def told(*shares: IssueStory) -> Event:
    event = summary(samples.issue(*shares), "Daily Iran")
    assert event is not None
    return event


def test_parts_lead_then_what_is_reported_in_the_order_of_the_issue() -> None:
    event = summary(BOTH, "Daily Iran")
    assert event is not None
    kinds = [EventKind.INSTALMENT, EventKind.ITEM, EventKind.ITEM, EventKind.CORROBORATED]
    assert [one.kind for one in event.leading] == kinds
    assert (event.key, event.total) == ("issue:daily:2025-11-22:07:00", 4 + 3)
    assert (event.story, event.subjects) == (None, ("digest:daily",))
    assert told(samples.FULL).story == samples.STORY


def test_no_line_carries_a_text() -> None:
    lines = [one.item or (one.development and one.development.lead) for one in told(samples.FULL).leading]
    assert all(line and not line.html and not line.excerpt for line in lines)


def test_what_is_only_awaited_is_no_news() -> None:
    assert summary(samples.issue(samples.story(awaited=(samples.OWED_3,))), "Daily Iran") is None


def test_a_long_issue_is_counted_beyond_a_dozen_lines() -> None:
    event = told(samples.story(items=tuple(samples.item(f"Report {n}") for n in range(30))))
    words = notice(event, locale="en", zone="UTC")
    assert (len(event.leading), event.total, words.rest) == (12, 30, 18)
    assert words.headline.startswith("Daily Iran: ")
    assert words.headline.endswith("Report 0")
    assert [link.text for link in words.context][-1] == "18 more"


def test_only_a_route_that_names_it_takes_it() -> None:
    when = {"event": ["issue"], "story": [samples.STORY]}
    routes = [Route.model_validate(one) for one in ({"to": ["all"]}, {"to": ["news"], "when": when})]
    everything, named = explain(traits(told(samples.FULL)), routes)
    assert (everything.decides, named.decides) == (False, True)
    assert everything.why == "event is issue, which goes where a route names it"
    assert not any(one.decides for one in explain(traits(summary(BOTH, "x") or told()), routes))
