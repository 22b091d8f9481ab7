"""What is withdrawn is known, and returned by nothing; what tells it goes out no more: the same on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from briefing.model import (
    LETTERS,
    Act,
    Candidate,
    Counts,
    Delivered,
    Delivery,
    DevelopmentLine,
    Event,
    EventKind,
    FeedId,
    Issue,
    IssueStory,
    Item,
    ItemId,
    ItemLine,
    Lookup,
    Match,
    Member,
    NewDelivery,
    ParsedItem,
    Queue,
    Recipient,
    Retry,
    StoryId,
    Verdict,
    Wanted,
)
from briefing.store import deliveries, developments, feeds, issues, items, late, outbox, retention, stories, withdrawals
from briefing.store.engine import Store
from tests.contract.ended import on_record

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
A, IRAN = FeedId("a"), StoryId("iran")
BY = "ann@desk"


def candidate(key: str, title: str = "") -> Candidate:
    url = f"https://a.example/{key}"
    parsed = ParsedItem(key, url, title or f"Item {key}", canonical_url=url, published=NOW, text="Text.")
    return Candidate(key, parsed, f"hash-{title or key}", news=True)


def put(store: Store) -> tuple[Item, Item]:
    """Store two items of a story that report the same."""
    with store.transaction() as session:
        feeds.sync(session, feeds={A: "https://a.example/"}, now=NOW)
        added = items.add(session, feed=A, source="A", candidates=[candidate("1"), candidate("2")], lang=None, now=NOW,
                          keep_html=False)  # fmt: skip
        for one in added:
            stories.match(session, item=one.id, matches=[Match(IRAN, ())])
        members = [Member(one.id, added[0].id, NOW, NOW, {"guard": 1.0}) for one in added]
        developments.save(session, story=IRAN, before=Counts(), counts=Counts(2, {"guard": 2}), new=members, moved=[])
    return added[0], added[1]


def withdraw(store: Store, item: Item, words: str | None = "It is not so.") -> bool:
    with store.transaction() as session:
        return withdrawals.add(session, item=item.id, by=BY, words=words, now=NOW)


def test_an_item_is_withdrawn_once_and_its_tombstone_says_what_it_was(store: Store) -> None:
    one, other = put(store)
    assert [withdraw(store, one), withdraw(store, one, "Something else"), withdraw(store, other, None)] == [1, 0, 1]
    with store.reading() as session:
        (gone,) = withdrawals.listing(session, item=one.id)
        assert (gone.title, gone.source, gone.url, gone.words, gone.by) == (
            "Item 1", "A", "https://a.example/1", "It is not so.", BY,
        )  # fmt: skip
        assert {each.item: each.words for each in withdrawals.listing(session)} == {
            one.id: "It is not so.", other.id: None,
        }  # fmt: skip


def test_it_is_known_and_returned_by_nothing_and_an_edit_of_its_feed_changes_nothing(store: Store) -> None:
    one, other = put(store)
    withdraw(store, one)
    with store.transaction() as session:
        assert items.change(session, changes=[(one.id, candidate("1", "New"))], now=NOW, keep_html=False) == ()
    with store.reading() as session:
        assert [each.id for each in items.known(session, feed=A, lookup=Lookup(("1",), (), ()))] == [one.id]
        assert items.found(session, item=one.id) is None
        found = [
            items.listing(session, story=IRAN),
            items.get(session, items=[one.id, other.id]),
            items.of_story(session, story=IRAN, digest="daily", since=NOW),
            items.seen_since(session, since=NOW),
            items.at_address(session, urls={"https://a.example/1", "https://a.example/2"}),
        ]
        assert [[each.id for each in some] for some in found] == [[other.id]] * len(found)
        assert developments.members(session, story=IRAN, developments=[one.id]) == {one.id: [other.id]}
        assert withdrawals.listing(session)[0].title == "Item 1"


def test_its_tombstone_outlasts_all_that_is_forgotten(store: Store) -> None:
    one, _ = put(store)
    withdraw(store, one)
    with store.transaction() as session:
        feeds.sync(session, feeds={}, now=NOW)
        assert retention.forget(session, before=NOW + DAY, reaches=[], limit=9) == 1
        assert [gone.item for gone in withdrawals.listing(session)] == [one.id]


def line(item: Item) -> ItemLine:
    return ItemLine(item.id, item.title, item.url, item.source, NOW)


def test_an_issue_is_read_without_it_and_is_found_by_its_tombstone(store: Store) -> None:
    one, other = put(store)
    shares = [(one, other), (other,)]
    ids = []
    for number, told in enumerate(shares, start=1):
        share = IssueStory(IRAN, "Iran", developments=tuple(DevelopmentLine(line(item)) for item in told))
        day = date(2026, 11, number)
        with store.transaction() as session:
            issue = Issue("daily", number, day, "07:00", "UTC", "en", "digest", NOW, NOW, (share,))
            ids.append(issues.add(session, issue=issue).id)
    withdraw(store, one)
    with store.reading() as session:
        for issue in issues.listing(session):
            assert [told.lead.item for told in issue.stories[0].developments] == [other.id]
        assert [issue.id for issue in issues.showing(session, item=one.id)] == ids[:1]
        assert issues.showing(session, item=other.id) == ()
        assert issues.last(session, digest="daily") == issues.get(session, issue=ids[1] or issue.id)  # type: ignore[arg-type]


def tell(store: Store, *rows: NewDelivery) -> None:
    events = {row.event: Event(EventKind.ITEM, row.event, NOW) for row in rows if row.event}
    with store.transaction() as session:
        outbox.tell(session, events=[*events.values()])
        outbox.enqueue(session, deliveries=rows, now=NOW)


def letter(name: str, event: str = "a", to: str = "", **more: bool) -> NewDelivery:
    return NewDelivery(name, "mail", f"<{name}>", Recipient(f"{to or name}@x.example"), event=event, **more)  # type: ignore[arg-type]


def fare(store: Store, verdict: Verdict | None) -> Delivery:
    with store.transaction() as session:
        (one,) = outbox.claim(session, owner="me", now=NOW, lease=DAY, limit=1, queue=Queue((LETTERS,)))
    with store.transaction() as session:
        if verdict:
            again = NOW + DAY if isinstance(verdict, Retry) else None
            on_record(session, delivery=one, owner="me", verdict=verdict, next_attempt_at=again, now=NOW,
                          duration=SECOND)  # fmt: skip
    return one


def states(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {one.message_id.strip("<>"): one.state.value for one in deliveries.listing(session)}


def stop(store: Store, *events: str) -> list[str]:
    with store.transaction() as session:
        return [one.message_id.strip("<>") for one in withdrawals.stop(session, events=events, by=BY, now=NOW)]


def test_what_tells_it_goes_out_no_more_and_who_may_have_it_is_returned(store: Store) -> None:
    tell(store, *(letter(name) for name in ("sent", "retry", "sending", "pending")), letter("other", "b"))
    for verdict in (Delivered(), Retry("451"), None):
        held = fare(store, verdict)
    assert stop(store, "a") == ["sent", "sending"]
    assert states(store) == {
        "sent": "sent", "retry": "dead", "sending": "dead", "pending": "dead", "other": "pending",
    }  # fmt: skip
    with store.transaction() as session:
        for act in (Act.RETRIED, Act.REPLAYED):
            for wanted in (Wanted(), Wanted(frozenset(one.id for one in deliveries.listing(session)))):
                assert deliveries.perform(session, act=act, by=BY, now=NOW, wanted=wanted) == frozenset()
        ended = {"next_attempt_at": None, "now": NOW, "duration": SECOND}
        assert not on_record(session, delivery=held, owner="me", verdict=Delivered(), **ended)  # type: ignore[arg-type]
        (note,) = deliveries.attempts(session, delivery=held.id)
        assert (note.outcome, note.detail) == ("withdrawn", f"by {BY}")


@pytest.mark.parametrize("named", [True, False], ids=["named in it", "only counted in it"])
def test_what_was_to_be_told_with_it_waits_for_others_again(store: Store, named: bool) -> None:
    tell(store, *(letter(name, name, "ann", late=True) for name in "abc"), letter("all", "all", "ann"))
    with store.transaction() as session:
        group = [one for some in late.settled(session, lane=LETTERS, now=NOW, patient=False) for one in some]
        late.carry(session, carrier="all", deliveries=group)
    assert stop(store, "a", *(["all"] if named else [])) == []
    others = {"b": "pending", "c": "pending"}
    assert states(store) == {"a": "dead", "all": "dead" if named else "pending", **others}
    with store.transaction() as session:
        waiting = [one.message_id for some in late.settled(session, lane=LETTERS, now=NOW) for one in some]
    assert waiting == (["<b>", "<c>"] if named else [])


def test_events_that_name_it_are_found_among_others(store: Store) -> None:
    about = [
        replace(Event(EventKind.ITEM, str(n), NOW), item=ItemLine(ItemId(n), "T", None, "S", NOW)) for n in (1, 11)
    ]
    with store.transaction() as session:
        outbox.tell(session, events=[*about, Event(EventKind.FEED_DOWN, "down", NOW)])
        assert [event.key for event in withdrawals.events(session, item=ItemId(11))] == ["11"]
        assert "1" in [event.key for event in withdrawals.events(session, item=ItemId(1))]
