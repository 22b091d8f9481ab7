"""What a far end put off by failing is due once it is back, and nothing else is; the same on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from briefing.model import ISSUES, LETTERS, Delivery, DeliveryState, NewDelivery, Queue, Recipient, Retry, Verdict
from briefing.store import deliveries, outbox
from briefing.store.engine import Store
from briefing.store.tables import DeliveryRow
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOWN = Retry("the mail server cannot be used", stop_channel=True)


def owe(store: Store, *keys: str, now: datetime = NOW, until: datetime | None = None) -> None:
    """Owe letters and one message to a channel, each to an address of its own; `until` holds them."""
    new = [
        NewDelivery(key, "desk", f"msg_{key}", payload={}, until=until)
        if key.startswith("desk")
        else NewDelivery(key, "mail", f"<{key}@x.example>", Recipient(f"{key}@x.example"), until=until)
        for key in keys
    ]
    with store.transaction() as session:
        outbox.enqueue(session, deliveries=new, now=now)


def tried(store: Store, lane: str, verdict: Verdict, *, at: datetime, again: datetime | None) -> None:
    """Try what is due in a lane, and let it be told this."""
    with store.transaction() as session:
        due = outbox.claim(session, owner="me", now=at, lease=MINUTE, limit=99, queue=Queue((lane,)))
        for one in due:
            on_record(
                session, delivery=one, owner="me", verdict=verdict, next_attempt_at=again, now=at, duration=MINUTE
            )


def back(store: Store, *lanes: str, since: datetime, until: datetime, now: datetime) -> int:
    with store.transaction() as session:
        return outbox.bring_forward(session, lanes=lanes, since=since, until=until, now=now)


def listing(store: Store) -> tuple[Delivery, ...]:
    with store.reading() as session:
        return deliveries.listing(session)


def dues(store: Store) -> dict[str, datetime]:
    """Return when each message is due, by its id."""
    return {one.message_id.strip("<").partition("@")[0]: one.next_attempt_at for one in listing(store)}


def alter(store: Store, key: str, **values: object) -> None:
    """Let a delivery stand otherwise."""
    with store.transaction() as session:
        session.exec(update(DeliveryRow).where(col(DeliveryRow.key) == key).values(**values))


def test_what_failed_since_the_far_end_did_is_due_at_once(store: Store) -> None:
    owe(store, "greylisted")
    tried(store, LETTERS, Retry("451 4.7.1 later"), at=NOW, again=NOW + 9 * HOUR)
    owe(store, "failed")
    tried(store, LETTERS, DOWN, at=NOW + MINUTE, again=NOW + 3 * HOUR)
    owe(store, "failed-late")
    tried(store, LETTERS, DOWN, at=NOW + HOUR, again=NOW + 99 * HOUR)
    owe(store, "untried", "desk")
    tried(store, "desk", DOWN, at=NOW + HOUR, again=NOW + 3 * HOUR)
    now = NOW + 2 * HOUR
    assert back(store, LETTERS, ISSUES, since=NOW + MINUTE, until=NOW + 10 * HOUR, now=now) == 1
    assert dues(store) == {
        "greylisted": NOW + 9 * HOUR,
        "failed": now,
        "failed-late": NOW + 99 * HOUR,
        "untried": NOW,
        "msg_desk": NOW + 3 * HOUR,
    }


def test_what_is_held_told_with_others_or_being_sent_stays_as_it_is(store: Store) -> None:
    owe(store, "held", until=NOW + 5 * HOUR)
    owe(store, "late", "carried", "sending", "silenced")
    tried(store, LETTERS, DOWN, at=NOW, again=NOW + MINUTE)
    (carrier,) = (one.id for one in listing(store) if "late" in one.message_id)
    alter(store, "late", late=True)
    alter(store, "carried", carrier_id=carrier)
    alter(store, "sending", state=DeliveryState.SENDING.value)
    alter(store, "silenced", state=DeliveryState.SILENCED.value)
    before = dues(store)
    assert back(store, LETTERS, since=NOW, until=NOW + 99 * HOUR, now=NOW) == 0
    assert dues(store) == before
