"""Measure what folding and grouping add to a poll of 50 items in a story with many open members; print the CPU time.

Run it from the repository's root: `python -m bench.arrivals [MEMBERS]` (default: 5000). Warm: the story's grouping is
in memory; cold: it is loaded first, as after a start. The texts are invented: 150 words each, on 800 topics.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from briefing.detect.publishers import shipped
from briefing.model import Candidate, FeedId, Match, ParsedItem, StoryId
from briefing.relate import Groupings, fold
from briefing.store import feeds, items, stories
from briefing.store.engine import Store

START = datetime(2026, 11, 5, tzinfo=UTC)
STORY, FEEDS = StoryId("story"), [FeedId(f"feed-{number}") for number in range(50)]
BATCH, TOPICS, WORDS = 50, 800, 150


class Reports:
    """Invented reports in order of time, a minute apart at 5,000 in the window."""

    def __init__(self, members: int) -> None:
        self._chance = random.Random(1)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._chance.choices(letters, k=self._chance.randint(4, 9))) for _ in range(20_000)]
        self._topics = [self._chance.sample(self._words, 60) for _ in range(TOPICS)]
        self._step = timedelta(hours=83) / members
        self.at = START

    def next(self, number: int) -> list[Candidate]:
        """Return the next reports."""
        return [self._report() for _ in range(number)]

    def _report(self) -> Candidate:
        self.at += self._step
        topic, key = self._chance.choice(self._topics), self.at.isoformat()
        title, text = self._text(topic, 9), self._text(topic, WORDS)
        return Candidate(key, ParsedItem(key, None, title, text=text, published=self.at), key)

    def _text(self, topic: list[str], length: int) -> str:
        chosen = (self._chance.choice(topic if self._chance.random() < 0.4 else self._words) for _ in range(length))
        return " ".join(word.title() if self._chance.random() < 0.15 else word for word in chosen)


def poll(store: Store, groupings: Groupings, reports: Reports, number: int, feed: FeedId) -> tuple[float, float, float]:
    """Store a feed's new items with all that is made of them; return the CPU seconds of folding, grouping, all."""
    candidates, began = reports.next(number), time.process_time()
    with store.transaction() as session:
        added = items.add(
            session, feed=feed, source=feed, candidates=candidates, lang="en", now=reports.at, keep_html=False
        )
        for item in added:
            stories.match(session, item=item.id, matches=[Match(STORY)])
        stored = time.process_time()
        fold(session, shipped(), added, changed=())
        folded = time.process_time()
        groupings.place(session, story=STORY, arrived=added)
        grouped = time.process_time()
    return folded - stored, grouped - folded, time.process_time() - began


def main(members: int) -> None:
    """Fill a story and print what the next polls cost."""
    with TemporaryDirectory() as folder:
        store, reports = Store(f"sqlite:///{Path(folder) / 'bench.db'}"), Reports(members)
        store.upgrade()
        with store.transaction() as session:
            feeds.sync(session, feeds={feed: f"https://{feed}.example/" for feed in FEEDS}, now=START)
        warm = Groupings({})
        for batch in range(members // BATCH):
            poll(store, warm, reports, BATCH, FEEDS[batch % len(FEEDS)])
        runs = (("warm", warm, BATCH), ("cold", Groupings({}), BATCH), ("one item, cold", Groupings({}), 1))
        for name, groupings, number in runs:
            fold_, group, whole = poll(store, groupings, reports, number, FEEDS[0])
            print(f"{name:<15} fold {fold_:.3f} s   group {group:.3f} s   whole transaction {whole:.3f} s")
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
