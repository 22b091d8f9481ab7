"""What was acknowledged is one word a subject, until it is taken back: the same on both databases."""

from datetime import UTC, datetime, timedelta

from briefing.model import MAIL, AcknowledgementId
from briefing.store import acknowledgements, audience, erasure
from briefing.store.engine import Store

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DOCKS, FEED = "docks:development:1", "outage:wire:2026-11-22T08:00:00+00:00"


def add(store: Store, subject: str = DOCKS, by: str | None = "Ann", channel: str = "desk", minutes: int = 0) -> bool:
    with store.transaction() as session:
        at = NOW + timedelta(minutes=minutes)
        return acknowledgements.add(session, subject=subject, event="e", channel=channel, by=by, now=at)


def known(store: Store, *subjects: str) -> dict[str, str | None]:
    with store.reading() as session:
        return {name: one.by for name, one in acknowledgements.acknowledged(session, subjects=subjects).items()}


def test_the_first_who_says_so_looks_after_a_subject_until_it_is_taken_back(store: Store) -> None:
    assert [add(store), add(store, by="Bob"), add(store, FEED, None, minutes=1)] == [True, False, True]
    assert known(store, DOCKS, FEED, "another") == {DOCKS: "Ann", FEED: None}
    assert known(store) == {}
    with store.transaction() as session:
        (latest, first) = acknowledgements.listing(session)
        assert (latest.subject, first.subject, first.at, first.channel) == (FEED, DOCKS, NOW, "desk")
        gone = acknowledgements.remove(session, ids=[first.id, AcknowledgementId(404)])
        assert gone == {first.id}
    assert known(store, DOCKS, FEED) == {FEED: None}
    assert add(store, by="Bob")


def test_whoever_is_forgotten_acknowledged_nothing_by_name(store: Store) -> None:
    with store.transaction() as session:
        audience.add(session, address="ann@example.org", list="l", consent="test", now=NOW)
    add(store, by="ann@example.org", channel=MAIL)
    with store.transaction() as session:
        erasure.erase(session, spellings=["ann@example.org"], now=NOW)
    (by,) = known(store, DOCKS).values()
    assert by is not None
    assert by.startswith(erasure.PLACEHOLDER)
