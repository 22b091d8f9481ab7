"""What polls bring, remember and tell: the whole service against a loopback feed server."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from briefing.arrival import Arrival
from briefing.model import Failed, FeedId
from briefing.remember import Report, remember
from briefing.store import feeds
from tests.integration.documents import HTML, LONG, Entry, json_feed, page, rss
from tests.integration.world import NOON, SITE, Feeds, World, live_on_both, play, until

ONE = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
routes:
  - {when: {event: item}, to: [hook]}
"""
HOST = """
feeds:
  a: {url: "${FEEDS}/a.rss", allow_private: true}
  b: {url: "${FEEDS}/b.rss", allow_private: true, every: 20m}
stories:
  all: {title: All of it}
"""
PARTS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  parts: {title: Parts, feeds: [one], SERIES}
digests:
  daily: {stories: [parts], at: "13:00", to: [reader@example.org]}
routes:
  - {to: [hook, slack, desk]}
"""
SERIAL = SITE + PARTS.replace("SERIES", "series: {}")
FRESH = NOON - timedelta(hours=1)
SENTINEL = "A sentence that stands in the page alone names the seven lanterns of Qazvin."


def first(guid: str = "1", title: str = "Something new", **more: object) -> Entry:
    return Entry(guid, title, **{"at": FRESH, **more})  # type: ignore[arg-type]


# --- unchanged ------------------------------------------------------------------------------------------------------


@live_on_both(SITE + ONE)
async def test_a_second_poll_with_an_etag_is_unchanged_and_adds_nothing(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()))
    assert await world.poll() == {"one": "new"}
    assert await world.poll(minutes=15) == {"one": "unchanged"}
    assert world.feeds.asked("/one.rss") == [200, 304]
    assert len(world.items()) == len(world.events("item")) == 1


@live_on_both(SITE + ONE)
async def test_nothing_is_asked_before_its_time(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()))
    await world.poll()
    assert await world.poll(minutes=14, seconds=59) == {}
    assert await world.poll(seconds=1) == {"one": "unchanged"}


@live_on_both(SITE + ONE)
async def test_an_unchanged_answer_without_validators_is_never_parsed(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()), validators=False)
    assert await world.poll() == {"one": "new"}
    assert await world.poll(minutes=15) == {"one": "unchanged"}
    assert world.feeds.asked("/one.rss") == [200, 200]


@live_on_both(SITE + ONE)
async def test_a_body_that_is_no_feed_leaves_no_validators_and_is_asked_for_again_in_full(world: World) -> None:
    world.feeds.put("/one.rss", page("Maintenance", "We will be back soon."), content_type=HTML)
    assert await world.poll() == {"one": "failed"}
    assert "an HTML page (“Maintenance”), not a feed" in str(world.state().error)
    assert await world.poll(minutes=15) == {"one": "failed"}
    assert world.feeds.asked("/one.rss") == [200, 200]
    assert [headers for _, headers in world.feeds.heard if "If-None-Match" in headers] == []
    world.feeds.put("/one.rss", rss(first()))
    assert await world.poll(minutes=30) == {"one": "new"}
    assert (world.state().error, world.state().failures) == (None, 0)


@live_on_both(SITE + ONE)
async def test_a_feed_that_breaks_and_mends_is_not_taken_for_unchanged_in_between(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()))
    await world.poll()
    world.feeds.put("/one.rss", rss(first())[:40])
    assert await world.poll(minutes=15) == {"one": "failed"}
    world.feeds.put("/one.rss", rss(first()))
    assert await world.poll(minutes=15) == {"one": "unchanged"}
    assert world.feeds.asked("/one.rss") == [200, 200, 304]


# --- moved, gone, throttled, down -----------------------------------------------------------------------------------


@live_on_both(SITE + ONE)
async def test_a_permanent_move_is_adopted_at_its_third_repeat_and_remembered(world: World) -> None:
    world.feeds.put("/one.rss", b"", status=301, headers={"Location": "/new.rss"}, validators=False)
    world.feeds.put("/new.rss", rss(first()))
    outcomes = [await world.poll(minutes=15) for _ in range(4)]
    assert outcomes == [{"one": "new"}, *[{"one": "unchanged"}] * 3]
    assert world.feeds.asked("/one.rss") == [301] * 3
    assert world.state().url == f"{world.feeds.url}/new.rss"
    with world.store.reading() as session:
        moves = feeds.moves(session, feed=FeedId("one"))
    assert moves == ((NOON + timedelta(minutes=45), "", f"{world.feeds.url}/new.rss"),)
    assert len(world.items()) == 1


@live_on_both(
    SITE + "feeds:" + "".join(f'\n  f{n}: {{url: "${{FEEDS}}/{n}.rss", allow_private: true}}' for n in (302, 303, 307))
)
async def test_a_temporary_move_is_followed_and_never_adopted(world: World) -> None:
    world.feeds.put("/new.rss", rss(first()))
    for status in (302, 303, 307):
        world.feeds.put(f"/{status}.rss", b"", status=status, headers={"Location": "/new.rss"}, validators=False)
    for _ in range(5):
        await world.poll(minutes=15)
    for status in (302, 303, 307):
        assert world.feeds.asked(f"/{status}.rss") == [status] * 5
        assert world.state(f"f{status}").url == ""
    assert len(world.items()) == 3


@live_on_both(SITE + ONE)
async def test_a_private_feed_that_moves_to_another_private_host_goes_on_working(world: World) -> None:
    async with Feeds() as elsewhere:
        elsewhere.put("/one.rss", rss(first()))
        moved = {"Location": f"{elsewhere.url}/one.rss"}
        world.feeds.put("/one.rss", b"", status=301, headers=moved, validators=False)
        outcomes = [await world.poll(minutes=15) for _ in range(5)]
        assert outcomes == [{"one": "new"}, *[{"one": "unchanged"}] * 4]
        assert world.state().url == f"{elsewhere.url}/one.rss"


@live_on_both(SITE + ONE)
async def test_a_feed_that_is_gone_is_told_once_and_asked_no_more_until_it_is_resumed(world: World) -> None:
    world.feeds.put("/one.rss", b"", status=410, validators=False)
    assert await world.poll() == {"one": "gone"}
    await world.deliver()
    for _ in range(3):
        assert await world.poll(days=30) == {}
    await world.deliver()
    (told,) = world.mail.to("operator@example.org")
    assert "410" in str(told["Subject"])
    world.feeds.put("/one.rss", rss(first(at=world.now)))
    with world.store.transaction() as session:
        assert feeds.resume(session, feed=FeedId("one"), now=world.now)
    assert await world.poll() == {"one": "new"}
    assert not world.state().gone


THROTTLED = [
    ("host", 429, "3600", {30: {}, 60: {"a": "unchanged", "b": "unchanged"}}),
    ("host", 503, "3600", {30: {}, 60: {"a": "unchanged", "b": "unchanged"}}),
    ("feed", 429, "3600", {30: {"b": "unchanged"}, 60: {"a": "unchanged", "b": "unchanged"}}),
]


@pytest.mark.parametrize(
    ("throttle", "status", "wait", "polled"),
    THROTTLED,
    ids=["429 holds the host", "503 that says how long does so too", "unless throttle says that it is the feed's own"],
)
def test_a_host_that_asks_for_patience_is_given_it_by_all_its_feeds(
    tmp_path: Path, throttle: str, status: int, wait: str, polled: dict[int, dict[str, str]]
) -> None:
    async def story(world: World) -> None:
        for path in ("/a.rss", "/b.rss"):
            world.feeds.put(path, rss(first()))
        await world.poll()
        world.feeds.put("/a.rss", b"busy", status=status, headers={"Retry-After": wait}, validators=False)
        assert await world.poll(minutes=15) == {"a": "throttled" if status == 429 else "failed"}
        world.feeds.put("/a.rss", rss(first()))
        began = world.now
        for minutes, outcomes in polled.items():
            world.clock[0] = began + timedelta(minutes=minutes)
            assert await world.poll() == outcomes, minutes

    play(tmp_path, SITE.replace("spacing: 0s", f"spacing: 0s, throttle: {throttle}") + HOST, story)


@live_on_both(SITE + HOST)
async def test_a_503_that_says_no_time_is_the_trouble_of_one_feed(world: World) -> None:
    world.feeds.put("/a.rss", b"", status=503, validators=False)
    world.feeds.put("/b.rss", rss(first()))
    await world.poll()
    for _ in range(5):
        await world.service.poll(only=[FeedId("a")], force=True)
    assert world.state("a").next_poll_at == world.now + timedelta(minutes=15 * 32)
    assert await world.poll(minutes=20) == {"b": "unchanged"}


@live_on_both(SITE + ONE)
async def test_an_outage_is_told_once_and_so_is_its_end(world: World) -> None:
    world.feeds.put("/one.rss", b"", status=503, validators=False)
    for minutes in (0, 15, 30, 60, 120):
        assert await world.poll(minutes=minutes) == {"one": "failed"}
        await world.deliver()
    (down,) = world.mail.to("operator@example.org")
    assert "Feed one is down" in str(down["Subject"])
    assert "since 12:00" in world.text(down)
    world.feeds.put("/one.rss", rss(first(at=world.now)))
    assert await world.poll(minutes=240) == {"one": "new"}
    await world.deliver()
    assert [str(mail["Subject"]) for mail in world.mail.to("operator@example.org")[1:]] == ["Feed one answers again"]


@live_on_both(SITE + HOST + "routes: [{when: {event: feed_down}, to: [slack]}]")
async def test_a_route_takes_the_outage_from_the_operator(world: World) -> None:
    world.feeds.put("/a.rss", b"", status=410, validators=False)
    world.feeds.put("/b.rss", rss(first()))
    await world.work()
    assert len(world.chat.slack) == 1
    assert world.mail.received == []


# --- what is news ---------------------------------------------------------------------------------------------------


@live_on_both(SITE + ONE)
async def test_a_first_poll_stores_all_and_tells_what_is_fresh_and_dated_alone(world: World) -> None:
    old = Entry("old", "Three days old", NOON - timedelta(hours=72))
    world.feeds.put("/one.rss", rss(first("new"), old, Entry("undated", "Without a date")))
    await world.work()
    assert {item.title for item in world.items()} == {"Something new", "Three days old", "Without a date"}
    assert [hook["data"]["headline"] for hook in world.chat.hooks] == ["One reports: Something new"]
    world.feeds.put("/one.rss", rss(Entry("later", "Undated, but new since"), first("new"), old))
    world.later(minutes=15)
    await world.work()
    assert [hook["data"]["headline"] for hook in world.chat.hooks[1:]] == ["One reports: Undated, but new since"]


@live_on_both(SITE + ONE)
async def test_a_feed_that_changes_all_its_guids_sends_nothing_again(world: World) -> None:
    entries = [first(str(n), f"Report number {n}", link=f"https://one.example/{n}") for n in range(5)]
    world.feeds.put("/one.rss", rss(*entries))
    await world.poll()
    world.feeds.put("/one.rss", rss(*(Entry(f"tag:{e.guid}", e.title, e.at, e.text, e.link) for e in entries)))
    assert await world.poll(minutes=15) == {"one": "new"}
    assert len(world.items()) == len(world.events()) == 5
    world.feeds.put("/one.rss", rss(*(Entry(f"tag:{e.guid}", e.title, e.at, e.text) for e in entries)))
    await world.poll(minutes=15)
    assert len(world.items()) == 5


@live_on_both(SITE + ONE)
async def test_an_edited_item_is_stored_and_told_to_nobody(world: World) -> None:
    world.feeds.put("/one.rss", rss(first(title="The headline")))
    await world.poll()
    world.feeds.put("/one.rss", rss(first(title="The headline, corrected")))
    world.later(minutes=15)
    (report,) = await world.service.poll()
    assert (report.new, report.changed, report.events) == (0, 1, 0)
    assert [(item.title, item.changed_at) for item in world.items()] == [("The headline, corrected", world.now)]
    assert len(world.events()) == 1


@live_on_both(
    SITE
    + ONE.replace("routes:", "  reports: {title: Reports, query: 'report*'}\n  cats: {title: C, query: cat}\nroutes:")
)
async def test_an_item_of_two_stories_is_told_once_for_each(world: World) -> None:
    world.feeds.put("/one.rss", rss(first(title="A report of reports")))
    await world.work()
    assert sorted(hook["data"]["story"] for hook in world.chat.hooks) == ["All of it", "Reports"]
    assert len({hook["data"]["id"] for hook in world.chat.hooks}) == 2


@live_on_both(SITE + ONE)
async def test_a_json_feed_is_a_feed(world: World) -> None:
    world.feeds.put("/one.rss", json_feed(first(title="From JSON")), content_type="application/feed+json")
    await world.work()
    assert [hook["data"]["headline"] for hook in world.chat.hooks] == ["One reports: From JSON"]


# --- pages behind items ---------------------------------------------------------------------------------------------

READ = """
feeds:
  series: {url: "${FEEDS}/series.rss", allow_private: true}
  plain: {url: "${FEEDS}/plain.rss", allow_private: true}
  whole: {url: "${FEEDS}/whole.rss", allow_private: true}
  always: {url: "${FEEDS}/always.rss", allow_private: true, full_text: always}
  never: {url: "${FEEDS}/never.rss", allow_private: true, full_text: never}
stories:
  parts: {title: Parts, feeds: [series, whole, never], series: {}}
  others: {title: Others, feeds: [plain, always]}
"""


@live_on_both(SITE + READ)
async def test_pages_are_read_for_a_series_in_a_feed_of_excerpts_or_if_the_feed_says_so(world: World) -> None:
    for name in ("series", "plain", "whole", "always", "never"):
        text = LONG if name in {"whole", "always"} else "An excerpt …"
        world.feeds.put(f"/{name}.rss", rss(first(name, text=text), base=world.feeds.url))
        world.feeds.put(f"/{name}", page("Something new", LONG), content_type=HTML)
    await world.poll()
    pages = {path for path, _ in world.feeds.requests if not path.endswith((".rss", ".txt"))}
    assert pages == {"/series", "/always"}


@live_on_both(SERIAL)
async def test_a_page_that_robots_txt_forbids_is_not_read(world: World) -> None:
    robots = "User-agent: briefing\nDisallow: /private/\n"
    world.feeds.put("/robots.txt", robots, content_type="text/plain")
    links = {name: f"{world.feeds.url}/{name}" for name in ("private/1", "public/2")}
    for name in links:
        world.feeds.put(f"/{name}", page("Something new", LONG), content_type=HTML)
    world.feeds.put("/one.rss", rss(*(first(name, link=link, text=f"{name} …") for name, link in links.items())))
    await world.poll()
    assert (world.feeds.asked("/private/1"), world.feeds.asked("/public/2")) == ([], [200])
    assert len(world.items()) == 2


@live_on_both(SERIAL)
async def test_a_page_that_could_not_be_read_is_read_later_and_its_promise_told_then(world: World) -> None:
    promise = "Coming up in Part 2: The Keeper of the Lanterns."
    world.feeds.put("/one.rss", rss(first(text="An excerpt …"), base=world.feeds.url))
    world.feeds.put("/1", b"", status=503)
    await world.work()
    assert [event.partition(":")[0] for event in world.events()] == ["item"]
    world.feeds.put("/1", page("Something new", LONG, promise), content_type=HTML)
    world.later(minutes=15)
    await world.work()
    assert [event.partition(":")[0] for event in world.events()] == ["item", "promise"]
    assert await world.poll(minutes=15) == {"one": "unchanged"}
    assert world.feeds.asked("/1") == [503, 200]


@live_on_both(SERIAL)
async def test_text_read_for_detection_is_told_to_nobody_and_expires(world: World) -> None:
    promise = "Coming up in Part 2: The Keeper of the Lanterns."
    world.feeds.put("/one.rss", rss(first(text="An excerpt …"), base=world.feeds.url))
    world.feeds.put("/1", page("Something new", LONG, SENTINEL, LONG, promise), content_type=HTML)
    await world.work()
    world.until(13)
    await world.work()
    assert len(world.events("promise")) == 1
    assert SENTINEL in world.rows("SELECT text FROM item_texts")[0]
    told = [post.body for post in world.chat.posts] + [mail.content for mail in world.mail.received]
    told += [row.encode() for table in ("issues", "events") for row in world.rows(f"SELECT composed FROM {table}")]
    told += [str(row).encode() for row in world.rows("SELECT payload FROM payloads")]
    assert len(world.mail.issues(1)) == 1
    assert [text for text in told if b"lanterns of Qazvin" in text] == []
    world.later(days=29)
    await world.service._housekeep()
    assert len(world.rows("SELECT text FROM item_texts")) == 1
    world.later(days=1)
    await world.service._housekeep()
    assert world.rows("SELECT text FROM item_texts") == []


@live_on_both(SERIAL)
async def test_a_private_feed_does_not_vouch_for_links_to_another_host(world: World) -> None:
    async with Feeds() as stranger:
        links = [f"{stranger.url}/1", f"http://localhost:{world.feeds.port}/2", f"{world.feeds.url}/3"]
        for path, server in (("/1", stranger), ("/2", world.feeds), ("/3", world.feeds)):
            server.put(path, page("Something new", LONG), content_type=HTML)
        entries = (first(str(n), link=link, text=f"Number {n} …") for n, link in enumerate(links))
        world.feeds.put("/one.rss", rss(*entries))
        await world.poll()
        assert stranger.requests == []
        assert {path for path, _ in world.feeds.requests} == {"/one.rss", "/robots.txt", "/3"}
        assert len(world.items()) == 3


# --- what if we die here --------------------------------------------------------------------------------------------


@live_on_both(SITE + HOST + "routes: [{when: {event: item}, to: [hook]}]")
async def test_a_poll_that_breaks_while_it_writes_loses_nothing_and_stops_nobody(world: World) -> None:
    world.feeds.put("/a.rss", rss(first("a", "Poison"), title="A"))
    world.feeds.put("/b.rss", rss(first("b", "Harmless"), title="B"))
    with world.refusing("INSERT ON events", "NEW.composed LIKE '%Poison%'"):
        assert await world.poll() == {"a": "failed", "b": "new"}
        assert [item.title for item in world.items()] == ["Harmless"]
        assert world.state("a").validators.body_hash is None
        assert world.state("a").error == "internal error: StoreError; see the log"
    assert (await world.poll(minutes=15))["a"] == "new"
    await world.deliver()
    assert sorted(hook["data"]["headline"] for hook in world.chat.hooks) == ["A reports: Poison", "B reports: Harmless"]


@live_on_both(SITE + ONE)
async def test_a_forced_poll_takes_each_feed_once_whether_due_or_paused(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()))
    seen: list[Report] = []
    with world.store.transaction() as session:
        feeds.pause(session, feed=FeedId("one"))
    assert await world.poll() == {}
    reports: Sequence[Report] = await world.service.poll(force=True, seen=seen.append)
    assert [report.outcome for report in reports] == ["new"]
    assert seen == list(reports)
    assert await world.service.poll(only=[FeedId("one")]) == []


@live_on_both(SITE + ONE)
async def test_a_poll_that_was_given_up_comes_due_again(world: World) -> None:
    gate = world.feeds.gates["/one.rss"] = asyncio.Event()
    world.feeds.put("/one.rss", rss(first()))
    (task,) = await world.service.poller.start()
    await until(lambda: world.feeds.heard)
    await world.service.poller.cancel()
    assert task.cancelled()
    gate.set()
    assert await world.poll(seconds=9) == {}
    assert await world.poll(seconds=1) == {"one": "new"}


@live_on_both(SITE + ONE)
async def test_a_feed_learns_no_secret_and_no_cookie_from_us(world: World) -> None:
    world.feeds.put("/one.rss", rss(first()), headers={"Set-Cookie": "who=me"})
    await world.poll()
    await world.poll(minutes=15)
    names = {name.lower() for _, headers in world.feeds.heard for name in headers}
    assert names & {"cookie", "authorization", "referer"} == set()
    assert json.dumps(world.feeds.heard[0][1].get("User-Agent", "")).count("briefing@example.org") == 1


@live_on_both(SITE + ONE)
async def test_a_poll_that_slept_while_another_process_polled_its_feed_writes_nothing(world: World) -> None:
    world.feeds.put("/one.rss", rss(first("one", "News"), title="One"))
    with world.store.transaction() as session:
        (slept,) = feeds.claim(session, now=world.now, lease=timedelta(minutes=1), limit=1)
    assert await world.poll(minutes=2) == {"one": "new"}
    before = world.state()
    with world.store.transaction() as session:
        late = Arrival(slept, Failed("connection reset"))
        report = remember(session, world.service.poller.rules, late, now=world.now, jitter=0)
    assert (report.outcome, world.state()) == ("overtaken", before)


@live_on_both(SITE + ONE)
async def test_a_poll_that_outlasts_its_claim_is_not_overtaken_by_its_own_process(world: World) -> None:
    world.feeds.put("/one.rss", rss(first("one", "News"), title="One"))
    gate = world.feeds.gates["/one.rss"] = asyncio.Event()
    (waiting,) = await world.service.poller.start()
    world.later(hours=1)
    assert await world.service.poller.start() == []
    gate.set()
    assert (await waiting).outcome == "new"
    assert len(world.items()) == 1
