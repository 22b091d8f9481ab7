"""How often a feed is polled: faster while it owes a part, slower where news is rare, never against its will."""

from datetime import timedelta

import pytest

from briefing.model import FeedId
from tests.integration.documents import LONG, Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both

FEEDS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
  two: {url: "${FEEDS}/two.rss", allow_private: true, title: Two}
stories:
  all: {title: All of it, series: {}}
"""
CONFIG = SITE + FEEDS
FIRST = Entry("1", "Exit Plans: The Way Out", NOON - timedelta(hours=1), f"{LONG} Coming up in Part 2: The Keeper.")
SECOND = Entry("2", "Exit Plans, Part 2", NOON + timedelta(minutes=4))
MINUTE = timedelta(minutes=1)


def put(world: World, *entries: Entry, ttl: int | None = None, **more: object) -> None:
    text = rss(*entries, base=world.feeds.url)
    if ttl:
        text = text.replace("<language>", f"<ttl>{ttl}</ttl><language>")
    world.feeds.put("/one.rss", text, **more)
    world.feeds.put("/two.rss", rss(base=world.feeds.url))


def wait(world: World, feed: str = "one") -> timedelta:
    """Return how long a feed waits for its next poll."""
    return world.state(feed).next_poll_at - world.now


@live_on_both(CONFIG)
async def test_a_feed_that_owes_a_part_is_polled_faster_until_it_has_come(world: World) -> None:
    put(world, FIRST)
    await world.poll()
    assert (wait(world), wait(world, "two")) == (5 * MINUTE, 15 * MINUTE)
    put(world, SECOND, FIRST)
    assert await world.poll(minutes=5) == {"one": "new"}
    assert wait(world) == 15 * MINUTE


@live(CONFIG)
async def test_what_is_overdue_without_a_day_is_looked_for_as_the_operator_says(world: World) -> None:
    put(world, FIRST)
    await world.poll()
    await world.poll(days=8)
    assert wait(world) == 15 * MINUTE


ASKED = {
    "max-age": ({"headers": {"Cache-Control": "max-age=1200"}}, 20),
    "ttl": ({"ttl": 40}, 40),
    "Retry-After": ({"status": 429, "headers": {"Retry-After": "1800"}, "validators": False}, 30),
    "a failure": ({"status": 500, "validators": False}, 15),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_a_server_asks_for_holds_while_a_part_is_awaited(asked: str, tmp_path: object) -> None:
    more, minutes = ASKED[asked]

    @live(CONFIG)
    async def story(world: World) -> None:
        put(world, FIRST)
        await world.poll()
        put(world, FIRST, **more)  # type: ignore[arg-type]
        await world.poll(minutes=5)
        assert wait(world) == minutes * MINUTE

    story(tmp_path)  # type: ignore[arg-type]


@live(CONFIG)
async def test_the_nearer_a_weekly_part_the_more_often_it_is_looked_for(world: World) -> None:
    parts = [Entry(str(n), f"Exit Plans, Part {n}", NOON + timedelta(days=7 * (n - 5))) for n in (2, 3, 4)]
    coming = Entry("5", "Exit Plans, Part 5", NOON - timedelta(minutes=1), f"{LONG} Coming up in Part 6: The Keeper.")
    put(world, coming, *parts)
    await world.poll()
    waits = [wait(world)]
    for days in (6, 0.75, 0.2):
        await world.poll(days=days)
        waits.append(wait(world))
    assert waits[0] == 15 * MINUTE
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == MINUTE
    await world.poll(days=1)
    assert wait(world) == 15 * MINUTE


@live(CONFIG)
async def test_a_feed_that_rarely_has_news_is_polled_less_often(world: World) -> None:
    put(world, *(Entry(str(n), f"Rain {n}", NOON - timedelta(days=n)) for n in range(8)))
    await world.poll()
    assert (wait(world), wait(world, "two")) == (60 * MINUTE, 15 * MINUTE)
    assert await world.poll(minutes=60) == {"one": "unchanged", "two": "unchanged"}
    assert wait(world) == 60 * MINUTE


@live(CONFIG.replace("poll: {every: 15m", "poll: {every: 15m, relax: 1"))
async def test_an_operator_can_have_every_feed_polled_alike(world: World) -> None:
    put(world, *(Entry(str(n), f"Rain {n}", NOON - timedelta(days=n)) for n in range(8)))
    await world.poll()
    assert wait(world) == 15 * MINUTE


HUSH = "<skipHours><hour>13</hour><hour>14</hour></skipHours><language>"


def hushed(world: World, *entries: Entry) -> None:
    world.feeds.put("/one.rss", rss(*entries, base=world.feeds.url).replace("<language>", HUSH))


@live_on_both(CONFIG.replace("every: 15m", "every: 1h"))
async def test_a_feed_is_left_alone_in_the_hours_it_names_until_it_names_others(world: World) -> None:
    world.feeds.put("/two.rss", rss(base=world.feeds.url))
    hushed(world, SECOND)
    assert await world.poll() == {"one": "new", "two": "new"}
    assert (wait(world), wait(world, "two")) == (180 * MINUTE, 60 * MINUTE)
    world.until(14)
    assert await world.poll() == {"two": "unchanged"}
    assert [report.feed for report in await world.service.poll(only={FeedId("one")}, force=True)] == ["one"]
    assert wait(world) == 60 * MINUTE  # at 14:00, for an unchanged document still asks for it
    world.until(12)
    assert (await world.poll())["one"] == "unchanged"
    assert wait(world) == 180 * MINUTE
    world.until(15)
    world.feeds.put("/one.rss", rss(SECOND, base=world.feeds.url))
    assert (await world.poll())["one"] == "new"
    world.until(12)
    await world.poll()
    assert wait(world) == 60 * MINUTE


@live(CONFIG.replace("every: 15m", "every: 1h"))
async def test_a_feed_that_owes_a_part_is_polled_in_its_rest(world: World) -> None:
    hushed(world, FIRST)
    world.later(minutes=50)
    await world.poll()
    assert wait(world) == 20 * MINUTE
