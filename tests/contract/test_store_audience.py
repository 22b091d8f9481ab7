"""Lists in the store: consent kept, one mailbox one subscription, suppression above all; the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from briefing.model import Recipient, Subscription, SubscriptionState
from briefing.store import audience
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONFIRMED = SubscriptionState.CONFIRMED


def add(store: Store, address: str, *, to: str = "iran", consent: str = "form", **terms: Any) -> Subscription:
    with store.transaction() as session:
        return audience.add(session, address=address, list=to, consent=consent, **{"now": NOW} | terms)


def recipients(store: Store, to: str = "iran") -> tuple[Recipient, ...]:
    with store.reading() as session:
        return audience.recipients(session, list=to)


def remove(store: Store, address: str, now: datetime = NOW + DAY) -> bool:
    with store.transaction() as session:
        return audience.remove(session, address=address, list="iran", now=now)


def test_a_subscriber_gets_the_list(store: Store) -> None:
    assert add(store, " Reader@x.example ") == Subscription("Reader@x.example", "iran", CONFIRMED, "form", NOW)
    assert recipients(store) == (Recipient("Reader@x.example", "iran", NOW),)
    assert recipients(store, "other") == ()


def test_a_language_is_the_persons_and_stays_until_another_is_asked_for(store: Store) -> None:
    add(store, "reader@x.example", locale="fa")
    add(store, "READER@x.example", to="other")
    add(store, "stranger@x.example")
    assert [one.locale for to in ("iran", "other") for one in recipients(store, to)] == ["fa", None, "fa"]
    assert add(store, "reader@x.example", locale="de").locale == "de"


def test_two_spellings_of_a_mailbox_are_one_subscription(store: Store) -> None:
    add(store, "Reader@x.example")
    again = add(store, "reader@X.example", consent="import", now=NOW + DAY)
    assert again == Subscription("Reader@x.example", "iran", CONFIRMED, "form", NOW)
    assert len(recipients(store)) == 1


def test_nobody_gets_a_list_before_confirming_it(store: Store) -> None:
    add(store, "reader@x.example", state=SubscriptionState.UNCONFIRMED)
    assert recipients(store) == ()
    assert add(store, "reader@x.example", consent="link", now=NOW + DAY).since == NOW + DAY
    assert recipients(store) == (Recipient("reader@x.example", "iran", NOW + DAY),)


def test_whoever_leaves_stays_on_record_and_may_come_back(store: Store) -> None:
    add(store, "reader@x.example")
    assert remove(store, "READER@x.example")
    assert not remove(store, "reader@x.example")
    assert not remove(store, "stranger@x.example")
    assert recipients(store) == ()
    with store.reading() as session:
        (left,) = audience.listing(session)
    assert (left.state, left.since) == (SubscriptionState.UNSUBSCRIBED, NOW + DAY)
    assert add(store, "reader@x.example", consent="asked again", now=NOW + 2 * DAY).consent == "asked again"
    assert len(recipients(store)) == 1


@pytest.mark.parametrize("spelling", ["reader@x.example", "READER@X.EXAMPLE", " reader@x.example"])
def test_a_suppressed_mailbox_gets_nothing_however_it_is_spelt(store: Store, spelling: str) -> None:
    add(store, "Reader@x.example")
    with store.transaction() as session:
        audience.suppress(session, address=spelling, reason="550 no such user", now=NOW)
        audience.suppress(session, address=spelling, reason="again", now=NOW)
        assert audience.suppressed(session, addresses=[spelling, "other@x.example"]) == {spelling}
        assert [one.suppressed for one in audience.listing(session)] == [True]
    assert recipients(store) == ()


def test_listings_go_by_list_and_address(store: Store) -> None:
    for address, to in (("b@x.example", "iran"), ("A@x.example", "iran"), ("c@x.example", "china")):
        add(store, address, to=to)
    with store.reading() as session:
        assert [one.address for one in audience.listing(session)] == ["c@x.example", "A@x.example", "b@x.example"]
        assert [one.address for one in audience.listing(session, list="iran")] == ["A@x.example", "b@x.example"]
