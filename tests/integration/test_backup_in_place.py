"""A backup that is copied into place by hand: what waited in it is held, for it may have been sent since."""

from contextlib import closing

from briefing import app
from briefing.model import Act, DeliveryState
from briefing.store import backup, deliveries
from briefing.store.engine import Store
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live

CONFIG = (
    SITE
    + """
feeds: {one: {url: "${FEEDS}/one.rss", allow_private: true}}
stories: {all: {title: All of it}}
routes: [{to: [slack, hook]}]
"""
)


@live(CONFIG)
async def test_it_is_held_at_the_first_start_and_only_then(world: World) -> None:
    world.feeds.put("/one.rss", rss(Entry("1", "Rain in Lisbon", NOON)))
    world.chat.answer(503, "", times=2)
    await world.work()
    assert {one.state for one in world.deliveries()} == {DeliveryState.RETRY}
    file = world.folder / "copied.db"
    backup.backup(world.store, file, now=world.now, seen=lambda *_: None)

    with closing(Store(f"sqlite:///{file}")) as copied:
        async with app.service(world.setting, copied) as service:
            world.later(hours=1)
            await service.relay.drain()
        with copied.transaction() as session:
            held = deliveries.listing(session)
            assert {one.state for one in held} == {DeliveryState.DEAD}
            assert "restored from a backup of 2026-11-05 12:00 UTC" in (held[0].last_error or "")
            deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=world.now)
        assert world.chat.posts[2:] == []
        async with app.service(world.setting, copied) as service:
            await service.relay.drain()
    assert len(world.chat.slack) == len(world.chat.hooks) == 1
