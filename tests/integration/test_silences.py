"""Silences over the whole service: what one holds is sent to nobody, stays in the ledger, and never comes late."""

from datetime import timedelta
from typing import Any

import pytest

from briefing import mute
from briefing.model import (
    Act,
    Delivery,
    DeliveryState,
    EventKind,
    Matchers,
    NewSilence,
    Silence,
    SilenceId,
    Wanted,
)
from briefing.store import deliveries, silences
from tests.integration import test_copies as docks
from tests.integration.documents import LONG, Entry, rss
from tests.integration.test_fold import headlines
from tests.integration.test_quiet import FEEDS, HELD, TITLES, bring
from tests.integration.world import NOON, SITE, World, live, live_on_both

ALL = "routes: [{to: [hook, slack, desk]}]\n"
DAILY = 'digests: {daily: {stories: [all], at: "13:00", to: [reader@example.org]}}\n'
URGENT = "routes: [{to: [hook, slack, desk], urgent: true}]\n"
NIGHTLY = f"{SITE}{FEEDS}{ALL}".replace("site:\n", "site:\n  quiet: {from: '13:00', until: '14:00'}\n")
WAITS, SILENCED = DeliveryState.PENDING, DeliveryState.SILENCED


def put(world: World, *, hours: float = 8, comment: str = "asleep", **matchers: Any) -> tuple[Silence, int]:
    """Say now that what fits is to be muted; return the silence, and how much of what waited it holds."""
    new = NewSilence(Matchers(**matchers), "ann@desk", world.now, world.now + timedelta(hours=hours), comment)
    with world.store.transaction() as session:
        return mute.add(session, new=new, now=world.now)


def sent(world: World) -> tuple[int, int, int]:
    return len(world.chat.hooks), len(world.chat.slack), len(world.mail.received)


def silenced(world: World) -> list[Delivery]:
    return [one for one in world.deliveries() if one.state is SILENCED]


@live_on_both(SITE + FEEDS + URGENT + DAILY)
async def test_what_is_muted_goes_to_nobody_and_stays_unsent_when_the_silence_ends(world: World) -> None:
    await bring(world, minutes=30)
    silence, _ = put(world, hours=2, story=("all",), event=("item",))
    before = sent(world)
    await bring(world, *TITLES[:2], minutes=15)
    assert [after - then for after, then in zip(sent(world), before, strict=True)] == [1, 1, 1]  # of the part
    (held, *others) = silenced(world)
    assert (held.channel, len(others)) == ("hook", 2)
    assert held.last_error == f"silence {silence.id} by ann@desk until 2026-11-05 15:00Z: asleep"
    for _ in range(3):
        await bring(world, *TITLES[:2], hours=1)
    assert len(silenced(world)) == 3
    await bring(world, *TITLES[:3], hours=1)
    assert TITLES[2] in headlines(world)[-1]
    with world.store.transaction() as session:
        wanted = Wanted(frozenset({held.id}))
        deliveries.perform(session, act=Act.RETRIED, by="bob@desk", now=world.now, wanted=wanted)
    await world.deliver()
    assert TITLES[0] in world.chat.hooks[-1]["data"]["headline"]
    assert [one.outcome for one in attempts(world, held)] == ["silenced", "retried", "delivered"]
    put(world, story=("all",), hours=48)
    world.until(13)
    await world.work()
    assert TITLES[0] in world.text(world.mail.messages[-1])  # an issue goes out as ever


def attempts(world: World, delivery: Delivery) -> Any:
    with world.store.reading() as session:
        return deliveries.attempts(session, delivery=delivery.id)


@live(SITE + FEEDS + ALL)
async def test_what_is_muted_outlives_a_crash_between_event_and_delivery(world: World) -> None:
    await bring(world, minutes=30)
    put(world, event=("item",))
    world.later(minutes=15)
    world.feeds.put("/one.rss", rss(*(Entry(title, title, world.now) for title in TITLES[:2]), title="One"))
    with world.refusing("UPDATE ON deliveries", "NEW.state = 'silenced'"):
        await world.service.poll()
    assert [event for event in world.events() if TITLES[0] in event] == []
    assert silenced(world) == []
    async with world.again(SITE + FEEDS + ALL) as restarted:
        await restarted.poll(hours=1)
    assert len(world.events("item")) == 1  # with the first part of the series
    assert {one.event for one in silenced(world)} == {*world.events("item")}
    assert {one.event for one in world.deliveries() if one.state is WAITS} >= {*world.events("instalment")[1:]}


@live_on_both(NIGHTLY)
async def test_a_silence_meets_what_waits_in_quiet_hours_but_no_correction_and_nothing_that_comes_later(
    world: World,
) -> None:
    await bring(world, minutes=5)
    await bring(world, *TITLES[:3], minutes=45)
    waiting = [one for one in world.deliveries() if one.state is WAITS]
    assert len(waiting) == 9
    _, held = put(world, hours=0.1, event=("item",), language=("fa",))
    assert held == 0
    _, held = put(world, hours=0.1, event=("item",))
    assert held == 6
    await bring(world, *TITLES, minutes=20)
    await world.deliver(minutes=30)
    assert headlines(world) == ["2 alerts"]


@live_on_both(docks.CONFIG)
async def test_a_development_is_muted_by_any_item_of_it_whatever_it_grows_into(world: World) -> None:
    await docks.bring(world, "wire")
    await world.deliver()
    (first,) = world.items()
    assert len(world.chat.hooks) == 1
    put(world, subject=("development:none",))
    put(world, subject=(f"development:{first.id}",))
    docks.put(world, **{name: docks.REPORTS[name] for name in docks.NAMES})
    chess = Entry("x", "A school in Northport wins the chess cup", NOON, "Nine pupils beat Riga by six games to three.")
    world.feeds.put("/echo.rss", rss(docks.REPORTS["echo"], chess, title="echo"))
    await world.poll(minutes=15)
    await world.deliver()
    assert ["chess" in hook["data"]["headline"] for hook in world.chat.hooks] == [False, True]
    assert {one.event.partition(":")[0] for one in silenced(world) if one.event} == {"item", "corroborated"}


@live(SITE + FEEDS + ALL)
async def test_a_feed_that_no_route_takes_is_muted_too_and_a_test_is_not(world: World) -> None:
    async with world.again(SITE + FEEDS + "routes: [{when: {event: item}, to: slack}]\n") as other:
        put(other, feed=("one",))
        other.feeds.put("/one.rss", "gone", status=410)
        await other.work()
        assert [one.event.partition(":")[0] for one in silenced(other) if one.event] == [EventKind.FEED_DOWN.value]
        await other.service.test_channel("slack")
        assert len(headlines(other)) == 1


@pytest.mark.slow
@live(SITE + FEEDS + HELD)
async def test_a_reminder_is_muted_by_the_promise_it_is_of(world: World) -> None:
    coming = f"{LONG} Coming up in Part 2: The Keeper of the Lanterns."
    world.feeds.put("/one.rss", rss(Entry("1", "Exit Plans: The Way Out", NOON - timedelta(hours=1), coming)))
    await world.work()
    put(world, hours=24 * 30, subject=("promise:1",))
    for _ in range(12):
        world.later(days=1)
        await world.work()
    assert len(world.events("overdue")) == 1
    assert {one.event for one in silenced(world)} == {*world.events("overdue")}


@live(SITE + FEEDS + ALL)
async def test_what_expired_long_ago_is_forgotten_by_the_housekeeping(world: World) -> None:
    put(world, event=("item",))
    world.later(days=30)
    await world.service._housekeep()
    with world.store.transaction() as session:
        assert silences.found(session, silence=SilenceId(1)) is not None
    world.later(days=1)
    await world.service._housekeep()
    with world.store.transaction() as session:
        assert silences.listing(session) == ()
