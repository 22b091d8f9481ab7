"""What a configuration would have told of items that a file holds: the real pipeline, in a database of its own.

    for each item, in order of time: write the issues that came due before it | remember it | note whom that tells

Apart from `replay`, which shows how items are judged whatever feeds they come from: here they arrive by the feeds of
the configuration, and what counts is who hears of them. What if we die here? Nothing was fetched or sent, and the
database is a temporary one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from briefing.arrival import Arrival
from briefing.collect import sanitize
from briefing.collect.urls import canonical
from briefing.config.effective import FeedSettings
from briefing.detect import dedupe
from briefing.detect.text import fold
from briefing.edit import schedule
from briefing.model import (
    Event,
    FeedId,
    FeedState,
    Fetched,
    Issue,
    ItemId,
    NewDelivery,
    ParsedFeed,
    ParsedItem,
    Piece,
    Validators,
)
from briefing.publish import Plan, publish
from briefing.remember import Rules, remember
from briefing.store import feeds, issues, items

_EVER = timedelta(days=36_500)  # how old an item may be and still be news: it is news on its own day
_SENTENCES = 2
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One item in one message that would have gone: `by` is the kind of event, or "issue"."""

    at: datetime
    to: str  # a channel, an address, or a digest
    by: str
    item: str
    title: str = field(compare=False)


@dataclass(slots=True)
class Rehearsed:
    """All that would have been told, in order of time, and the items that no feed of the configuration carries."""

    told: list[Told] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


class Rehearsal:
    """One configuration on an empty stage."""

    def __init__(self, session: Session, rules: Rules, plans: Sequence[Plan], *, start: datetime) -> None:
        self._session, self._rules, self._start = session, replace(rules, tell=self._tell, ears=lambda _: {}), start
        self._deliveries = rules.tell
        self._carriers = _carriers(rules.feeds)
        self._coming = [(replace(plan, proof=lambda _: None), start - _MOMENT) for plan in plans]
        self._names: dict[ItemId, str] = {}
        self._alerts: list[tuple[Event, Sequence[NewDelivery]]] = []
        self.done = Rehearsed()
        feeds.sync(session, feeds={name: one.url for name, one in rules.feeds.items()}, now=start)
        for plan in plans:
            issues.known_since(session, digest=plan.id, now=start - _MOMENT)

    def play(self, pieces: Iterable[Piece]) -> Rehearsed:
        """Play pieces in order of time, those without a date first; then let each digest come due once more."""
        now = self._start
        for piece in sorted(pieces, key=lambda each: each.published or self._start):
            now = max(now, piece.published or now)
            self._publish(now)
            if feed := self._carrier(piece):
                self._arrive(feed, piece, now)
            else:
                self.done.missed.append(piece.id)
        for plan, last in self._coming:
            self._issue(plan, schedule.next_due(plan.rule, after=max(last, now)).due)
        self.done.told.sort()
        return self.done

    def _carrier(self, piece: Piece) -> FeedId | None:
        names = (fold(piece.feed or ""), fold(piece.source), _host(piece.url or ""))
        return next((self._carriers[name] for name in names if name and name in self._carriers), None)

    def _publish(self, now: datetime) -> None:
        """Write what came due since, each at its own time."""
        for place, (plan, last) in enumerate(self._coming):
            dues = tuple(_dues(plan.rule, last, now))
            for due in dues:
                self._issue(plan, due)
            self._coming[place] = (plan, max(dues, default=last))

    def _issue(self, plan: Plan, due: datetime) -> None:
        if issue := publish(self._session, plan, now=due):
            self.done.told += (
                Told(due, plan.id, "issue", self._names[item], title) for item, title in dict(_lines(issue)).items()
            )

    def _arrive(self, feed: FeedId, piece: Piece, now: datetime) -> None:
        document = ParsedFeed(piece.source, None, (_parsed(piece),))
        lookup = dedupe.lookup(document)
        known = items.known(self._session, feed=feed, lookup=lookup)
        sieved = dedupe.sieve(document, known, primed=True, since=_EVER, now=now)
        state = FeedState(feed, "", now, last_ok_at=now, primed=True)
        arrival = Arrival(state, Fetched("", b"", None, Validators()), document, sieved)
        remember(self._session, self._rules, arrival, now=now, jitter=0.5)
        for one in items.known(self._session, feed=feed, lookup=lookup):
            self._names[one.id] = piece.id
        self._note(piece)

    def _tell(self, event: Event, *, late: bool) -> Sequence[NewDelivery]:
        self._alerts.append((event, self._deliveries(event, late=late)))
        return ()

    def _note(self, piece: Piece) -> None:
        for event, rows in self._alerts:
            for row in rows:
                to = row.recipient.address if row.recipient else row.channel
                self.done.told.append(Told(event.at, to, event.kind.value, piece.id, piece.title))
        self._alerts.clear()


def _dues(rule: schedule.Rule, after: datetime, until: datetime) -> Iterator[datetime]:
    while (after := schedule.next_due(rule, after=after).due) <= until:
        yield after


def _parsed(piece: Piece) -> ParsedItem:
    html = sanitize.html(piece.summary, piece.url) if piece.summary else ""
    text = sanitize.plain(html) if html else ""
    return ParsedItem(
        guid=piece.id,
        url=piece.url,
        title=piece.title,
        canonical_url=canonical(piece.url),
        published=piece.published,
        html=html,
        text=text,
        lang=piece.lang,
        number=piece.number,
        excerpt=sanitize.sentences(text, piece.lang, _SENTENCES),
    )


def _carriers(settings: Mapping[FeedId, FeedSettings]) -> dict[str, FeedId]:
    """Return feeds by all that an item's source may say: their id, their title, their host; the first of a name."""
    found: dict[str, FeedId] = {}
    for feed, one in settings.items():
        for name in (fold(feed), fold(one.title or ""), _host(one.url)):
            found.setdefault(name, feed)
    return found


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _lines(issue: Issue) -> Iterator[tuple[ItemId, str]]:
    for share in issue.stories:
        for part in share.parts:
            yield part.item.item, part.item.title
        for one in share.developments:
            for line in (one.lead, *one.also):
                yield line.item, line.title
        for line in share.items:
            yield line.item, line.title
