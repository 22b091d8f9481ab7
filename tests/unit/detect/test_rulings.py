"""What a person says of the ledger stands, whatever arrives, is read again or edited after it."""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from briefing.detect import rulings
from briefing.model import Item, Promise, PromiseState, Ruling, Series
from tests.unit.detect.ledgers import NOW, Ledger, item

COMING = "Coming up in Part 2: The Keeper of the Lanterns."
FIRST = item(1, "Exit Plans", text=COMING)
SECOND = item(2, "Exit Plans, Part 2: The Keeper", days=9)
OTHER = item(3, "Exit Plans, Part 2: Another", days=10)


def ledger(*items: Item) -> tuple[Ledger, Series, Promise]:
    """Return a ledger after these items, its series and its promise of part 2."""
    made = Ledger()
    made.arrive(FIRST, *items)
    return made, made.only, made.only.promises[0]


def parts(series: Series) -> dict[int, int | None]:
    return {int(part.item): part.part for part in series.instalments}


def test_a_rejected_series_takes_in_nothing_and_opens_none_of_its_name() -> None:
    made, series, _ = ledger()
    made.keep(rulings.reject_series(series))
    assert made.arrive(SECOND, FIRST, replace(FIRST, title="Exit Plans, again")) == [None, None, None]
    assert len(made.series) == 1
    made.keep(rulings.confirm_series(made.only))
    (progress,) = made.arrive(SECOND)
    assert progress
    assert len(progress.kept) == 1


def test_an_item_that_was_wrongly_taken_for_a_part_is_not_taken_again_and_another_may_be() -> None:
    made, series, promise = ledger(SECOND)
    assert promise.state is PromiseState.KEPT
    assert promise.id is not None
    after = made.keep(rulings.reject(series, promise.id))
    assert (after.promises[0].state, parts(after)) == (PromiseState.AWAITED, {1: 1})
    assert made.arrive(SECOND, replace(SECOND, title="Exit Plans, Part 2, now with a map")) == [None, None]
    (progress,) = made.arrive(OTHER)
    assert progress
    assert progress.kept[0].kept_by == OTHER.id
    assert not progress.kept[0].by_hand


def test_a_promise_that_is_none_is_not_opened_again_by_its_item_but_by_another() -> None:
    made, series, promise = ledger()
    assert promise.id is not None
    made.keep(rulings.reject(series, promise.id))
    assert made.arrive(FIRST, replace(FIRST, text=f"{COMING} And more.")) == [None, None]
    (again,) = made.arrive(item(4, "Exit Plans: A Note", days=3, text="Coming up in Part 2: The Oil."))
    assert again
    assert [(one.part, one.state.value) for one in made.only.promises] == [(2, "rejected"), (2, "awaited")]
    made.keep(rulings.confirm(made.only, promise.id))
    assert made.only.promises[0].state is PromiseState.AWAITED


def test_what_a_person_confirmed_stays_kept_by_that_item() -> None:
    made, series, promise = ledger(SECOND)
    assert promise.id is not None
    made.keep(rulings.confirm(series, promise.id))
    made.arrive(OTHER, replace(SECOND, title="Something else entirely"))
    assert (made.only.promises[0].kept_by, made.only.promises[0].by_hand) == (SECOND.id, True)


def test_a_marked_item_is_that_part_whatever_its_title_says_and_whoever_was_taken_for_it_is_not() -> None:
    made, series, _ = ledger(SECOND)
    stray = item(9, "A Keeper Speaks", days=9)
    after = made.keep(rulings.mark(series, 2, stray, now=NOW))
    assert parts(after) == {1: 1, 9: 2}
    assert after.refused == {SECOND.id}
    assert (after.promises[0].kept_by, after.promises[0].by_hand) == (stray.id, True)
    made.arrive(SECOND, replace(stray, title="Exit Plans, Part 7"))
    assert parts(made.only) == {1: 1, 9: 2}


def test_an_item_that_is_marked_as_another_part_keeps_its_former_promise_no_more() -> None:
    made, series, _ = ledger(SECOND)
    after = made.keep(rulings.mark(series, 3, SECOND, now=NOW))
    assert parts(after) == {1: 1, 2: 3}
    assert after.promises[0].state is PromiseState.AWAITED


def test_an_address_that_no_feed_brought_keeps_the_promise_and_its_item_is_that_part_when_it_comes() -> None:
    made, series, _ = ledger()
    after = made.keep(rulings.mark(series, 2, "https://news.example/9/", now=NOW))
    assert (after.promises[0].state, after.promises[0].kept_url) == (PromiseState.KEPT, "https://news.example/9/")
    assert after.numbers == {1, 2}
    assert made.arrive(SECOND) == [None], "part 2 is known"
    (progress,) = made.arrive(item(9, "A Keeper Speaks", days=20))
    assert progress
    assert (progress.joined and progress.joined.part, progress.kept) == (2, ())
    assert made.only.promises[0].kept_by == 9


def test_a_part_that_nobody_promised_can_be_marked() -> None:
    made, series, _ = ledger()
    after = made.keep(rulings.mark(series, 3, "https://elsewhere.example/3", now=NOW))
    assert after.numbers == {1, 3}
    assert [(one.part, one.state.value) for one in after.promises] == [(2, "awaited"), (3, "kept")]


def test_what_a_person_lapsed_is_not_kept_later_but_the_part_joins() -> None:
    made, series, promise = ledger()
    assert promise.id is not None
    made.keep(rulings.lapse(series, promise.id, now=NOW))
    (progress,) = made.arrive(SECOND)
    assert progress
    assert (progress.kept, progress.joined and progress.joined.part) == ((), 2)
    assert made.only.promises[0].state is PromiseState.LAPSED


# --- any sequence of arrivals, re-polls, edits and words of a person ------------------------------------------------

TITLES = ("Exit Plans", "Exit Plans, Part 2", "Exit Plans, Part 3: Oil", "Part 2: The Keeper of the Lanterns", "Rain")
TEXTS = ("", COMING, "Coming up in Part 3: Oil.", "In our next instalment: Oil.")
ACTS = ("arrive", "arrive", "edit", "confirm series", "reject series", "confirm", "reject", "mark", "mark url", "lapse")
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.integers(1, 5),
        st.sampled_from(TITLES),
        st.sampled_from(TEXTS),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=14,
)


@dataclass
class Desk:
    """A ledger, what arrived, and the books of what a person said last of each thing."""

    made: Ledger = field(default_factory=Ledger)
    items: dict[int, Item] = field(default_factory=dict)
    said: dict[object, object] = field(default_factory=dict)

    def arrive(self, one: Item) -> None:
        self.items[one.id] = one
        self.made.arrive(one)
        self.check()

    def say(self, act: str, which: int, part: int) -> None:
        all_series = [*self.made.series.values()]
        if not all_series:
            return
        series = all_series[which % len(all_series)]
        number = (series.promises[part % len(series.promises)].id) if series.promises else None
        match act:
            case "confirm series":
                series = rulings.confirm_series(series)
            case "reject series":
                series = rulings.reject_series(series)
            case "mark" if self.items:
                series = rulings.mark(series, part + 1, [*self.items.values()][which % len(self.items)], now=NOW)
            case "mark url":
                series = rulings.mark(series, part + 1, f"https://news.example/{which}", now=NOW)
            case "confirm" | "reject" if number is not None:
                series = (rulings.confirm if act == "confirm" else rulings.reject)(series, number)
            case "lapse" if number is not None:
                series = rulings.lapse(series, number, now=NOW)
        self.made.keep(series)
        self.said = {}
        for one in self.made.series.values():
            self.said |= words_of(one)

    def check(self) -> None:
        now: dict[object, object] = {}
        for series in self.made.series.values():
            now |= words_of(series)
            assert not series.refused & {part.item for part in series.instalments}
        for thing, word in self.said.items():
            was_awaited = isinstance(word, PromiseState)
            assert now.get(thing) == word or (was_awaited and now.get(thing) is None), (thing, word, now)


def words_of(series: Series) -> dict[object, object]:
    """Return what a person said that still stands; an awaited promise may be kept, and is then ours again."""
    said: dict[object, object] = {(series.id, "refused", one): True for one in series.refused}
    if series.ruling:
        said[series.id] = series.ruling
    for part in series.instalments:
        if part.by_hand:
            said[series.id, part.item] = part.part
    for promise in series.promises:
        if promise.by_hand:
            settled = (promise.state, promise.kept_at, promise.kept_url or promise.kept_by)
            said[promise.id] = promise.state if promise.state is PromiseState.AWAITED else settled
    return said


@given(steps)
def test_any_sequence_leaves_what_a_person_said_and_keeps_a_promise_once(
    sequence: list[tuple[str, int, str, str, int, bool]],
) -> None:
    desk = Desk()
    for act, number, title, text, part, again in sequence:
        if act in {"arrive", "edit"}:
            known = desk.items.get(number)
            one = item(number, title, days=number, text=text) if act == "edit" or known is None else known
            desk.arrive(one)
            if again:
                before = dict(desk.made.series)
                desk.arrive(one)
                assert desk.made.series == before, "read again, it changes nothing"
        else:
            desk.say(act, number, part)
    for series in desk.made.series.values():
        keepers = [promise.kept_by for promise in series.promises if promise.kept_by is not None]
        assert len(keepers) == len(set(keepers))
    rejected = {number for number, series in desk.made.series.items() if series.ruling is Ruling.REJECTED}
    news = [item(99, f"{series.title}, Part 9", days=50) for series in desk.made.series.values()]
    assert not {progress.series.id for progress in desk.made.arrive(*news) if progress} & rejected


def test_an_item_that_is_withdrawn_is_no_part_and_its_announcement_is_none() -> None:
    _, series, _ = ledger()
    left = rulings.withdraw(series, FIRST.id)
    assert (parts(left), left.refused) == ({}, {FIRST.id})
    assert [(one.state, one.evidence) for one in left.promises] == [(PromiseState.REJECTED, rulings.WITHDRAWN)]
    assert rulings.withdraw(series, OTHER.id) == series


def test_what_a_withdrawn_item_kept_is_awaited_again_and_what_it_announced_and_came_loses_its_words() -> None:
    _, series, promise = ledger(SECOND)
    assert promise.kept_by == SECOND.id
    again = rulings.withdraw(series, SECOND.id)
    assert [(one.state, one.kept_by, one.quote) for one in again.promises][:1] == [
        (PromiseState.AWAITED, None, promise.quote)
    ]
    wordless = rulings.withdraw(series, FIRST.id)
    assert [(one.state, one.kept_by, one.quote, one.made_by) for one in wordless.promises][:1] == [
        (PromiseState.KEPT, SECOND.id, "", None)
    ]
