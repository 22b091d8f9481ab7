"""Issues without what was withdrawn since: nothing of it is read again, in a retry, a recap or an archive.

Apart from `issues`, which keeps them as composed: that stays, and is never shown. Pure. What is counted is never more
than what is left; of a development that stood on the item alone nothing is.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from briefing.model import AwaitedLine, DevelopmentLine, Issue, IssueStory, ItemLine, PartLine, Withdrawal


def without(issue: Issue, withdrawn: Collection[Withdrawal]) -> Issue:
    """Return an issue without these items, each with a tombstone in the story that told it."""
    shares = issue.stories
    for gone in withdrawn:
        shares = tuple(_share(told, gone) for told in shares)
    return replace(issue, stories=shares)


def _share(told: IssueStory, gone: Withdrawal) -> IssueStory:
    stood = any(line.item == gone.item for line in _told(told))
    return replace(
        told,
        parts=tuple(_part(part, gone) for part in told.parts if part.item.item != gone.item),
        developments=tuple(_developments(told.developments, gone)),
        awaited=tuple(line for line in told.awaited if not _promised_by(line, gone)),
        corrections=_lines(told.corrections, gone),
        previously=_lines(told.previously, gone),
        withdrawn=(*told.withdrawn, gone) if stood else told.withdrawn,
    )


def _told(told: IssueStory) -> Iterator[ItemLine]:
    yield from (part.item for part in told.parts)
    for development in told.developments:
        yield development.lead
        yield from development.also


def _part(part: PartLine, gone: Withdrawal) -> PartLine:
    marks = tuple(replace(mark, url=None) if mark.url and mark.url == gone.url else mark for mark in part.parts)
    kept = None if part.kept and _promised_by(part.kept, gone) else part.kept
    return replace(part, parts=marks, kept=kept)


def _promised_by(line: AwaitedLine, gone: Withdrawal) -> bool:
    return line.url is not None and (line.url, line.source) == (gone.url, gone.source)


def _lines(lines: Iterable[ItemLine], gone: Withdrawal) -> tuple[ItemLine, ...]:
    return tuple(line for line in lines if line.item != gone.item)


def _developments(lines: Iterable[DevelopmentLine], gone: Withdrawal) -> Iterator[DevelopmentLine]:
    for told in lines:
        left = _lines((told.lead, *told.also), gone)
        claims = tuple(one for one in told.claims if not one.url or (one.url, one.source) != (gone.url, gone.source))
        related = tuple(link for link in told.related if not link.url or link.url != gone.url)
        bare = replace(told, claims=claims, related=related)
        if len(left) == 1 + len(told.also):
            yield bare
        elif left:
            yield _fewer(replace(bare, lead=left[0], also=left[1:]), gone)


def _fewer(told: DevelopmentLine, gone: Withdrawal) -> DevelopmentLine:
    """Count one publisher and one origin less, if no other report of that source is there to see."""
    if any(line.source == gone.source for line in (told.lead, *told.also)):
        return told
    publishers = tuple(name for name in told.publishers if name != gone.source)
    return replace(told, publishers=publishers, origins=max(1, min(told.origins - 1, len(publishers))))
