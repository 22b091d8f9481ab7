"""The words of an alert about a story: an item, a part, a promise, a report of many, what was withdrawn.

Apart from `notice`, which has those about several at once, and chooses. A claim is always its publisher's.
"""

from collections.abc import Iterator
from dataclasses import replace

from briefing.model import AwaitedLine, ClaimKind, DevelopmentLine, Event, ItemLine, Link, Notice, PartLine
from briefing.render import still
from briefing.render.links import web
from briefing.render.locale import Words
from briefing.render.phrases import announced, awaited_subject, part_name, report
from briefing.render.plain import clip, isolate, sentence
from briefing.render.view import promised

SENTENCE = 400
TITLE = 200
_SENTENCES = 2
_NAMES = 5  # publishers named beside the first


def item(event: Event, words: Words) -> Notice:
    """Say who reports what."""
    item = _line(event)
    return _of_one(event, item, report(item, words), words)


def _of_one(event: Event, item: ItemLine, headline: str, words: Words) -> Notice:
    """Tell of one item, in words that credit its source."""
    return Notice(
        kind=event.kind,
        headline=headline,
        url=web(item.url),
        at=item.at,
        source=item.source,
        credited=True,
        story=event.story_title,
        sentences=_excerpt(item),
        actions=read(item.url, words),
        lang=item.lang,
    )


def instalment(event: Event, words: Words) -> Notice:
    """Say that a part is out, which promise it keeps, and what is awaited next."""
    assert event.part is not None
    part, item = event.part, event.part.item
    said = words.gettext(
        "%(part)s is out: %(title)s — %(source)s",
        part=part_name(part.part, words) if part.part is not None else words.gettext("A new part"),
        title=isolate(clip(item.title, TITLE), item.lang, words.dir),
        source=isolate(item.source, None, words.dir),
    )
    return replace(_of_one(event, item, said, words), context=_history(part, event, words))


def _history(part: PartLine, event: Event, words: Words) -> tuple[Link, ...]:
    """Say which promise was kept, and what is awaited next."""
    today = words.local(event.at).date()
    kept = [Link(sentence(promised(part.kept, today, words)), web(part.kept.url))] if part.kept else []
    coming = [mark for mark in part.parts if mark.state == "awaited"]
    next_ = [Link(words.gettext("%(part)s is awaited", part=part_name(mark.part, words))) for mark in coming[:1]]
    return (*kept, *next_)


def promise(event: Event, words: Words) -> Notice:
    """Say which part is announced, in whose words."""
    assert event.promise is not None
    promise = event.promise
    url = web(promise.url) or (web(event.item.url) if event.item else None)
    said = words.gettext(
        "%(announced)s — %(source)s",
        announced=announced(promise, words),
        source=isolate(promise.source, None, words.dir),
    )
    if event.item:
        title = isolate(clip(event.item.title, TITLE), event.item.lang, words.dir)
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
        actions=read(url, words),
        lang=event.item.lang if event.item else None,
    )


def _quoted(promise: AwaitedLine, words: Words) -> str:
    return words.gettext("“%(quote)s”", quote=clip(promise.quote.strip('“”" '), SENTENCE))


def new_series(event: Event, words: Words) -> Notice:
    """Say that there is a series, for whoever is not told its parts."""
    assert event.part is not None
    out, item = [mark for mark in event.part.parts if mark.state != "awaited"], event.part.item
    title, source = isolate(clip(event.part.series, TITLE), None, words.dir), isolate(item.source, None, words.dir)
    said = words.gettext("A new series: %(title)s — %(source)s", title=title, source=source)
    count = words.ngettext("%(num)s part is out", "%(num)s parts are out", len(out))
    return replace(instalment(event, words), kind=event.kind, headline=said, sentences=(count,))


def gap(event: Event, words: Words) -> Notice:
    """Say that a part was passed over, and between which."""
    assert event.gap is not None
    gap = event.gap
    said = words.gettext(
        "%(missing)s is missing, %(part)s is out: %(title)s — %(source)s",
        missing=part_name(gap.part, words),
        part=part_name(gap.after.part, words),
        title=isolate(clip(gap.series, TITLE), None, words.dir),
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


def overdue(event: Event, words: Words) -> Notice:
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
        actions=read(promise.url, words),
    )


def corroborated(event: Event, words: Words) -> Notice:
    """Say how many report it over how many origins, with who denies it, or holds back, beside it."""
    assert event.development is not None
    told = event.development
    title = isolate(clip(told.lead.title, TITLE), told.lead.lang, words.dir)
    return Notice(
        kind=event.kind,
        headline=words.gettext("%(said)s: %(title)s", said=still.reported(event, words), title=title),
        url=web(told.lead.url),
        at=told.lead.at,
        source=told.lead.source,
        story=event.story_title,
        sentences=_excerpt(told.lead),
        context=(*_claims(told, words), *_others(told, words)),
        actions=read(told.lead.url, words),
        lang=told.lead.lang,
    )


def _claims(told: DevelopmentLine, words: Words) -> Iterator[Link]:
    """Quote who denies it, then who tells it with reserve; a hedge is no denial."""
    for one in told.claims:
        quote = isolate(clip(one.quote, SENTENCE), one.lang, words.dir)
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
    shown, left = names[:_NAMES], len(names[_NAMES:])
    shown += [more(words, left)] if left else []
    if shown:
        yield Link(words.gettext("Also in %(names)s", names=words.listing(shown)))


def withdrawn(event: Event, words: Words) -> Notice:
    """Say that an item which was sent does not stand, and why; it is not linked again."""
    item = _line(event)
    title, source = isolate(clip(item.title, TITLE), item.lang, words.dir), isolate(item.source, None, words.dir)
    said = words.gettext("Withdrawn: %(title)s — %(source)s", title=title, source=source)
    sentences = (clip(event.detail, SENTENCE),) if event.detail else ()
    told = Link(words.gettext("We sent you this item. It is withdrawn, and we show it no more."))
    return Notice(event.kind, said, at=event.at, story=event.story_title, sentences=sentences, context=(told,))


def _line(event: Event) -> ItemLine:
    assert event.item is not None
    return event.item


def _excerpt(item: ItemLine) -> tuple[str, ...]:
    return tuple(clip(sentence, SENTENCE) for sentence in item.excerpt[:_SENTENCES])


def read(url: str | None, words: Words) -> tuple[Link, ...]:
    """Return the link to the whole, if it leads anywhere."""
    return (Link(words.gettext("Read"), url),) if web(url) else ()


def more(words: Words, count: int) -> str:
    """Count what is not shown."""
    return words.ngettext("%(num)s more", "%(num)s more", count)
