"""What belongs to a story: its matches, and the ledger of series, instalments and promises."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from briefing.model import (
    FeedId,
    Instalment,
    ItemId,
    Match,
    Promise,
    PromiseId,
    PromiseState,
    Series,
    SeriesId,
    StoryId,
)
from briefing.store.batch import insert_new, insert_or_set, slices
from briefing.store.tables import InstalmentRow, MatchRow, PromiseRow, SeriesRow


def match(session: Session, *, item: ItemId, matches: Sequence[Match]) -> None:
    """Link an item to the stories it belongs to (primary key)."""
    rows = [{"item_id": item, "story": found.story, "terms": list(found.terms)} for found in matches]
    insert_new(session, MatchRow, rows)


def ledger(session: Session, *, story: StoryId) -> tuple[Series, ...]:
    """Return the story's series, oldest first (ix_series_story).

    Their instalments come by primary key, their promises by ix_promises_series_id.
    """
    query = select(SeriesRow).where(col(SeriesRow.story) == story)
    return _whole(session, session.exec(query.order_by(col(SeriesRow.id))).all())


def save(session: Session, *, series: Series) -> Series:
    """Store a series as it stands now and return it with its ids (primary keys).

    Instalments and promises are added or brought up to date, never removed: the ledger forgets nothing.
    """
    number = _save_series(session, series)
    insert_or_set(session, InstalmentRow, [_part(number, part) for part in series.instalments], key=_PART_KEY)
    for promise in series.promises:
        _save_promise(session, number, promise)
    stored = session.exec(select(SeriesRow).where(col(SeriesRow.id) == number)).all()
    return _whole(session, stored)[0]


_PART_KEY = ("series_id", "item_id")


def _save_series(session: Session, series: Series) -> int:
    row = SeriesRow(
        id=series.id,
        story=series.story,
        feed_id=series.feed,
        source=series.source,
        title=series.title,
        authors=list(series.authors),
    )
    merged = session.merge(row)
    session.flush()
    assert merged.id is not None
    return merged.id


def _save_promise(session: Session, number: int, promise: Promise) -> None:
    values = {
        "series_id": number,
        "quote": promise.quote,
        "made_at": promise.made_at,
        "part": promise.part,
        "title": promise.title,
        "topic": promise.topic,
        "made_by": promise.made_by,
        "state": promise.state.value,
        "kept_by": promise.kept_by,
        "kept_at": promise.kept_at,
        "evidence": promise.evidence,
    }
    if promise.id is None:
        insert_new(session, PromiseRow, [values])
    else:
        session.exec(update(PromiseRow).where(col(PromiseRow.id) == promise.id).values(**values))


def _part(number: int, part: Instalment) -> dict[str, object]:
    return {
        "series_id": number,
        "item_id": part.item,
        "part": part.part,
        "title": part.title,
        "url": part.url,
        "at": part.at,
    }


def _whole(session: Session, rows: Sequence[SeriesRow]) -> tuple[Series, ...]:
    ids = [row.id for row in rows]
    parts: defaultdict[int, list[Instalment]] = defaultdict(list)
    promises: defaultdict[int, list[Promise]] = defaultdict(list)
    for some in slices(ids):
        mine = select(InstalmentRow).where(col(InstalmentRow.series_id).in_(some))
        for part in session.exec(mine.order_by(col(InstalmentRow.at), col(InstalmentRow.item_id))):
            parts[part.series_id].append(_instalment(part))
        owed = select(PromiseRow).where(col(PromiseRow.series_id).in_(some)).order_by(col(PromiseRow.id))
        for promise in session.exec(owed):
            promises[promise.series_id].append(_promise(promise))
    return tuple(_series(row, parts[row.id or 0], promises[row.id or 0]) for row in rows)


def _series(row: SeriesRow, parts: Sequence[Instalment], promises: Sequence[Promise]) -> Series:
    return Series(
        story=StoryId(row.story),
        source=row.source,
        title=row.title,
        instalments=tuple(parts),
        promises=tuple(promises),
        authors=tuple(row.authors),
        feed=None if row.feed_id is None else FeedId(row.feed_id),
        id=SeriesId(row.id or 0),
    )


def _instalment(row: InstalmentRow) -> Instalment:
    return Instalment(ItemId(row.item_id), row.part, row.title, row.url, row.at)


def _promise(row: PromiseRow) -> Promise:
    return Promise(
        quote=row.quote,
        made_at=row.made_at,
        part=row.part,
        title=row.title,
        topic=row.topic,
        made_by=_item_id(row.made_by),
        state=PromiseState(row.state),
        kept_by=_item_id(row.kept_by),
        kept_at=row.kept_at,
        evidence=row.evidence,
        id=PromiseId(row.id or 0),
    )


def _item_id(value: int | None) -> ItemId | None:
    return None if value is None else ItemId(value)
