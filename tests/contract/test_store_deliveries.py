"""What an operator asks of the outbox and does to it: the same on both databases."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from briefing.model import (
    ISSUES,
    LETTERS,
    Act,
    Attempt,
    Dead,
    Delivered,
    Delivery,
    DeliveryId,
    DeliveryState,
    Event,
    EventKind,
    Issue,
    IssueId,
    NewDelivery,
    Queue,
    Recipient,
    Retry,
    Verdict,
    Wanted,
)
from briefing.store import audience, deliveries, issues, late, outbox
from briefing.store.engine import Store
from briefing.store.tables import AttemptRow
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PENDING, SENDING, SENT, RETRY, DEAD, _ = DeliveryState
BY = "ann@desk"
FATES: dict[str, tuple[Verdict | None, datetime | None]] = {
    "sent": (Delivered("250 OK"), None),
    "dead": (Dead("550 no such user"), None),
    "retry": (Retry("451 later"), NOW + HOUR),
    "sending": (None, None),
}


def letter(name: str, to: str = "", **about: Any) -> NewDelivery:
    return NewDelivery(name, "mail", f"<{name}@x.example>", Recipient(f"{to or name}@x.example"), **about)


def owe(store: Store, *rows: NewDelivery, now: datetime = NOW) -> None:
    with store.transaction() as session:
        outbox.enqueue(session, deliveries=rows, now=now)


def fare(store: Store, fate: str, *, lane: str = LETTERS, now: datetime = NOW) -> Delivery:
    """Let the delivery that is due first come to an end."""
    verdict, again = FATES[fate]
    with store.transaction() as session:
        (one,) = outbox.claim(session, owner="me", now=now, lease=60 * SECOND, limit=1, queue=Queue((lane,)))
    if verdict:
        with store.transaction() as session:
            ended = {"next_attempt_at": again, "now": now + SECOND, "duration": 2 * SECOND}
            assert on_record(session, delivery=one, owner="me", verdict=verdict, **ended)  # type: ignore[arg-type]
    return one


def one_of_each(store: Store) -> dict[str, DeliveryId]:
    """Return the ids of a delivery in each state, by its name."""
    names = [*FATES, "pending"]
    owe(store, *(letter(name) for name in names))
    for name in FATES:
        assert fare(store, name).message_id == f"<{name}@x.example>"
    return {one.message_id[1:].partition("@")[0]: one.id for one in listing(store)}


def listing(store: Store, **wanted: Any) -> tuple[Delivery, ...]:
    with store.reading() as session:
        return deliveries.listing(session, wanted=Wanted(**wanted))


def perform(store: Store, act: Act, *, anew: bool = False, now: datetime = NOW, **wanted: Any) -> frozenset[DeliveryId]:
    with store.transaction() as session:
        found = deliveries.subject(session, act=act, wanted=Wanted(**wanted))
        done = deliveries.perform(session, act=act, by=BY, now=now, wanted=Wanted(**wanted), anew=anew)
    assert done == found
    return done


def attempts(store: Store, delivery: DeliveryId) -> Sequence[Attempt]:
    with store.reading() as session:
        return deliveries.attempts(session, delivery=delivery)


def named(*ids: DeliveryId) -> frozenset[DeliveryId]:
    return frozenset(ids)


@pytest.mark.parametrize(
    ("act", "touched", "named_too"),
    [(Act.RETRIED, {"dead"}, {"retry"}), (Act.REPLAYED, {"dead", "sent"}, set()),
     (Act.CANCELLED, {"pending", "retry"}, set())],
)  # fmt: skip
def test_an_act_touches_what_it_is_for(store: Store, act: Act, touched: set[str], named_too: set[str]) -> None:
    ids = one_of_each(store)
    assert perform(store, act) == {ids[name] for name in touched}
    assert perform(store, act, ids=named(ids["sending"], DeliveryId(404))) == frozenset()


def test_a_named_one_that_waits_for_a_retry_waits_no_longer(store: Store) -> None:
    ids = one_of_each(store)
    assert perform(store, Act.RETRIED, ids=named(ids["retry"], ids["dead"])) == {ids["retry"], ids["dead"]}
    with store.transaction() as session:
        due = outbox.claim(session, owner="me", now=NOW, lease=SECOND, limit=9, queue=Queue((LETTERS,)))
    assert {(one.id, one.attempts) for one in due} == {(ids[name], 1) for name in ("retry", "dead", "pending")}


def test_every_attempt_and_every_act_is_told_with_its_time(store: Store) -> None:
    ids = one_of_each(store)
    perform(store, Act.RETRIED, now=NOW + DAY)
    perform(store, Act.CANCELLED, ids=named(ids["dead"]), now=NOW + 2 * DAY)
    assert attempts(store, ids["dead"]) == (
        Attempt(1, NOW + SECOND, 2 * SECOND, "dead", "550 no such user"),
        Attempt(2, NOW + DAY, 0 * SECOND, "retried", "by ann@desk"),
        Attempt(3, NOW + 2 * DAY, 0 * SECOND, "cancelled", "by ann@desk"),
    )
    assert attempts(store, ids["pending"]) == ()


def test_what_was_cancelled_comes_back_only_by_its_name(store: Store) -> None:
    owe(store, letter("one"))
    (one,) = perform(store, Act.CANCELLED)
    assert [(row.state, row.last_error) for row in listing(store)] == [(DEAD, "cancelled by ann@desk")]
    assert perform(store, Act.RETRIED) | perform(store, Act.REPLAYED) == frozenset()
    assert perform(store, Act.RETRIED, ids=named(one)) == {one}
    assert fare(store, "dead").id == one
    assert perform(store, Act.RETRIED) == {one}  # it was tried since, so it is dead like any other


def test_what_is_replayed_keeps_its_id_and_when_it_was_sent(store: Store) -> None:
    owe(store, letter("one"))
    sent = fare(store, "sent")
    assert perform(store, Act.REPLAYED) == {sent.id}
    again = fare(store, "dead")
    assert (again.message_id, again.attempts) == (sent.message_id, 1)
    assert [(row.state, row.sent_at) for row in listing(store)] == [(DEAD, NOW + SECOND)]


def test_what_is_replayed_anew_gets_ids_that_no_far_end_has_seen(store: Store) -> None:
    hook = NewDelivery("hook", "hook", "msg_1", payload={})
    owe(store, letter("one"), hook)
    fare(store, "sent")
    fare(store, "sent", lane="hook")
    assert len(perform(store, Act.REPLAYED, anew=True)) == 2
    assert {one.message_id for one in listing(store)} == {"<one_2@x.example>", "msg_1_2"}


def test_whoever_held_a_delivery_that_was_cancelled_and_owed_again_records_nothing(store: Store) -> None:
    owe(store, letter("one"))
    held = fare(store, "retry")
    perform(store, Act.CANCELLED)
    perform(store, Act.RETRIED, ids=named(held.id))
    with store.transaction() as session:
        ended: dict[str, Any] = {"next_attempt_at": None, "now": NOW, "duration": SECOND}
        assert not on_record(session, delivery=held, owner="me", verdict=Delivered(), **ended)


def test_what_was_told_with_others_goes_as_its_carrier_does(store: Store) -> None:
    with store.transaction() as session:
        outbox.tell(session, events=[Event(EventKind.ITEM, key, NOW) for key in ("a", "b", "both")])
    owe(store, *(letter(key, "ann", event=key, late=True) for key in "ab"))
    owe(store, letter("both", "ann", event="both"))
    with store.transaction() as session:
        (group,) = late.settled(session, lane=LETTERS, now=NOW, patient=False)
        late.carry(session, carrier="both", deliveries=group)
    carrier, told = listing(store)[0].id, named(*(one.id for one in group))
    assert {one.id for one in listing(store, carrier=carrier)} == told
    assert perform(store, Act.CANCELLED, ids=told) == frozenset()  # the others would not be told either
    assert perform(store, Act.CANCELLED) == {carrier}
    assert {one.state for one in listing(store)} == {DEAD}
    assert perform(store, Act.RETRIED, ids=told) == {carrier}
    assert {one.state for one in listing(store)} == {RETRY}


def issue(store: Store, number: int, digest: str = "daily") -> IssueId:
    composed = Issue(digest, number, date(2026, 11, number), "07:00", "UTC", "en", "digest", NOW, NOW, ())
    with store.transaction() as session:
        return issues.add(session, issue=composed).id or IssueId(0)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["hook", "bob", "Ann", "old"]),
        ({"channel": "hook"}, ["hook"]),
        ({"addresses": frozenset({"ANN@x.example"})}, ["Ann"]),
        ({"states": frozenset({SENT, DEAD})}, ["old"]),
        ({"since": NOW}, ["hook", "bob", "Ann", "old"]),
        ({"since": NOW + 2 * SECOND}, []),
        ({"since": NOW, "channel": "mail", "states": frozenset({PENDING})}, ["bob", "Ann"]),
        ({"ids": frozenset[DeliveryId]()}, []),
    ],
)
def test_a_listing_holds_what_is_asked_for_newest_first(store: Store, wanted: Any, found: Collection[str]) -> None:
    owe(store, letter("old"), now=NOW - DAY)
    fare(store, "sent")  # yesterday's, but sent today
    owe(store, letter("Ann"), letter("bob"), NewDelivery("hook", "hook", "<hook@x.example>", payload={}))
    assert [one.message_id[1:].partition("@")[0] for one in listing(store, **wanted)] == found
    with store.reading() as session:
        assert sum(deliveries.counts(session, wanted=Wanted(**wanted)).values()) == len(found)


def test_who_did_and_did_not_get_an_issue(store: Store) -> None:
    first, second = issue(store, 1), issue(store, 2)
    owe(store, letter("ann", issue=first), letter("bob", issue=first), letter("eve", issue=second))
    fare(store, "sent", lane=ISSUES)
    fare(store, "dead", lane=ISSUES)
    with store.reading() as session:
        assert deliveries.counts(session, wanted=Wanted(issue=first)) == {SENT: 1, DEAD: 1}
        assert issues.names(session, issues=[first, second]) == {first: ("daily", 1), second: ("daily", 2)}
        assert issues.numbered(session, number=2) == {"daily": second}
    assert len(perform(store, Act.RETRIED, issue=first)) == 1  # the missing alone


def test_a_suppressed_address_gets_nothing_by_hand_either(store: Store) -> None:
    owe(store, letter("one"))
    fare(store, "dead")
    with store.transaction() as session:
        audience.suppress(session, address="one@x.example", reason="550", now=NOW)
    perform(store, Act.RETRIED)
    with store.transaction() as session:
        assert outbox.claim(session, owner="me", now=NOW, lease=SECOND, limit=9, queue=Queue((LETTERS,))) == ()


def test_an_act_on_thousands_is_noted_for_each(store: Store) -> None:
    owe(store, *(letter(f"r{n}") for n in range(1_200)))
    assert len(perform(store, Act.CANCELLED)) == 1_200
    with store.reading() as session:
        noted = session.exec(select(AttemptRow.delivery_id).where(col(AttemptRow.outcome) == "cancelled")).all()
    assert len(set(noted)) == len(noted) == 1_200
