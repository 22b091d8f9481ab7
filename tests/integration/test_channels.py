"""An alert to each vendor through the outbox, the relay and the real poster: put off, refused, thrown out, shown.

Apart from the contract, which judges one post at a time: here a delivery lives, under a clock of ours.
"""

import asyncio
import json
from pathlib import Path

import pytest

from briefing.model import Delivery
from demo.chat_vendors import BOT, CHAT, FAR_ENDS, TOPIC
from tests.integration.documents import Entry, rss
from tests.integration.world import NOON, SITE, World, play, until

OWN = {  # what is not configured by an address alone
    "telegram": f'token: "{BOT}", chat: "{CHAT}", api: "${{CHAT}}"',
    "ntfy": f'topic: {TOPIC}, url: "${{CHAT}}"',
    "apprise": f'url: "json://127.0.0.1:${{CHAT_PORT}}{FAR_ENDS["apprise"].path}"',
}
UNHEARD = {"apprise": 5}  # seconds: the library tells of no wait, so it is ours
# how each says, in its own way, that it has had enough for 40 s
OFTEN = {
    "discord": ({}, {"message": "You are being rate limited.", "retry_after": 40.0, "global": False}),
    "telegram": ({}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 40}}),
    "ntfy": ({"Retry-After": "40"}, {"code": 42901, "http": 429, "error": "limit reached"}),
}
GONE = {
    "discord": (404, {"message": "Unknown Webhook", "code": 10015}),
    "teams": (400, {"error": {"code": "WorkflowTriggerIsNotEnabled"}}),
    "mattermost": (400, {"id": "web.incoming_webhook.invalid.app_error", "status_code": 400}),
    "google_chat": (404, {"error": {"code": 404, "status": "NOT_FOUND"}}),
    "telegram": (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked"}),
    "ntfy": (403, {"code": 40301, "http": 403, "error": "forbidden"}),
    "apprise": (403, {}),
}
REST = """
feeds:
  one: {url: "${FEEDS}/one.rss", allow_private: true, title: One}
stories:
  all: {title: All of it, feeds: [one]}
routes: [{to: [there]}]
"""


def config(vendor: str, rate: str = "1000/s") -> str:
    far_end = FAR_ENDS[vendor]
    own = OWN.get(vendor, f'url: "${{CHAT}}{far_end.path}?{far_end.query}"')
    private = "" if vendor == "apprise" else ", allow_private: true"
    return SITE + f"  there: {{type: {vendor}, {own}, rate: {rate}{private}}}\n" + REST


async def report(world: World, *titles: str) -> None:
    world.feeds.put("/one.rss", rss(*(Entry(title, title, NOON) for title in titles)))
    await world.service.poll()


OWN_WORDS = ("discord", "telegram", "teams")  # how long to wait is said in their own way; the others use a header
BY_HEADER = [vendor for vendor in FAR_ENDS if vendor not in OWN_WORDS]


@pytest.mark.parametrize("vendor", FAR_ENDS)
def test_an_alert_is_put_off_as_the_vendor_asks_and_then_shown_once(vendor: str, tmp_path: Path) -> None:
    async def story(world: World) -> None:
        headers, body = OFTEN.get(vendor, ({"Retry-After": "40"}, {}))
        world.chat.answer(429, json.dumps(body), headers)
        world.chat.answer(503)
        world.chat.hang_up()
        await report(world, "Rain @everyone <b>")
        assert await world.deliver() == 1
        assert await world.deliver(seconds=UNHEARD.get(vendor, 40) - 1) == 0
        assert await world.deliver(seconds=1) == 1
        assert await world.deliver(minutes=5) == 1
        assert await world.deliver(minutes=30) == 1
        (row,) = world.deliveries()
        assert (row.state, row.attempts) == ("sent", 4)
        assert world.chat.invalid == 0
        assert len(world.chat.shown(vendor)) == 1
        assert len({post.body for post in world.chat.posts}) == 1

    play(tmp_path, config(vendor), story)


@pytest.mark.parametrize("vendor", [*OWN_WORDS, *(pytest.param(one, marks=pytest.mark.slow) for one in BY_HEADER)])
def test_one_message_too_many_puts_off_the_others_of_its_channel_unasked(vendor: str, tmp_path: Path) -> None:
    async def story(world: World) -> None:
        headers, body = OFTEN.get(vendor, ({"Retry-After": "40"}, {}))
        world.chat.answer(429, json.dumps(body), headers)
        await report(world, *(f"Report number {number}" for number in range(5)))
        assert await world.deliver() == 1
        assert await world.deliver(seconds=UNHEARD.get(vendor, 40) - 1) == 0
        await world.deliver(seconds=1)
        assert [row.state for row in world.deliveries()] == ["sent"] * 5
        assert len(world.chat.posts) == 6

    play(tmp_path, config(vendor, "4/s"), story)  # so far apart that the first is answered before the second goes


@pytest.mark.parametrize("vendor", FAR_ENDS)
def test_a_channel_that_is_gone_is_disabled_at_once_and_loses_the_one_message(vendor: str, tmp_path: Path) -> None:
    async def story(world: World) -> None:
        status, body = GONE[vendor]
        world.chat.answer(status, json.dumps(body))
        await report(world, "first")
        await world.deliver()
        world.later(minutes=15)
        await report(world, "first", "second")
        await world.deliver(hours=1)
        there = [row for row in world.deliveries() if row.channel == "there"]
        assert [row.state for row in there] == ["dead", "pending"]
        assert f"answered {status}" in str(there[0].last_error)
        assert len(world.chat.posts) == 1
        (told,) = world.mail.messages
        assert (told["To"], "Channel there is down" in told["Subject"]) == ("operator@example.org", True)

    play(tmp_path, config(vendor), story)


@pytest.mark.parametrize("vendor", FAR_ENDS)
def test_a_message_that_is_refused_holds_up_no_other(vendor: str, tmp_path: Path) -> None:
    async def story(world: World) -> None:
        world.chat.answer(400, FAR_ENDS[vendor].refused[1])
        world.chat.answer(413)
        await report(world, "first", "second", "third")
        await world.deliver()
        assert sorted(row.state for row in world.deliveries()) == ["dead", "dead", "sent"]

    play(tmp_path, config(vendor), story)


@pytest.mark.parametrize(("rate", "borne"), [("20/s", 20), ("1000/s", 5)], ids=["as borne", "faster"])
def test_a_burst_goes_as_fast_as_is_borne_and_meets_no_429(rate: str, borne: int, tmp_path: Path) -> None:
    async def story(world: World) -> None:
        world.chat.bear(borne, 1)
        await report(world, *(f"Report number {number}" for number in range(30)))
        began = asyncio.get_running_loop().time()
        await world.deliver()
        took = asyncio.get_running_loop().time() - began
        assert (429 in {post.status for post in world.chat.posts}) == (borne == 5)
        if borne == 20:
            assert world.rows("SELECT state FROM deliveries") == ["sent"] * 30
            assert 1.4 < took < 8  # 30 at 20 a second

    play(tmp_path, config("discord", rate), story)


def test_what_waits_its_turn_is_not_begun_and_holds_up_no_other_channel(tmp_path: Path) -> None:
    def there(world: World) -> list[Delivery]:
        return [row for row in world.deliveries() if row.channel == "there"]

    async def story(world: World) -> None:
        await report(world, "first", "second", "third")
        delivering = asyncio.create_task(world.service.relay.drain())
        await until(lambda: len(world.chat.hooks) == 3 and "sent" in [row.state for row in there(world)])
        assert sorted((row.state, row.attempts) for row in there(world)) == [
            ("pending", 0),
            ("pending", 0),
            ("sent", 1),
        ]
        delivering.cancel()

    play(tmp_path, config("discord", "1/m").replace("to: [there]", "to: [there, hook]"), story)
