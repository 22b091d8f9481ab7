"""What lasts is told again, and nothing twice: when it grew, when it changed, or when its route says to repeat it."""

from datetime import timedelta

import pytest

from briefing.model import DeliveryState
from tests.integration import test_copies as docks
from tests.integration import test_remind as parts
from tests.integration.documents import Entry
from tests.integration.test_copies import AT, CONFIG, ROUTES, bring
from tests.integration.test_fold import headlines
from tests.integration.test_silences import put as silence
from tests.integration.test_withdraw import take_back
from tests.integration.world import SITE, World, live, live_on_both

THREE = ("wire", "post", "gazette")
TOLD = CONFIG.replace(ROUTES, "routes: [{to: [hook, slack, desk]}]\n")
FIFTH = (
    "Nothing moves in the harbour of Northport. Its dock workers left over night shifts, and ships queue outside while"
    " the union and the authority trade blame. A strike like this has not been seen there for twenty years."
)
FEED = SITE + 'feeds:\n  one: {url: "${FEEDS}/one.rss", allow_private: true}\nstories: {all: {title: All of it}}\n'


def counts(world: World) -> list[str]:
    """Return what the chat was told of how many report it, without the title."""
    return [line.partition(": ")[0] for line in headlines(world) if "reported by" in line.casefold()]


def subjects(world: World) -> list[str]:
    return [mail["Subject"] for mail in world.mail.messages]


async def more(world: World, *names: str, **later: float) -> None:
    """Let these feeds have their reports, and the star one of its own, poll and deliver."""
    reports = {name: docks.REPORTS[name] for name in names}
    own = Entry("f", "No ship unloaded in Northport as dock workers strike", AT + timedelta(hours=3), FIFTH)
    docks.put(world, **reports | ({"star": own} if "star" in names else {}))
    await world.poll(**later)
    await world.deliver()


# --- what grew ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@live_on_both(TOLD)
async def test_growth_is_told_once_an_hour_and_says_what_is_new(world: World) -> None:
    await more(world, *THREE)
    assert counts(world) == ["Reported by 3 publishers, 3 origins"]
    await more(world, *THREE, "echo", minutes=15)
    await more(world, *THREE, "echo", "star", minutes=15)
    await world.deliver(minutes=29)
    assert len(counts(world)) == 1
    await world.deliver(minutes=1)
    assert counts(world)[1:] == ["Now reported by 5 publishers, 5 origins (before 3, 3)"]
    for _ in range(30):
        world.later(hours=1)
        await world.work()
    assert len(counts(world)) == 2
    (first, again) = [hook["data"]["id"] for hook in world.chat.hooks]
    assert again == f"{first}+3"  # the second telling was told in it
    assert len([one for one in subjects(world) if "reported by" in one.casefold()]) == 2
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}


@live_on_both(TOLD.replace("desk]", "desk], group: 20m"))
async def test_a_route_says_how_often_growth_is_told(world: World) -> None:
    await more(world, *THREE)
    await world.deliver(minutes=20)
    await more(world, *THREE, "echo", minutes=5)
    await world.deliver(minutes=14)
    assert len(counts(world)) == 1
    await world.deliver(minutes=1)
    assert counts(world)[1:] == ["Now reported by 4 publishers, 4 origins (before 3, 3)"]


@live(TOLD)
async def test_a_copy_is_no_growth(world: World) -> None:
    await bring(world, *THREE)
    await world.deliver()
    await bring(world, *THREE, "star", hours=2)
    await world.deliver(hours=2)
    assert len(world.events("corroborated")) == 1
    assert {len(world.chat.hooks), len(counts(world)), len(subjects(world))} == {1}


NIGHT = "routes: [{to: slack, quiet: {from: '12:00', until: '15:00'}}]\n"


@live_on_both(CONFIG.replace(ROUTES, NIGHT))
async def test_quiet_hours_end_in_one_message_that_says_how_it_stands_by_then(world: World) -> None:
    await more(world, "wire", "post")
    await more(world, *THREE, minutes=30)
    await more(world, *THREE, "echo", minutes=30)
    await more(world, *THREE, "echo", "star", minutes=30)
    assert headlines(world) == []
    await world.deliver(hours=2)
    assert len(headlines(world)) == 1
    assert counts(world) == ["Reported by 5 publishers, 5 origins"]
    (last,) = [one for one in world.deliveries() if not one.carrier]
    assert {one.carrier for one in world.deliveries()} == {last.id, None}
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}


LOUD = "routes: [{when: {event: corroborated, origins: 4}, to: hook, continue: true}, {to: slack}]\n"


@live_on_both(CONFIG.replace(ROUTES, LOUD))
async def test_a_channel_that_asks_for_more_is_told_once_there_are_as_many(world: World) -> None:
    await more(world, *THREE)
    assert world.chat.hooks == []
    await more(world, *THREE, "echo", minutes=15)
    (hook,) = world.chat.hooks
    assert hook["data"]["headline"].startswith("Reported by 4 publishers, 4 origins")
    await world.deliver(hours=1)
    assert counts(world)[1:] == ["Now reported by 4 publishers, 4 origins (before 3, 3)"]
    assert len(world.chat.hooks) == 1


# --- what is repeated -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@live_on_both(CONFIG.replace(ROUTES, "routes: [{to: [slack], repeat: 6h}]\n"))
async def test_a_development_is_repeated_while_as_many_report_it_in_time(world: World) -> None:
    await more(world, *THREE)
    for _ in range(30):
        world.later(hours=1)
        await world.work()
    # The reports are of 7:00 and 8:00; a day later they are of no day that ends now.
    assert counts(world) == [
        "Reported by 3 publishers, 3 origins",
        "Still reported by 3 publishers, 3 origins",
        "Still reported by 3 publishers, 3 origins",
        "Still reported by 3 publishers, 3 origins",
    ]


@pytest.mark.slow
@live_on_both(parts.SERIAL + "routes: [{to: [hook, slack], repeat: 2d}]\n")
async def test_an_overdue_part_is_said_to_be_awaited_still_until_it_comes(world: World) -> None:
    parts.put(world, parts.FIRST)
    await parts.passes(world, days=12)
    late, still = (f"Part 2 is {how}: The Keeper of the Lanterns — One" for how in ("overdue", "still awaited"))
    assert headlines(world)[2:] == [late, still, still]
    assert ["remind you again" in str(one) for one in world.chat.slack[2:]] == [True] * 3
    parts.put(world, parts.FIRST, parts.part(2, 12))
    await parts.passes(world, days=5)
    assert headlines(world)[5:] == [headlines(world)[5]]
    assert headlines(world)[5].startswith("Part 2 is out")
    assert len(world.chat.hooks) == len(headlines(world))


@pytest.mark.slow
@live(parts.SERIAL + "routes: [{to: slack, repeat: 2d}]\n")
async def test_a_reminder_that_waits_is_not_sent_once_what_it_quotes_is_withdrawn(world: World) -> None:
    parts.put(world, parts.FIRST)
    await parts.passes(world, days=11)
    (late,) = world.events("overdue")[:1]
    told = len(headlines(world))
    world.later(days=2)
    assert await world.service.remind() == 1
    take_back(world, parts.FIRST.title, silent=True)
    await world.deliver()
    assert len(headlines(world)) == told
    again = [one for one in world.deliveries() if one.event and one.event.startswith(f"{late}+")]
    assert again[-1].state is DeliveryState.DEAD


@pytest.mark.slow
@live_on_both(FEED + "routes: [{to: [slack, desk], repeat: 24h}]\n")
async def test_a_feed_is_said_to_be_down_still_and_once_that_it_is_gone(world: World) -> None:
    world.feeds.put("/one.rss", "no", status=503)
    for _ in range(12):
        world.later(hours=6)
        await world.work()
    down, *still = [line.partition(":")[0] for line in headlines(world)]
    assert (down, still) == (
        "Feed one is down",
        ["Feed one is still down, for 36 hours", "Feed one is still down, for 2 days"],
    )
    assert len(subjects(world)) == 3
    world.feeds.put("/one.rss", "gone", status=410)
    world.later(hours=1)
    await world.service.poll(force=True)
    await world.work()
    (gone,) = headlines(world)[3:]
    assert "410" in gone
    assert "not asked again" in str(world.chat.slack[-1])


@pytest.mark.slow
@live_on_both(FEED + "routes: [{to: [slack]}]\n")
async def test_nothing_is_repeated_that_no_route_asks_for(world: World) -> None:
    world.feeds.put("/one.rss", "no", status=503)
    for _ in range(20):
        world.later(hours=6)
        await world.work()
    assert len(headlines(world)) == 1


@live_on_both(FEED + "routes: [{to: [slack], repeat: 1d}, {to: hook}]\n")
async def test_a_repeat_that_is_due_outlives_a_crash_and_two_that_find_it_tell_it_once(world: World) -> None:
    world.feeds.put("/one.rss", "no", status=503)
    for _ in range(6):
        await world.poll(hours=2)
    await world.deliver()
    world.later(hours=25)
    with world.refusing("INSERT ON deliveries", "NEW.event LIKE '%+2'"), pytest.raises(Exception, match="disk trouble"):
        await world.service.remind()
    assert len(world.events("feed_down")) == 1
    async with world.again(FEED + "routes: [{to: [slack], repeat: 1d}, {to: hook}]\n") as other:
        assert [await world.service.remind(), await other.service.remind()] == [1, 0]
        await other.deliver()
    assert len(headlines(world)) == 2
    assert world.chat.hooks == []


@live(FEED + "routes: [{to: [slack], repeat: 1d}]\n")
async def test_what_is_muted_is_repeated_when_the_silence_has_ended(world: World) -> None:
    silence(world, hours=30, feed=("one",))
    world.feeds.put("/one.rss", "no", status=503)
    for _ in range(9):
        world.later(hours=6)
        await world.work()
    assert [line.partition(",")[0] for line in headlines(world)] == ["Feed one is down: HTTP 503 Service Unavailable"]
    assert {one.state for one in world.deliveries()} == {DeliveryState.SILENCED, DeliveryState.SENT}
