"""What a valid Config comes to: every default settled, every feed named.

Apart from `grammar`, which says what may be written: the shells ask here, so that no default is settled twice.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pydantic import HttpUrl

from briefing import __version__
from briefing.config.grammar import Config, Digest, Feed, FullText, Rights, Story
from briefing.config.identity import free_id, inline_feeds
from briefing.model import FeedId, StoryId


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """All that polling one feed needs; secrets are in the clear and never printed."""

    id: FeedId
    url: str = field(repr=False)  # may hold a key
    title: str | None
    every: timedelta
    relax: int  # times `every`, at most
    jitter: float  # share of the interval
    deadline: timedelta
    max_bytes: int
    full_text: FullText  # AUTO: if the feed ships excerpts; NEVER if no story of it follows a series
    rights: Rights
    since: timedelta
    keep: timedelta
    lang: str | None
    user_agent: str
    allow_private: bool
    throttle: str  # "feed", "host" or "domain"
    independent: bool
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)


def feeds(config: Config) -> dict[FeedId, Feed]:
    """Return every feed that is polled: those declared, then those that stories name by address."""
    return dict(_roll(config).feeds)


def story_feeds(config: Config, story: StoryId) -> tuple[FeedId, ...]:
    """Return the feeds a story reads, in the order written; all of them if it names none."""
    return _roll(config).stories[story]


def settings(config: Config, feed: FeedId) -> FeedSettings:
    """Settle everything about one feed: its own values, then the defaults."""
    own, common = _roll(config).feeds[feed], config.defaults
    return FeedSettings(
        id=feed,
        url=str(own.url),
        title=own.title,
        every=own.every or common.poll.every,
        relax=common.poll.relax,
        jitter=common.poll.jitter,
        deadline=common.poll.timeout,
        max_bytes=common.poll.max_size,
        full_text=_full_text(config, feed, own.full_text or common.full_text),
        rights=own.rights or common.rights,
        since=common.since,
        keep=common.keep,
        lang=own.lang,
        user_agent=own.user_agent or common.user_agent or user_agent(config),
        allow_private=own.allow_private,
        throttle=common.poll.throttle,
        independent=own.independent,
        headers=tuple((name, value.get_secret_value()) for name, value in own.headers.items()),
        auth=(own.auth.user, own.auth.password.get_secret_value()) if own.auth else None,
    )


def publishers(config: Config) -> dict[str, dict[str, Any]]:
    """Return what the operator adds to the map of publishers, in its form."""
    return {name: family.model_dump() for name, family in config.publishers.items()}


def user_agent(config: Config) -> str:
    """Return the name we go by: with a way to reach whoever runs this."""
    return f"briefing/{__version__} (+{config.site.contact or sender_address(config)})"


def sender_address(config: Config) -> str:
    """Return the bare address of `site.from`."""
    return config.site.from_.rpartition("<")[2].removesuffix(">")


def operator(config: Config) -> str:
    """Return who is told of the service's own troubles."""
    return config.site.operator or sender_address(config)


def zone(config: Config, digest: Digest) -> str:
    """Return the time zone of a digest's schedule."""
    return digest.timezone or config.site.timezone


def locale(config: Config, digest: Digest) -> str:
    """Return the language of the words around a digest's items."""
    return digest.locale or config.site.locale


def id_of(url: str, taken: Container[str] = ()) -> FeedId:
    """Return the id made from an address, such as `example-org-analysis-rss`, that is not taken; it never changes."""
    return FeedId(free_id(url, taken))


class _Roll:
    """Which feeds there are and who reads them, worked out once for a configuration."""

    def __init__(self, config: Config) -> None:
        declared = {name: {"url": str(feed.url)} for name, feed in config.feeds.items()}
        named = {name: {"feeds": _addresses(story)} for name, story in config.stories.items()}
        inline = inline_feeds({"feeds": declared, "stories": named})
        self.feeds = {FeedId(name): feed for name, feed in config.feeds.items()}
        self.feeds |= {FeedId(name): Feed(url=HttpUrl(url)) for url, name in inline.items()}
        by_address = inline | {str(feed.url): name for name, feed in config.feeds.items()}
        self.stories = {StoryId(name): self._read_by(story, by_address) for name, story in config.stories.items()}
        serial = (name for name, story in config.stories.items() if story.series is not None)
        self.serial = frozenset(feed for name in serial for feed in self.stories[StoryId(name)])

    def _read_by(self, story: Story, by_address: Mapping[str, str]) -> tuple[FeedId, ...]:
        if story.feeds is None:
            return tuple(self.feeds)
        ids = (one if isinstance(one, str) else by_address[str(one)] for one in story.feeds)
        return tuple(dict.fromkeys(FeedId(name) for name in ids))


class _Itself:
    """A configuration as a key: the same object, not an equal one."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def __hash__(self) -> int:
        return id(self.config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.config is self.config


@lru_cache(maxsize=4)
def _rolls(key: _Itself) -> _Roll:
    return _Roll(key.config)


def _roll(config: Config) -> _Roll:
    return _rolls(_Itself(config))


def _addresses(story: Story) -> list[str]:
    return [str(one) for one in story.feeds or () if not isinstance(one, str)]


def _full_text(config: Config, feed: FeedId, wanted: FullText) -> FullText:
    if wanted is FullText.AUTO and feed not in _roll(config).serial:
        return FullText.NEVER
    return wanted
