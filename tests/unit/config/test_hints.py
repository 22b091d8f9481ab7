"""How a problem is written for people."""

import pytest

from briefing.config.hints import as_json, did_you_mean, listed, nearest, render
from briefing.errors import Problem


def test_a_problem_shows_place_words_line_caret_and_hint() -> None:
    problem = Problem(
        "error", 'unknown key "evry"', "feeds.a.evry", "feeds.yaml", 4, 6, "  a: {evry: 2m}", 'mean "every"?'
    )
    assert render(problem).splitlines() == [
        'feeds.yaml:4:6: error: unknown key "evry"  [feeds.a.evry]',
        "      a: {evry: 2m}",
        "         ^",
        '    hint: mean "every"?',
    ]


SOURCES = (
    ("letters take one column", "ab: x", 5, " " * 8 + "^"),
    ("wide letters take two", "核: x", 4, " " * 8 + "^"),
    ("marks take none", "e\u0301: x", 5, " " * 7 + "^"),
    ("tabs stay tabs", "a:\tx", 4, " " * 6 + "\t^"),
)


@pytest.mark.parametrize(("source", "col", "caret"), [c[1:] for c in SOURCES], ids=[c[0] for c in SOURCES])
def test_the_caret_stands_under_its_character(source: str, col: int, caret: str) -> None:
    assert render(Problem("error", "m", "p", "f", 1, col, source)).splitlines()[2] == caret


def test_a_long_line_is_cut_around_the_caret() -> None:
    source, caret = render(Problem("error", "m", "p", "f", 1, 5001, "x" * 5000 + "!" + "x" * 5000)).splitlines()[1:]
    assert len(source) < 200
    assert source[caret.index("^")] == "!"


def test_what_would_steer_a_terminal_is_not_printed() -> None:
    assert "\x1b" not in render(Problem("error", "m", "p", "f", 1, 1, "a: \x1b[2J"))


def test_a_problem_as_json_has_the_documented_keys() -> None:
    problem = Problem("warning", "m", "p", "f", 1, 2, "source", "h")
    assert as_json(problem) == {
        "file": "f", "line": 1, "col": 2, "path": "p", "severity": "warning", "message": "m", "hint": "h"
    }  # fmt: skip


@pytest.mark.parametrize(("word", "meant"), [("evry", "every"), ("URL", "url"), ("qqq", None), ("", None), (7, None)])
def test_the_nearest_choice_is_found_or_none(word: object, meant: str | None) -> None:
    assert nearest(word, ["every", "url", "title"]) == meant


def test_without_a_near_choice_the_choices_are_named() -> None:
    assert did_you_mean("qqq", ["a", "b", "c"], "known: ") == "known: a, b or c"
    assert did_you_mean("qqq", []) == ""
    assert listed(["a"]) == "a"
