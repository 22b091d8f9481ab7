"""Matching: whole words, in any spelling of theirs, and the terms that made it so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.detect.match import Matcher, StoryRule, compile, suggest  # noqa: A004
from briefing.detect.query import holds
from briefing.detect.text import spaced
from briefing.model import FeedId, Match, ParsedItem, StoryId

FEED = FeedId("feed")


def terms(query: str, title: str, text: str = "") -> tuple[str, ...] | None:
    """Return the terms by which the query matches, None if it does not."""
    matches = Matcher({StoryId("s"): StoryRule(query=compile(query))}).stories(FEED, title, text)
    return matches[0].terms if matches else None


@pytest.mark.parametrize(
    ("query", "title"),
    [
        pytest.param("coup", "A COUP?", id="case and punctuation"),
        pytest.param("IRGC", "The IRGC’s dilemma", id="possessive"),
        pytest.param('"power struggle"', "A power-struggle looms", id="a hyphen is a space"),
        pytest.param('"Praetorian Guard\'s"', "The Praetorian Guard’s Dilemma", id="curly apostrophe"),
        pytest.param("“Moscow Contingency”", "The Moscow Contingency", id="curly quotes in the query"),
        pytest.param("protest*", "Protesters march", id="prefix"),
        pytest.param("کودتا", "كودتا در ايران", id="Arabic letters for Persian ones"),
        pytest.param("ایران", "إيران اليوم", id="Arabic spelling of the name"),
        pytest.param("می‌رود", "رهبر ميرود", id="with and without the joiner"),
        pytest.param('"10:30"', "Doors open at 10:30", id="a quoted time"),
        pytest.param('"AT&T"', "AT&T sues", id="ampersand"),
        pytest.param("U.S.", "U.S. Senate", id="initials"),
        pytest.param("習近平", "中国の習近平国家主席", id="Han within a sentence"),
        pytest.param("ニュース", "今日のニュースまとめ", id="Kana within a sentence"),
        pytest.param("รัฐประหาร", "ข่าวรัฐประหารวันนี้", id="Thai within a sentence"),
        pytest.param("AI技術", "使用AI技術的公司", id="Latin and Han together"),
        pytest.param("AI", "使用AI技術的公司", id="a Latin word between Han"),
        pytest.param('"cafe\u0301"', "Café", id="decomposed accent"),
    ],
)
def test_what_a_reader_calls_the_same_word_matches(query: str, title: str) -> None:
    assert terms(query, title) is not None


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        pytest.param("coup", "A couple in a coupé", "", id="part of a word"),
        pytest.param("Iran", "Iranian exiles", "", id="beginning of a word"),
        pytest.param('"power struggle"', "Struggle for power", "", id="words in another order"),
        pytest.param('"internal coup"', "The internal", "coup", id="a phrase over title and text"),
        pytest.param("title:coup", "Quiet day", "A coup was denied.", id="title: asks for the title"),
        pytest.param("title:(coup OR putsch)", "Quiet day", "A coup was denied.", id="title: over a group"),
        pytest.param("iran NOT football", "Iran wins", "in football", id="NOT"),
    ],
)
def test_what_is_not_meant_does_not_match(query: str, title: str, text: str) -> None:
    assert terms(query, title, text) is None


def test_terms_are_told_as_the_operator_wrote_them_and_only_those_that_matched() -> None:
    query = '(IRGC OR سپاه) AND (coup OR "Power Struggle" OR protest*) AND NOT football AND title:iran'
    assert terms(query, "Iran’s generals", "IRGC: power struggle, protests") == (
        "IRGC",
        '"Power Struggle"',
        "protest*",
        "title:iran",
    )


def test_stories_are_asked_by_feed_query_and_exclusion() -> None:
    rules = {
        StoryId("all"): StoryRule(),
        StoryId("mine"): StoryRule(feeds=frozenset({FEED})),
        StoryId("other"): StoryRule(feeds=frozenset({FeedId("other")})),
        StoryId("coup"): StoryRule(query=compile("coup"), exclude=compile("football")),
        StoryId("tax"): StoryRule(query=compile("tax")),
        StoryId("shut"): StoryRule(exclude=compile("coup")),
    }
    matcher = Matcher(rules)
    assert matcher.stories(FEED, "A coup", "") == (
        Match(StoryId("all")),
        Match(StoryId("mine")),
        Match(StoryId("coup"), ("coup",)),
    )
    assert [match.story for match in matcher.stories(FEED, "A coup in football", "")] == ["all", "mine"]


def test_no_rules_match_nothing() -> None:
    assert Matcher({}).stories(FEED, "Anything", "at all") == ()


word = st.sampled_from(["coup", "iran", "tax", "習近平", "سپاه", "protest*", '"iran tax"', "title:coup"])
queries = st.recursive(
    word, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "AND NOT"]), inner)
).map(lambda query: f"iran {query}")
texts = st.lists(st.sampled_from(["Coup", "Iran", "tax", "習近平国", "سپاه", "protesters", ",", "-"])).map(" ".join)


@given(st.lists(queries, min_size=1, max_size=5), texts, texts)
def test_one_pass_over_all_queries_agrees_with_asking_each(asked: list[str], title: str, text: str) -> None:
    compiled = {StoryId(str(place)): compile(query) for place, query in enumerate(asked)}
    found = Matcher({story: StoryRule(query=query) for story, query in compiled.items()}).stories(FEED, title, text)
    head, body = f" {spaced(title)} ", f" {spaced(text)} "
    alone = [
        story
        for story, query in compiled.items()
        if holds(query.tree, lambda term: term.pattern in head or (not term.title_only and term.pattern in body))
        is not None
    ]
    assert [match.story for match in found] == alone


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(["Why we do what we do"], "", id="no names"),
        pytest.param(
            [
                "The “Moscow Contingency”: inside Khamenei's exit plan",
                "Khamenei and the Moscow Contingency",
                "Protests spread to 50 cities",
            ],
            '"Moscow Contingency" OR Khamenei OR Protests',
            id="names that come back lead",
        ),
        pytest.param(
            ["A coup in Tehran", "Is Tehran ready?", "Coup fears"], "Tehran", id="a word written small is no name"
        ),
    ],
)
def test_a_suggested_query_names_what_titles_come_back_to(titles: list[str], expected: str) -> None:
    assert suggest([ParsedItem(None, None, title) for title in titles]) == expected


@given(st.lists(st.text(max_size=60), max_size=6))
def test_a_suggested_query_compiles(titles: list[str]) -> None:
    query = suggest([ParsedItem(None, None, title) for title in titles])
    if query:
        compile(query)
