"""Words, plurals, digits and dates for one reader: gettext catalogues and Babel.

Apart from the templates because notices for chat speak the same words without any template. A locale without a
catalogue is served in English, dates included: a message never mixes two languages of its own. Dates are those of the
Gregorian calendar everywhere, which is what the reports beside them say.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

FALLBACK = "en"
_CATALOGUES = files("briefing") / "render" / "catalogue"
_RTL = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku-arab", "ps", "sd", "syr", "ug", "ur", "yi"})
_DIGITS = {"arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
_WEEK = 6  # days in which a weekday's name is unambiguous


@cache
def languages() -> tuple[str, ...]:
    """Return the languages we have words in."""
    return tuple(sorted(file.name.removesuffix(".po") for file in _CATALOGUES.iterdir() if file.name.endswith(".po")))


def spoken(locale: str) -> bool:
    """Say whether we have words in a locale's language."""
    try:
        return Locale.parse(locale.replace("-", "_")).language in languages()
    except (UnknownLocaleError, ValueError):
        return False


class Words:
    """The words of one locale, and times as clocks in one zone show them."""

    def __init__(self, locale: str, zone: str) -> None:
        self.locale = _locale(locale)
        self.zone = ZoneInfo(zone)
        self.catalogue = _catalogue(self.locale.language)

    @property
    def tag(self) -> str:
        """The locale as HTML and mail write it, such as en-GB."""
        return str(self.locale).replace("_", "-")

    @property
    def dir(self) -> str:
        """The direction its words run in: "ltr" or "rtl"."""
        return direction("", self.tag)

    def gettext(self, message: str, **values: object) -> str:
        """Translate; values fill %(name)s."""
        text: str = self.catalogue.gettext(message)
        return text % self.shown(values) if values else text

    def ngettext(self, one: str, many: str, num: int, **values: object) -> str:
        """Translate by number, which also fills %(num)s."""
        text: str = self.catalogue.ngettext(one, many, num)
        return text % self.shown({"num": num} | values)

    def shown(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return what fills a message, with numbers as the reader writes them."""
        return {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}

    def number(self, value: int) -> str:
        """Write a number, such as 1,204 or ۱٬۲۰۴."""
        return self._digits(format_decimal(value, locale=self.locale, numbering_system="default"))

    def local(self, at: datetime) -> datetime:
        """Return the moment on the reader's clock."""
        return at.astimezone(self.zone)

    def clock(self, at: datetime) -> str:
        """Write the time of day, such as 08:12."""
        return self._digits(format_time(self.local(at), self.gettext("HH:mm"), locale=self.locale))

    def full_date(self, day: date) -> str:
        """Write a date with its weekday, such as Saturday 22 November."""
        return self._date(day, self.gettext("EEEE d MMMM"))

    def day(self, at: datetime, today: date) -> str:
        """Write a moment's date, with its year if that is not this year's."""
        return self.dated(self.local(at).date(), today)

    def dated(self, day: date, today: date) -> str:
        """Write a date, with its year if that is not this year's."""
        return self._date(day, self.gettext("d MMMM") if day.year == today.year else self.gettext("d MMMM y"))

    def _date(self, day: date, pattern: str) -> str:
        return self._digits(format_date(day, pattern, locale=self.locale))

    def _digits(self, text: str) -> str:
        # Babel knows which digits a locale counts with, and writes 0 to 9 all the same.
        return text.translate(_DIGITS.get(self.locale.default_numbering_system, {}))

    def moment(self, at: datetime, today: date) -> str:
        """Write when something happened, as briefly as the distance from today allows."""
        distance = (today - self.local(at).date()).days
        if distance == 0:
            return self.clock(at)
        if 0 < distance <= _WEEK:
            return f"{self._date(self.local(at).date(), 'EEEE')} {self.clock(at)}"
        return self.day(at, today)

    def days(self, earlier: datetime, later: datetime) -> int:
        """Count the midnights between two moments, as people count days."""
        return max(0, (self.local(later).date() - self.local(earlier).date()).days)

    def age(self, then: datetime, now: datetime) -> str:
        """Say how long ago something was: 17 days ago, yesterday, today."""
        days = self.days(then, now)
        if days == 0:
            return self.gettext("today")
        if days == 1:
            return self.gettext("yesterday")
        return self.ngettext("%(num)s day ago", "%(num)s days ago", days)

    def listing(self, things: list[str]) -> str:
        """Join words as a sentence does: a, b and c."""
        return str(format_list(things, locale=_without_serial_comma(self.locale)))

    def period(self, since: datetime, until: datetime) -> str:
        """Write the days a period spans, such as 16–22 November."""
        first, last = self.local(since).date(), self.local(until - timedelta(microseconds=1)).date()
        end = self.day(until - timedelta(microseconds=1), last)
        if first >= last:
            return end
        same_month = (first.year, first.month) == (last.year, last.month)
        start = self._date(first, self.gettext("d")) if same_month else self.day(since, last)
        return f"{start}–{end}" if same_month else f"{start} – {end}"


def direction(text: str, lang: str | None) -> str:
    """Say "rtl" or "ltr": by the language if it is written right to left, else by most of the letters."""
    tag = (lang or "").lower().replace("_", "-")
    if tag.split("-")[0] in _RTL or tag in _RTL:
        return "rtl"
    kinds = [unicodedata.bidirectional(c) for c in text]
    return "rtl" if sum(k in {"R", "AL"} for k in kinds) > sum(k == "L" for k in kinds) else "ltr"


def _without_serial_comma(locale: Locale) -> Locale:
    # Plain "en" means American lists in CLDR; ours read "2, 3 and 4".
    return Locale("en", "GB") if str(locale) == "en" else locale


def _locale(name: str) -> Locale:
    return Locale.parse(name.replace("-", "_")) if spoken(name) else Locale(FALLBACK)


@cache
def _catalogue(language: str) -> Translations:
    # Compiled here and not at build: a .po edited in place is the one that speaks.
    with (_CATALOGUES / f"{language}.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
