"""Shell 2: write the issues that are due, and one delivery for each of their readers.

    due | gather | compose | store the issue as composed | deliveries | one commit

What if we die here? Before the commit: nothing happened, the occurrence is still due at the next tick. After it: the
occurrence is settled and every reader has a row. An occurrence is settled in the same commit even when there was
nothing to say, so that an item that comes five minutes later waits for the next issue.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from briefing.config.grammar import Digest, ToList
from briefing.config.series import SeriesRule
from briefing.corroborate import Sources, containing
from briefing.detect import promises, rhythm
from briefing.edit import digest as editor
from briefing.edit import recap, schedule
from briefing.edit.summary import summary
from briefing.model import (
    MAIL,
    Event,
    FeedId,
    Issue,
    IssueId,
    Item,
    ItemId,
    Link,
    NewDelivery,
    Occurrence,
    PromiseId,
    Recipient,
    Series,
    StoryId,
)
from briefing.mute import mute
from briefing.render import mime
from briefing.render.email import Desk
from briefing.store import audience, issues, items, outbox, stories
from briefing.store.retention import Reach

MARGIN = timedelta(days=2)  # how far a clock may be set back, or a transaction be late, without losing an item


@dataclass(frozen=True, slots=True)
class Plan:
    """One digest with everything about it that the configuration settles."""

    id: str
    digest: Digest
    rule: schedule.Rule
    desk: Desk
    titles: Mapping[StoryId, str]  # of its stories, in the order shown
    full: frozenset[FeedId]  # feeds whose items may be republished whole
    sources: Sources
    weights: Mapping[FeedId, float]  # of feeds, 1 where it is not said
    reach: timedelta  # how far before it was known the first issue looks
    series: Mapping[StoryId, SeriesRule]  # how those stories follow series that do
    proof: Callable[[Issue], object]  # renders; RenderError when the template fails
    version: Callable[[], str]  # of the template, as it reads now
    tell: Callable[[Event], Sequence[NewDelivery]]  # to every channel that asks for the summary of an issue
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue, and all items it deals with: those it shows and those it counts."""

    issue: Issue
    items: frozenset[ItemId]


def publish(session: Session, plan: Plan, *, now: datetime) -> Issue | None:
    """Write a digest's issue if one is due, with a delivery for each reader, in the caller's transaction."""
    known = issues.known_since(session, digest=plan.id, now=now)
    last = issues.settled(session, digest=plan.id)
    occurrence = schedule.due(plan.rule, last=last, since=known, now=now)
    if occurrence is None:
        return None
    drafted = draft(session, plan, occurrence, now=now, known=known)
    issues.settle(session, digest=plan.id, occurrence=occurrence)
    return send(session, plan, drafted, now=now) if drafted else None


def send(session: Session, plan: Plan, drafted: Draft, *, now: datetime) -> Issue:
    """Store an issue as composed and enqueue it to every reader of its digest.

    It is rendered once first: with a template that fails nothing is stored, and the occurrence stays due.
    """
    plan.proof(drafted.issue)
    issue = issues.add(session, issue=drafted.issue, items=drafted.items)
    outbox.enqueue(session, deliveries=deliveries(session, plan, issue), now=now)
    _summarize(session, plan, issue, now)
    return issue


def _summarize(session: Session, plan: Plan, issue: Issue, now: datetime) -> None:
    """Tell an issue's news to the channels that ask for it; what nobody asks for is no event."""
    event = summary(issue, plan.desk.digest_title)
    if event and (rows := plan.tell(event)):
        told = outbox.tell(session, events=[event])
        outbox.enqueue(session, deliveries=rows, now=now)
        mute(session, told=told, now=now)


def deliveries(session: Session, plan: Plan, issue: Issue) -> Sequence[NewDelivery]:
    """Return one row for each reader; the same issue and reader always give the same key and Message-ID.

    Each says what its reader was sent last, story by story. Corrections alone go to nobody who was sent nothing.
    """
    last = issues.recalled(session, issue=issue)
    stories = [last[told.story] for told in issue.stories]
    people = [_recalling(reader, stories) for reader in readers(session, plan)]
    to_all = plan.digest.send_when_empty or recap.speaks(recap.personal(issue, {}))
    return [_delivery(plan, issue, reader) for reader in people if to_all or any(reader.recall or ())]


def _recalling(reader: Recipient, stories: Sequence[Mapping[str, IssueId]]) -> Recipient:
    box = audience.mailbox(reader.address)
    return replace(reader, recall=tuple(last.get(box, IssueId(0)) for last in stories))


def draft(session: Session, plan: Plan, occurrence: Occurrence, *, now: datetime, known: datetime) -> Draft | None:
    """Compose what an issue would say now; None when there is nothing to say.

    `known` is when the digest was first seen: its first issue reaches no further back than a feed's first poll does.
    """
    previous = issues.last(session, digest=plan.id)
    first, since = _period(plan, previous, known)
    desks = [_desk(session, plan, story, first, since, now) for story in plan.titles]
    issue = editor.compose(
        digest_id=plan.id,
        digest=plan.digest,
        stories=desks,
        occurrence=occurrence,
        number=previous.number + 1 if previous else 1,
        zone=plan.desk.zone,
        locale=plan.desk.locale,
        since=since,
        until=now,
        previous=previous,
    )
    if issue is None:
        return None
    dealt = frozenset(item.id for desk in desks for item in desk.items)
    return Draft(replace(issue, template_version=plan.version()), dealt)


def reach(session: Session, plan: Plan, *, now: datetime) -> Reach:
    """Return what the digest's coming issue will look at, so that nothing of it is forgotten before it is told."""
    known = issues.first_known(session, digest=plan.id) or now
    first, _ = _period(plan, issues.last(session, digest=plan.id), known)
    return Reach(plan.id, tuple(plan.titles), first)


def _period(plan: Plan, previous: Issue | None, known: datetime) -> tuple[datetime, datetime]:
    """Return from when on an issue looks for what was not told, and when its own period began."""
    if previous is None:
        return known - plan.reach, known - plan.reach
    return previous.until - MARGIN, previous.until


def readers(session: Session, plan: Plan) -> Sequence[Recipient]:
    """Return everybody a digest goes to, each address once, nobody who is suppressed.

    The list subscription wins over the config's address.
    """
    found: dict[str, Recipient] = {}
    for to in plan.digest.to:
        people = audience.recipients(session, list=to.list) if isinstance(to, ToList) else [Recipient(to)]
        for person in people:
            held = found.get(person.address.casefold())
            if held is None or held.list is None:
                found[person.address.casefold()] = person
    barred = audience.suppressed(session, addresses=[person.address for person in found.values()])
    return [person for person in found.values() if person.address not in barred]


def _desk(
    session: Session, plan: Plan, story: StoryId, first: datetime, since: datetime, now: datetime
) -> editor.StoryDesk:
    fresh = items.of_story(session, story=story, digest=plan.id, since=first)
    changed = items.changed_of_story(session, story=story, digest=plan.id, since=since)
    ledger = stories.standing(session, story=story)
    texts = items.texts(session, items=[item.id for item in fresh])
    return editor.StoryDesk(
        story=story,
        title=plan.titles[story],
        items=fresh,
        changed=changed,
        series=ledger,
        overdue=_overdue(plan, ledger, now),
        full_rights=frozenset(item.id for item in (*fresh, *changed) if item.feed in plan.full),
        full_texts=texts,
        developments=containing(session, plan.sources, story=story, items=[item.id for item in fresh]),
        related=_related(fresh, texts, ledger),
        weights=plan.weights,
    )


def _overdue(plan: Plan, ledger: Sequence[Series], now: datetime) -> frozenset[PromiseId]:
    rules = plan.series
    return frozenset(
        promise.id
        for series in ledger
        for promise in series.promises
        if promise.id is not None
        and series.story in rules
        and rhythm.is_overdue(series, promise, rules[series.story].remind_after, now)
    )


def _related(
    fresh: Sequence[Item], texts: Mapping[ItemId, str], series: Sequence[Series]
) -> dict[ItemId, tuple[Link, ...]]:
    """Return the titles that items say are related, with their address where a part or a new item bears the title."""
    urls = {part.title.casefold(): part.url for one in series for part in one.instalments}
    urls |= {item.title.casefold(): item.url for item in fresh}
    titles = {item.id: promises.related(texts.get(item.id) or item.text) for item in fresh}
    return {
        number: tuple(Link(title, urls.get(title.casefold())) for title in named)
        for number, named in titles.items()
        if named
    }


def _delivery(plan: Plan, issue: Issue, reader: Recipient) -> NewDelivery:
    key = f"issue:{issue.digest}:{issue.nominal}:{issue.slot}→mailto:{reader.address}"
    return NewDelivery(key, MAIL, mime.message_id(plan.secret, key, plan.desk.domain), reader, issue=issue.id)
