"""`channels list` and `enable`, and what `status` says of a channel that is down."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from briefing import breaker
from briefing.model import Dead, Retry, Verdict
from briefing.store import channels
from briefing.store.engine import Store
from briefing.tell import Teller
from tests.integration.command import LITERALS, SECRETS, call, write_config

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, more=LITERALS)
    assert call("channels", "enable", "hook", **SECRETS).stdout == "hook is live, as it was\n"
    return tmp_path


def store() -> Store:
    return Store("sqlite:///briefing.db")


def judged(channel: str, *verdicts: Verdict, teller: Teller) -> None:
    """Let a service have heard these from a far end, the last of them an hour ago."""
    now = datetime.now(UTC) - len(verdicts) * HOUR
    with store().transaction() as session:
        for number, verdict in enumerate(verdicts):
            breaker.judge(session, channel=channel, verdict=verdict, teller=teller, now=now + number * HOUR)


@pytest.fixture
def teller(folder: Path) -> Teller:
    from briefing import compiled
    from briefing.check import check

    config = check(folder / "feeds.yaml", SECRETS).config
    assert config is not None
    return compiled.teller(config, compiled.letters(config, folder, compiled.unstored), b"secret")


def listed(name: str) -> dict[str, Any]:
    rows = json.loads(call("channels", "list", "--json", **SECRETS).stdout)
    return {row["channel"]: row for row in rows}[name]  # type: ignore[no-any-return]


def test_a_channel_that_was_withdrawn_is_shown_and_enabled(teller: Teller) -> None:
    judged("room", Dead("answered 404 Not Found", stop_channel=True), teller=teller)
    row = listed("room")
    assert (row["state"], row["error"], row["waiting"]) == ("disabled", "answered 404 Not Found", 0)
    assert row["disabled_at"] == row["since"]
    assert listed("hook")["state"] == "live"
    assert listed("hook")["waiting"] == 1  # the only route leads there, and takes the news of the other
    assert "disabled for 1 h: answered 404 Not Found" in call("channels", "list", **SECRETS).stdout
    said = call("status", **SECRETS).stdout
    assert "channel    room disabled for 1 h: answered 404 Not Found" in said
    assert "briefing channels enable room" in said
    found = call("doctor", "--offline", **SECRETS).stdout
    assert "1 disabled (room: answered 404 Not Found)" in found
    assert call("channels", "enable", "room", **SECRETS).stdout == "room is live; what is due goes out\n"
    assert listed("room")["state"] == "live"
    assert listed("hook")["waiting"] == 2
    with store().reading() as session:
        assert channels.standings(session)["room"].reason is None


def test_a_channel_that_fails_says_when_it_is_tried_again(teller: Teller) -> None:
    judged("room", *[Retry("answered 503 Service Unavailable", 5 * HOUR, down=True)] * 3, teller=teller)
    row = listed("room")
    assert (row["state"], row["failures"], row["error"]) == ("failing", 3, "answered 503 Service Unavailable")
    assert "failing for 3 h: answered 503 Service Unavailable, next try in" in call("status", **SECRETS).stdout
    assert "channels enable" not in call("status", **SECRETS).stdout
