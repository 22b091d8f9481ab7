"""Folding: readers' same words are our same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.detect.text import fold, spaced, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("كودتاي", "کودتای", id="Arabic kaf and ye are the Persian ones"),
        pytest.param("می‌رود", "میرود", id="a zero-width non-joiner is nothing"),
        pytest.param("ســـلام", "سلام", id="tatweel is nothing"),
        pytest.param("مُحَمَّد", "محمد", id="harakat are nothing"),
        pytest.param("إيران", "ایران", id="hamza on alef is an alef"),
        pytest.param("مسئول", "مسیول", id="ye with hamza is a ye"),
        pytest.param("۱۴۰۴", "1404", id="Persian digits are digits"),
        pytest.param("٢٠٢٦", "2026", id="Arabic digits are digits"),
        pytest.param("Straße", "STRASSE", id="case is folded, not lowered"),
        pytest.param("İstanbul", "istanbul", id="dotted capital I"),
        pytest.param("Cafe\u0301", "Café", id="composed and decomposed accents"),
        pytest.param("ＩＲＧＣ", "irgc", id="full width letters"),
        pytest.param("Par\u200bt 2: The c\u00adoup", "Part 2: The coup", id="invisible characters"),
        pytest.param("Guard’s", "Guard's", id="curly apostrophes"),
    ],
)
def test_variants_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_spacing_is_idempotent_and_parts_words_by_one_space(text: str) -> None:
    run = spaced(text)
    assert spaced(run) == run
    assert "  " not in run
    assert run == run.strip()


def test_scripts_without_spaces_stay_apart_from_latin_words() -> None:
    assert spaced("使用AI技术") == "使用 ai 技术"


def test_vowel_signs_do_not_part_a_word() -> None:
    assert spaced("हिन्दी, समाचार") == "हिन्दी समाचार"


def test_words_lose_their_possessive_ending() -> None:
    assert words("The Praetorian Guard’s Dilemma") == ("the", "praetorian", "guard", "dilemma")
