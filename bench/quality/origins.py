"""How often the origin of a text is read right: the cases of the tests by language, and coverage of real excerpts.

    python bench/quality/origins.py [CORPUS]        (default: $BRIEFING_CORPUS; without one only the cases)

The cases are our own, a dozen a language: regressions show, percentages of a language would say too much. Of a corpus
(clusters/allsides2021.dev.jsonl) it prints how many excerpts cite or credit another publisher, and the sentences, for
reading: their labels are not known. Interval: 95 %, bootstrap over the cases.
"""

import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

from briefing.detect.origins import origin
from briefing.detect.publishers import shipped
from briefing.model import FeedId, Item, ItemId
from tests.unit.detect.test_origins import CITED, OWN, item


def cases() -> list[tuple[str, bool, bool]]:
    """Read every case; returns language, whether something is cited, whether it was read right."""
    return [
        (lang, family != OWN, origin(item(text, lang), shipped()).family == family)
        for lang, rows in CITED.items()
        for text, family in rows
    ]


def excerpts(path: Path) -> None:
    """Print what real excerpts cite, the most cited first, and some of the sentences."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    found = []
    for number, row in enumerate(rows):
        one = item(row["summary"], row["lang"], number=number, source=row["source"], title=row["title"])
        one = Item(
            ItemId(number), FeedId("f"), one.source, one.title, row["url"], one.at, one.at, text=one.text, lang="en"
        )
        told = origin(one, shipped())
        if told.family != shipped().family(one.source, one.url):
            found.append((told.family, told.quote or one.text[:80]))
    print(
        f"  {len(found)} of {len(rows)} excerpts rest on another publisher:",
        Counter(one for one, _ in found).most_common(8),
    )
    for family, quote in found[:: max(1, len(found) // 8)]:
        print(f"    {family}: {quote[:110]}")


def main(corpus: str | None) -> int:
    """Print the figures."""
    rows, chance = cases(), random.Random(7)
    shares = sorted(sum(right for *_, right in chance.choices(rows, k=len(rows))) / len(rows) for _ in range(400))
    right = sum(each[2] for each in rows)
    print(f"origins {right} of {len(rows)} own cases right ({shares[10]:.3f}-{shares[389]:.3f})")
    by_lang = Counter((lang, cited) for lang, cited, _ in rows)
    print(" ", ", ".join(f"{lang} {by_lang[lang, True]}+{by_lang[lang, False]}" for lang in CITED), "(cited + traps)")
    if corpus:
        excerpts(Path(corpus) / "clusters" / "allsides2021.dev.jsonl")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BRIEFING_CORPUS")))
