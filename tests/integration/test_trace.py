"""What became of a stored item, as an operator asks: in words, and as JSON."""

import io
import json
from contextlib import redirect_stdout
from datetime import timedelta
from typing import Any

import pytest

from briefing.cli.explain_item import explain_item
from briefing.cli.failure import Failure
from demo.chat_sink import SECRET
from tests.integration.documents import Entry, rss
from tests.integration.test_copies import AT, CONFIG, FAMILY, NAMES, REPORTS, ROUTES, bring, put
from tests.integration.world import NOON, World, live, live_on_both

SERIAL = CONFIG.replace("query: Northport,", "query: Northport, series: {},").replace(ROUTES, "")
SERIAL += "routes: [{when: {event: item}, to: [hook, desk]}, {when: {event: promise}, to: [slack]}]\n" + FAMILY
PART = Entry(
    "part",
    "The Harbour Ledger: Night shifts in Northport",
    AT,
    "A long article on how the harbour of Northport is run. " * 20
    + "Coming up in Part 2: “The Lockout”, the likelihood of a lockout in Northport.",
)


def asked(world: World, title: str, *, json_: bool = False) -> str:
    """Ask for the item of a title with the world's own configuration."""
    text = (world.folder / "feeds.yaml").read_text()
    ends = {"FEEDS": world.feeds.url, "HOOK": world.chat.webhook_url, "SLACK": world.chat.slack_url, "SECRET": SECRET}
    for name, value in (ends | {"SMTP_PORT": str(world.mail.port)}).items():
        text = text.replace(f"${{{name}}}", value)
    (world.folder / "asked.yaml").write_text(text)
    (number,) = world.rows(f"SELECT id FROM items WHERE feed_id = '{title}'")
    database = world.store._url.render_as_string(hide_password=False)
    with redirect_stdout(io.StringIO()) as out:
        explain_item(world.folder / "asked.yaml", database, number, json=json_)
    return out.getvalue()


def parsed(world: World, title: str) -> dict[str, Any]:
    return dict(json.loads(asked(world, title, json_=True)))


@live_on_both(SERIAL)
async def test_why_it_is_where_it_is_and_who_was_told(world: World) -> None:
    await world.service.publish()  # from now on the digest is known
    await bring(world, "wire", "post")
    await bring(world, "wire", "post", "star", minutes=15)
    await world.deliver()
    wire, star = asked(world, "wire"), asked(world, "star")
    assert "copied by" in wire
    assert "own report of harbour-group" in wire
    assert "story docks: by Northport" in wire
    assert "reported by 2 publishers, 1 origin, 1 item of it copied" in wire
    assert "denial: “The mayor, Ida Falk, denied that troops would be sent to unload them.”" in wire
    assert "told item:docks:" in wire
    assert "hook sent, desk@example.org sent" in wire
    assert "its routes name hook, desk" in wire
    assert "digest daily: the next issue deals with it" in wire
    assert "copy of" in star
    assert "(100% of the words)" in star
    assert "not told: its text was told before, as item:docks:" in star
    assert "own report" not in star


@live(SERIAL)
async def test_a_part_with_its_promise_and_where_no_route_leads(world: World) -> None:
    world.feeds.put("/wire.rss", rss(PART, base="https://wire.example"))
    await world.poll()
    said = asked(world, "wire")
    assert "series The Harbour Ledger" in said
    assert "◌ awaited: “Coming up in Part 2: “The Lockout”" in said
    assert "→ nobody: no route takes it" in said
    assert "its routes name no channel" in said
    assert "→ slack pending" in said


@live(SERIAL)
async def test_an_issue_that_showed_it_is_named(world: World) -> None:
    await world.service.publish()
    await bring(world, "post")
    world.until(13)
    await world.work()
    assert parsed(world, "post")["digests"] == [{"digest": "daily", "issue": 1, "dealt": True, "coming": False}]
    assert "digest daily: issue 1 shows it" in asked(world, "post")


@live(SERIAL)
async def test_what_is_no_news_is_told_to_nobody(world: World) -> None:
    put(world, gazette=Entry("g", "Northport in older days", NOON - timedelta(days=20), REPORTS["gazette"].text))
    await world.poll()
    said = asked(world, "gazette")
    assert "not told: it is older than what is news" in said
    assert "digest daily: no issue will" in said


@live(SERIAL)
async def test_whose_words_it_cites_and_what_is_in_no_story(world: World) -> None:
    put(world, echo=Entry("e", "Elsewhere", AT, "According to Reuters, rain fell in Lowvale on Monday."))
    await world.poll()
    said = asked(world, "echo")
    assert "rests on reuters: “According to Reuters, rain fell in Lowvale on Monday.”" in said
    assert "in no story" in said
    assert parsed(world, "echo")["stories"] == []


@live(SERIAL)
async def test_as_json_it_is_all_there(world: World) -> None:
    await bring(world, *NAMES)
    found = parsed(world, "star")
    assert found["copy"]["original"]["source"] == "The Wire"
    (docks,) = found["stories"]
    assert len(docks["development"]["others"]) == len(NAMES) - 1
    assert docks["development"]["corroboration"]["publishers"] == ["harbour-group", "the echo", "the star"]
    assert (docks["terms"], docks["channels"]) == (["Northport"], ["hook", "desk"])


@live(SERIAL)
async def test_an_item_that_is_not_there_is_a_failure(world: World) -> None:
    await bring(world, "wire")
    assert asked(world, "wire")
    with pytest.raises(Failure, match="no item 99"):
        explain_item(world.folder / "asked.yaml", str(world.store._url), 99, json=False)
