"""What is told of a story follows what was told of it before, in a chat that can show that."""

from datetime import timedelta
from typing import Any

from demo.chat_vendors import BOT, CHAT, FAR_ENDS
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, live, live_on_both

REST = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  docks: {title: "The docks & the strike", query: Docks}
  rain: {title: Rain, query: Rain}
routes: [{to: [there]}]
"""


def telegram(**more: str) -> str:
    own = {"token": BOT, "chat": CHAT, "api": "${CHAT}"} | more
    return _channel("telegram", ", ".join(f'{name}: "{value}"' for name, value in own.items()))


def _channel(vendor: str, own: str) -> str:
    return SITE + f"  there: {{type: {vendor}, {own}, rate: 1000/s, allow_private: true}}\n" + REST


DISCORD = f'url: "${{CHAT}}{FAR_ENDS["discord"].path}"'
FORUM = _channel("discord", DISCORD + ", forum: true")


async def tell(world: World, *titles: str) -> None:
    """Let the feed carry these, and tell what of them is new."""
    world.feeds.put("/one.rss", rss(*(Entry(title, title, NOON - timedelta(minutes=1)) for title in titles)))
    world.later(minutes=30)
    await world.service.poll()
    await world.deliver()


def replies(world: World) -> list[int | None]:
    """Return which message each one replied to; the first that came is 1."""
    return [one.get("reply_parameters", {}).get("message_id") for one in world.chat.shown("telegram")]


def places(world: World) -> list[tuple[Any, str | None]]:
    """Return the thread that each post to Discord went into, or the name of the one that it began."""
    return [(post.query.get("thread_id"), post.json.get("thread_name")) for post in world.chat.posts]


@live_on_both(telegram())
async def test_in_telegram_each_replies_to_the_one_before_of_its_story(world: World) -> None:
    await tell(world, "Docks closed")
    await tell(world, "Docks closed", "Rain")
    await tell(world, "Docks closed", "Rain", "Docks open")
    await tell(world, "Docks closed", "Rain", "Docks open", "Docks closed again")
    assert replies(world) == [None, None, 1, 3]
    assert world.chat.invalid == 0


@live(telegram())
async def test_what_is_told_after_a_restart_follows_too_unless_the_chat_is_another(world: World) -> None:
    await tell(world, "Docks closed")
    async with world.again(telegram()) as restarted:
        await tell(restarted, "Docks closed", "Docks open")
    async with world.again(telegram(topic="7").replace('"7"', "7")) as moved:
        await tell(moved, "Docks closed", "Docks open", "Docks closed again")
    assert replies(world) == [None, 1, None]


@live(telegram())
async def test_where_what_it_follows_cannot_be_read_it_is_sent_at_once_all_the_same(world: World) -> None:
    await tell(world, "Docks closed")
    world.execute("ALTER TABLE threads RENAME TO elsewhere")
    await tell(world, "Docks closed", "Docks open")
    assert replies(world) == [None, None]
    assert [(row.state, row.attempts) for row in world.deliveries()] == [("sent", 1)] * 2


@live(telegram(replies="false").replace('"false"', "false"))
async def test_who_does_not_want_replies_has_none(world: World) -> None:
    await tell(world, "Docks closed")
    await tell(world, "Docks closed", "Docks open")
    assert replies(world) == [None, None]
    assert world.rows("SELECT count(*) FROM threads") == [0]


@live(telegram())
async def test_a_message_whose_number_was_not_told_is_followed_by_none(world: World) -> None:
    world.chat.answer(200, "what is this")
    await tell(world, "Docks closed")
    await tell(world, "Docks closed", "Docks open")
    assert [row.state for row in world.deliveries()] == ["sent", "sent"]
    assert replies(world)[-1] is None


@live_on_both(FORUM)
async def test_in_a_forum_a_story_is_one_post(world: World) -> None:
    await tell(world, "Docks closed", "Docks shut")  # both at once, and one post all the same
    await tell(world, "Docks closed", "Docks shut", "Rain")
    await tell(world, "Docks closed", "Docks shut", "Rain", "Docks open")
    name = "The docks & the strike"
    assert places(world) == [(None, name), ("1", None), (None, "Rain"), ("1", None)]
    assert world.chat.invalid == 0


@live(FORUM)
async def test_a_post_that_was_deleted_is_begun_anew_and_the_channel_goes_on(world: World) -> None:
    await tell(world, "Docks closed")
    world.chat.answer(404, '{"message": "Unknown Channel", "code": 10003}')
    await tell(world, "Docks closed", "Docks open")
    await tell(world, "Docks closed", "Docks open", "Docks closed again")
    assert [place for place, _ in places(world)] == [None, "1", None, "3"]
    assert [(row.state, row.attempts) for row in world.deliveries()] == [("sent", 1)] * 3
    assert world.mail.received == []


@live(FORUM)
async def test_a_forum_that_is_gone_is_disabled_at_once(world: World) -> None:
    await tell(world, "Docks closed")
    world.chat.answer(404, '{"message": "Unknown Webhook", "code": 10015}')
    await tell(world, "Docks closed", "Docks open")
    assert len(world.chat.posts) == 2
    assert [row.state for row in world.deliveries() if row.channel == "there"] == ["sent", "dead"]
    (told,) = world.mail.messages
    assert "Channel there is down" in told["Subject"]


@live(telegram())
async def test_where_what_it_follows_cannot_be_kept_it_is_sent_once_all_the_same(world: World) -> None:
    with world.refusing("INSERT ON threads", "true"):
        await tell(world, "Docks closed")
    await tell(world, "Docks closed", "Docks open")
    assert replies(world) == [None, None]
    assert [row.attempts for row in world.deliveries()] == [1, 1]


@live(FORUM.replace("one:", "rain:").replace("{to: [there]}", "{when: {feed: rain}, to: [there]}"))
async def test_a_feed_whose_id_is_a_storys_has_a_thread_of_its_own(world: World) -> None:
    await tell(world, "Rain")
    world.feeds.put("/one.rss", "gone", status=410)
    world.later(hours=1)
    await world.service.poll()
    await world.deliver()
    assert [name for _, name in places(world)] == ["Rain", world.chat.posts[-1].json["thread_name"]]
    assert places(world)[-1][0] is None


@live(_channel("discord", DISCORD))
async def test_a_channel_that_is_no_forum_gets_no_threads(world: World) -> None:
    await tell(world, "Docks closed")
    await tell(world, "Docks closed", "Docks open")
    assert places(world) == [(None, None)] * 2
