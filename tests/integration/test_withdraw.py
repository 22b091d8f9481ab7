"""An item is taken back: gone wherever it would be shown, and exactly those who were sent it are told, where it was."""

import asyncio
import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from briefing import compiled, withdraw
from briefing.clock import utc_now
from briefing.config.grammar import AudienceList
from briefing.enrol import add, remove
from briefing.model import Act, ItemId, StoryId
from briefing.store import deliveries, engine
from demo.chat_sink import SECRET
from tests.integration.command import call
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live_on_both, play

CONFIG = (
    SITE
    + """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
  two: {url: "${FEEDS}/two.rss", allow_private: true, title: Two}
stories:
  iran: {title: Iran, feeds: [one], series: {}}
  rest: {title: The rest, feeds: [two]}
lists: {guild: {title: The guild}}
digests:
  daily: {stories: [iran], at: "13:00", to: {list: guild}}
  other: {stories: [rest], at: "13:00", to: them@example.org}
routes:
  - {when: {story: iran}, to: [slack, desk]}
  - {to: [hook]}
"""
)
WRONG, RIGHT, WORDS = "Guard seizes the port", "Rain in Lisbon", "The port was never seized."
LISTS = {"guild": AudienceList(title="The guild")}


def put(world: World, *titles: str, more: str = "Snow in Oslo") -> None:
    """Put up two feeds: these items in one, another in the other."""
    entries = [Entry(title, title, NOON, f"{title}, it is said.") for title in titles]
    world.feeds.put("/one.rss", rss(*entries, base=world.feeds.url))
    world.feeds.put("/two.rss", rss(Entry(more, more, NOON), title="Two"))


def join(world: World, who: str, locale: str | None = None) -> None:
    with world.store.transaction() as session:
        address = f"{who}@example.org"
        add(session, lists=LISTS, address=address, to="guild", consent="form", now=world.now, locale=locale)


def take_back(world: World, title: str, *, silent: bool = False) -> withdraw.Withdrawn:
    """Withdraw the item of this title, as `briefing items withdraw` does."""
    config = world.setting.config
    posted = compiled.letters(world.setting.config, world.folder, compiled.unstored)
    (item,) = [one.id for one in world.items() if one.title == title]
    with world.store.transaction() as session:
        teller = compiled.teller(config, posted, engine.secret(session))
        return withdraw.withdraw(
            session, teller, {StoryId("iran"): "Iran"}, item=item, words=WORDS, by="ann@desk", now=world.now,
            silent=silent,
        )  # fmt: skip


async def one_o_clock(world: World) -> None:
    world.until(13)
    await world.service.publish()
    await world.service.relay.drain()


async def told(world: World) -> None:
    """Tell an item to a channel, an address and a list, of whom bob's mailbox refuses it."""
    join(world, "ada", "de")
    join(world, "zoe")
    put(world, WRONG, RIGHT)
    await world.work()
    await one_o_clock(world)
    join(world, "bob")
    join(world, "eve")
    with world.store.transaction() as session:
        remove(session, address="zoe@example.org", to="guild", now=world.now)


def new(world: World, before: int) -> dict[str, EmailMessage]:
    """Return the mails since, by whom they went to."""
    return {message["To"]: message for message in world.mail.messages[before:]}


@live_on_both(CONFIG)
async def test_exactly_those_who_were_sent_it_are_told_where_they_got_it(world: World) -> None:
    await told(world)
    posts, mails = len(world.chat.slack), len(world.mail.messages)
    hooks = len(world.chat.hooks)

    done = take_back(world, WRONG)
    await world.service.relay.drain()

    assert (done.told, done.left) == (("ada@example.org", "desk@example.org", "slack"), ("zoe@example.org",))
    corrections = new(world, mails)
    assert {*corrections} == {"ada@example.org", "desk@example.org"}
    assert corrections["desk@example.org"]["Subject"] == f"Withdrawn: {WRONG} — One"
    assert corrections["ada@example.org"]["Subject"] == f"Zurückgezogen: {WRONG} — One"
    assert "abonniert" in world.text(corrections["ada@example.org"])
    assert all(WORDS in world.text(one) for one in corrections.values())
    assert [message["text"] for message in world.chat.slack[posts:]] == [f"Withdrawn: {WRONG} — One"]
    assert len(world.chat.hooks) == hooks  # it was told of another feed


@live_on_both(CONFIG)
async def test_what_was_withdrawn_is_gone_from_all_that_comes(world: World) -> None:
    await told(world)
    take_back(world, WRONG)
    await world.service.relay.drain()
    mails = len(world.mail.messages)

    with world.store.transaction() as session:  # nothing of it goes out by hand, and an issue goes without it
        deliveries.perform(session, act=Act.REPLAYED, by="ann@desk", now=world.now)
    await world.service.relay.drain()
    again = [one for one in world.mail.messages[mails:] if not str(one["Subject"]).startswith(("Withdrawn", "Zurück"))]
    assert sorted(one["To"] for one in again) == [
        "ada@example.org", "desk@example.org", "them@example.org", "zoe@example.org"
    ]  # fmt: skip
    assert [one["Subject"] for one in again if WRONG in world.text(one)] == []

    put(world, WRONG + ", it says", WRONG, "The new one", more="Wind in Kyiv")  # its feed brings it again, and changes
    await world.poll(minutes=20)
    await world.service.relay.drain()
    world.later(hours=20)
    await one_o_clock(world)
    issue = new(world, mails)["ada@example.org"]
    assert "The new one" in world.text(issue)
    assert f"{WRONG}\n" not in world.text(issue)
    assert WRONG not in [one.title for one in world.items()]


@live_on_both(CONFIG)
async def test_what_waited_is_stopped_and_nobody_is_told_who_was_sent_nothing(world: World) -> None:
    world.chat.answer(503, "", times=2)
    world.mail.fail("RCPT", "451 later", times=3)
    put(world, WRONG)
    world.feeds.put("/two.rss", rss(title="Two"))
    join(world, "ada")
    await world.work()
    await one_o_clock(world)
    assert world.mail.messages == []

    done = take_back(world, WRONG)
    world.later(hours=1)
    await world.service.relay.drain()

    assert (done.told, done.left, done.lost) == ((), (), ())
    assert world.events("withdrawn") == []
    assert [one for one in world.mail.messages if WRONG in str(one["Subject"])] == []
    assert world.chat.slack == []


@live_on_both(CONFIG)
async def test_it_is_done_once_and_silently_if_so_asked(world: World) -> None:
    await told(world)
    mails = len(world.mail.messages)
    assert take_back(world, WRONG, silent=True).told == ()
    await world.service.relay.drain()
    assert new(world, mails) == {}
    (gone,) = world.rows("SELECT item_id FROM withdrawals")
    config, posted = world.setting.config, compiled.letters(world.setting.config, world.folder, compiled.unstored)
    with world.store.transaction() as session:
        teller = compiled.teller(config, posted, engine.secret(session))
        for item in (gone, 404):
            with pytest.raises(withdraw.WithdrawError):
                withdraw.withdraw(session, teller, {}, item=ItemId(item), words=None, by="x", now=world.now)


@pytest.mark.slow
@live_on_both(CONFIG)
async def test_a_part_that_is_withdrawn_is_no_part_and_what_it_announced_is_awaited_no_more(world: World) -> None:
    part = "The Long Road, Part 1: The Gate"
    entry = Entry("p", part, NOON, "Coming up in Part 2: “The Bridge over the river”.")
    world.feeds.put("/one.rss", rss(entry, base=world.feeds.url))
    world.feeds.put("/two.rss", rss(title="Two"))
    await world.work()
    assert world.rows("SELECT state FROM promises") == ["awaited"]
    take_back(world, part)
    assert world.rows("SELECT state FROM promises") == ["rejected"]
    assert world.rows("SELECT count(*) FROM instalments WHERE NOT refused") == [0]


def test_an_operator_takes_an_item_back_while_the_service_runs(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        await told(world)
        environ = {"FEEDS": world.feeds.url, "HOOK": world.chat.webhook_url, "SLACK": world.chat.slack_url,
                   "SECRET": SECRET, "SMTP_PORT": str(world.mail.port)}  # fmt: skip
        (item,) = [one.id for one in world.items() if one.title == WRONG]
        where = ("-c", str(tmp_path / "feeds.yaml"), "-d", f"sqlite:///{world.store.path}")

        def said(*words: str, typed: str = "") -> tuple[int, str, str]:
            ended = call("items", *words, *where, typed=typed, **environ)
            return ended.exit_code, ended.stdout, ended.stderr

        status, _, asked = await asyncio.to_thread(said, "withdraw", str(item))
        assert (status, f"Withdraw “{WRONG}” — One, for good?" in asked) == (1, True)
        status, out, _ = await asyncio.to_thread(said, "withdraw", str(item), "--correct", WORDS, typed="y\n")
        assert (status, f"{item} is withdrawn: {WRONG} — One · 3 corrections owed" in out) == (0, True)
        status, _, again = await asyncio.to_thread(said, "withdraw", str(item), "--yes")
        assert (status, f"{item} was withdrawn 0 s ago" in again) == (1, True)
        (gone,) = json.loads((await asyncio.to_thread(said, "--withdrawn", "--json"))[1])
        assert (gone["item"], gone["words"], gone["title"]) == (item, WORDS, WRONG)
        assert WRONG not in (await asyncio.to_thread(said))[1]
        explained = await asyncio.to_thread(call, "explain", "--item", str(item), *where, **environ)
        assert "told slack pending" in explained.stdout
        world.clock[0] = utc_now()  # which is what the command owed it by
        await world.service.relay.drain()
        assert world.chat.slack[-1]["text"] == f"Withdrawn: {WRONG} — One"

    play(tmp_path, CONFIG, story)
