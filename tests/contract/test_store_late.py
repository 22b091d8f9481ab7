"""Alerts that come late: who waits, who carries whom; the same on both databases."""

from datetime import UTC, datetime, timedelta

from briefing.model import (
    LETTERS,
    SETTLE,
    Act,
    Dead,
    Delivered,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    NewDelivery,
    Queue,
    Recipient,
    Retry,
    Verdict,
    Wanted,
)
from briefing.store import audience, deliveries, late, outbox
from briefing.store.engine import Store
from tests.contract.ended import on_record

FRESH = timedelta(days=1)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SOON = NOW + timedelta(minutes=1)


def owe(store: Store, key: str, *, slow: bool = True, address: str | None = None, now: datetime = NOW) -> None:
    """Owe an alert of an event of its own, to a chat channel or to an address."""
    channel, person = ("mail", Recipient(address)) if address else ("desk", None)
    row = NewDelivery(key, channel, f"<{key}>", person, event=f"item:{key}", payload={"text": key}, late=slow)
    with store.transaction() as session:
        outbox.tell(session, events=[Event(EventKind.ITEM, f"item:{key}", now)])
        outbox.enqueue(session, deliveries=[row], now=now)


def claim(store: Store, lane: str = "desk", *, now: datetime = NOW + SETTLE) -> tuple[Delivery, ...]:
    with store.transaction() as session:
        return outbox.claim(session, owner="me", now=now, lease=LEASE, limit=10, queue=Queue((lane,)))


def groups(store: Store, lane: str = "desk", *, now: datetime | None = None) -> list[list[str]]:
    with store.transaction() as session:
        return [
            [one.message_id for one in group]
            for group in late.settled(session, lane=lane, now=now or NOW, patient=bool(now))
        ]


def carry(store: Store, carrier: str, lane: str = "desk") -> None:
    """Put all that is late in a lane into one message."""
    owe(store, carrier, slow=False)
    with store.transaction() as session:
        (group,) = late.settled(session, lane=lane, now=NOW, patient=False)
        late.carry(session, carrier=carrier, deliveries=group)


def record(store: Store, delivery: Delivery, verdict: Verdict, again: datetime | None = None) -> None:
    with store.transaction() as session:
        assert on_record(
            session,
            delivery=delivery,
            owner="me",
            verdict=verdict,
            next_attempt_at=again,
            now=SOON,
            duration=timedelta(seconds=1),
        )


def states(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {one.message_id.strip("<>"): one.state.value for one in deliveries.listing(session)}


def test_what_is_late_is_not_claimed_before_it_is_released(store: Store) -> None:
    owe(store, "a")
    assert claim(store) == ()
    with store.transaction() as session:
        (group,) = late.settled(session, lane="desk", now=NOW + SETTLE)
        late.release(session, deliveries=group, now=NOW + SETTLE)
    assert [one.message_id for one in claim(store)] == ["<a>"]


def test_a_group_is_settled_when_its_first_is_and_takes_the_rest_along(store: Store) -> None:
    owe(store, "a")
    owe(store, "b", now=SOON)
    assert groups(store, now=SOON) == []
    assert groups(store, now=NOW + SETTLE) == [["<a>", "<b>"]]
    assert groups(store) == [["<a>", "<b>"]]


def test_each_address_is_a_group_of_its_own(store: Store) -> None:
    for key, address in (("a", "ann@x.example"), ("b", "bob@x.example"), ("c", "ann@x.example")):
        owe(store, key, address=address)
    assert groups(store, LETTERS) == [["<a>", "<c>"], ["<b>"]]
    assert groups(store) == []


def test_what_came_due_long_ago_is_marked_and_what_tells_no_event_is_not(store: Store) -> None:
    owe(store, "old", slow=False)
    owe(store, "new", slow=False, now=NOW + FRESH)
    with store.transaction() as session:
        outbox.enqueue(session, deliveries=[NewDelivery("test", "desk", "<test>", payload={})], now=NOW)
        late.mark(session, lane="desk", before=NOW + SETTLE, until=NOW + FRESH)
    assert groups(store) == [["<old>"]]
    assert [one.message_id for one in claim(store, now=NOW + FRESH)] == ["<test>", "<new>"]


def test_what_is_carried_stands_as_its_carrier_does(store: Store) -> None:
    for key in "ab":
        owe(store, key)
    carry(store, "one")
    (carrier,) = claim(store)
    assert carrier.message_id == "<one>"
    record(store, carrier, Retry("later"), SOON)
    assert states(store) == dict.fromkeys(("one", "a", "b"), "retry")
    (carrier,) = claim(store)
    record(store, carrier, Delivered())
    assert states(store) == dict.fromkeys(("one", "a", "b"), "sent")
    with store.reading() as session:
        assert {one.sent_at for one in deliveries.listing(session)} == {SOON}


def test_a_dead_carrier_is_tried_again_whichever_of_them_is_named(store: Store) -> None:
    for key in "ab":
        owe(store, key)
    carry(store, "one")
    (carrier,) = claim(store)
    record(store, carrier, Dead("gone"))
    assert states(store) == dict.fromkeys(("one", "a", "b"), "dead")
    with store.transaction() as session:
        carried = next(one for one in deliveries.listing(session) if one.carrier == carrier.id)
        wanted = Wanted(frozenset({carried.id}))
        again = deliveries.perform(session, act=Act.RETRIED, wanted=wanted, by="ann@desk", now=SOON)
        assert again == {carrier.id}
    assert [one.message_id for one in claim(store)] == ["<one>"]


def test_a_carrier_to_a_suppressed_address_dies_with_all_it_carries(store: Store) -> None:
    for key in "ab":
        owe(store, key, address="ann@x.example")
    owe(store, "one", slow=False, address="ann@x.example")
    with store.transaction() as session:
        (group,) = late.settled(session, lane=LETTERS, now=NOW, patient=False)
        late.carry(session, carrier="one", deliveries=group)
        audience.suppress(session, address="ann@x.example", reason="bounced", now=NOW)
    assert claim(store, LETTERS) == ()
    assert states(store) == dict.fromkeys(("one", "a", "b"), DeliveryState.DEAD.value)


def test_what_a_carried_message_carried_goes_over_to_the_new_carrier(store: Store) -> None:
    for key in "ab":
        owe(store, key)
    carry(store, "one")
    with store.transaction() as session:
        late.mark(session, lane="desk", before=NOW + SETTLE, until=NOW + SETTLE)
    owe(store, "c")
    carry(store, "two")
    (carrier,) = claim(store)
    record(store, carrier, Delivered())
    assert states(store) == dict.fromkeys(("one", "two", "a", "b", "c"), "sent")
