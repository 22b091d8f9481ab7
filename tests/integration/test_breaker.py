"""A channel whose far end fails, is withdrawn, or comes back: what is due waits, one message tries it, others hear."""

from datetime import timedelta

import pytest

from briefing.model import LaneStanding
from briefing.store import channels
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both, play

FEED = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
"""
ROUTES = "routes: [{when: {event: [channel_down, channel_up]}, to: [hook, slack]}, {to: hook}]\n"
HOOK = SITE + FEED + ROUTES
ALONE = SITE + FEED + "routes: [{to: hook}]\n"
MANY = 1000


async def report(world: World, *numbers: int) -> None:
    """Let the feed tell items with these numbers, one event each."""
    entries = [Entry(str(n), f"Report number {n}", NOON - timedelta(minutes=n)) for n in numbers]
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.poll()


def stands(world: World, channel: str = "hook") -> LaneStanding:
    with world.store.reading() as session:
        return channels.standings(session)[channel]


def at(world: World, status: int) -> int:
    """Return how many posts to the webhook got this status."""
    return sum(post.path == "/hook" and post.status == status for post in world.chat.posts)


def told(world: World) -> list[str]:
    return [message["text"] for message in world.chat.slack]


@live_on_both(HOOK)
async def test_after_three_failures_what_is_due_waits_and_one_message_tries(world: World) -> None:
    world.chat.answer(503, times=MANY)
    await report(world, *range(10))
    await world.deliver()
    tried = at(world, 503)
    assert 3 <= tried <= 4  # two were on their way at once
    assert await world.deliver(seconds=4) == 0
    for wait in (5, 10, 20):
        assert await world.deliver(seconds=wait) == 1
    world.chat._scripted.clear()
    await world.deliver(seconds=40)
    assert stands(world) == LaneStanding()
    await world.deliver(minutes=5)
    assert {row.state for row in world.deliveries()} == {"sent"}
    assert (at(world, 503), at(world, 204), told(world)) == (tried + 3, 10, [])


@live_on_both(HOOK)
async def test_a_restart_does_not_forget_that_a_far_end_is_down(world: World) -> None:
    world.chat.answer(503, times=MANY)
    await report(world, *range(10))
    for _ in range(5):
        await world.deliver(seconds=80)
    tried, standing = at(world, 503), stands(world)
    assert standing.until is not None
    assert standing.until > world.now
    async with world.again(HOOK) as restarted:
        assert await restarted.deliver() == 0
        assert stands(world) == standing
        world.clock[0] = standing.until
        assert await restarted.deliver() == 1
    assert at(world, 503) == tried + 1


@live(HOOK)
async def test_the_wait_grows_to_a_limit_and_a_long_failure_is_told_elsewhere_once(world: World) -> None:
    world.chat.answer(503, times=MANY)
    await report(world, *range(20))
    await world.deliver()
    for _ in range(16):
        await world.deliver(minutes=8)
    assert world.now < (stands(world).until or NOON) <= world.now + timedelta(minutes=15)
    assert len(world.events("channel_down:hook")) == 1
    world.chat._scripted.clear()
    await world.deliver(minutes=15)
    await world.deliver(hours=12)
    told_of = [row for row in world.deliveries() if row.event and row.event.startswith("channel_")]
    assert [(row.channel, row.state) for row in told_of if ":hook:" in str(row.event)] == [("slack", "sent")] * 2
    assert (at(world, 204), stands(world)) == (20, LaneStanding())


@live_on_both(ALONE)
async def test_a_channel_that_is_withdrawn_is_disabled_at_once_and_the_operator_is_told_by_mail(world: World) -> None:
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    await world.deliver()
    (mail,) = world.mail.messages
    assert mail["To"] == "operator@example.org"
    assert "Channel hook is down: answered 410 Gone" in mail["Subject"]
    assert "briefing channels enable hook" in world.text(mail)
    async with world.again(ALONE) as restarted:
        restarted.later(hours=1)
        await report(restarted, 1, 2)
        await restarted.deliver(days=30)
        assert len(world.chat.posts) == 1
        before = restarted.enable("hook")
        assert before.disabled_at == NOON
        await restarted.deliver()
    assert at(world, 204) >= 1
    assert [mail["Subject"].partition(" · ")[0] for mail in world.mail.messages][1:] == ["Channel hook is live again"]


DESK = SITE + FEED + "routes: [{when: {event: [channel_down, channel_up]}, to: [slack, desk]}, {to: desk}]\n"


@live_on_both(DESK)
async def test_mail_that_is_down_for_an_hour_is_told_in_a_chat_and_never_by_mail(world: World) -> None:
    world.mail.fail("MAIL", "550 5.7.1 not you", times=MANY)
    await report(world, *range(6))
    await world.deliver()
    for _ in range(3):
        await world.deliver(minutes=15)
    assert told(world) == []
    await world.deliver(minutes=16)
    await world.deliver()
    assert told(world) == ["Channel mail is down: MAIL FROM: 550 5.7.1 not you"]
    assert world.mail.received == []
    world.mail._faults.clear()
    await world.deliver(minutes=20)
    await world.deliver(hours=6)
    assert told(world)[1:] == ["Channel mail is live again"]
    assert not any("Channel mail" in str(mail["Subject"]) for mail in world.mail.messages)
    assert {row.state for row in world.deliveries()} == {"sent"}


@live(HOOK)
async def test_a_route_takes_the_news_of_a_channel_but_never_to_itself(world: World) -> None:
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    await world.deliver()
    assert told(world) == ["Channel hook is down: answered 410 Gone"]
    assert world.mail.messages == []
    assert len([post for post in world.chat.posts if post.path == "/hook"]) == 1


@live(HOOK)
async def test_news_of_a_channel_go_by_mail_where_the_other_is_down_too(world: World) -> None:
    world.chat.answer(410)
    await world.service.test_channel("slack")
    await world.deliver()
    assert [hook["type"] for hook in world.chat.hooks] == ["briefing.channel_down"]
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    await world.deliver()
    assert [mail["Subject"].partition(":")[0] for mail in world.mail.messages] == ["Channel hook is down"]


@live_on_both(ALONE)
async def test_another_address_in_feeds_yaml_makes_it_live_again(world: World) -> None:
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    world.later(minutes=15)
    await report(world, 1, 2)
    async with world.again(ALONE.replace("${HOOK}", "${HOOK}?new=1")) as edited:
        assert stands(world) == LaneStanding()
        await edited.deliver()
    assert at(world, 204) == 1


@live(ALONE)
async def test_another_rate_does_not(world: World) -> None:
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    async with world.again(ALONE.replace("{type: webhook,", "{type: webhook, rate: 9/s,")):
        assert stands(world).disabled_at


@pytest.mark.slow
@live(ALONE)
async def test_five_days_of_unbroken_failure_disable_a_channel(world: World) -> None:
    world.chat.answer(503, times=MANY)
    for day in range(5):
        await report(world, *range(8 * day + 8))
        for _ in range(24):
            await world.deliver(hours=1)
    assert stands(world).disabled_at is None
    await world.deliver(hours=1)
    assert stands(world).disabled_at
    subjects = [mail["Subject"] for mail in world.mail.messages if "Channel hook" in mail["Subject"]]
    assert len(subjects) >= 1
    tried = len(world.chat.posts)
    await world.deliver(days=3)
    assert len(world.chat.posts) == tried


@live(ALONE)
async def test_two_failures_far_apart_are_no_row(world: World) -> None:
    world.chat.answer(503)
    await report(world, 1)
    await world.deliver()
    world.later(days=8)  # the machine slept
    world.chat.answer(503)
    await report(world, 1, 2)
    await world.deliver()
    assert stands(world).disabled_at is None


@pytest.mark.parametrize("times", [1, 2])
def test_a_failure_or_two_hold_up_no_other_message(times: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    async def story(world: World) -> None:
        world.chat.answer(503, times=times)
        await report(world, *range(6))
        await world.deliver()
        assert at(world, 204) == 6 - times

    play(tmp_path_factory.mktemp("few"), ALONE, story)
