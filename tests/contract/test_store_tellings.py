"""What was told of a condition, as the ledger has it, and what waits is told in what comes after; on both databases."""

from datetime import UTC, datetime, timedelta

from briefing.model import (
    Counts,
    Dead,
    Delivered,
    Event,
    EventKind,
    ItemId,
    Member,
    NewDelivery,
    Queue,
    Recipient,
    Retry,
    Standing,
    StoryId,
    Telling,
    Tellings,
    Verdict,
)
from briefing.store import developments, feeds, late, outbox, silences, tellings
from briefing.store.engine import Store
from tests.contract.ended import on_record
from tests.contract.test_store_withdrawals import put as put_items

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IRAN = StoryId("iran")
CHAT, ANN = ("desk", None), ("mail", "ann@x.example")


def tell(store: Store, key: str, condition: str | None = "c", *, at: datetime = NOW) -> None:
    """Tell an event to a channel and to an address."""
    with store.transaction() as session:
        outbox.tell(session, events=[Event(EventKind.CORROBORATED, key, at, detail=key, condition=condition)])
        chat = NewDelivery(f"{key}→desk", "desk", f"msg_{key}", event=key, payload={})
        mail = NewDelivery(f"{key}→ann", "mail", f"<{key}>", Recipient("ann@x.example"), event=key, payload={})
        outbox.enqueue(session, deliveries=[chat, mail], now=at)


def end(store: Store, lane: str, verdict: Verdict, *, at: datetime) -> None:
    """Let the delivery that is due first in a lane come to a verdict."""
    again = at + MINUTE if isinstance(verdict, Retry) else None
    with store.transaction() as session:
        (one,) = outbox.claim(session, owner="me", now=at, lease=MINUTE, limit=1, queue=Queue((lane,)))
    with store.transaction() as session:
        ended = {"next_attempt_at": again, "now": at, "duration": MINUTE}
        assert on_record(session, delivery=one, owner="me", verdict=verdict, **ended)  # type: ignore[arg-type]


def log(store: Store, *conditions: str) -> Tellings | None:
    """Read the log; how things stood is the event's key here."""
    with store.reading() as session:
        return tellings.of(session, conditions=conditions, standing=lambda event: Standing(mark=event.detail or ""))


def told(at: datetime, key: str) -> Telling:
    return Telling(at, Standing(mark=key))


def test_the_log_holds_the_last_telling_to_each_ear(store: Store) -> None:
    tell(store, "c")
    tell(store, "other", "d")
    tell(store, "once", None)
    end(store, "desk", Delivered(), at=NOW + MINUTE)
    end(store, "@letters", Dead("550"), at=NOW + MINUTE)
    tell(store, "c+2", at=NOW + 5 * MINUTE)
    found = log(store, "c", "none")
    assert found is not None
    assert (found.condition, found.events, found.last) == ("c", ("c", "c+2"), told(NOW + 5 * MINUTE, "c+2"))
    assert found.told == {CHAT: told(NOW + MINUTE, "c"), ANN: told(NOW, "c")}
    assert found.reached == {CHAT: told(NOW + MINUTE, "c")}
    assert found.waiting == {CHAT: told(NOW + 5 * MINUTE, "c+2"), ANN: told(NOW + 5 * MINUTE, "c+2")}
    assert log(store, "none") is None


def test_a_condition_may_go_by_several_keys(store: Store) -> None:
    tell(store, "c")
    tell(store, "c+2")
    tell(store, "d", "d")
    with store.reading() as session:
        assert tellings.keys_of(session, conditions=["d", "c"]) == ("c", "c+2", "d")
    found = log(store, "d", "c")
    assert found is not None
    assert (found.condition, found.last.stood.mark) == ("c", "d")


def test_what_is_muted_is_told_and_reaches_nobody(store: Store) -> None:
    tell(store, "c")
    with store.transaction() as session:
        silences.mute(session, events=["c"], reason="silence 1", now=NOW)
    found = log(store, "c")
    assert found is not None
    assert (set(found.told), found.reached, found.waiting) == ({CHAT, ANN}, {}, {})


def test_what_waits_is_told_in_what_comes_after_it_with_all_that_it_carried(store: Store) -> None:
    tell(store, "item", None)
    tell(store, "c")
    with store.transaction() as session:
        late.inhibit(session, by="c", events=["item"])
    tell(store, "c+2", at=NOW + MINUTE)
    end(store, "desk", Retry("502"), at=NOW)
    with store.transaction() as session:
        late.inhibit(session, by="c+2", events=["c"])
    end(store, "desk", Delivered(), at=NOW + MINUTE)
    with store.reading() as session:
        found = {one.message_id: one for one in outbox.found(session, keys=[f"{k}→desk" for k in ("item", "c", "c+2")])}
    last = found["msg_c+2"]
    assert {found[name].carrier for name in ("msg_item", "msg_c")} == {last.id}
    assert {one.state for one in found.values()} == {"sent"}
    known = log(store, "c")
    assert known is not None
    assert known.reached[CHAT] == told(NOW + MINUTE, "c+2")


def test_developments_that_were_told_and_are_reported_still(store: Store) -> None:
    first, second = put_items(store)
    with store.transaction() as session:
        late_one = Member(second.id, second.id, NOW + MINUTE, NOW, {"guard": 1.0})
        developments.save(
            session, story=StoryId("other"), before=Counts(), counts=Counts(1, {"guard": 1}), new=[late_one], moved=[]
        )
        for story, development in ((IRAN, first.id), (StoryId("other"), second.id), (IRAN, ItemId(404))):
            developments.corroborate(session, story=story, told={development: NOW})
    with store.reading() as session:
        assert feeds.states(session)
        asked = [
            (story, since) for story in (IRAN, StoryId("other")) for since in (NOW, NOW + MINUTE, NOW + 2 * MINUTE)
        ]
        found = [set(developments.reported(session, story=story, since=since)) for story, since in asked]
    assert found == [{first.id}, set(), set(), {second.id}, {second.id}, set()]
