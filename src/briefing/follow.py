"""Shell 5: from an address to a configuration that follows it, and to what it would have sent.

    fetch | find the feed | parse | suggest a query | read pages for promises | the feeds.yaml it means | preview

What if we die here? Nothing is stored, sent or written.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from briefing.clock import Clock, utc_now
from briefing.collect import fulltext
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.pages import Pages
from briefing.config import edit, effective, mask
from briefing.config.grammar import Config, Digest
from briefing.detect import match, series
from briefing.detect.promises import Announcement
from briefing.edit.digest import StoryDesk, compose
from briefing.errors import FeedError, FetchError, ParseError
from briefing.model import (
    Failed,
    FeedId,
    Fetched,
    Item,
    ItemId,
    Mail,
    Match,
    Occurrence,
    Page,
    ParsedFeed,
    ParsedItem,
    Promise,
    Recipient,
    Request,
    Series,
    StoryId,
)
from briefing.render.email import Desk, Renderer

PAGES_READ = 5  # newest pages read for promises, when the feed ships excerpts
FEEDS_TRIED = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A feed behind an address, and what following it would mean."""

    asked: str
    url: str
    feed: ParsedFeed
    query: str  # suggested; empty when the titles suggest none
    matching: tuple[ParsedItem, ...]
    promises: tuple[tuple[ParsedItem, Announcement], ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """One item of a feed with the stories it would belong to, and why."""

    title: str
    url: str | None
    matches: tuple[Match, ...]


class Scout:
    """Async context manager: looks at addresses without remembering anything."""

    def __init__(self, request: Request, clock: Clock = utc_now) -> None:
        self._request, self._clock = request, clock
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._isolate = await self._stack.enter_async_context(Isolate())
        self._fetcher = await self._stack.enter_async_context(Fetcher(spacing=timedelta(0)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def find(self) -> tuple[str, ParsedFeed]:
        """Return the feed at the address, or the first one that the page there points to."""
        fetched = await self._fetch(self._request.url)
        try:
            return fetched.url, await self._isolate.feed(fetched)
        except ParseError as refused:
            page = await self._isolate.page(fetched)
            return await self._first(page, refused)

    async def promises(self, feed: ParsedFeed) -> tuple[tuple[ParsedItem, Announcement], ...]:
        """Return what the newest items promise; their pages are read if the feed ships excerpts."""
        found = []
        pages = Pages(self._fetcher, self._isolate)
        excerpts = fulltext.ships_excerpts(feed)
        for item in feed.items[:PAGES_READ]:
            text = item.text
            if excerpts and item.url:
                page = await pages.read(self._to(item.url), now=self._clock())
                text = (page.text if page else "") or text
            found += [(item, said) for said in series.announcements(text, item.title)]
        return tuple(found)

    async def _first(self, page: Page, refused: ParseError) -> tuple[str, ParsedFeed]:
        for _, url in page.feeds[:FEEDS_TRIED]:
            try:
                fetched = await self._fetch(url)
                return fetched.url, await self._isolate.feed(fetched)
            except FeedError:
                continue
        raise refused

    async def _fetch(self, url: str) -> Fetched:
        outcome = await self._fetcher.get(self._to(url), now=self._clock())
        if isinstance(outcome, Fetched):
            return outcome
        reason = outcome.reason if isinstance(outcome, Failed) else f"answered {type(outcome).__name__.lower()}"
        raise FetchError(f"{mask.address(url)}: {reason}")

    def _to(self, url: str) -> Request:
        """Return a request for an address; only the server that was named may be private, or is given a secret."""
        if urlsplit(url).netloc.lower() == urlsplit(self._request.url).netloc.lower():
            return replace(self._request, url=url)
        return replace(self._request, url=url, headers=(), auth=None, allow_private=False)


async def look(url: str, *, allow_private: bool = False, clock: Clock = utc_now) -> Found:
    """Find the feed behind an address and what a suggested query would match; FeedError when there is none."""
    async with Scout(Request(url, allow_private=allow_private), clock) as scout:
        where, feed = await scout.find()
        query = match.suggest(feed.items)
        rule = match.StoryRule(query=match.compile(query) if query else None)
        matcher = match.Matcher({StoryId("story"): rule})
        matching = tuple(i for i in feed.items if matcher.stories(FeedId("feed"), i.title, i.text))
        return Found(url, where, feed, query, matching, await scout.promises(feed), allow_private)


async def trial(config: Config, name: str, matcher: match.Matcher, *, allow_private: bool = False) -> tuple[Trial, ...]:
    """Fetch a feed of the configuration, or an address, and say which items would match which stories."""
    known = effective.feeds(config)
    request = Request(name, user_agent=effective.user_agent(config), allow_private=allow_private)
    if name in known:
        own = effective.settings(config, FeedId(name))
        request = replace(request, url=own.url, headers=own.headers, auth=own.auth, allow_private=own.allow_private)
    elif not name.startswith(("http://", "https://")):
        raise FetchError(f"no feed named {name}; give an id of feeds.yaml or an address")
    async with Scout(request) as scout:
        _, feed = await scout.find()
    place = FeedId(name)
    return tuple(Trial(i.title, i.url, matcher.stories(place, i.title, i.text)) for i in feed.items)


def followed(found: Found, text: str | None, *, to: str | None, zone: str = "UTC") -> str:
    """Return a feeds.yaml that follows what was found: this one with it added, or a short new one for None."""
    story = story_of(found)
    title = found.feed.title or story
    if text is None:
        return edit.starter(
            url=found.url,
            feed_title=title,
            story=story,
            story_title=title,
            query=found.query,
            address=to or "you@example.org",
            zone=zone,
            allow_private=found.private,
        )
    text = edit.add_feed(text, story, found.url, title, allow_private=found.private)
    text = edit.add_story(text, story, title=title, feeds=[story], query=found.query or None)
    return edit.add_digest(text, story, stories=[story], at="07:00", to=[to]) if to else text


def story_of(found: Found) -> StoryId:
    """Return the id that a story of what was found gets."""
    return StoryId(effective.id_of(found.url))


def words(found: Found) -> Sequence[str]:
    """Say in a few lines what was found."""
    newest = next((i.published for i in found.feed.items if i.published), None)
    lines = [
        f"feed       {mask.address(found.url)}",
        f"           {found.feed.title or 'untitled'} · {len(found.feed.items)} items"
        + (f" · newest {newest:%d %b %Y}" if newest else ""),
        f"query      {found.query or 'none suggested: every item'}",
        f"           matches {len(found.matching)} of {len(found.feed.items)}",
        *(f"           · {item.title}" for item in found.matching[:3]),
    ]
    for item, promise in found.promises:
        what = f"Part {promise.part}" if promise.part else "a coming part"
        lines.append(f"promise    {what}: {promise.title or promise.topic or promise.quote} (in “{item.title}”)")
    return lines + ([] if found.promises else ["promise    none seen in the newest items"])


def preview(found: Found, now: datetime) -> Mail:
    """Render the issue that the newest matching items would have made."""
    items = as_items(found, now)[:10]
    by_title = {item.title: item for item in items}
    owed = tuple(
        Promise(said.quote, item.published or now, said.part, said.title, said.topic, by_title[item.title].id)
        for item, said in found.promises
        if item.title in by_title
    )
    title = found.feed.title or found.url
    story = StoryId("preview")
    ledger = Series(story, title, title, promises=owed)
    issue = compose(
        digest_id="preview",
        digest=Digest(stories=["preview"], to=["reader@example.org"], at="07:00", send_when_empty=True),
        stories=[StoryDesk(story, title, items=items, series=(ledger,) if owed else ())],
        occurrence=Occurrence(now.date(), "preview", now),
        number=1,
        zone="UTC",
        locale="en",
        since=now - timedelta(days=1),
        until=now,
        previous=None,
    )
    assert issue is not None  # send_when_empty
    desk = Desk(digest_title=title, site_name="Briefing", sender="briefing@example.org")
    return Renderer().issue(issue, desk=desk, recipient=Recipient("reader@example.org"))


def as_items(found: Found, now: datetime) -> tuple[Item, ...]:
    """Return the matching items as the store would, for a preview."""
    source, lang = found.feed.title or found.url, found.feed.lang
    return tuple(
        Item.unstored(item, ItemId(number), FeedId("preview"), source, lang=lang, now=now)
        for number, item in enumerate(found.matching, 1)
    )
