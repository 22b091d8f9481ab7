"""A podcast numbers its episodes: from its RSS document to a promise that is kept, and to no series of every title."""

from datetime import timedelta

from briefing.model import PromiseState, Series, StoryId
from briefing.store import stories
from tests.integration.documents import LONG, Entry, rss
from tests.integration.world import NOON, SITE, World, live_on_both

CONFIG = (
    SITE
    + """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: Harbour Radio}
stories:
  all: {title: All of it, series: {}}
routes:
  - {when: {event: instalment}, to: [hook]}
"""
)
PROMISE = f"{LONG} In episode 312, we will visit the port of Genoa."


def episode(number: int, title: str, text: str = LONG, *, days: float = 0) -> Entry:
    return Entry(str(number), title, NOON + timedelta(days=days, hours=-1), text, number=number)


def ledger(world: World) -> tuple[Series, ...]:
    with world.store.transaction() as session:
        return tuple(stories.ledger(session, story=StoryId("all")))


@live_on_both(CONFIG)
async def test_an_episode_keeps_the_promise_of_its_number(world: World) -> None:
    before = [episode(n, f"A talk about matter {n}", days=n - 312) for n in range(305, 311)]
    owing = episode(311, "Cranes at dawn", PROMISE, days=-1)
    world.feeds.put("/one.rss", rss(owing, *before))
    await world.poll()
    (series,) = ledger(world)
    assert (series.numbers, series.promises[0].state) == ({311}, PromiseState.AWAITED)
    world.feeds.put("/one.rss", rss(episode(312, "Salt and iron", days=1), owing, *before))
    await world.poll(days=1)
    (series,) = ledger(world)
    assert (series.numbers, series.promises[0].state) == ({311, 312}, PromiseState.KEPT)
    assert "its feed numbers it 312" in (series.promises[0].evidence or "")
    assert {item.title: item.number for item in world.items()}["Salt and iron"] == 312
    await world.deliver()
    assert b"Salt and iron" in world.chat.posts[-1].body
    # What is read again later, changed, still has its number.
    world.feeds.put("/one.rss", rss(episode(312, "Salt, iron and tar", days=1), owing, *before))
    await world.poll(hours=1)
    assert {item.title: item.number for item in world.items()}["Salt, iron and tar"] == 312
    assert ledger(world)[0].numbers == {311, 312}


@live_on_both(CONFIG)
async def test_a_podcast_that_numbers_every_episode_is_no_series(world: World) -> None:
    world.feeds.put("/one.rss", rss(*(episode(n, f"A talk about matter {n}", days=-n) for n in range(1, 40))))
    await world.poll()
    assert ledger(world) == ()
    assert {item.number for item in world.items()} == set(range(1, 40))
