"""Alerts that come late: one message to each address that people read, every event to what a program reads."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from briefing import service
from briefing.model import Act, DeliveryState, Wanted
from briefing.store import deliveries
from demo.feed_server import FeedServer
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, play, until

FEEDS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
  two: {url: "${FEEDS}/two.rss", allow_private: true, title: Two}
stories:
  all: {title: All of it, series: {}}
routes: [{to: [hook, slack, desk]}]
"""
TITLES = ("Rain in Lisbon", "Snow in Oslo", "Wind in Kyiv", "The Long Road, Part 2: The Bridge")


def put(server: FeedServer, *, old: bool = True, new: bool = False) -> None:
    """Put up two feeds: with an old item each, with two new ones each."""
    for name, titles in (("one", TITLES[:2]), ("two", TITLES[2:])):
        later = [Entry(f"{name}{n}", title, NOON + timedelta(hours=60 + n)) for n, title in enumerate(titles)]
        known = [Entry(f"{name}-old", f"The Long Road, Part 1 ({name})", NOON - timedelta(hours=1))]
        server.put(f"/{name}.rss", rss(*(known if old else []), *(later if new else []), title=name.title()))


async def asleep(world: World, **nap: float) -> None:
    """Tell the old items, sleep, and wake to four new ones."""
    put(world.feeds)
    await world.work()
    world.chat.posts.clear()
    world.mail.received.clear()
    put(world.feeds, new=True)
    world.later(**nap)


def headlines(world: World) -> list[str]:
    """Return the first line of every chat message."""
    return [message["text"] for message in world.chat.slack]


@pytest.mark.slow
@live((SITE + FEEDS).replace("defaults: {", "defaults: {max_age: 3h, "))
async def test_how_late_is_late_is_the_operators_to_say(world: World) -> None:
    await asleep(world, hours=2)
    await world.work()
    assert len(headlines(world)) == 4
    await asleep(world, hours=4)
    put(world.feeds, old=False, new=True)
    world.feeds.put("/two.rss", rss(*(Entry(title, title, NOON) for title in ("Hail", "Fog", "Frost")), title="Two"))
    await world.work()
    assert headlines(world) == ["3 alerts, missed while away"]


@live((SITE + FEEDS).replace("every: 15m", "every: 12h").replace("defaults: {", "defaults: {max_age: 1h, "))
async def test_a_feed_that_is_polled_seldom_is_not_late_for_that(world: World) -> None:
    await asleep(world, hours=12)
    await world.work()
    assert len(headlines(world)) == 4


@live(SITE + FEEDS)
async def test_72_hours_asleep_give_one_message_and_a_program_every_event(world: World) -> None:
    await asleep(world, hours=72)
    await world.work()
    assert headlines(world) == ["4 alerts, missed while away"]
    (mail,) = world.mail.messages
    assert mail["Subject"].startswith("4 alerts, missed while away")
    words = world.text(mail)
    assert words.index("The Bridge") < words.index(TITLES[1])  # a part leads, then the newest
    assert "1 more" in words.casefold()
    assert len(world.chat.hooks) == 4
    assert world.chat.invalid == 0
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}
    carried = [one for one in world.deliveries() if one.carrier]
    assert len(carried) == 8
    assert len({one.carrier for one in carried}) == 2
    for _ in range(3):
        world.later(hours=1)
        await world.work()
    assert (len(headlines(world)), len(world.mail.messages)) == (1, 1)


@live(SITE + FEEDS)
async def test_a_night_asleep_folds_nothing(world: World) -> None:
    await asleep(world, hours=20)
    await world.work()
    assert len(headlines(world)) == 4
    assert len(world.mail.messages) == 4


@live(SITE + FEEDS)
async def test_one_late_alert_is_told_as_it_is(world: World) -> None:
    put(world.feeds)
    await world.work()
    world.chat.posts.clear()
    put(world.feeds)
    world.feeds.put("/one.rss", rss(Entry("x", TITLES[0], NOON + timedelta(hours=60)), title="One"))
    world.later(hours=72)
    await world.work()
    assert [TITLES[0] in line for line in headlines(world)] == [True]


@live(SITE + FEEDS)
async def test_what_waited_in_the_outbox_is_told_with_what_the_polls_bring(world: World) -> None:
    put(world.feeds)
    await world.service.poll()  # and we sleep before anything is sent
    put(world.feeds, new=True)
    world.later(hours=72)
    await world.work()
    assert headlines(world) == ["6 alerts, missed while away"]
    assert len(world.chat.hooks) == 6


@live((SITE + FEEDS).replace("hook, slack, desk", "slack"))
async def test_a_message_that_carries_others_and_dies_can_be_sent_again_with_them(world: World) -> None:
    await asleep(world, hours=72)
    world.chat.answer(404, "no_service", times=1)
    await world.work()
    slack = [one for one in world.deliveries() if one.channel == "slack" and one.created_at == world.now]
    assert {one.state for one in slack} == {DeliveryState.DEAD}
    assert len(slack) == 5
    carried = next(one for one in slack if one.carrier)
    world.chat.posts.clear()
    world.enable("slack")
    with world.store.transaction() as session:
        wanted = Wanted(frozenset({carried.id}))
        again = deliveries.perform(session, act=Act.RETRIED, wanted=wanted, by="ann@desk", now=world.now)
    assert again == {carried.carrier}
    await world.work()
    assert headlines(world) == ["4 alerts, missed while away"]
    assert {one.state for one in world.deliveries() if one.channel == "slack"} == {DeliveryState.SENT}


@pytest.mark.slow
@live(SITE + FEEDS)
async def test_what_was_folded_and_missed_again_is_counted_once(world: World) -> None:
    await asleep(world, hours=72)
    await world.service.poll()
    await world.service.relay.fold(patient=False)  # and we sleep before it is sent
    for name in ("one", "two"):
        world.feeds.put(f"/{name}.rss", rss(Entry(f"{name}9", f"Late {name}", NOON + timedelta(hours=140))))
    world.later(hours=72)
    await world.work()
    assert headlines(world) == ["6 alerts, missed while away"]
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}


def test_a_service_that_wakes_waits_for_its_feeds_before_it_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: World) -> None:
        await asleep(world, hours=72)
        stop = asyncio.Event()
        running = asyncio.create_task(world.service.run(stop))
        await until(lambda: len(world.chat.hooks) == 4)
        await asyncio.sleep(0.3)
        assert headlines(world) == []
        world.later(minutes=2)
        await until(lambda: headlines(world) and world.mail.received)
        stop.set()
        await asyncio.wait_for(running, 5)
        assert (headlines(world), len(world.mail.received)) == (["4 alerts, missed while away"], 1)

    for name in ("POLL_SECONDS", "PUBLISH_SECONDS", "RELAY_SECONDS"):
        monkeypatch.setattr(service, name, 0.1)
    play(tmp_path, SITE + FEEDS, story)


@live(SITE + FEEDS)
async def test_what_waits_to_be_folded_goes_singly_once_its_channel_is_a_programs(world: World) -> None:
    await asleep(world, hours=72)
    await world.service.poll()
    slack = 'slack: {type: slack, url: "${SLACK}", rate: 1000/s, allow_private: true}'
    program = 'slack: {type: webhook, url: "${HOOK}", secret: "${SECRET}", allow_private: true}'
    async with world.again((SITE + FEEDS).replace(slack, program)) as edited:
        await edited.deliver()
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}
    assert len([one for one in world.deliveries() if one.channel == "slack" and one.created_at == world.now]) == 4
