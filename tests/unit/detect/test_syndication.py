"""Copies fold into what they copy; reports of one event, filled-in forms and a publisher's own updates do not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.publishers import shipped
from briefing.detect.syndication import WINDOW, bands, fold
from briefing.model import FeedId, Item, ItemId

START = datetime(2026, 11, 5, 8, tzinfo=UTC)
WIRE = (
    "The harbour authority closed three of its five terminals on Thursday after inspectors found cracks in the concrete"
    " piers that carry the cranes. Ships were sent to neighbouring ports, and the authority said repairs would last"
    " until the spring. Dock workers gathered outside the main gate, demanding that wages be paid while the terminals"
    " stand idle. The transport minister called the inspection overdue and promised an inquiry into the contractors."
)
OTHER = (
    "Dozens of vessels had to look for another berth when officials shut most of the port over damaged piers. A union"
    " leader told reporters that members feared for their income, and opposition lawmakers asked why warnings from last"
    " year were ignored. The government wants an investigation; the builders of the quay declined to comment."
)
QUAKE = (
    "A magnitude {0} earthquake struck {1} kilometres south of the town on {2}, the geological survey said. The"
    " quake hit at a depth of {3} kilometres. There were no immediate reports of damage or casualties"
    " and no tsunami warning was issued. Residents felt shaking in several towns around the epicentre."
)


def item(number: int, text: str, *, source: str = "", title: str = "", hours: float = 0, feed: str = "") -> Item:
    source = source or f"Paper {number}"
    at = START + timedelta(hours=hours)
    return Item(ItemId(number), FeedId(feed or source), source, title, f"https://n.example/{number}", at, at, text=text)


def folded(*items: Item) -> dict[int, int | None]:
    return {copy.item: copy.original for copy in fold(items, (), shipped())}


ORIGINAL = item(1, WIRE, title="Port closes three terminals over cracks")
WORDS = WIRE.split()
COPIES = {
    "word for word": WIRE,
    "with a dateline": f"LONDON (Reuters) - {WIRE}",
    "with a byline": f"By The Associated Press\n{WIRE}",
    "cut to its start": WIRE[: WIRE.index(" Dock workers")],
    "cut at its start": WIRE[WIRE.index("Ships") :],
    "with a new lead": "Cranes are silent in the old harbour this week. " + WIRE[WIRE.index("Ships") :],
    "every seventh word left out": " ".join(word for place, word in enumerate(WORDS) if place % 7),
    "every fourth word another": " ".join(f"other{place}" if place % 4 == 0 else w for place, w in enumerate(WORDS)),
    "in capitals": WIRE.upper(),
    "in other forms of the same letters": WIRE.replace("fi", "ﬁ").replace(" ", "\u00a0"),
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES.keys())
def test_folds(text: str) -> None:
    assert folded(ORIGINAL, item(2, text, title="Another headline", hours=3)) == {2: 1}
    assert set(bands(ORIGINAL)) & set(bands(item(2, text)))


STAND_ALONE = {
    "another report of the event": (WIRE, OTHER),
    "a form with other numbers": (QUAKE.format("4.6", 12, "Monday", 10), QUAKE.format("5.1", 31, "Friday", 35)),
    "texts too short to judge": ("Read more.", "Read more."),
}


@pytest.mark.parametrize(("one", "other"), STAND_ALONE.values(), ids=STAND_ALONE.keys())
def test_does_not_fold(one: str, other: str) -> None:
    assert folded(item(1, one, title="One title"), item(2, other, title="Another title")) == {}


def test_beyond_the_window_nothing_folds() -> None:
    assert folded(ORIGINAL, item(2, WIRE, hours=WINDOW / timedelta(hours=1) + 1)) == {}


TITLE = "Port closes three terminals over cracks in piers"
HEADLINES = [
    (TITLE, f"{TITLE} - Evening Post", True),
    (TITLE, "PORT CLOSES THREE TERMINALS OVER CRACKS IN PIERS", True),
    (TITLE, "Port closes three terminals over ...", True),
    (TITLE, "Port closes four terminals over cracks in piers", False),
    ("Live updates", "Live updates", False),
]


@pytest.mark.parametrize(("one", "other", "folds"), HEADLINES)
def test_headlines_alone(one: str, other: str, folds: bool) -> None:
    assert folded(item(1, "", title=one), item(2, "", title=other, hours=1)) == ({2: 1} if folds else {})


def test_a_publishers_own_later_version_is_an_update() -> None:
    again = item(2, f"{WIRE} Two more terminals will close on Friday.", source="Paper 1", hours=2, feed="second feed")
    assert folded(ORIGINAL, again) == {}


def test_one_piece_in_two_feeds_of_a_publisher_folds() -> None:
    assert folded(ORIGINAL, item(2, WIRE, source="Paper 1", title=ORIGINAL.title, hours=2, feed="second feed")) == {
        2: 1
    }


def test_updates_of_the_original_stay_beside_its_copies() -> None:
    update = item(3, f"{WIRE} Two more will close.", source="Paper 1", hours=3, feed="second feed")
    assert folded(ORIGINAL, item(2, WIRE, hours=1), update) == {2: 1}


def test_the_agency_credited_is_the_original_though_it_came_later() -> None:
    agency = item(3, WIRE, source="Reuters", hours=5)
    papers = [item(n, f"LONDON (Reuters) - {WIRE}", hours=n) for n in (1, 2)]
    assert folded(*papers, agency) == {1: 3, 2: 3}


def test_what_was_folded_is_told_anew_only_if_it_changes() -> None:
    copy, later = item(2, WIRE, hours=1), item(3, WIRE, hours=2)
    told = fold([later], [ORIGINAL, copy], shipped(), {copy.id: ORIGINAL.id})
    assert [(one.item, one.original) for one in told] == [(3, 1)]
    assert fold([later], [ORIGINAL, copy], shipped(), {copy.id: ORIGINAL.id, later.id: ORIGINAL.id}) == ()


def test_an_original_that_turns_up_late_takes_over() -> None:
    one, two = item(2, WIRE, hours=4), item(3, WIRE, hours=5)
    told = fold([ORIGINAL], [one, two], shipped(), {two.id: one.id})
    assert {copy.item: copy.original for copy in told} == {2: 1, 3: 1}


def test_evidence_says_why() -> None:
    (copy,) = fold([ORIGINAL, item(2, f"{WIRE} — Reuters"), item(3, OTHER)], (), shipped())
    assert copy.evidence == "100% of the words"


def test_scripts_without_spaces_fold() -> None:
    text = (
        "港口管理局周四关闭了五个码头中的三个，因为检查人员在支撑起重机的混凝土桥墩上发现了裂缝。"
        "船只被转移到邻近港口，维修将持续到春天。"
    )
    assert folded(item(1, text), item(2, f"（新华社）{text}", hours=1)) == {2: 1}


POOL = [
    item(n, text, title=f"Title {n}", hours=n, source="Reuters" if n == 4 else "")
    for n, text in enumerate([*COPIES.values(), OTHER, QUAKE.format("4.6", 12, "Monday", 10)], 1)
]


@settings(max_examples=25, deadline=None)
@given(st.permutations(POOL), st.integers(1, len(POOL)))
def test_the_order_of_arrival_does_not_matter(arrivals: list[Item], batch: int) -> None:
    standing: dict[ItemId, ItemId] = {}
    stored: list[Item] = []
    for start in range(0, len(arrivals), batch):
        new = arrivals[start : start + batch]
        asked = {band for one in new for band in bands(one)}
        near = {one.id for one in stored if asked & set(bands(one))}
        roots = {standing.get(one, one) for one in near}
        whole = [one for one in stored if one.id in near | roots or standing.get(one.id) in roots]
        for copy in fold(new, whole, shipped(), standing):
            standing.pop(copy.item, None)
            if copy.original is not None:
                standing[copy.item] = copy.original
        stored += new
    assert standing == {copy.item: copy.original for copy in fold(POOL, (), shipped())}
    assert len(set(standing.values())) == 1


@given(st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_bands_are_few_small_and_stable(text: str) -> None:
    found = bands(item(1, text))
    assert found == bands(item(2, text))
    assert len(found) <= 38
    assert all(0 <= band < 2**40 for band in found)
