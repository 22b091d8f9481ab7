"""What a second list of feeds carries on our stories that ours did not: a reason to follow more feeds, or not.

    fetch the feeds that are not ours | play their items and ours together | keep the developments without one of ours

Apart from `replay`, which plays a file: here one side is what is stored, the other what the network holds now. What if
we die here? Nothing is stored or sent.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.urls import canonical
from briefing.config import effective
from briefing.config.effective import FeedSettings
from briefing.config.grammar import Config
from briefing.errors import FeedError
from briefing.model import Failed, FeedId, FeedState, Fetched, Item, ItemId, StoryId, Throttled
from briefing.poll import request
from briefing.replay import Criteria, together

EARLIER = timedelta(days=4)  # what ours carried shortly before may be what theirs repeat now
_THEIRS = ItemId(0)  # theirs are in no database; ours count from 1


@dataclass(frozen=True, slots=True)
class Missed:
    """A development of one of our stories that none of our feeds carried, by its first item."""

    story: StoryId
    at: datetime
    title: str
    url: str | None
    sources: tuple[str, ...]  # in order of time


@dataclass(slots=True)
class Carried:
    """What a list of feeds holds now, and what kept a feed from telling."""

    items: list[Item] = field(default_factory=list)
    failed: dict[FeedId, str] = field(default_factory=dict)


def others(ours: Config, theirs: Config) -> tuple[FeedSettings, ...]:
    """Return the feeds of a second configuration that the first does not have, by address."""
    known = {_same(str(feed.url)) for feed in effective.feeds(ours).values()}
    settings = (effective.settings(theirs, name) for name in effective.feeds(theirs))
    return tuple(one for one in settings if _same(one.url) not in known)


def _same(url: str) -> str:
    return canonical(url) or url


async def carried(
    feeds: Sequence[FeedSettings], config: Config, *, now: datetime, seen: Callable[[str], object]
) -> Carried:
    """Fetch feeds as politely as a poll does; `seen` hears of each as it is done."""
    found, polling = Carried(), config.defaults.poll

    async def one(feed: FeedSettings) -> None:
        outcome = await fetcher.get(request(feed, FeedState(feed.id, feed.url, now)), now=now)
        try:
            if isinstance(outcome, Fetched):
                document = await isolate.feed(outcome)
                source = feed.title or document.title or feed.id
                lang = feed.lang or document.lang
                found.items += (Item.unstored(i, _THEIRS, feed.id, source, lang=lang, now=now) for i in document.items)
            else:
                found.failed[feed.id] = _words(outcome)
        except FeedError as error:
            found.failed[feed.id] = str(error)
        seen(feed.id)

    async with Isolate() as isolate, Fetcher(per_host=polling.per_host, spacing=polling.spacing) as fetcher:
        await asyncio.gather(*map(one, feeds))
    return found


def _words(outcome: object) -> str:
    match outcome:
        case Failed(reason=reason):
            return reason
        case Throttled(status=status):
            return f"answered {status}"
        case _:
            return "gone (410)"


def missed(theirs: Sequence[Item], ours: Sequence[Item], criteria: Criteria, *, since: datetime) -> tuple[Missed, ...]:
    """Return the developments that only they carried, story by story, the latest first.

    What both have counts as ours: the same address, a copy, or another report of the same.
    """
    known = {_same(item.url) for item in ours if item.url}
    only = [item for item in theirs if item.at >= since and _same(item.url or "") not in known]
    found = [
        Missed(story, group[0].at, group[0].title, group[0].url, tuple(dict.fromkeys(item.source for item in group)))
        for story, group in together([*ours, *only], criteria)
        if all(item.id == _THEIRS for item in group)
    ]
    return tuple(sorted(found, key=lambda one: (one.story, -one.at.timestamp())))
