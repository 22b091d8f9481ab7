"""Terms: the quick ways of cutting a text say what the slow ones do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.detect import terms, text, tongues
from briefing.detect.tongues import Glance

ASCII = st.text(st.sampled_from("abZ09_'.!?: \t\n-\"#(") | st.characters(max_codepoint=127), max_size=40)


@given(ASCII)
def test_a_text_is_cut_as_its_pattern_says(shown: str) -> None:
    signs = re.sub("[!?:]", ".", shown)
    assert [re.sub("[!?:]", ".", word) for word in terms._split(shown)] == terms._WORD.findall(signs)


@pytest.mark.parametrize("shown", ["rock'n'roll's", "'quoted'", "it's", "a'", "'", "a''b", "dogs'. 'Cats"])
def test_an_apostrophe_belongs_to_a_word_that_it_is_in(shown: str) -> None:
    assert [*terms._split(shown)] == terms._WORD.findall(shown)


@given(ASCII)
def test_ascii_is_spaced_as_any_text(shown: str) -> None:
    assert text.spaced(shown) == text._GAP.sub(" ", text.fold(shown)).strip()


@given(st.lists(st.sampled_from(["part", "teil", "NEXT", "#", "(", "no", "xyz", "_", "4", "serie", "."]), max_size=6))
def test_a_glance_hears_the_same_in_ascii_as_in_any_text(pieces: list[str]) -> None:
    glance = Glance(lambda tongue: f"{tongue.mark_words} {tongue.hint}")
    for parted in ("", " "):
        small = parted.join(pieces).lower()
        assert glance._in_ascii(small) == _codes(glance, small)


def _codes(glance: Glance, small: str) -> set[str]:
    return {code for word in tongues._WORD.findall(small) for code in glance._words.get(word, ())}
