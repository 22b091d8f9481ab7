"""Shell: what time alone brings to the ledger, and what feeds.yaml awaits.

    each story's series | give up what was awaited too long | overdue, passed over | events, deliveries
    what lasts and was told: overdue, feeds that are down, developments | told again where it is time | one commit

What if we die here? Before the commit nothing happened, and the same is found at the next turn: what is overdue then is
overdue still. After it the events stand with their deliveries, under keys that are told once. What feeds.yaml expects
is opened and given up in the transaction of a start, and the next start finds it done.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from briefing import again
from briefing.acknowledged import noted
from briefing.config.series import SeriesRule
from briefing.corroborate import holds, judged
from briefing.detect import expectations, rhythm
from briefing.detect.series import is_watched
from briefing.edit import alert, reminders
from briefing.model import Development, Event, Ruling, Series, StoryId, Tellings
from briefing.mute import mute
from briefing.remember import Rules
from briefing.store import developments, feeds, outbox, stories


def remind(session: Session, rules: Rules, *, now: datetime) -> int:
    """Give up what lapses, tell what is overdue or was passed over, and again what lasts; return how much was told."""
    due: list[tuple[datetime, Event]] = []
    for story in sorted(rules.series):
        for series in stories.ledger(session, story=story, hold=True):
            due += _due(_aged(session, series, now), rules, now)
    since = {event.key: at for at, event in due}
    known = outbox.told(session, keys=since)
    told = outbox.tell(session, events=noted(session, [event for _, event in due if event.key not in known]))
    for event in told:
        outbox.enqueue(session, deliveries=rules.tell(event, late=now - since[event.key] > rules.max_age), now=now)
    mute(session, told=told, now=now)
    lasting = [event for _, event in due if event.condition in known]
    return len(told) + sum(1 for _ in _again(session, rules, lasting, now))


def _again(session: Session, rules: Rules, lasting: Sequence[Event], now: datetime) -> Iterator[Event]:
    """Tell again what lasts: of these, of feeds that are down, and of developments that many report still."""
    down = (alert.feed_down(state, now=now) for state in feeds.states(session) if not state.paused)
    for event in (*lasting, *filter(None, down)):
        if event.condition and (log := again.known(session, [event.condition])):
            yield from again.again(session, rules.tell, rules.ears, event, log, holds=True, now=now)
    for story, rule in rules.corroborate.items():
        for development, log in _many(session, rules, story, now):
            held = holds(rules.sources, development, rule.within, least=rule.sources, now=now)
            event = alert.many(development, title=rules.titles.get(story), now=now)
            yield from again.again(session, rules.tell, rules.ears, event, log, holds=held, now=now)


def _many(session: Session, rules: Rules, story: StoryId, now: datetime) -> Iterator[tuple[Development, Tellings]]:
    """Yield the developments that were told as reported by many, are reported still, and were not told for a while."""
    if rules.repeat is None:
        return
    told = developments.reported(session, story=story, since=now - rules.corroborate[story].within)
    for opener, some in developments.members(session, story=story, developments=told).items():
        log = again.known(session, alert.conditions(story, some))
        if log and log.last.at + rules.repeat <= now:
            yield from ((one, log) for one in judged(session, rules.sources, story=story, developments=[opener]))


def expect(session: Session, rules: Mapping[StoryId, SeriesRule | None], *, now: datetime) -> None:
    """Await what feeds.yaml expects, and no more what it expected before."""
    for story, rule in rules.items():
        line = _line(rule)
        for series in stories.ledger(session, story=story, hold=True):
            _keep(session, series, expectations.unexpected(series, {line.key} if line else (), now=now))
        if line and (found := expectations.expect(stories.ledger(session, story=story), story, line, now=now)):
            stories.save(session, series=found)


def _line(rule: SeriesRule | None) -> expectations.Line | None:
    if rule is None or rule.expect is None:
        return None
    return expectations.Line(rule.match, rule.expect.title_like, rule.expect.part)


def _aged(session: Session, series: Series, now: datetime) -> Series:
    return _keep(session, series, rhythm.lapsed(series, now))


def _keep(session: Session, before: Series, after: Series) -> Series:
    return before if after == before else stories.save(session, series=after)


def _due(series: Series, rules: Rules, now: datetime) -> Iterator[tuple[datetime, Event]]:
    """Yield what is to be told of a series, each with since when it is.

    What was overdue before we knew of it is no news. A part that was passed over is told as that alone.
    """
    rule, title = rules.series[series.story], rules.titles.get(series.story)
    if series.ruling is Ruling.REJECTED or not is_watched(series, rule.match):
        return
    gaps = rhythm.told_gaps(series, now)
    for gap in gaps:
        since = gap.after.at + rhythm.SETTLING
        yield since, reminders.passed_over(series, gap.part, gap.before, gap.after, title=title, now=now)
    passed: Sequence[int] = [gap.part for gap in gaps]
    for promise in series.promises:
        since = rhythm.overdue_at(series, promise, rule.remind_after)
        known = promise.opened_at or promise.made_at
        if rhythm.is_overdue(series, promise, rule.remind_after, now) and known < since and promise.part not in passed:
            yield since, reminders.overdue(series, promise, title=title, now=now)
