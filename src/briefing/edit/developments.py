"""A development as one line of a message: who leads, who else reports, how many stand behind it, who denies it.

Apart from `lines`, which knows single items: here several are told as one, and nothing is said more surely than that
publishers report it.
"""

from collections.abc import Collection, Iterator
from itertools import groupby

from briefing.edit.lines import item_line
from briefing.model import ClaimLine, Development, DevelopmentLine, Item, ItemId

_CLAIMS = 3  # denials and hedges that are quoted


def development_line(
    development: Development, *, new: Collection[ItemId], full_rights: Collection[ItemId] = ()
) -> DevelopmentLine:
    """Return the line of a development for readers to whom the items `new` are new.

    Its lead is the development's, if that is new, else the first that is: what was sent before does not lead again.
    """
    fresh = [item for item in development.items if item.id in new]
    lead = next((item for item in fresh if item.id == development.lead), None) or _first(development, fresh)
    others = (item for item in fresh if item.id != lead.id and item.id not in development.copies)
    return DevelopmentLine(
        lead=item_line(lead, rights_full=lead.id in full_rights, full_text=None),
        also=tuple(item_line(item, rights_full=False, full_text=None) for item in others),
        copies=sum(item.id in development.copies for item in development.items),
        publishers=tuple(_publishers(development)),
        origins=len(development.corroboration.origins),
        first=min(item.at for item in development.items),
        claims=tuple(_claims(development))[:_CLAIMS],
        told=len(fresh) < len(development.items),
    )


def _first(development: Development, fresh: list[Item]) -> Item:
    """Return the first new item that is no copy; the first of all where all are."""
    own = [item for item in fresh if item.id not in development.copies]
    return (own or fresh or list(development.items))[0]


def _publishers(development: Development) -> Iterator[str]:
    """Yield a shown name for each family of publishers, in order of time."""
    seen: set[str] = set()
    for item in development.items:
        family = development.families[item.id]
        if family not in seen:
            seen.add(family)
            yield item.source


def _claims(development: Development) -> Iterator[ClaimLine]:
    """Yield denials before hedges, one of each item."""
    items = {item.id: item for item in development.items}
    ordered = sorted(development.claims, key=lambda claim: (claim[1].kind, claim[0]))
    for (_, number), claims in groupby(ordered, key=lambda claim: (claim[1].kind, claim[0])):
        item, (_, claim) = items[number], next(claims)
        yield ClaimLine(claim.kind, claim.quote, item.source, item.url, item.lang)
