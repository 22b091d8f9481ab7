"""The words for what lasts and is told again: how it stands now, and what has changed since it was told last.

Apart from `notice`, which says everything else about an event.
"""

from datetime import timedelta

from briefing.model import Event, Link
from briefing.render.development_view import counts, reported_by
from briefing.render.locale import Words

_HOURS = 48  # up to which a length of time is told in hours


def reported(event: Event, words: Words) -> str:
    """Say how many report a development; if that was told before, whether more do now."""
    assert event.development is not None
    if event.before is None:
        return reported_by(event.development, words)
    publishers, origins = counts(event.development, words)
    if event.development.origins <= event.before.origins:
        return words.gettext("Still reported by %(publishers)s, %(origins)s", publishers=publishers, origins=origins)
    return words.gettext(
        "Now reported by %(publishers)s, %(origins)s (before %(fewer)s, %(less)s)",
        publishers=publishers,
        origins=origins,
        fewer=event.before.publishers,
        less=event.before.origins,
    )


def overdue(event: Event, words: Words, *, part: str, title: str) -> str:
    """Say that a part is late; or that it is so still."""
    if event.before is None:
        return words.gettext("%(part)s is overdue: %(title)s", part=part, title=title)
    return words.gettext("%(part)s is still awaited: %(title)s", part=part, title=title)


def reminders(event: Event, words: Words) -> tuple[Link, ...]:
    """Say whether there will be another reminder."""
    if event.repeats:
        return (Link(words.gettext("We remind you again while it is awaited")),)
    if event.before is None:
        return (Link(words.gettext("This is the only reminder; it stays among what is awaited")),)
    return ()


def down(event: Event, words: Words) -> str:
    """Say that a feed is down; or for how long it has been, by now."""
    if event.before is None:
        return words.gettext("Feed %(feed)s is down", feed=event.feed or "")
    time = _lasting(event.at - (event.since or event.at), words)
    return words.gettext("Feed %(feed)s is still down, %(time)s", feed=event.feed or "", time=time)


def _lasting(gap: timedelta, words: Words) -> str:
    hours = max(1, gap // timedelta(hours=1))
    if hours < _HOURS:
        return words.ngettext("for %(num)s hour", "for %(num)s hours", hours)
    return words.ngettext("for %(num)s day", "for %(num)s days", hours // 24)
