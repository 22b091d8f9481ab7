"""When each feed is polled next, and what the last polls left behind.

A configured address can hold a key, so none is stored: only its fingerprint, by which another one is known, and the
address that a feed moved to, which is adopted only if it holds no key.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from briefing.model import FeedId, FeedState, Polled, Rest, Validators
from briefing.store.batch import insert_new
from briefing.store.tables import FeedMoveRow, FeedRow

_FORGET: dict[str, object] = {
    "etag": None,
    "last_modified": None,
    "body_hash": None,
    "failures": 0,
    "error": None,
    "down_since": None,
    "moved_to": None,
    "moved_count": 0,
    "gone": False,
    "skip_hours": None,
    "skip_days": None,
    "primed": False,  # what it holds now is its past, not news
}


def sync(session: Session, *, feeds: Mapping[FeedId, str], now: datetime) -> None:
    """Make the feeds of the config the ones that are polled: new and changed ones at once (primary key).

    A feed that left keeps its row and its items, and finds them again when it comes back. Another address is another
    feed to poll: validators, failures, moves and `gone` belonged to the old one.
    """
    stored = {row.id: row for row in session.exec(select(FeedRow)).all()}
    prints = {feed: _fingerprint(url) for feed, url in feeds.items()}
    insert_new(session, FeedRow, [_new(feed, prints[feed], now) for feed in feeds if feed not in stored])
    for row in stored.values():
        wanted = prints.get(FeedId(row.id))
        if wanted != (row.configured_url if row.configured else None):
            _set(session, row.id, **_follow(row, wanted, now))


def _fingerprint(url: str) -> str:
    return "sha256:" + hashlib.sha256(url.encode()).hexdigest()


def _new(feed: FeedId, fingerprint: str, now: datetime) -> dict[str, object]:
    return {"id": feed, "configured_url": fingerprint, "url": "", "next_poll_at": now}


def _follow(row: FeedRow, wanted: str | None, now: datetime) -> dict[str, object]:
    if wanted is None:
        return {"configured": False}
    if wanted == row.configured_url:
        return {"configured": True, "next_poll_at": now}
    return {"configured": True, "configured_url": wanted, "url": "", "next_poll_at": now, **_FORGET}


def claim(
    session: Session,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    only: Collection[FeedId] | None = None,
    but: Collection[FeedId] = (),
    force: bool = False,
) -> tuple[FeedState, ...]:
    """Take feeds that are due, longest overdue first, and put their next poll off by `lease` (ix_feeds_next_poll_at).

    If we die with them, they come due again after the lease. `only` narrows to these feeds, `but` leaves some out that
    the caller still polls; `force` takes them before
    they are due or while they are paused. Feeds that are gone or out of the config are never taken. Each claim is an
    epoch of its feed, by which `held` tells whether another one followed.
    """
    due = () if force else (col(FeedRow.next_poll_at) <= now, col(FeedRow.paused).is_(False))
    query = select(FeedRow).where(*_alive(), *due).order_by(col(FeedRow.next_poll_at), col(FeedRow.id)).limit(limit)
    if only is not None:
        query = query.where(col(FeedRow.id).in_(only))
    if but:
        query = query.where(col(FeedRow.id).not_in(but))
    taken = tuple(_state(row) for row in session.exec(query.with_for_update(skip_locked=True)).all())
    if taken:
        mine = update(FeedRow).where(col(FeedRow.id).in_([state.id for state in taken]))
        session.exec(mine.values(next_poll_at=now + lease, epoch=col(FeedRow.epoch) + 1))
    return tuple(replace(state, epoch=state.epoch + 1) for state in taken)


def held(session: Session, *, state: FeedState) -> bool:
    """Tell whether a claim is the last of its feed, and keep others from claiming it meanwhile (primary key)."""
    last = select(FeedRow.epoch).where(col(FeedRow.id) == state.id).with_for_update()
    return session.exec(last).one() == state.epoch


def polled(session: Session, record: Polled) -> FeedState:
    """Record how a poll went and return how the feed stands after it (primary key).

    Validators are written only if given. Being throttled is no failure; a success ends an outage and primes the feed.
    """
    row = session.exec(select(FeedRow).where(col(FeedRow.id) == record.feed)).one()
    values = _outcome(row, record)
    if record.validators is not None:
        values |= _columns(record.validators)
    if record.title is not None:
        values["title"] = record.title
    if record.url is not None and record.url != row.url:
        values["url"] = record.url
        session.add(FeedMoveRow(feed_id=row.id, from_url=row.url, to_url=record.url, at=record.at))
    _set(session, row.id, **values)
    return _state(session.exec(select(FeedRow).where(col(FeedRow.id) == record.feed)).one())


def _outcome(row: FeedRow, record: Polled) -> dict[str, object]:
    values: dict[str, object] = {
        "last_poll_at": record.at,
        "next_poll_at": record.next_poll_at,
        "last_outcome": record.outcome,
        "error": record.error,
        "moved_to": record.moved_to,
        "moved_count": record.moved_count,
        "gone": record.gone,
    }
    if record.ok:
        rest = {"skip_hours": list(record.rest.hours), "skip_days": list(record.rest.days)}
        return values | rest | {"last_ok_at": record.at, "failures": 0, "down_since": None, "primed": True}
    if record.outcome == "throttled":
        return values
    return values | {"failures": row.failures + 1, "down_since": row.down_since or record.at}


def hold(session: Session, *, feeds: Collection[FeedId], until: datetime) -> None:
    """Poll none of these feeds before `until` (primary key)."""
    later = (col(FeedRow.id).in_(feeds), col(FeedRow.next_poll_at) < until)
    session.exec(update(FeedRow).where(*later).values(next_poll_at=until))


def states(session: Session) -> tuple[FeedState, ...]:
    """Return every feed of the config, by id (the whole table, a row a feed)."""
    return tuple(_state(row) for row in session.exec(select(FeedRow).where(FeedRow.configured).order_by(FeedRow.id)))


def pause(session: Session, *, feed: FeedId) -> bool:
    """Poll the feed no more until it is resumed; False if it is unknown (primary key)."""
    return _set(session, feed, paused=True)


def resume(session: Session, *, feed: FeedId, now: datetime) -> bool:
    """Poll the feed again, at once, even if it said it is gone; False if it is unknown (primary key)."""
    return _set(session, feed, paused=False, gone=False, next_poll_at=now)


def moves(session: Session, *, feed: FeedId) -> tuple[tuple[datetime, str, str], ...]:
    """Return the feed's adopted moves, oldest first, as (when, from, to) (ix_feed_moves_feed_id).

    An empty `from` is where the config said.
    """
    rows = session.exec(select(FeedMoveRow).where(col(FeedMoveRow.feed_id) == feed).order_by(col(FeedMoveRow.id)))
    return tuple((row.at, row.from_url, row.to_url) for row in rows)


def _alive() -> tuple[ColumnElement[bool], ...]:
    return col(FeedRow.configured).is_(True), col(FeedRow.gone).is_(False)


def _set(session: Session, feed: str, **values: object) -> bool:
    return session.exec(update(FeedRow).where(col(FeedRow.id) == feed).values(**values)).rowcount == 1


def _columns(validators: Validators) -> dict[str, object]:
    return {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "body_hash": validators.body_hash,
    }


def _state(row: FeedRow) -> FeedState:
    return FeedState(
        id=FeedId(row.id),
        url=row.url,
        next_poll_at=row.next_poll_at,
        validators=Validators(row.etag, row.last_modified, row.body_hash),
        title=row.title,
        last_poll_at=row.last_poll_at,
        last_ok_at=row.last_ok_at,
        failures=row.failures,
        error=row.error,
        down_since=row.down_since,
        moved_to=row.moved_to,
        moved_count=row.moved_count,
        gone=row.gone,
        paused=row.paused,
        primed=row.primed,
        epoch=row.epoch,
        rest=Rest(tuple(row.skip_hours or ()), tuple(row.skip_days or ())),
    )
