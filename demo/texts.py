"""The sample feeds and pages of the demo: invented outlets, invented reports, marked as samples.

Where a text reports a claim it says so, and no words are put into a real person's mouth.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from html import escape

PROMISE = "Coming up in Part 2: The Praetorian Guard’s Dilemma—the likelihood of an internal IRGC coup."


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample item: what its feed says, and the paragraphs of its page."""

    slug: str
    title: str
    summary: str
    at: datetime
    page: tuple[str, ...] = ()


def part_one(at: datetime) -> Sample:
    """Part 1: the feed ships an excerpt; the promise is the last line of the page."""
    summary = (
        "A plan reportedly drawn up for the worst day describes who would leave Tehran, by which route, and who "
        "would stay behind. What it leaves out may matter more than what it says. […]"
    )
    page = (
        "This is a sample article written for a demonstration. It describes no real document.",
        "A plan reportedly drawn up for the worst day describes who would leave Tehran, by which route, and who "
        "would stay behind. What it leaves out may matter more than what it says.",
        "According to the sample's unnamed readers, the route is short and well rehearsed. The list of passengers is "
        "said to be shorter still: it reportedly names about twenty people and no field commander of the IRGC.",
        "Whether such a plan exists is disputed. State media reportedly dismissed the accounts; nobody outside has "
        "been able to verify them. The debate itself has consequences, because those who are not on the list "
        "can count.",
        "That is the question for the second half of this series: what do the guardians of a system do when they "
        "learn that its head has a way out and they do not?",
        PROMISE,
    )
    return Sample("moscow-contingency", "The Moscow Contingency: A Way Out for the Few", summary, at, page)


def edited(sample: Sample) -> Sample:
    """The same item after its publisher changed a word."""
    return replace(sample, summary=sample.summary.replace("may matter", "could matter"))


def part_two(at: datetime) -> Sample:
    """Part 2: keeps the promise by its title, and announces a Part 3."""
    summary = (
        "Commanders who were told to hold the street have reportedly begun to ask who will hold the door. "
        "Three ways out are open to them, and each has a price. […]"
    )
    page = (
        "This is a sample article written for a demonstration. It describes no real document.",
        "Commanders who were told to hold the street have reportedly begun to ask who will hold the door. "
        "Three ways out are open to them, and each has a price.",
        "The first is to obey and hope. The second is to wait. The third, an internal IRGC coup, is the one that "
        "analysts in this sample call unlikely and talk about most.",
        "None of it could be verified. A dilemma need not be true to be felt.",
        "Coming up in Part 3: The Ledger of the Bonyads—who pays when the guards stop being paid.",
    )
    return Sample("praetorian-guard", "The Praetorian Guard’s Dilemma", summary, at, page)


def decoy(at: datetime) -> Sample:
    """Another outlet's coup story: close in words, and no instalment of anything."""
    return Sample(
        "coup-talk",
        "Coup talk: what an internal IRGC coup would take",
        "Two retired colonels, whom it does not name, called an internal IRGC coup unlikely. A third "
        "of them disagreed.",
        at,
    )


def wire(at: datetime) -> Sample:
    """A short wire report."""
    return Sample(
        "flour",
        "Bakers in Shiraz wait for flour as IRGC lorries are held up",
        "Queues stood before bakeries in Shiraz on Thursday. IRGC lorries with flour were held up by "
        "snow on the pass, drivers said.",
        at,
    )


def persian(at: datetime) -> Sample:
    """An item in Persian, so that a mail with two directions can be looked at."""
    return Sample(
        "arz",
        "گزارش نمونه: واکنش بازار ارز به خبرهای سپاه",
        "این یک گزارش نمونه است. به گفتهٔ فروشندگان، نرخ ارز پس از انتشار خبرهایی دربارهٔ سپاه بالا رفت. "
        "این ادعا تأیید نشده است.",
        at,
    )


def bridge_wire(at: datetime) -> Sample:
    """A wire's report, which others print, cite, check and deny."""
    return Sample(
        "bridge",
        "IRGC convoy leaves Khorramshahr bridge before dawn, residents say",
        "KHORRAMSHAHR (Sample Wire) - An IRGC convoy of about forty vehicles left the bridge at Khorramshahr before "
        "dawn on Sunday, four residents told Sample Wire. The checkpoint at its eastern end was dismantled and its "
        "lights were out, they said. Two of them saw the convoy turn north on the road to Ahvaz.",
        at,
    )


def bridge_copy(at: datetime) -> Sample:
    """The same text in another outlet, under a headline of its own and a little cut."""
    return Sample(
        "bridge-copy",
        "Convoy leaves Khorramshahr bridge, residents say",
        "KHORRAMSHAHR (Sample Wire) - An IRGC convoy of about forty vehicles left the bridge at Khorramshahr before "
        "dawn on Sunday, four residents told Sample Wire. The checkpoint at its eastern end was dismantled and its "
        "lights were out, they said.",
        at,
    )


def bridge_cited(at: datetime) -> Sample:
    """An outlet that tells it in its own words and says from whom it has it."""
    return Sample(
        "bridge-cited",
        "IRGC gives up Khorramshahr bridge checkpoint, Sample Wire reports",
        "The IRGC has given up its checkpoint at the Khorramshahr bridge, Sample Wire reported on Sunday. The convoy "
        "is said to have left for Ahvaz before dawn. We could not verify the report.",
        at,
    )


def bridge_seen(at: datetime) -> Sample:
    """An outlet with somebody of its own on the spot."""
    return Sample(
        "bridge-seen",
        "Khorramshahr bridge open to traffic after IRGC convoy leaves",
        "Lorries crossed the Khorramshahr bridge unchecked on Sunday morning, our correspondent saw. The IRGC convoy "
        "that had held its checkpoint left before dawn, a customs clerk at the bridge told The Ledger.",
        at,
    )


def bridge_denied(at: datetime) -> Sample:
    """An outlet that was told the contrary."""
    return Sample(
        "bridge-denied",
        "Provincial office denies that IRGC convoy left Khorramshahr bridge",
        "The provincial press office denied on Sunday that an IRGC convoy had left the Khorramshahr bridge. The "
        "checkpoint was being moved by some hundred metres, a clerk of the office told the Courier.",
        at,
    )


def rss(title: str, base: str, samples: list[Sample], lang: str = "en") -> str:
    """Write an RSS 2.0 document of sample items, newest first."""
    rows = "".join(
        f"<item><title>{escape(s.title)}</title><link>{base}/{s.slug}</link>"
        f'<guid isPermaLink="false">sample:{s.slug}</guid><pubDate>{format_datetime(s.at)}</pubDate>'
        f"<description>{escape(s.summary)}</description></item>"
        for s in sorted(samples, key=lambda s: s.at, reverse=True)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>{base}/</link><description>Samples</description>"
        f"<language>{lang}</language>{rows}</channel></rss>"
    )


def page(sample: Sample) -> str:
    """Write the web page behind a sample item."""
    body = "".join(f"<p>{escape(p)}</p>" for p in sample.page)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(sample.title)}</title></head>'
        f"<body><nav><a href='/'>Home</a> <a href='/about'>About</a></nav><article><h1>{escape(sample.title)}</h1>"
        f"{body}</article><footer>Sample Review, no real publication</footer></body></html>"
    )
