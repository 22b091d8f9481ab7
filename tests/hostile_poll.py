"""One poll of hostile feeds with five good ones among them, by the whole service, and everything it must not cost."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from briefing.model import FeedId, FeedState, Item
from briefing.remember import Report
from briefing.store import feeds, items
from tests import bars
from tests.bars import Cost, measured
from tests.hostile_server import Case, HostileServer
from tests.integration.documents import Entry, rss
from tests.integration.world import SITE, World, world

GOOD = tuple(f"good{number}" for number in range(5))
DEADLINE = 5.0
AT_ONCE = 1.0  # seconds that a good feed may wait longer than it does alone
STORY = """
stories:
  all: {title: All of it, series: {}}
digests:
  daily: {stories: [all], at: "13:00", to: [reader@example.org]}
"""
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
ACTIVE = re.compile(r"<\s*(?:script|iframe|svg|style|object|form|base|meta)\b|\son\w+\s*=|javascript:", re.IGNORECASE)
LONGEST = {"title": 1_000, "url": 2_048, "text": 64 * 1024, "html": 64 * 1024, "source": 1_000}


@dataclass(slots=True)
class Outcome:
    """What came of a poll: each feed's report and seconds, what is stored of it, and what all of it cost."""

    names: Mapping[str, str]  # a feed's id to its case's name
    reports: dict[str, Report] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    states: dict[str, FeedState] = field(default_factory=dict)
    items: dict[str, Sequence[Item]] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)
    canary: Sequence[str] = ()

    @property
    def slowest(self) -> str:
        """The feed whose poll took longest."""
        return max(self.seconds, key=lambda feed: self.seconds[feed])

    def __str__(self) -> str:
        slowest, good = self.slowest, max(self.seconds[feed] for feed in GOOD)
        named = f"{self.names.get(slowest, slowest)}: {self.seconds[slowest]:.2f} s"
        return f"{len(self.names)} hostile feeds, slowest {named}, good feeds within {good:.2f} s, {self.cost}"


def config(addresses: Mapping[str, str]) -> str:
    """Write a feeds.yaml; nothing of it lets a page be read, for these links lead out of the machine."""
    rows = [f'  {feed}: {{url: "{url}", allow_private: true, full_text: never}}' for feed, url in addresses.items()]
    return "\n".join([SITE, "feeds:", *rows, STORY])


@asynccontextmanager
async def besieged(folder: Path, cases: Mapping[str, Case]) -> AsyncIterator[tuple[World, HostileServer, Outcome]]:
    """Start a service whose feeds are these cases with the good ones spread among them, and poll the good once."""
    names = {f"case{number:03}": name for number, name in enumerate(cases)}
    order = list(names)
    for number, good in enumerate(GOOD):
        order.insert((number + 1) * len(order) // (len(GOOD) + 1), good)
    with HostileServer() as server:
        addresses = {feed: server.address(feed) for feed in order}
        port = str(server.canary_port).encode()
        for feed, name in names.items():
            server.cases[feed] = pointed(cases[name], port)
        put_good(server, "before")
        async with world(folder, config(addresses)) as started:
            # The row of a good feed gets the place among the others that its name in the file has.
            await asyncio.gather(*await started.service.poller.start(only=[FeedId(good) for good in GOOD]))
            yield started, server, Outcome(names)


def pointed(case: Case, canary: bytes) -> Case:
    """Put the canary's port into a case."""
    answer = case.wire
    if answer is None:
        return replace(case, body=case.body.replace(b"{canary}", canary))
    wire = answer
    return replace(
        case, wire=lambda: (p.replace(b"{canary}", canary) if isinstance(p, bytes) else p for p in wire())
    )


def put_good(server: HostileServer, word: str) -> None:
    """Give each good feed another item."""
    for good in GOOD:
        body = rss(Entry(word, f"Good news {word}", at=None), base=f"https://{good}.example")
        server.cases[good] = Case(body.encode(), (1, 1))


async def poll(started: World, server: HostileServer, outcome: Outcome) -> None:
    """Poll all that is due at once, and note what came of it."""
    put_good(server, "after")
    started.later(minutes=20)
    async with measured() as cost:
        begun = time.perf_counter()
        tasks = await started.service.poller.start()
        for task in tasks:
            task.add_done_callback(_noted(outcome, begun))
        await asyncio.gather(*tasks)
    outcome.cost = cost
    with started.store.reading() as session:
        outcome.states = {state.id: state for state in feeds.states(session)}
        for feed in outcome.states:
            outcome.items[feed] = items.listing(session, feed=FeedId(feed), limit=1_000)
    outcome.canary = tuple(server.canary)


def _noted(outcome: Outcome, begun: float) -> Callable[[asyncio.Task[Report]], None]:
    def done(task: asyncio.Task[Report]) -> None:
        report = task.result()
        outcome.reports[report.feed] = report
        outcome.seconds[report.feed] = time.perf_counter() - begun

    return done


def faults(outcome: Outcome, cases: Mapping[str, Case]) -> list[str]:
    """Say every way in which a case did not come out as it must."""
    found = [f"canary: {path}" for path in outcome.canary]
    for feed, name in outcome.names.items():
        found += [f"{name}: {fault}" for fault in _faults(cases[name], outcome, feed)]
    return found


def _faults(case: Case, outcome: Outcome, feed: str) -> list[str]:
    stored, report, error = outcome.items[feed], outcome.reports[feed], outcome.states[feed].error
    least, most = case.items
    found = [fault for item in stored for fault in unclean(item)]
    if not least <= len(stored) <= most:
        found.append(f"{len(stored)} items, expected {least} to {most}; {report.error}")
    if case.fails is None and report.error and least:
        found.append(f"failed: {report.error}")
    if case.fails is not None and not stored and not re.search(case.fails, error or report.error or ""):
        found.append(f"said {error!r} and {report.error!r}, expected {case.fails!r}")
    if report.outcome == "broke" or "internal error" in (report.error or ""):
        found.append(f"our own mistake: {report.error}")
    titles = sorted(item.title for item in stored)
    if case.titles and titles != sorted(case.titles):
        found.append(f"titles {titles[:5]}")
    return found


def unclean(item: Item) -> list[str]:
    """Say what is wrong with an item, whatever it came from."""
    fields = {"title": item.title, "url": item.url or "", "text": item.text, "html": item.html, "source": item.source}
    found = [f"{name} of {len(fields[name])}" for name, most in LONGEST.items() if len(fields[name]) > most]
    found += [f"character in {name}: {value[:80]!a}" for name, value in fields.items() if UNWANTED.search(value)]
    found += [f"a file in {name}" for name, value in fields.items() if "root:" in value]
    found += [f"expanded {name}" for name, value in fields.items() if "lollol" in value]
    if item.url and not re.match(r"https?://[^\s@/]", item.url):
        found.append(f"link {item.url[:80]!r}")
    if ACTIVE.search(item.html):
        found.append(f"active markup: {item.html[:80]!r}")
    if "\n" in item.title or len(item.authors) > 10:
        found.append("title of two lines, or too many authors")
    return found


def overruns(outcome: Outcome) -> list[str]:
    """Say every bar that was not kept."""
    cost = outcome.cost
    found = [f"{feed} took {s:.2f} s" for feed, s in outcome.seconds.items() if s > DEADLINE + 0.5]
    found += [f"{good} took {outcome.seconds[good]:.2f} s" for good in GOOD if outcome.seconds[good] > AT_ONCE]
    found += [f"{good}: {outcome.reports[good]}" for good in GOOD if outcome.reports[good].new != 1]
    bounds = ((cost.blocked, bars.BLOCKED), (cost.grown, bars.GROWTH), (cost.child, bars.CHILD))
    return found + ([str(cost)] if any(value > bound for value, bound in bounds) else [])
