"""Silences are kept, end, and are forgotten; what one holds is sent by hand alone: the same on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.model import (
    Act,
    Delivered,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Matchers,
    NewDelivery,
    NewSilence,
    Queue,
    Recipient,
    Silence,
    SilenceId,
    Wanted,
)
from briefing.store import deliveries, late, outbox, silences, withdrawals
from briefing.store.engine import Store
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHY = "silence 1 by ann@desk until 2026-11-22 20:00Z: asleep"
IRAN = Matchers(event=("item", "gap"), story=("iran",), series=("جاده: “دراز”",), subject=("development:9",))


def put(store: Store, *, starts: datetime = NOW, lasts: timedelta = HOUR, matchers: Matchers = IRAN) -> Silence:
    with store.transaction() as session:
        new = NewSilence(matchers, "ann@desk", starts, starts + lasts, "asleep")
        return silences.add(session, silence=new)


def standing(store: Store, now: datetime) -> list[int]:
    with store.reading() as session:
        return [one.id for one in silences.active(session, now=now)]


def owe(store: Store, *names: str, now: datetime = NOW) -> None:
    """Owe an alert to a channel and one to an address, for an event of each name."""
    with store.transaction() as session:
        for name in names:
            outbox.tell(session, events=[Event(EventKind.ITEM, name, now)])
            chat = NewDelivery(f"{name}→desk", "desk", f"msg_{name}", event=name, payload={})
            mail = NewDelivery(f"{name}→ann", "mail", f"<{name}>", Recipient("ann@x.example"), event=name, payload={})
            outbox.enqueue(session, deliveries=[chat, mail], now=now)


def mute(store: Store, *events: str, now: datetime = NOW) -> int:
    with store.transaction() as session:
        return silences.mute(session, events=events, reason=WHY, now=now)


def claim(store: Store, *, now: datetime = NOW, lane: str = "desk") -> list[Delivery]:
    with store.transaction() as session:
        return list(outbox.claim(session, owner="me", now=now, lease=HOUR, limit=9, queue=Queue((lane,))))


def listing(store: Store) -> dict[str, Delivery]:
    with store.reading() as session:
        return {one.message_id: one for one in deliveries.listing(session)}


def test_a_silence_is_kept_as_it_was_said(store: Store) -> None:
    said = put(store)
    assert (said.matchers, said.by, said.comment) == (IRAN, "ann@desk", "asleep")
    with store.reading() as session:
        assert silences.listing(session) == (said,)
        assert silences.found(session, silence=said.id) == said
        assert silences.found(session, silence=SilenceId(404)) is None


def test_a_silence_holds_from_its_start_to_its_end(store: Store) -> None:
    first, later = put(store).id, put(store, starts=NOW + HOUR).id
    instants = (NOW - HOUR / 60, NOW, NOW + 0.99 * HOUR, NOW + HOUR, NOW + 2 * HOUR)
    assert [standing(store, now) for now in instants] == [[], [first], [first], [later], []]


def test_what_is_expired_ends_now_or_never_begins(store: Store) -> None:
    ids = [put(store).id, put(store, starts=NOW + DAY).id, put(store, lasts=HOUR / 2).id]
    with store.transaction() as session:
        assert silences.expire(session, silences=[*ids, SilenceId(404)], now=NOW + HOUR / 2) == {*ids[:2]}
    assert [standing(store, now) for now in (NOW, NOW + HOUR / 2, NOW + DAY)] == [[ids[0], ids[2]], [], []]
    with store.transaction() as session:
        assert silences.expire(session, silences=ids, now=NOW + DAY) == frozenset()


def test_an_expired_silence_is_kept_for_a_month(store: Store) -> None:
    put(store)
    with store.transaction() as session:
        assert silences.forget(session, now=NOW + HOUR + silences.KEPT) == 0
        assert silences.forget(session, now=NOW + 2 * HOUR + silences.KEPT) == 1
        assert silences.listing(session) == ()


def test_what_is_muted_is_never_sent_and_says_why(store: Store) -> None:
    owe(store, "a", "b")
    assert mute(store, "a", "none") == 2
    assert [one.message_id for one in claim(store, now=NOW + 9 * DAY)] == ["msg_b"]
    found = listing(store)
    assert {found[name].state for name in ("msg_a", "<a>")} == {DeliveryState.SILENCED}
    assert {found[name].last_error for name in ("msg_a", "<a>")} == {WHY}
    with store.reading() as session:
        (noted,) = deliveries.attempts(session, delivery=found["msg_a"].id)
        assert (noted.outcome, noted.detail, noted.at) == ("silenced", WHY, NOW)
        assert silences.muted(session, reason="silence 1 ") == 2
        assert silences.muted(session, reason="silence 11 ") == 0
        assert outbox.counts(session)[DeliveryState.SILENCED] == 2


def test_what_is_muted_is_sent_by_hand_if_it_is_named(store: Store) -> None:
    owe(store, "a")
    mute(store, "a")
    one = listing(store)["msg_a"].id
    with store.transaction() as session:
        assert not deliveries.perform(session, act=Act.RETRIED, by="bob@desk", now=NOW)
        assert not deliveries.perform(session, act=Act.REPLAYED, by="bob@desk", now=NOW)
        wanted = Wanted(frozenset({one}))
        assert deliveries.perform(session, act=Act.RETRIED, by="bob@desk", now=NOW, wanted=wanted) == {one}
    assert [found.id for found in claim(store)] == [one]


@pytest.mark.parametrize("state", ["sending", "sent", "carried"])
def test_what_is_under_way_or_over_stays_as_it_is(store: Store, state: str) -> None:
    owe(store, "a", "b")
    if state == "carried":
        with store.transaction() as session:
            late.carry(session, carrier="b→desk", deliveries=[listing(store)["msg_a"]])
    else:
        taken = next(one for one in claim(store) if one.message_id == "msg_a")
        if state == "sent":
            end = {"next_attempt_at": None, "now": NOW, "duration": HOUR}
            with store.transaction() as session:
                on_record(session, delivery=taken, owner="me", verdict=Delivered(), **end)  # type: ignore[arg-type]
    before = listing(store)["msg_a"]
    assert mute(store, "a") == 1  # the mail
    assert listing(store)["msg_a"] == before


def test_what_a_muted_alert_carries_stands_as_it_does(store: Store) -> None:
    owe(store, "a", "b")
    with store.transaction() as session:
        late.carry(session, carrier="b→desk", deliveries=[listing(store)["msg_a"]])
    mute(store, "b")
    found = listing(store)
    assert (found["msg_a"].state, found["msg_a"].last_error) == (DeliveryState.SILENCED, WHY)


def test_a_muted_alert_stands_for_no_other(store: Store) -> None:
    owe(store, "many", "one")
    mute(store, "many")
    with store.transaction() as session:
        late.inhibit(session, by="many", events=["one"])
    assert listing(store)["msg_one"].carrier is None


def test_what_is_muted_and_tells_a_withdrawn_item_comes_back_by_no_hand(store: Store) -> None:
    owe(store, "a")
    mute(store, "a")
    with store.transaction() as session:
        assert withdrawals.stop(session, events=["a"], by="ann@desk", now=NOW) == ()
        wanted = Wanted(frozenset({listing(store)["msg_a"].id}))
        assert not deliveries.perform(session, act=Act.RETRIED, by="bob@desk", now=NOW, wanted=wanted)
    assert listing(store)["msg_a"].state is DeliveryState.SILENCED
