"""The words of an alert about a channel, which another channel tells.

Apart from `story_notice` and `feed_notice`, which have those about stories and feeds.
"""

from briefing.model import Event, Notice
from briefing.render.locale import Words
from briefing.render.plain import clip

_REASON = 200


def channel_down(event: Event, words: Words) -> Notice:
    """Say that a channel takes no messages, why, and what becomes of what is due there."""
    said = words.gettext("Channel %(channel)s is down", channel=event.channel or "")
    if event.detail:
        said = words.gettext("%(said)s: %(detail)s", said=said, detail=clip(event.detail, _REASON))
    sentences = _disabled(event, words) if event.final else (_failing(event, words),)
    return Notice(kind=event.kind, headline=said, at=event.at, sentences=sentences)


def channel_up(event: Event, words: Words) -> Notice:
    """Say that a channel takes messages again."""
    said = words.gettext("Channel %(channel)s is live again", channel=event.channel or "")
    sentence = words.gettext("What waited for it goes out now.")
    return Notice(kind=event.kind, headline=said, at=event.at, sentences=(sentence,))


def _disabled(event: Event, words: Words) -> tuple[str, str]:
    return (
        words.gettext("Nothing is sent there any more; what is due waits."),
        words.gettext(
            "Give it its new address in feeds.yaml, or say: briefing channels enable %(channel)s",
            channel=event.channel or "",
        ),
    )


def _failing(event: Event, words: Words) -> str:
    since = event.since or event.at
    return words.gettext(
        "It has failed since %(time)s on %(day)s; what is due waits. We go on trying, and say when it is live again.",
        time=words.clock(since),
        day=words.day(since, words.local(event.at).date()),
    )
