"""When a promised part is due: the words a sentence uses for a time, read in its language.

Apart from `promises`, which finds those words. dateparser is loaded when the first date is read, because most
promises name none.
"""

import re
from datetime import UTC, date, datetime, timedelta

_HAN_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
_FARTHEST = timedelta(days=400)
# What stands around a date without being of it, and ways to say one that dateparser does not know, in its English.
_AROUND = {
    "de": "am kommenden nächsten in der",
    "fr": "le la ce prochain prochaine",
    "es": "el la próximo próxima en",
    "pt": "na no próxima próximo",
    "it": "il la lo prossimo prossima",
    "ru": "в во",
    "tr": "günü gelecek önümüzdeki",
    "ar": "يوم في القادم القادمة المقبل المقبلة",
    "fa": "روز آینده بعد",
    "he": "ביום הקרוב הבא",
}
_NEXT_WEEK, _NEXT_MONTH, _FORTNIGHT = "next week", "next month", "in 2 weeks"
_SAID = {
    "de": {"kommende woche": _NEXT_WEEK, "kommenden monat": _NEXT_MONTH},
    "fr": {"semaine prochaine": _NEXT_WEEK, "mois prochain": _NEXT_MONTH},
    "es": {
        "semana que viene": _NEXT_WEEK,
        "próxima semana": _NEXT_WEEK,
        "semana próxima": _NEXT_WEEK,
        "mes que viene": _NEXT_MONTH,
        "dos semanas": _FORTNIGHT,
    },
    "pt": {
        "próxima semana": _NEXT_WEEK,
        "semana que vem": _NEXT_WEEK,
        "próximo mês": _NEXT_MONTH,
        "mês que vem": _NEXT_MONTH,
        "duas semanas": _FORTNIGHT,
        "uma semana": _NEXT_WEEK,
    },
    "it": {
        "prossima settimana": _NEXT_WEEK,
        "settimana prossima": _NEXT_WEEK,
        "prossimo mese": _NEXT_MONTH,
        "mese prossimo": _NEXT_MONTH,
        "due settimane": _FORTNIGHT,
        "una settimana": _NEXT_WEEK,
    },
    "tr": {"iki hafta": _FORTNIGHT},
    "ar": {
        "الأسبوع المقبل": _NEXT_WEEK,
        "الأسبوع القادم": _NEXT_WEEK,
        "الشهر المقبل": _NEXT_MONTH,
        "بعد أسبوعين": _FORTNIGHT,
        "بعد أسبوع": _NEXT_WEEK,
    },
    "fa": {"هفته بعد": _NEXT_WEEK, "ماه بعد": _NEXT_MONTH, "دو هفته": _FORTNIGHT, "هفته دیگر": _NEXT_WEEK},
    "he": {"בשבוע הבא": _NEXT_WEEK, "בחודש הבא": _NEXT_MONTH, "בעוד שבועיים": _FORTNIGHT, "בעוד שבוע": _NEXT_WEEK},
    "ja": {"次週": _NEXT_WEEK},
    "zh": {"下周": _NEXT_WEEK, "下星期": _NEXT_WEEK, "下個月": _NEXT_MONTH},
}


def due(words: str | None, lang: str | None, at: datetime) -> date | None:
    """Read when something is due that `words` of an item of the time `at` promise; None if they name no day.

    `lang` is an ISO 639 tag; without one the words are read as English. A week or a month counts from `at`.
    """
    code = (lang or "en").lower().replace("_", "-").split("-")[0]
    plain = " ".join((words or "").lower().replace("\u200c", " ").split())
    if day := _HAN_DAY.fullmatch(plain):
        return _read(f"{day[1]}/{day[2]}", "en", at.astimezone(UTC))
    said = next((english for phrase, english in _SAID.get(code, {}).items() if phrase in plain), None)
    bare = " ".join(word for word in plain.split() if word not in _AROUND.get(code, "").split())
    for language, text in [("en", said)] if said else [(code, plain), (code, bare)]:
        found = _read(text, language, at.astimezone(UTC)) if text else None
        if found is not None:
            return found
    return None


def _read(text: str, language: str, at: datetime) -> date | None:
    """Let dateparser read a day that is not before `at`; a language it does not know names none."""
    import dateparser

    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": at.replace(tzinfo=None)}
    try:
        found = dateparser.parse(text, languages=[language], settings=settings)
    except ValueError:
        return None
    return found.date() if found and at.date() <= found.date() <= (at + _FARTHEST).date() else None
