"""What changed, one line each, most important first: the source of the subject, the opening and the preheader.

Apart from `view`, which lays out the sections: a phrase must stand alone in an inbox.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from briefing.model import AwaitedLine, DevelopmentLine, Issue, IssueStory, ItemLine, PartLine
from briefing.render.locale import Words
from briefing.render.plain import clip, isolate

_TITLE = 140
_EACH = 2  # developments of a story worth a phrase


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line on one story."""

    text: str
    story: str


def phrases(issue: Issue, words: Words) -> tuple[Phrase, ...]:
    """Return the issue's news in order: parts, announcements, reports, corrections, what is still awaited."""
    kinds: tuple[Callable[[IssueStory, Words], Iterator[str]], ...] = (
        _parts,
        partial(_announced, since=issue.since),
        _reports,
        _corrections,
        partial(_awaited, since=issue.since, now=issue.until),
    )
    return tuple(Phrase(text, share.title) for kind in kinds for share in issue.stories for text in kind(share, words))


def _parts(share: IssueStory, words: Words) -> Iterator[str]:
    """Say a line for each series with new parts, promises that were kept first."""
    ordered = sorted(share.parts, key=lambda part: part.kept is None)
    for series in dict.fromkeys((part.item.source, part.series) for part in ordered):
        parts = [part for part in ordered if (part.item.source, part.series) == series]
        yield part_is_out(parts[0], words) if len(parts) == 1 else _several(parts, words)


def _several(parts: list[PartLine], words: Words) -> str:
    numbers = sorted({part.part for part in parts if part.part is not None})
    if len(numbers) == len(parts):
        return words.gettext("Parts %(numbers)s are out", numbers=words.listing([words.number(n) for n in numbers]))
    return words.ngettext("%(num)s new part is out", "%(num)s new parts are out", len(parts))


def part_is_out(part: PartLine, words: Words) -> str:
    """Say that a part appeared: with how long it was awaited if it was promised, else with its title."""
    name = part_name(part.part, words)
    if part.kept is None or not part.kept.quote:
        title = isolate(clip(part.item.title, _TITLE), part.item.lang, words.dir)
        return words.gettext("%(part)s is out: %(title)s", part=name, title=title)
    return words.gettext("%(part)s is out, %(wait)s", part=name, wait=_wait(part.kept.promised_at, part.item.at, words))


def _wait(promised: datetime, kept: datetime, words: Words) -> str:
    days = words.days(promised, kept)
    if days == 0:
        return words.gettext("on the day it was promised")
    return words.ngettext("%(num)s day after it was promised", "%(num)s days after it was promised", days)


def part_name(part: int | None, words: Words) -> str:
    """Name a part by its number; without one it is the next."""
    return words.gettext("Part %(number)s", number=part) if part is not None else words.gettext("The next part")


def awaited_subject(line: AwaitedLine) -> str:
    """Return what is known of an awaited part: its title, else its topic, else nothing."""
    return clip(line.title or line.topic or "", _TITLE)


def _announced(share: IssueStory, words: Words, *, since: datetime) -> Iterator[str]:
    for line in share.awaited:
        if line.promised_at >= since:
            yield announced(line, words)


def announced(line: AwaitedLine, words: Words) -> str:
    """Say that a part was announced, with its title or topic if that is known; awaited, if no item announced it."""
    name, subject = part_name(line.part, words), awaited_subject(line)
    if not line.quote and subject:
        return words.gettext("%(part)s is awaited: %(title)s", part=name, title=isolate(subject, None, words.dir))
    if not line.quote:
        return words.gettext("%(part)s is awaited", part=name)
    if not subject:
        return words.gettext("%(part)s is announced", part=name)
    return words.gettext("%(part)s is announced: %(title)s", part=name, title=isolate(subject, None, words.dir))


def _reports(share: IssueStory, words: Words) -> Iterator[str]:
    for line in share.developments[:_EACH]:
        yield _developed(line, words)


def _developed(line: DevelopmentLine, words: Words) -> str:
    """Say how many publishers report it; where all rest on one origin, whose report leads."""
    if line.origins < 2:
        return report(line.lead, words)
    title = isolate(clip(line.lead.title, _TITLE), line.lead.lang, words.dir)
    return words.ngettext(
        "%(num)s publisher reports: %(title)s",
        "%(num)s publishers report: %(title)s",
        len(line.publishers),
        title=title,
    )


def report(item: ItemLine, words: Words) -> str:
    """Attribute a headline to its publisher."""
    title = isolate(clip(item.title, _TITLE), item.lang, words.dir)
    return words.gettext("%(source)s reports: %(title)s", source=isolate(item.source, None, words.dir), title=title)


def _corrections(share: IssueStory, words: Words) -> Iterator[str]:
    if share.corrections:
        yield words.ngettext(
            "%(num)s report was changed after we sent it",
            "%(num)s reports were changed after we sent them",
            len(share.corrections),
        )


def _awaited(share: IssueStory, words: Words, *, since: datetime, now: datetime) -> Iterator[str]:
    for line in share.awaited:
        if line.promised_at < since:
            age = words.age(line.promised_at, now)
            yield words.gettext(
                "%(part)s is still awaited, promised %(age)s", part=part_name(line.part, words), age=age
            )
