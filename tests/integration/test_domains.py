"""Domains that may be written to only so fast: they get all of it, evenly, and nobody else waits for that."""

import asyncio
from datetime import timedelta

from briefing.model import Subscription, SubscriptionState
from briefing.store import audience
from tests.integration.documents import Entry, rss
from tests.integration.world import DAILY, SITE, World, live_on_both

EACH = 8
SLOW = "@slow.example"
CHIEF = "  chief: {type: mail, to: chief@slow.example}\n"
SPACED = SITE.replace("connections: 1", 'connections: 2, domains: {Slow.Example: "10/s"}')
CONFIG = f"{SPACED}{CHIEF}{DAILY}routes: [{{to: chief}}]\n"


@live_on_both(CONFIG)
async def test_a_slow_domain_gets_its_mail_evenly_alerts_first_and_holds_up_nobody(world: World) -> None:
    addresses = [f"reader{n}@{domain}" for n in range(EACH) for domain in ("slow.example", "quick.example")]
    readers = [Subscription(one, "readers", SubscriptionState.CONFIRMED, "form", world.now) for one in addresses]
    with world.store.transaction() as session:
        audience.put(session, subscriptions=readers, now=world.now)
    world.feeds.put("/one.rss", rss())
    await world.service.publish()  # from now on the digest is known
    entries = [Entry(str(n), f"Report number {n}", world.now - timedelta(minutes=n + 1)) for n in range(2)]
    world.until(13)
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.poll()
    await world.service.publish()

    began = asyncio.get_running_loop().time()
    await world.deliver()
    took = asyncio.get_running_loop().time() - began

    sent = [one.recipients[0] for one in world.mail.received]
    slow = [one for one in sent if one.endswith(SLOW)]
    assert sorted(sent) == sorted([*addresses, "chief@slow.example", "chief@slow.example"])
    assert slow[:2] == ["chief@slow.example"] * 2
    assert 0.9 < took < 8  # ten at ten a second, the first at once
    last_of_others = max(place for place, one in enumerate(sent) if not one.endswith(SLOW))
    assert last_of_others < sent.index(slow[-1])
    assert set(world.rows("SELECT state FROM deliveries")) == {"sent"}
