"""A development as its template sees it: who reports it, how many over how many origins, who denies it.

Apart from `item_view`, which shows its lead: what several items say together stands here. Nothing is said more surely
than that publishers report it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from briefing.model import ClaimKind, DevelopmentLine, ItemLine, Link
from briefing.render.item_view import TITLE, ItemView, Passage, item_view, passage
from briefing.render.links import web
from briefing.render.locale import Words
from briefing.render.plain import clip

_NAMES = 5  # publishers named in a line; the rest is counted
_MARKS = 12  # more than these no eye counts
_UPDATES = 3


@dataclass(frozen=True, slots=True)
class NameView:
    """A publisher in a list of them, or how many more there are; `before` is what parts it from the one before."""

    before: str
    name: Passage
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A sentence that denies or, if not `denied`, hedges; whose it is."""

    denied: bool
    quote: Passage
    source: Passage
    url: str | None


@dataclass(frozen=True, slots=True)
class RelatedView:
    """What a report points to beside itself."""

    title: Passage
    url: str | None


@dataclass(frozen=True, slots=True)
class DevelopmentView:
    """A development: `count` is empty where one publisher alone reports it; `filled` and `hollow` show the count.

    `names` are those who report, `updates` what the same publishers wrote after; `told` says that more comes to what
    the reader was sent.
    """

    lead: ItemView
    count: str
    filled: str
    hollow: str
    first: str
    names: tuple[NameView, ...]
    updates: tuple[ItemView, ...]
    claims: tuple[ClaimView, ...]
    told: str
    related: tuple[RelatedView, ...]


def development_view(line: DevelopmentLine, today: date, words: Words) -> DevelopmentView:
    """Lay out one development."""
    several = len(line.publishers) > 1
    marked = several and len(line.publishers) <= _MARKS
    reports = tuple(_first_of_each((line.lead, *line.also)))
    named = {id(report) for report in reports}
    return DevelopmentView(
        lead=item_view(line.lead, today, words),
        count=reported_by(line, words) if several else "",
        filled="▮" * line.origins if marked else "",
        hollow="▯" * (len(line.publishers) - line.origins) if marked else "",
        first=words.gettext("first %(when)s", when=words.moment(line.first or line.lead.at, today)),
        names=tuple(_names(reports, line.copies, words)) if several or line.copies else (),
        updates=tuple(item_view(item, today, words) for item in line.also if id(item) not in named)[:_UPDATES],
        claims=tuple(
            ClaimView(
                denied=claim.kind is ClaimKind.DENIAL,
                quote=passage(claim.quote, claim.lang),
                source=passage(claim.source, None, TITLE),
                url=web(claim.url),
            )
            for claim in line.claims
        ),
        told=_told(line, today, words),
        related=tuple(_related(link) for link in line.related),
    )


def reported_by(line: DevelopmentLine, words: Words) -> str:
    """Say how many publishers report it, over how many origins."""
    publishers, origins = counts(line, words)
    return words.gettext("Reported by %(publishers)s, %(origins)s", publishers=publishers, origins=origins)


def counts(line: DevelopmentLine, words: Words) -> tuple[str, str]:
    """Count who reports it: publishers, origins."""
    publishers = words.ngettext("%(num)s publisher", "%(num)s publishers", len(line.publishers))
    return publishers, words.ngettext("%(num)s origin", "%(num)s origins", line.origins)


def _first_of_each(items: tuple[ItemLine, ...]) -> Iterator[ItemLine]:
    """Yield one report of each publisher."""
    seen: set[str] = set()
    for item in items:
        if item.source not in seen:
            seen.add(item.source)
            yield item


def _names(reports: tuple[ItemLine, ...], copies: int, words: Words) -> Iterator[NameView]:
    shown = [(passage(item.source, None, TITLE), web(item.url)) for item in reports[:_NAMES]]
    more = len(reports) - len(shown)
    counts = [words.ngettext("%(num)s more", "%(num)s more", more)] if more else []
    counts += [words.ngettext("%(num)s copy", "%(num)s copies", copies)] if copies else []
    shown += [(Passage(count, words.dir), None) for count in counts]
    between = words.listing(["\0"] * len(shown)).split("\0")
    for before, (name, url) in zip(between, shown, strict=False):
        yield NameView(before, name, url)


def _told(line: DevelopmentLine, today: date, words: Words) -> str:
    if not line.told:
        return ""
    if line.told_on is None:
        return words.gettext("More on what we sent earlier")
    return words.gettext("More on what we sent on %(day)s", day=words.dated(line.told_on, today))


def _related(link: Link) -> RelatedView:
    return RelatedView(passage(clip(link.text, TITLE), None, TITLE), web(link.url))
