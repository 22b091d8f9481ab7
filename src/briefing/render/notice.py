"""The words of an alert, the same for mail and every chat.

Apart from the channels, which fit and escape these words, and from `notice_view`, which lays them out for mail. The
words about stories, feeds and channels stand in files of their own; here are those about several of them at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from briefing.model import AnswerLinks, Event, EventKind, Link, Notice
from briefing.render import answers as answered
from briefing.render.channel_notice import channel_down, channel_up
from briefing.render.feed_notice import feed_down, feed_up
from briefing.render.locale import Words
from briefing.render.plain import clip, isolate
from briefing.render.story_notice import (
    SENTENCE,
    TITLE,
    corroborated,
    gap,
    instalment,
    item,
    more,
    new_series,
    overdue,
    promise,
    read,
    withdrawn,
)


def notice(event: Event, *, locale: str, zone: str, answers: AnswerLinks | None = None) -> Notice:
    """Return what is said of an event; the headline stands alone in a phone's notification."""
    words = Words(locale, zone)
    said = replace(_WORDS[event.kind](event, words), thread=event.thread, more=partial(more, words))
    return answered.around(said, event, answers, words)


def _missed(event: Event, words: Words) -> Notice:
    """Count what was missed, name the first few, each with its link, and say how many more there are."""
    named = [_WORDS[one.kind](one, words) for one in event.leading]
    return Notice(
        kind=event.kind,
        headline=_counted(event, words),
        at=event.at,
        story=event.story_title,
        context=_lines(named, event.total - len(named), None, words),
        rest=event.total - len(named),
    )


def _issue(event: Event, words: Words) -> Notice:
    """Give an issue's news, a line each; the first of them is the headline."""
    first, *others = [_WORDS[one.kind](one, words) for one in event.leading]
    left = event.total - len(event.leading)
    title = isolate(clip(event.detail or "", TITLE), None, words.dir)
    return Notice(
        kind=event.kind,
        headline=words.gettext("%(said)s: %(detail)s", said=title, detail=first.headline),
        url=first.url,
        at=event.at,
        credited=True,
        story=event.story_title,
        context=_lines(others, left, first.url, words),
        actions=read(first.url, words),
        rest=left,
    )


def _lines(named: Sequence[Notice], left: int, url: str | None, words: Words) -> tuple[Link, ...]:
    """Name each with its link, and count those that are left; that leads where the message does, if anywhere."""
    rest = (Link(more(words, left), url),) if left else ()
    return (*(Link(clip(one.headline, SENTENCE), one.url) for one in named), *rest)


def _counted(event: Event, words: Words) -> str:
    if event.held:
        return words.ngettext("%(num)s alert", "%(num)s alerts", event.total)
    return words.ngettext("%(num)s alert, missed while away", "%(num)s alerts, missed while away", event.total)


def _test(event: Event, words: Words) -> Notice:
    sentence = words.gettext("If you can read this, alerts reach you here.")
    return Notice(kind=event.kind, headline=words.gettext("A test of this channel"), at=event.at, sentences=(sentence,))


_WORDS: dict[EventKind, Callable[[Event, Words], Notice]] = {
    EventKind.ITEM: item,
    EventKind.INSTALMENT: instalment,
    EventKind.PROMISE: promise,
    EventKind.NEW_SERIES: new_series,
    EventKind.GAP: gap,
    EventKind.OVERDUE: overdue,
    EventKind.CORROBORATED: corroborated,
    EventKind.FEED_DOWN: feed_down,
    EventKind.FEED_UP: feed_up,
    EventKind.CHANNEL_DOWN: channel_down,
    EventKind.CHANNEL_UP: channel_up,
    EventKind.ISSUE: _issue,
    EventKind.WITHDRAWN: withdrawn,
    EventKind.MISSED: _missed,
    EventKind.TEST: _test,
}
