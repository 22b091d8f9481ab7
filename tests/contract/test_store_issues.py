"""Issues in the store: one an occurrence, given back exactly as composed; the same on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from briefing.errors import StoreError
from briefing.model import (
    AwaitedLine,
    ClaimKind,
    ClaimLine,
    DevelopmentLine,
    Issue,
    IssueId,
    IssueStory,
    ItemId,
    ItemLine,
    Link,
    Occurrence,
    PartLine,
    PartMark,
    StoryId,
)
from briefing.store import issues
from briefing.store.engine import Store
from briefing.store.tables import IssueRow

NOW = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
LINE = ItemLine(
    ItemId(7), "گزارش", "https://x.example/", "Sample Wire", NOW, ("One.", "Two."), "<p>x</p>", "fa", 4, changed=True
)
AWAITED = AwaitedLine("The Guard", "Sample Review", "Coming up in Part 2: …", NOW, 2, "The Dilemma", None, 1, None)
PART = PartLine(
    LINE, "The Guard", 2, AWAITED, (PartMark(1, "read", NOW, "https://x.example/1"), PartMark(None, "new", NOW))
)
CLAIM = ClaimLine(ClaimKind.DENIAL, "It denied that.", "Sample Wire", None, "en")
DEVELOPMENT = DevelopmentLine(
    LINE, (LINE,), 2, ("Sample Wire", "گزارش"), 2, NOW, (CLAIM,), True, (Link("Related"),), date(2026, 11, 21)
)
FULL = IssueStory(StoryId("iran"), "Iran", (PART,), (DEVELOPMENT,), (AWAITED,), (LINE,), (LINE,), 3)


def issue(
    number: int = 1, *, digest: str = "morning", slot: str = "07:00", nominal: date = date(2026, 11, 22)
) -> Issue:
    return Issue(digest, number, nominal, slot, "Asia/Tehran", "en", "digest", NOW - DAY, NOW, (FULL,), "a1b2c3")


def add(store: Store, one: Issue) -> Issue:
    with store.transaction() as session:
        return issues.add(session, issue=one)


def test_an_issue_comes_back_exactly_as_composed(store: Store) -> None:
    stored = add(store, issue())
    assert stored.id is not None
    assert replace(stored, id=None) == issue()
    with store.reading() as session:
        assert issues.get(session, issue=stored.id) == stored == issues.last(session, digest="morning")


def test_the_single_items_of_an_older_version_are_developments_of_one(store: Store) -> None:
    alone = replace(FULL, developments=(DevelopmentLine(LINE, publishers=(LINE.source,), first=LINE.at),))
    stored = add(store, replace(issue(), stories=(alone,)))
    with store.transaction() as session:
        row = session.exec(select(IssueRow)).one()
        (story,) = row.composed["stories"]
        lines = [one["lead"] for one in story.pop("developments")]
        row.composed = row.composed | {"stories": [story | {"items": lines}]}
        session.add(row)
    with store.reading() as session:
        assert issues.last(session, digest="morning") == stored


def test_an_occurrence_has_one_issue_and_the_first_stands(store: Store) -> None:
    first = add(store, issue())
    assert add(store, replace(issue(2), stories=())) == first


def test_two_slots_of_a_day_are_two_issues(store: Store) -> None:
    assert add(store, issue(1)).id != add(store, issue(2, slot="19:00")).id


def test_a_number_is_never_given_twice(store: Store) -> None:
    """Two publishers composing different occurrences at the same time: one of them starts again."""
    add(store, issue(1))
    with pytest.raises(StoreError):
        add(store, issue(1, slot="19:00"))


def test_the_last_issue_is_the_digests_own(store: Store) -> None:
    one, two = add(store, issue(1)), add(store, issue(2, slot="19:00"))
    other = add(store, issue(1, digest="weekly"))
    with store.reading() as session:
        assert issues.last(session, digest="morning") == two
        assert issues.last(session, digest="never") is None
        assert issues.listing(session, digest="morning") == (two, one)
        assert issues.listing(session, limit=2) == (other, two)
        assert issues.get(session, issue=IssueId(404)) is None


def test_a_digest_is_known_since_it_was_first_seen(store: Store) -> None:
    with store.transaction() as session:
        assert issues.known_since(session, digest="morning", now=NOW) == NOW
        assert issues.known_since(session, digest="morning", now=NOW + DAY) == NOW
        assert issues.known_since(session, digest="weekly", now=NOW + DAY) == NOW + DAY


def test_asking_since_when_a_digest_is_known_makes_nothing_known(store: Store) -> None:
    with store.reading() as session:
        assert issues.first_known(session, digest="morning") is None
        assert issues.first_known(session, digest="morning") is None
    with store.transaction() as session:
        issues.known_since(session, digest="morning", now=NOW)
    with store.reading() as session:
        assert issues.first_known(session, digest="morning") == NOW
        assert issues.first_known(session, digest="weekly") is None


def test_an_occurrence_stays_settled(store: Store) -> None:
    first, second = (Occurrence(date(2026, 11, day), "07:00", NOW + day * DAY) for day in (22, 23))
    with store.transaction() as session:
        assert issues.settled(session, digest="morning") is None
        issues.known_since(session, digest="morning", now=NOW)
        assert issues.settled(session, digest="morning") is None
        for occurrence in (first, second):
            issues.settle(session, digest="morning", occurrence=occurrence)
    with store.reading() as session:
        assert issues.settled(session, digest="morning") == second
