"""Links that answer an alert: ours alone, for one action, one event and one address, for a time."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.model import Action, Flaw
from briefing.send.tokens import Claim, Links

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
LINKS = Links("https://briefing.example.org/b", b"s" * 32, WEEK)
EVENT, DELIVERY = "corroborated:iran:1", "corroborated:iran:1→mailto:ann@example.org"


def token(links: Links = LINKS, event: str = EVENT, action: Action = Action.ACKNOWLEDGE) -> str:
    made = links.to(event, DELIVERY, NOW)
    return (made.acknowledge if action is Action.ACKNOWLEDGE else made.mute).rpartition("/")[2]


@pytest.mark.parametrize("event", [EVENT, "promise:ایران:۷:𝄞", "e" * 300, "a\r\nb:<script>"])
def test_a_link_comes_back_as_it_was_made(event: str) -> None:
    read = LINKS.read(Action.ACKNOWLEDGE, token(event=event), NOW + WEEK - timedelta(seconds=1))
    assert read == Claim(event, LINKS.ear(DELIVERY))


def test_a_link_is_short_stands_below_our_address_and_names_nobody() -> None:
    made = LINKS.to(EVENT, DELIVERY, NOW)
    assert made.acknowledge.startswith("https://briefing.example.org/b/acknowledge/")
    assert made.mute.startswith("https://briefing.example.org/b/mute/")
    other = LINKS.to(EVENT, DELIVERY.replace("ann@", "bob@"), NOW)
    assert other.acknowledge != made.acknowledge
    assert len(made.acknowledge) == len(other.acknowledge) < 300


FLAWED = {
    "expired": (token(), NOW + WEEK, Flaw.EXPIRED),
    "another action": (token(action=Action.MUTE), NOW, Flaw.FORGED),
    "another secret": (token(Links(LINKS.base, b"t" * 32, WEEK)), NOW, Flaw.FORGED),
    "cut at the end": (token()[:-2], NOW, Flaw.FORGED),
    "cut at the beginning": (token()[1:], NOW, Flaw.FORGED),
    "without its signature": (token().rpartition(".")[0], NOW, Flaw.FORGED),
    "another's signature": (token().rpartition(".")[0] + "." + token(event="x").rpartition(".")[2], NOW, Flaw.FORGED),
    "empty": ("", NOW, Flaw.FORGED),
    "a dot": (".", NOW, Flaw.FORGED),
    "letters that are none of ours": ("ü𝄞\u202e." + token(), NOW, Flaw.FORGED),
    "half a character": ("\ud83d", NOW, Flaw.FORGED),
    "far too long": ("." + "A" * 100_000, NOW, Flaw.FORGED),
}


@pytest.mark.parametrize(("text", "now", "flaw"), FLAWED.values(), ids=FLAWED)
def test_what_is_not_ours_or_is_over_opens_nothing(text: str, now: datetime, flaw: Flaw) -> None:
    assert LINKS.read(Action.ACKNOWLEDGE, text, now) is flaw


def test_every_changed_letter_is_noticed() -> None:
    good = token()
    *_, last = range(len(good))  # whose lowest bits say nothing
    for at in range(last):
        changed = good[:at] + ("B" if good[at] == "A" else "A") + good[at + 1 :]
        assert LINKS.read(Action.ACKNOWLEDGE, changed, NOW) is Flaw.FORGED
