"""briefing series: what it shows, and a person's word on it, as an operator types it; nothing is fetched."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from briefing.detect.series import advance
from briefing.model import Candidate, FeedId, Item, ParsedItem, StoryId
from briefing.store import feeds, items, stories
from briefing.store.engine import Store
from tests import databases
from tests.integration.command import call, write_config

STORY, FEED = StoryId("lanterns"), FeedId("review")
COMING = "Coming up in Part 2: The Keeper of the Lanterns."
HOURS = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder whose database holds a series with a promise, a part that keeps it, and a stray item."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    databases.put(tmp_path / "briefing.db")
    store = Store("sqlite:///briefing.db")
    with store.transaction() as session:
        now = datetime.now(UTC)
        feeds.sync(session, feeds={FEED: "https://review.example/"}, now=now)
        told = (("Exit Plans: The Way Out", COMING), ("Exit Plans, Part 2", ""), ("A Keeper Speaks", ""))
        for number, (title, text) in enumerate(told):
            parsed = ParsedItem(str(number), f"https://review.example/{number}", title, text=text)
            item = _stored(session, Candidate(str(number), parsed, title), now - (3 - number) * HOURS)
            if step := advance(stories.ledger(session, story=STORY), item, story=STORY, text=text, now=now):
                stories.save(session, series=step.series)
    store.close()


def _stored(session: Any, candidate: Candidate, now: datetime) -> Item:
    (item,) = items.add(
        session, feed=FEED, source="The Review", candidates=[candidate], lang=None, now=now, keep_html=False
    )
    return item


def said(*words: str) -> list[str]:
    told = call("series", *words)
    assert told.exit_code == 0, told.stderr
    return told.stdout.splitlines()


def told(*words: str) -> Any:
    return json.loads("\n".join(said(*words, "--json")))


def state(number: int = 0) -> tuple[str, int | None, bool]:
    promise = told("show", "s1")["promises"][number]
    return promise["state"], promise["kept_by"], promise["by_hand"]


def test_a_series_is_shown_with_why_its_promise_is_kept() -> None:
    assert said("show", "p1") == said("show", "s1")
    heading, first, second = said("show", "s1")
    assert heading == "s1  Exit Plans — The Review · every 1 h · lanterns"
    assert first.startswith("  -  ● part 1  Exit Plans: The Way Out · 3 h ago")
    assert second.startswith(
        "  p1  ● part 2  Exit Plans, Part 2 · 2 h ago · promised 3 h ago, it is part 2 of the same"
    )
    assert "(95 of 100)" in second


def test_rejecting_confirming_and_marking_can_be_undone_by_each_other() -> None:
    said("reject", "p1")
    assert state() == ("awaited", None, True)
    assert any(line.strip() == "-  × item 2 is no part of it · by hand" for line in said("show", "s1"))
    said("mark", "s1", "2", "https://review.example/2")
    assert state() == ("kept", 3, True)
    said("reject", "p1")
    said("mark", "s1", "2", "2")
    assert state() == ("kept", 2, True)
    said("reject", "s1")
    assert said("list") == ["s1  Exit Plans — The Review · every 1 h · rejected by hand · lanterns"]
    assert "no series seen" in call("stories").stdout
    said("confirm", "s1", "p1")
    assert said("list") == ["s1  Exit Plans — The Review · every 1 h · confirmed by hand · lanterns"]


def test_a_part_that_no_feed_brought_is_where_a_person_found_it() -> None:
    ended = call("series", "mark", "s1", "3", "https://elsewhere.example/3")
    assert "no feed brought this address" in ended.stderr
    assert "● kept  part 3 · kept 0 s ago · https://elsewhere.example/3 · a person said so" in ended.stdout


def test_a_part_can_be_awaited_by_hand_and_given_up() -> None:
    said("watch", "lanterns", "The Oil of Qazvin", "--part", "3", "--series", "s1")
    assert said("list")[1].strip() == "p2  ◌ awaited  part 3  The Oil of Qazvin · awaited since 0 s · by hand"
    assert "lanterns Part 3 (awaited for 0 s)" in call("status").stdout
    said("lapse", "p2")
    assert state(1) == ("lapsed", None, True)
    assert "awaited    nothing" in call("status").stdout
    said("confirm", "p2")
    assert state(1) == ("awaited", None, True)


def test_of_several_ids_all_are_said_or_none() -> None:
    assert call("series", "reject", "p1", "p9").exit_code == 1
    assert state()[0] == "kept"


def test_status_names_what_was_passed_over_and_what_is_overdue() -> None:
    said("mark", "s1", "4", "3")
    said("watch", "lanterns", "Oil", "--part", "9", "--series", "s1")
    store = Store("sqlite:///briefing.db")
    with store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE promises SET made_at = '2026-01-01 00:00:00' WHERE part = 9")
    store.close()
    shown = call("status").stdout
    assert "missing    lanterns Part 3 of Exit Plans (passed over " in shown
    assert " d, overdue)" in shown
    facts = json.loads(call("status", "--json").stdout)
    assert [(row["part"], row["overdue"]) for row in facts["awaited"]] == [(9, True)]
    assert [row["part"] for row in facts["missing"]] == [3]
