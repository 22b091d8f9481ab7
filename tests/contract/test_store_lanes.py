"""The lanes of the outbox: what is claimed together, and that nothing else is; the same on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from briefing.model import (
    ISSUES,
    LETTERS,
    Delivered,
    Delivery,
    DeliveryState,
    Issue,
    NewDelivery,
    Queue,
    Recipient,
    Wanted,
)
from briefing.store import audience, deliveries, issues, outbox
from briefing.store.engine import Store
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
READER = Recipient("reader@x.example", "iran", NOW)
DESK, PHONE = "desk", "phone"


@pytest.fixture
def issue(store: Store) -> Issue:
    """Return a stored issue."""
    composed = Issue("morning", 1, date(2026, 11, 22), "07:00", "UTC", "en", "digest", NOW, NOW, ())
    with store.transaction() as session:
        return issues.add(session, issue=composed)


def letter(key: str = "letter") -> NewDelivery:
    return NewDelivery(key, "mail", f"<{key}@x.example>", READER)


def copy(issue: Issue, key: str = "issue") -> NewDelivery:
    return replace(letter(key), issue=issue.id)


def post(channel: str, key: str = "") -> NewDelivery:
    return NewDelivery(key or channel, channel, f"msg_{key or channel}", payload={"text": "Part 2 is out"})


def enqueue(store: Store, *deliveries: NewDelivery, now: datetime = NOW) -> None:
    with store.transaction() as session:
        outbox.enqueue(session, deliveries=deliveries, now=now)


def take(store: Store, lane: str | Queue, **changes: Any) -> tuple[Delivery, ...]:
    queue = lane if isinstance(lane, Queue) else Queue((lane,))
    terms: dict[str, Any] = {"owner": "me", "now": NOW, "lease": LEASE, "limit": 10} | changes
    with store.transaction() as session:
        return outbox.claim(session, queue=queue, **terms)


def claim(store: Store, lane: str | Queue, **changes: Any) -> list[str]:
    return [one.message_id for one in take(store, lane, **changes)]


def test_each_lane_gives_its_own_and_no_other(store: Store, issue: Issue) -> None:
    enqueue(store, copy(issue), letter(), post(DESK), post(PHONE))
    assert claim(store, ISSUES) == ["<issue@x.example>"]
    assert claim(store, LETTERS) == ["<letter@x.example>"]
    assert claim(store, DESK) == ["msg_desk"]
    assert claim(store, PHONE) == ["msg_phone"]


def test_mail_to_a_domain_is_claimed_apart_alerts_first(store: Store, issue: Issue) -> None:
    def to(address: str, one: NewDelivery) -> NewDelivery:
        return replace(one, key=address + one.key, message_id=f"{address} {one.key}", recipient=Recipient(address))

    slow = ("a@slow.example", "b@slow.example")
    others = ("a@x.example", "slow.example@x.example", "a@sub.slow.example", "a@sl_w.example", "a@slowxexample")
    enqueue(store, *(to(address, one) for address in (*slow, *others) for one in (copy(issue), letter())))

    def owed() -> bool:
        with store.transaction() as session:
            return outbox.owed(session, queues=[both], now=NOW)

    both = Queue((LETTERS, ISSUES), "slow.example")
    assert sorted(claim(store, both)) == [f"{one} letter" for one in slow]
    assert owed()
    assert sorted(claim(store, both)) == [f"{one} issue" for one in slow]
    assert not owed()
    elsewhere = Queue((ISSUES,), but=frozenset({"slow.example"}))
    assert sorted(claim(store, elsewhere)) == sorted(f"{one} issue" for one in others)


@pytest.mark.parametrize("lane", ["mail", "", "morning", "Desk", "des_", "%"])
def test_a_lane_of_no_such_name_gives_nothing(store: Store, issue: Issue, lane: str) -> None:
    enqueue(store, copy(issue), letter(), post(DESK))
    assert claim(store, lane) == []


def test_a_channel_called_mail_does_not_mix_with_mail(store: Store, issue: Issue) -> None:
    enqueue(store, copy(issue), letter(), post("mail"))
    assert claim(store, "mail") == ["msg_mail"]
    assert claim(store, ISSUES) == ["<issue@x.example>"]
    assert claim(store, LETTERS) == ["<letter@x.example>"]


def test_a_long_issue_does_not_hold_up_a_letter(store: Store, issue: Issue) -> None:
    enqueue(store, *(copy(issue, f"issue{n}") for n in range(20)))
    enqueue(store, letter(), now=NOW + LEASE)
    assert claim(store, LETTERS, now=NOW + LEASE, limit=1) == ["<letter@x.example>"]


def test_a_delivery_stays_in_its_lane_however_often_it_is_tried(store: Store, issue: Issue) -> None:
    """Abandoned by whoever held it, owed again at the start, or by hand."""
    enqueue(store, copy(issue), letter(), post(DESK))
    for lane in (ISSUES, LETTERS, DESK):
        take(store, lane)
    assert claim(store, ISSUES, now=NOW + LEASE) == ["<issue@x.example>"]
    with store.transaction() as session:
        outbox.reclaim(session, now=NOW)
    assert claim(store, ISSUES) == ["<issue@x.example>"]
    assert claim(store, LETTERS) == ["<letter@x.example>"]
    assert claim(store, DESK) == ["msg_desk"]


def test_a_claimed_copy_says_which_issue_it_is_of(store: Store, issue: Issue) -> None:
    enqueue(store, copy(issue))
    (mine,) = take(store, ISSUES)
    assert (mine.issue, mine.recipient, mine.channel) == (issue.id, READER, "mail")


def test_a_claim_can_be_narrowed_to_some_keys(store: Store) -> None:
    enqueue(store, letter("1"), letter("2"), letter("3"))
    assert claim(store, LETTERS, only=["3", "1", "404"]) == ["<1@x.example>", "<3@x.example>"]
    assert claim(store, LETTERS) == ["<2@x.example>"]


@pytest.mark.parametrize("only", [(), ["404"], ["desk"]], ids=["none", "unknown", "of another lane"])
def test_keys_that_are_not_of_the_lane_claim_nothing(store: Store, only: list[str]) -> None:
    enqueue(store, letter(), post(DESK))
    assert claim(store, LETTERS, only=only) == []
    assert claim(store, LETTERS) == ["<letter@x.example>"]


def test_a_narrowed_claim_takes_only_what_is_due(store: Store) -> None:
    enqueue(store, letter("held"), letter("sent"))
    (held, sent) = take(store, LETTERS)
    with store.transaction() as session:
        terms: dict[str, Any] = {"owner": "me", "next_attempt_at": None, "now": NOW, "duration": LEASE}
        assert on_record(session, delivery=sent, verdict=Delivered(), **terms)
    enqueue(store, letter("later"), now=NOW + LEASE)
    assert claim(store, LETTERS, only=["held", "sent", "later"]) == []
    again = claim(store, LETTERS, only=["held", "sent"], now=NOW + LEASE)
    assert again == [held.message_id]


def test_a_narrowed_claim_keeps_its_limit(store: Store) -> None:
    keys = [str(n) for n in range(7)]
    enqueue(store, *(letter(key) for key in keys))
    assert [len(claim(store, LETTERS, only=keys[1:], limit=4)) for _ in range(3)] == [4, 2, 0]
    assert claim(store, LETTERS) == ["<0@x.example>"]


def test_a_claim_buries_suppressed_mail_of_its_own_lane_alone(store: Store, issue: Issue) -> None:
    enqueue(store, copy(issue), letter("1"), letter("2"))
    with store.transaction() as session:
        audience.suppress(session, address=READER.address, reason="complaint", now=NOW)
    assert claim(store, LETTERS, only=["1"]) == []
    with store.reading() as session:
        dead = deliveries.listing(session, wanted=Wanted(states=frozenset({DeliveryState.DEAD})))
    assert [one.message_id for one in dead] == ["<1@x.example>"]
