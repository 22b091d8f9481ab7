"""A ledger in memory, which numbers what it keeps as the store does; items of it in as few words as possible."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from briefing.detect.series import advance
from briefing.model import FeedId, Item, ItemId, Progress, PromiseId, Series, SeriesId, StoryId

STORY = StoryId("iran")
START = datetime(2026, 11, 5, 8, tzinfo=UTC)
NOW = START + timedelta(days=60)
DAY = timedelta(days=1)


def item(number: int, title: str, /, *, days: float = 0, source: str = "Example Analysis", **more: Any) -> Item:
    """Build an item of the usual source, so many days after the start."""
    at = START + timedelta(days=days)
    feed = FeedId(source.lower().replace(" ", "-"))
    return Item(ItemId(number), feed, source, title, f"https://news.example/{number}", at, at, **more)


class Ledger:
    """The series of one story, as they stand."""

    def __init__(self) -> None:
        self.series: dict[SeriesId, Series] = {}
        self._ids = count(1)

    def arrive(self, *items: Item, only: str | None = None, now: datetime = NOW) -> list[Progress | None]:
        """Let items arrive, in this order; return what each did."""
        return [self._arrive(one, only, now) for one in items]

    def _arrive(self, one: Item, only: str | None, now: datetime) -> Progress | None:
        progress = advance(tuple(self.series.values()), one, story=STORY, text=one.text, now=now, only=only)
        return replace(progress, series=self.keep(progress.series)) if progress else None

    def keep(self, series: Series) -> Series:
        """Keep a series as it stands now, and number what is new."""
        promises = tuple(self._numbered(series))
        kept = replace(series, id=series.id or SeriesId(next(self._ids)), promises=promises)
        assert kept.id is not None
        self.series[kept.id] = kept
        return kept

    def _numbered(self, series: Series) -> Iterable[Any]:
        return (p if p.id is not None else replace(p, id=PromiseId(next(self._ids))) for p in series.promises)

    @property
    def only(self) -> Series:
        """The one series there is."""
        (series,) = self.series.values()
        return series
