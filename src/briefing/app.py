"""The composition root: everything is built once here, from a checked configuration, and handed down.

Nothing here decides; it is the one place that knows all the stages and shells by name.

What if we die here? Building writes only which feeds are configured, in one transaction. In a reload, what is being
sent keeps its lease and is recorded by the one writer; after a death it is claimed back at the very start.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import structlog
from sqlmodel import Session

from briefing import heap, poll, publish, relay, remind
from briefing.clock import Clock, utc_now
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.pages import Pages
from briefing.config import effective
from briefing.config.alerts import MailChannel
from briefing.config.grammar import Config, Digest, Rights
from briefing.config.series import SeriesRule
from briefing.corroborate import sources
from briefing.detect import match
from briefing.edit import schedule
from briefing.errors import StoreError
from briefing.model import ISSUES, LETTERS, FeedId, Issue, IssueId, Piece, StoryId
from briefing.post import ANYBODY, ChannelLane, Letters, MailLane, Postman
from briefing.rehearse import Rehearsal, Rehearsed
from briefing.relate import Groupings, aliases
from briefing.remember import Rules
from briefing.render.email import Desk, Renderer
from briefing.send.http import Poster
from briefing.send.smtp import Folder, Smtp
from briefing.service import Service
from briefing.store import engine, feeds, issues, outbox
from briefing.store.engine import Store
from briefing.store.writer import Writer
from briefing.tell import Teller
from briefing.watch import Watch

log = structlog.get_logger()
AGAIN_SECONDS = 5.0  # after which a database that refused a restart is asked again
HOOKS_AT_ONCE = 2  # for each channel, so that one that hangs holds up itself alone


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds the service: its configuration, where it stands, its clock and its chance."""

    config: Config
    beside: Path  # the folder of feeds.yaml: its templates/, its outbox/
    clock: Clock = utc_now
    jitter: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Wires:
    """The ends of the network, and the one writer."""

    write: Writer
    fetcher: Fetcher
    isolate: Isolate
    poster: Poster
    secret: bytes = field(repr=False)


async def keep(setting: Setting, store: Store, *, watch: Watch, stop: asyncio.Event) -> None:
    """Run the service until the event is set, each time anew with the configuration that an edit left right.

    What is under way ends first. A row that is still being sent then keeps its lease, and the one writer of the process
    records what becomes of it: nothing is claimed back but at the very start, when whoever held it is gone.
    """
    first, edited = True, None
    async with Writer(store) as write:
        while first or edited:
            setting = replace(setting, config=edited) if edited else setting
            try:
                async with service(setting, store, write=write, first=first) as running:
                    edited = await _until_edited(running, watch, setting.config, stop)
            except StoreError as error:
                if first:
                    raise
                log.warning("restart.refused", error=str(error))
                if await _stopped(stop, AGAIN_SECONDS):
                    return
            first = False


async def _stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Wait a little; True if the event was set meanwhile."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()


async def _until_edited(running: Service, watch: Watch, config: Config, stop: asyncio.Event) -> Config | None:
    """Run the service; return the configuration that an edit left right, or None once it is to stop."""
    until = asyncio.Event()
    edited, stopped = asyncio.create_task(watch.change(config)), asyncio.create_task(stop.wait())
    for task in (edited, stopped):
        task.add_done_callback(lambda _: until.set())
    try:
        await running.run(until)
    finally:
        for task in (edited, stopped):
            task.cancel()
    return None if stop.is_set() or edited.cancelled() else await edited


@asynccontextmanager
async def service(
    setting: Setting, store: Store, *, write: Writer | None = None, first: bool = True
) -> AsyncIterator[Service]:
    """Open the clients, the children and, if none is given, a writer around a service, and close them after it."""
    heap.give_back()
    polling = setting.config.defaults.poll
    async with (
        nullcontext(write) if write else Writer(store) as write,
        Isolate() as isolate,
        Fetcher(per_host=polling.per_host, spacing=polling.spacing) as fetcher,
        Poster() as poster,
    ):
        secret = await write(partial(prepare, setting=setting, alone=first and store.path is not None))
        posted = letters(setting, lambda wanted: write(partial(issues.get, issue=wanted)))
        lane = _mail_lane(setting, posted)
        try:
            yield _assemble(setting, Wires(write, fetcher, isolate, poster, secret), posted, lane)
        finally:
            await asyncio.to_thread(lane.close)


def prepare(session: Session, *, setting: Setting, alone: bool) -> bytes:
    """Bring the feeds' rows and the ledger in line with the configuration; return the secret that keys our ids."""
    now = setting.clock()
    known = {name: str(feed.url) for name, feed in effective.feeds(setting.config).items()}
    feeds.sync(session, feeds=known, now=now)
    remind.expect(session, {StoryId(name): story.series for name, story in setting.config.stories.items()}, now=now)
    if alone:  # SQLite is one process: whoever held a lease is gone
        outbox.reclaim(session, now=now)
    return engine.secret(session)


def _assemble(setting: Setting, wires: Wires, posted: Letters, lane: MailLane) -> Service:
    config, clock = setting.config, setting.clock
    teller = _teller(config, posted, wires.secret)
    hooks = ChannelLane(config.channels, wires.poster, clock)
    lanes = [relay.Lane(ISSUES, lane.width - 1, lane.send), relay.Lane(LETTERS, 1, lane.send, folds=True)]
    posts = (name for name, channel in config.channels.items() if not isinstance(channel, MailChannel))
    lanes += [relay.Lane(name, HOOKS_AT_ONCE, hooks.send, folds=teller.folds(name)) for name in posts]
    owner = f"{os.uname().nodename}:{os.getpid()}:{token_hex(4)}"
    relaying = relay.Relay(lanes=lanes, teller=teller, write=wires.write, clock=clock, owner=owner)
    poller = poll.Poller(
        rules=rules(config, teller),
        write=wires.write,
        fetcher=wires.fetcher,
        isolate=wires.isolate,
        pages=Pages(wires.fetcher, wires.isolate),
        clock=clock,
        jitter=setting.jitter,
        enqueued=relaying.look,
    )
    return Service(
        poller=poller,
        plans=plans(config, posted, wires.secret),
        relay=relaying,
        teller=teller,
        letters=posted,
        write=wires.write,
        clock=clock,
        keep=config.defaults.keep,
    )


def _teller(config: Config, posted: Letters, secret: bytes) -> Teller:
    return Teller(
        routes=config.routes,
        channels=config.channels,
        renderer=posted.renderer,
        desk=posted.desk,
        operator=effective.operator(config),
        secret=secret,
    )


def rehearsed(setting: Setting, pieces: Sequence[Piece]) -> Rehearsed:
    """Play items of a file through a configuration, in a database that is gone afterwards."""
    posted = letters(setting, unstored)
    dates = [piece.published for piece in pieces if piece.published]
    with TemporaryDirectory(prefix="briefing-") as folder, closing(Store(f"sqlite:///{folder}/rehearsal.db")) as store:
        store.upgrade()
        with store.transaction() as session:
            secret = engine.secret(session)
            told_by = rules(setting.config, _teller(setting.config, posted, secret))
            written = plans(setting.config, posted, secret)
            start = min(dates, default=setting.clock())
            return Rehearsal(session, told_by, written, start=start).play(pieces)


async def unstored(_: IssueId) -> None:
    """Return no issue: those of a draft or a rehearsal are in no database."""


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
        tell=teller.deliveries,
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


def plans(config: Config, posted: Letters, secret: bytes) -> list[publish.Plan]:
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
            secret=secret,
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


def letters(setting: Setting, issue: Callable[[IssueId], Awaitable[Issue | None]]) -> Letters:
    """Return what renders mail, with the operator's templates first; `issue` finds the stored ones."""
    own = setting.beside / "templates"
    return Letters(
        renderer=Renderer(own if own.is_dir() else None),
        desk=_desk(setting.config),
        desks={name: _desk(setting.config, digest) for name, digest in setting.config.digests.items()},
        issue=issue,
    )


def _mail_lane(setting: Setting, posted: Letters) -> MailLane:
    """Return the way mail goes: the configured server, or the folder outbox/ when there is none.

    One connection is kept for alerts, which must not wait behind an issue to thousands.
    """
    smtp, sender = setting.config.site.smtp, effective.sender_address(setting.config)
    folder = setting.beside / "outbox"
    if smtp is None:
        log.warning("mail.folder", folder=str(folder), reason="no smtp: is configured; mail is written as files")
        return MailLane(posted, lambda: Folder(folder), width=2, sender=sender)

    def connect() -> Postman:
        return Smtp(smtp)

    return MailLane(posted, connect, width=smtp.connections + 1, sender=sender)
