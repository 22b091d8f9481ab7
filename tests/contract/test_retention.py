"""How long things are kept: the whole service over half a year of its clock; and what forgetting does to the rows."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from briefing.model import Candidate, FeedId, Instalment, Match, ParsedItem, Promise, Series, StoryId
from briefing.store import feeds, items, retention, stories
from briefing.store.engine import Store
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both

FEEDS = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
  two: {url: "${FEEDS}/two.rss", allow_private: true, title: Two}
stories:
  all: {title: All of it, feeds: [one]}
"""
ROUTES = "routes: [{to: [hook]}]\n"
DAILY = 'digests: {daily: {stories: [all], at: "13:00", to: [reader@example.org]}}\n'
YEARLY = 'digests: {yearly: {stories: [all], cron: "0 13 1 11 *", to: [reader@example.org]}}\n'
REPORT = Entry("report", "A report that leaves the feed", NOON - timedelta(minutes=10))
LATER = Entry("later", "A later one that stays", NOON - timedelta(minutes=5))
COUNTS = ("events", "deliveries", "attempts", "issues")


async def half_a_year(world: World, *entries: Entry, before: Entry = REPORT) -> None:
    """Let an entry stand in feed one at first, others from the third day on, and 181 more days pass."""
    world.feeds.put("/one.rss", rss(before, LATER, base=world.feeds.url))
    world.feeds.put("/two.rss", rss(base=world.feeds.url))
    await world.work()
    world.until(13)
    await world.work()
    world.feeds.put("/one.rss", rss(LATER, *entries, base=world.feeds.url))
    world.later(days=2)
    await world.work()
    world.later(days=181)
    world.feeds.put("/one.rss", rss(LATER, *entries, base=world.feeds.url, title="One, as ever"))
    await world.work()


def titles(world: World) -> set[str]:
    return {item.title for item in world.items()}


def told(world: World) -> list[str]:
    return [hook["data"]["headline"] for hook in world.chat.hooks]


@live_on_both(SITE + FEEDS + DAILY + ROUTES)
async def test_an_item_that_left_its_feed_half_a_year_ago_is_deleted_and_what_was_told_of_it_stays(
    world: World,
) -> None:
    await half_a_year(world)
    before = {table: world.rows(f"SELECT count(*) FROM {table}") for table in COUNTS}
    assert titles(world) == {REPORT.title, LATER.title}
    with capture_logs() as logs:
        await world.service._housekeep()
    assert titles(world) == {LATER.title}
    assert [(log["items"], log["texts"]) for log in logs if log["event"] == "housekeeping"] == [(1, 0)]
    assert {table: world.rows(f"SELECT count(*) FROM {table}") for table in COUNTS} == before
    assert [world.rows(f"SELECT count(*) FROM {table}") for table in ("matches", "issue_items")] == [[1], [1]]
    await world.poll(minutes=15)
    assert len(told(world)) == 2


@pytest.mark.parametrize(
    ("at", "again"),
    [pytest.param(REPORT.at, False, id="with its date"), pytest.param(None, True, id="undated, as the docs say")],
)
def test_what_comes_back_after_it_was_deleted(tmp_path: object, at: object, again: bool) -> None:
    entry = Entry(REPORT.guid, REPORT.title, REPORT.at if at else None)

    @live(SITE + FEEDS + ROUTES)
    async def story(world: World) -> None:
        await half_a_year(world)
        await world.service._housekeep()
        before = len(told(world))
        world.feeds.put("/one.rss", rss(entry, LATER, base=world.feeds.url))
        await world.poll(minutes=15)
        await world.deliver()
        assert titles(world) == {REPORT.title, LATER.title}
        assert len(told(world)) == before + again

    story(tmp_path)  # type: ignore[arg-type]


@pytest.mark.slow
@live(SITE + FEEDS + YEARLY)
async def test_what_a_digest_is_still_to_tell_is_kept_until_it_has(world: World) -> None:
    await half_a_year(world)
    await world.service._housekeep()
    assert titles(world) == {REPORT.title, LATER.title}
    world.later(days=180)
    await world.work()
    assert REPORT.title in world.text(world.mail.messages[-1])
    await world.service._housekeep()
    assert titles(world) == {LATER.title}


@live(SITE + FEEDS.replace("feeds: [one]", "feeds: [one], series: {}") + ROUTES)
async def test_an_article_that_the_ledger_names_stays(world: World) -> None:
    promise = "Coming up in Part 2: “The Keeper of the Lanterns”, the likelihood of a strike in Qazvin."
    first = Entry("part", "The Lantern Contingency: A Way Out", REPORT.at, f"{'A long article. ' * 60}{promise}")
    await half_a_year(world, before=first)
    assert world.rows("SELECT count(*) FROM promises WHERE made_by IS NOT NULL") == [1]
    await world.service._housekeep()
    assert titles(world) == {first.title, LATER.title}


@live(SITE + FEEDS)
async def test_what_stays_in_a_feed_that_never_changes_stays_with_us(world: World) -> None:
    world.feeds.put("/one.rss", rss(REPORT, LATER, base=world.feeds.url))
    for _ in range(3):
        assert (await world.poll(days=100))["one"] in {"new", "unchanged"}
        await world.service._housekeep()
    assert titles(world) == {REPORT.title, LATER.title}


@live(SITE + FEEDS)
async def test_a_feed_that_left_the_config_keeps_its_items_as_long_as_others_do(world: World) -> None:
    world.feeds.put("/one.rss", rss(REPORT, base=world.feeds.url))
    world.feeds.put("/two.rss", rss(LATER, base=world.feeds.url))
    await world.work()
    without = SITE + FEEDS.replace('  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}\n', "")
    async with world.again(without.replace("feeds: [one]", "feeds: [two]")) as other:
        for days, left in ((179, {REPORT.title, LATER.title}), (2, {LATER.title})):
            other.later(days=days)
            await other.service._housekeep()
            assert titles(other) == left


@live(SITE.replace("defaults: {", "defaults: {keep: 3d, ") + FEEDS)
async def test_when_an_item_was_seen_last_is_written_once_a_day(world: World) -> None:
    seen = []
    for hours in (0, 5, 18, 2, 23, 2):
        world.feeds.put("/one.rss", rss(REPORT, base=world.feeds.url, title=f"One after {len(seen)}"))
        await world.poll(hours=hours)
        seen += world.rows("SELECT last_seen FROM items")
    assert [seen.index(one) for one in seen] == [0, 0, 0, 3, 3, 5]


# --- the rows --------------------------------------------------------------------------------------------------------

A, B, STORY = FeedId("a"), FeedId("b"), StoryId("iran")
DAY = timedelta(days=1)
BEFORE = NOON - 180 * DAY


def item(store: Store, key: str, *, feed: FeedId = A, seen: timedelta = timedelta(days=200)) -> items.ItemId:
    """Store an item that was seen for the last time so long ago."""
    parsed = ParsedItem(key, None, f"Item {key}", text=key)
    with store.transaction() as session:
        candidates = [Candidate(key, parsed, f"hash-{key}")]
        (added,) = items.add(
            session, feed=feed, source="S", candidates=candidates, lang=None, now=NOON - seen, keep_html=False
        )
        stories.match(session, item=added.id, matches=[Match(STORY)])
        items.put_texts(session, texts={added.id: "Text."}, expires=NOON)
    return added.id


def forget(store: Store, *, limit: int = 500, reaches: tuple[retention.Reach, ...] = ()) -> int:
    with store.transaction() as session:
        return retention.forget(session, before=BEFORE, reaches=reaches, limit=limit)


def left(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(one.title.removeprefix("Item ") for one in items.listing(session))


@pytest.fixture(autouse=True)
def _feeds(request: pytest.FixtureRequest) -> None:
    if "store" in request.fixturenames:
        with request.getfixturevalue("store").transaction() as session:
            feeds.sync(session, feeds={A: "https://a.example/", B: "https://b.example/"}, now=NOON)


def test_only_what_a_later_document_of_its_feed_held_no_more_is_deleted(store: Store) -> None:
    for key, feed, days in (("gone", A, 200), ("new", A, 1), ("still", B, 200.5), ("there", B, 200), ("out", B, 201.1)):
        item(store, key, feed=feed, seen=timedelta(days=days))
    assert forget(store) == 2
    assert left(store) == ["new", "still", "there"]
    assert forget(store) == 0


def test_of_a_feed_that_is_gone_or_was_removed_all_that_is_old_is_deleted(store: Store) -> None:
    for key, feed, days in (("1", A, 200), ("2", A, 179), ("3", B, 200)):
        item(store, key, feed=feed, seen=timedelta(days=days))
    with store.transaction() as session:
        feeds.sync(session, feeds={A: "https://a.example/"}, now=NOON)
        session.connection().exec_driver_sql("UPDATE feeds SET gone = true WHERE id = 'a'")
    assert forget(store) == 2
    assert left(store) == ["2"]


def test_no_more_is_deleted_at_once_than_asked_and_the_rest_the_next_time(store: Store) -> None:
    for number in range(5):
        item(store, str(number))
    item(store, "new", seen=DAY)
    assert [forget(store, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert left(store) == ["new"]


def test_what_the_ledger_names_is_never_deleted(store: Store) -> None:
    names = ("part", "promised", "kept", "refused", "other")
    part, promised, kept, refused, other = (item(store, key) for key in names)
    item(store, "new", seen=DAY)
    with store.transaction() as session:
        promises = (Promise("Soon.", NOON, made_by=promised), Promise("Sooner.", NOON, kept_by=kept))
        instalments = (Instalment(part, 1, "Part", None, NOON),)
        series = Series(STORY, "S", "In parts", instalments, promises, refused=frozenset({refused}))
        stories.save(session, series=series)
    assert forget(store) == 1
    assert left(store) == ["kept", "new", "part", "promised", "refused"]
    assert other


@pytest.mark.parametrize(
    ("since", "of", "dealt", "goes"),
    [
        pytest.param(300, (STORY,), False, False, id="it is yet to be told"),
        pytest.param(300, (STORY,), True, True, id="it was told"),
        pytest.param(300, (StoryId("other"),), False, True, id="the digest is about something else"),
        pytest.param(100, (STORY,), False, True, id="the coming issue does not look that far back"),
    ],
)
def test_what_a_digest_will_tell_is_kept(store: Store, since: int, of: tuple[StoryId], dealt: bool, goes: bool) -> None:
    old = item(store, "old")
    item(store, "new", seen=DAY)
    if dealt:
        with store.transaction() as session:
            session.connection().exec_driver_sql(f"INSERT INTO issue_items VALUES ('daily', {old})")
    assert forget(store, reaches=(retention.Reach("daily", of, NOON - since * DAY),)) == goes


def test_what_is_filed_under_an_item_goes_and_what_is_named_after_it_stays(store: Store) -> None:
    old = item(store, "old")
    copy = item(store, "copy", seen=DAY)
    rows = {
        "bands": f"({old}, 7, '2026-11-05 12:00:00+00'), ({copy}, 7, '2026-11-05 12:00:00+00')",
        "copies": f"({copy}, {old}, 'the same headline')",
        "members": ", ".join(
            f"({one}, 'iran', {old}, '2026-11-05 12:00:00+00', NULL, '{{}}', 0, 'en')" for one in (old, copy)
        ),
        "corroborated": f"({old}, 'iran', '2026-11-05 12:00:00+00')",
    }
    with store.transaction() as session:
        for table, values in rows.items():
            session.connection().exec_driver_sql(f"INSERT INTO {table} VALUES {values}")
    assert forget(store) == 1
    counts = {"bands": 1, "copies": 1, "members": 1, "corroborated": 0}
    with store.reading() as session:
        asked = {table: session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}") for table in counts}
        assert {table: found.scalar_one() for table, found in asked.items()} == counts


def test_a_number_is_never_given_to_another_item(store: Store) -> None:
    """Events are told once by their items' numbers: an item under an old one would be told to nobody."""
    old = item(store, "old")
    with store.transaction() as session:
        feeds.sync(session, feeds={A: "https://a.example/", B: "https://b.example/"}, now=NOON)
        session.connection().exec_driver_sql("UPDATE feeds SET gone = true")
    assert forget(store) == 1
    assert item(store, "new", seen=DAY) > old
