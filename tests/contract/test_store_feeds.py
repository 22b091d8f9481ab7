"""Feeds in the store: what is due, what a claim does, what a poll leaves behind; the same on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from briefing.errors import StoreError
from briefing.model import FeedId, FeedState, Polled, Validators
from briefing.store import feeds
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
A, B, C = FeedId("a"), FeedId("b"), FeedId("c")
URLS = {A: "https://a.example/rss", B: "https://b.example/rss", C: "https://c.example/rss"}


def sync(store: Store, urls: dict[FeedId, str] = URLS, now: datetime = NOW) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds=urls, now=now)


def claim(store: Store, **changes: Any) -> tuple[FeedId, ...]:
    terms: dict[str, Any] = {"now": NOW, "lease": LEASE, "limit": 10} | changes
    with store.transaction() as session:
        return tuple(state.id for state in feeds.claim(session, **terms))


def polled(store: Store, feed: FeedId = A, **changes: Any) -> FeedState:
    terms: dict[str, Any] = {
        "at": NOW,
        "next_poll_at": NOW + timedelta(minutes=15),
        "ok": True,
        "outcome": "new",
    } | changes
    with store.transaction() as session:
        return feeds.polled(session, Polled(feed=feed, **terms))


def state(store: Store, feed: FeedId = A) -> FeedState:
    with store.reading() as session:
        return next(one for one in feeds.states(session) if one.id == feed)


def test_new_feeds_are_due_at_once(store: Store) -> None:
    sync(store)
    assert claim(store) == (A, B, C)


def test_a_claimed_feed_comes_due_again_when_its_lease_ends(store: Store) -> None:
    """So a crash after the claim neither loses the feed nor polls it in a hot loop."""
    sync(store, {A: URLS[A]})
    assert claim(store) == (A,)
    assert claim(store, now=NOW + LEASE - timedelta(microseconds=1)) == ()
    assert claim(store, now=NOW + LEASE) == (A,)


def test_a_claim_that_is_not_committed_takes_nothing(store: Store) -> None:
    sync(store, {A: URLS[A]})

    def claim_and_break() -> None:
        with store.transaction() as session:
            feeds.claim(session, now=NOW, lease=LEASE, limit=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        claim_and_break()
    assert claim(store) == (A,)


def test_the_longest_overdue_is_claimed_first(store: Store) -> None:
    sync(store)
    for feed, minutes in ((A, 3), (B, 1), (C, 2)):
        polled(store, feed, next_poll_at=NOW + timedelta(minutes=minutes))
    later = NOW + timedelta(hours=1)
    assert [claim(store, now=later, limit=1)[0] for _ in range(3)] == [B, C, A]


def test_claims_can_be_narrowed_and_forced(store: Store) -> None:
    sync(store)
    claim(store)
    assert claim(store, only={B}) == ()
    assert claim(store, only={B}, force=True) == (B,)


Change = Callable[[Store], object]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda store: _pause(store, A), id="paused"),
        pytest.param(lambda store: polled(store, ok=False, outcome="gone", gone=True), id="gone"),
        pytest.param(lambda store: sync(store, {B: URLS[B]}), id="out of the config"),
    ],
)
def test_feeds_not_to_be_polled_are_never_claimed(store: Store, change: Change) -> None:
    sync(store, {A: URLS[A], B: URLS[B]})
    change(store)
    assert claim(store, now=NOW + timedelta(days=9)) == (B,)


def _pause(store: Store, feed: FeedId) -> bool:
    with store.transaction() as session:
        return feeds.pause(session, feed=feed)


def test_a_paused_feed_can_be_forced_a_gone_one_cannot(store: Store) -> None:
    sync(store, {A: URLS[A], B: URLS[B]})
    _pause(store, A)
    polled(store, B, ok=False, outcome="gone", gone=True)
    assert claim(store, force=True) == (A,)


def test_a_resumed_feed_is_due_at_once_even_after_it_was_gone(store: Store) -> None:
    sync(store, {A: URLS[A]})
    polled(store, ok=False, outcome="gone", gone=True)
    with store.transaction() as session:
        assert feeds.resume(session, feed=A, now=NOW)
    assert claim(store) == (A,)


def test_pausing_an_unknown_feed_says_so(store: Store) -> None:
    with store.transaction() as session:
        assert not feeds.pause(session, feed=A)
        assert not feeds.resume(session, feed=A, now=NOW)


def test_a_feed_that_left_and_comes_back_finds_its_history(store: Store) -> None:
    sync(store)
    before = polled(store, validators=Validators('"1"', None, "1:abc"), title="A")
    sync(store, {B: URLS[B]})
    with store.reading() as session:
        assert [one.id for one in feeds.states(session)] == [B]
    later = NOW + timedelta(days=1)
    sync(store, now=later)
    after = state(store)
    assert (after.validators, after.title, after.last_ok_at) == (before.validators, "A", NOW)
    assert after.next_poll_at == later


def test_syncing_the_same_config_changes_nothing(store: Store) -> None:
    sync(store)
    before = polled(store, validators=Validators('"1"'))
    sync(store, now=NOW + timedelta(days=1))
    assert state(store) == before


def test_another_address_starts_afresh(store: Store) -> None:
    """Validators, failures and `gone` were the old address's; what the new one holds is its past, not news."""
    sync(store)
    polled(store, validators=Validators('"1"', "yesterday", "1:abc"))
    polled(store, ok=False, outcome="gone", gone=True, error="410", moved_to="https://x.example/", moved_count=2)
    sync(store, URLS | {A: "https://a.example/new"}, now=NOW + LEASE)
    after = state(store)
    assert after.url == ""
    assert after.next_poll_at == NOW + LEASE
    assert after.validators == Validators()
    assert (after.gone, after.failures, after.down_since, after.error, after.moved_count) == (False, 0, None, None, 0)
    assert not after.primed


def test_validators_are_written_only_when_given(store: Store) -> None:
    sync(store)
    polled(store, validators=Validators('"1"', "yesterday", "1:abc"))
    assert polled(store, ok=False, outcome="failed", error="reset").validators == Validators(
        '"1"', "yesterday", "1:abc"
    )
    assert polled(store, validators=Validators('"2"')).validators == Validators('"2"')


def test_failures_count_until_a_success(store: Store) -> None:
    sync(store)
    first = polled(store, ok=False, outcome="failed", error="no route")
    second = polled(store, ok=False, outcome="failed", error="no route", at=NOW + LEASE)
    assert (first.failures, second.failures, second.down_since, second.error) == (1, 2, NOW, "no route")
    assert (first.primed, first.last_ok_at) == (False, None)
    well = polled(store, at=NOW + 2 * LEASE)
    assert (well.failures, well.down_since, well.error, well.last_ok_at) == (0, None, None, NOW + 2 * LEASE)
    assert well.primed


def test_being_throttled_is_no_failure(store: Store) -> None:
    sync(store)
    after = polled(store, ok=False, outcome="throttled", error="429")
    assert (after.failures, after.down_since, after.error) == (0, None, "429")


def test_an_adopted_move_is_polled_and_kept_in_history(store: Store) -> None:
    sync(store)
    seen = polled(store, moved_to="https://a.example/2", moved_count=2)
    assert (seen.url, seen.moved_to, seen.moved_count) == ("", "https://a.example/2", 2)
    adopted = polled(store, url="https://a.example/2", at=NOW + LEASE)
    assert (adopted.url, adopted.moved_to, adopted.moved_count) == ("https://a.example/2", None, 0)
    sync(store)
    assert state(store).url == "https://a.example/2"
    with store.reading() as session:
        assert feeds.moves(session, feed=A) == ((NOW + LEASE, "", "https://a.example/2"),)


def test_no_configured_address_is_stored_for_it_can_hold_a_key(store: Store) -> None:
    secret = "https://desk:hidden@a.example/rss?token=hidden"
    sync(store, {A: secret})
    sync(store, {A: secret.replace("rss", "atom")})
    with store.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM feeds").all()
    assert len(rows) == 1
    assert "hidden" not in str(rows)
    assert "a.example" not in str(rows)


def test_a_hold_only_ever_puts_polls_off(store: Store) -> None:
    sync(store)
    polled(store, A, next_poll_at=NOW + timedelta(minutes=5))
    polled(store, B, next_poll_at=NOW + timedelta(hours=5))
    with store.transaction() as session:
        feeds.hold(session, feeds=[A, B], until=NOW + timedelta(hours=1))
    assert [state(store, feed).next_poll_at for feed in (A, B, C)] == [
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=5),
        NOW,
    ]


def test_a_poll_of_a_feed_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        polled(store)


def test_two_claimers_never_take_the_same_feed(store: Store) -> None:
    """Twenty feeds, four threads that claim three at a time: each feed once."""
    sync(store, {FeedId(f"f{n}"): f"https://{n}.example/" for n in range(20)})
    with ThreadPoolExecutor(4) as threads:
        taken = [feed for some in threads.map(lambda _: claim(store, limit=3), range(12)) for feed in some]
    taken += claim(store, limit=20)
    assert sorted(taken) == sorted(f"f{n}" for n in range(20))
