"""What an issue holds, in which order, and when there is none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.edit.digest import StoryDesk
from briefing.edit.recap import previously
from briefing.model import Issue, Item, ItemId, PromiseId, PromiseState, StoryId
from tests.unit.edit.desk import DAY, NOW, SINCE, STORY, composed, desk, issue, item, part, promise, series

SECOND = StoryId("second")


def ids(found: Issue, section: str = "items", place: int = 0) -> list[int]:
    return [line.item for line in getattr(found.stories[place], section)]


def test_an_issue_knows_its_occurrence_its_period_and_how_it_is_set() -> None:
    found = composed(desk(item(1)), number=12, template="weekly")
    assert (found.digest, found.number, found.nominal.isoformat(), found.slot) == ("daily", 12, "2026-11-22", "07:00")
    assert (found.since, found.until, found.zone) == (SINCE, NOW, "Europe/London")
    assert (found.locale, found.template) == ("en", "weekly")


def test_items_stand_by_source_the_one_with_the_newest_first() -> None:
    wire = {"source": "Wire"}
    found = composed(desk(item(5), item(4, **wire), item(3), item(2, **wire), item(9)))
    assert ids(found) == [2, 4, 3, 5, 9]


def test_items_beyond_the_limit_are_the_oldest_and_are_counted() -> None:
    found = composed(desk(*(item(n) for n in range(1, 8))), max_items=3)
    assert (ids(found), found.stories[0].more) == ([1, 2, 3], 4)


def test_parts_are_never_dropped_and_count_against_the_limit() -> None:
    run = series(part(item(8), 1), part(item(7), 2))
    found = composed(desk(item(8), item(1), item(7), item(2), series=(run,)), max_items=1)
    assert [line.part for line in found.stories[0].parts] == [1, 2]
    assert (ids(found), found.stories[0].more) == ([], 2)


def test_a_part_leaves_the_items_and_takes_its_promise_from_the_awaited() -> None:
    old, second = item(900, first_seen=NOW - 17 * DAY, published=NOW - 17 * DAY), item(2)
    kept = promise(old, 2, state=PromiseState.KEPT, kept_by=second.id)
    run = series(part(old, 1), part(second, 2), promises=(kept, promise(second, 3)))
    story = composed(desk(second, item(1), series=(run,))).stories[0]
    assert [line.item for line in story.items] == [1]
    assert [line.part for line in story.awaited] == [3]
    (line,) = story.parts
    assert line.kept is not None
    assert (line.part, line.kept.promised_in, line.kept.promised_at) == (2, 1, NOW - 17 * DAY)
    assert [(mark.part, mark.state) for mark in line.parts] == [(1, "read"), (2, "new"), (3, "awaited")]


def test_the_awaited_stand_by_the_age_of_their_promise_over_all_series() -> None:
    by = item(1)
    young = series(promises=(promise(by, 2, made_at=NOW - DAY), promise(by, 3, made_at=NOW - 30 * DAY)), title="A")
    old = series(promises=(promise(by, 9, made_at=NOW - 9 * DAY),), title="B")
    assert [line.part for line in composed(desk(by, series=(young, old))).stories[0].awaited] == [3, 9, 2]


def test_rights_and_reading_time_are_those_of_the_item() -> None:
    items = (item(1, html="<p>One</p>"), item(2, html="<p>Two</p>"))
    found = composed(desk(*items, full_rights=frozenset({ItemId(2)}), full_texts={ItemId(1): "word " * 440}))
    assert [(line.html, line.minutes) for line in found.stories[0].items] == [("", 2), ("<p>Two</p>", None)]


def test_an_item_of_two_stories_stands_with_the_first() -> None:
    found = composed(desk(item(1), item(2)), desk(item(2), item(3), story=SECOND))
    assert (ids(found), ids(found, place=1)) == ([1, 2], [3])


def test_an_item_that_is_a_part_in_a_later_story_stands_there() -> None:
    other = desk(item(2), story=SECOND, series=(series(part(item(2), 2), story=SECOND),))
    found = composed(desk(item(1), item(2)), other)
    assert ids(found) == [1]
    assert [line.item.item for line in found.stories[1].parts] == [2]


def test_a_promise_known_to_two_stories_is_awaited_once() -> None:
    run = series(promises=(promise(item(1), 2),))
    found = composed(desk(item(1), series=(run,)), desk(item(3), story=SECOND, series=(run,)))
    assert [len(told.awaited) for told in found.stories] == [1, 0]


def test_a_story_with_nothing_to_say_is_not_in_the_issue() -> None:
    assert [told.story for told in composed(desk(), desk(item(1), story=SECOND)).stories] == [SECOND]


class TestNothingToSay:
    """A digest that has nothing to say is silent unless told otherwise."""

    by = item(900, first_seen=NOW - 9 * DAY, published=NOW - 9 * DAY)
    owing = desk(series=(series(part(by, 1), promises=(promise(by, 2),)),))

    def test_no_issue_without_anything_new(self) -> None:
        assert issue(desk()) is None

    def test_a_promise_no_issue_has_listed_is_something_to_say(self) -> None:
        found = composed(self.owing)
        assert [line.part for line in found.stories[0].awaited] == [2]
        assert (found.stories[0].items, found.stories[0].previously) == ((), ())

    def test_a_promise_the_last_issue_listed_is_not(self) -> None:
        assert issue(self.owing, previous=composed(self.owing)) is None

    def test_a_new_name_of_its_series_does_not_make_it_new(self) -> None:
        renamed = replace(self.owing, series=(replace(self.owing.series[0], title="Renamed"),))
        assert issue(renamed, previous=composed(self.owing)) is None

    def test_a_second_promise_beside_a_listed_one_is(self) -> None:
        run = self.owing.series[0]
        more = replace(self.owing, series=(replace(run, promises=(*run.promises, promise(self.by, 3))),))
        found = composed(more, previous=composed(self.owing))
        assert [line.part for line in found.stories[0].awaited] == [2, 3]

    def test_what_is_long_awaited_is_said_under_send_when_empty(self) -> None:
        found = composed(self.owing, previous=composed(self.owing), send_when_empty=True)
        assert [line.part for line in found.stories[0].awaited] == [2]

    def test_an_empty_issue_under_send_when_empty_names_its_stories(self) -> None:
        (told,) = composed(desk(), send_when_empty=True).stories
        assert (told.title, told.items, told.awaited, told.more) == ("The Moscow Contingency", (), (), 0)

    def test_a_correction_of_wording_alone_is_nothing_to_say(self) -> None:
        fixed = replace(item(7), changed_at=NOW)
        earlier = _last(replace(fixed, excerpt=("Another wording.",)))
        assert issue(desk(changed=(fixed,)), previous=earlier) is None

    def test_a_changed_headline_alone_is_something_to_say(self) -> None:
        fixed = item(1, first_seen=SINCE - DAY / 2, title="Corrected", changed_at=NOW)
        assert ids(composed(desk(changed=(fixed,)), previous=_last(replace(fixed, title="Wrong"))), "corrections")


def _last(*items: Item, **changes: object) -> Issue:
    """Compose the issue before: over the day before the last."""
    before = replace(composed(desk(*items)), since=SINCE - DAY, until=SINCE)
    return replace(before, **changes)  # type: ignore[arg-type]


class TestCorrections:
    """Readers hear of a change to what they were sent, and of no other."""

    seen = SINCE - DAY / 2

    def told(self, changed: Item, previous: Issue | None) -> list[int]:
        return ids(composed(desk(item(1), changed=(changed,)), previous=previous), "corrections")

    def test_an_item_of_the_last_issue_that_reads_otherwise_now(self) -> None:
        sent = item(7, first_seen=self.seen)
        fixed = replace(sent, excerpt=("Sentence one, corrected.",), changed_at=NOW)
        found = composed(desk(item(1), changed=(fixed,)), previous=_last(sent))
        (line,) = found.stories[0].corrections
        assert (line.item, line.at, line.changed, line.excerpt) == (7, NOW, True, fixed.excerpt)
        assert found.stories[0].previously == ()

    def test_a_change_outside_the_words_that_were_sent_is_not_one(self) -> None:
        sent = item(7, first_seen=self.seen)
        assert self.told(replace(sent, text="Otherwise.", html="<p>Other.</p>", changed_at=NOW), _last(sent)) == []

    @pytest.mark.parametrize(("rights", "told"), [({7}, [7]), (set(), [])], ids=["full", "withdrawn"])
    def test_markup_counts_while_the_rights_to_it_last(self, rights: set[int], told: list[int]) -> None:
        sent = item(7, first_seen=self.seen, html="<p>Whole.</p>")
        last = replace(composed(desk(sent, full_rights=frozenset({sent.id}))), since=SINCE - DAY, until=SINCE)
        fixed = replace(sent, html="<p>Other.</p>", changed_at=NOW)
        now = desk(item(1), changed=(fixed,), full_rights=frozenset(ItemId(n) for n in rights))
        assert ids(composed(now, previous=last), "corrections") == told

    def test_an_item_of_an_issue_before_the_last(self) -> None:
        assert self.told(item(7, first_seen=SINCE - 5 * DAY, changed_at=NOW), _last(item(8))) == [7]

    def test_an_item_the_last_issue_left_out_was_never_sent(self) -> None:
        assert self.told(item(7, first_seen=self.seen, changed_at=NOW), _last(item(8))) == []

    def test_an_item_that_is_new_in_this_issue(self) -> None:
        both = item(1, changed_at=NOW)
        assert ids(composed(desk(both, changed=(both,)), previous=_last(item(8))), "corrections") == []

    def test_an_item_that_joins_its_story_by_the_change(self) -> None:
        joined = item(7, first_seen=SINCE - 5 * DAY, changed_at=NOW)
        found = composed(desk(joined, changed=(joined,)), previous=_last(item(8)))
        assert (ids(found), ids(found, "corrections")) == ([7], [])

    def test_an_item_that_was_never_news(self) -> None:
        assert self.told(item(7, first_seen=SINCE - 5 * DAY, changed_at=NOW, news=False), _last(item(8))) == []

    def test_anything_before_the_first_issue(self) -> None:
        assert self.told(item(7, first_seen=SINCE - 5 * DAY, changed_at=NOW), None) == []

    def test_a_second_correction_is_measured_against_the_first(self) -> None:
        fixed = item(7, first_seen=SINCE - 5 * DAY, title="Fixed", changed_at=SINCE - DAY / 2)
        last = composed(desk(item(8), changed=(fixed,)), previous=_last(item(9)))
        last = replace(last, since=SINCE - DAY, until=SINCE)
        assert ids(last, "corrections") == [7]
        assert self.told(replace(fixed, changed_at=NOW), last) == []
        assert self.told(replace(fixed, title="Fixed again", changed_at=NOW), last) == [7]


class TestPreviously:
    """What the reader was sent last, in two or three lines."""

    def test_the_parts_of_the_last_issue(self) -> None:
        last = composed(desk(item(8), item(9), series=(series(part(item(9), 1)),)))
        assert [line.item for line in previously(last, STORY)] == [9]

    def test_else_its_first_three_items(self) -> None:
        assert [line.item for line in previously(composed(desk(*map(item, range(1, 9)))), STORY)] == [1, 2, 3]

    def test_without_the_markup_it_carried_then(self) -> None:
        last = composed(desk(item(1, html="<p>One</p>"), full_rights=frozenset({ItemId(1)})))
        assert previously(last, STORY)[0].html == ""

    @pytest.mark.parametrize("last", [None, composed(desk(item(1), story=SECOND))], ids=["first issue", "other story"])
    def test_nothing_where_nothing_was_sent(self, last: Issue | None) -> None:
        assert previously(last, STORY) == ()

    def test_it_stands_in_the_issue(self) -> None:
        assert ids(composed(desk(item(1)), previous=_last(item(8))), "previously") == [8]


ITEMS = st.lists(st.integers(1, 30), max_size=25).map(
    lambda numbers: tuple(item(n, source=f"Source {n % 3}") for n in numbers)
)
DESKS = st.builds(
    lambda story, items, parts: desk(*items, story=StoryId(story), series=(series(*parts),)),
    st.sampled_from(["a", "b", "c"]),
    ITEMS,
    st.lists(st.integers(1, 30).map(lambda n: part(item(n), n % 4 or None)), max_size=6),
)


@given(desks=st.lists(DESKS, max_size=3), max_items=st.integers(1, 30))
def test_every_item_is_counted_once_and_none_stands_twice(desks: list[StoryDesk], max_items: int) -> None:
    found = issue(*desks, max_items=max_items)
    arrived = {one.id for on in desks for one in on.items}
    if found is None:
        assert not arrived
        return
    shown = [line.item.item for told in found.stories for line in told.parts]
    shown += [line.item for told in found.stories for line in told.items]
    assert len(shown) == len(set(shown))
    assert set(shown) <= arrived
    assert len(shown) + sum(told.more for told in found.stories) == len(arrived)
    assert all(len(told.items) <= max(0, max_items - len(told.parts)) for told in found.stories)


@given(desks=st.lists(DESKS, max_size=3))
def test_an_issue_composed_again_says_the_same(desks: list[StoryDesk]) -> None:
    assert issue(*desks) == issue(*desks)


def test_what_is_overdue_says_so_among_what_is_awaited() -> None:
    by = item(900)
    owed = (promise(by, 2, id=PromiseId(1)), promise(by, 3, id=PromiseId(2)))
    found = composed(desk(item(1), series=(series(part(by, 1), promises=owed),), overdue=frozenset({PromiseId(1)})))
    assert [(line.part, line.overdue) for line in found.stories[0].awaited] == [(2, True), (3, False)]
