"""Measure what an item costs with a database of 100,000 stored items and, in the same one, of ten times as many.

Run it from the repository's root: `python -m bench.stored [STORED] [NEW]` (default: 100000 1000). The items are those
of `bench/quality/pace.py`: STORED of them within the window, with all their bands. Nine times as many follow that the
same feeds brought before, without bands, as `relate.expire` leaves them: an installation that has run ten times as
long. NEW items are judged before and after, a poll of 35 at a time: stored, classified, matched with 1,000 queries,
folded with what the database finds near, grouped in memory. Only CPU time of this process counts.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlmodel import Session

from bench.quality.pace import BATCH, START, Clock, queries, warm
from bench.quality.pace import items as invented
from briefing import relate
from briefing.detect import syndication
from briefing.detect.developments import Grouping
from briefing.detect.instalments import instalment
from briefing.detect.match import Matcher
from briefing.detect.promises import announcements
from briefing.detect.publishers import shipped
from briefing.model import Candidate, FeedId, Item, ParsedItem
from briefing.store import copies, feeds, items
from briefing.store.engine import Store

STORIES = 1_000
TIMES = 10
FEEDS = [FeedId(f"feed-{number}") for number in range(50)]
OLDER = """
    insert into items (id, feed_id, key, content_hash, source, title, url, published, first_seen, last_seen, excerpt,
                       html, text, authors, lang, news)
    select id - :ids, feed_id, key || '-' || :ids, content_hash || '-' || :ids, source, title, url,
           strftime('%Y-%m-%d %H:%M:%f000', published, :ago), strftime('%Y-%m-%d %H:%M:%f000', first_seen, :ago),
           strftime('%Y-%m-%d %H:%M:%f000', last_seen, :ago), excerpt, html, text, authors, lang, news
    from items where id > 0
"""


def stored(session: Session, some: Sequence[Item], feed: FeedId) -> tuple[Item, ...]:
    """Store invented items as a poll of a feed does."""
    found = [Candidate(f"{one.id}", _parsed(one), f"{one.id}") for one in some]
    return items.add(session, feed=feed, source=feed, candidates=found, lang="en", now=some[-1].at, keep_html=False)


def _parsed(one: Item) -> ParsedItem:
    return ParsedItem(f"{one.id}", None, one.title, text=one.text, published=one.at)


def fill(store: Store, pool: Sequence[Item], groupings: Sequence[Grouping]) -> None:
    """Store what is within the window, with its bands, and group it."""
    with store.transaction() as session:
        feeds.sync(session, feeds={feed: f"https://{feed}.example/" for feed in FEEDS}, now=START)
        for batch in range(0, len(pool), 500):
            added = stored(session, pool[batch : batch + 500], FEEDS[batch // 500 % len(FEEDS)])
            copies.put_bands(session, bands={item: syndication.bands(item) for item in added})
    for one in pool:
        groupings[one.id % STORIES].place(one)


def age(store: Store, number: int) -> None:
    """Store what the same feeds brought in the periods before."""
    with store.transaction() as session:
        for period in range(1, TIMES):
            values = {"ids": period * 10 * number, "ago": f"-{4 * period} days"}
            session.connection().execute(text(OLDER), values)


def judged(store: Store, pool: Sequence[Item], matcher: Matcher, groupings: Sequence[Grouping]) -> Clock:
    """Judge items in batches; return what that cost."""
    spent = Clock()
    for start in range(0, len(pool), BATCH):
        batch = pool[start : start + BATCH]
        with store.transaction() as session:
            with spent("store"):
                added = stored(session, batch, FEEDS[start // BATCH % len(FEEDS)])
            with spent("classify and match"):
                for one in batch:
                    instalment(one.title, lead=one.text)
                    announcements(one.text, one.title)
                    matcher.stories(one.feed, one.title, one.text)
            with spent("fold"):
                relate.fold(session, shipped(), added, changed=())
            with spent("group"):
                for one in batch:
                    groupings[one.id % STORIES].place(one)
    return spent


def main(number: int, new: int) -> None:
    """Fill, judge, age, judge again."""
    pool, groupings = invented(number + 3 * new, STORIES, random.Random(7)), [Grouping() for _ in range(STORIES)]
    matcher = queries(pool, STORIES)
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.upgrade()
        fill(store, pool[:number], groupings)
        warm(pool[: 2 * BATCH], shipped())
        judged(store, pool[number : number + new], matcher, groupings)  # until pages and memory are warm
        costs = []
        for run, total in enumerate((number, TIMES * number), 1):
            if run > 1:
                age(store, number)
            began = number + run * new
            spent = judged(store, pool[began : began + new], matcher, groupings)
            costs.append(spent.total() / new)
            parts = ", ".join(f"{name} {each / 1e3 / new:.0f} us" for name, each in spent.items())
            print(f"{total:>9,} stored: {costs[-1] / 1e3:.0f} us an item: {parts}", flush=True)
        print(f"ratio {costs[1] / costs[0]:.2f}, at most 1.3")
        store.close()


if __name__ == "__main__":
    main(*[int(argument) for argument in sys.argv[1:]] or (100_000, 1_000))
