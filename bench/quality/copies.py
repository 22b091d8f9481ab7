"""How well near-duplicate texts fold: precision and recall on edited wire copies among look-alikes.

    python bench/quality/copies.py [CORPUS]        (default: $BRIEFING_CORPUS)

CORPUS holds clusters/*.dev.jsonl (`title`, `summary`, `source`, `cluster`). Each of some hundreds of reports gets
copies as editors make them: a credit added, cut, a rewritten lead, 5-40 % of the words changed, another headline.
Among them stand what must not fold: two reports on one event (other rows of its cluster), forms filled in with other
numbers (quakes, markets, weather, results), live blogs of two days, articles that share boilerplate. One pool, one
fold; pairs are counted. Intervals: 95 %, bootstrap over reports.
"""

import json
import os
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rapidfuzz import fuzz, process

from briefing.detect.publishers import shipped
from briefing.detect.syndication import fold
from briefing.model import FeedId, Item, ItemId

START = datetime(2026, 11, 1, tzinfo=UTC)
SETS = ("allsides2021", "ecbplus", "basil")
OTHERS = "allsides_neus"
SEEDS = range(7, 12)
PRINTED_AGAIN = 60  # per cent


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the pool; those of one `report` are one text told again, those of one `kind` are judged apart."""

    report: str
    kind: str
    title: str
    text: str
    source: str
    hours: float


# --- copies ---------------------------------------------------------------------------------------------------------

CREDITS = ("WASHINGTON (AP) — {}", "LONDON, Nov 1 (Reuters) - {}", "{} — Reuters", "By The Associated Press\n{}", "{}")


def sentences(text: str) -> list[str]:
    """Cut a text at its full stops."""
    return re.split(r"(?<=[.!?])\s+", text)


def edited(text: str, rate: float, words: list[str], chance: random.Random) -> str:
    """Change `rate` of the words: other words, left out, put in."""
    out: list[str] = []
    for word in text.split():
        if chance.random() >= rate:
            out.append(word)
        elif (what := chance.random()) < 0.6:
            out.append(chance.choice(words))
        elif what < 0.8:
            out += [word, chance.choice(words)]
    return " ".join(out)


def copy(row: dict[str, str], words: list[str], chance: random.Random) -> tuple[str, str, str]:
    """Make a copy as an editor does; returns kind, title and text."""
    title, text, kinds = row["title"], row["summary"], []
    parts = sentences(text)
    if len(parts) > 2 and chance.random() < 0.3:
        parts = parts[: max(2, round(len(parts) * chance.uniform(0.5, 0.9)))]
        kinds.append("cut")
    if len(parts) > 2 and chance.random() < 0.3:
        lead = " ".join(chance.sample(words, 14)).capitalize() + "."
        parts = [lead, *parts[1:]]
        kinds.append("lead")
    text = " ".join(parts)
    if chance.random() < 0.7:
        rate = chance.uniform(0.05, 0.4)
        text = edited(text, rate, words, chance)
        kinds.append(f"edits {5 * round(rate * 20)}%")
    if chance.random() < 0.5:
        title = edited(title, 0.5, words, chance)
        kinds.append("headline")
    return " + ".join(kinds) or "as it is", title, chance.choice(CREDITS).format(text)


# --- what must not fold ---------------------------------------------------------------------------------------------

PLACES = [
    "Adana",
    "Bushehr",
    "Calama",
    "Denizli",
    "Elbasan",
    "Fiji",
    "Gorontalo",
    "Hualien",
    "Iquique",
    "Jayapura",
    "Kodiak",
    "Lisbon",
]
NAMES = [
    "Arden",
    "Bexley",
    "Corvane",
    "Dunmore",
    "Eskdale",
    "Farrow",
    "Glenside",
    "Harlan",
    "Ivorne",
    "Jessop",
    "Kestrel",
    "Lorimer",
]
FORMS = (
    (
        "Magnitude {x}.{y} earthquake strikes near {place}",
        (
            "A magnitude {x}.{y} earthquake struck {n} kilometres south of {place} on {day}, the geological "
            "survey said. The quake hit at a depth of {m} kilometres at {h}:{z} local time. There were no "
            "immediate reports of damage or casualties and no tsunami warning was issued. Residents felt "
            "shaking in several towns around {place}."
        ),
    ),
    (
        "{name} shares move {x}.{y} % at the close",
        (
            "The benchmark index closed {x}.{y} percent higher at {n}{m} points on {day}, while shares of "
            "{name} gained {y}.{x} percent to {m}.{z} dollars. Trading volume was {n} million shares, compared "
            "with the average of {m} million over the last twenty sessions. Advancing issues outnumbered "
            "declining ones by {n} to {z}."
        ),
    ),
    (
        "Weather for {place} on {day}",
        (
            "Partly cloudy skies are expected over {place} on {day}, with a high of {n} degrees and a low of "
            "{z} degrees. Winds will blow from the northwest at {m} kilometres an hour. The chance of rain is "
            "{n} percent during the afternoon, rising to {m} percent overnight before skies clear again towards"
            " the morning."
        ),
    ),
    (
        "{name} reports quarterly profit of {n} million",
        (
            "{name} Corp on {day} reported net income of ${n}.{x} million in its latest quarter, or {z} cents "
            "per share. The company said it had revenue of ${m}.{y} million in the period, against expectations"
            " of ${n}{z} million. Analysts surveyed by a research firm had expected earnings of {m} cents per "
            "share for the quarter."
        ),
    ),
    (
        "Live: latest updates from {place}",
        (
            "This live blog is closed for {day}. Follow the latest developments with our reporters on the "
            "ground. {own} We will bring you updates, pictures and analysis throughout the day. Send your "
            "questions to our newsroom."
        ),
    ),
    (
        "{name}: what we know on {day}",
        (
            "{own} Sign up to our newsletter to get the top stories delivered to your inbox every morning. By "
            "signing up you agree to our terms of service."
        ),
    ),
)
LIVE = 4  # the live blogs of one publisher, day by day, in one of its feeds or another
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def filled(form: tuple[str, str], own: str, chance: random.Random) -> tuple[str, str]:
    """Fill a form in."""
    values = {
        "x": chance.randint(1, 9), "y": chance.randint(0, 9), "n": chance.randint(11, 99), "m": chance.randint(11, 99),
        "h": chance.randint(1, 23), "z": chance.randint(10, 59), "place": chance.choice(PLACES),
        "name": chance.choice(NAMES), "day": chance.choice(DAYS), "own": own,
    }  # fmt: skip
    return form[0].format(**values), form[1].format(**values)


# --- the pool -------------------------------------------------------------------------------------------------------


def pool(rows: list[dict[str, str]], others: list[str], chance: random.Random) -> Iterator[Text]:
    """Yield originals with their copies, other reports on their events, and forms filled in with `others`."""
    words = sorted({word for row in rows for word in row["summary"].split() if word.isalpha()})
    publishers = (f"Paper {number}" for number in range(100_000))
    for number, row in enumerate(rows):
        at = chance.uniform(0, 24 * 20)
        yield Text(row["id"], "original", row["title"], row["summary"], next(publishers), at)
        if number % 2:
            continue
        for _ in range(chance.randint(1, 3)):
            kind, title, text = copy(row, words, chance)
            yield Text(row["id"], kind, title, text, next(publishers), at + chance.uniform(0.1, 40))
    for number in range(600):
        own = others[number]
        title, text = filled(FORMS[number % len(FORMS)], own, chance)
        form = number % len(FORMS)
        publisher = "A broadcaster" if form == LIVE else next(publishers)
        yield Text(f"form {number}", f"form {form}", title, text, publisher, chance.uniform(0, 200))


def reports(folder: Path, *names: str) -> list[dict[str, str]]:
    """Read the rows whose texts are long enough to be a report.

    The corpus labels events, not copies, and some of its rows print one agency's words: of those that resemble each
    other (by characters, whatever the words) one stays, and ecbplus, which has many, gives one row an event.
    """
    rows = [json.loads(line) for name in names for line in (folder / f"{name}.dev.jsonl").open(encoding="utf-8")]
    one_each = {row["cluster"] if row["id"].startswith("ecb") else row["summary"]: row for row in rows}
    found: dict[str, dict[str, str]] = {}
    for row in one_each.values():
        text = row["summary"]
        if len(text) > 200 and not process.extractOne(
            text, found.keys(), scorer=fuzz.ratio, score_cutoff=PRINTED_AGAIN
        ):
            found[text] = row
    return [*found.values()]


def folded(texts: list[Text]) -> dict[int, int]:
    """Fold the pool; returns the original of each text."""
    items = [
        Item(ItemId(n), FeedId(str(n)), t.source, t.title, None, START + timedelta(hours=t.hours),
             START + timedelta(60), text=t.text, lang="en")
        for n, t in enumerate(texts)
    ]  # fmt: skip
    return {copy.item: copy.original for copy in fold(items, (), shipped()) if copy.original is not None}


def judged(texts: list[Text], of: dict[int, int]) -> dict[str, tuple[int, int, int]]:
    """Count by report: copies found, copies missed, texts folded that should not be."""
    originals = {text.report: number for number, text in reversed([*enumerate(texts)])}
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for number, text in enumerate(texts):
        found = of.get(number)
        root = found if found is not None else number
        right = texts[root].report == text.report
        if originals[text.report] != number:
            counts[text.report][0 if right and root != number else 1] += 1
        if not right:
            counts[text.report][2] += 1
    return {report: (one[0], one[1], one[2]) for report, one in counts.items()}


def interval(
    counts: list[tuple[int, int, int]], of: Callable[[list[tuple[int, int, int]]], float]
) -> tuple[float, float]:
    """Bootstrap 95 % of a figure."""
    chance = random.Random(SEEDS[0])
    values = sorted(of(chance.choices(counts, k=len(counts))) for _ in range(400))
    return values[10], values[389]


def precision(counts: list[tuple[int, int, int]]) -> float:
    """Share of the folded texts that are copies of what they fold into."""
    right, wrong = sum(one[0] for one in counts), sum(one[2] for one in counts)
    return right / (right + wrong) if right + wrong else 1.0


def recall(counts: list[tuple[int, int, int]]) -> float:
    """Share of the copies that fold into their original."""
    right, missed = sum(one[0] for one in counts), sum(one[1] for one in counts)
    return right / (right + missed) if right + missed else 1.0


def main(folder: Path) -> int:
    """Print the figures over several pools, and the worst misses of the last."""
    rows, others = reports(folder, *SETS), [row["summary"] for row in reports(folder, OTHERS)]
    counts: list[tuple[int, int, int]] = []
    for seed in SEEDS:
        texts = [*pool(rows, others, random.Random(seed))]
        of = folded(texts)
        counts += judged(texts, of).values()
    for name, figure in (("precision", precision), ("recall", recall)):
        low, high = interval(counts, figure)
        print(f"copies {name} {figure(counts):.4f} ({low:.4f}-{high:.4f}), {len(SEEDS)} pools of {len(texts)} texts")
    by_kind: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    first: dict[str, int] = {}
    wrong = 0
    for number, text in enumerate(texts):
        root = of.get(number, number)
        if texts[root].report != text.report and (wrong := wrong + 1) <= 12:
            print(f"  wrong: {text.kind} | {text.title[:60]} -> {texts[root].kind} | {texts[root].title[:60]}")
        if first.setdefault(text.report, number) != number:
            by_kind[text.kind][root == number] += 1
    for kind, (found, missed) in sorted(by_kind.items(), key=lambda each: -each[1][1])[:12]:
        print(f"  missed: {missed} of {found + missed} {kind}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["BRIEFING_CORPUS"]) / "clusters"))
