"""Folding through the store: what arrives first, alone or together does not change who copies whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from briefing import relate
from briefing.detect.publishers import shipped
from briefing.model import Candidate, FeedId, Item, ItemId, Match, ParsedItem, StoryId
from briefing.relate import Groupings, fold
from briefing.store import copies, developments, engine, feeds, items, stories
from briefing.store.engine import Store
from briefing.store.tables import METADATA

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
SEEN = AT + timedelta(days=4)
STORY = StoryId("docks")
STRIKE = (
    "Dock workers in Northport walked out on Monday after talks over pay with the harbour authority collapsed, leaving"
    " eleven container ships at anchor. The union said the strike would last until the authority withdraws its plan."
)
PENSIONS = (
    "The senate of Orland approved the pension reform by a narrow margin after a long night of debate, and the minister"
    " of labour promised that nobody who is older than fifty would lose a month of what was earned before the change."
)
TEXTS = (STRIKE, PENSIONS)
FORMS = ("{}", "NORTHPORT (AP) — {}", "{} Reporting by our correspondents there.", "A first sentence of ours. {}")
Report = tuple[int, int, int, int]  # whose it is, which text, in what form, at which hour
REPORTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(0, 3), st.integers(0, 90)),
    min_size=2,
    max_size=7,
    unique_by=lambda report: report[0],
)


@contextmanager
def memory() -> Iterator[Session]:
    """Open a database in memory, with our tables and the feeds of all papers."""
    made = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(made)
    with Session(made) as session:
        feeds.sync(session, feeds={FeedId(f"f{n}"): f"https://f{n}.example/" for n in range(6)}, now=AT)
        yield session
    made.dispose()


def candidate(report: Report) -> Candidate:
    _, text, form, hour = report
    words, published = FORMS[form].format(TEXTS[text]), AT + timedelta(hours=hour)
    return Candidate("k", ParsedItem("k", None, f"Story {text} as told", text=words, published=published), repr(report))


def stored(session: Session, report: Report) -> Item:
    feed, mine = FeedId(f"f{report[0]}"), [candidate(report)]
    terms: dict[str, Any] = {"source": f"Paper {report[0]}", "lang": "en", "now": SEEN, "keep_html": False}
    (added,) = items.add(session, feed=feed, candidates=mine, **terms)
    return added


def folded(batches: Sequence[Sequence[Report]]) -> dict[FeedId, FeedId]:
    """Return who copies whom once all batches have come, by their feeds: ids differ with the order."""
    with memory() as session:
        feed: dict[ItemId, FeedId] = {}
        for batch in batches:
            arrived = [stored(session, report) for report in batch]
            feed |= {item.id: item.feed for item in arrived}
            fold(session, shipped(), arrived, changed=())
        return {feed[copy]: feed[head] for copy, head in copies.families(session, items=feed).items()}


@settings(max_examples=12, deadline=None)
@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(reports: list[Report], chance: object) -> None:
    shuffled = sorted(reports, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert folded([[one] for one in reports]) == folded([[one] for one in shuffled])


@settings(max_examples=12, deadline=None)
@given(REPORTS, st.integers(1, 6))
def test_one_by_one_or_in_batches_is_the_same(reports: list[Report], size: int) -> None:
    batches = [reports[start : start + size] for start in range(0, len(reports), size)]
    assert folded([[one] for one in reports]) == folded(batches)


@settings(max_examples=8, deadline=None)
@given(REPORTS, st.integers(0, 6), st.integers(0, 3))
def test_an_edit_parts_what_differs_and_its_return_leaves_all_as_it_was(
    reports: list[Report], which: int, form: int
) -> None:
    paper, text, _, hour = before = reports[which % len(reports)]
    with memory() as session:
        arrived = {report: stored(session, report).id for report in reports}
        fold(session, shipped(), items.get(session, items=arrived.values()), changed=())
        standing = copies.families(session, items=arrived.values())
        tells = {item: report[1] for report, item in arrived.items()}
        for edited in ((paper, 1 - text, form, hour), before):
            changes = [(arrived[before], candidate(edited))]
            changed = items.change(session, changes=changes, now=SEEN, keep_html=False)
            fold(session, shipped(), changed, changed=[arrived[before]])
            tells[arrived[before]] = edited[1]
            found = copies.families(session, items=arrived.values())
            assert [copy for copy, original in found.items() if tells[copy] != tells[original]] == []
        assert found == standing


def test_only_so_many_members_stay_in_memory_and_the_rest_is_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relate, "KEPT", 2)
    groupings, names = relate.Groupings({}), [StoryId("one"), StoryId("two")]
    with memory() as session:
        for hour in range(4):
            item = stored(session, (hour, 0, 0, hour))
            grown = {groupings.place(session, story=name, arrived=[item]) for name in names}
            assert grown == {frozenset({ItemId(1)})}
            assert len(groupings._kept) == (2 if hour == 0 else 1)
        for name in names:
            assert len(developments.load(session, story=name)[1]) == 4


def test_two_workers_that_bring_two_copies_at_once_find_them_and_lose_no_item(store: Store) -> None:
    with store.transaction() as session:
        feeds.sync(session, feeds={FeedId(f"f{n}"): f"https://f{n}.example/" for n in range(6)}, now=AT)
    ready, broken = Barrier(6), list[BaseException]()

    def bring(paper: int) -> None:
        mine = Store(store._url)
        try:
            ready.wait()
            with mine.transaction() as session:
                engine.queue(session)
                item = stored(session, (paper, 0, 0, paper))
                stories.match(session, item=item.id, matches=[Match(STORY)])
                fold(session, shipped(), [item], changed=())
                Groupings({}).place(session, story=STORY, arrived=[item])
        except BaseException as error:
            broken.append(error)
            raise
        finally:
            mine.close()

    workers = [Thread(target=bring, args=[paper]) for paper in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert broken == []
    with store.reading() as session:
        everything = [item.id for item in items.listing(session)]
        assert len(set(copies.families(session, items=everything).values())) == 1
        assert len(copies.families(session, items=everything)) == 5
        counts, members = developments.load(session, story=STORY)
        assert (counts.items, len(members), len({one.development for one in members})) == (6, 6, 1)
        assert max(counts.of.values()) == 6
