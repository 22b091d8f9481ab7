"""What the reader was sent before: what the last issue led with, and what of it no longer stands as it was sent.

Apart from `digest`, which says what is new: this looks back at an issue as it was composed, never at the store.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from briefing.edit.lines import correction_line
from briefing.model import Issue, Item, ItemId, ItemLine, StoryId

_LINES = 3


def previously(previous: Issue | None, story: StoryId) -> tuple[ItemLine, ...]:
    """Return what the last issue led with on a story: its parts, else its first items; no markup comes twice."""
    told = next((old for old in previous.stories if old.story == story), None) if previous else None
    if told is None:
        return ()
    lead = tuple(part.item for part in told.parts) or told.items
    return tuple(replace(line, html="") for line in lead[:_LINES])


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
