"""Cutting at words, leaving out from the end, escaping, and telling a web address from anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.model import EventKind, Link, Notice
from briefing.send.text import as_json, escape_slack, fit, refit, shorter, visible, web_link, words

CUTS = {
    "short enough": ("Part 2 is out", 13, "Part 2 is out"),
    "at a word's end": ("Part 2 is out today", 14, "Part 2 is out…"),
    "no comma before the mark": ("Guards, and more", 10, "Guards…"),
    "one endless word": ("x" * 20, 10, "x" * 9 + "…"),
    "a script without spaces": ("革命防衛隊の行方を追う", 6, "革命防衛隊…"),
    "a letter keeps its marks": ("cafe\u0301s", 5, "caf…"),
    "an emoji keeps its parts": ("ab👩\u200d👩\u200d👧", 5, "ab…"),
    "no room at all": ("anything", 0, ""),
    "room for the mark alone": ("anything", 1, "…"),
}


@pytest.mark.parametrize(("text", "limit", "cut"), CUTS.values(), ids=CUTS.keys())
def test_text_is_cut_where_a_reader_would(text: str, limit: int, cut: str) -> None:
    assert fit(text, limit) == cut


@given(st.text(), st.integers(0, 60))
def test_what_was_fitted_fits_and_begins_as_it_did(text: str, limit: int) -> None:
    cut = fit(text, limit)
    assert len(cut) <= limit
    assert cut == text or text.startswith(cut.removesuffix("…"))


def test_slack_markup_is_escaped_once() -> None:
    assert escape_slack("<!channel> & <https://evil|x>") == "&lt;!channel&gt; &amp; &lt;https://evil|x&gt;"
    assert escape_slack("&lt;") == "&amp;lt;"


def test_the_last_things_are_left_out_first_and_the_headline_never() -> None:
    notice = Notice(EventKind.ITEM, "Headline", sentences=("a", "b"), context=(Link("c"),), actions=(Link("Read"),))
    steps = [(part.sentences, [one.text for one in part.context], len(part.actions)) for part in shorter(notice)]
    more = ["1 more"]
    assert steps[:3] == [(("a", "b"), ["c"], 1), (("a", "b"), more, 1), (("a",), more, 1)]
    assert steps[3:] == [((), more, 1), ((), more, 0), ((), [], 0), ((), [], 0)]
    assert {part.headline for part in shorter(notice)} == {"Headline"}


LINKS = {
    "https": ("https://example.org/a?b=c#d", True),
    "http": ("http://example.org", True),
    "none": (None, False),
    "script": ("javascript:alert(1)", False),
    "no host": ("https:///path", False),
    "relative": ("/path", False),
    "protocol-relative": ("//evil.example", False),
    "line feed": ("https://example.org/\nx", False),
    "angle bracket": ("https://example.org/>x", False),
    "space": ("https://example.org/a b", False),
    "too long": ("https://example.org/" + "x" * 100, False),
    "broken brackets": ("https://[::1", False),
    "mailto": ("mailto:me@example.org", False),
    "a login": ("https://bank.example@evil.example/", False),
    "no host in any letters": ("https://\u0660\u06601..org/", False),
}


@pytest.mark.parametrize(("url", "known"), LINKS.values(), ids=LINKS.keys())
def test_only_a_web_address_is_a_link(url: str | None, known: bool) -> None:
    assert web_link(url, 100) == (url if known else None)


def test_a_host_in_other_letters_is_written_in_ascii() -> None:
    assert web_link("https://аpple.example:8080/a?b", 100) == "https://xn--pple-43d.example:8080/a?b"


SEEN = {
    "one line": (" a\n\tb  c ", "a b c"),
    "controls": ("a\x00b\x1b[0m\x9b", "ab[0m"),
    "overrides": ("\u202ea\u202c\u202bb", "ab"),
    "no width": ("a\u200b\u2060\ufeff\u00adb", "ab"),
    "tags": ("a\U000e0041\U000e007fb", "ab"),
    "Persian keeps its joiner": ("می\u200cخواهم", "می\u200cخواهم"),
    "but one": ("a\u200c\u200d\u200cb", "a\u200cb"),
    "an emoji keeps its parts": ("👩\u200d👧\ufe0f", "👩\u200d👧\ufe0f"),
    "a fence": ("\u2068سپاه\u2069", "\u2068سپاه\u2069"),
}


@pytest.mark.parametrize(("text", "seen"), SEEN.values(), ids=SEEN.keys())
def test_only_what_a_reader_sees_is_left(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text(st.sampled_from("x& y.é")), st.integers(2, 60))
def test_escaped_words_fit_and_are_cut_before_they_are_escaped(text: str, limit: int) -> None:
    said = words(text, limit, lambda cut: cut.replace("&", "&amp;").replace("x", "<x>"))
    assert len(said) <= limit
    assert said.count("<") == said.count("<x>")
    assert said.count("&") == said.count("&amp;")


def test_a_fence_that_is_cut_through_is_closed() -> None:
    assert words("\u2068one two three\u2069 four", 12) == "\u2068one two…\u2069"
    assert words("", 5, empty="…") == "…"


def test_of_what_does_not_fit_the_most_that_does_is_kept() -> None:
    notice = Notice(EventKind.ITEM, "Headline", sentences=("a",), context=tuple(Link(f"line {n}") for n in range(9)))

    def lines(part: Notice) -> list[str]:
        return [*part.sentences, *(link.text for link in part.context)]

    assert refit(notice, lines, lambda found: len(found) <= 10) == ["a", *(f"line {n}" for n in range(9))]
    assert refit(notice, lines, lambda found: len(found) <= 9) == ["a", *(f"line {n}" for n in range(7)), "2 more"]
    assert refit(notice, lines, lambda found: len(found) <= 1) == ["9 more"]
    assert refit(notice, lines, lambda _: False) == []


def test_json_keeps_persian_as_it_is_and_survives_what_has_no_encoding() -> None:
    assert as_json({"a": "سپاه"}) == '{"a":"سپاه"}'.encode()
    assert json.loads(as_json({"a": "x\ud800y"})) == {"a": "x?y"}
