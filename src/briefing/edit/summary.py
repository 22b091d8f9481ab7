"""An issue in a few lines, for channels: one event that holds its news, each as it would be told alone.

Apart from `digest`, which composes the issue itself, and from `alert`, which tells of one arrival.
"""

from collections.abc import Iterator
from dataclasses import replace

from briefing.model import DevelopmentLine, Event, EventKind, Issue, IssueStory, ItemLine

_LINES = 12  # told of an issue; the rest is counted


def summary(issue: Issue, title: str) -> Event | None:
    """Return the event that an issue was written; None for one that has no news and only says what is awaited."""
    about = Event(
        EventKind.ISSUE,
        f"issue:{issue.digest}:{issue.nominal}:{issue.slot}",
        issue.until,
        detail=title,
        subjects=(f"digest:{issue.digest}",),
    )
    news = [one for share in issue.stories for one in _news(share, about)]
    if not news:
        return None
    if len(issue.stories) == 1:
        about = replace(about, story=issue.stories[0].story, story_title=issue.stories[0].title)
    total = len(news) + sum(share.more for share in issue.stories)
    return replace(about, leading=tuple(news[:_LINES]), total=total)


def _news(share: IssueStory, about: Event) -> Iterator[Event]:
    """Yield a story's parts, then its developments, in the order of the issue."""
    told = replace(about, story=share.story, story_title=share.title, detail=None, subjects=())
    for part in share.parts:
        item = _bare(part.item)
        key = f"{about.key}:{item.item}"
        yield replace(told, kind=EventKind.INSTALMENT, key=key, part=replace(part, item=item), item=item)
    for one in share.developments:
        key = f"{about.key}:{one.lead.item}"
        if len(one.publishers) > 1:
            yield replace(told, kind=EventKind.CORROBORATED, key=key, development=_counted(one))
        else:
            yield replace(told, kind=EventKind.ITEM, key=key, item=_bare(one.lead))


def _counted(told: DevelopmentLine) -> DevelopmentLine:
    return replace(told, lead=_bare(told.lead), also=(), related=())


def _bare(line: ItemLine) -> ItemLine:
    """Leave out what a line of a summary has no room for."""
    return replace(line, html="", excerpt=())
