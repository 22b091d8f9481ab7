"""The words of an alert, the same for mail and every chat.

Apart from the channels, which fit and escape these words, and from `notice_view`, which lays them out for mail.
A claim is always its publisher's.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from briefing.model import (
    AnswerLinks,
    AwaitedLine,
    ClaimKind,
    DevelopmentLine,
    Event,
    EventKind,
    ItemLine,
    Link,
    Notice,
    PartLine,
)
from briefing.render import answers as answered
from briefing.render import still
from briefing.render.channel_notice import channel_down, channel_up
from briefing.render.feed_notice import feed_down, feed_up
from briefing.render.links import web
from briefing.render.locale import Words
from briefing.render.phrases import announced, awaited_subject, part_name, report
from briefing.render.plain import clip, isolate, sentence
from briefing.render.view import promised

_SENTENCES = 2
_SENTENCE = 400
_TITLE = 200
_NAMES = 5  # publishers named beside the first


def notice(event: Event, *, locale: str, zone: str, answers: AnswerLinks | None = None) -> Notice:
    """Return what is said of an event; the headline stands alone in a phone's notification."""
    words = Words(locale, zone)
    said = replace(_WORDS[event.kind](event, words), thread=event.story or event.feed, more=partial(_more, words))
    return answered.around(said, event, answers, words)


def _more(words: Words, count: int) -> str:
    return words.ngettext("%(num)s more", "%(num)s more", count)


def _item(event: Event, words: Words) -> Notice:
    item = _line(event)
    return Notice(
        kind=event.kind,
        headline=report(item, words),
        url=web(item.url),
        at=item.at,
        source=item.source,
        credited=True,
        story=event.story_title,
        sentences=_excerpt(item),
        actions=_read(item.url, words),
        lang=item.lang,
    )


def _instalment(event: Event, words: Words) -> Notice:
    assert event.part is not None
    part, item = event.part, event.part.item
    said = words.gettext(
        "%(part)s is out: %(title)s — %(source)s",
        part=part_name(part.part, words) if part.part is not None else words.gettext("A new part"),
        title=isolate(clip(item.title, _TITLE), item.lang, words.dir),
        source=isolate(item.source, None, words.dir),
    )
    return Notice(
        kind=event.kind,
        headline=said,
        url=web(item.url),
        at=item.at,
        source=item.source,
        credited=True,
        story=event.story_title,
        sentences=_excerpt(item),
        context=_history(part, event, words),
        actions=_read(item.url, words),
        lang=item.lang,
    )


def _history(part: PartLine, event: Event, words: Words) -> tuple[Link, ...]:
    """Say which promise was kept, and what is awaited next."""
    today = words.local(event.at).date()
    kept = [Link(sentence(promised(part.kept, today, words)), web(part.kept.url))] if part.kept else []
    coming = [mark for mark in part.parts if mark.state == "awaited"]
    next_ = [Link(words.gettext("%(part)s is awaited", part=part_name(mark.part, words))) for mark in coming[:1]]
    return (*kept, *next_)


def _promise(event: Event, words: Words) -> Notice:
    assert event.promise is not None
    promise = event.promise
    url = web(promise.url) or (web(event.item.url) if event.item else None)
    said = words.gettext(
        "%(announced)s — %(source)s",
        announced=announced(promise, words),
        source=isolate(promise.source, None, words.dir),
    )
    if event.item:
        title = isolate(clip(event.item.title, _TITLE), event.item.lang, words.dir)
        said = words.gettext("%(said)s, in “%(title)s”", said=said, title=title)
    return Notice(
        kind=event.kind,
        headline=said,
        url=url,
        at=promise.promised_at,
        source=promise.source,
        credited=True,
        story=event.story_title,
        sentences=(_quoted(promise, words),),
        context=(Link(words.gettext("We watch for it and tell you when it appears")),),
        actions=_read(url, words),
        lang=event.item.lang if event.item else None,
    )


def _quoted(promise: AwaitedLine, words: Words) -> str:
    return words.gettext("“%(quote)s”", quote=clip(promise.quote.strip('“”" '), _SENTENCE))


def _new_series(event: Event, words: Words) -> Notice:
    """Say that there is a series, for whoever is not told its parts."""
    assert event.part is not None
    out, item = [mark for mark in event.part.parts if mark.state != "awaited"], event.part.item
    title, source = isolate(clip(event.part.series, _TITLE), None, words.dir), isolate(item.source, None, words.dir)
    said = words.gettext("A new series: %(title)s — %(source)s", title=title, source=source)
    count = words.ngettext("%(num)s part is out", "%(num)s parts are out", len(out))
    return replace(_instalment(event, words), kind=event.kind, headline=said, sentences=(count,))


def _gap(event: Event, words: Words) -> Notice:
    assert event.gap is not None
    gap = event.gap
    said = words.gettext(
        "%(missing)s is missing, %(part)s is out: %(title)s — %(source)s",
        missing=part_name(gap.part, words),
        part=part_name(gap.after.part, words),
        title=isolate(clip(gap.series, _TITLE), None, words.dir),
        source=isolate(gap.source, None, words.dir),
    )
    today = words.local(event.at).date()
    around = (
        words.gettext("%(part)s on %(day)s", part=part_name(one.part, words), day=words.day(one.at, today))
        for one in (gap.before, gap.after)
    )
    links = tuple(Link(text, web(one.url)) for text, one in zip(around, (gap.before, gap.after), strict=True))
    return Notice(
        kind=event.kind,
        headline=said,
        url=web(gap.after.url),
        at=gap.after.at,
        source=gap.source,
        credited=True,
        story=event.story_title,
        context=links,
    )


def _overdue(event: Event, words: Words) -> Notice:
    """Remind of a promise: what, whose, since when."""
    assert event.promise is not None
    promise = event.promise
    name, subject = part_name(promise.part, words), awaited_subject(promise) or promise.series
    said = still.overdue(event, words, part=name, title=isolate(subject, None, words.dir))
    if promise.source:
        said = words.gettext("%(said)s — %(source)s", said=said, source=isolate(promise.source, None, words.dir))
    when = words.gettext(
        "%(when)s, %(age)s",
        when=promised(promise, words.local(event.at).date(), words),
        age=words.age(promise.promised_at, event.at),
    )
    return Notice(
        kind=event.kind,
        headline=said,
        url=web(promise.url),
        at=event.at,
        source=promise.source or None,
        credited=True,
        story=event.story_title,
        sentences=(_quoted(promise, words),) if promise.quote else (),
        context=(Link(sentence(when), web(promise.url)), *still.reminders(event, words)),
        actions=_read(promise.url, words),
    )


def _corroborated(event: Event, words: Words) -> Notice:
    """Say how many report it over how many origins, with who denies it, or holds back, beside it."""
    assert event.development is not None
    told = event.development
    title = isolate(clip(told.lead.title, _TITLE), told.lead.lang, words.dir)
    return Notice(
        kind=event.kind,
        headline=words.gettext("%(said)s: %(title)s", said=still.reported(event, words), title=title),
        url=web(told.lead.url),
        at=told.lead.at,
        source=told.lead.source,
        story=event.story_title,
        sentences=_excerpt(told.lead),
        context=(*_claims(told, words), *_others(told, words)),
        actions=_read(told.lead.url, words),
        lang=told.lead.lang,
    )


def _claims(told: DevelopmentLine, words: Words) -> Iterator[Link]:
    """Quote who denies it, then who tells it with reserve; a hedge is no denial."""
    for one in told.claims:
        quote = isolate(clip(one.quote, _SENTENCE), one.lang, words.dir)
        source = isolate(one.source, None, words.dir)
        yield Link(
            words.gettext("Denied: “%(quote)s” — %(source)s", quote=quote, source=source)
            if one.kind is ClaimKind.DENIAL
            else words.gettext("With reserve: “%(quote)s” — %(source)s", quote=quote, source=source),
            web(one.url),
        )


def _others(told: DevelopmentLine, words: Words) -> Iterator[Link]:
    """Name who else reports it, and how many copies there are."""
    names = [isolate(name, None, words.dir) for name in told.publishers if name != told.lead.source]
    shown, more = names[:_NAMES], names[_NAMES:]
    shown += [_more(words, len(more))] if more else []
    if shown:
        yield Link(words.gettext("Also in %(names)s", names=words.listing(shown)))


def _withdrawn(event: Event, words: Words) -> Notice:
    """Say that an item which was sent does not stand, and why; it is not linked again."""
    item = _line(event)
    title, source = isolate(clip(item.title, _TITLE), item.lang, words.dir), isolate(item.source, None, words.dir)
    said = words.gettext("Withdrawn: %(title)s — %(source)s", title=title, source=source)
    sentences = (clip(event.detail, _SENTENCE),) if event.detail else ()
    told = Link(words.gettext("We sent you this item. It is withdrawn, and we show it no more."))
    return Notice(event.kind, said, at=event.at, story=event.story_title, sentences=sentences, context=(told,))


def _missed(event: Event, words: Words) -> Notice:
    """Count what was missed, name the first few, each with its link, and say how many more there are."""
    named = [_WORDS[one.kind](one, words) for one in event.leading]
    more = event.total - len(named)
    rest = [Link(_more(words, more))] if more else []
    return Notice(
        kind=event.kind,
        headline=_counted(event, words),
        at=event.at,
        story=event.story_title,
        context=(*(Link(clip(one.headline, _SENTENCE), one.url) for one in named), *rest),
        rest=more,
    )


def _issue(event: Event, words: Words) -> Notice:
    """Give an issue's news, a line each; the first of them is the headline."""
    first, *others = [_WORDS[one.kind](one, words) for one in event.leading]
    more = event.total - len(event.leading)
    rest = [Link(_more(words, more))] if more else []
    title = isolate(clip(event.detail or "", _TITLE), None, words.dir)
    return Notice(
        kind=event.kind,
        headline=words.gettext("%(said)s: %(detail)s", said=title, detail=first.headline),
        url=first.url,
        at=event.at,
        credited=True,
        story=event.story_title,
        context=(*(Link(clip(one.headline, _SENTENCE), one.url) for one in others), *rest),
        actions=_read(first.url, words),
        rest=more,
    )


def _counted(event: Event, words: Words) -> str:
    if event.held:
        return words.ngettext("%(num)s alert", "%(num)s alerts", event.total)
    return words.ngettext("%(num)s alert, missed while away", "%(num)s alerts, missed while away", event.total)


def _test(event: Event, words: Words) -> Notice:
    sentence = words.gettext("If you can read this, alerts reach you here.")
    return Notice(kind=event.kind, headline=words.gettext("A test of this channel"), at=event.at, sentences=(sentence,))


def _line(event: Event) -> ItemLine:
    assert event.item is not None
    return event.item


def _excerpt(item: ItemLine) -> tuple[str, ...]:
    return tuple(clip(sentence, _SENTENCE) for sentence in item.excerpt[:_SENTENCES])


def _read(url: str | None, words: Words) -> tuple[Link, ...]:
    return (Link(words.gettext("Read"), url),) if web(url) else ()


_WORDS: dict[EventKind, Callable[[Event, Words], Notice]] = {
    EventKind.ITEM: _item,
    EventKind.INSTALMENT: _instalment,
    EventKind.PROMISE: _promise,
    EventKind.NEW_SERIES: _new_series,
    EventKind.GAP: _gap,
    EventKind.OVERDUE: _overdue,
    EventKind.CORROBORATED: _corroborated,
    EventKind.FEED_DOWN: feed_down,
    EventKind.FEED_UP: feed_up,
    EventKind.CHANNEL_DOWN: channel_down,
    EventKind.CHANNEL_UP: channel_up,
    EventKind.ISSUE: _issue,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.MISSED: _missed,
    EventKind.TEST: _test,
}
