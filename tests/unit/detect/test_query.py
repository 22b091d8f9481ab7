"""Queries: what an operator writes means what it says, or is refused with a way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.detect.query import QueryError, compile, holds  # noqa: A004


def matches(query: str, *present: str) -> bool:
    """Say whether the query holds for an item in which the terms written as `present` are found."""
    return holds(compile(query).tree, lambda term: term.written in present) is not None


@pytest.mark.parametrize(
    ("query", "present", "expected"),
    [
        pytest.param("a b", "a b", True, id="side by side, both there"),
        pytest.param("a b", "a", False, id="side by side, one missing"),
        pytest.param("a OR b", "b", True, id="OR"),
        pytest.param("a AND NOT b", "a", True, id="NOT absent"),
        pytest.param("a NOT b", "a b", False, id="NOT present"),
        pytest.param("a AND b OR c", "c", True, id="AND binds closer than OR"),
        pytest.param("a b OR c", "c", True, id="side by side binds as AND does"),
        pytest.param("a OR b c", "a", True, id="side by side binds as AND does, on the right"),
        pytest.param("a (b OR c)", "c", False, id="parentheses"),
        pytest.param("a OR b c OR d", "b d", True, id="three ways"),
        pytest.param("a OR b c OR d", "b", False, id="half a way"),
        pytest.param("NOT (a OR NOT b)", "b", True, id="NOT over a group"),
    ],
)
def test_meaning(query: str, present: str, expected: bool) -> None:
    assert matches(query, *present.split()) is expected


@pytest.mark.parametrize(
    ("query", "offset", "hint"),
    [
        pytest.param("", 0, "leave the key out", id="empty"),
        pytest.param("   ", 0, "leave the key out", id="blank"),
        pytest.param("NOT football", 0, "require a word beside NOT", id="only NOT"),
        pytest.param("iran OR NOT football", 0, "require a word beside NOT", id="OR NOT"),
        pytest.param("iran and coup", 5, "write AND, or quote it", id="lower-case and"),
        pytest.param("iran or coup", 5, "write OR, or quote it", id="lower-case or"),
        pytest.param("not coup", 0, "write NOT, or quote it", id="lower-case not"),
        pytest.param("meet 10:30", 5, 'quote them: "10:30"', id="a time is no field"),
        pytest.param("author:jane", 0, "the only field is title:", id="unknown field"),
        pytest.param("Title:coup", 0, "did you mean title:?", id="field in capitals"),
        pytest.param("coup~2", 4, "fuzzy", id="fuzzy"),
        pytest.param("coup^2", 4, "nothing to boost", id="boost"),
        pytest.param("a AND [b TO c]", 6, "quote", id="range"),
        pytest.param("24/7", 2, '"24/7"', id="slash"),
        pytest.param("https://x.example/a", 6, '"https://x.example/a"', id="address"),
        pytest.param("*coup", 0, "protest*", id="star first"),
        pytest.param("co*p", 2, "protest*", id="star inside"),
        pytest.param('"internal co*"', 12, "protest*", id="star in a phrase"),
        pytest.param("c?up", 1, "only wildcard", id="question mark"),
        pytest.param("iran -football", 5, "write NOT", id="minus"),
        pytest.param("+iran coup", 0, "all required", id="plus"),
        pytest.param("a && b", 2, "write AND", id="ampersands"),
        pytest.param("a || b", 2, "write OR", id="bars"),
        pytest.param("(a OR b", 7, "every ( needs its )", id="open parenthesis"),
        pytest.param("a)", 1, "every ( needs its )", id="closed too often"),
        pytest.param('iran "coup', 5, "closing", id="open quote"),
        pytest.param("iran AND", 8, "between two words", id="AND at the end"),
        pytest.param("OR iran", 0, "between two words", id="OR at the start"),
        pytest.param("title:", 6, "right after the field", id="field without a word"),
        pytest.param("iran ...", 5, "write a word", id="no letters"),
        pytest.param("(" * 60 + "a" + ")" * 60, 50, "flatten", id="deep nesting"),
        pytest.param("a " * 6_000, 0, "split", id="endless"),
    ],
)
def test_mistakes_name_their_place_and_a_way_out(query: str, offset: int, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        compile(query)
    assert caught.value.offset == offset
    assert hint in caught.value.hint


@given(st.text(alphabet='ab AND OR NOT()":*~^[]/-title\u201c', max_size=40))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    query = error = None
    try:
        query = compile(text)
    except QueryError as refused:
        error = refused
    if query:
        assert holds(query.tree, lambda _term: False) is None
    else:
        assert error
        assert 0 <= error.offset <= len(text)
        assert error.hint
