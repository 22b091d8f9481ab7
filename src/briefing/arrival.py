"""What a poll brought over the network, and the storing of its items: new, changed, or with their page read at last.

Apart from `remember`, in whose transaction it runs and which says what the items mean: here they are kept as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from briefing.config.effective import FeedSettings
from briefing.config.grammar import Rights
from briefing.model import FeedState, FetchOutcome, Item, ParsedFeed, Sieved
from briefing.store import items

TEXT_LIFE = timedelta(days=30)  # fetched full text is kept this long, for detection alone
PAGE_PATIENCE = timedelta(days=1)  # a page that cannot be read is tried again for this long


@dataclass(frozen=True, slots=True)
class Arrival:
    """All that a poll brought over the network, before anything is decided or written."""

    state: FeedState
    outcome: FetchOutcome
    feed: ParsedFeed | None = None
    sieved: Sieved = field(default_factory=Sieved)
    late: Sequence[Item] = ()  # stored before; their pages could not be read then
    wanted: frozenset[str] = frozenset()  # URLs of new items whose pages are to be read
    texts: Mapping[str, str] = field(default_factory=dict)  # a URL to its page's text; empty: nothing to read there


def keep(
    session: Session, arrival: Arrival, settings: FeedSettings, now: datetime
) -> tuple[Sequence[Item], Sequence[Item]]:
    """Store what is new or changed; the new oldest first, as a series is read."""
    feed, sieved = arrival.feed, arrival.sieved
    if feed is None:
        return (), ()
    full = settings.rights is Rights.FULL
    new = items.add(
        session,
        feed=settings.id,
        source=settings.title or feed.title or settings.id,
        candidates=sieved.new,
        lang=settings.lang or feed.lang,
        now=now,
        keep_html=full,
    )
    changed = items.change(session, changes=sieved.changed, now=now, keep_html=full)
    items.rekey(session, rekeyed=sieved.rekeyed)
    items.see(session, items=[*sieved.seen, *(item for item, _ in sieved.changed)], now=now)
    unread = [item.id for item in new if item.url in arrival.wanted and item.url not in arrival.texts]
    items.await_pages(session, items=unread, until=now + PAGE_PATIENCE)
    _put_texts(session, arrival, new, now)
    upwards = new[::-1]  # documents run newest first, which settles the order of equal times
    return sorted(upwards, key=lambda item: item.at), changed


def catch_up(session: Session, arrival: Arrival, now: datetime) -> Sequence[Item]:
    """Return the items whose pages could be read at last, as changed: they were told already, their promises not."""
    read = [item for item in arrival.late if item.url in arrival.texts]
    _put_texts(session, arrival, read, now)
    return [replace(item, changed_at=now) for item in read if arrival.texts[item.url or ""]]


def _put_texts(session: Session, arrival: Arrival, read: Sequence[Item], now: datetime) -> None:
    texts = {item.id: arrival.texts[item.url] for item in read if item.url and item.url in arrival.texts}
    items.await_pages(session, items=[item for item, text in texts.items() if not text], until=None)
    items.put_texts(session, texts={i: text for i, text in texts.items() if text}, expires=now + TEXT_LIFE)
