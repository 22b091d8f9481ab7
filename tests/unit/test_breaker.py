"""By what a channel is known to lead where it led before: an upgrade must not make each of them another one."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from briefing.breaker import _address
from briefing.config.alerts import Channel

SIGNED = "whsec_" + "a2V5" * 8
GIVEN: dict[str, dict[str, Any]] = {
    "slack": {"url": "https://a.example/x"},
    "discord": {"url": "https://a.example/x"},
    "telegram": {"token": "1:a", "chat": "-1"},
    "webhook": {"url": "https://a.example/x", "secret": SIGNED},
    "apprise": {"url": "json://a.example/x"},
}
MORE: dict[str, dict[str, Any]] = {  # what else was written before there were forums and replies
    "slack": {"allow_private": "False"},
    "discord": {"allow_private": "False", "thread": "None"},
    "telegram": {"allow_private": "False", "api": "https://api.telegram.org/", "topic": "None"},
    "webhook": {"allow_private": "False", "headers": {}, "old_secret": "None"},
    "apprise": {},
}


def address(kind: str, **more: object) -> str:
    channel: Channel = TypeAdapter(Channel).validate_python({"type": kind, **GIVEN[kind], **more})
    return _address(channel)


@pytest.mark.parametrize("kind", GIVEN)
def test_a_channel_is_known_by_what_was_written_of_it_before(kind: str) -> None:
    assert address(kind) == json.dumps({"type": kind, **GIVEN[kind], **MORE[kind]}, sort_keys=True)


def test_a_forum_is_another_place_and_replies_are_not() -> None:
    assert address("discord", forum=True) != address("discord")
    assert address("telegram", replies=False) == address("telegram")
    assert address("slack", rate="1/m") == address("slack")
