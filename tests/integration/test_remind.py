"""What time alone brings, and what a person said: the whole service over months of its clock, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from briefing import correct
from briefing.detect import rulings
from briefing.model import PromiseId, Series, SeriesId, StoryId
from briefing.store import stories
from tests.integration.documents import LONG, Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both

FEEDS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, SERIES}
digests:
  daily: {stories: [all], at: "13:00", to: [reader@example.org]}
"""
SERIAL = SITE + FEEDS.replace("SERIES", "series: {}")
TOLD = "routes: [{to: [hook, slack, desk]}]\n"
COMING = f"{LONG} Coming up in Part 2: The Keeper of the Lanterns."
FIRST = Entry("1", "Exit Plans: The Way Out", NOON - timedelta(hours=1), COMING)


def part(number: int, days: float, title: str = "", text: str = LONG) -> Entry:
    return Entry(str(number), title or f"Exit Plans, Part {number}", NOON + timedelta(days=days), text)


def put(world: World, *entries: Entry) -> None:
    world.feeds.put("/one.rss", rss(*entries, base=world.feeds.url))


async def passes(world: World, *, days: int) -> None:
    """Let days pass, with a look at what is due each day."""
    for _ in range(days):
        world.later(days=1)
        await world.work()


def ledger(world: World) -> tuple[Series, ...]:
    with world.store.reading() as session:
        return stories.ledger(session, story=StoryId("all"))


def states(world: World) -> list[str]:
    return [promise.state.value for series in ledger(world) for promise in series.promises]


def headlines(world: World) -> list[str]:
    return [message["text"] for message in world.chat.slack]


# --- overdue, lapsed, kept after all --------------------------------------------------------------------------------


@live_on_both(SERIAL + TOLD)
async def test_an_overdue_part_is_told_once_then_given_up_and_known_when_it_comes_after_all(world: World) -> None:
    put(world, FIRST)
    await passes(world, days=6)
    assert world.events("overdue") == []
    await passes(world, days=3)
    assert len(world.events("overdue")) == 1
    assert headlines(world)[-1] == "Part 2 is overdue: The Keeper of the Lanterns — One"
    assert headlines(world).count(headlines(world)[-1]) == 1
    mail = next(text for text in map(world.text, world.mail.messages) if "only reminder" in text)
    assert "Promised 5 November in Part 1" in " ".join(mail.split())
    async with world.again(SERIAL + TOLD) as restarted:
        await passes(restarted, days=2)
    assert len(world.events("overdue")) == 1
    world.later(days=80)
    await world.work()
    assert states(world) == ["lapsed"]
    put(world, FIRST, part(2, 92))
    world.later(days=2)
    await world.work()
    assert states(world) == ["kept"]
    assert headlines(world)[-1].startswith("Part 2 is out")
    assert len(world.events("overdue")) == 1


@pytest.mark.slow
@live(SERIAL)
async def test_an_issue_says_what_is_overdue_and_lists_nothing_that_lapsed(world: World) -> None:
    put(world, FIRST)
    await passes(world, days=10)
    put(world, FIRST, Entry("9", "Rain", NOON + timedelta(days=10)))
    await passes(world, days=1)
    assert "days ago · overdue" in world.text(world.mail.messages[-1])
    world.later(days=85)
    await world.work()
    put(world, FIRST, Entry("10", "Snow", NOON + timedelta(days=96)))
    await passes(world, days=1)
    last = world.text(world.mail.messages[-1])
    assert "Snow" in last
    assert "STILL AWAITED" not in last


@live_on_both(SITE + FEEDS.replace("SERIES", "series: {remind_after: 2d}") + TOLD)
async def test_the_operator_says_when_a_part_is_overdue(world: World) -> None:
    put(world, FIRST)
    await passes(world, days=1)
    assert world.events("overdue") == []
    await passes(world, days=1)
    assert len(world.events("overdue")) == 1


@live(SERIAL + TOLD)
async def test_what_was_overdue_before_we_knew_of_it_is_no_news(world: World) -> None:
    put(world, Entry("1", FIRST.title, NOON - timedelta(days=30), COMING))
    await passes(world, days=8)
    assert (states(world), world.events("overdue")) == (["awaited"], [])


@live(SERIAL + TOLD)
async def test_reminders_of_the_time_we_slept_are_told_together(world: World) -> None:
    other = Entry("5", "The Long Road: A Start", NOON - timedelta(hours=2), f"{LONG} Coming up in Part 2: The Bridge.")
    put(world, FIRST, other)
    await world.work()
    before = (len(headlines(world)), len(world.chat.hooks))
    world.later(days=20)
    await world.work()
    assert headlines(world)[before[0] :] == ["2 alerts, missed while away"]
    assert len(world.chat.hooks) == before[1] + 2


# --- gaps -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@live_on_both(SERIAL + TOLD)
async def test_a_part_that_was_passed_over_is_told_after_a_day_and_no_reminder_follows(world: World) -> None:
    put(world, FIRST)
    await world.work()
    put(world, FIRST, part(3, 0.1))
    world.later(hours=3)
    await world.work()
    assert world.events("gap") == []
    await passes(world, days=12)
    assert len(world.events("gap")) == 1
    assert world.events("overdue") == []
    assert "Part 2 is missing, Part 3 is out: Exit Plans — One" in headlines(world)


@live(SERIAL + TOLD)
async def test_a_part_that_comes_late_within_a_day_was_never_missing(world: World) -> None:
    put(world, FIRST, part(3, 0.1))
    world.later(hours=3)
    await world.work()
    put(world, FIRST, part(3, 0.1), part(2, 0.2))
    await passes(world, days=3)
    assert world.events("gap") == []


@live(SERIAL + TOLD)
async def test_gaps_in_what_a_feed_held_from_before_are_no_news(world: World) -> None:
    put(world, *(part(number, -30 + number) for number in (1, 2, 4, 5, 9)))
    await passes(world, days=3)
    assert len(ledger(world)[0].instalments) == 5
    assert world.events() == []


# --- a new series ---------------------------------------------------------------------------------------------------

APART = """
routes:
  - {when: {event: new_series}, to: slack}
  - {when: {event: instalment}, to: hook}
"""


@live_on_both(SERIAL + APART)
async def test_a_new_series_is_told_once_where_its_parts_are_not(world: World) -> None:
    put(world, part(1, -0.1))
    await world.work()
    assert headlines(world) == []
    for number in (2, 3):
        put(world, *(part(each, each / 10) for each in range(2, number + 1)), part(1, -0.1))
        world.later(hours=6)
        await world.work()
    assert headlines(world) == ["A new series: Exit Plans — One"]
    assert [hook["type"] for hook in world.chat.hooks] == ["briefing.instalment"] * 3


@live(SERIAL + TOLD)
async def test_whoever_is_told_of_the_part_is_not_told_of_the_series_besides(world: World) -> None:
    put(world, Entry("1", "Exit Plans, Part 1", NOON - timedelta(hours=1), COMING))
    await world.work()
    assert [line.split(":")[0] for line in headlines(world)] == ["Part 1 is out", "Part 2 is announced"]
    assert len(world.events("new_series")) == 1


# --- feeds.yaml -----------------------------------------------------------------------------------------------------

EXPECTS = SITE + FEEDS.replace(
    "SERIES", "series: {match: Exit Plans, expect: {part: 2, title_like: Keeper of Lanterns}}"
)
ONLY = SITE + FEEDS.replace("SERIES", "series: {match: Exit Plans}")


@live_on_both(EXPECTS + TOLD)
async def test_what_feeds_yaml_expects_is_awaited_as_long_as_it_stands_there(world: World) -> None:
    assert states(world) == ["awaited"]
    async with world.again(EXPECTS) as again:
        assert states(again) == ["awaited"]
        async with again.again(ONLY) as without:
            assert states(without) == ["lapsed"]
            async with without.again(EXPECTS) as back:
                assert states(back) == ["awaited"]
                back.later(days=100)
                await back.work()
                assert states(back) == ["awaited"], "a person awaits it"


@live(EXPECTS + TOLD)
async def test_an_expected_part_is_found_in_the_series_that_begins_later(world: World) -> None:
    put(world, part(1, 0.1))
    await passes(world, days=1)
    put(world, part(1, 0.1), part(2, 1.1))
    await passes(world, days=1)
    (series,) = ledger(world)
    assert ([one.part for one in series.instalments], states(world)) == ([1, 2], ["kept"])
    assert world.events("instalment") == ["instalment:all:1", "instalment:all:2"]


@live(ONLY + TOLD)
async def test_a_series_that_is_not_the_one_named_is_not_followed(world: World) -> None:
    put(world, Entry("5", "The Long Road, Part 1", NOON - timedelta(hours=1), COMING), part(1, -0.2))
    await world.work()
    assert [series.title for series in ledger(world)] == ["Exit Plans"]
    assert len(world.events("item")) == 1


# --- a person's word ------------------------------------------------------------------------------------------------


def ids(world: World) -> tuple[SeriesId, PromiseId]:
    """Return the ids of the only series and its first promise."""
    (series,) = ledger(world)
    number, promise = series.id, series.promises[0].id
    assert number is not None
    assert promise is not None
    return number, promise


def say(world: World, word: Any, *args: Any, **more: Any) -> Any:
    """Do what a command does: a transaction of another process."""
    with world.store.transaction() as session:
        return word(session, *args, **more)


@pytest.mark.slow
@live_on_both(SERIAL + TOLD)
async def test_a_word_outlives_polls_edits_and_restarts(world: World) -> None:
    put(world, FIRST, part(2, 0))
    world.later(hours=1)
    await world.work()
    assert states(world) == ["kept"]
    say(world, correct.say_of_promise, ids(world)[1], rulings.reject)
    for title in ("Exit Plans, Part 2", "Exit Plans, Part 2: The Keeper of the Lanterns"):
        async with world.again(SERIAL + TOLD) as restarted:
            put(restarted, FIRST, part(2, 0, title))
            await passes(restarted, days=1)
            assert states(restarted) == ["awaited"]
    put(world, FIRST, part(2, 0), Entry("7", "The Keeper of the Lanterns", NOON + timedelta(days=2)))
    await passes(world, days=1)
    assert states(world) == ["kept"]
    say(world, correct.say_of_series, ids(world)[0], rulings.reject_series)
    put(world, FIRST, part(3, 3, text=f"{LONG} Coming up in Part 4: Oil."))
    await passes(world, days=1)
    assert (len(ledger(world)), states(world)) == (1, ["kept"])
    assert len(world.events("item")) == 1, "it is told as an item"


@pytest.mark.slow
@live(SERIAL + TOLD)
async def test_a_marked_item_is_in_the_next_issue_as_that_part(world: World) -> None:
    put(world, FIRST, Entry("8", "A Keeper Speaks", NOON - timedelta(minutes=5)))
    await world.work()
    after, item = say(world, correct.mark, ids(world)[0], 2, f"{world.feeds.url}/8", now=world.now)
    assert item is not None
    assert [one.part for one in after.instalments] == [1, 2]
    await passes(world, days=1)
    assert "PART 2 IS NEW" in world.text(world.mail.messages[-1])
