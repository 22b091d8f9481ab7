"""What an alert is about: the same name for all that is told of one thing, and what mutes that and no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from briefing import standing
from briefing.edit import answers
from briefing.edit.reminders import overdue, passed_over
from briefing.model import Event, EventKind, FeedId, ItemId, LaneStanding, Matchers, PromiseId, SeriesId, StoryId
from tests.unit.edit.desk import NOW, item, part, promise, series
from tests.unit.render.samples import item as line

FIRST, THIRD = item(900), item(3)
RUN = series(part(FIRST, 1), part(THIRD, 3), promises=(promise(FIRST, 2, id=PromiseId(4)),), id=SeriesId(7))
LATE = overdue(RUN, RUN.promises[0], title=None, now=NOW)
GAP = passed_over(RUN, 2, *RUN.instalments, title=None, now=NOW)
DOWN_KEY = "feed_down:wire:2026-11-22T07:00:00+00:00"
DOWN = Event(EventKind.FEED_DOWN, DOWN_KEY, NOW, feed=FeedId("wire"), condition=DOWN_KEY)
GONE = standing.event("desk", LaneStanding(), LaneStanding(9, NOW, NOW + timedelta(hours=1)), now=NOW)
assert GONE is not None
REPORT = Event(
    EventKind.ITEM,
    "item:iran:9",
    NOW,
    story=StoryId("iran"),
    item=replace(line(), item=ItemId(9)),
    subjects=("development:9", "item:9"),
)
MANY = Event(EventKind.CORROBORATED, "corroborated:iran:9", NOW, story=StoryId("iran"), subjects=("development:9",))

NAMES = {
    "a report": (REPORT, "iran:development:9"),
    "a part": (replace(REPORT, kind=EventKind.INSTALMENT, subjects=("series:7", "item:9")), "iran:development:9"),
    "what many report": (MANY, "iran:development:9"),
    "told again": (replace(MANY, key="corroborated:iran:9+2"), "iran:development:9"),
    "a promise": (replace(LATE, kind=EventKind.PROMISE), "contingency:promise:4"),
    "an overdue part": (LATE, "contingency:promise:4"),
    "a gap": (GAP, "gap:contingency:7:2"),
    "a feed that is down": (DOWN, "outage:wire:2026-11-22T07:00:00+00:00"),
    "down still": (replace(DOWN, key=f"{DOWN_KEY}+1"), "outage:wire:2026-11-22T07:00:00+00:00"),
    "up again": (
        Event(EventKind.FEED_UP, DOWN_KEY.replace("down", "up"), NOW, feed=FeedId("wire")),
        "outage:wire:2026-11-22T07:00:00+00:00",
    ),
    "a channel that is down": (GONE, "outage:@desk:2026-11-22T07:00:00+00:00"),
    "a channel that is down for good": (
        replace(GONE, key=f"{GONE.key}:disabled", final=True),
        "outage:@desk:2026-11-22T07:00:00+00:00",
    ),
    "a channel that is back": (
        replace(GONE, kind=EventKind.CHANNEL_UP, key="channel_up:desk:2026-11-22T07:00:00+00:00"),
        "outage:@desk:2026-11-22T07:00:00+00:00",
    ),
    "several in one": (Event(EventKind.MISSED, "missed:1", NOW), None),
    "a test": (Event(EventKind.TEST, "test:1", NOW), None),
}


@pytest.mark.parametrize(("event", "name"), NAMES.values(), ids=NAMES)
def test_all_that_is_told_of_one_thing_shares_a_name(event: Event, name: str | None) -> None:
    assert answers.subject(event) == name
    is_an_end = event.kind in (EventKind.FEED_UP, EventKind.CHANNEL_UP)
    assert answers.can_be_answered(event) is (name is not None and not is_an_end)


def test_what_mutes_a_subject_asks_for_that_alone() -> None:
    assert answers.mutes(MANY) == Matchers(story=("iran",), subject=("development:9",))
    assert answers.mutes(LATE) == Matchers(story=("contingency",), subject=("promise:4",))
    assert answers.mutes(DOWN) == Matchers(event=("feed_down", "feed_up"), feed=("wire",))
    assert answers.mutes(GONE) == Matchers(event=("channel_down", "channel_up"), subject=("channel:desk",))
    assert answers.mutes(GAP) == Matchers(event=("gap",), story=("contingency",), subject=("series:7",))
