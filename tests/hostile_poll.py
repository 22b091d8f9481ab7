"""One poll of hostile feeds with five good ones among them, by the whole service, and everything it must not cost."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from briefing import heap
from briefing.collect.fetch import Fetcher
from briefing.model import FeedId, FeedState, FetchOutcome, Item, Request
from briefing.remember import Report
from briefing.store import feeds, items
from tests import bars
from tests.bars import Cost, measured
from tests.hostile_server import Case, HostileServer, hostile_server
from tests.integration.documents import Entry, rss
from tests.integration.world import SITE, World, world

GOOD = tuple(f"good{number}" for number in range(5))
DEADLINE = 5.0
AT_ONCE = DEADLINE  # seconds; who waited for a slow server would wait longer
READER, OPERATOR = "reader@example.org", "operator@example.org"
STORY = """
stories:
  all: {title: All of it, series: {}}
digests:
  daily: {stories: [all], at: "13:00", to: [reader@example.org]}
"""
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
ACTIVE = re.compile(r"<\s*(?:script|iframe|svg|style|object|form|base|meta)\b|\son\w+\s*=|javascript:", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|mailto):")
_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "div", "span", "p", "a", "br", "hr", "h1", "h2", "h3", "h4"),
    *("table", "thead", "tbody", "tr", "td", "th", "ul", "ol", "li", "strong", "b", "em", "i", "small", "sub", "sup"),
    *("blockquote", "pre", "code", "figure", "figcaption"),
}

LONGEST = {"title": 1_000, "url": 2_048, "text": 64 * 1024, "html": 64 * 1024, "source": 1_000}


@dataclass(slots=True)
class Outcome:
    """What came of a poll: each feed's report and seconds, what is stored of it, and what all of it cost."""

    names: Mapping[str, str]  # a feed's id to its case's name
    reports: dict[str, Report] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)  # until all of it was stored
    fetching: dict[str, float] = field(default_factory=dict)  # until the answer was there, or given up
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
        fetched = max(self.fetching.values())
        return (
            f"{len(self.names)} hostile feeds, fetched within {fetched:.2f} s, slowest {named}, "
            f"good feeds within {good:.2f} s, {self.cost}"
        )


@dataclass(slots=True)
class Stopwatch:
    """The service's own fetcher, with the time that each feed took it."""

    fetcher: Fetcher
    seconds: dict[str, float]

    @asynccontextmanager
    async def holding(self, request: Request, **more: Any) -> AsyncIterator[FetchOutcome]:
        """Fetch, and note how long it took."""
        begun = time.perf_counter()
        async with self.fetcher.holding(request, **more) as outcome:
            self.seconds[request.url.rpartition("/")[2]] = time.perf_counter() - begun
            yield outcome


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
    with hostile_server() as server:
        addresses = {feed: server.address(feed) for feed in order}
        server.put({feed: cases[name] for feed, name in names.items()})
        put_good(server, "before")
        async with world(folder, config(addresses)) as started:
            heap.settle()  # as `briefing run` does
            await started.service.publish()  # from here on it is known that an issue is owed
            await asyncio.gather(*await started.service.poller.start(only=[FeedId(good) for good in GOOD]))
            yield started, server, Outcome(names)


def put_good(server: HostileServer, word: str) -> None:
    """Give each good feed another item."""
    bodies = {good: rss(Entry(word, f"Good news {word}", at=None), base=f"https://{good}.example") for good in GOOD}
    server.put({good: Case(body.encode(), (1, 1)) for good, body in bodies.items()})


async def poll(started: World, server: HostileServer, outcome: Outcome) -> None:
    """Poll all that is due at once, and note what came of it."""
    put_good(server, "after")
    started.later(minutes=20)
    async with measured(apart=server.pid()) as cost:
        begun = time.perf_counter()
        poller = started.service.poller
        poller._fetcher = Stopwatch(poller._fetcher, outcome.fetching)  # type: ignore[assignment]
        tasks = await poller.start()
        for task in tasks:
            task.add_done_callback(_noted(outcome, begun))
        await asyncio.gather(*tasks)
    outcome.cost = cost
    with started.store.reading() as session:
        outcome.states = {state.id: state for state in feeds.states(session)}
        for feed in outcome.states:
            outcome.items[feed] = items.listing(session, feed=FeedId(feed), limit=1_000)
    outcome.canary = tuple(server.canary())


def _noted(outcome: Outcome, begun: float) -> Callable[[asyncio.Task[Report]], None]:
    def done(task: asyncio.Task[Report]) -> None:
        report = task.result()
        outcome.reports[report.feed] = report
        outcome.seconds[report.feed] = time.perf_counter() - begun

    return done


def siege(folder: Path, cases: Mapping[str, Case], *, at_once: float = AT_ONCE) -> tuple[Outcome, list[str], int]:
    """Poll cases once, write and deliver the issue about them; return what came of it, all that is wrong, the mails."""

    async def story() -> tuple[Outcome, list[str], int]:
        async with besieged(folder, cases) as (started, server, outcome):
            await poll(started, server, outcome)
            started.until(13)
            await started.service.publish()
            await started.service.relay.drain()
            mails = started.mail.messages
            return outcome, [fault for mail in mails for fault in letter_faults(mail)], len(started.mail.to(READER))

    outcome, wrong, mails = asyncio.run(story())
    return outcome, [*faults(outcome, cases), *overruns(outcome, at_once), *wrong], mails


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


def overruns(outcome: Outcome, at_once: float) -> list[str]:
    """Say every bar that was not kept."""
    cost = outcome.cost
    found = [f"fetching {feed} took {s:.2f} s" for feed, s in outcome.fetching.items() if s > DEADLINE + 0.5]
    found += [f"{good} took {outcome.seconds[good]:.2f} s" for good in GOOD if outcome.seconds[good] > at_once]
    found += [] if len(outcome.fetching) == len(outcome.seconds) else ["not every feed was fetched"]
    found += [f"{good}: {outcome.reports[good]}" for good in GOOD if outcome.reports[good].new != 1]
    bounds = (
        (cost.blocked, bars.BLOCKED),
        (cost.grown, bars.GROWTH),
        (cost.child, bars.CHILD),
        (cost.kept, bars.GROWTH),
    )
    return found + ([str(cost)] if any(value > bound for value, bound in bounds) else [])


def letter_faults(message: EmailMessage) -> list[str]:
    """Say what is wrong with a mail about it all, whoever wrote its words."""
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    found = [f"header {name}" for name in ("Bcc", "Cc", "Reply-To") if message[name] is not None]
    found += [f"two of {name}" for name in set(message.keys()) if len(message.get_all(name, [])) > 1]
    found += [] if str(message["To"]) in (READER, OPERATOR) else [f"To {message['To']}"]
    found += [f"link {link[:80]!r}" for link in re.findall(r'href="([^"]*)"', html) if not _LINK.match(link)]
    found += [f"tag {tag}" for tag in set(re.findall(r"<([a-z0-9]+)", html)) - _TAGS]
    found += [f"text {word}" for word in ("root:", "lollol") if word in html]
    return found + ([] if len(html.encode()) < 100_000 else [f"mail of {len(html)} characters"])
