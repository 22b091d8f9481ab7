"""The configuration as the shells take it: rules of polls, plans of issues, what speaks and who is told.

Apart from `app`, which opens what these work with: here nothing is opened or run, so that commands that only look can
have them too.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from briefing import publish
from briefing.config import effective
from briefing.config.alerts import every
from briefing.config.grammar import Config, Digest, Rights
from briefing.config.series import SeriesRule
from briefing.corroborate import sources
from briefing.detect import match
from briefing.edit import schedule
from briefing.model import FeedId, Issue, IssueId, StoryId
from briefing.post import ANYBODY, Letters
from briefing.relate import Groupings, aliases
from briefing.remember import Rules
from briefing.render.email import Desk, Renderer
from briefing.send.tokens import Links
from briefing.tell import Teller


def rules(config: Config, teller: Teller) -> Rules:
    """Compile what the configuration says about feeds and stories."""
    return Rules(
        feeds={name: effective.settings(config, name) for name in effective.feeds(config)},
        matcher=matcher(config),
        titles={StoryId(name): story.title for name, story in config.stories.items()},
        serial=_serial(config),
        series=_series(config),
        sources=sources(config),
        groupings=Groupings(aliases(config)),
        corroborate={StoryId(name): s.corroborate for name, s in config.stories.items() if s.corroborate},
        max_age=config.defaults.max_age,
        tell=teller.deliveries,
        ears=teller.ears,
        repeat=min((route.repeat for route in every(config.routes) if route.repeat), default=None),
    )


def matcher(config: Config) -> match.Matcher:
    """Compile every story's query over its feeds."""
    return match.Matcher(
        {
            StoryId(name): match.StoryRule(
                feeds=frozenset(effective.story_feeds(config, StoryId(name))),
                query=match.compile(story.query) if story.query else None,
                exclude=match.compile(story.exclude) if story.exclude else None,
            )
            for name, story in config.stories.items()
        }
    )


def _serial(config: Config) -> Mapping[FeedId, frozenset[StoryId]]:
    """Return, for each feed, the stories that follow series in it."""
    found: dict[FeedId, frozenset[StoryId]] = {}
    for name, story in config.stories.items():
        if story.series is not None:
            for feed in effective.story_feeds(config, StoryId(name)):
                found[feed] = found.get(feed, frozenset()) | {StoryId(name)}
    return found


def _series(config: Config) -> Mapping[StoryId, SeriesRule]:
    return {StoryId(name): story.series for name, story in config.stories.items() if story.series is not None}


def plans(config: Config, posted: Letters, teller: Teller) -> list[publish.Plan]:
    """Compile the digests."""
    settings = [effective.settings(config, name) for name in effective.feeds(config)]
    full = frozenset(feed.id for feed in settings if feed.rights is Rights.FULL)
    known = sources(config)
    return [
        publish.Plan(
            id=name,
            digest=digest,
            rule=schedule.rule_of(digest, effective.zone(config, digest)),
            desk=_desk(config, digest),
            titles={StoryId(story): config.stories[story].title for story in digest.stories},
            full=full,
            sources=known,
            weights={FeedId(name): feed.weight for name, feed in config.feeds.items()},
            reach=config.defaults.since,
            series=_series(config),
            proof=partial(posted.words, reader=ANYBODY),
            version=partial(posted.renderer.version, digest.template),
            tell=teller.deliveries,
            secret=teller.secret,
        )
        for name, digest in config.digests.items()
    ]


def _desk(config: Config, digest: Digest | None = None) -> Desk:
    """Return what mails of a digest, or of the site, say about themselves."""
    site, address = config.site, effective.sender_address(config)
    name = site.from_.rpartition("<")[0].strip() or address
    return Desk(
        digest_title=(digest.title or config.stories[digest.stories[0]].title) if digest else name,
        site_name=name,
        sender=site.from_,
        unsubscribe=site.unsubscribe or address,
        postal_address=site.postal_address,
        zone=effective.zone(config, digest) if digest else site.timezone,
        locale=effective.locale(config, digest) if digest else site.locale,
        lists=tuple((name, listed.title) for name, listed in config.lists.items()),
    )


def letters(config: Config, beside: Path, issue: Callable[[IssueId], Awaitable[Issue | None]]) -> Letters:
    """Return what renders mail, with an operator's templates first; `issue` finds the stored ones."""
    own = beside / "templates"
    return Letters(
        renderer=Renderer(own if own.is_dir() else None),
        desk=_desk(config),
        desks={name: _desk(config, digest) for name, digest in config.digests.items()},
        issue=issue,
    )


async def unstored(_: IssueId) -> None:
    """Return no issue: those of a draft or a rehearsal are in no database."""


def links(config: Config, secret: bytes) -> Links | None:
    """Return what makes and reads the links by which alerts are answered; None where no pages are served."""
    site = config.site
    return Links(str(site.base_url).rstrip("/"), secret, site.answer_within) if site.base_url else None


def teller(config: Config, posted: Letters, secret: bytes) -> Teller:
    """Return what turns events into deliveries."""
    return Teller(
        routes=config.routes,
        channels=config.channels,
        renderer=posted.renderer,
        desk=posted.desk,
        operator=effective.operator(config),
        secret=secret,
        max_age=config.defaults.max_age,
        desks=posted.desks,
        quiet=config.site.quiet,
        links=links(config, secret) if config.site.answer_within else None,
    )
