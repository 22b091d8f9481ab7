"""acks on the command line, and what `deliveries show` says of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from briefing.cli.failure import Exit
from briefing.model import Event, EventKind, ItemId, NewDelivery, StoryId
from briefing.store import acknowledgements, outbox
from briefing.store.engine import Store
from tests.databases import put
from tests.integration.command import call

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ABOUT = Event(EventKind.CORROBORATED, "corroborated:docks:9", NOW, story=StoryId("docks"), subjects=("development:9",))


@pytest.fixture(autouse=True)
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path("briefing.db"))
    store = Store("sqlite:///briefing.db")
    with store.transaction() as session:
        outbox.tell(session, events=[ABOUT])
        row = NewDelivery(f"{ABOUT.key}→desk", "desk", "msg_1", event=ABOUT.key, payload={})
        outbox.enqueue(session, deliveries=[row], now=NOW)
        for subject, by in ((f"docks:development:{ItemId(9)}", "Ann\x1b[2J"), ("other", None)):
            acknowledgements.add(session, subject=subject, event=ABOUT.key, channel="desk", by=by, now=NOW)
    store.close()


def test_they_are_listed_and_taken_back() -> None:
    lines = call("acks", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "somebody in desk" in lines[0]
    assert "docks:development:9" in lines[1]
    assert "\x1b" not in lines[1]
    assert json.loads(call("acks", "list", "--json").stdout)[0]["subject"] == "other"

    done = call("acks", "remove", "2", "7")
    assert (done.exit_code, done.stdout) == (Exit.PARTLY, "2 taken back\n")
    assert "7: no acknowledgement" in done.stderr
    assert call("acks", "remove", "2").exit_code == Exit.FAILED
    assert json.loads(call("acks", "remove", "1", "--json").stdout) == {"removed": [1], "missed": []}
    assert "nothing was acknowledged" in call("acks", "list").stderr


def test_a_delivery_says_who_looks_after_it() -> None:
    shown = call("deliveries", "show", "1").stdout
    assert "acknowledged by Ann" in shown
    assert "briefing acks remove 1" in shown
    assert json.loads(call("deliveries", "show", "1", "--json").stdout)["acknowledged"]["channel"] == "desk"
