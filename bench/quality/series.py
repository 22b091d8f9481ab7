"""How often parts and promises are read right: labelled titles and sentences, our own cases by language, and the pace.

    python bench/quality/series.py [CORPUS]        (default: $BRIEFING_CORPUS; without one only the cases)

CORPUS holds series/titles.dev.jsonl (`text`, `unit`, `lang`, `source`, `ambiguous`, `is_instalment`, `part_number`,
`total_parts`, `series_title`, `is_promise`, `promised_part`). Ambiguous rows are not scored; a series title counts as
right if it is the label but for case and punctuation. Intervals: 95 %, Wilson. Our own cases are a dozen a language and
all right, or the tests fail; they are no accuracy figure. The pace is that of one item: a title and two sentences.
"""

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from math import sqrt
from pathlib import Path
from typing import Any

from briefing.detect.markers import Marker, marker
from briefing.detect.promises import Announcement, announcements
from tests.unit.detect.test_markers_tongues import OTHERS, PARTS
from tests.unit.detect.test_promises_tongues import NOTHING, PROMISES

Row = dict[str, Any]
GOALS = {
    "titles: precision": 0.98,
    "titles: recall": 0.92,
    "titles: part right": 0.99,
    "titles: series title right": 0.85,
    "promises: precision": 0.95,
    "promises: recall": 0.90,
    "promises: part right": 0.98,
}


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    share, z2 = right / of, 1.96**2
    middle, half = share + z2 / (2 * of), 1.96 * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (middle - half) / (1 + z2 / of), (middle + half) / (1 + z2 / of)


def bare(title: str | None) -> str:
    """Write a series title without case and punctuation."""
    return re.sub(r"\W+", " ", (title or "").lower()).strip()


def titles(rows: Iterable[Row], counts: Counter[str], misses: list[str]) -> None:
    """Count what is read of titles."""
    for row in rows:
        found, is_part = marker(row["text"]), row["is_instalment"]
        counts["titles: precision", found is not None and is_part] += found is not None
        counts["titles: recall", found is not None] += is_part
        if (found is not None) != is_part:
            misses.append(f"{'not read' if is_part else 'no part of its own'}: {row['text'][:100]}")
        elif found and row["part_number"] is not None:
            named(row, found, counts, misses)


def named(row: Row, found: Marker, counts: Counter[str], misses: list[str]) -> None:
    """Count what is read of a part that is one."""
    right = (found.part, found.total or row["total_parts"]) == (row["part_number"], row["total_parts"] or found.total)
    counts["titles: part right", right] += 1
    if not right:
        misses.append(f"part {found.part} of {found.total}: {row['text'][:100]}")
    if row["series_title"]:
        alike = bare(found.series_title) == bare(row["series_title"])
        counts["titles: series title right", alike] += 1
        if not alike:
            misses.append(f"series “{found.series_title}”: {row['text'][:100]}")


def sentences(rows: Iterable[Row], counts: Counter[str], misses: list[str]) -> None:
    """Count what is read of sentences."""
    for row in rows:
        found: tuple[Announcement, ...] = announcements(row["text"], "")
        counts["promises: precision", bool(found) and row["is_promise"]] += bool(found)
        counts["promises: recall", bool(found)] += row["is_promise"]
        if bool(found) != row["is_promise"]:
            misses.append(f"{'not read' if row['is_promise'] else 'promises nothing'}: {row['text'][:100]}")
        elif found and row["promised_part"]:
            counts["promises: part right", found[0].part == row["promised_part"]] += 1


def labelled(rows: Iterable[Row]) -> tuple[Counter[Any], list[str]]:
    """Judge labelled rows; returns what was right and wrong by figure, and the misses."""
    counts: Counter[Any] = Counter()
    misses: list[str] = []
    scored = [row for row in rows if not row["ambiguous"]]
    titles((row for row in scored if row["unit"] == "title"), counts, misses)
    sentences((row for row in scored if row["unit"] == "sentence"), counts, misses)
    return counts, misses


def figures(counts: Counter[Any], name: str) -> str:
    """Write one figure with its interval."""
    right, of = counts[name, True], counts[name, True] + counts[name, False]
    if not of:
        return "-"
    low, high = wilson(right, of)
    return f"{right / of:.3f} ({low:.3f}-{high:.3f}; {right} of {of})"


def corpus_figures(path: Path) -> None:
    """Print the figures of labelled rows, of each language with enough of them, and the misses."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    counts, misses = labelled(rows)
    for name, goal in GOALS.items():
        print(f"{name} {figures(counts, name)}, at least {goal}")
    dated = [row["text"] for row in rows if row["kind"] == "dated" and (found := marker(row["text"])) and found.part]
    print(f"dates read as parts: {len(dated)}")
    for lang, many in Counter(row["lang"] for row in rows).most_common():
        if many >= 50:
            one, _ = labelled(row for row in rows if row["lang"] == lang)
            print(f"  {lang}:", ", ".join(f"{name} {figures(one, name).split(' (')[0]}" for name in GOALS))
    for miss in misses[:12]:
        print("  miss:", miss)


def own_cases() -> None:
    """Print how many of our own cases are right, by language: titles and sentences, traps after the plus."""
    print("own cases right (titles with a part + traps, promises + traps):")
    for lang, rows in PARTS.items():
        parts = [(part, total) for _, part, total, _ in rows]
        read = [(found.part, found.total) if found else None for found in (marker(title) for title, *_ in rows)]
        named = [[one.part for one in announcements(text, "")] for text, *_ in PROMISES[lang]]
        right = (
            [one == part for one, part in zip(read, parts, strict=True)],
            [marker(title) is None for title in OTHERS[lang]],
            [one == [part] for one, (_, part, _) in zip(named, PROMISES[lang], strict=True)],
            [not announcements(text, "") for text in NOTHING[lang]],
        )
        shares = " ".join(f"{sum(each)}/{len(each)}" for each in right)
        print(f"  {lang} {shares}")


def pace(rows: Iterable[tuple[str, str]]) -> None:
    """Print what one item costs."""
    items = [*rows]
    started = time.process_time()
    for title, _ in items:
        marker(title)
    middle = time.process_time()
    for title, text in items:
        announcements(text, title)
    spent, own = time.process_time() - middle, middle - started
    print(f"pace: {1e6 * own / len(items):.0f} µs a title, {1e6 * spent / len(items):.0f} µs its two sentences")


def ordinary(path: Path) -> list[tuple[str, str]]:
    """Return real titles with the first two sentences of their summaries."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    return [(row["title"], ". ".join(row["summary"].split(". ")[:2])) for row in rows]


def main(corpus: str | None) -> int:
    """Print the figures."""
    if corpus:
        corpus_figures(Path(corpus) / "series" / "titles.dev.jsonl")
    own_cases()
    if corpus:
        pace(ordinary(Path(corpus) / "clusters" / "allsides2021.dev.jsonl"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BRIEFING_CORPUS")))
