"""What judging costs for each item, with many items stored: classify, match, fold, group; one core, no database.

    python bench/quality/pace.py [STORED] [NEW] [STORIES]        (default: 100000 2000 1000)

Items of some 50 words in invented words (as frequent as in a language), one in five a copy with one word in seven
changed; all stored items are within the window, each in one story. The band table is a dict, as the index of the
database is a tree; reading and writing it is not counted, computing bands and comparing texts is. Each story asks a
query of its own. What is stored beyond the window costs an item nothing: no band and no term of it is kept.

A process judges for months, so the clock starts when the patterns of each language are compiled, and what is stored,
which lies in a database, is kept from the garbage collector.
"""

import gc
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from briefing.detect.developments import Grouping
from briefing.detect.instalments import instalment
from briefing.detect.match import Matcher, StoryRule, compile  # noqa: A004 - as in re.compile
from briefing.detect.promises import announcements
from briefing.detect.publishers import Publishers, shipped
from briefing.detect.syndication import SHARED, bands, fold
from briefing.detect.tongues import TONGUES
from briefing.model import FeedId, Item, ItemId, StoryId
from briefing.relate import CROWDED

Bands = defaultdict[int, list[ItemId]]
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


def filled(pool: Sequence[Item], stories: int) -> tuple[Bands, list[Grouping]]:
    """Fold and group what is stored already."""
    table: Bands = defaultdict(list)
    groupings = [Grouping() for _ in range(stories)]
    for item in pool:
        for band in bands(item):
            table[band].append(item.id)
        groupings[item.id % stories].place(item)
    return table, groupings


def queries(pool: Sequence[Item], stories: int) -> Matcher:
    """Ask a boolean query for each story, of names that its first items have in common."""
    texts = (" ".join(one.text for one in pool[n : n + 40 * stories : stories]) for n in range(stories))
    own = ([word for word, _ in Counter(filter(str.istitle, text.split())).most_common(3)] for text in texts)
    rules = {StoryId(f"s{n}"): StoryRule(query=compile(f"{a} AND ({b} OR {c})")) for n, (a, b, c) in enumerate(own)}
    return Matcher(rules)


def near(table: Bands, found: Iterable[Sequence[int]]) -> set[ItemId]:
    """Look up who shares bands with new items, as the database does."""
    met: set[ItemId] = set()
    for numbers in found:
        shared = Counter(one for band in numbers if len(table[band]) <= CROWDED for one in table[band])
        met.update(one for one, count in shared.items() if count >= SHARED)
    return met


def warm(some: Sequence[Item], publishers: Publishers) -> None:
    """Compile what is compiled when it is first asked for, in every language, and set apart what is stored."""
    for one in (*some, *spoken(some[0])):
        instalment(one.title, lead=one.text)
        announcements(one.text, one.title)
    fold(some, (), publishers)
    gc.collect()
    gc.freeze()


def spoken(one: Item) -> Iterator[Item]:
    """Yield items that hold the words by which each tongue is known to speak of parts."""
    for tongue in TONGUES:
        said = " ".join(word.rstrip("*") for word in f"{tongue.mark_words} {tongue.hint}".split())
        yield replace(one, title=said, text=said)


class Clock(Counter[str]):
    """CPU nanoseconds by what they were spent on."""

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count what the block spends."""
        at = time.process_time_ns()
        yield
        self[name] += time.process_time_ns() - at


def main(stored: int, new: int, stories: int) -> int:
    """Fill, then judge the new items in batches, and print items a second."""
    pool = items(stored + new, stories, random.Random(7))
    table, groupings = filled(pool[:stored], stories)
    matcher, publishers, spent = queries(pool, stories), shipped(), Clock()
    warm(pool[: 2 * BATCH], publishers)
    copies = matched = compared = 0
    for start in range(stored, stored + new, BATCH):
        batch = pool[start : start + BATCH]
        with spent("classify"):
            for one in batch:
                instalment(one.title, lead=one.text)
                announcements(one.text, one.title)
        with spent("match"):
            matched += sum(len(matcher.stories(one.feed, one.title, one.text)) for one in batch)
        with spent("bands"):
            found = [bands(item) for item in batch]
        candidates = [pool[one] for one in near(table, found)]
        with spent("fold"):
            copies += len(fold(batch, candidates, publishers))
        with spent("group"):
            for item in batch:
                groupings[item.id % stories].place(item)
        compared += len(candidates)
        for item, numbers in zip(batch, found, strict=True):
            for band in numbers:
                table[band].append(item.id)
    parts = ", ".join(f"{name} {nanoseconds / 1e3 / new:.0f} us" for name, nanoseconds in spent.items())
    print(f"pace {1e9 * new / spent.total():.0f} items/s with {stored} stored, {stories} stories and queries: {parts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {matched} matches, {copies} copies, {compared / new:.1f} candidates an item, peak {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*[int(argument) for argument in sys.argv[1:]] or (100_000, 2_000, 1_000)))
