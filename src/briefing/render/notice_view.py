"""A notice as the alert's templates see it. Apart from `notice`, whose words every channel shares.

As a channel does for its app, this lets nothing into a mail that nobody sees, and no address that can dress up as
another's.
"""

import re
from dataclasses import dataclass, replace

from briefing import unseen
from briefing.model import EventKind, Link, Notice
from briefing.render.item_view import Passage, own, passage
from briefing.render.links import web
from briefing.render.locale import Words

_LOGIN = re.compile("https?://[^/?#]*@", re.IGNORECASE)
_MARKS = {EventKind.INSTALMENT: "◉", EventKind.PROMISE: "◌", EventKind.OVERDUE: "◌", EventKind.GAP: "◌"}


@dataclass(frozen=True, slots=True)
class NoticeView:
    """An alert: `mark` is the sign of a series, empty for other news; `links` are what to press."""

    mark: str
    kicker: str
    headline: Passage
    url: str | None
    source: Passage
    when: str
    sentences: tuple[Passage, ...]
    context: tuple[Link, ...]
    links: tuple[Link, ...]
    preheader: str
    lang: str


def notice_view(notice: Notice, words: Words) -> NoticeView:
    """Lay out a notice in the reader's words and zone."""
    notice = _seen(notice)
    context = tuple(Link(link.text, _web(link.url)) for link in notice.context)
    first = (*notice.sentences, *(link.text for link in context))
    return NoticeView(
        mark=_MARKS.get(notice.kind, ""),
        kicker=_kicker(notice, words),
        headline=own(notice.headline, words),
        url=_web(notice.url),
        source=passage("" if notice.credited else notice.source or "", None),
        when=f"{words.full_date(words.local(notice.at).date())}, {words.clock(notice.at)}" if notice.at else "",
        sentences=tuple(passage(sentence, notice.lang) for sentence in notice.sentences),
        context=context,
        links=tuple(Link(link.text, url) for link in notice.actions if (url := _web(link.url))),
        preheader=next(iter(first), ""),
        lang=words.tag,
    )


def _seen(notice: Notice) -> Notice:
    return replace(
        notice,
        headline=_visible(notice.headline),
        source=_visible(notice.source or ""),
        story=_visible(notice.story or ""),
        sentences=tuple(map(_visible, notice.sentences)),
        context=tuple(Link(_visible(link.text), link.url) for link in notice.context),
        actions=tuple(Link(_visible(link.text), link.url) for link in notice.actions),
    )


def _visible(text: str) -> str:
    """Return words on one line, without what nobody sees; every fence in them is closed in them, and no other."""
    return unseen.fenced(" ".join(unseen.without(text).split()))


def _web(url: str | None) -> str | None:
    found = web(url)
    return None if found is None or _LOGIN.match(found) else found


def _kicker(notice: Notice, words: Words) -> str:
    return notice.story or {
        EventKind.FEED_DOWN: words.gettext("A feed is down"),
        EventKind.FEED_UP: words.gettext("A feed is back"),
        EventKind.CHANNEL_DOWN: words.gettext("A channel is down"),
        EventKind.CHANNEL_UP: words.gettext("A channel is back"),
        EventKind.WITHDRAWN: words.gettext("Correction"),
        EventKind.MISSED: words.gettext("While we were away"),
        EventKind.TEST: words.gettext("Test"),
    }.get(notice.kind, words.gettext("Alert"))
