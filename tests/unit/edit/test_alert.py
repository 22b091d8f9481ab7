"""What is worth telling at once, and never twice."""

from dataclasses import replace
from typing import Any

import pytest

from briefing.edit.alert import events, feed_event, missed, tells, withdrawn
from briefing.model import (
    Event,
    EventKind,
    FeedId,
    FeedState,
    Item,
    Match,
    Progress,
    PromiseState,
    SeriesId,
    StoryId,
    Withdrawal,
)
from tests.unit.edit.desk import DAY, NOW, STORY, item, part, promise, series

OTHER = StoryId("other")
TITLES = {STORY: "The Moscow Contingency", OTHER: "Other"}


def told(of: Item, *stories: StoryId, **progress: Progress) -> tuple[Event, ...]:
    matches = [Match(story) for story in stories or (STORY,)]
    return events(of, matches, {StoryId(story): done for story, done in progress.items()}, TITLES, NOW)


def opening(first: Item) -> Progress:
    run = series(part(first, 1), promises=(promise(first, 2),))
    return Progress(run, joined=run.instalments[0], opened=run.promises)


def keeping(second: Item) -> Progress:
    first = item(900)
    kept = promise(first, 2, state=PromiseState.KEPT, kept_by=second.id)
    run = series(part(first, 1), part(second, 2), promises=(kept, promise(second, 3)))
    return Progress(run, joined=run.instalments[1], kept=(kept,), opened=run.promises[1:])


def test_a_new_item_is_told_once_for_each_story_it_matches() -> None:
    found = told(item(1), STORY, OTHER, STORY)
    assert [event.key for event in found] == ["item:contingency:1", "item:other:1"]
    assert {event.kind for event in found} == {EventKind.ITEM}
    assert (found[0].story_title, found[0].feed, found[0].at) == ("The Moscow Contingency", "analysis", NOW)
    assert found[0].item is not None
    assert found[0].item.title == "Item 1"


def test_an_instalment_replaces_its_item_and_its_promises_follow() -> None:
    instalment, coming = told(item(2), contingency=keeping(item(2)))
    assert (instalment.kind, instalment.key) == (EventKind.INSTALMENT, "instalment:contingency:2")
    assert instalment.part is not None
    assert instalment.part.kept is not None
    assert (instalment.part.part, instalment.part.kept.promised_in) == (2, 1)
    assert [mark.state for mark in instalment.part.parts] == ["read", "new", "awaited"]
    assert (coming.kind, coming.key) == (EventKind.PROMISE, "promise:contingency:2:3")
    assert coming.promise is not None
    assert (coming.promise.part, coming.promise.promised_in) == (3, 2)


def test_each_story_tells_of_its_own_series_alone() -> None:
    assert [event.key for event in told(item(2), STORY, OTHER, contingency=keeping(item(2)))] == [
        "instalment:contingency:2",
        "promise:contingency:2:3",
        "item:other:2",
    ]


def test_progress_without_joining_leaves_the_item_an_item() -> None:
    by = item(1)
    progress = Progress(series(promises=(promise(by, 2),)), opened=(promise(by, 2),))
    assert [event.kind for event in told(by, contingency=progress)] == [EventKind.ITEM, EventKind.PROMISE]


def test_an_item_that_is_not_news_tells_nothing_though_it_opens_a_promise() -> None:
    assert told(item(1, news=False), contingency=opening(item(1))) == ()


@pytest.mark.parametrize(
    ("progress", "kinds"),
    [
        pytest.param({}, [], id="merely changed"),
        pytest.param({"contingency": opening(item(2))}, ["promise"], id="now makes a promise"),
        pytest.param({"contingency": keeping(item(2))}, ["instalment", "promise"], id="now keeps a promise"),
    ],
)
def test_a_changed_item_tells_of_promises_never_of_itself(progress: dict[str, Progress], kinds: list[str]) -> None:
    assert [event.kind.value for event in told(item(2, changed_at=NOW), **progress)] == kinds


def test_a_promise_that_was_kept_as_it_was_opened_is_not_announced() -> None:
    by = item(1)
    done = promise(by, 2, state=PromiseState.KEPT)
    assert [event.kind for event in told(by, contingency=Progress(series(), opened=(done,)))] == [EventKind.ITEM]


def test_promises_without_number_have_keys_of_their_own_that_case_does_not_change() -> None:
    by = item(1)

    def key(**words: Any) -> str:
        progress = Progress(series(), opened=(promise(by, **words),))
        return told(by, contingency=progress)[-1].key

    assert key(title="The Guard's Dilemma") == key(title="The guard's dilemma", quote="Otherwise worded.")
    assert key(title="The Guard's Dilemma") != key(title="Another")
    assert key(topic="a coup") != key(topic="a war")


def test_the_text_of_the_page_is_measured_and_not_told() -> None:
    (event,) = events(item(1), [Match(STORY)], {}, TITLES, NOW, full_text="confidential " * 2000)
    assert event.item is not None
    assert event.item.minutes == 9
    assert "confidential" not in repr(event)


def test_that_a_series_began_is_told_last_and_once_for_the_series() -> None:
    progress = replace(opening(item(1)), begins=True)
    progress = replace(progress, series=replace(progress.series, id=SeriesId(7)))
    found = told(item(1), contingency=progress)
    assert [event.kind.value for event in found] == ["instalment", "promise", "new_series"]
    assert found[-1].key == "new_series:contingency:7"
    assert found[-1].part == found[0].part


def state(failures: int = 0, **changes: Any) -> FeedState:
    given: dict[str, Any] = {"next_poll_at": NOW, "down_since": NOW - DAY if failures else None}
    return FeedState(id=FeedId("wire"), url="https://example.org/rss", failures=failures, **(given | changes))


GONE = state(1, gone=True)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        pytest.param(state(0), state(1), None, id="one failure is weather"),
        pytest.param(state(1), state(2), None, id="two are bad weather"),
        pytest.param(state(2), state(3), EventKind.FEED_DOWN, id="three are told"),
        pytest.param(state(3), state(4), None, id="once"),
        pytest.param(state(99), state(100), None, id="once in a long outage"),
        pytest.param(state(3), state(0), EventKind.FEED_UP, id="back after it was told"),
        pytest.param(state(2), state(0), None, id="back before it was told"),
        pytest.param(state(0), state(0), None, id="all is well"),
        pytest.param(state(0), GONE, EventKind.FEED_DOWN, id="gone is told at once"),
        pytest.param(None, GONE, EventKind.FEED_DOWN, id="gone at its first poll"),
        pytest.param(None, state(1), None, id="a first poll that fails"),
        pytest.param(None, state(0), None, id="a first poll"),
        pytest.param(GONE, GONE, None, id="gone is told once"),
        pytest.param(state(5), GONE, None, id="gone after it was told to be down"),
        pytest.param(GONE, state(0), EventKind.FEED_UP, id="resumed and answering"),
        pytest.param(GONE, state(1), None, id="resumed and failing"),
    ],
)
def test_a_feed_is_told_down_once_an_outage_and_up_only_after(
    before: FeedState | None, after: FeedState, kind: EventKind | None
) -> None:
    found = feed_event(before, after, now=NOW)
    assert (found.kind if found else None) == kind


def test_the_keys_of_down_and_up_name_the_outage() -> None:
    down = feed_event(state(2), state(3, error="503 for a day"), now=NOW)
    up = feed_event(state(3), state(0), now=NOW)
    assert down is not None
    assert up is not None
    assert (down.key, down.detail, down.feed) == (f"feed_down:wire:{(NOW - DAY).isoformat()}", "503 for a day", "wire")
    assert up.key == f"feed_up:wire:{(NOW - DAY).isoformat()}"
    later = feed_event(replace(state(2), down_since=NOW), replace(state(3), down_since=NOW), now=NOW)
    assert later is not None
    assert later.key != down.key


def test_which_messages_show_an_item() -> None:
    alone, (instalment, coming) = told(item(1))[0], told(item(2), contingency=keeping(item(2)))
    several = missed([alone, instalment], NOW)
    seen = {event.key: [n for n in (1, 2, 900) if tells(event, item(n).id)] for event in (alone, instalment, coming)}
    assert seen == {alone.key: [1], instalment.key: [2], coming.key: [2]}
    assert [n for n in (1, 2, 900) if tells(several, item(n).id)] == [1, 2]
    many = missed([alone, *(told(item(n), contingency=keeping(item(n)))[0] for n in (2, 3, 4))], NOW)
    assert not tells(many, item(1).id)  # it is counted, and named by nobody


def test_that_an_item_was_withdrawn_names_it_without_a_link_and_leads_what_was_missed() -> None:
    gone = withdrawn(Withdrawal(item(1).id, NOW, "ann@desk", "Title", "Source", "https://x.example/"), STORY, "Story")
    assert (gone.key, gone.item and gone.item.url, tells(gone, item(1).id)) == ("withdrawn:1", None, False)
    news = told(item(2, published=NOW + DAY))[0]
    assert missed([news, gone], NOW).leading[0] == gone
