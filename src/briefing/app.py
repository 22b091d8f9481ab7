"""The composition root: everything is built once here, from a checked configuration, and handed down.

Nothing here decides; it is the one place that knows all the stages and shells by name.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex

import structlog

from briefing import __version__, poll, publish, relay, scheduler
from briefing.clock import Clock, utc_now
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.pages import Pages
from briefing.config import effective
from briefing.config.grammar import Config, Rights
from briefing.detect import match
from briefing.edit import schedule
from briefing.model import FeedId, Issue, StoryId
from briefing.post import ChannelLane, Letters, MailLane, Postman
from briefing.render.email import Desk, Renderer
from briefing.send.http import Poster
from briefing.send.smtp import Folder, Smtp
from briefing.store import engine, feeds, issues, items, outbox
from briefing.store.engine import Store
from briefing.store.writer import Writer
from briefing.tell import Teller

log = structlog.get_logger()
POLL_SECONDS, PUBLISH_SECONDS, RELAY_SECONDS, HOUSEKEEPING_SECONDS = 2.0, 5.0, 5.0, 3600.0
STOP_SECONDS = 8.0  # of the ten that a service manager grants
HOOKS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds the service: where it stands, its clock and its chance."""

    config: Config
    beside: Path  # the folder of feeds.yaml: its templates/, its outbox/
    clock: Clock = utc_now
    jitter: Callable[[], float] = random.random

    @property
    def renderer(self) -> Renderer:
        """Return a renderer that looks into the operator's templates first."""
        own = self.beside / "templates"
        return Renderer(own if own.is_dir() else None)

    def desk(self, title: str, *, zone: str | None = None, locale: str | None = None) -> Desk:
        """Return what mails of a digest, or of the site, say about themselves."""
        site = self.config.site
        address = site.from_.rpartition("<")[2].rstrip(">")
        return Desk(
            digest_title=title,
            site_name=site.from_.rpartition("<")[0].strip() or address,
            sender=site.from_,
            unsubscribe=site.unsubscribe or address,
            postal_address=site.postal_address,
            zone=zone or site.timezone,
            locale=locale or site.locale,
        )


class Service:
    """The running parts, and the three things one can ask of them: poll, publish, relay."""

    def __init__(self, setting: Setting, store: Store, fetcher: Fetcher, isolate: Isolate, poster: Poster) -> None:
        self.setting, self.store = setting, store
        self.write = Writer(store)
        with store.transaction() as session:
            self._secret = engine.secret(session)
            known = {f: str(s.url) for f, s in effective.feeds(setting.config).items()}
            feeds.sync(session, feeds=known, now=setting.clock())
            if store.single:  # one machine: whoever held a lease is gone
                outbox.reclaim(session, now=setting.clock())
        renderer = setting.renderer
        self.teller = teller(setting, renderer, self._secret)
        self.plans = plans(setting, self._secret)
        self._letters = Letters(
            renderer, self.teller.desk, {p.id: p.desk for p in self.plans}, self._issue, setting.clock
        )
        self._mail = mail_lane(setting, self._letters)
        hooks = ChannelLane(setting.config.channels, poster, setting.clock)
        lanes = [relay.Lane(True, self._mail.width, self._mail.send), relay.Lane(False, HOOKS_AT_ONCE, hooks.send)]
        owner = f"{os.uname().nodename}:{os.getpid()}:{token_hex(4)}"
        self.relay = relay.Relay(lanes=lanes, write=self.write, clock=setting.clock, owner=owner)
        self.poller = poll.Poller(
            rules=rules(setting.config, self.teller),
            write=self.write,
            fetcher=fetcher,
            pages=Pages(fetcher, isolate),
            isolate=isolate,
            clock=setting.clock,
            jitter=setting.jitter,
            enqueued=self.relay.wake.set,
        )

    async def poll(self, *, only: Collection[FeedId] | None = None, force: bool = False) -> Sequence[poll.Report]:
        """Poll what is due, or the feeds named, and wait for them."""
        reports: list[poll.Report] = []
        while tasks := await self.poller.start(only=only, force=force):
            reports += await asyncio.gather(*tasks)
            if force:
                only = set(only or self.poller.rules.feeds) - {r.feed for r in reports}
                if not only:
                    break
        return reports

    async def publish(self) -> Sequence[Issue]:
        """Write every issue that is due."""
        now = self.setting.clock()
        written = [await self.write(partial(publish.publish, plan=plan, now=now)) for plan in self.plans]
        found = [issue for issue in written if issue]
        if found:
            self.relay.wake.set()
        return found

    async def housekeep(self) -> None:
        """Forget fetched texts whose time is over."""
        now = self.setting.clock()
        await self.write(lambda session: items.expire_texts(session, now=now))

    async def run(self, stop: asyncio.Event) -> None:
        """Poll, publish and relay until the event is set; then let what is under way end, within seconds."""
        relaying = asyncio.create_task(self.relay.run())
        ticks: list[tuple[str, float, scheduler.Tick]] = [
            ("poll", POLL_SECONDS, self.poller.start),
            ("publish", PUBLISH_SECONDS, self.publish),
            ("relay", RELAY_SECONDS, self._wake),
            ("housekeeping", HOUSEKEEPING_SECONDS, self.housekeep),
        ]
        log.info("run", version=__version__, feeds=len(self.poller.rules.feeds), digests=len(self.plans))
        await scheduler.keep_time(ticks, until=stop)
        log.info("stopping")
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(self.poller.cancel(), self.relay.finish(STOP_SECONDS - 2))

    async def close(self) -> None:
        """Finish the writes and close the connections."""
        await self.write.close()
        self._mail.close()

    async def _wake(self) -> None:
        self.relay.wake.set()

    async def _issue(self, wanted: int) -> Issue:
        def read() -> Issue:
            with self.store.reading() as session:
                return issues.get(session, issue=wanted)

        return await asyncio.to_thread(read)


@asynccontextmanager
async def service(setting: Setting, store: Store) -> AsyncIterator[Service]:
    """Open the network clients and the children around a service, and close them after it."""
    polling = setting.config.defaults.poll
    async with (
        Isolate() as isolate,
        Fetcher(per_host=polling.per_host, spacing=polling.spacing) as fetcher,
        Poster() as poster,
    ):
        running = Service(setting, store, fetcher, isolate, poster)
        try:
            yield running
        finally:
            await running.close()


def teller(setting: Setting, renderer: Renderer, secret: bytes) -> Teller:
    """Return what turns events into deliveries."""
    config = setting.config
    desk = setting.desk(config.site.from_.rpartition("<")[0].strip() or "briefing")
    operator = config.site.operator or config.site.from_.rpartition("<")[2].rstrip(">")
    return Teller(config.routes, config.channels, renderer, desk, operator, secret)


def rules(config: Config, telling: Teller) -> poll.Rules:
    """Compile what the configuration says about feeds and stories."""
    return poll.Rules(
        feeds={f: effective.settings(config, f) for f in effective.feeds(config)},
        matcher=match.Matcher({StoryId(s): story_rule(config, StoryId(s)) for s in config.stories}),
        titles={StoryId(s): story.title for s, story in config.stories.items()},
        serial=serial(config),
        tell=telling.deliveries,
    )


def story_rule(config: Config, story: StoryId) -> match.StoryRule:
    """Compile one story's query over its feeds."""
    rule = config.stories[story]
    return match.StoryRule(
        feeds=frozenset(effective.story_feeds(config, story)),
        query=match.compile(rule.query) if rule.query else None,
        exclude=match.compile(rule.exclude) if rule.exclude else None,
    )


def serial(config: Config) -> dict[FeedId, frozenset[StoryId]]:
    """Return, for each feed, the stories that follow series in it."""
    found: dict[FeedId, set[StoryId]] = {}
    for name, story in config.stories.items():
        if story.series is not None:
            for feed in effective.story_feeds(config, StoryId(name)):
                found.setdefault(feed, set()).add(StoryId(name))
    return {feed: frozenset(names) for feed, names in found.items()}


def plans(setting: Setting, secret: bytes) -> list[publish.Plan]:
    """Compile the digests."""
    config = setting.config
    full = frozenset(f for f in effective.feeds(config) if effective.settings(config, f).rights is Rights.FULL)
    return [
        publish.Plan(
            id=name,
            digest=digest,
            rule=schedule.rule_of(digest, effective.zone(config, digest)),
            desk=setting.desk(
                digest.title or config.stories[digest.stories[0]].title,
                zone=effective.zone(config, digest),
                locale=digest.locale,
            ),
            titles={StoryId(s): config.stories[s].title for s in digest.stories},
            full=full,
            secret=secret,
        )
        for name, digest in config.digests.items()
    ]


def mail_lane(setting: Setting, letters: Letters) -> MailLane:
    """Return the way mail goes: the configured server, or the folder outbox/ when there is none."""
    site = setting.config.site
    sender = site.from_.rpartition("<")[2].rstrip(">")
    smtp = site.smtp
    if smtp is None:
        folder = setting.beside / "outbox"
        log.warning("mail.folder", folder=str(folder), reason="no smtp: is configured; mail is written as files")
        return MailLane(letters, lambda: Folder(folder), width=1, sender=sender)
    connect: Callable[[], Postman] = lambda: Smtp(smtp)  # noqa: E731
    return MailLane(letters, connect, width=smtp.connections, sender=sender)

