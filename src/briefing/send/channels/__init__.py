"""The vendors that alerts can go to: one file each, one line here, one row in the contract test.

A vendor is a module: its limits, the body it wants, the request that carries it, and what its answers mean. Mail is
no vendor: it has its own wire and its own words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from briefing.model import Notice, Rate, Verdict
from briefing.send.channels import apprise, discord, google_chat, mattermost, ntfy, slack, teams, telegram, webhook
from briefing.send.channels.outgoing import Outgoing
from briefing.send.verdict import Answer, Unreachable


class Vendor(Protocol):
    """What every module here offers."""

    LIMITS: Mapping[str, int]
    RATES: Sequence[Rate]  # all of them hold; empty where the far end says what it bears
    READ_BY_PEOPLE: bool  # alerts that come late are told in one message

    def payload(self, notice: Notice, event_key: str) -> dict[str, Any]:
        """Return the body to store, within LIMITS, holding no secret."""

    def request(self, channel: Any, payload: Mapping[str, Any], message_id: str, now: datetime) -> Outgoing:
        """Return where the body goes at this attempt, its bytes, and its headers."""

    def verdict(self, answer: Answer | Unreachable, now: datetime) -> Verdict:
        """Return what an answer means for the delivery and for the channel."""


CHANNELS: dict[str, Vendor] = {
    "slack": slack,
    "discord": discord,
    "teams": teams,
    "mattermost": mattermost,
    "google_chat": google_chat,
    "telegram": telegram,
    "ntfy": ntfy,
    "webhook": webhook,
    "apprise": apprise,
}
