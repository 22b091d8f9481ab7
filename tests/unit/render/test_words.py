"""Dates, ages and directions as a reader expects them; plain text keeps its shape."""

from datetime import date, datetime

import pytest

from briefing.config.advice import LANGUAGES
from briefing.render.locale import Words, direction, languages
from briefing.render.plain import clip, columns, isolate, wrap
from tests.unit.render.samples import at

LONDON = Words("en", "Europe/London")
TEHRAN = Words("en", "Asia/Tehran")
TODAY = date(2025, 11, 22)

MOMENTS = {
    "today": (at(22, 8, 12), "08:12"),
    "yesterday": (at(21, 17, 40), "Friday 17:40"),
    "six days ago": (at(16, 7), "Sunday 07:00"),
    "a week ago": (at(15, 7), "15 November"),
    "last year": (at(15, 7, year=2024), "15 November 2024"),
    "tomorrow": (at(23, 7), "23 November"),
    "summer time": (at(1, 7, month=7), "1 July"),
}


@pytest.mark.parametrize(("moment", "words"), MOMENTS.values(), ids=MOMENTS)
def test_a_moment_is_said_as_briefly_as_its_distance_allows(moment: datetime, words: str) -> None:
    assert LONDON.moment(moment, TODAY) == words


def test_days_are_counted_by_the_midnights_of_the_readers_zone() -> None:
    late, early = at(21, 20), at(21, 21)
    assert TEHRAN.age(late, early) == "yesterday"
    assert LONDON.age(late, early) == "today"


@pytest.mark.parametrize(
    ("then", "words"), [(at(22), "today"), (at(21), "yesterday"), (at(20), "2 days ago"), (at(5), "17 days ago")]
)
def test_age_is_in_words(then: datetime, words: str) -> None:
    assert LONDON.age(then, at(22, 9)) == words


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (at(15), at(22), "15–22 November"),
        (at(28, month=10), at(4), "28 October – 4 November"),
        (at(22, 6), at(22, 9), "22 November"),
        (at(28, month=12, year=2024), at(3, month=1), "28 December 2024 – 3 January"),
    ],
)
def test_a_period_is_said_once_where_it_can_be(since: datetime, until: datetime, words: str) -> None:
    assert LONDON.period(since, until) == words


@pytest.mark.parametrize("name", ["xx", "fr", "ku-IR", "", "not a locale", "../en"])
def test_a_locale_without_a_catalogue_speaks_english_throughout(name: str) -> None:
    words = Words(name, "UTC")
    assert words.tag == "en"
    assert words.full_date(TODAY) == "Saturday 22 November"


def test_a_regional_english_keeps_its_tag() -> None:
    assert Words("en_GB", "UTC").tag == "en-GB"


PERSIAN, GERMAN = Words("fa-IR", "Asia/Tehran"), Words("de", "Europe/Berlin")


def test_persian_has_its_own_digits_and_reads_from_the_right() -> None:
    assert (PERSIAN.tag, PERSIAN.dir) == ("fa-IR", "rtl")
    assert PERSIAN.full_date(TODAY) == "شنبه ۲۲ نوامبر"
    assert PERSIAN.moment(at(22, 8, 12), TODAY) == "۱۱:۴۲"
    assert PERSIAN.day(at(15, year=2024), TODAY) == "۱۵ نوامبر ۲۰۲۴"
    assert PERSIAN.age(at(5), at(22)) == "۱۷ روز پیش"
    assert PERSIAN.number(1204) == "۱٬۲۰۴"
    assert PERSIAN.listing(["۲", "۳"]) == "۲ و ۳"


def test_german_has_its_own_plurals_and_dates() -> None:
    assert (GERMAN.tag, GERMAN.dir) == ("de", "ltr")
    assert GERMAN.full_date(TODAY) == "Samstag, 22. November"
    assert GERMAN.period(at(15), at(22)) == "15.–22. November"
    assert [GERMAN.ngettext("%(num)s copy", "%(num)s copies", n) for n in (1, 2)] == ["1 Kopie", "2 Kopien"]
    assert GERMAN.number(1204) == "1.204"


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("BBC فارسی", "fa", "rtl"),
        ("Iran", "en", "ltr"),
        ("گزارش تازه", None, "rtl"),
        ("گزارش تازه", "en", "rtl"),
        ("گزارش", "fa-IR", "rtl"),
        ("شالوم", "he_IL", "rtl"),
        ("خبر", "ur", "rtl"),
        ("خبر", "ar", "rtl"),
        ("2025 — 42%", None, "ltr"),
        ("", None, "ltr"),
    ],
)
def test_direction_follows_the_language_then_the_letters(text: str, lang: str | None, expected: str) -> None:
    assert direction(text, lang) == expected


@pytest.mark.parametrize(
    ("text", "indent", "first", "expected"),
    [
        ("short", 3, None, "   short"),
        ("", 3, None, ""),
        ("a\nb", 2, "- ", "- a\n  b"),
        ("x" * 80, 0, None, "x" * 72 + "\n" + "x" * 8),
        ("https://x.example/" + "x" * 80, 3, None, "   https://x.example/" + "x" * 80),
        ("語" * 100, 4, None, "    " + "語" * 68 + "\n    " + "語" * 32),
    ],
    ids=["short", "empty", "lines", "a long word", "an address", "a script without spaces"],
)
def test_wrapping_keeps_72_columns_and_addresses_whole(
    text: str, indent: int, first: str | None, expected: str
) -> None:
    assert wrap(text, indent, first) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("short", "short"), ("one two three four", "one two…"), ("x" * 30, "x" * 9 + "…"), ("12345678, and", "12345678…")],
)
def test_clipping_prefers_a_space_and_says_so(text: str, expected: str) -> None:
    assert clip(text, 10) == expected


def test_right_to_left_words_are_fenced_and_cannot_break_out() -> None:
    assert isolate("Gulf Desk") == "Gulf Desk"
    assert isolate("نامه") == "\u2068نامه\u2069"
    assert isolate("\u202eevil\u2069 نامه نامه نامه") == "\u2068evil نامه نامه نامه\u2069"


def test_words_from_the_left_are_fenced_in_a_sentence_from_the_right() -> None:
    assert isolate("Gulf Desk", None, "rtl") == "\u2068Gulf Desk\u2069"
    assert isolate("نامه", None, "rtl") == "نامه"


def test_columns_align_wide_letters_and_wrap_long_cells() -> None:
    table = columns([["Name", "Note"], ["語語", "x"], ["Ana", "word " * 30]])
    lines = table.splitlines()
    assert lines[:3] == ["Name  Note", "----  " + "-" * 66, "語語  x"]
    assert all(len(line) <= 72 for line in lines)
    assert columns([]) == ""


def test_more_columns_than_fit_are_narrowed_evenly() -> None:
    rows = [["indicator one"] * 8, ["value"] * 8]
    assert all(len(line) <= 72 for line in columns(rows).splitlines())


def test_the_configuration_knows_the_languages_we_speak() -> None:
    assert set(languages()) == LANGUAGES
