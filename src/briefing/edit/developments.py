"""A development as one line of a message: who leads, who else reports, how many stand behind it, who denies it.

Apart from `lines`, which knows single items: here several are told as one, and nothing is said more surely than that
publishers report it.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from briefing.edit.lines import item_line
from briefing.model import (
    ClaimKind,
    ClaimLine,
    Corroboration,
    Development,
    DevelopmentLine,
    FeedId,
    Item,
    ItemId,
    ItemLine,
    Link,
    StoryId,
)

_DENIALS, _HEDGES = 3, 1  # that are quoted: one who holds back says enough
_RELATED = 3
_DAY = 86_400  # seconds: twice the weight stands as if it were a day newer


def grouped(story: StoryId, items: Sequence[Item], judged: Sequence[Development]) -> tuple[Development, ...]:
    """Return the developments these new items are in; an item that nobody judged is a development of one."""
    found = {item.id: development for development in judged for item in development.items}
    together = (found.get(item.id) or _alone(story, item) for item in items)
    return tuple({development.id: development for development in together}.values())


def ranked(
    developments: Sequence[Development], *, new: Collection[ItemId], weights: Mapping[FeedId, float]
) -> tuple[Development, ...]:
    """Order by origins, then by the newest of the new items, a report of a source of weight 2 counting as a day newer.

    All must hold new items.
    """

    def rank(development: Development) -> tuple[int, float, ItemId]:
        coming = _new(development, new)
        fresh = max(item.at.timestamp() + _DAY * math.log2(weights.get(item.feed, 1.0)) for item in coming)
        return -len(development.corroboration.origins), -fresh, coming[0].id

    return tuple(sorted(developments, key=rank))


def by_source(lines: Sequence[DevelopmentLine]) -> tuple[DevelopmentLine, ...]:
    """Put those that one source leads together, among as many origins; whoever came first leads."""
    groups: dict[tuple[int, str], list[DevelopmentLine]] = {}
    for line in lines:
        groups.setdefault((-line.origins, line.lead.source), []).append(line)
    return tuple(line for _, group in sorted(groups.items(), key=lambda pair: pair[0][0]) for line in group)


def development_line(
    development: Development,
    *,
    new: Collection[ItemId],
    fresh: Collection[ItemId] = (),
    full_rights: Collection[ItemId] = (),
    full_texts: Mapping[ItemId, str] | None = None,
    related: Mapping[ItemId, tuple[Link, ...]] | None = None,
    sent: Mapping[ItemId, date] | None = None,
) -> DevelopmentLine:
    """Return the line of a development for readers to whom the items `new` are new.

    Its lead is the development's, if that is new, else the first that is: what was sent before does not lead again.
    `fresh` are items that stand elsewhere in the message and are no earlier news; `sent` when earlier ones went out.
    """
    coming = _new(development, new)
    lead = _lead(development, coming)
    rest = [item for item in coming if item.id != lead.id]
    earlier = [item for item in development.items if item.news and item.id not in new and item.id not in fresh]
    line = item_line(lead, rights_full=lead.id in full_rights, full_text=(full_texts or {}).get(lead.id))
    return DevelopmentLine(
        lead=line,
        also=tuple(
            item_line(item, rights_full=False, full_text=None) for item in rest if item.id not in development.copies
        ),
        copies=sum(item.id in development.copies for item in rest),
        publishers=tuple(_publishers(development)),
        origins=len(development.corroboration.origins),
        first=min(item.at for item in development.items),
        claims=tuple(_claims(development, line)),
        told=bool(earlier),
        told_on=max((sent[item.id] for item in earlier if item.id in sent), default=None) if sent else None,
        related=tuple(_related(development, [lead, *rest], related or {}))[:_RELATED],
    )


def _alone(story: StoryId, item: Item) -> Development:
    family = (item.source,)
    return Development(story, item.id, item.id, (item,), {}, {item.id: item.source}, Corroboration(family, family))


def _new(development: Development, new: Collection[ItemId]) -> list[Item]:
    return [item for item in development.items if item.id in new]


def _lead(development: Development, coming: Sequence[Item]) -> Item:
    """Return the development's lead if it is new, else the first new item that is no copy, else the first."""
    chosen = [item for item in coming if item.id == development.lead]
    own = [item for item in coming if item.id not in development.copies]
    return (chosen or own or coming or development.items)[0]


def _publishers(development: Development) -> Iterator[str]:
    """Yield a shown name for each family of publishers, in order of time."""
    seen: set[str] = set()
    for item in development.items:
        family = development.families[item.id]
        if family not in seen:
            seen.add(family)
            yield item.source


def _claims(development: Development, lead: ItemLine) -> Iterator[ClaimLine]:
    """Yield denials, then hedges; a hedge that the lead shows stands there."""
    shown = {quote.casefold() for quote in lead.excerpt}
    yield from islice(_of_kind(ClaimKind.DENIAL, development, set()), _DENIALS)
    yield from islice(_of_kind(ClaimKind.HEDGE, development, shown), _HEDGES)


def _of_kind(kind: ClaimKind, development: Development, said: set[str]) -> Iterator[ClaimLine]:
    """Yield one claim of each item in order of time, none that was said; its title is the last to be quoted."""
    for item in development.items:
        quotes = [claim.quote for number, claim in development.claims if number == item.id and claim.kind is kind]
        quotes.sort(key=lambda quote: quote == item.title)
        if quote := next((quote for quote in quotes if quote.casefold() not in said), None):
            said.add(quote.casefold())
            yield ClaimLine(kind, quote, item.source, item.url, item.lang)


def _related(
    development: Development, items: Sequence[Item], related: Mapping[ItemId, tuple[Link, ...]]
) -> Iterator[Link]:
    """Yield what the items link to beside themselves, once each."""
    seen = {item.title.casefold() for item in development.items}
    for link in (link for item in items for link in related.get(item.id, ())):
        if link.text.casefold() not in seen:
            seen.add(link.text.casefold())
            yield link
