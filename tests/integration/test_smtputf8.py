"""Readers whose address has letters outside ASCII before the @ (RFC 6531, 6532): from the row to the server, or dead.

`жанна@пример.рф` is written in UTF-8, with its domain in ASCII; nobody else's message changes by that.
"""

from collections.abc import Iterable
from email import policy
from email.message import EmailMessage
from email.parser import Parser

import pytest

from briefing import enrol
from briefing.model import Act, Dead, Delivered, Delivery, Retry
from briefing.store import deliveries
from demo.smtp_sink import Received, SmtpSink
from tests.integration.documents import Entry, rss
from tests.integration.test_smtp_send import client, send
from tests.integration.world import DAILY, SITE, World, live

JANE, WIRE = "жанна@пример.рф", "жанна@xn--e1afmkfd.xn--p1ai"
PLAIN = ("ann@example.org", "bob@bücher.example")
ISSUES = SITE + DAILY
ALERTS = SITE.replace("to: desk@example.org", f"to: [{JANE}, desk@example.org]") + (
    'feeds: {one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}}\n'
    "stories: {all: {title: All of it, feeds: [one]}}\n"
    "routes: [{to: [desk]}]\n"
)
WAY_OUT = "give another address, or a mail server that takes them: `briefing deliveries retry` sends this then"
WORDS = f"the mail server takes no letters outside ASCII before the @ (it does not offer SMTPUTF8): {WAY_OUT}"


async def issue(world: World, *readers: str) -> None:
    """Subscribe these readers, and let a day's issue be written for them."""
    lists = world.setting.config.lists
    with world.store.transaction() as session:
        for one in readers:
            enrol.add(session, lists=lists, address=one, to="readers", consent="form", now=world.now)
    world.feeds.put("/one.rss", rss())
    await world.service.publish()  # from now on the digest is known
    world.feeds.put("/one.rss", rss(Entry("1", "Вторая часть вышла", world.now)))
    world.until(13)
    await world.service.poll()
    await world.service.publish()


async def alert(world: World) -> None:
    """Let the feed tell one item, which the channel `desk` is told."""
    world.feeds.put("/one.rss", rss(Entry("1", "The second part is out", world.now)))
    await world.service.poll()


def rows(world: World) -> dict[str, Delivery]:
    return {one.recipient.address: one for one in world.deliveries() if one.recipient}


def got(sink: SmtpSink) -> dict[str, Received]:
    """Return what was received, by address; each came to one."""
    return {address: one for one in sink.received for address in one.recipients}


def parsed(one: Received) -> EmailMessage:
    """Read a message as one who knows RFC 6532 does."""
    message = Parser(EmailMessage, policy=policy.SMTPUTF8).parsestr(one.content.decode())
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def top(one: Received) -> list[bytes]:
    return one.content.partition(b"\r\n--")[0].split(b"\r\n")


def assert_written_in_utf8(one: Received, others: Iterable[Received]) -> None:
    """Hold the message to Jane against RFC 6531 and 6532, and those to others against what they always were."""
    assert one.sender == "briefing@example.org"
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(one.options)
    assert [line for line in top(one) if not line.isascii()] == [f"To: {WIRE}".encode()]
    assert [each.addr_spec for each in parsed(one)["To"].addresses] == [WIRE]
    for other in others:
        assert other.content.isascii()
        assert not {"SMTPUTF8", "BODY=8BITMIME"} & set(other.options)


def dead_and_sent(world: World) -> tuple[list[str | None], set[str]]:
    """Return why messages are dead, and the other states."""
    every = world.deliveries()
    return [one.last_error for one in every if one.state == "dead"], {one.state for one in every} - {"dead"}


@live(ISSUES)
async def test_an_issue_reaches_a_mailbox_outside_ascii(world: World) -> None:
    await issue(world, JANE, *PLAIN)
    await world.deliver()
    assert {address: (row.state, row.last_error) for address, row in rows(world).items()} == dict.fromkeys(
        (JANE, *PLAIN), ("sent", None)
    )
    received = got(world.mail)
    mine = received.pop(WIRE)
    assert set(received) == {"ann@example.org", "bob@xn--bcher-kva.example"}
    assert_written_in_utf8(mine, received.values())
    message = parsed(mine)
    assert message["Message-ID"] == rows(world)[JANE].message_id
    assert message["References"] == "<story.all@example.org>"
    assert "Вторая часть вышла" in SmtpSink.text(message)
    same = [line for line in top(mine) if not line.startswith((b"To:", b"Message-ID:"))]
    assert same == [line for line in top(received[PLAIN[0]]) if not line.startswith((b"To:", b"Message-ID:"))]


@live(ISSUES)
async def test_with_commands_at_once_they_share_a_connection_too(world: World) -> None:
    world.mail.pipelining = True
    await issue(world, PLAIN[0], JANE, PLAIN[1])
    await world.deliver()
    assert {row.state for row in rows(world).values()} == {"sent"}
    received = got(world.mail)
    assert_written_in_utf8(received.pop(WIRE), received.values())
    assert world.mail.connections == 1


@live(ALERTS)
async def test_an_alert_by_a_mail_channel_reaches_it(world: World) -> None:
    await alert(world)
    assert await world.deliver() == 2
    received = got(world.mail)
    assert set(received) == {WIRE, "desk@example.org"}
    assert_written_in_utf8(received.pop(WIRE), received.values())


@live(ISSUES)
async def test_a_server_that_cannot_makes_one_message_dead_until_another_one_can(world: World) -> None:
    able = world.mail
    with SmtpSink(utf8=False) as world.mail:
        async with world.again(ISSUES) as unable:
            await issue(unable, PLAIN[0], JANE, PLAIN[1])
            await unable.deliver()
            assert dead_and_sent(unable) == ([WORDS], {"sent"})
            assert len(unable.mail.received) == len(PLAIN)
            assert unable.mail.commands.count("MAIL") == len(PLAIN)
            assert unable.rows("SELECT count(*) FROM suppressions") == [0]
    world.mail = able
    async with world.again(ISSUES) as mended:
        with mended.store.transaction() as session:
            assert len(deliveries.perform(session, act=Act.RETRIED, by="ann@desk", now=mended.now)) == 1
        await mended.deliver()
    assert {row.state for row in rows(world).values()} == {"sent"}
    assert set(got(able)) == {WIRE}


@live(ALERTS)
async def test_a_server_that_cannot_lets_a_channels_other_address_through(world: World) -> None:
    able = world.mail
    with SmtpSink(utf8=False) as world.mail:
        async with world.again(ALERTS) as unable:
            await alert(unable)
            await unable.deliver()
            assert dead_and_sent(unable) == ([WORDS], {"sent"})
            assert set(got(unable.mail)) == {"desk@example.org"}
    world.mail = able


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
@pytest.mark.parametrize("reply", ["550 5.6.7 no such letters here", "553 5.6.7 no", "555 SMTPUTF8 unknown"])
def test_a_server_that_offers_it_and_refuses_it_is_not_taken_for_one_that_refuses_us(
    reply: str, *, at_once: bool
) -> None:
    with SmtpSink(pipelining=at_once) as sink, client(sink) as smtp:
        sink.fail("MAIL", reply)
        assert send(smtp, JANE) == Dead(f"MAIL FROM: {reply}; {WAY_OUT}")
        assert isinstance(send(smtp), Delivered)
        sink.fail("MAIL", "550 5.7.1 not from you")
        assert send(smtp, JANE) == Retry("MAIL FROM: 550 5.7.1 not from you", stop_channel=True)
        sink.fail("MAIL", reply)
        assert send(smtp) == Retry(f"MAIL FROM: {reply}", stop_channel=True)
        assert (sink.connections, len(sink.received)) == (1, 1)


@live("\n".join(line for line in ISSUES.splitlines() if "smtp:" not in line))
async def test_without_a_mail_server_it_is_a_file_that_can_be_read(world: World) -> None:
    await issue(world, JANE)
    await world.deliver()
    assert {row.state for row in rows(world).values()} == {"sent"}
    (path,) = (world.folder / "outbox").glob("*.eml")
    assert path.with_suffix(".html").exists()
    message = Parser(EmailMessage, policy=policy.SMTPUTF8).parsestr(path.read_bytes().decode())
    assert [each.addr_spec for each in message["To"].addresses] == [WIRE]
    assert [each.addr_spec for each in message["From"].addresses] == ["briefing@example.org"]
