"""What folding and grouping cost for each item, with many items stored: one core, no database.

    python bench/quality/pace.py [STORED] [NEW] [STORIES]        (default: 100000 2000 1000)

Items of some 50 words in invented words (as frequent as in a language), one in five a copy with one word in seven
changed; all stored items are within the window, each in one story. The band table is a dict, as the index of the
database is a tree; reading and writing it is not counted, computing bands and comparing texts is.
"""

import random
import resource
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from briefing.detect.developments import Grouping
from briefing.detect.publishers import shipped
from briefing.detect.syndication import SHARED, bands, fold
from briefing.model import FeedId, Item, ItemId

START = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 35


def items(count: int, stories: int, chance: random.Random) -> list[Item]:
    """Invent items in order of time; a story's items share a tenth of their words."""
    letters = "bcdfghklmnprstvz", "aeiou"
    words = ["".join(chance.choice(letters[place % 2]) for place in range(chance.randint(3, 9))) for _ in range(30_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    drawn = iter(chance.choices(words, weights, k=count * 60))
    own = [chance.sample(words, 12) for _ in range(stories)]
    found: list[Item] = []
    for number in range(count):
        story = number % stories
        if number > stories and chance.random() < 0.2:
            text = [next(drawn) if not chance.randrange(7) else word for word in found[number - stories].text.split()]
        else:
            text = [chance.choice(own[story]).title() if not chance.randrange(10) else next(drawn) for _ in range(50)]
        title = " ".join(text[:8])
        at = START + timedelta(hours=90 * number / count)
        source = f"Paper {number % 997}"
        found.append(Item(ItemId(number), FeedId(source), source, title, None, at, at, text=" ".join(text), lang="en"))
    return found


def main(stored: int, new: int, stories: int) -> int:
    """Fill, then place and fold the new items in batches, and print items a second."""
    pool = items(stored + new, stories, random.Random(7))
    table: defaultdict[int, list[int]] = defaultdict(list)
    groupings = [Grouping() for _ in range(stories)]
    for item in pool[:stored]:
        for band in bands(item):
            table[band].append(item.id)
        groupings[item.id % stories].place(item)
    publishers = shipped()
    spent = {"bands": 0.0, "fold": 0.0, "group": 0.0}
    copies = compared = 0
    for start in range(stored, stored + new, BATCH):
        batch = pool[start : start + BATCH]
        at = time.process_time()
        found = [bands(item) for item in batch]
        spent["bands"] += time.process_time() - at
        near: set[int] = set()
        for numbers in found:
            shared = Counter(one for band in numbers if len(table[band]) <= 40 for one in table[band])
            near.update(one for one, count in shared.items() if count >= SHARED)
        at = time.process_time()
        copies += len(fold(batch, [pool[one] for one in near], publishers))
        spent["fold"] += time.process_time() - at
        compared += len(near)
        at = time.process_time()
        for item in batch:
            groupings[item.id % stories].place(item)
        spent["group"] += time.process_time() - at
        for item, numbers in zip(batch, found, strict=True):
            for band in numbers:
                table[band].append(item.id)
    parts = ", ".join(f"{name} {1e6 * seconds / new:.0f} us" for name, seconds in spent.items())
    print(f"pace {new / sum(spent.values()):.0f} items/s with {stored} stored in {stories} stories: {parts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {copies} copies, {compared / new:.1f} candidates an item, peak {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*[int(argument) for argument in sys.argv[1:]] or (100_000, 2_000, 1_000)))
