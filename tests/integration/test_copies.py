"""Copies and developments as polls bring them: the whole service, from feeds on loopback to what people are told."""

import json
from datetime import timedelta

import pytest

from briefing.model import StoryId
from briefing.publish import _desk
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both

NAMES = ("wire", "star", "post", "gazette", "echo")
FEEDS = "feeds:\n" + "".join(
    f'  {name}: {{url: "${{FEEDS}}/{name}.rss", allow_private: true, title: The {name.title()}}}\n' for name in NAMES
)
STORY = "stories:\n  docks: {title: Docks, query: Northport, corroborate: {sources: 3, within: 24h}}\n"
ROUTES = "routes: [{to: [hook]}]\n"
DAILY = 'digests: {daily: {stories: [docks], at: "13:00", to: [reader@example.org]}}\n'
CONFIG = SITE + FEEDS + STORY + DAILY + ROUTES

TITLE = "Northport dock workers walk out over night shifts"
WIRE = (
    "Dock workers in Northport walked out on Monday after talks over pay with the harbour authority collapsed,"
    " leaving eleven container ships at anchor. The union said the strike would last until the authority"
    " withdraws its plan to cut night shifts. Mayor Ida Falk called both sides back to the table."
)
OWN = (
    "Eleven container ships are waiting off Northport. Dock workers there stopped work on Monday in a dispute over"
    " night shifts with the harbour authority. The mayor, Ida Falk, denied that troops would be sent to unload them."
)
THIRD = (
    "Northport harbour stands still: eleven ships lie at anchor while dock workers strike against a plan of the"
    " harbour authority to cut night shifts. Mayor Ida Falk wants new talks between the union and the authority."
)
FOURTH = (
    "The strike of dock workers in Northport has stopped all unloading at the harbour. Ships with containers wait"
    " outside, and the union says night shifts are what the dispute with the harbour authority is about."
)
AT = NOON - timedelta(hours=5)
REPORTS = {
    "wire": Entry("w", TITLE, AT, WIRE),
    "star": Entry("s", TITLE, AT + timedelta(minutes=20), WIRE),
    "post": Entry("p", "Ships wait as Northport dock workers strike", AT + timedelta(hours=1), OWN),
    "gazette": Entry("g", "Northport harbour at a standstill in strike over night shifts", AT, THIRD),
    "echo": Entry("e", "Strike of dock workers halts Northport", AT + timedelta(hours=2), FOURTH),
}


def put(world: World, **entries: Entry) -> None:
    for name in NAMES:
        some = [entries[name]] if name in entries else []
        world.feeds.put(f"/{name}.rss", rss(*some, title=name, base=f"https://{name}.example"))


async def bring(world: World, *names: str, **later: float) -> None:
    """Let these feeds have their reports, too, and poll all."""
    put(world, **{name: REPORTS[name] for name in names})
    await world.poll(**later)


def copies(world: World) -> dict[str, str]:
    """Return who copies whom, by the names of their feeds."""
    items = "FROM copies JOIN items a ON a.id = item_id JOIN items b ON b.id = original_id"
    return dict(pair.split(">") for pair in world.rows(f"SELECT a.feed_id || '>' || b.feed_id {items}"))


def together(world: World) -> set[frozenset[str]]:
    """Return which feeds report the same."""
    found: dict[str, set[str]] = {}
    for row in world.rows("SELECT development || '>' || feed_id FROM members JOIN items ON id = item_id"):
        development, feed = row.split(">")
        found.setdefault(development, set()).add(feed)
    return {frozenset(some) for some in found.values()}


def told(world: World) -> list[str]:
    return [hook["data"]["headline"] for hook in world.chat.hooks]


@live_on_both(CONFIG)
async def test_a_copy_is_stored_as_one_and_told_to_nobody_again(world: World) -> None:
    await bring(world, "wire")
    await bring(world, "wire", "star", minutes=15)
    await bring(world, "wire", "star", "post", minutes=15)
    assert copies(world) == {"star": "wire"}
    assert together(world) == {frozenset({"wire", "star", "post"})}
    await world.deliver()
    assert told(world) == [
        f"The Wire reports: {TITLE}", "The Post reports: Ships wait as Northport dock workers strike",
    ]  # fmt: skip
    (why,) = world.rows("SELECT evidence FROM copies")
    assert "100% of the words" in why


@live_on_both(CONFIG)
async def test_the_original_that_comes_late_is_found_and_is_no_news_either(world: World) -> None:
    await bring(world, "star")
    await bring(world, "wire", "star", minutes=15)
    assert copies(world) == {"star": "wire"}
    assert len(world.events("item")) == 1


@live(CONFIG)
async def test_a_later_version_by_the_same_source_stays_visible(world: World) -> None:
    await bring(world, "wire", "star")
    more = Entry("w2", TITLE, AT + timedelta(hours=3), WIRE + " On Tuesday the first ship turned back.")
    world.feeds.put("/wire.rss", rss(REPORTS["wire"], more, base="https://wire.example"))
    await world.poll(minutes=15)
    assert copies(world) == {"star": "wire"}
    assert len(world.events("item")) == 2


@live_on_both(CONFIG)
async def test_what_three_origins_report_is_told_in_one_message_and_copies_are_none(world: World) -> None:
    await bring(world, "wire", "star", "post")
    assert world.events("corroborated") == []
    await bring(world, "wire", "star", "post", "gazette", minutes=15)
    assert len(world.events("corroborated")) == 1
    await bring(world, *NAMES, minutes=15)  # a fourth origin, before anything was sent
    await world.deliver()
    (alert,) = [line for line in told(world) if line.startswith("Reported by")]
    assert alert == f"Reported by 5 publishers, 4 origins: {TITLE}"
    (data,) = [hook["data"] for hook in world.chat.hooks if hook["type"] == "briefing.corroborated"]
    assert "denied that troops would be sent" in json.dumps(data)


ALSO = CONFIG.replace("star: {", "star: {independent: false, ").replace("gazette: {", "gazette: {independent: false, ")


@live(ALSO)
async def test_feeds_that_are_not_independent_count_as_publishers_only(world: World) -> None:
    await bring(world, "wire", "star", "post", "gazette")
    assert world.events("corroborated") == []
    await bring(world, *NAMES, minutes=15)
    (told_of,) = world.rows("SELECT composed FROM events WHERE key LIKE 'corroborated%'")
    line = json.loads(told_of)["development"]
    assert (len(line["publishers"]), line["origins"]) == (5, 3)


@pytest.mark.slow
@live(CONFIG.replace("within: 24h", "within: 1h"))
async def test_reports_too_far_apart_are_no_corroboration(world: World) -> None:
    await bring(world, *(name for name in NAMES if name != "echo"))  # wire and gazette at once, post within the hour
    assert len(world.events("corroborated")) == 1
    async with world.again(CONFIG.replace("within: 24h", "within: 30m")) as other:
        other.execute(
            "DELETE FROM corroborated", "DELETE FROM payloads", "DELETE FROM deliveries", "DELETE FROM events"
        )
        await bring(other, *NAMES, minutes=15)
        assert other.events("corroborated") == []


@live_on_both(SITE + FEEDS + STORY)
async def test_a_development_that_took_in_a_told_one_is_not_told_again(world: World) -> None:
    await bring(world, "wire", "post", "gazette")
    first, _, post = world.rows("SELECT id FROM items ORDER BY published, id")
    assert len(world.events("corroborated")) == 1
    world.execute(  # as if two had told it apart from the first
        f"UPDATE members SET development = {post} WHERE item_id <> {first}",
        f"UPDATE members SET development = {first} WHERE item_id = {first}",
        f"UPDATE corroborated SET development = {post}",
        f"UPDATE events SET key = 'corroborated:docks:{post}', condition = 'corroborated:docks:{post}'"
        " WHERE kind = 'corroborated'",
        "UPDATE groupings SET stamp = 'another'",
    )
    await bring(world, *NAMES, minutes=15)
    assert world.rows("SELECT DISTINCT development FROM members") == [first]
    assert world.events("corroborated") == [f"corroborated:docks:{post}"]
    assert set(world.rows("SELECT development FROM corroborated")) == {first, post}


@live(CONFIG)
async def test_an_edit_that_makes_a_text_its_own_parts_the_copy_again(world: World) -> None:
    await bring(world, "wire", "star", "gazette")
    assert copies(world) == {"star": "wire"}
    edited = Entry("s", "Orchards in Lowvale", AT, OWN[::-1])
    put(world, wire=REPORTS["wire"], gazette=REPORTS["gazette"], star=edited)
    await world.poll(minutes=15)
    assert copies(world) == {}
    assert len(world.rows("SELECT DISTINCT item_id FROM bands")) == 3


@live(CONFIG)
async def test_an_edit_of_the_original_leaves_its_copies_together(world: World) -> None:
    same = {name: Entry(name, TITLE, AT + timedelta(minutes=n), WIRE) for n, name in enumerate(NAMES[:4])}
    put(world, **same)
    await world.poll()
    assert copies(world) == dict.fromkeys(NAMES[1:4], "wire")
    edited = Entry("wire", "Orchards bloom in Lowvale", AT, "Farmers of Lowvale see blossom. " * 9)
    put(world, **{**same, "wire": edited})
    await world.poll(minutes=15)
    assert copies(world) == dict.fromkeys(NAMES[2:4], "star")


@live(CONFIG)
async def test_the_desk_of_a_digest_has_the_developments_of_what_is_new(world: World) -> None:
    await bring(world, "wire", "star", "post")
    plan = world.service.plans[0]
    with world.store.reading() as session:
        desk = _desk(session, plan, StoryId("docks"), NOON - timedelta(days=2), NOON - timedelta(days=2), NOON)
    (development,) = desk.developments
    assert [item.feed for item in development.items] == ["wire", "star", "post"]
    assert len(development.corroboration.origins) == 2
    assert [claim.kind for _, claim in development.claims] == ["denial"]


@pytest.mark.slow
@live(CONFIG)
async def test_after_the_window_only_who_belongs_where_is_kept(world: World) -> None:
    await bring(world, "wire", "star", "post")
    await world.poll(days=4)
    await world.service._housekeep()
    assert world.rows("SELECT count(*) FROM members WHERE terms IS NOT NULL") == [3]
    world.later(days=1, hours=1)
    await world.service._housekeep()
    assert world.rows("SELECT count(*) FROM members WHERE terms IS NOT NULL") == [0]
    world.later(days=4)
    await world.service._housekeep()
    assert world.rows("SELECT count(*) FROM bands") == [0]
    assert (copies(world), together(world)) == ({"star": "wire"}, {frozenset({"wire", "star", "post"})})


@live_on_both(CONFIG)
async def test_a_grouping_in_memory_is_not_believed_when_another_process_has_placed_items(world: World) -> None:
    await bring(world, "wire")
    async with world.again(CONFIG) as other:
        await bring(other, "wire", "gazette", minutes=15)
        await bring(world, "wire", "gazette", "echo", minutes=15)
        assert other.rows("SELECT items FROM groupings") == [3]
        assert together(world) == {frozenset({"wire", "gazette", "echo"})}


@live_on_both(CONFIG)
async def test_a_transaction_that_failed_leaves_no_trace_in_memory(world: World) -> None:
    await bring(world, "wire")
    with world.refusing("INSERT ON events", "NEW.kind = 'item'"):
        await bring(world, "wire", "post", minutes=15)
    assert together(world) == {frozenset({"wire"})}
    await bring(world, "wire", "post", "gazette", hours=2)
    assert together(world) == {frozenset({"wire", "post", "gazette"})}
    assert world.rows("SELECT items FROM groupings") == [3]


TERMS = STORY.replace("query: Northport, ", "query: 'dock* OR اسکله', terms: {Northport: [نورث‌پورت], Falk: [فالک]}, ")
PERSIAN = Entry(
    "f", "اعتصاب کارگران اسکله در نورث‌پورت", AT, "یازده کشتی در نورث‌پورت منتظرند. فالک، شهردار، خواستار گفت‌وگو شد."
)


@live(SITE + FEEDS + TERMS)
async def test_names_with_aliases_bring_languages_together(world: World) -> None:
    await bring(world, "wire", "post")
    world.feeds.put("/echo.rss", rss(PERSIAN, base="https://echo.example", lang="fa"))
    await world.poll(minutes=15)
    assert together(world) == {frozenset({"wire", "post", "echo"})}


@live(SITE + FEEDS + TERMS.replace("terms: {Northport: [نورث‌پورت], Falk: [فالک]}, ", ""))
async def test_without_them_they_stay_apart(world: World) -> None:
    await bring(world, "wire", "post")
    world.feeds.put("/echo.rss", rss(PERSIAN, base="https://echo.example", lang="fa"))
    await world.poll(minutes=15)
    assert together(world) == {frozenset({"wire", "post"}), frozenset({"echo"})}


FAMILY = "publishers: {harbour-group: {names: [The Wire, The Post, The Gazette]}}\n"


@live(CONFIG + FAMILY)
async def test_papers_of_one_owner_are_one_publisher(world: World) -> None:
    await bring(world, "wire", "post", "gazette")
    assert world.events("corroborated") == []
