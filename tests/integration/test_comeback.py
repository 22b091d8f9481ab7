"""A far end that was away for hours and comes back: alerts go before issues, at once, and everything goes once."""

from collections import Counter
from datetime import timedelta

from briefing.model import DeliveryState, Wanted
from briefing.store import deliveries
from tests.integration.documents import Entry, rss
from tests.integration.test_mail_at_speed import subscribed
from tests.integration.world import DAILY, SITE, World, live_on_both

MAIL = SITE.replace("connections: 1", "connections: 8") + DAILY + "routes: [{to: desk}]\n"
HOOK = SITE + DAILY + "routes: [{to: hook}]\n"
READERS, ALERTS, MANY = 60, 3, 10_000


async def report(world: World, count: int) -> None:
    """Let the feed tell so many items, one event each."""
    entries = [Entry(str(n), f"Report number {n}", world.now - timedelta(minutes=n + 1)) for n in range(count)]
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.poll()


def put_off(world: World) -> int:
    """Return how many alerts are to wait on."""
    with world.store.reading() as session:
        alerts = deliveries.listing(session, wanted=Wanted(states=frozenset({DeliveryState.RETRY}), alerts=True))
    return sum(alert.next_attempt_at > world.now for alert in alerts)


@live_on_both(MAIL)
async def test_when_the_mail_server_is_back_alerts_go_before_issues_and_all_go_once(world: World) -> None:
    subscribed(world, range(READERS))
    await world.service.publish()  # from now on the digest is known
    world.until(13)
    world.mail.fail("MAIL", "550 5.7.1 not from you", times=MANY)
    await report(world, ALERTS)
    await world.service.publish()
    for _ in range(24):
        await world.deliver(minutes=5)
    world.mail._faults.clear()
    world.later(minutes=15)
    assert world.mail.received == []
    assert put_off(world) > 0
    await world.deliver()
    kinds = [next(iter(one.recipients)) == "desk@example.org" for one in world.mail.received]
    assert kinds.index(True) <= 1  # one message, of any kind, was to see whether the server is back
    assert sum(kinds[: ALERTS + 1]) == ALERTS
    assert set(Counter(one.content for one in world.mail.received).values()) == {1}
    assert set(world.rows("SELECT state FROM deliveries")) == {"sent"}
    assert len(kinds) == READERS + ALERTS


@live_on_both(HOOK)
async def test_an_alert_that_failed_for_hours_does_not_wait_as_long_once_its_channel_is_back(world: World) -> None:
    world.chat.answer(503, times=MANY)
    await report(world, 1)
    for _ in range(12):
        await world.deliver(minutes=30)
    assert put_off(world) == 1
    world.chat._scripted.clear()
    await report(world, 2)
    await world.deliver(minutes=15)
    assert [row.state for row in world.deliveries() if row.channel == "hook"] == ["sent"] * 2
    assert len(world.chat.hooks) == 2
