"""Alerts that are held: quiet hours end in one message, a burst is told in one, what is urgent passes."""

import pytest

from briefing.model import DeliveryState
from tests.integration.documents import Entry, rss
from tests.integration.test_fold import headlines
from tests.integration.world import NOON, SITE, World, live, live_on_both, play

FEEDS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, series: {}}
"""
QUIET = "quiet: {from: '15:00', until: '16:00', timezone: Europe/Athens}"  # an hour from one past noon in UTC
HELD = f"routes: [{{to: [hook, slack, desk], {QUIET}}}]\n"
TITLES = ("Rain in Lisbon", "The Long Road, Part 2: The Bridge", "Wind in Kyiv", "Snow in Oslo")


async def bring(world: World, *titles: str, **later: float) -> None:
    """Let a feed that is known bring these too, and do all that is due."""
    if not world.items():
        world.feeds.put("/one.rss", rss(Entry("old", "The Long Road, Part 1: The Ford", NOON), title="One"))
        await world.work()
        await world.deliver(minutes=30)
        world.chat.posts.clear()
        world.mail.received.clear()
    world.later(**later)
    entries = [Entry(title, title, world.now) for title in titles]
    world.feeds.put("/one.rss", rss(Entry("old", "The Long Road, Part 1: The Ford", NOON), *entries, title="One"))
    await world.work()


@live_on_both(SITE + FEEDS + HELD)
async def test_quiet_hours_hold_all_and_end_in_one_message_to_each(world: World) -> None:
    await bring(world, *TITLES[:2], minutes=30)
    await bring(world, *TITLES[:3], minutes=30)
    assert (headlines(world), world.mail.received, world.chat.hooks) == ([], [], [])
    assert len(world.items()) == 4  # the service goes on watching
    waiting = [one for one in world.deliveries() if one.state is DeliveryState.PENDING]
    assert {one.next_attempt_at.hour for one in waiting} == {14}
    assert all(one.held for one in waiting)
    world.later(minutes=30)
    await world.work()
    assert headlines(world) == ["3 alerts"]
    (mail,) = world.mail.messages
    assert mail["Subject"].startswith("3 alerts")
    words = world.text(mail)
    assert all(title.rpartition(": ")[2] in words for title in TITLES[:3])
    assert len(world.chat.hooks) == 3
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}


@live(SITE + FEEDS + HELD)
async def test_a_single_alert_is_told_as_it_is_when_quiet_hours_end(world: World) -> None:
    await bring(world, TITLES[0], minutes=30)
    assert headlines(world) == []
    world.later(hours=1)
    await world.work()
    assert [TITLES[0] in line for line in headlines(world)] == [True]


@live(SITE + FEEDS + HELD)
async def test_what_is_held_outlives_a_crash(world: World) -> None:
    await bring(world, *TITLES[:2], minutes=30)
    async with world.again(SITE + FEEDS + HELD) as restarted:
        await restarted.deliver(minutes=59)
        assert headlines(world) == []
        await restarted.deliver(minutes=1)
    assert headlines(world) == ["2 alerts"]


@pytest.mark.parametrize("hours", ["route", "site"])
def test_what_is_urgent_passes_quiet_hours(hours: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    urgent = "{when: {event: instalment}, to: slack, urgent: true, continue: true}"
    last = "{to: [slack]}" if hours == "site" else f"{{to: [slack], {QUIET}}}"
    site = SITE.replace("site:\n", f"site:\n  {QUIET}\n") if hours == "site" else SITE

    async def story(world: World) -> None:
        await bring(world, *TITLES[:3], minutes=30)
        assert [TITLES[1].rpartition(": ")[2] in line for line in headlines(world)] == [True]
        world.later(hours=1)
        await world.work()
        assert headlines(world)[1:] == ["2 alerts"]

    play(tmp_path_factory.mktemp("urgent"), f"{site}{FEEDS}routes: [{urgent}, {last}]\n", story)


@live(SITE + FEEDS + "routes: [{to: [hook, slack], group: 30m}]\n")
async def test_a_burst_is_one_message_at_the_time_of_its_first(world: World) -> None:
    await bring(world, TITLES[0], minutes=30)
    await bring(world, *TITLES[:3], minutes=20)
    assert headlines(world) == []
    assert len(world.chat.hooks) == 3  # a program reads each at once
    await world.deliver(minutes=10)
    assert headlines(world) == ["3 alerts"]
    await bring(world, *TITLES, minutes=15)
    assert len(headlines(world)) == 1
    await world.deliver(minutes=30)
    assert [TITLES[3] in line for line in headlines(world)] == [False, True]


@live(SITE + FEEDS + f"routes: [{{when: {{event: instalment}}, to: slack, group: 10m}}, {{to: slack, {QUIET}}}]\n")
async def test_a_burst_does_not_end_quiet_hours(world: World) -> None:
    await bring(world, *TITLES[:3], minutes=30)
    await world.deliver(minutes=10)
    assert [TITLES[1].rpartition(": ")[2] in line for line in headlines(world)] == [True]
    await world.deliver(minutes=50)
    assert headlines(world)[1:] == ["2 alerts"]
