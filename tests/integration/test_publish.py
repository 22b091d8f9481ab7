"""When issues are written, what they hold and whom they reach: the whole service against a loopback mail server."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from briefing.config.grammar import AudienceList
from briefing.enrol import EnrolError, add, remove
from briefing.store import audience
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live_on_both, until

FEED = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: The One}
stories:
  all: {title: All of it, feeds: [one]}
"""
DAILY = SITE + FEED + 'digests: {daily: {stories: [all], at: "13:00", to: [reader@example.org]}}\n'
LISTS = """
lists:
  iran: {title: Iran}
digests:
  daily: {stories: [all], at: "13:00", to: [Ada@example.org, {list: iran}, ada@example.org]}
"""
PARTS = DAILY.replace("feeds: [one]", "feeds: [one], series: {}")
IRAN = {"iran": AudienceList(title="Iran")}
PROMISE = "Coming up in Part 2: The Keeper of the Lanterns."
TABLE = "<table><tr><th>Indicator</th><th>2026</th></tr><tr><td>Inflation</td><td>62%</td></tr></table>"
ARTICLE = f"<p>The first sentence. The second one. The third tells more.</p>{TABLE}<p>The last sentence.</p>"


def report(number: int, world: World | None = None, **more: object) -> Entry:
    at = (world.now if world else NOON) - timedelta(minutes=10)
    return Entry(str(number), f"Report number {number}", at, **more)  # type: ignore[arg-type]


def subscribe(world: World, *addresses: str) -> None:
    with world.store.transaction() as session:
        for address in addresses:
            add(session, lists=IRAN, address=address, to="iran", consent="form of 3 May", now=world.now)


def html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


async def thirteen(world: World, *entries: Entry) -> list[EmailMessage]:
    """Let the next 13:00 come, with these entries in the feed; return the mails of it."""
    world.feeds.put("/one.rss", rss(*entries, base=world.feeds.url))
    await world.work()
    before = len(world.mail.received)
    world.until(13)
    await world.service.publish()
    await world.service.relay.drain()
    return world.mail.messages[before:]


# --- each reader in their own words ----------------------------------------------------------------------------------

JOINED = (
    SITE
    + FEED
    + """
lists: {iran: {title: Iran}}
digests: {daily: {stories: [all], at: "13:00", to: {list: iran}}}
"""
)


def text(messages: list[EmailMessage], to: str) -> str:
    (message,) = [one for one in messages if one["To"] == to]
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@live_on_both(JOINED)
async def test_the_recap_is_of_what_this_reader_was_sent(world: World) -> None:
    subscribe(world, "ada@example.org", "bob@example.org")
    first = await thirteen(world, report(1))
    assert [message["To"] for message in first] == ["ada@example.org", "bob@example.org"]
    assert "PREVIOUSLY" not in text(first, "ada@example.org")
    with world.store.transaction() as session:
        remove(session, address="bob@example.org", to="iran", now=world.now)
    subscribe(world, "eve@example.org")
    world.later(hours=20)
    second = await thirteen(world, report(2, world))
    assert "Report number 1" in text(second, "ada@example.org").partition("PREVIOUSLY")[2]
    assert "PREVIOUSLY" not in text(second, "eve@example.org")
    subscribe(world, "bob@example.org")
    world.later(hours=20)
    third = await thirteen(world, report(3, world))
    recaps = {who: text(third, f"{who}@example.org").partition("PREVIOUSLY")[2] for who in ("ada", "bob", "eve")}
    assert [who for who, recap in recaps.items() if "Report number 2" in recap] == ["ada", "eve"]
    assert "Report number 1" in recaps["bob"]


@live_on_both(JOINED)
async def test_a_correction_goes_to_nobody_who_was_sent_nothing(world: World) -> None:
    subscribe(world, "ada@example.org")
    await thirteen(world, report(1))
    subscribe(world, "eve@example.org")
    world.later(hours=20)
    changed = await thirteen(world, replace(report(1), title="Another headline"))
    assert [message["To"] for message in changed] == ["ada@example.org"]


@live_on_both(DAILY)
async def test_what_a_report_calls_related_is_named_with_its_address_where_we_know_it(world: World) -> None:
    story = "Lantern makers of Qazvin laid down their work; the guild of glass refused every higher price. " * 3
    html = f"<p>{story}</p><p>Related Read: Report number 1</p><p>Related Read: An old map</p>"
    other = replace(report(1), at=NOON - timedelta(hours=46), text="It rained on seven hills, and the river rose. " * 9)
    (message,) = await thirteen(world, replace(report(2, html=html), title="Lanterns go dark in Qazvin"), other)
    lines = text([message], "reader@example.org").splitlines()
    at = lines.index("   Related: Report number 1")
    assert lines[at + 1].strip().startswith("http://")
    assert "   Related: An old map" in lines


@live_on_both(DAILY.replace("title: The One}", "title: The One, weight: 3}"))
async def test_a_feed_may_weigh_more_than_others(world: World) -> None:
    assert [plan.weights["one"] for plan in world.service.plans] == [3]


@live_on_both(JOINED)
async def test_a_readers_language_wins_over_the_digests(world: World) -> None:
    subscribe(world, "ada@example.org")
    with world.store.transaction() as session:
        people = {"sara@example.org": "fa", "otto@example.org": "de-AT"}
        for address, locale in people.items():
            add(session, lists=IRAN, address=address, to="iran", consent="form", now=world.now, locale=locale)
    mails = await thirteen(world, report(1))
    assert "Reported by The One" in text(mails, "ada@example.org")
    assert "Berichtet von The One" in text(mails, "otto@example.org")
    assert "شمارهٔ ۱" in text(mails, "sara@example.org")
    again = {message["To"]: html(message) for message in mails}
    assert 'dir="rtl"' in again["sara@example.org"]
    assert 'dir="rtl"' not in again["ada@example.org"]


# --- one issue an occurrence ----------------------------------------------------------------------------------------


@live_on_both(DAILY)
async def test_an_occurrence_gives_one_issue_however_often_it_is_asked_for(world: World) -> None:
    world.feeds.put("/one.rss", rss(report(1)))
    await world.work()
    assert world.mail.received == []
    world.until(13)
    for _ in range(3):
        await world.work()
        world.later(minutes=1)
    await asyncio.gather(*(world.service.publish() for _ in range(3)))
    async with world.again(DAILY) as restarted:
        await restarted.work()
    assert len(world.mail.received) == 1
    assert world.rows("SELECT count(*) FROM issues") == [1]


@live_on_both(DAILY)
async def test_three_days_asleep_are_caught_up_with_one_issue(world: World) -> None:
    world.feeds.put("/one.rss", rss(report(1)))
    await world.work()
    world.later(hours=72, minutes=90)
    world.feeds.put("/one.rss", rss(report(2, world), report(1)))
    await world.service.poll()
    world.later(seconds=2)
    await world.work()
    (mail,) = world.mail.messages
    assert "Report number 1" in world.text(mail)
    assert "Report number 2" in world.text(mail)
    for _ in range(3):
        world.later(hours=1)
        await world.work()
    assert len(world.mail.received) == 1


@live_on_both(DAILY)
async def test_nothing_to_say_settles_the_occurrence_and_what_comes_later_waits(world: World) -> None:
    assert await thirteen(world) == []
    world.later(minutes=5)
    world.feeds.put("/one.rss", rss(report(1, world)))
    await world.service.poll(force=True)
    for _ in range(3):
        await world.work()
        world.later(hours=6)
    assert world.mail.received == []
    (mail,) = await thirteen(world, report(1))
    assert "Report number 1" in world.text(mail)
    assert "No. 1 · Friday 6 November" in world.text(mail)


@live_on_both(DAILY.replace("daily: {", "daily: {send_when_empty: true, "))
async def test_a_digest_that_wants_empty_issues_gets_them(world: World) -> None:
    (mail,) = await thirteen(world)
    assert "Nothing new" in str(mail["Subject"])


@live_on_both(DAILY)
async def test_an_item_whose_poll_was_under_way_when_the_issue_was_written_is_in_the_next(world: World) -> None:
    world.feeds.put("/one.rss", rss())
    await world.work()
    world.until(12, 59)
    gate = world.feeds.gates["/one.rss"] = asyncio.Event()
    world.feeds.put("/one.rss", rss(report(1)))
    (polling,) = await world.service.poller.start()
    await until(lambda: len(world.feeds.heard) == 2)
    world.until(13)
    await world.service.publish()
    gate.set()
    assert (await polling).new == 1
    (mail,) = await thirteen(world, report(1))
    assert "Report number 1" in world.text(mail)


@live_on_both(DAILY)
async def test_an_item_is_in_one_issue_alone(world: World) -> None:
    (first,) = await thirteen(world, report(1))
    (second,) = await thirteen(world, report(1), report(2, world))
    assert await thirteen(world, report(1), report(2)) == []
    assert "Report number 2" not in world.text(first)
    developments, _, previously = world.text(second).partition("PREVIOUSLY")
    assert "Report number 1" not in developments
    assert "Report number 1" in previously


BROKEN = '{% if issue.about == "All of it" %}{{ issue.no.such.thing }}{% endif %}'


@live_on_both(DAILY)
async def test_a_digest_whose_template_fails_keeps_no_other_from_its_readers_and_stays_due(world: World) -> None:
    own = world.folder / "templates" / "own"
    own.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (own / name).write_text(BROKEN)
    broken = DAILY.replace(
        "{daily:", '{alas: {stories: [all], at: "13:00", to: [b@example.org], template: own}, daily:'
    )
    async with world.again(broken) as started:
        (mail,) = await thirteen(started, report(1))
        assert mail["To"] == "reader@example.org"
        assert started.rows("SELECT digest FROM issues") == ["daily"]
    async with world.again(broken.replace(", template: own", "")) as mended:
        mended.later(hours=3)
        await mended.work()
        assert [mail["To"] for mail in world.mail.messages] == ["reader@example.org", "b@example.org"]


# --- whom it reaches ------------------------------------------------------------------------------------------------


@live_on_both(SITE + FEED + LISTS)
async def test_an_address_named_twice_gets_one_copy_as_a_subscriber(world: World) -> None:
    subscribe(world, "ADA@example.org", "babak@example.org")
    mails = await thirteen(world, report(1))
    assert sorted(str(mail["To"]).lower() for mail in mails) == ["ada@example.org", "babak@example.org"]
    assert all("you subscribed to “Iran”" in " ".join(world.text(mail).split()) for mail in mails)


@live_on_both(SITE + FEED + LISTS)
async def test_who_left_and_whose_address_is_dead_gets_none(world: World) -> None:
    subscribe(world, "babak@example.org", "chidi@example.org", "dana@example.org")
    with world.store.transaction() as session:
        remove(session, address="Babak@example.org", to=None, now=world.now)
        audience.suppress(session, address="chidi@example.org", reason="550 5.1.1", now=world.now)
        audience.suppress(session, address="ada@example.org", reason="550 5.1.1", now=world.now)
    mails = await thirteen(world, report(1))
    assert [mail["To"] for mail in mails] == ["dana@example.org"]
    assert [row.state for row in world.deliveries() if row.issue] == ["sent"]  # and no row for the others
    subscribe(world, "babak@example.org")
    again = await thirteen(world, report(1), report(2, world))
    assert sorted(str(mail["To"]) for mail in again) == ["babak@example.org", "dana@example.org"]


MISTAKES = [
    ("ada@example.org", "iraq", "form", 'no list named "iraq"; known: iran'),
    ("ada@example.org", "iran", "  ", "say where they agreed"),
    ("ada at example", "iran", "form", "is not an e-mail address"),
]


@live_on_both(SITE)
async def test_nobody_is_put_on_a_list_by_mistake(world: World) -> None:
    for address, to, consent, words in MISTAKES:
        with pytest.raises(EnrolError, match=words), world.store.transaction() as session:
            add(session, lists=IRAN, address=address, to=to, consent=consent, now=world.now)
    assert world.rows("SELECT count(*) FROM subscriptions") == [0]


# --- what it holds --------------------------------------------------------------------------------------------------


@live_on_both(DAILY.replace("title: The One}", "title: The One, rights: full}"))
async def test_full_rights_carry_the_table_verbatim_and_attributed_in_html_and_in_plain_text(world: World) -> None:
    (mail,) = await thirteen(world, report(1, html=ARTICLE))
    page, text = html(mail), world.text(mail)
    assert all(f">{cell}</td>" in page or f">{cell}</th>" in page for cell in ("Indicator", "2026", "Inflation", "62%"))
    lines = [line.split() for line in text.splitlines()]
    assert ["Indicator", "2026"] in lines
    assert ["Inflation", "62%"] in lines
    assert "The last sentence." in text
    assert text.count("The One") >= 2  # above the table, and in the byline
    assert "Reported by" in text


@live_on_both(DAILY)
async def test_without_rights_two_sentences_and_no_table_are_shown(world: World) -> None:
    (mail,) = await thirteen(world, report(1, html=ARTICLE))
    for shown in (html(mail), world.text(mail)):
        assert "The first sentence. The second one." in " ".join(shown.split())
        assert "third tells" not in shown
        assert "Inflation" not in shown
    assert world.rows("SELECT html FROM items") == [""]


@live_on_both(PARTS)
async def test_a_second_issue_threads_under_the_story_and_recalls_the_first(world: World) -> None:
    (first,) = await thirteen(world, report(1, text=f"A long report. {PROMISE}"))
    (second,) = await thirteen(world, report(1, text=f"A long report. {PROMISE}"), report(2, world))
    assert first["References"] == second["References"] == first["In-Reply-To"] == "<story.all@example.org>"
    assert first["Message-ID"] != second["Message-ID"]
    assert "PREVIOUSLY" not in world.text(first)
    assert "PREVIOUSLY" in world.text(second)
    for mail in (first, second):
        assert "STILL AWAITED" in world.text(mail)
        assert "The Keeper of the Lanterns" in world.text(mail)
    assert "No. 2" in world.text(second)


@live_on_both(SITE + FEED + LISTS)
async def test_a_list_mail_can_be_left_by_mail_and_says_who_sends_it_and_why(world: World) -> None:
    subscribe(world, "babak@example.org")
    mails = {str(mail["To"]): mail for mail in await thirteen(world, report(1))}
    mail = mails["babak@example.org"]
    assert mail["List-Unsubscribe"] == "<mailto:briefing@example.org?subject=unsubscribe%20iran>"
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["List-Id"].endswith("<iran.example.org>")
    assert mail["Auto-Submitted"] == "auto-generated"
    text = " ".join(world.text(mail).split())
    assert "You get this because you subscribed to “Iran” on 5 November." in text
    assert "1 Example Street, Example City" in text
    assert "https://" not in html(mail)


@live_on_both(DAILY)
async def test_a_retry_says_the_same_bytes_after_the_item_has_changed(world: World) -> None:
    world.mail.fail("END", "451 4.3.0 later")
    assert len(await thirteen(world, report(1))) == 0
    world.feeds.put("/one.rss", rss(Entry("1", "Another headline altogether", NOON)))
    (changed,) = await world.service.poll(force=True)
    assert changed.changed == 1
    (row,) = world.deliveries()
    issue = row.issue
    assert issue is not None
    assert row.recipient is not None
    before = await world.service._letters.sealed(row, row.recipient)
    await world.deliver(minutes=10)
    (received,) = world.mail.received
    assert received.content == before
    assert b"Report number 1" in before
    assert b"Another headline" not in before
    (mail,) = world.mail.messages
    assert mail["Message-ID"] == row.message_id


@live_on_both(DAILY)
async def test_a_digest_without_a_mail_server_is_left_in_a_folder(world: World) -> None:
    quiet = "\n".join(line for line in DAILY.splitlines() if "smtp:" not in line)
    async with world.again(quiet) as folder:
        assert await thirteen(folder, report(1)) == []
    files = sorted(path.suffix for path in (world.folder / "outbox").iterdir())
    assert files == [".eml", ".html"]
    assert "Report number 1" in next((world.folder / "outbox").glob("*.html")).read_text()
    assert [row.state for row in world.deliveries()] == ["sent"]


# --- an operator's own sendings -------------------------------------------------------------------------------------


@live_on_both(DAILY)
async def test_a_draft_says_what_would_be_sent_and_changes_nothing(world: World) -> None:
    world.feeds.put("/one.rss", rss(report(1)))
    await world.work()
    world.later(minutes=1)
    drafted = await world.service.draft("daily")
    assert drafted is not None
    assert "Report number 1" in drafted[0].text
    await world.deliver()
    assert world.mail.received == []
    (mail,) = await thirteen(world, report(1))
    assert "No. 1" in world.text(mail)


@live_on_both(DAILY)
async def test_a_test_mail_reaches_one_address_and_takes_nothing_from_the_next_issue(world: World) -> None:
    world.feeds.put("/one.rss", rss(report(1)))
    await world.work()
    world.later(minutes=1)
    (sent,) = await world.service.send_test("daily", "me@example.org")
    assert sent.state == "sent"
    (mail,) = await thirteen(world, report(1))
    assert (mail["To"], "No. 1" in world.text(mail)) == ("reader@example.org", True)
    assert [mail["To"] for mail in world.mail.messages] == ["me@example.org", "reader@example.org"]


@live_on_both(DAILY)
async def test_an_issue_sent_by_hand_is_counted_and_the_next_tells_what_came_since(world: World) -> None:
    world.feeds.put("/one.rss", rss(report(1)))
    await world.work()
    world.later(minutes=1)
    (sent,) = await world.service.send("daily")
    assert sent.state == "sent"
    assert not await world.service.send("daily")
    world.later(minutes=20)
    (mail,) = await thirteen(world, report(1), Entry("2", "Report number 2", NOON))
    assert "No. 2" in world.text(mail)
    developments, _, _ = world.text(mail).partition("PREVIOUSLY")
    assert "Report number 1" not in developments
