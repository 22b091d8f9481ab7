"""The words of an alert about a feed: that it is down, and that it answers again.

Apart from `story_notice`, which has those about stories.
"""

from datetime import date

from briefing.model import Event, Notice
from briefing.render import still
from briefing.render.locale import Words
from briefing.render.plain import clip

_REASON = 200


def feed_down(event: Event, words: Words) -> Notice:
    """Say that a feed is down, why, since when, and what we do about it."""
    said = still.down(event, words)
    if event.detail:
        said = words.gettext("%(said)s: %(detail)s", said=said, detail=clip(event.detail, _REASON))
    sentence = _noticed(event, words, words.local(event.at).date())
    return Notice(kind=event.kind, headline=said, at=event.at, story=event.story_title, sentences=(sentence,))


def feed_up(event: Event, words: Words) -> Notice:
    """Say that a feed answers again."""
    said = words.gettext("Feed %(feed)s answers again", feed=event.feed or "")
    return Notice(kind=event.kind, headline=said, at=event.at, story=event.story_title)


def _noticed(event: Event, words: Words, today: date) -> str:
    if event.final:
        return words.gettext("It is not asked again until you resume it.")
    since = event.since or event.at
    return words.gettext(
        "It has failed since %(time)s on %(day)s. We go on trying, ever more seldom, and say when it answers.",
        time=words.clock(since),
        day=words.day(since, today),
    )
