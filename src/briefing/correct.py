"""Shell: what a person says of the ledger, in one transaction each.

    find the series, and hold it | say | save

What if we die here? The word was said or it was not. A poll that arrives meanwhile waits for the series, or read it
after; it never writes over what was said (`stories.ledger`, `hold`).
"""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from briefing.collect.urls import absolute, canonical
from briefing.detect import expectations, rulings
from briefing.errors import BriefingError
from briefing.model import Item, ItemId, Match, PromiseId, Series, SeriesId, StoryId
from briefing.store import items, stories

_IDS = "briefing series list shows the ids, such as s7 and p12"


class CorrectError(BriefingError):
    """What was said names nothing that we know; `hint` says where to look."""

    def __init__(self, message: str, hint: str = _IDS) -> None:
        super().__init__(message)
        self.hint = hint


def say_of_series(session: Session, number: SeriesId, word: Callable[[Series], Series]) -> Series:
    """Say something of a series, and return it as it stands then."""
    return stories.save(session, series=word(_series(session, number)))


def say_of_promise(session: Session, number: PromiseId, word: Callable[[Series, PromiseId], Series]) -> Series:
    """Say something of a promise, and return its series as it stands then."""
    series = stories.series_of(session, promise=number, hold=True)
    if series is None:
        raise CorrectError(f"no promise p{number}")
    return stories.save(session, series=word(series, number))


def mark(session: Session, number: SeriesId, part: int, where: str, *, now: datetime) -> tuple[Series, Item | None]:
    """Say that what lies at an address, or the item of this id, is a part of a series; return both.

    An item that was a part of another series of the story is that no more.
    """
    story = _series(session, number, hold=False).story
    held = stories.ledger(session, story=story, hold=True)  # all in order, as a poll holds them
    series = next(one for one in held if one.id == number)
    item = _item(session, where, series)
    if item is not None:
        for other in held:
            if other.id != number and (left := rulings.leave(other, item)) != other:
                stories.save(session, series=left)
        stories.match(session, item=item.id, matches=[Match(story, (series.title,))])
    marked = rulings.mark(series, part, item or where, now=now)
    return stories.save(session, series=marked), item


def watch(
    session: Session, story: StoryId, words: str, *, part: int | None, within: SeriesId | None, now: datetime
) -> Series:
    """Await a part by words of its title: of a series, or of one that is not known yet, in a story."""
    if within is None:
        return stories.save(session, series=expectations.watch(story, words, title=words, part=part, now=now))
    series = _series(session, within)
    if series.story != story:
        raise CorrectError(f"s{within} is a series of {series.story}")
    return stories.save(session, series=expectations.add(series, words, part=part, now=now))


def _series(session: Session, number: SeriesId, *, hold: bool = True) -> Series:
    series = stories.series(session, number=number, hold=hold)
    if series is None:
        raise CorrectError(f"no series s{number}")
    return series


def _item(session: Session, where: str, series: Series) -> Item | None:
    """Find an item by its id or address, first in the series' own feed; None for an address that no feed brought."""
    if where.isdecimal():
        item = items.found(session, item=ItemId(int(where)))
        if item is None:
            raise CorrectError(f"no item {where}", f"briefing items --story {series.story} shows them")
        return item
    url = absolute(where)
    if url is None:
        words = f'"{where}" is neither a web address nor the id of an item'
        raise CorrectError(words, f"briefing items --story {series.story} shows both")
    there = items.at_address(session, urls={url, canonical(url) or url})
    return next(iter(sorted(there, key=lambda item: item.feed != series.feed)), None)
