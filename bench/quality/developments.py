"""How well items that report the same come together: BCubed and pairs on labelled events, decided as items arrive.

    python bench/quality/developments.py [CORPUS] [--sensitivity]        (default: $BRIEFING_CORPUS)

CORPUS holds clusters/NAME.dev.jsonl (`id`, `title`, `summary`, `published`, `lang`, `cluster`). Rows go in by time,
undated ones first in the order of the file; when an item is placed only those before it are known. All sets share one
tuning. Intervals: 95 %, bootstrap over labelled events. With --sensitivity each parameter is moved by a third.
"""

import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from briefing.detect.developments import Grouping, Tuning
from briefing.model import FeedId, Item, ItemId

GOALS = {"allsides2021": 91, "ecbplus": 87, "basil": 97, "uci2014": 60}
NOW = datetime(2026, 11, 23, tzinfo=UTC)
Row = tuple[Item, str]


def read(path: Path) -> list[Row]:
    """Read a set in the order in which its items go in."""
    rows: list[Row] = []
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        at = datetime.fromisoformat(row["published"]) if row["published"] else None
        at = at.replace(tzinfo=UTC) if at and not at.tzinfo else at
        words = row["title"], row["url"]
        number = ItemId(len(rows))
        item = Item(number, FeedId("f"), row["source"], *words, at, NOW, text=row["summary"], lang=row["lang"])
        rows.append((item, row["cluster"]))
    return sorted(rows, key=lambda row: (row[0].published is not None, row[0].at, row[0].id))


def grouped(rows: Sequence[Row], tuning: Tuning) -> list[int]:
    """Place the items one by one; returns the development of each, as it stands in the end."""
    grouping = Grouping(tuning=tuning)
    found: dict[ItemId, ItemId] = {}
    for item, _ in rows:
        placed = grouping.place(item)
        found.update({member.item: member.development for member in (placed.member, *placed.moved)})
    return [found[item.id] for item, _ in rows]


def bcubed(
    gold: Sequence[str], found: Sequence[int], weights: Sequence[int] | None = None
) -> tuple[float, float, float]:
    """Return precision, recall and F1; `weights` count an item several times (bootstrap)."""
    counts = weights or [1] * len(gold)
    ours, theirs, both = Counter(found), Counter(gold), Counter(zip(found, gold, strict=True))
    rows = [*zip(found, gold, counts, strict=True)]
    precision = sum(count * both[one, other] / ours[one] for one, other, count in rows) / sum(counts)
    recall = sum(count * both[one, other] / theirs[other] for one, other, count in rows) / sum(counts)
    return precision, recall, 2 * precision * recall / (precision + recall)


def interval(gold: Sequence[str], found: Sequence[int]) -> tuple[float, float]:
    """Bootstrap 95 % of F1 over the labelled events."""
    chance, events = random.Random(7), sorted(set(gold))
    values = []
    for _ in range(200):
        drawn = Counter(chance.choices(events, k=len(events)))
        values.append(bcubed(gold, found, [drawn[event] for event in gold])[2])
    return sorted(values)[5], sorted(values)[194]


def worst(rows: Sequence[Row], found: Sequence[int]) -> None:
    """Print the developments that mix most, and the events that fall apart most."""
    mixed: dict[int, Counter[str]] = defaultdict(Counter)
    apart: dict[str, Counter[int]] = defaultdict(Counter)
    title = {}
    for (item, event), one in zip(rows, found, strict=True):
        mixed[one][event] += 1
        apart[event][one] += 1
        title.setdefault((one, event), item.title[:60])
    for one, events in sorted(mixed.items(), key=lambda each: max(each[1].values()) - each[1].total())[:3]:
        parts = [f"{count} x {title[one, event]!r}" for event, count in events.most_common(3)]
        print("  together:", " + ".join(parts) if len(events) > 1 else "nothing that should not be")
    for event, ones in sorted(apart.items(), key=lambda each: max(each[1].values()) - each[1].total())[:3]:
        parts = [f"{count} x {title[one, event]!r}" for one, count in ones.most_common(3)]
        print(f"  apart ({len(ones)} pieces):", " | ".join(parts))


def moved(tuning: Tuning, name: str, factor: float) -> Tuning:
    """Return the tuning with one parameter multiplied."""
    value = getattr(tuning, name) * factor
    return replace(tuning, **{name: round(value) if isinstance(getattr(tuning, name), int) else value})


def main(folder: Path, *, sensitivity: bool) -> int:
    """Print the figures, and what each parameter does to them."""
    sets = {name: read(folder / f"{name}.dev.jsonl") for name in GOALS}
    for name, rows in sets.items():
        started = time.process_time()
        found = grouped(rows, Tuning())
        spent = time.process_time() - started
        gold = [event for _, event in rows]
        (precision, recall, f1), (low, high) = bcubed(gold, found), interval(gold, found)
        print(
            f"developments {name}: P {precision:.3f} R {recall:.3f} F1 {100 * f1:.1f} ({100 * low:.1f}-"
            f"{100 * high:.1f}), at least {GOALS[name]}; {len(set(found))} of {len(set(gold))} events,"
            f" {len(rows) / spent:.0f} items/s"
        )
        worst(rows, found)
    for parameter in [each.name for each in fields(Tuning)] if sensitivity else ():
        for factor in (0.67, 1.33):
            tuning = moved(Tuning(), parameter, factor)
            scores = [bcubed([e for _, e in rows], grouped(rows, tuning))[2] for rows in sets.values()]
            print(f"  {parameter} x {factor}:", " ".join(f"{100 * score:.1f}" for score in scores), flush=True)
    return 0


if __name__ == "__main__":
    options = [argument for argument in sys.argv[1:] if argument != "--sensitivity"]
    corpus = Path(options[0] if options else os.environ["BRIEFING_CORPUS"])
    raise SystemExit(main(corpus / "clusters", sensitivity="--sensitivity" in sys.argv))
