"""What is worth telling at once: an item, a part that appeared or was promised, what many report, a silent feed.

Apart from `digest`, which tells on its day: here one arrival or one poll becomes events. Keys are stable, so an event
found again is known by the store and told to nobody twice.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from briefing.edit.developments import development_line
from briefing.edit.lines import awaited_line, item_line, part_line
from briefing.model import (
    Development,
    Event,
    EventKind,
    FeedState,
    Item,
    ItemId,
    ItemLine,
    Match,
    Progress,
    Promise,
    PromiseState,
    Series,
    StoryId,
    Withdrawal,
)

_FAILURES = 3  # in a row, before an operator is told
_LEADING = 3  # named of those that were missed; the rest is counted
_RANKS = (  # what leads; then the newest
    EventKind.WITHDRAWN,
    EventKind.INSTALMENT,
    EventKind.PROMISE,
    EventKind.OVERDUE,
    EventKind.GAP,
)


def events(
    item: Item,
    matches: Sequence[Match],
    progress: Mapping[StoryId, Progress],
    titles: Mapping[StoryId, str],
    now: datetime,
    *,
    full_text: str | None = None,
) -> tuple[Event, ...]:
    """Return what an item gives to tell, story by story; `full_text` is for its reading time alone.

    An instalment stands for its item, promises follow it, and last, once, that there is a series: for whoever is told
    neither. An item that is not news tells nothing; one that merely changed tells of a promise it now makes or keeps,
    never of itself.
    """
    if not item.news:
        return ()
    line = item_line(item, rights_full=False, full_text=full_text)
    told: list[Event] = []
    for story in dict.fromkeys(match.story for match in matches):
        tell = partial(Event, at=now, story=story, story_title=titles.get(story), feed=item.feed, item=line)
        told += _of_story(item, line, story, tell, progress.get(story))
    return tuple(told)


def corroborated(
    development: Development, reached: int, *, sources: int, title: str | None, now: datetime
) -> Event | None:
    """Return the event that so many report a development, once as many distinct origins as asked have `reached` it."""
    return many(development, title=title, now=now) if reached >= sources else None


def many(development: Development, *, title: str | None, now: datetime) -> Event:
    """Return the event that many report a development, as it stands."""
    line = development_line(development, new=[item.id for item in development.items])
    key = corroborated_key(development.story, development.id)
    return Event(
        EventKind.CORROBORATED,
        key,
        now,
        story=development.story,
        story_title=title,
        development=line,
        condition=key,
        origins=development.corroboration.origins,
        subjects=(f"development:{development.id}",),
    )


def tells(event: Event, item: ItemId) -> bool:
    """Tell whether a message on an event shows an item; that it was withdrawn does not."""
    if event.kind is EventKind.WITHDRAWN:
        return False
    lines = [event.item, event.part.item if event.part else None]
    lines += [event.development.lead, *event.development.also] if event.development else []
    return any(line.item == item for line in lines if line) or any(tells(one, item) for one in event.leading)


def withdrawn(gone: Withdrawal, story: StoryId | None, title: str | None) -> Event:
    """Return the event that an item was withdrawn, for whoever was sent it."""
    line = ItemLine(gone.item, gone.title, None, gone.source, gone.at)
    key = f"withdrawn:{gone.item}"
    return Event(EventKind.WITHDRAWN, key, gone.at, story=story, story_title=title, item=line, detail=gone.words)


def corroborated_key(story: StoryId, development: ItemId) -> str:
    """Return the key under which a development is told as reported by many."""
    return f"corroborated:{story}:{development}"


def conditions(story: StoryId, items: Iterable[ItemId]) -> tuple[str, ...]:
    """Return the keys under which a development of these items, or one that became part of it, may have been told."""
    return tuple(corroborated_key(story, item) for item in items)


def item_keys(story: StoryId, item: ItemId) -> tuple[str, str]:
    """Return the keys under which an item may have been told: as itself, or as a part."""
    return f"item:{story}:{item}", f"instalment:{story}:{item}"


def feed_event(before: FeedState | None, after: FeedState, *, now: datetime) -> Event | None:
    """Return what one poll gives to tell about its feed: that it is down, once an outage, and that it is back."""
    was_down = before is not None and _is_down(before)
    if not was_down and (down := feed_down(after, now=now)):
        return down
    if before is not None and was_down and not after.failures and not after.gone:
        return Event(EventKind.FEED_UP, f"feed_up:{_outage(before)}", now, feed=after.id)
    return None


def feed_down(state: FeedState, *, now: datetime) -> Event | None:
    """Return the event that a feed is down, as long as it is."""
    if not _is_down(state):
        return None
    key, detail = f"feed_down:{_outage(state)}", state.error or ("the feed is gone (410)" if state.gone else None)
    about = Event(EventKind.FEED_DOWN, key, now, feed=state.id, detail=detail, condition=key)
    return replace(about, since=state.down_since, final=state.gone)


def missed(events: Sequence[Event], now: datetime, *, held: bool = False) -> Event:
    """Return the one event that tells of several which come late or were held; what it holds of such is counted in.

    The same events give the same key, whoever is told of them.
    """
    counted = [(event.leading, event.total) if event.kind is EventKind.MISSED else ((event,), 1) for event in events]
    total = sum(many for _, many in counted)
    leading = sorted((one for some, _ in counted for one in some), key=_rank)[:_LEADING]
    stories = {(event.story, event.story_title) for event in events}
    story, title = stories.pop() if len(stories) == 1 else (None, None)
    key = ("held:" if held else "missed:") + hashlib.sha256(
        "\n".join(sorted(event.key for event in events)).encode()
    ).hexdigest()[:16]
    return Event(
        EventKind.MISSED, key, now, story=story, story_title=title, leading=tuple(leading), total=total, held=held
    )


def _rank(event: Event) -> tuple[int, float]:
    """Order by what matters, the newest first."""
    at = event.item.at if event.item else event.at
    return _RANKS.index(event.kind) if event.kind in _RANKS else len(_RANKS), -at.timestamp()


def _of_story(
    item: Item, line: ItemLine, story: StoryId, tell: Callable[..., Event], progress: Progress | None
) -> Iterator[Event]:
    changed = item.changed_at is not None
    itself, as_part = item_keys(story, item.id)
    serial = (f"series:{progress.series.id}",) if progress else ()
    mine = (f"item:{item.id}",)
    if progress and progress.joined and (progress.kept or not changed):
        part = part_line(line, progress.series, progress.joined, new={item.id})
        yield tell(EventKind.INSTALMENT, as_part, part=part, subjects=(*serial, *mine))
    elif not changed:
        yield tell(EventKind.ITEM, itself, subjects=(f"development:{item.id}", *mine))
    if progress:
        opened = (promise for promise in progress.opened if promise.state is PromiseState.AWAITED)
        for promise in opened:
            key, line_ = _promise_key(story, promise), awaited_line(progress.series, promise)
            subjects = (*_subject(progress.series, promise), *serial, *mine)
            yield tell(EventKind.PROMISE, key, promise=line_, subjects=subjects)
        if progress.begins and progress.joined:
            part = part_line(line, progress.series, progress.joined, new={item.id})
            key = f"new_series:{story}:{progress.series.id}"
            yield tell(EventKind.NEW_SERIES, key, part=part, subjects=(*serial, *mine))


def _subject(series: Series, opened: Promise) -> Iterator[str]:
    """Yield the subject that a promise is, by the id under which its series was stored."""
    same = (one.id for one in series.promises if (one.made_by, one.quote) == (opened.made_by, opened.quote))
    yield from (f"promise:{one}" for one in same)


def _promise_key(story: StoryId, promise: Promise) -> str:
    """Return a key that outlives a new wording of the sentence around a numbered or titled promise."""
    words = (promise.title or promise.topic or promise.quote).casefold()
    mark = promise.part or hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"promise:{story}:{promise.made_by}:{mark}"


def _is_down(state: FeedState) -> bool:
    return state.gone or state.failures >= _FAILURES


def _outage(state: FeedState) -> str:
    since = state.down_since or state.last_ok_at
    return f"{state.id}:{since.isoformat() if since else 'never'}"
