"""Developments in an issue: who leads, who is named or counted, what is told before what."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from briefing.edit.recap import personal, speaks
from briefing.model import Claim, ClaimKind, Corroboration, DevelopmentLine, FeedId, Item, ItemId, Link
from tests.unit.edit.desk import DAY, NOW, SINCE, STORY, composed, desk, development, item, part, series

GULF, WIRE, PRESS = ({"source": name} for name in ("Gulf Desk", "Wire North", "Morning Press"))


def lines(found: object) -> tuple[DevelopmentLine, ...]:
    return found.stories[0].developments  # type: ignore[attr-defined, no-any-return]


def test_items_that_report_the_same_stand_in_one_line_with_their_copies_counted() -> None:
    first, second, copy = item(3, **GULF), item(2, **WIRE), item(1, **PRESS)
    judged = development(first, second, copy, copies={copy.id: second.id})
    (line,) = lines(composed(desk(first, second, copy, developments=(judged,))))
    assert (line.lead.item, [one.item for one in line.also], line.copies) == (3, [2], 1)
    assert (line.publishers, line.origins) == (("Gulf Desk", "Wire North", "Morning Press"), 2)
    assert (line.first, line.told, line.reports) == (first.at, False, 3)


def test_an_item_that_nobody_judged_is_a_development_of_one() -> None:
    (line,) = lines(composed(desk(item(1))))
    assert (line.lead.item, line.also, line.copies, line.claims, line.told) == (1, (), 0, (), False)
    assert (line.publishers, line.origins, line.first) == (("Example Analysis",), 1, item(1).at)


def test_the_lead_keeps_two_sentences_its_rights_and_its_reading_time() -> None:
    whole = item(1, html="<p>Whole.</p>", excerpt=("One.", "Two.", "Three."))
    ready = desk(whole, full_rights=frozenset({ItemId(1)}), full_texts={ItemId(1): "word " * 440})
    (line,) = lines(composed(ready))
    assert (line.lead.excerpt, line.lead.html, line.lead.minutes) == (("One.", "Two."), "<p>Whole.</p>", 2)


def test_more_origins_come_first_then_the_newest() -> None:
    old, older, single = item(50, **GULF), item(60, **WIRE), item(1, **PRESS)
    found = composed(desk(old, older, single, item(5), developments=(development(older, old),)))
    assert [line.lead.item for line in lines(found)] == [60, 1, 5]


def test_a_weightier_source_counts_as_a_day_newer() -> None:
    items = [item(n, source=f"Source {n}", feed=FeedId(f"feed{n}")) for n in (1, 2, 1443)]
    weights = {FeedId("feed2"): 1.5, FeedId("feed1443"): 2.0}
    assert [line.lead.item for line in lines(composed(desk(*items, weights=weights)))] == [2, 1, 1443]


def test_the_limit_counts_developments_and_what_is_left_out_is_counted_in_reports() -> None:
    pair = (item(10, **GULF), item(11, **WIRE))
    found = composed(desk(*pair, item(1), item(2), developments=(development(*pair),)), max_items=1)
    assert ([line.lead.item for line in lines(found)], found.stories[0].more) == ([10], 2)
    found = composed(
        desk(item(1), *pair, developments=(replace(development(*pair), corroboration=_one()),)), max_items=1
    )
    assert ([line.lead.item for line in lines(found)], found.stories[0].more) == ([1], 2)


def _one() -> Corroboration:
    return Corroboration(("Gulf Desk", "Wire North"), ("Gulf Desk",))


class TestTold:
    """A development that readers know is an update."""

    known = item(900, first_seen=SINCE - DAY / 2, published=SINCE - DAY / 2, **GULF)
    fresh = item(1, **WIRE)

    def line(self, *more: Item, **changes: object) -> DevelopmentLine:
        last = replace(composed(desk(self.known)), since=SINCE - DAY, until=SINCE, nominal=date(2026, 11, 21))
        judged = development(self.known, self.fresh, *more, **changes)
        (line,) = lines(composed(desk(self.fresh, developments=(judged,)), previous=last))
        return line

    def test_what_was_sent_before_does_not_lead_again(self) -> None:
        line = self.line()
        assert (line.lead.item, line.told, line.told_on) == (1, True, date(2026, 11, 21))
        assert (line.publishers, line.origins, line.first) == (("Gulf Desk", "Wire North"), 2, self.known.at)

    def test_only_new_copies_are_counted(self) -> None:
        copy = item(800, first_seen=SINCE - DAY / 3, published=SINCE - DAY / 3, **PRESS)
        assert self.line(copy, copies={copy.id: self.known.id}).copies == 0

    def test_what_was_never_news_was_never_told(self) -> None:
        silent = replace(self.known, news=False)
        judged = development(silent, self.fresh)
        assert not lines(composed(desk(self.fresh, developments=(judged,))))[0].told

    def test_a_part_that_is_new_in_the_same_issue_was_not_told_before(self) -> None:
        one = item(2, **GULF)
        ready = desk(one, self.fresh, series=(series(part(one, 1)),), developments=(development(one, self.fresh),))
        (line,) = lines(composed(ready))
        assert (line.lead.item, line.told, line.also) == (1, False, ())

    def test_to_whoever_was_sent_nothing_it_is_news(self) -> None:
        last = replace(composed(desk(self.known)), since=SINCE - DAY, until=SINCE)
        ready = desk(self.fresh, developments=(development(self.known, self.fresh),))
        issue = composed(ready, previous=last)
        assert lines(personal(issue, {}))[0].told is False
        assert personal(issue, {STORY: last}) == issue


class TestClaims:
    """Denials stand before hedges, once each, and are never mixed up."""

    one, two = item(2, **GULF), item(1, **WIRE)
    no, maybe = Claim(ClaimKind.DENIAL, "It denied that."), Claim(ClaimKind.HEDGE, "Reportedly so.")

    def claims(self, *claims: tuple[Item, Claim]) -> list[tuple[str, str, str]]:
        judged = development(self.one, self.two, claims=tuple((by.id, claim) for by, claim in claims))
        (line,) = lines(composed(desk(self.one, self.two, developments=(judged,))))
        return [(claim.kind.value, claim.quote, claim.source) for claim in line.claims]

    def test_denials_come_first_with_who(self) -> None:
        assert self.claims((self.one, self.maybe), (self.two, self.no)) == [
            ("denial", "It denied that.", "Wire North"),
            ("hedge", "Reportedly so.", "Gulf Desk"),
        ]

    def test_one_of_each_item_and_no_sentence_twice(self) -> None:
        again = Claim(ClaimKind.DENIAL, "IT DENIED THAT.")
        assert len(self.claims((self.one, self.no), (self.two, again))) == 1
        assert len(self.claims((self.one, self.no), (self.one, replace(self.no, quote="Never.")))) == 1

    def test_a_sentence_is_quoted_rather_than_the_headline(self) -> None:
        title = Claim(ClaimKind.DENIAL, self.two.title)
        assert self.claims((self.two, title), (self.two, self.no)) == [("denial", "It denied that.", "Wire North")]
        assert self.claims((self.two, title)) == [("denial", self.two.title, "Wire North")]

    def test_one_who_holds_back_is_enough(self) -> None:
        assert len(self.claims((self.one, self.maybe), (self.two, replace(self.maybe, quote="Perhaps.")))) == 1

    def test_a_hedge_that_the_lead_shows_is_not_repeated(self) -> None:
        shown = Claim(ClaimKind.HEDGE, self.one.excerpt[0])
        assert self.claims((self.one, shown), (self.two, shown)) == []


def test_related_reading_is_named_at_most_three_times_and_never_itself() -> None:
    one, two = item(2, **GULF), item(1, **WIRE)
    related = {
        one.id: tuple(Link(title) for title in ("A", "a", two.title, "B")),
        two.id: (Link("C", "https://x.example/c"), Link("D")),
    }
    ready = desk(one, two, developments=(development(one, two),), related=related)
    (line,) = lines(composed(ready))
    assert line.related == (Link("A"), Link("B"), Link("C", "https://x.example/c"))


def test_corrections_alone_say_nothing_to_whoever_was_sent_nothing() -> None:
    sent = item(7, first_seen=SINCE - DAY / 2)
    last = replace(composed(desk(sent)), since=SINCE - DAY, until=SINCE)
    issue = composed(desk(changed=(replace(sent, title="Corrected", changed_at=NOW),)), previous=last)
    assert speaks(personal(issue, {STORY: last}))
    assert not speaks(personal(issue, {}))


NUMBERS = st.lists(st.integers(1, 20), min_size=1, max_size=12, unique=True)


@given(numbers=NUMBERS, cuts=st.sets(st.integers(1, 11)), copied=st.sets(st.integers(1, 20)), most=st.integers(1, 12))
def test_every_item_stands_in_one_development_or_is_counted(
    numbers: list[int], cuts: set[int], copied: set[int], most: int
) -> None:
    items = [item(n, source=f"Source {n % 5}") for n in numbers]
    edges = [0, *sorted(cut for cut in cuts if cut < len(items)), len(items)]
    groups = [items[a:b] for a, b in pairwise(edges)]
    judged = tuple(
        development(*group, copies={one.id: group[0].id for one in group[1:] if one.id in copied}) for group in groups
    )
    found = composed(desk(*items, developments=judged), max_items=most)
    assert sum(line.reports for line in lines(found)) + found.stories[0].more == len(items)
    shown = [one.item for line in lines(found) for one in (line.lead, *line.also)]
    assert len(shown) == len(set(shown))
    origins = [line.origins for line in lines(found)]
    assert origins == sorted(origins, reverse=True)
