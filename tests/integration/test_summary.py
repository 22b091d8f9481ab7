"""A digest's news in chat: told once, where a route names it, as the issue is written."""

from datetime import timedelta

from tests.integration.documents import Entry, rss
from tests.integration.world import SITE, World, live_on_both

CONFIG = f"""{SITE}
feeds:
  one: {{url: "${{FEEDS}}/one.rss", allow_private: true, title: One}}
stories:
  docks: {{title: The docks, feeds: [one]}}
digests:
  daily: {{stories: [docks], title: Every morning, at: "13:00", to: [reader@example.org]}}
routes:
  - {{when: {{event: issue}}, to: [slack, desk]}}
  - {{to: hook}}
"""
TOLD = (
    ("Crane drivers walk out in Hamburg", "Four hundred crane drivers left their cabins on Monday morning."),
    ("Budget vote is put off", "Parliament will not vote on the budget before the new year."),
)


@live_on_both(CONFIG)
async def test_an_issue_is_told_where_a_route_names_it(world: World) -> None:
    await world.service.publish()  # from now on the digest is known
    await world.service.poll()
    entries = [Entry(title, title, world.now - timedelta(hours=n), words) for n, (title, words) in enumerate(TOLD, 1)]
    world.feeds.put("/one.rss", rss(*entries))
    await world.poll(minutes=15)
    world.until(13)
    await world.work()
    assert {hook["data"]["kind"] for hook in world.chat.hooks} == {"item"}
    assert world.events("issue") == ["issue:daily:2026-11-05:13:00"]
    [shown] = world.chat.slack
    assert shown["text"] == "Every morning: One reports: Crane drivers walk out in Hamburg"
    assert sorted(mail["To"] for mail in world.mail.messages) == ["desk@example.org", "reader@example.org"]
    [desk] = [mail for mail in world.mail.messages if mail["To"] == "desk@example.org"]
    assert all(title in world.text(desk) for title, _ in TOLD)
    world.later(minutes=5)
    await world.work()
    assert len(world.chat.slack) == 1


@live_on_both(CONFIG)
async def test_an_issue_without_news_is_told_nowhere(world: World) -> None:
    await world.service.publish()
    world.until(13)
    await world.work()
    assert world.events("issue") == []
