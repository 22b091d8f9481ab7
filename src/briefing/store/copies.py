"""Who copied whom, and the numbers by which near-duplicates find each other.

Apart from `developments`, which keeps what texts of their own report together: here one text is known by several items.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from briefing.model import Copy, Item, ItemId
from briefing.store.batch import insert_new, insert_or_set, slices
from briefing.store.tables import BandRow, CopyRow


def put_bands(session: Session, *, bands: Mapping[Item, Collection[int]]) -> None:
    """Let items be found by these bands and by no others they had (primary key)."""
    for part in slices([item.id for item in bands]):
        session.exec(delete(BandRow).where(col(BandRow.item_id).in_(part)))
    rows = [{"item_id": item.id, "band": band, "at": item.at} for item, some in bands.items() for band in some]
    insert_new(session, BandRow, rows)


def sharing(
    session: Session, *, bands: Collection[int], since: datetime, until: datetime, crowd: int
) -> dict[int, tuple[tuple[ItemId, datetime], ...]]:
    """Return who else has these bands, with their times, between two moments (ix_bands_band_at_item_id).

    A band of more than `crowd` texts tells nothing and is left out; copies of one text count as one (primary keys).
    """
    meant = (col(BandRow.at) >= since, col(BandRow.at) <= until)
    own = col(CopyRow.item_id) == col(BandRow.item_id)
    texts = func.count(func.distinct(func.coalesce(CopyRow.original_id, BandRow.item_id)))
    telling = select(BandRow.band).join(CopyRow, own, isouter=True).group_by(col(BandRow.band)).having(texts <= crowd)
    found: defaultdict[int, list[tuple[ItemId, datetime]]] = defaultdict(list)
    for part in slices(tuple(bands)):
        few = telling.where(col(BandRow.band).in_(part), *meant)
        query = select(BandRow.band, BandRow.item_id, BandRow.at).where(col(BandRow.band).in_(few), *meant)
        for band, item, at in session.exec(query):
            found[band].append((ItemId(item), at))
    return {band: tuple(items) for band, items in found.items()}


def families(session: Session, *, items: Collection[ItemId]) -> dict[ItemId, ItemId]:
    """Return all that is folded with any of these items, from copies to originals.

    Those that are copies by primary key, the others by ix_copies_original_id.
    """
    heads = {*items, *(copy.original for copy in of_items(session, items=items) if copy.original)}
    mine = select(CopyRow.item_id, CopyRow.original_id)
    parts = (session.exec(mine.where(col(CopyRow.original_id).in_(part))) for part in slices(tuple(heads)))
    return {ItemId(copy): ItemId(original) for copy, original in chain.from_iterable(parts)}


def of_items(session: Session, *, items: Collection[ItemId]) -> tuple[Copy, ...]:
    """Return which of these items are copies, of what and why (primary key)."""
    parts = (session.exec(select(CopyRow).where(col(CopyRow.item_id).in_(part))) for part in slices(tuple(items)))
    return tuple(_copy(row) for row in chain.from_iterable(parts))


def save(session: Session, *, changed: Sequence[Copy]) -> None:
    """Store who is whose copy now, and who is none any more (primary key)."""
    for part in slices([copy.item for copy in changed if copy.original is None]):
        session.exec(delete(CopyRow).where(col(CopyRow.item_id).in_(part)))
    rows = [
        {"item_id": copy.item, "original_id": copy.original, "evidence": copy.evidence}
        for copy in changed
        if copy.original is not None
    ]
    insert_or_set(session, CopyRow, rows, key=("item_id",))


def expire(session: Session, *, before: datetime) -> int:
    """Delete the bands of items older than this and return how many (ix_bands_at)."""
    return session.exec(delete(BandRow).where(col(BandRow.at) < before)).rowcount


def _copy(row: CopyRow) -> Copy:
    return Copy(ItemId(row.item_id), ItemId(row.original_id), row.evidence)
