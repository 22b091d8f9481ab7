"""Silences as an operator says them: what is added, shown and ended, what it would have held, and what is refused."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from briefing.clock import utc_now
from briefing.model import Event, EventKind, FeedId, NewDelivery, StoryId
from briefing.store import outbox
from briefing.store.engine import Store
from tests import databases
from tests.integration.command import call, write_config

STORY = StoryId("lanterns")
KINDS = (EventKind.ITEM, EventKind.ITEM, EventKind.INSTALMENT, EventKind.TEST)
ROUTE = "channels: {desk: {type: mail, to: desk@example.org}}\nroutes: [{to: desk}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a configuration and a database in which some alerts were told, and one waits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ann")
    write_config(tmp_path, more=ROUTE)
    now = utc_now()
    databases.put(tmp_path / "briefing.db")
    with closing(Store("sqlite:///briefing.db")) as store, store.transaction() as session:
        told = [
            Event(kind, f"{kind}:{n}", now - timedelta(days=n + 1), STORY, feed=FeedId("review"),
                  subjects=(f"series:{n}",))
            for n, kind in enumerate((*KINDS, *KINDS[:1] * 6))
        ]  # fmt: skip
        outbox.tell(session, events=told)
        row = NewDelivery("a", "hook", "msg_a", event=told[0].key, payload={})
        outbox.enqueue(session, deliveries=[row], now=now)
    return tmp_path


def add(*words: str) -> dict[str, Any]:
    told = call("silences", "add", *words, "--json")
    assert told.exit_code == 0, told.stderr
    found = json.loads(told.stdout)
    assert isinstance(found, dict)
    return found


def listed(*words: str) -> list[dict[str, Any]]:
    found = json.loads(call("silences", "list", "--json", *words).stdout)
    assert isinstance(found, list)
    return found


def test_a_silence_is_added_listed_shown_and_ended() -> None:
    told = call("silences", "add", "story=lanterns", "event=item", "event=gap", "--for", "8h", "--comment", "by hand")
    assert told.stdout.startswith("1  active  event=item event=gap story=lanterns  ends in ")
    assert ", by ann@" in told.stdout
    assert told.stdout.endswith(": by hand\n")
    assert "would have held 4 of 5 alerts in the last 7 days" in told.stderr
    assert "what waited is held too: 1 delivery" in told.stderr
    shown = call("silences", "show", "1").stdout
    assert "holds 1 delivery" in shown
    delivery = call("deliveries", "list", "--silenced").stdout
    assert len(delivery.splitlines()) == 1
    assert call("deliveries", "list", "--failed").stdout == ""
    assert "silenced" in delivery
    assert "silence 1 by ann@" in delivery
    assert "1 silenced (briefing silences list)" in call("status").stdout
    assert call("silences", "expire", "1").stdout == "1 expired\n"
    assert listed() == []
    (one,) = listed("--all")
    assert (one["state"], one["comment"], one["matchers"]["event"]) == ("expired", "by hand", ["item", "gap"])
    assert call("silences", "list").stderr.startswith("no silences; briefing silences add")


def test_a_dry_run_adds_nothing() -> None:
    told = add("event=instalment", "--dry-run")
    assert told["last_week"] == {"held": 1, "of": 5}
    assert "id" not in told["silence"]
    assert listed() == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [("s2", "series:2"), ("P12", "promise:12"), ("item:4711", "item:4711"), ("development:4711", "development:4711")],
)
def test_a_subject_goes_by_the_ids_that_commands_show(said: str, kept: str) -> None:
    assert add(f"subject={said}")["silence"]["matchers"]["subject"] == [kept]


@pytest.mark.parametrize(
    ("words", "starts", "expires"),
    [
        (["--until", "2099-12-24 08:00"], None, "2099-12-24T08:00:00Z"),
        (["--until", "2099-07-24T08:00+02:00"], None, "2099-07-24T06:00:00Z"),
        (["--from", "2099-07-01 08:00", "--for", "1d"], "2099-07-01T07:00:00Z", "2099-07-02T07:00:00Z"),
        (["--from", "2099-07-01 08:00", "--until", "7:30"], "2099-07-01T07:00:00Z", "2099-07-02T06:30:00Z"),
    ],
)
def test_times_are_on_the_clock_of_the_site(words: list[str], starts: str | None, expires: str) -> None:
    told = add("story=lanterns", *words)
    assert told["silence"]["expires"] == expires
    assert told["silence"]["starts"] == starts or starts is None
    assert listed()[0]["state"] == ("pending" if starts else "active")


def test_by_default_it_lasts_an_hour_and_whoever_says_so_is_named() -> None:
    said = add("feed=wire", "--by", "bob@night-desk")["silence"]
    starts, expires = (datetime.fromisoformat(said[key]) for key in ("starts", "expires"))
    assert expires - starts == timedelta(hours=1)
    assert abs(datetime.now(UTC) - starts) < timedelta(minutes=1)
    assert said["by"] == "bob@night-desk"


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        ("story=lantern", 'no story named "lantern"', 'did you mean "lanterns"?'),
        ("event=items", 'no event named "items"', 'did you mean "item"?'),
        ("origins=3", 'an event has no "origins"', "known: "),
        ("everything", '"everything" is no fact of an event', "KEY=VALUE"),
        ("subject=4711", '"4711" is no subject of an event', "item:4711"),
        ("story=lanterns --for soon", '"soon" is not a duration', "2h"),
        ("story=lanterns --until soon", '"soon" is no time', "08:00"),
        ("story=lanterns --until 2020-01-01", "ends before it begins", "now"),
        ("story=lanterns --until 08:00 --for 8h", "--for and --until say the same", "briefing silences add"),
        ("", "Missing argument", "KEY=VALUE"),
    ],
)
def test_what_makes_no_silence_is_refused(words: str, said: str, hint: str) -> None:
    told = call("silences", "add", *words.split())
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr
    assert hint in told.stderr
    assert listed() == []


def test_ids_that_name_nothing_are_said() -> None:
    add("story=lanterns")
    partly = call("silences", "expire", "1", "9")
    assert (partly.exit_code, partly.stdout) == (3, "1 expired\n")
    assert "9: no silence" in partly.stderr
    for words in (("expire", "1"), ("show", "9")):
        told = call("silences", *words)
        assert (told.exit_code, told.stdout) == (1, "")
        assert "briefing silences list" in told.stderr


def test_a_route_is_tried_with_the_silences_that_hold() -> None:
    facts = ("routes", "test", "event=overdue", "story=lanterns", "subject=p4")
    assert "held" not in call(*facts).stdout
    add("subject=p4", "--comment", "they said so")
    told = call(*facts).stdout.splitlines()
    assert told[-2] == "told: desk"
    assert told[-1].startswith("held: silence 1 by ann@")
    assert told[-1].endswith(": they said so")
    assert json.loads(call(*facts, "--json").stdout)["silence"]["id"] == 1
    other = call("routes", "test", "event=overdue", "story=lanterns", "subject=p5", "--json")
    assert json.loads(other.stdout)["silence"] is None


def test_a_route_is_tried_without_making_a_database(tmp_path: Path) -> None:
    told = call("routes", "test", "event=item", "--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert told.exit_code == 0
    assert not (tmp_path / "none.db").exists()
