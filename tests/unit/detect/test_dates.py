"""The day that words of a promise name, in the language of the item."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefing.detect.dates import due
from briefing.detect.promises import announcements

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
TUESDAY, FRIDAY, WEEK, MONTH = date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 23)
FORTNIGHT, SAID = date(2026, 12, 7), date(2026, 12, 5)


@pytest.mark.parametrize(
    ("lang", "words", "day"),
    [
        ("en", "tomorrow", TUESDAY),
        ("en-GB", "next week", WEEK),
        ("en", "on Friday", FRIDAY),
        ("en", "in two weeks", FORTNIGHT),
        ("en", "5 December", SAID),
        (None, "December 5", SAID),
        ("de", "morgen", TUESDAY),
        ("de", "nächste Woche", WEEK),
        ("de", "am Freitag", FRIDAY),
        ("de", "kommenden Freitag", FRIDAY),
        ("de", "in zwei Wochen", FORTNIGHT),
        ("de", "5. Dezember", SAID),
        ("fr", "demain", TUESDAY),
        ("fr", "semaine prochaine", WEEK),
        ("fr", "vendredi prochain", FRIDAY),
        ("fr", "dans deux semaines", FORTNIGHT),
        ("fr", "5 décembre", SAID),
        ("es", "mañana", TUESDAY),
        ("es", "la semana que viene", WEEK),
        ("es", "el viernes", FRIDAY),
        ("es", "el próximo mes", MONTH),
        ("es", "5 de diciembre", SAID),
        ("pt-BR", "amanhã", TUESDAY),
        ("pt", "na próxima semana", WEEK),
        ("pt", "no próximo mês", MONTH),
        ("it", "domani", TUESDAY),
        ("it", "la prossima settimana", WEEK),
        ("it", "venerdì", FRIDAY),
        ("it", "tra due settimane", FORTNIGHT),
        ("ru", "завтра", TUESDAY),
        ("ru", "на следующей неделе", WEEK),
        ("ru", "в пятницу", FRIDAY),
        ("ru", "5 декабря", SAID),
        ("tr", "yarın", TUESDAY),
        ("tr", "gelecek hafta", WEEK),
        ("tr", "cuma günü", FRIDAY),
        ("ar", "غدا", TUESDAY),
        ("ar", "الأسبوع المقبل", WEEK),
        ("ar", "يوم الجمعة", FRIDAY),
        ("fa", "فردا", TUESDAY),
        ("fa", "هفته آینده", WEEK),
        ("fa", "هفته بعد", WEEK),
        ("fa", "جمعه آینده", FRIDAY),
        ("he", "מחר", TUESDAY),
        ("he", "בשבוע הבא", WEEK),
        ("he", "בעוד שבועיים", FORTNIGHT),
        ("zh", "明天", TUESDAY),
        ("zh-TW", "下周", WEEK),
        ("zh", "12月5日", SAID),
        ("ja", "明日", TUESDAY),
        ("ja", "来週", WEEK),
        ("ja", "来月", MONTH),
        ("ja", "12月5日", SAID),
    ],
)
def test_a_day_is_read_in_its_language(lang: str | None, words: str, day: date) -> None:
    assert due(words, lang, MONDAY) == day


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "soon"),
        ("en", "next time"),
        ("de", "demnächst"),
        ("en", ""),
        ("en", None),
        ("xx", "yarın"),
        ("fa", "به زودی"),
    ],
)
def test_words_that_name_no_day(lang: str, words: str | None) -> None:
    assert due(words, lang, MONDAY) is None


def test_a_day_counts_from_the_items_own_time() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert due("tomorrow", "en", late) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("Part 2 will be published on 5 December.", "en", SAID),
        ("Teil 3 erscheint am 5. Dezember.", "de", SAID),
        ("La segunda parte se publicará la próxima semana.", "es", WEEK),
        ("קסם. החלק השני יתפרסם בשבוע הבא.", "he", WEEK),
        ("قسمت دوم هفته آینده منتشر می‌شود.", "fa", WEEK),
        ("Вторая часть выйдет 5 декабря.", "ru", SAID),
        ("İkinci bölüm gelecek hafta yayımlanacak.", "tr", WEEK),
    ],
)
def test_an_announcement_keeps_the_words_for_a_day(text: str, lang: str, day: date) -> None:
    (found,) = announcements(text, "")
    assert due(found.when, lang, MONDAY) == day


def test_the_library_is_loaded_when_a_date_is_read() -> None:
    code = "import sys, briefing.detect.dates, briefing.detect.promises; sys.exit('dateparser' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.sampled_from(["en", "de", "fa", "he", "zh", "xx", "", "e1"]))
def test_any_words_are_read_without_error(words: str, lang: str) -> None:
    day = due(words, lang, MONDAY)
    assert day is None or day >= MONDAY.date()
