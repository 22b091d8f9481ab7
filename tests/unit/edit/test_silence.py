"""Whether an event is muted, and how that is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from briefing.edit import alert, reminders
from briefing.edit.routing import Traits, traits
from briefing.edit.silence import reason, silencing
from briefing.model import Event, ItemId, Match, Matchers, Progress, PromiseId, SeriesId, Silence, SilenceId
from tests.unit.edit.desk import NOW, STORY, development, item, part, promise, series

HOUR = timedelta(hours=1)
ABOUT = Traits(
    "instalment", "iran", "The Long Road", "wire", 1, 1, "fa-IR", subject=("series:7", "item:9", "development:9")
)


def silence(number: int = 1, **matchers: Any) -> Silence:
    return Silence(SilenceId(number), Matchers(**matchers), "ann@desk", NOW, NOW + HOUR)


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ({"story": ("iran",)}, True),
        ({"story": ("docks", "iran")}, True),
        ({"story": ("docks",)}, False),
        ({"story": ("iran",), "event": ("item",)}, False),
        ({"story": ("iran",), "event": ("item", "instalment")}, True),
        ({"series": ("the  LONG road",)}, True),
        ({"series": ("Another",)}, False),
        ({"feed": ("wire",), "language": ("fa",)}, True),
        ({"language": ("en",)}, False),
        ({"subject": ("series:7",)}, True),
        ({"subject": ("item:8", "development:9")}, True),
        ({"subject": ("item:90",)}, False),
        ({"subject": ("series:7",), "story": ("docks",)}, False),
    ],
    ids=str,
)
def test_every_key_that_is_given_must_hold_by_any_of_its_values(matchers: dict[str, Any], holds: bool) -> None:
    mine = silence(**matchers)
    assert silencing(ABOUT, [mine], NOW) == (mine if holds else None)


@pytest.mark.parametrize("key", ["story", "series", "feed", "language", "subject"])
def test_what_an_event_has_not_is_not_muted_for_it(key: str) -> None:
    assert silencing(Traits("feed_down"), [silence(**{key: ("wire",)})], NOW) is None


@pytest.mark.parametrize(
    ("minutes", "holds"), [(-1, False), (0, True), (59, True), (60, False)], ids=["before", "start", "last", "end"]
)
def test_a_silence_holds_while_it_is_active(minutes: int, holds: bool) -> None:
    found = silencing(ABOUT, [silence(story=("iran",))], NOW + timedelta(minutes=minutes))
    assert (found is not None) == holds


def test_the_first_that_holds_is_named() -> None:
    some = [silence(1, story=("docks",)), silence(2, story=("iran",)), silence(3, event=("instalment",))]
    assert silencing(ABOUT, some, NOW) == some[1]


@pytest.mark.parametrize(
    ("comment", "said"),
    [("", "silence 4 by ann@desk until 2026-11-22 08:00Z"),
     ("on the desk's own page", "silence 4 by ann@desk until 2026-11-22 08:00Z: on the desk's own page")],
    ids=["bare", "comment"],
)  # fmt: skip
def test_a_reason_names_the_silence_whose_it_is_and_why(comment: str, said: str) -> None:
    assert reason(replace(silence(4), comment=comment)) == said


FIRST, NEXT = item(900), item(3)
RUN = series(part(FIRST, 1), part(NEXT, 2), promises=(promise(NEXT, 3, id=PromiseId(4)),), id=SeriesId(7))
OWED = RUN.promises[0]


def told() -> dict[str, Event]:
    """Return an event of each kind that has a subject."""
    step = Progress(RUN, RUN.instalments[1], opened=(promise(NEXT, 3),), begins=True)
    some = alert.events(NEXT, [Match(STORY)], {STORY: step}, {}, NOW)
    some += alert.events(FIRST, [Match(STORY)], {}, {}, NOW)
    many = alert.corroborated(development(FIRST, NEXT), 2, sources=2, title=None, now=NOW)
    assert many is not None
    overdue = reminders.overdue(RUN, OWED, title=None, now=NOW)
    gap = reminders.passed_over(RUN, 2, *RUN.instalments, title=None, now=NOW)
    return {event.kind.value: event for event in (*some, many, overdue, gap)}


@pytest.mark.parametrize(
    ("kind", "subjects"),
    [
        ("instalment", "series:7 item:3"),
        ("promise", "promise:4 series:7 item:3"),
        ("new_series", "series:7 item:3"),
        ("item", "development:900 item:900"),
        ("corroborated", "development:900"),
        ("overdue", "promise:4 series:7"),
        ("gap", "series:7"),
    ],
)
def test_an_event_says_what_it_is_about_and_first_what_one_would_mute(kind: str, subjects: str) -> None:
    event = told()[kind]
    assert event.subjects == tuple(subjects.split())
    assert traits(event).subject == event.subjects
    assert ItemId(900) == development(FIRST, NEXT).id
