"""The outbox: told once, owed until taken, fenced by owner and epoch; the same on both databases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from briefing.errors import StoreError
from briefing.model import (
    LETTERS,
    Dead,
    Delivered,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    ItemId,
    ItemLine,
    NewDelivery,
    Queue,
    Recipient,
    Retry,
    StoryId,
    Verdict,
    Wanted,
)
from briefing.store import audience, deliveries, outbox
from briefing.store.engine import Store
from briefing.store.tables import AttemptRow
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
ME, OTHER = "one", "two"
PENDING, SENDING, SENT, RETRY, DEAD, SILENCED = DeliveryState


def mail(key: str = "1", address: str = "reader@x.example") -> NewDelivery:
    return NewDelivery(f"event:1→mailto:{key}", "mail", f"<{key}@x.example>", Recipient(address, "iran", NOW))


def chat(key: str = "1") -> NewDelivery:
    return NewDelivery(f"event:1→{key}", "desk", f"msg_{key}", payload={"text": "Part 2 is out\0", "blocks": [1, None]})


def event(key: str = "item:1") -> Event:
    line = ItemLine(ItemId(1), "Title", "https://x.example/", "Sample Wire", NOW, ("One.",))
    return Event(EventKind.ITEM, key, NOW, StoryId("iran"), "Iran", item=line)


def enqueue(store: Store, *deliveries: NewDelivery, now: datetime = NOW) -> int:
    with store.transaction() as session:
        return outbox.enqueue(session, deliveries=deliveries, now=now)


def claim(store: Store, owner: str = ME, **changes: Any) -> tuple[Delivery, ...]:
    terms: dict[str, Any] = {"now": NOW, "lease": LEASE, "limit": 10, "queue": Queue((LETTERS,))} | changes
    with store.transaction() as session:
        return outbox.claim(session, owner=owner, **terms)


def record(store: Store, delivery: Delivery, verdict: Verdict, owner: str = ME, **changes: Any) -> bool:
    terms: dict[str, Any] = {"next_attempt_at": None, "now": NOW + SECOND, "duration": SECOND} | changes
    with store.transaction() as session:
        return on_record(session, delivery=delivery, owner=owner, verdict=verdict, **terms)


def listing(store: Store, *states: DeliveryState) -> tuple[Delivery, ...]:
    with store.reading() as session:
        return deliveries.listing(session, wanted=Wanted(states=frozenset(states) or None))


def attempts(store: Store) -> Sequence[tuple[int, str, str, int]]:
    columns = (AttemptRow.epoch, AttemptRow.outcome, AttemptRow.detail, AttemptRow.duration_ms)
    with store.reading() as session:
        return [(row[0], row[1], row[2], row[3]) for row in session.exec(select(*columns).order_by(col(AttemptRow.id)))]


def test_an_event_is_told_once(store: Store) -> None:
    with store.transaction() as session:
        assert outbox.tell(session, events=[event(), event(), event("item:2")]) == (event(), event("item:2"))
    with store.transaction() as session:
        assert outbox.tell(session, events=[event(), event("item:3")]) == (event("item:3"),)


def test_an_event_that_was_rolled_back_was_not_told(store: Store) -> None:
    def tell_and_break() -> None:
        with store.transaction() as session:
            outbox.tell(session, events=[event()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_break()
    with store.transaction() as session:
        assert outbox.tell(session, events=[event()]) == (event(),)


def test_one_event_told_at_the_same_moment_by_many_is_told_by_one(store: Store) -> None:
    def tell(_: int) -> int:
        with store.transaction() as session:
            return len(outbox.tell(session, events=[event()]))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(tell, range(8))) == 1


def test_a_delivery_for_an_event_nobody_told_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        enqueue(store, replace(chat(), event="item:404"))


def test_a_key_is_owed_once(store: Store) -> None:
    assert enqueue(store, mail("1"), mail("2"), mail("1")) == 2
    assert enqueue(store, mail("2"), mail("3")) == 1
    assert enqueue(store) == 0
    with store.reading() as session:
        assert [one.message_id for one in outbox.found(session, keys=[mail("3").key, mail("1").key])] == [
            "<1@x.example>",
            "<3@x.example>",
        ]


def test_a_delivery_comes_back_as_it_was_enqueued(store: Store) -> None:
    enqueue(store, mail(), chat())
    (letter,) = claim(store)
    assert letter == Delivery(
        id=letter.id,
        channel="mail",
        message_id="<1@x.example>",
        state=SENDING,
        epoch=1,
        attempts=1,
        created_at=NOW,
        next_attempt_at=NOW + LEASE,
        recipient=Recipient("reader@x.example", "iran", NOW),
    )
    (post,) = claim(store, queue=Queue(("desk",)))
    assert (post.channel, post.payload, post.recipient) == (
        "desk",
        {"text": "Part 2 is out", "blocks": [1, None]},
        None,
    )
    assert listing(store) == (post, letter)
    assert enqueue(store, replace(chat(), payload={"text": "Another"})) == 0
    later = NOW + LEASE
    assert [one.payload for one in claim(store, now=later, queue=Queue(("desk",)))] == [post.payload]


def test_a_claimed_delivery_is_nobody_elses_while_its_lease_lasts(store: Store) -> None:
    enqueue(store, mail())
    claim(store)
    assert claim(store, OTHER, now=NOW + LEASE - SECOND) == ()
    (taken,) = claim(store, OTHER, now=NOW + LEASE)
    assert (taken.epoch, taken.attempts) == (2, 2)


def test_the_longest_due_goes_first_whatever_its_state(store: Store) -> None:
    enqueue(store, mail("abandoned"))
    claim(store)
    enqueue(store, mail("retried"), now=NOW + SECOND)
    (retried,) = claim(store, now=NOW + SECOND)
    record(store, retried, Retry("busy"), next_attempt_at=NOW + 2 * LEASE)
    enqueue(store, mail("new"), now=NOW + 3 * LEASE)
    later: dict[str, Any] = {"now": NOW + 4 * LEASE, "limit": 1}
    order = [claim(store, **later)[0].message_id for _ in range(3)]
    assert order == ["<abandoned@x.example>", "<retried@x.example>", "<new@x.example>"]


def test_a_claim_takes_no_more_than_its_limit(store: Store) -> None:
    enqueue(store, *(mail(str(n)) for n in range(7)))
    assert [len(claim(store, limit=3)) for _ in range(4)] == [3, 3, 1, 0]


def test_many_claimers_never_take_the_same_delivery(store: Store) -> None:
    enqueue(store, *(mail(str(n)) for n in range(40)))
    with ThreadPoolExecutor(4) as threads:
        taken = [one.id for some in threads.map(lambda n: claim(store, str(n), limit=4), range(16)) for one in some]
    assert len(taken) == len(set(taken)) == 40 - len(claim(store, limit=40))


def test_what_was_delivered_is_sent_and_done(store: Store) -> None:
    enqueue(store, mail())
    (mine,) = claim(store)
    assert record(store, mine, Delivered("250 ok"))
    (sent,) = listing(store, SENT)
    assert (sent.sent_at, sent.attempts, sent.last_error) == (NOW + SECOND, 1, None)
    assert attempts(store) == [(1, "delivered", "250 ok", 1000)]
    assert claim(store, now=NOW + timedelta(days=9)) == ()


def test_what_is_to_be_retried_waits_for_its_time(store: Store) -> None:
    enqueue(store, mail())
    again = NOW + timedelta(minutes=5)
    record(store, claim(store)[0], Retry("451 busy"), next_attempt_at=again)
    (waiting,) = listing(store, RETRY)
    assert (waiting.next_attempt_at, waiting.last_error, waiting.attempts) == (again, "451 busy", 1)
    assert claim(store, now=again - SECOND) == ()
    (second,) = claim(store, now=again)
    assert (second.message_id, second.epoch, second.attempts) == (waiting.message_id, 2, 2)


@pytest.mark.parametrize(
    "verdict", [pytest.param(Dead("550 no"), id="dead"), pytest.param(Retry("451"), id="out of patience")]
)
def test_what_will_never_arrive_is_dead(store: Store, verdict: Verdict) -> None:
    enqueue(store, mail())
    assert record(store, claim(store)[0], verdict)
    (dead,) = listing(store, DEAD)
    assert dead.last_error
    assert claim(store, now=NOW + timedelta(days=9)) == ()


def test_many_verdicts_are_recorded_in_one_commit(store: Store) -> None:
    enqueue(store, *(mail(str(n)) for n in range(5)))
    mine = claim(store)
    terms: dict[str, Any] = {"owner": ME, "next_attempt_at": None, "now": NOW, "duration": SECOND}
    with store.transaction() as session:
        assert all(on_record(session, delivery=one, verdict=Delivered(), **terms) for one in mine)
    assert len(listing(store, SENT)) == len(attempts(store)) == 5


def test_whoever_lost_its_lease_records_nothing(store: Store) -> None:
    """A worker that slept past its lease must not turn what another has sent back into something owed."""
    enqueue(store, mail())
    (lost,) = claim(store)
    (held,) = claim(store, OTHER, now=NOW + LEASE)
    assert record(store, held, Delivered("250"), OTHER)
    assert not record(store, lost, Retry("timeout"), next_attempt_at=NOW)
    assert [one.state for one in listing(store)] == [SENT]
    assert attempts(store) == [(2, "delivered", "250", 1000)]


@pytest.mark.parametrize(
    ("owner", "epoch"),
    [pytest.param(OTHER, 1, id="another owner"), pytest.param(ME, 0, id="an earlier claim of its own")],
)
def test_owner_and_epoch_fence(store: Store, owner: str, epoch: int) -> None:
    enqueue(store, mail())
    (mine,) = claim(store)
    assert not record(store, replace(mine, epoch=epoch), Delivered(), owner)
    assert record(store, mine, Delivered())
    assert not record(store, mine, Delivered())


def test_a_lease_that_ended_but_was_not_taken_still_records(store: Store) -> None:
    enqueue(store, mail())
    assert record(store, claim(store)[0], Delivered(), now=NOW + 9 * LEASE)


def test_a_renewed_lease_lasts_and_says_what_is_still_ours(store: Store) -> None:
    enqueue(store, mail("1"), mail("2"))
    one, two = claim(store)
    claim(store, OTHER, now=NOW + LEASE, limit=1)
    with store.transaction() as session:
        held = outbox.renew(session, deliveries=[one, two], owner=ME, now=NOW + LEASE, lease=LEASE)
    assert held == {two.id}
    assert claim(store, OTHER, now=NOW + 2 * LEASE - SECOND) == ()


def test_at_start_all_that_was_sending_is_owed_again(store: Store) -> None:
    enqueue(store, mail("1"), mail("2"))
    (mine,) = claim(store, limit=1)
    with store.transaction() as session:
        assert outbox.reclaim(session, now=NOW + SECOND) == 1
    assert not record(store, mine, Delivered())
    again = claim(store, now=NOW + SECOND)
    assert {(one.message_id, one.epoch) for one in again} == {("<1@x.example>", 2), ("<2@x.example>", 1)}


def test_mail_to_a_suppressed_address_is_dead_not_stuck(store: Store) -> None:
    """Even when every due mail is: the claim goes on to those behind them."""
    gone = [mail(f"gone{n}", "Gone@x.example") for n in range(5)]
    enqueue(store, *gone, mail("well"))
    with store.transaction() as session:
        audience.suppress(session, address="gone@X.example", reason="complaint", now=NOW)
    assert [one.message_id for one in claim(store, limit=2)] == ["<well@x.example>"]
    assert {(one.state, one.last_error) for one in listing(store, DEAD)} == {(DEAD, "suppressed")}
    assert len(listing(store, DEAD)) == 5


def test_an_address_the_far_end_calls_dead_is_suppressed(store: Store) -> None:
    enqueue(store, mail("1"))
    record(store, claim(store)[0], Dead("550 no such user", suppress=True))
    with store.reading() as session:
        assert audience.suppressed(session, addresses=["reader@x.example"]) == {"reader@x.example"}
    enqueue(store, mail("2"))
    assert claim(store) == ()


def test_counts_name_every_state(store: Store) -> None:
    enqueue(store, mail("1"), mail("2"), mail("3"), chat())
    one, _two = claim(store, limit=2)
    record(store, one, Delivered())
    with store.reading() as session:
        assert outbox.counts(session) == {PENDING: 2, SENDING: 1, SENT: 1, RETRY: 0, DEAD: 0, SILENCED: 0}


def test_listings_are_newest_first_and_by_state(store: Store) -> None:
    enqueue(store, mail("1"), mail("2"))
    claim(store, limit=1)
    assert [one.message_id for one in listing(store)] == ["<2@x.example>", "<1@x.example>"]
    assert [one.message_id for one in listing(store, SENDING, RETRY)] == ["<1@x.example>"]
    with store.reading() as session:
        assert [one.message_id for one in deliveries.listing(session, limit=1)] == ["<2@x.example>"]
