"""What belongs to a story: its matches, and the ledger of series, instalments and promises."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, select

from briefing.model import (
    FeedId,
    Instalment,
    ItemId,
    Match,
    Promise,
    PromiseId,
    PromiseState,
    Ruling,
    Series,
    SeriesId,
    StoryId,
)
from briefing.store.batch import insert_new, insert_or_set, slices
from briefing.store.tables import InstalmentRow, ItemRow, MatchRow, PromiseRow, SeriesRow


def match(session: Session, *, item: ItemId, matches: Sequence[Match]) -> None:
    """Link an item to the stories it belongs to (primary key)."""
    rows = [{"item_id": item, "story": found.story, "terms": list(found.terms)} for found in matches]
    insert_new(session, MatchRow, rows)


def ledger(session: Session, *, story: StoryId, hold: bool = False) -> tuple[Series, ...]:
    """Return the story's series, oldest first (ix_series_story).

    Their instalments come by primary key, their promises by ix_promises_series_id. With `hold` nobody else moves them
    on before the transaction ends, so that what a person says meanwhile is not overwritten by what was read before.
    """
    query = select(SeriesRow).where(col(SeriesRow.story) == story).order_by(col(SeriesRow.id))
    return _whole(session, session.exec(query.with_for_update() if hold else query).all())


def standing(session: Session, *, story: StoryId) -> tuple[Series, ...]:
    """Return the story's series but for those that a person rejected, oldest first (ix_series_story)."""
    return tuple(one for one in ledger(session, story=story) if one.ruling is not Ruling.REJECTED)


def series(session: Session, *, number: SeriesId, hold: bool = False) -> Series | None:
    """Return a series by its id (primary key); `hold` as for a ledger."""
    query = select(SeriesRow).where(col(SeriesRow.id) == number)
    return next(iter(_whole(session, session.exec(query.with_for_update() if hold else query).all())), None)


def series_of(session: Session, *, promise: PromiseId, hold: bool = False) -> Series | None:
    """Return the series that a promise belongs to (primary keys); `hold` as for a ledger."""
    number = session.exec(select(PromiseRow.series_id).where(col(PromiseRow.id) == promise)).one_or_none()
    return None if number is None else series(session, number=SeriesId(number), hold=hold)


def awaiting(session: Session, *, stories: Collection[StoryId]) -> tuple[Series, ...]:
    """Return the series of these stories that owe something, by id (ix_series_story, ix_promises_series_id)."""
    owed = select(PromiseRow.id).where(col(PromiseRow.series_id) == col(SeriesRow.id))
    owed = owed.where(col(PromiseRow.state) == PromiseState.AWAITED.value)
    query = select(SeriesRow).where(col(SeriesRow.story).in_(stories), owed.exists(), ~_rejected())
    return _whole(session, session.exec(query.order_by(col(SeriesRow.id))).all()) if stories else ()


def _rejected() -> ColumnElement[bool]:
    return func.coalesce(col(SeriesRow.ruling), "") == Ruling.REJECTED.value


def save(session: Session, *, series: Series) -> Series:
    """Store a series as it stands now and return it with its ids (primary keys).

    Instalments and promises are added or brought up to date, never removed: the ledger forgets nothing. What a person
    took out of a series stays, as taken out.
    """
    number = _save_series(session, series)
    insert_or_set(session, InstalmentRow, [_part(number, part) for part in series.instalments], key=_PART_KEY)
    _refuse(session, number, series.refused)
    for promise in series.promises:
        _save_promise(session, number, promise)
    stored = session.exec(select(SeriesRow).where(col(SeriesRow.id) == number)).all()
    return _whole(session, stored)[0]


_PART_KEY = ("series_id", "item_id")


def _refuse(session: Session, number: int, items: Collection[ItemId]) -> None:
    """Note what a person took out, also what only kept a promise and was no instalment."""
    mine = update(InstalmentRow).where(col(InstalmentRow.series_id) == number)
    for some in slices(sorted(items)):
        told = session.exec(select(ItemRow).where(col(ItemRow.id).in_(some))).all()
        insert_new(session, InstalmentRow, [_taken_out(number, row) for row in told])
        session.exec(mine.where(col(InstalmentRow.item_id).in_(some)).values(refused=True, by_hand=True))


def _taken_out(number: int, row: ItemRow) -> dict[str, object]:
    item = Instalment(ItemId(row.id or 0), None, row.title, row.url, row.first_seen)
    return _part(number, item) | {"refused": True, "by_hand": True}


def _save_series(session: Session, series: Series) -> int:
    row = SeriesRow(
        id=series.id,
        story=series.story,
        feed_id=series.feed,
        source=series.source,
        title=series.title,
        authors=list(series.authors),
        ruling=series.ruling.value if series.ruling else None,
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
        "due_at": promise.due,
        "opened_at": promise.opened_at or promise.made_at,
        "lapsed_at": promise.lapsed_at,
        "score": promise.score,
        "kept_url": promise.kept_url,
        "key": promise.key,
        "by_hand": promise.by_hand,
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
        "news": part.news,
        "by_hand": part.by_hand,
        "refused": False,
    }


def _whole(session: Session, rows: Sequence[SeriesRow]) -> tuple[Series, ...]:
    ids = [row.id for row in rows]
    parts: defaultdict[int, list[Instalment]] = defaultdict(list)
    refused: defaultdict[int, set[ItemId]] = defaultdict(set)
    promises: defaultdict[int, list[Promise]] = defaultdict(list)
    for some in slices(ids):
        mine = select(InstalmentRow).where(col(InstalmentRow.series_id).in_(some))
        for part in session.exec(mine.order_by(col(InstalmentRow.at), col(InstalmentRow.item_id))):
            if part.refused:
                refused[part.series_id].add(ItemId(part.item_id))
            else:
                parts[part.series_id].append(_instalment(part))
        owed = select(PromiseRow).where(col(PromiseRow.series_id).in_(some)).order_by(col(PromiseRow.id))
        for promise in session.exec(owed):
            promises[promise.series_id].append(_promise(promise))
    numbered = ((row.id or 0, row) for row in rows)
    return tuple(_series(row, parts[i], promises[i], refused[i]) for i, row in numbered)


def _series(
    row: SeriesRow, parts: Sequence[Instalment], promises: Sequence[Promise], refused: Collection[ItemId]
) -> Series:
    return Series(
        story=StoryId(row.story),
        source=row.source,
        title=row.title,
        instalments=tuple(parts),
        promises=tuple(promises),
        authors=tuple(row.authors),
        feed=None if row.feed_id is None else FeedId(row.feed_id),
        id=SeriesId(row.id or 0),
        ruling=Ruling(row.ruling) if row.ruling else None,
        refused=frozenset(refused),
    )


def _instalment(row: InstalmentRow) -> Instalment:
    return Instalment(ItemId(row.item_id), row.part, row.title, row.url, row.at, row.news, row.by_hand)


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
        due=row.due_at,
        opened_at=row.opened_at,
        lapsed_at=row.lapsed_at,
        score=row.score,
        kept_url=row.kept_url,
        key=row.key,
        by_hand=row.by_hand,
    )


def _item_id(value: int | None) -> ItemId | None:
    return None if value is None else ItemId(value)
