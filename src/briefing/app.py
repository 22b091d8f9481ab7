"""The composition root: everything is built once here, from a checked configuration, and handed down.

Nothing here decides; it is the one place that knows all the stages and shells by name.

What if we die here? Building writes only which feeds are configured, in one transaction. In a reload, what is being
sent keeps its lease and is recorded by the one writer; after a death it is claimed back at the very start.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import structlog
from sqlmodel import Session

from briefing import compiled, heap, poll, relay, remind
from briefing.clock import Clock, utc_now
from briefing.collect.fetch import Fetcher
from briefing.collect.isolate import Isolate
from briefing.collect.pages import Pages as Reading
from briefing.config import effective
from briefing.config.alerts import MailChannel
from briefing.config.grammar import Config
from briefing.errors import StoreError
from briefing.model import ISSUES, LETTERS, Piece, Queue, Rate, StoryId
from briefing.outlet import FarEnds, Outlet
from briefing.outlets import Much, Outlets
from briefing.pace import Pace
from briefing.post import ChannelLane, Letters, MailLane
from briefing.rehearse import Rehearsal, Rehearsed
from briefing.render.page import Pages
from briefing.replies import ThreadedLane
from briefing.send.channels import CHANNELS
from briefing.send.http import Poster
from briefing.service import Service
from briefing.store import backup, engine, feeds, issues, outbox
from briefing.store.engine import Store
from briefing.store.writer import Writer
from briefing.watch import Watch

log = structlog.get_logger()
AGAIN_SECONDS = 5.0  # after which a database that refused a restart is asked again
AHEAD = 400  # deliveries of a lane claimed beyond those under way, at most
HOOKS_AT_ONCE = 2  # for each channel, so that one that hangs holds up itself alone


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds the service: its configuration, where it stands, its clock and its chance."""

    config: Config
    beside: Path  # the folder of feeds.yaml: its templates/, its outbox/
    clock: Clock = utc_now
    jitter: Callable[[], float] = random.random
    much: Much | None = field(default_factory=Much)  # to send, for which there is a process more
    paces: dict[object, Pace] = field(default_factory=dict)  # outlive a reload, which is no leave to send at once

    def pace(self, name: str, *rates: Rate) -> Pace:
        """Return how fast messages may go in a lane."""
        return self.paces.setdefault((name, rates), Pace(rates))


@dataclass(frozen=True, slots=True)
class Wires:
    """The ends of the network, and the one writer."""

    write: Writer
    fetcher: Fetcher
    isolate: Isolate
    outlets: Outlets
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
                    if first:
                        heap.settle()
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
        posted = compiled.letters(
            setting.config, setting.beside, lambda wanted: write(partial(issues.get, issue=wanted))
        )
        ends = _far_ends(setting)
        here = Outlet(ends, poster=poster, clock=setting.clock)
        async with Outlets(ends, here, much=setting.much) as outlets:
            wires = Wires(write, fetcher, isolate, outlets, secret)
            pages = _pages(setting, store, wires, posted, patient=not first)
            running = _assemble(setting, wires, posted, pages)
            with closing(posted):
                await running.align()
                yield running


def prepare(session: Session, *, setting: Setting, alone: bool) -> bytes:
    """Bring the feeds' rows and the ledger in line with the configuration; return the secret that keys our ids."""
    now = setting.clock()
    known = {name: str(feed.url) for name, feed in effective.feeds(setting.config).items()}
    feeds.sync(session, feeds=known, now=now)
    remind.expect(session, {StoryId(name): story.series for name, story in setting.config.stories.items()}, now=now)
    if alone:  # SQLite is one process: whoever held a lease is gone
        if held := backup.hold(session, now=now):
            log.warning("backup.held", deliveries=held, hint="briefing deliveries list --failed")
        outbox.reclaim(session, now=now)
    return engine.secret(session)


def _assemble(
    setting: Setting,
    wires: Wires,
    posted: Letters,
    pages: AbstractAsyncContextManager[object] | None,
) -> Service:
    config, clock = setting.config, setting.clock
    teller = compiled.teller(config, posted, wires.secret)
    plain, threaded = ChannelLane(wires.outlets), ThreadedLane(wires.outlets, wires.write)
    lanes = [*_mail_lanes(setting, MailLane(posted, wires.outlets))]
    lanes += [
        _lane(
            name,
            setting.pace(name, *(channel.rate or CHANNELS[channel.type].RATES)),
            threaded.send if channel.threaded else plain.send,
            width=1 if channel.threaded else HOOKS_AT_ONCE,
            folds=teller.folds(name),
        )
        for name, channel in config.channels.items()
        if not isinstance(channel, MailChannel)
    ]
    owner = f"{os.uname().nodename}:{os.getpid()}:{token_hex(4)}"
    relaying = relay.Relay(lanes=lanes, teller=teller, write=wires.write, clock=clock, owner=owner)
    poller = poll.Poller(
        rules=compiled.rules(config, teller),
        write=wires.write,
        fetcher=wires.fetcher,
        isolate=wires.isolate,
        pages=Reading(wires.fetcher, wires.isolate),
        clock=clock,
        jitter=setting.jitter,
        enqueued=relaying.look,
    )
    return Service(
        poller=poller,
        plans=compiled.plans(config, posted, teller),
        relay=relaying,
        teller=teller,
        letters=posted,
        write=wires.write,
        clock=clock,
        keep=config.defaults.keep,
        pages=pages,
    )


def _mail_lanes(setting: Setting, lane: MailLane) -> Iterator[relay.Lane]:
    """Yield the lanes of mail: alerts, issues, and both to each domain that may be written to only so fast."""
    domains = setting.config.site.smtp.domains if setting.config.site.smtp else {}
    elsewhere = frozenset(domains)
    width = setting.config.site.smtp.connections if setting.config.site.smtp else 1
    alerts, issues = Queue((LETTERS,), but=elsewhere), Queue((ISSUES,), but=elsewhere)
    yield relay.Lane(LETTERS, 1, lane.send, alerts, folds=True)
    yield relay.Lane(ISSUES, width, lane.send, issues, shares=LETTERS, ahead=AHEAD, prepare=lane.prepare)
    for domain, rate in domains.items():
        both, pace = Queue((LETTERS, ISSUES), domain), setting.pace(f"@{domain}", rate)
        yield relay.Lane(f"@{domain}", 1, lane.send, both, shares=LETTERS, pace=pace)


def _lane(name: str, pace: Pace, send: relay.Send, *, width: int, folds: bool) -> relay.Lane:
    """Return the lane of a channel; where messages are spaced, what waits its turn is not claimed."""
    ahead = 0 if pace.bounded else AHEAD
    return relay.Lane(name, width, send, Queue((name,)), folds=folds, ahead=ahead, pace=pace, ends=True)


def rehearsed(setting: Setting, pieces: Sequence[Piece]) -> Rehearsed:
    """Play items of a file through a configuration, in a database that is gone afterwards."""
    posted = compiled.letters(setting.config, setting.beside, compiled.unstored)
    dates = [piece.published for piece in pieces if piece.published]
    with TemporaryDirectory(prefix="briefing-") as folder, closing(Store(f"sqlite:///{folder}/rehearsal.db")) as store:
        store.upgrade()
        with store.transaction() as session:
            secret = engine.secret(session)
            teller = compiled.teller(setting.config, posted, secret)
            told_by = compiled.rules(setting.config, teller)
            written = compiled.plans(setting.config, posted, teller)
            start = min(dates, default=setting.clock())
            return Rehearsal(session, told_by, written, start=start).play(pieces)


def _pages(
    setting: Setting, store: Store, wires: Wires, posted: Letters, *, patient: bool
) -> AbstractAsyncContextManager[object] | None:
    """Return what serves the pages of a site that has an address; it listens once it is entered."""
    links = compiled.links(setting.config, wires.secret)
    if links is None:
        return None
    from briefing.web import pages  # most commands, and sites without pages, are spared what it imports
    from briefing.web.guard import Guard
    from briefing.web.server import Listener

    own = setting.beside / "templates"
    shown = Pages.of(posted.desk, own if own.is_dir() else None)
    desk = pages.Desk(links, shown, store, wires.write, setting.clock)
    guarded = Guard(pages.application(desk), shown.style)
    return Listener(guarded, setting.config.site.listen, patient=patient)


def _far_ends(setting: Setting) -> FarEnds:
    """Return where messages go: mail to the configured server, or to the folder outbox/ when there is none."""
    site, folder = setting.config.site, setting.beside / "outbox"
    if site.smtp is None:
        log.warning("mail.folder", folder=str(folder), reason="no smtp: is configured; mail is written as files")
    return FarEnds(effective.sender_address(setting.config), folder, site.smtp, setting.config.channels)
