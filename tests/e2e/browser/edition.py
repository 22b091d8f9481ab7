"""An issue with every section, as readers of several languages get it; its texts are samples, nobody said any of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from briefing.model import (
    AwaitedLine,
    ClaimKind,
    ClaimLine,
    DevelopmentLine,
    Issue,
    IssueStory,
    ItemId,
    ItemLine,
    Link,
    PartLine,
    PartMark,
    Recipient,
    StoryId,
)
from briefing.render.email import Desk, Renderer

DESK = Desk(
    "پاسداران پس از جنگ",
    "Briefing",
    "Briefing <briefing@example.org>",
    "leave@example.org",
    "12 Sample Lane, London",
    "Asia/Tehran",
    lists=(("iran", "ایران"),),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def line(number: int, title: str, source: str, when: datetime, *excerpt: str, lang: str = "fa") -> ItemLine:
    """Build an item."""
    return ItemLine(ItemId(number), title, f"https://sample.example/{number}", source, when, excerpt, lang=lang)


OWED = AwaitedLine(
    "مأموریت مسکو",
    "دیده‌بان نمونه",
    "در بخش بعد: چه کسی خرج نگهبانان را می‌دهد.",
    at(22, 5),
    3,
    "دفتر حساب بنیادها",
    None,
    2,
    "https://sample.example/2",
)
PART = PartLine(
    replace(
        line(
            2,
            "دوراهی گارد نگهبان",
            "دیده‌بان نمونه",
            at(22, 4, 42),
            "این یک متن نمونه است و کسی آن را نگفته است.",
            "سه راه پیش روی آنان است و هر یک بهایی دارد.",
        ),
        minutes=9,
    ),
    "مأموریت مسکو",
    2,
    replace(OWED, part=2, promised_in=1, promised_at=at(5, 8), url="https://sample.example/1"),
    (
        PartMark(1, "read", at(5, 8), "https://sample.example/1"),
        PartMark(2, "new", at(22, 4, 42), None),
        PartMark(3, "awaited", at(22, 5)),
    ),
)
SEVERAL = DevelopmentLine(
    lead=line(
        11,
        "گزارش نمونه: جابه‌جایی یگان‌ها در دو شهر دیگر",
        "نامهٔ روز",
        at(22, 3, 10),
        "به گفتهٔ ساکنان، یگان‌ها پنج‌شنبه به دو شهر دیگر رفتند.",
        "شمار بازداشت‌شدگان روشن نیست.",
    ),
    also=(
        line(12, "Units move into two more cities", "Gulf Desk", at(22, 4), lang="en"),
        line(13, "حرکت یگان‌ها به شهرها", "پیک جنوب", at(22, 4, 30)),
        line(14, "سه شهر، نه دو شهر", "نامهٔ روز", at(22, 5, 20)),
    ),
    copies=2,
    publishers=("نامهٔ روز", "Gulf Desk", "پیک جنوب", "Morning Sample", "آینهٔ نمونه"),
    origins=3,
    first=at(22, 3, 10),
    claims=(
        ClaimLine(
            ClaimKind.DENIAL,
            "سخنگوی نمونه جابه‌جایی را رد کرد.",
            "پیک جنوب",
            "https://sample.example/13",
            "fa",
        ),
        ClaimLine(
            ClaimKind.HEDGE,
            "The number could not be verified.",
            "Gulf Desk",
            "https://sample.example/12",
            "en",
        ),
    ),
    told=True,
    told_on=date(2026, 11, 21),
    related=(Link("نقشهٔ یگان‌ها در پاییز", "https://sample.example/9"),),
)
ALONE = DevelopmentLine(
    line(
        21,
        "Rial steadies after a week of losses",
        "Wire North",
        at(22, 2, 40),
        "A sample report on the market.",
        "Nothing in it is real.",
        lang="en",
    ),
    publishers=("Wire North",),
    first=at(22, 2, 40),
)
STORY = IssueStory(
    StoryId("guards"),
    "پاسداران پس از جنگ",
    (PART,),
    (SEVERAL, ALONE),
    (OWED,),
    (replace(line(31, "بازار ارز آرام گرفت", "Wire North", at(21, 15)), changed=True),),
    (line(1, "مأموریت مسکو: راهی برای چند تن", "دیده‌بان نمونه", at(5, 8)),),
    4,
)
ISSUE = Issue("daily", 12, date(2026, 11, 22), "07:00", "Asia/Tehran", "fa", "digest", at(21, 7), at(22, 7), (STORY,))
READER = Recipient("reader@example.org", "iran", at(3, 8))


def mail(locale: str | None = None) -> str:
    """Return the issue's HTML as a reader gets it, whose language may be another than the digest's."""
    return Renderer().issue(ISSUE, desk=DESK, recipient=replace(READER, locale=locale)).html
