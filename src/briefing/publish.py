"""Shell 2: write the issues that are due, and one delivery for each of their readers.

    due | gather | compose | store the issue as composed | deliveries | one commit

What if we die here? Before the commit: nothing happened, the occurrence is still due at the next tick. After it: the
occurrence is settled and every reader has a row. An occurrence is settled in the same commit even when there was
nothing to say, so that an item that comes five minutes later waits for the next issue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from sqlmodel import Session

from briefing.config.grammar import Digest, ToList
from briefing.edit import digest as editor
from briefing.edit import schedule
from briefing.model import FeedId, Issue, NewDelivery, Occurrence, Recipient, StoryId
from briefing.render import mime
from briefing.render.email import Desk
from briefing.store import audience, issues, items, outbox, stories

log = structlog.get_logger()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """One digest with everything about it that the configuration settles."""

    id: str
    digest: Digest
    rule: schedule.Rule
    desk: Desk
    titles: Mapping[StoryId, str]  # of its stories, in the order shown
    full: frozenset[FeedId]  # feeds whose items may be republished whole
    secret: bytes = field(repr=False)


def publish(session: Session, plan: Plan, *, now: datetime) -> Issue | None:
    """Write a digest's issue if one is due, with a delivery for each reader, in the caller's transaction."""
    known = issues.known_since(session, digest=plan.id, now=now)
    last = issues.settled(session, digest=plan.id)
    occurrence = schedule.due(plan.rule, last=last, since=known, now=now)
    if occurrence is None:
        return None
    issue = draft(session, plan, occurrence, now=now)
    issues.settle(session, digest=plan.id, occurrence=occurrence)
    if issue is None:
        log.info("issue.empty", digest=plan.id, nominal=str(occurrence.nominal), slot=occurrence.slot)
        return None
    return send(session, plan, issue, now=now)


def send(session: Session, plan: Plan, issue: Issue, *, now: datetime) -> Issue:
    """Store an issue as composed and enqueue it to every reader of its digest."""
    issue = issues.add(session, issue=issue)
    rows = deliveries(session, plan, issue)
    outbox.enqueue(session, deliveries=rows, now=now)
    log.info("issue", digest=plan.id, number=issue.number, nominal=str(issue.nominal), readers=len(rows))
    return issue


def deliveries(session: Session, plan: Plan, issue: Issue) -> Sequence[NewDelivery]:
    """Return one row for each reader; the same issue and reader always give the same key and Message-ID."""
    return [_delivery(plan, issue, reader) for reader in readers(session, plan)]


def draft(session: Session, plan: Plan, occurrence: Occurrence, *, now: datetime) -> Issue | None:
    """Compose what an issue would say now; None when there is nothing to say."""
    previous = issues.last(session, digest=plan.id)
    since = previous.until if previous else EPOCH
    return editor.compose(
        digest_id=plan.id,
        digest=plan.digest,
        stories=[_desk(session, plan, story, since, now) for story in plan.titles],
        occurrence=occurrence,
        number=previous.number + 1 if previous else 1,
        zone=plan.desk.zone,
        locale=plan.desk.locale,
        since=since,
        until=now,
        previous=previous,
    )


def readers(session: Session, plan: Plan) -> Sequence[Recipient]:
    """Return everybody a digest goes to, each address once; the list subscription wins over the config's address."""
    found: dict[str, Recipient] = {}
    for to in plan.digest.to:
        people = audience.recipients(session, list=to.list) if isinstance(to, ToList) else [Recipient(to)]
        for person in people:
            held = found.get(person.address.casefold())
            if held is None or held.list is None:
                found[person.address.casefold()] = person
    return list(found.values())


def _desk(session: Session, plan: Plan, story: StoryId, since: datetime, until: datetime) -> editor.StoryDesk:
    fresh = items.of_story(session, story=story, since=since, until=until)
    changed = items.changed_of_story(session, story=story, since=since, until=until)
    return editor.StoryDesk(
        story=story,
        title=plan.titles[story],
        items=fresh,
        changed=changed,
        series=stories.ledger(session, story=story),
        full_rights=frozenset(item.id for item in (*fresh, *changed) if item.feed in plan.full),
        full_texts=items.texts(session, items=[item.id for item in fresh]),
    )


def _delivery(plan: Plan, issue: Issue, reader: Recipient) -> NewDelivery:
    key = f"issue:{issue.digest}:{issue.nominal}:{issue.slot}→mailto:{reader.address}"
    return NewDelivery(key, "mail", mime.message_id(plan.secret, key, plan.desk.domain), reader, issue=issue.id)
