"""An issue as its templates see it: every string ready but unescaped, times in the reader's zone.

Both bodies are made from one view, so HTML and plain text cannot say different things. These names are what an
operator's own templates may use. Apart from `phrases`, which finds the words of what changed.
"""

from dataclasses import dataclass
from datetime import date

from briefing.model import AwaitedLine, Issue, IssueStory, PartLine, PartMark
from briefing.render.development_view import DevelopmentView, development_view
from briefing.render.item_view import TITLE, ItemView, Passage, item_view, own, passage
from briefing.render.links import web
from briefing.render.locale import Words, direction
from briefing.render.phrases import awaited_subject, part_name, phrases
from briefing.render.plain import clip

_MARKS = 4  # parts that fit side by side on a phone


@dataclass(frozen=True, slots=True)
class MarkView:
    """One dot of the line of parts and what stands under it; `state` is read, new or awaited."""

    sign: str
    state: str
    name: str
    when: str
    url: str | None


@dataclass(frozen=True, slots=True)
class PartView:
    """A new part of a series; `promised` says when it was, in which part, and leads there."""

    name: str
    item: ItemView
    series: str
    marks: tuple[MarkView, ...]
    promised: str
    promised_url: str | None


@dataclass(frozen=True, slots=True)
class AwaitedView:
    """A part that is owed: who announced it, when, in which words; without words, we were told to await it."""

    name: str
    title: Passage
    source: Passage
    when: str
    age: str
    quote: Passage
    url: str | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class StoryView:
    """One story's sections; an empty one is left out. `items` are the leads of its developments."""

    title: str
    parts: tuple[PartView, ...]
    developments: tuple[DevelopmentView, ...]
    awaited: tuple[AwaitedView, ...]
    previously: tuple[ItemView, ...]
    corrections: tuple[ItemView, ...]
    more: int
    dir: str = "ltr"

    @property
    def items(self) -> tuple[ItemView, ...]:
        """What leads each development, for templates that show no more than that."""
        return tuple(development.lead for development in self.developments)


@dataclass(frozen=True, slots=True)
class IssueView:
    """A whole issue: `change` opens it, `preheader` is what an inbox shows after the subject."""

    number: int
    day: str
    period: str
    change: str
    change_dir: str
    about: str
    preheader: str
    stories: tuple[StoryView, ...]
    reports: int
    parts: int
    awaited: int
    lang: str


def issue_view(issue: Issue, words: Words) -> IssueView:
    """Lay out an issue; ages are counted to its end, so that it reads the same whenever it is rendered."""
    said = phrases(issue, words)
    change = said[0].text if said else words.gettext("Nothing new")
    return IssueView(
        number=issue.number,
        day=words.full_date(issue.nominal),
        period=_period(issue, words),
        change=change,
        change_dir=own(change, words).dir,
        about=said[0].story if said else (issue.stories[0].title if issue.stories else ""),
        preheader=_preheader(issue, words),
        stories=tuple(_story(share, issue, words) for share in issue.stories),
        reports=sum(sum(d.reports for d in s.developments) + len(s.parts) + s.more for s in issue.stories),
        parts=sum(len(s.parts) for s in issue.stories),
        awaited=sum(len(s.awaited) for s in issue.stories),
        lang=words.tag,
    )


def _period(issue: Issue, words: Words) -> str:
    first = issue.since.year <= 1970  # the first issue covers all that is known
    return words.day(issue.until, issue.nominal) if first else words.period(issue.since, issue.until)


def _preheader(issue: Issue, words: Words) -> str:
    """Return the second most important thing: the next phrase, else the lead's first sentence."""
    said = phrases(issue, words)
    if len(said) > 1:
        return said[1].text
    leads = [line for share in issue.stories for line in (*(p.item for p in share.parts), *share.items)]
    quotes = [line.quote for share in issue.stories for line in share.awaited]
    return clip(
        next((words for words in (*(line.excerpt[0] for line in leads if line.excerpt), *quotes) if words), ""), 160
    )


def _story(share: IssueStory, issue: Issue, words: Words) -> StoryView:
    today = issue.nominal
    return StoryView(
        title=share.title,
        dir=direction(share.title, None),
        parts=tuple(_part(part, today, words) for part in share.parts),
        developments=tuple(development_view(line, today, words) for line in share.developments),
        awaited=tuple(_awaited(line, issue, words) for line in share.awaited),
        previously=tuple(item_view(item, today, words) for item in share.previously),
        corrections=tuple(item_view(item, today, words) for item in share.corrections),
        more=share.more,
    )


def _part(part: PartLine, today: date, words: Words) -> PartView:
    return PartView(
        name=part_name(part.part, words) if part.part is not None else words.gettext("New part"),
        item=item_view(part.item, today, words),
        series=part.series,
        marks=tuple(_mark(mark, today, words) for mark in part.parts[-_MARKS:]),
        promised=promised(part.kept, today, words) if part.kept else "",
        promised_url=web(part.kept.url) if part.kept else None,
    )


def promised(line: AwaitedLine, today: date, words: Words) -> str:
    """Say when a part was promised, and in which part if that is known; else that we were told to await it."""
    if not line.quote:
        return words.gettext("awaited since %(when)s", when=words.day(line.promised_at, today))
    return words.gettext("promised %(when)s", when=_made(line, today, words))


def _made(line: AwaitedLine, today: date, words: Words) -> str:
    day = words.day(line.promised_at, today)
    if line.promised_in is None:
        return day
    return words.gettext("%(day)s in %(part)s", day=day, part=part_name(line.promised_in, words))


def _mark(mark: PartMark, today: date, words: Words) -> MarkView:
    signs = {"read": "●", "new": "◉", "awaited": "◌"}
    when = {"new": words.gettext("new"), "awaited": words.gettext("awaited")}
    number = words.gettext("Part %(number)s", number=mark.part) if mark.part is not None else words.gettext("A part")
    return MarkView(
        sign=signs[mark.state],
        state=mark.state,
        name=number,
        when=when.get(mark.state) or words.day(mark.at, today),
        url=web(mark.url),
    )


def _awaited(line: AwaitedLine, issue: Issue, words: Words) -> AwaitedView:
    return AwaitedView(
        name=part_name(line.part, words),
        title=passage(awaited_subject(line), None),
        source=passage(line.source, None, TITLE),
        when=_made(line, issue.nominal, words),
        age=words.age(line.promised_at, issue.until),
        quote=passage(line.quote, None),
        url=web(line.url),
        overdue=line.overdue,
    )
