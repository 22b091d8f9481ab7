"""Readers in many variants, mailed the fast way: each gets what the slow, obvious way makes for them."""

import asyncio
import re
from datetime import timedelta

import pytest

from briefing.edit import recap
from briefing.model import Delivery, Issue, Recipient, Subscription, SubscriptionState
from briefing.render import mime
from briefing.render.email import Desk, Renderer, unsubscribe
from briefing.store import audience, deliveries, issues
from demo.smtp_sink import Received
from tests.integration.documents import Entry, rss
from tests.integration.test_withdraw import take_back
from tests.integration.world import SITE, World, live, live_on_both, until

EARLY, ALL = 24, 64
LISTS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One, rights: full}
stories:
  all: {title: All of it, feeds: [one]}
lists:
  readers: {title: Leserinnen & Leser}
digests:
  daily: {stories: [all], at: "13:00", to: [{list: readers}, named@example.org]}
"""
CONFIG = SITE.replace("connections: 1", "connections: 8") + LISTS
DAYS = [0, 1, 9, 40, 180, 200, 400, 800]
LOCALES = [None, "fa", "en", "de"]


def subscribed(world: World, numbers: range) -> None:
    """Put readers of several languages, who consented on different days, on the list."""
    people = [
        Subscription(
            f"reader{number}@example.org",
            "readers",
            SubscriptionState.CONFIRMED,
            "form",
            world.now - timedelta(days=DAYS[number % len(DAYS)], hours=number % 24),
        )
        for number in numbers
    ]
    with world.store.transaction() as session:
        audience.put(session, subscriptions=people, now=world.now)
        for locale in ("fa", "en", "de"):
            spoken = [one.address for number, one in enumerate(people) if LOCALES[number % len(LOCALES)] == locale]
            audience.speak(session, addresses=spoken, locale=locale)


async def publish(world: World, *titles: str) -> None:
    """Let the feed bring items, and a day's issue be written."""
    entries = [
        Entry(title, title, world.now - timedelta(minutes=n), html=f"<p>Words of {title}, and more of them.</p>")
        for n, title in enumerate(titles)
    ]
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.publish()  # from now on the digest is known
    await world.service.poll()
    world.until(13)
    await world.service.publish()


def obvious(world: World, delivery: Delivery) -> bytes:
    """Make one reader's message from the stored issue with nothing that was made for anybody else."""
    assert delivery.issue is not None
    assert delivery.recipient is not None
    reader, letters = delivery.recipient, world.service._letters
    with world.store.reading() as session:
        issue = issues.get(session, issue=delivery.issue)
        assert issue is not None
        recalled = {
            told.story: earlier
            for told, number in zip(issue.stories, reader.recall or (), strict=True)
            if (earlier := issues.get(session, issue=number))
        }
    mine, desk = recap.personal(issue, recalled), letters.desks[issue.digest]
    return mime.build(Renderer().issue(mine, desk=desk, recipient=reader), headers(mine, desk, delivery, reader))


def headers(issue: Issue, desk: Desk, delivery: Delivery, reader: Recipient) -> mime.MailHeaders:
    """Say what one copy says about itself."""
    return mime.MailHeaders(
        sender=desk.sender,
        recipient=reader.address,
        message_id=delivery.message_id,
        date=delivery.created_at,
        references=tuple(mime.root_id(told.story, desk.domain) for told in issue.stories),
        list_id=mime.list_id(desk.digest_title, reader.list or issue.digest, desk.domain),
        list_unsubscribe=unsubscribe(desk, reader),
    )


def unbound(message: bytes) -> bytes:
    """Return a message without its boundary, which names the words that all share."""
    found = re.search(rb'boundary="([^"]+)"', message)
    assert found is not None
    return message.replace(found[1], b"boundary")


def compare(world: World, received: list[Received]) -> None:
    """Compare each message with the obvious one, byte for byte but for the boundary."""
    by_address = {one.recipients[0]: one.content for one in received}
    with world.store.reading() as session:
        every = reversed(deliveries.listing(session, limit=10 * ALL))
    owed = [one for one in every if one.recipient and one.recipient.address in by_address]
    latest = {one.recipient.address: one for one in owed if one.recipient}
    assert len(received) == len(by_address) == len(latest)
    for address, delivery in latest.items():
        assert unbound(by_address[address]) == unbound(obvious(world, delivery)), address


@pytest.mark.slow
@live_on_both(CONFIG)
async def test_each_of_many_gets_what_was_made_for_them_alone(world: World) -> None:
    world.mail.pipelining = True
    subscribed(world, range(EARLY))
    await publish(world, "The first report")
    assert await world.deliver() == EARLY + 1
    compare(world, world.mail.received)
    world.mail.received.clear()
    subscribed(world, range(EARLY, ALL))
    await publish(world, "The second report", "پوشش خبر دوم", "A third & <last> one")
    assert await world.deliver() == ALL + 1
    compare(world, world.mail.received)
    assert world.mail.connections <= 9
    assert world.rows("SELECT count(*) FROM attempts WHERE outcome = 'delivered'") == [EARLY + ALL + 2]


@live(CONFIG)
async def test_a_withdrawal_changes_the_messages_that_are_claimed_after_it(world: World) -> None:
    subscribed(world, range(8))
    world.mail.fail("RCPT", "451 4.7.1 later", times=4)
    await publish(world, "The report that stands", "The report that falls")
    assert await world.deliver() == 9
    assert len(world.mail.received) == 5
    take_back(world, "The report that falls", silent=True)
    assert await world.deliver(minutes=5) == 4
    before, after = world.mail.received[:5], world.mail.received[5:]
    assert all("The report that falls" in world.text(mail) for mail in world.mail.messages[:5])
    compare(world, after)
    assert not any(one.content in {old.content for old in before} for one in after)


@pytest.mark.slow
@live_on_both(CONFIG)
async def test_what_had_no_turn_goes_back_unsent_when_the_server_refuses_us(world: World) -> None:
    subscribed(world, range(40))
    await publish(world, "The report")
    delivering = asyncio.create_task(world.service.relay.drain())
    await until(lambda: len(world.mail.received) >= 16)
    world.mail.fail("MAIL", "550 5.7.1 not from you", times=1000)
    attempts = await delivering
    assert attempts == world.rows("SELECT count(*) FROM attempts")[0]
    assert world.rows("SELECT count(*) FROM deliveries WHERE state = 'sending'") == [0]
    assert world.rows("SELECT count(*) FROM deliveries WHERE state = 'pending' AND attempts > 0") == [0]
    world.mail._faults.clear()
    while world.rows("SELECT count(*) FROM deliveries WHERE state <> 'sent'") != [0]:
        await world.deliver(minutes=5)
    assert len(world.mail.received) == 41
