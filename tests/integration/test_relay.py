"""What becomes of deliveries when the far end, or our own disk, does not play along: real SMTP and HTTP on loopback."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from briefing import app, leases, relay, retry, service
from briefing.model import LETTERS, Act, Delivered, Delivery, Queue
from briefing.store import audience, channels, deliveries, outbox
from briefing.store.writer import Writer
from demo.smtp_sink import END
from tests.contract.ended import on_record
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live_on_both, play, until

FEED = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
"""


def to(channel: str) -> str:
    return SITE + FEED + f"routes: [{{to: [{channel}]}}]\n"


MAIL = to("desk")
SLOW = timedelta(minutes=2)


async def report(world: World, *numbers: int) -> None:
    """Let the feed tell items with these numbers, one event each."""
    entries = [Entry(str(n), f"Report number {n}", NOON - timedelta(minutes=n)) for n in numbers]
    world.feeds.put("/one.rss", rss(*entries))
    await world.service.poll()


def states(world: World) -> list[str]:
    return [delivery.state.value for delivery in world.deliveries()]


def only(world: World) -> Delivery:
    (delivery,) = world.deliveries()
    return delivery


@live_on_both(MAIL)
async def test_what_is_still_being_written_when_the_relay_stops_is_not_sent(world: World) -> None:
    await report(world, *range(6))
    words, asked, sent = asyncio.Event(), [0], [0]

    async def send(_: Delivery) -> Delivered:
        sent[0] += 1
        return Delivered()

    async def prepare(_: Delivery) -> relay.Send:
        asked[0] += 1
        await words.wait()
        return send

    lane = relay.Lane(LETTERS, 3, send, Queue((LETTERS,)), ahead=400, prepare=prepare)
    parts = {"teller": world.service._teller, "write": world.service._write, "clock": lambda: world.now}
    relaying = relay.Relay(lanes=[lane], owner="me", **parts)
    running = asyncio.create_task(relaying.run())
    await until(lambda: asked[0] >= 3)
    stopping = asyncio.create_task(relaying.finish(10))
    await asyncio.sleep(0)
    words.set()
    await stopping
    running.cancel()
    assert sent == [0]
    assert [(one.state, one.attempts) for one in world.deliveries()] == [("pending", 0)] * 6


@live_on_both(MAIL)
async def test_what_waited_for_its_turn_until_its_lease_was_over_is_sent_by_who_holds_it_then(world: World) -> None:
    await report(world, *range(3))
    words, asked, sent = asyncio.Event(), [0], list[int]()

    async def send(delivery: Delivery) -> Delivered:
        sent.append(delivery.id)
        return Delivered()

    async def prepare(_: Delivery) -> relay.Send:
        asked[0] += 1
        await words.wait()
        return send

    lane = relay.Lane(LETTERS, 2, send, Queue((LETTERS,)), prepare=prepare)
    parts = {"teller": world.service._teller, "write": world.service._write, "clock": lambda: world.now}
    relaying = relay.Relay(lanes=[lane], owner="one that slept", **parts)
    with capture_logs() as logs:
        draining = asyncio.create_task(relaying.drain())
        await until(lambda: asked[0] == 2)
        world.later(minutes=2)
        other = {"owner": "another", "now": world.now, "lease": SLOW, "limit": 1, "queue": Queue((LETTERS,))}
        with world.store.transaction() as session:
            (taken,) = outbox.claim(session, **other)  # type: ignore[arg-type]
        words.set()
        await draining
    numbers = sorted(row.id for row in world.deliveries())
    assert sorted([*sent, taken.id]) == numbers
    assert [line["delivery"] for line in logs if line["event"] == "delivery.lapsed"] == numbers[:2]


@live_on_both(MAIL)
async def test_what_was_claimed_for_a_relay_that_is_gone_is_due_again(world: World) -> None:
    await report(world, *range(3))
    write = world.service._write

    async def last(work: Callable[[Any], Any]) -> Any:
        """Write, and end the relay before it hears of it."""
        done = await write(work)
        if isinstance(done, tuple) and done:
            running.cancel()
        return done

    async def send(_: Delivery) -> Delivered:
        return Delivered()

    lane = relay.Lane(LETTERS, 3, send, Queue((LETTERS,)))
    relaying = relay.Relay(
        lanes=[lane],
        teller=world.service._teller,
        write=last,
        clock=lambda: world.now,
        owner="me",  # type: ignore[arg-type]
    )
    last.together = write.together  # type: ignore[attr-defined]
    running = asyncio.create_task(relaying.run())
    await asyncio.gather(running, return_exceptions=True)
    await until(lambda: [(one.state, one.attempts) for one in world.deliveries()] == [("pending", 0)] * 3)
    assert await world.deliver() == 3


@live_on_both(to("hook"))
async def test_of_several_processes_one_sends_to_a_channel(world: World) -> None:
    await report(world, 1, 2)
    with world.store.transaction() as session:
        assert channels.take(session, channel="hook", owner="another", now=world.now, lease=SLOW)
    if world.store.path is not None:  # a SQLite database has one process
        assert await world.deliver() == 2
        return
    assert await world.deliver(seconds=119) == 0
    assert await world.deliver(seconds=1) == 2  # the other was not heard of for as long as its lease
    with world.store.transaction() as session:
        assert channels.take(session, channel="hook", owner="third", now=world.now, lease=SLOW)  # ours was given back
        assert not channels.take(session, channel="hook", owner="another", now=world.now, lease=SLOW)
        channels.leave(session, owner="third")
        assert channels.take(session, channel="hook", owner="another", now=world.now, lease=SLOW)


@live_on_both(to("hook"))
async def test_what_somebody_asks_for_by_name_is_sent_beside_the_process_whose_turn_it_is(world: World) -> None:
    with world.store.transaction() as session:
        channels.take(session, channel="hook", owner="another", now=world.now, lease=SLOW)
    assert (await world.service.test_channel("hook"))[0].state == "sent"


# --- mail -----------------------------------------------------------------------------------------------------------


@live_on_both(MAIL)
async def test_mail_that_is_put_off_comes_later_under_the_same_message_id(world: World) -> None:
    world.mail.fail("RCPT", "451 4.7.1 greylisted")
    await report(world, 1)
    assert await world.deliver() == 1
    assert (only(world).state, only(world).last_error) == ("retry", "RCPT TO: 451 4.7.1 greylisted")
    assert await world.deliver(minutes=4) == 0
    assert await world.deliver(minutes=1) == 1
    assert only(world).state == "sent"
    assert [mail["Message-ID"] for mail in world.mail.messages] == [only(world).message_id]
    assert world.rows("SELECT outcome FROM attempts ORDER BY id") == ["retry", "delivered"]


@live_on_both(MAIL)
async def test_mail_is_tried_for_five_days_and_then_given_up(world: World) -> None:
    world.mail.fail("RCPT", "451 4.7.1 greylisted", times=1000)
    await report(world, 1)
    while only(world).state != "dead":
        await world.deliver()
        world.execute("UPDATE deliveries SET attempts = attempts + 10 WHERE attempts BETWEEN 10 AND 100")
        world.clock[0] = max(world.now, only(world).next_attempt_at)
    assert world.mail.commands.count("RCPT") < only(world).attempts == retry.MAIL_ATTEMPTS
    waits = [retry.mail_wait(attempt) or timedelta(0) for attempt in range(1, retry.MAIL_ATTEMPTS)]
    assert timedelta(days=5) <= sum(waits, timedelta(0)) < timedelta(days=5, hours=2)


@live_on_both(MAIL)
async def test_a_mailbox_that_does_not_exist_is_never_written_to_again(world: World) -> None:
    world.mail.fail("RCPT", "550 5.1.1 no such user")
    await report(world, 1)
    await world.deliver()
    assert states(world) == ["dead"]
    with world.store.reading() as session:
        assert audience.suppressed(session, addresses=["desk@example.org"])
    world.later(minutes=15)
    await report(world, 1, 2)
    assert await world.deliver() == 0
    assert [(row.state, row.last_error) for row in world.deliveries()][1:] == [("dead", "suppressed")]
    assert world.mail.commands.count("RCPT") == 1


@live_on_both(MAIL)
async def test_a_mail_refused_for_what_it_says_is_dead_and_its_reader_is_not(world: World) -> None:
    world.mail.fail(END, "554 5.7.1 looks like spam")
    await report(world, 1, 2)
    await world.deliver()
    assert sorted(states(world)) == ["dead", "sent"]
    with world.store.reading() as session:
        assert not audience.suppressed(session, addresses=["desk@example.org"])


@live_on_both(MAIL.replace("connections: 1", "connections: 1, user: briefing, password: wrong"))
async def test_a_refused_login_holds_the_lane_and_keeps_the_rows(world: World) -> None:
    world.mail.fail("AUTH", "535 5.7.8 no", times=100)
    world.mail.fail("EHLO", "250-localhost\r\n250 AUTH PLAIN", times=100)
    await report(world, *range(10))
    assert await world.deliver() == 1
    assert await world.deliver(seconds=4) == 0
    assert await world.deliver(seconds=1) == 1
    assert await world.deliver(seconds=9) == 0
    assert world.mail.commands.count("AUTH") == 2
    assert sorted(states(world)) == ["pending"] * 8 + ["retry"] * 2
    world.mail._faults.clear()
    async with world.again(MAIL) as after:
        await after.deliver(hours=1)
    assert states(world) == ["sent"] * 10
    assert len(world.mail.received) == 10


@live_on_both(MAIL)
async def test_a_connection_that_drops_at_any_command_is_tried_again(world: World) -> None:
    for number, command in enumerate(["EHLO", "MAIL", "RCPT", "DATA", END]):
        world.mail.received.clear()
        world.mail.fail(command, times=2 if command == "MAIL" else 1)  # one kept too long is opened again at once
        world.later(minutes=15)
        await report(world, number)
        assert (await world.deliver(), world.deliveries()[-1].state) == (1, "retry"), command
        assert (await world.deliver(minutes=5), world.deliveries()[-1].state) == (1, "sent"), command
        assert {mail["Message-ID"] for mail in world.mail.messages} == {world.deliveries()[-1].message_id}
        assert len(world.mail.received) == (2 if command == END else 1), command  # after the dot nobody can know


@live_on_both(
    MAIL + 'digests: {daily: {stories: [all], at: "13:00", to: [a@example.org, b@example.org, c@example.org]}}\n'
)
async def test_an_alert_does_not_wait_behind_an_issue(world: World) -> None:
    await world.service.publish()
    await report(world, 1)
    await world.deliver()
    world.later(hours=1)
    await world.service.publish()
    world.mail.fail(END, "250 2.0.0 taken", delay=0.5)
    delivering = asyncio.create_task(world.service.relay.drain())
    await until(lambda: len(world.mail.received) == 2)
    await report(world, 1, 2)
    await asyncio.gather(delivering, world.service.relay.drain())
    assert [mail["To"].partition("@")[0] for mail in world.mail.messages] == ["desk", "a", "desk", "b", "c"]


@live_on_both(MAIL)
async def test_many_mails_share_one_connection(world: World) -> None:
    await report(world, *range(5))
    assert await world.deliver() == 5
    assert world.mail.connections == 1


@live_on_both("\n".join(line for line in MAIL.splitlines() if "smtp:" not in line))
async def test_without_a_mail_server_mail_becomes_files_once_each(world: World) -> None:
    await report(world, 1)
    await world.deliver()
    world.execute("UPDATE deliveries SET state = 'retry'")
    await world.deliver()
    names = sorted(path.name for path in (world.folder / "outbox").iterdir())
    assert [Path(name).suffix for name in names] == [".eml", ".html"]
    assert all(name.startswith("0001-desk@example.org-") for name in names)


# --- webhooks and chat ----------------------------------------------------------------------------------------------


@live_on_both(to("hook"))
async def test_a_webhook_that_failed_gets_the_same_id_and_the_same_bytes_again(world: World) -> None:
    world.chat.answer(500, times=2)
    await report(world, 1)
    assert await world.deliver() == 1
    assert await world.deliver(seconds=4) == 0
    assert await world.deliver(seconds=1) == 1
    assert await world.deliver(minutes=5) == 1
    assert only(world).state == "sent"
    assert [post.status for post in world.chat.posts] == [500, 500, 204]
    assert len({post.headers["webhook-id"] for post in world.chat.posts}) == 1
    assert len({post.body for post in world.chat.posts}) == 1
    stamps = [int(post.headers["webhook-timestamp"]) for post in world.chat.posts]
    assert [stamp - stamps[0] for stamp in stamps] == [0, 5, 305]
    assert (world.chat.invalid, len(world.chat.hooks)) == (0, 1)


@live_on_both(to("hook"))
async def test_a_webhook_is_given_up_after_eight_attempts(world: World) -> None:
    world.chat.answer(503, times=20)
    await report(world, 1)
    while (hooked := world.deliveries()[0]).state != "dead":
        await world.deliver()
        world.clock[0] = max(world.now, hooked.next_attempt_at)
    assert len(world.chat.posts) == 8
    assert hooked.last_error == "answered 503 Service Unavailable"


@live_on_both(to("hook"))
async def test_a_webhook_that_says_it_is_gone_is_asked_no_more_until_it_is_enabled(world: World) -> None:
    world.chat.answer(410)
    await report(world, 1)
    await world.deliver()
    world.later(minutes=15)
    await report(world, 1, 2)
    await world.deliver(days=6)
    assert len(world.chat.posts) == 1
    assert [row.state for row in world.deliveries() if row.channel == "hook"] == ["dead", "pending"]
    world.enable("hook")
    await world.deliver()
    assert [row.state for row in world.deliveries() if row.channel == "hook"] == ["dead", "sent"]


@live_on_both(to("slack"))
async def test_slack_is_given_the_time_it_asks_for(world: World) -> None:
    world.chat.answer(429, headers={"Retry-After": "120"})
    await report(world, 1)
    await world.deliver()
    assert only(world).next_attempt_at == world.now + timedelta(seconds=120)
    assert await world.deliver(seconds=119) == 0
    assert await world.deliver(seconds=1) == 1
    assert len(world.chat.slack) == 1


@live_on_both(to("hook, slack, desk"))
async def test_one_far_end_in_trouble_holds_up_no_other(world: World) -> None:
    world.mail.fail("MAIL", "550 5.7.1 not from you", times=10)
    world.chat.answer(500)
    await report(world, 1, 2)
    await world.deliver()
    assert sorted((row.channel, row.state.value) for row in world.deliveries() if row.channel != "mail") in (
        [("hook", "retry"), ("hook", "sent"), ("slack", "sent"), ("slack", "sent")],
        [("hook", "sent"), ("hook", "sent"), ("slack", "retry"), ("slack", "sent")],
    )
    assert sorted(row.state for row in world.deliveries() if row.channel == "mail") == ["pending", "retry"]


@live_on_both(to("hook"))
async def test_a_dead_delivery_that_is_retried_is_sent(world: World) -> None:
    world.chat.answer(400)
    await report(world, 1)
    await world.deliver()
    assert (only(world).state, await world.deliver(days=1)) == ("dead", 0)
    with world.store.transaction() as session:
        assert len(deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=world.now)) == 1
    assert await world.deliver() == 1
    assert (only(world).state, len(world.chat.hooks)) == ("sent", 1)


@live_on_both(to("hook"))
async def test_a_channel_that_was_removed_keeps_what_it_was_owed(world: World) -> None:
    world.chat.answer(500)
    await report(world, 1)
    await world.deliver()
    removed = "\n".join(line for line in SITE.splitlines() if "hook:" not in line)
    async with world.again(removed + FEED) as without:
        assert await without.deliver(days=30) == 0
        assert (only(world).state, only(world).attempts) == ("retry", 1)
    async with world.again(to("hook")) as back:
        assert await back.deliver(minutes=5) == 1
    assert (only(world).state, len(world.chat.hooks)) == ("sent", 1)


@live_on_both(to("hook"))
async def test_a_test_of_a_channel_goes_through_the_outbox_each_time(world: World) -> None:
    (sent,) = await world.service.test_channel("hook")
    world.later(seconds=1)
    (again,) = await world.service.test_channel("hook")
    (mailed,) = await world.service.test_channel("desk")
    assert {sent.state, again.state, mailed.state} == {"sent"}
    assert [hook["type"] for hook in world.chat.hooks] == ["briefing.test"] * 2
    assert [mail["To"] for mail in world.mail.messages] == ["desk@example.org"]


# --- what if we die here --------------------------------------------------------------------------------------------


@live_on_both(to("hook, desk"))
async def test_what_cannot_be_written_is_not_sent(world: World) -> None:
    await report(world, 1)
    with world.refusing("UPDATE ON deliveries", "NEW.state = 'sending'"):
        assert await world.deliver() == 0
        assert (world.mail.commands, world.chat.posts, states(world)) == ([], [], ["pending", "pending"])
    assert await world.deliver() == 2
    assert states(world) == ["sent", "sent"]


@live_on_both(MAIL)
async def test_a_connection_takes_its_next_mail_when_the_last_is_on_record(world: World) -> None:
    await report(world, 1, 2)
    with world.refusing("UPDATE ON deliveries", "NEW.state = 'sent'"):
        delivering = asyncio.create_task(world.service.relay.drain())
        await until(lambda: world.mail.received)
        await asyncio.sleep(0.1)
        assert len(world.mail.received) == 1
    await delivering
    assert (len(world.mail.received), states(world)) == (2, ["sent", "sent"])


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask a database that refused a record again at once."""
    monkeypatch.setattr(leases, "RECORD_AGAIN_SECONDS", 0.05)


@live_on_both(SITE + FEED + 'digests: {daily: {stories: [all], at: "13:00", to: [reader@example.org]}}')
async def test_an_issue_that_cannot_be_read_for_now_is_mailed_later(world: World) -> None:
    await world.service.publish()
    await report(world, 1)
    world.later(hours=1)
    await world.service.publish()
    world.execute("ALTER TABLE issues RENAME COLUMN composed TO unreadable")
    assert await world.deliver() == 1
    assert only(world).state == "retry"
    world.execute("ALTER TABLE issues RENAME COLUMN unreadable TO composed")
    assert await world.deliver(minutes=5) == 1
    assert only(world).state == "sent"


@live_on_both(MAIL)
async def test_a_row_that_another_worker_took_over_is_not_recorded_by_the_first(world: World) -> None:
    await report(world, 1)
    world.mail.fail(END, "250 2.0.0 taken", delay=0.2)
    delivering = asyncio.create_task(world.service.relay.drain())
    await until(lambda: world.mail.received)
    world.later(minutes=2)
    other = {"owner": "another", "now": world.now}
    with world.store.transaction() as session:
        (taken,) = outbox.claim(session, **other, lease=SLOW, limit=5, queue=Queue((LETTERS,)))  # type: ignore[arg-type]
    assert await delivering == 1
    assert (only(world).state, only(world).epoch) == ("sending", 2)
    assert world.rows("SELECT count(*) FROM attempts") == [0]
    with world.store.transaction() as session:
        done = {"verdict": Delivered(), "next_attempt_at": None, "duration": timedelta(0)}
        assert on_record(session, delivery=taken, **other, **done)  # type: ignore[arg-type]
    assert (states(world), await world.deliver(hours=1)) == (["sent"], 0)
    assert world.rows("SELECT epoch FROM attempts") == [2]


READERS = "[a@example.org, b@example.org]"
ISSUE = SITE.replace("connections: 1", "connections: 2") + FEED
ISSUE += f'digests: {{daily: {{stories: [all], at: "13:00", to: {READERS}}}}}\n'


@live_on_both(ISSUE)
async def test_an_attempt_that_outlives_its_own_lease_is_not_begun_twice(world: World) -> None:
    await world.service.publish()
    await report(world, 1)
    world.later(hours=1)
    await world.service.publish()
    world.mail.fail(END, "250 2.0.0 taken", delay=0.4)
    delivering = asyncio.create_task(world.service.relay.drain())
    await until(lambda: sorted(states(world)) == ["sending", "sent"])
    world.later(minutes=2)  # one of the two is under way still, and its lease is over
    await asyncio.gather(delivering, *(world.service.relay.drain() for _ in range(3)))
    assert sorted(str(mail["To"])[0] for mail in world.mail.messages) == ["a", "b"]
    assert states(world) == ["sent", "sent"]
    assert sorted(world.rows("SELECT epoch FROM attempts")) == [1, 2]
    assert await world.deliver(hours=1) == 0


@live_on_both(MAIL)
async def test_what_was_under_way_when_the_service_died_goes_out_at_the_next_start(world: World) -> None:
    await report(world, 1)
    with world.store.transaction() as session:
        outbox.claim(session, owner="dead", now=world.now, lease=SLOW, limit=5, queue=Queue((LETTERS,)))
    assert await world.deliver() == 0
    if world.store.path is None:
        world.later(minutes=2)  # of several processes on PostgreSQL, only the lease says which is dead
    async with world.again(MAIL) as restarted:
        assert await restarted.deliver() == 1
    assert (only(world).state, only(world).epoch) == ("sent", 2)


def test_an_attempt_that_outlives_a_reload_is_recorded_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(world: World) -> None:
        await report(world, 1)
        world.mail.fail(END, "250 2.0.0 taken", delay=1)
        stop = asyncio.Event()
        async with Writer(world.store) as write:
            async with app.service(world.setting, world.store, write=write, first=False) as reloading:
                running = asyncio.create_task(reloading.run(stop))
                await until(lambda: states(world) == ["sending"])
                stop.set()
                await running
            assert states(world) == ["sending"]
            await until(lambda: states(world) == ["sent"])
        assert await world.deliver(hours=1) == 0
        assert len(world.mail.received) == 1

    monkeypatch.setattr(service, "STOP_SECONDS", 0.05)
    play(tmp_path, MAIL, story)


@live_on_both(to("hook, desk"))
async def test_a_running_service_relays_what_a_poll_enqueued_without_waiting_for_a_tick(world: World) -> None:
    world.feeds.put("/one.rss", rss(Entry("1", "Report number 1", NOON)))
    stop = asyncio.Event()
    running = asyncio.create_task(world.service.run(stop))
    await until(lambda: world.mail.received and world.chat.hooks)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert states(world) == ["sent", "sent"]
