"""What the reader was sent before: what the last issue led with, and what of it no longer stands as it was sent.

Apart from `digest`, which says what is new: this looks back at an issue as it was composed, never at the store.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from briefing.edit.lines import correction_line
from briefing.model import Issue, IssueStory, Item, ItemId, ItemLine, StoryId

_LINES = 3


def previously(previous: Issue | None, story: StoryId) -> tuple[ItemLine, ...]:
    """Return what the last issue led with on a story: its parts, else its first items; no markup comes twice."""
    told = next((old for old in previous.stories if old.story == story), None) if previous else None
    if told is None:
        return ()
    lead = tuple(part.item for part in told.parts) or told.items
    return tuple(replace(line, html="") for line in lead[:_LINES])


def personal(issue: Issue, recalled: Mapping[StoryId, Issue]) -> Issue:
    """Return an issue as it is to somebody who was sent these issues last, story by story.

    Where nothing was sent there is nothing to recall, nothing to correct, and nothing that was told before.
    """
    return replace(issue, stories=tuple(_personal(told, recalled.get(told.story)) for told in issue.stories))


def speaks(issue: Issue) -> bool:
    """Say whether an issue holds anything but what its reader was sent before."""
    return any(
        told.parts or told.developments or told.awaited or told.corrections or told.more for told in issue.stories
    )


def _personal(told: IssueStory, recalled: Issue | None) -> IssueStory:
    if recalled is None:
        anew = tuple(replace(development, told=False, told_on=None) for development in told.developments)
        return replace(told, previously=(), corrections=(), developments=anew)
    again = {line.item for line in told.corrections}
    news = bool(told.parts or told.developments or told.corrections or told.more)
    lines = (line for line in previously(recalled, told.story) if line.item not in again)
    return replace(told, previously=tuple(lines) if news else ())


def sent_on(issue: Issue | None) -> dict[ItemId, date]:
    """Return the day on which each item of an issue was sent."""
    if issue is None:
        return {}
    lines = (line for told in issue.stories for one in told.developments for line in (one.lead, *one.also))
    parts = (part.item for told in issue.stories for part in told.parts)
    return {line.item: issue.nominal for line in (*parts, *lines)}


def corrected(
    changed: Sequence[Item], previous: Issue | None, *, full_rights: Collection[ItemId]
) -> tuple[ItemLine, ...]:
    """Return lines for items that reached readers and read otherwise now, latest change first."""
    if previous is None:
        return ()
    sent = _sent(previous)
    lines = [
        correction_line(item, rights_full=item.id in full_rights)
        for item in changed
        if item.news and (item.id in sent or item.first_seen < previous.since)
    ]
    differing = (line for line in lines if line.item not in sent or _differ(sent[line.item], line))
    return tuple(sorted(differing, key=lambda line: line.at, reverse=True))


def retitled(lines: Sequence[ItemLine], previous: Issue | None) -> bool:
    """Say whether a reader was sent another headline for one of these; letter case is no other headline."""
    sent = _sent(previous) if previous else {}
    return any(line.item in sent and sent[line.item].title.casefold() != line.title.casefold() for line in lines)


def _sent(issue: Issue) -> dict[ItemId, ItemLine]:
    """Return the lines of an issue by item, as their readers last saw them."""
    lines: dict[ItemId, ItemLine] = {}
    for told in issue.stories:
        lines |= {line.item: line for line in (*(part.item for part in told.parts), *told.items, *told.corrections)}
    return lines


def _differ(old: ItemLine, new: ItemLine) -> bool:
    """Compare what a reader saw; markup that rights no longer let through, or now do, is no correction."""
    if (old.title, old.url, old.excerpt) != (new.title, new.url, new.excerpt):
        return True
    return bool(old.html and new.html) and old.html != new.html
