"""What is left of an issue when one of its items is withdrawn: no word of it, and no count that it alone upheld."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from briefing.model import (
    AwaitedLine,
    ClaimKind,
    ClaimLine,
    DevelopmentLine,
    Issue,
    IssueStory,
    ItemId,
    ItemLine,
    Link,
    PartLine,
    PartMark,
    StoryId,
    Withdrawal,
)
from briefing.store.tombstones import without

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECRET = "Sealed words"


def line(number: int, source: str = "") -> ItemLine:
    """Return a line; number 1 is the one that is withdrawn."""
    title = SECRET if number == 1 else f"Title {number}"
    url = f"https://x.example/{number}"
    return ItemLine(ItemId(number), title, url, source or f"Source {number}", NOW, (f"{title}.",), html=f"<p>{title}")


GONE = Withdrawal(ItemId(1), NOW, "ann@desk", SECRET, "Source 1", "https://x.example/1", "It is not so.")
TOMB = replace(GONE, title="")
PROMISED = AwaitedLine("Series", "Source 1", SECRET, NOW, part=2, url="https://x.example/1")
OTHERS = AwaitedLine("Series", "Source 2", "Coming up", NOW, part=3, url="https://x.example/2")
MARKS = (PartMark(1, "read", NOW, "https://x.example/1"), PartMark(2, "new", NOW, "https://x.example/2"))
NAMES = ("Source 1", "Source 2", "Source 3")


def told(**share: object) -> Issue:
    share_ = IssueStory(StoryId("iran"), "Iran", **share)  # type: ignore[arg-type]
    return Issue("daily", 1, date(2026, 11, 22), "07:00", "UTC", "en", "digest", NOW, NOW, (share_,))


def left(**share: object) -> IssueStory:
    return without(told(**share), [GONE]).stories[0]


def test_a_part_goes_and_what_it_promised_is_no_more_said_of_the_others() -> None:
    parts = (PartLine(line(1), "Series", 1), PartLine(line(2), "Series", 2, kept=PROMISED, parts=MARKS))
    share = left(parts=parts, awaited=(PROMISED, OTHERS))
    assert [(part.item.item, part.kept, part.parts[0].url) for part in share.parts] == [(2, None, None)]
    assert (share.awaited, share.withdrawn) == ((OTHERS,), (GONE,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DevelopmentLine(line(1), publishers=NAMES[:1]), None),
        (DevelopmentLine(line(1), (line(2), line(3)), publishers=NAMES, origins=3), (2, [3], NAMES[1:], 2)),
        (DevelopmentLine(line(2), (line(1), line(3)), publishers=NAMES, origins=1), (2, [3], NAMES[1:], 1)),
        (DevelopmentLine(line(1), (line(2, "Source 1"),), publishers=NAMES, origins=3), (2, [], NAMES, 3)),
        (DevelopmentLine(line(2), (line(3),), publishers=NAMES, origins=3), (2, [3], NAMES, 3)),
    ],
    ids=["alone", "its lead", "another", "one of two of a source", "not in it"],
)
def test_a_development_is_told_with_what_is_left_and_counts_no_more_than_that(
    before: DevelopmentLine, after: tuple[object, ...] | None
) -> None:
    share = left(developments=(before,))
    found = [(d.lead.item, [one.item for one in d.also], d.publishers, d.origins) for d in share.developments]
    assert found == ([after] if after else [])
    assert bool(share.withdrawn) == any(one.item == 1 for one in (before.lead, *before.also))


def test_what_is_quoted_of_it_or_leads_to_it_goes_without_a_tombstone() -> None:
    denial = ClaimLine(ClaimKind.DENIAL, SECRET, "Source 1", "https://x.example/1")
    other = ClaimLine(ClaimKind.DENIAL, "No.", "Source 2", "https://x.example/2")
    links = (Link(SECRET, "https://x.example/1"), Link("Other", None))
    share = left(
        developments=(DevelopmentLine(line(2), claims=(denial, other), related=links),),
        previously=(line(1), line(3)),
        corrections=(line(1),),
    )
    assert (share.developments[0].claims, share.developments[0].related) == ((other,), links[1:])
    assert ([one.item for one in share.previously], share.corrections, share.withdrawn) == ([3], (), ())


LINES = st.lists(st.integers(1, 4).map(line), max_size=3, unique_by=lambda one: one.item).map(tuple)
DEVELOPMENTS = st.lists(
    st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True).map(
        lambda some: DevelopmentLine(
            line(some[0]), tuple(map(line, some[1:])), publishers=tuple(f"Source {n}" for n in some), origins=len(some)
        )
    ),
    max_size=3,
).map(tuple)
PARTS = LINES.map(lambda lines: tuple(PartLine(one, "Series", one.item, kept=PROMISED, parts=MARKS) for one in lines))


@given(developments=DEVELOPMENTS, parts=PARTS, previously=LINES, corrections=LINES)
def test_no_word_of_it_is_left_whatever_the_issue_held(**share: object) -> None:
    after = without(told(**share, awaited=(PROMISED,)), [TOMB])
    assert SECRET not in TypeAdapter(Issue).dump_json(after).decode()
    for development in after.stories[0].developments:
        assert 1 <= development.origins <= max(1, len(development.publishers))
    assert without(after, [GONE]) == after
