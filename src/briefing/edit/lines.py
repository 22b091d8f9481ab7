"""An item, a promise, a part as one line of a message: what the reader may be shown of each.

Apart from `digest` and `alert`, which choose: this is the one gate between what we store and what we republish. Text
that was fetched to find promises is measured here for its reading time and goes no further.
"""

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from briefing.model import (
    AwaitedLine,
    Instalment,
    Item,
    ItemId,
    ItemLine,
    PartLine,
    PartMark,
    Promise,
    PromiseState,
    Series,
)

_SENTENCES = 2
_WORDS_A_MINUTE = 220
_SIGNS_A_MINUTE = 500  # scripts written without spaces
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def item_line(item: Item, *, rights_full: bool, full_text: str | None) -> ItemLine:
    """Return the line of an item: headline, at most two sentences, source, link; markup only under full rights."""
    return ItemLine(
        item=item.id,
        title=item.title,
        url=item.url,
        source=item.source,
        at=item.at,
        excerpt=item.excerpt[:_SENTENCES],
        html=item.html if rights_full else "",
        lang=item.lang,
        minutes=_reading_minutes(full_text) if full_text else None,
    )


def correction_line(item: Item, *, rights_full: bool) -> ItemLine:
    """Return the line of an item that changed after it was sent; `at` is when it changed."""
    line = item_line(item, rights_full=rights_full, full_text=None)
    return replace(line, at=item.changed_at or item.at, changed=True)


def awaited_line(series: Series, promise: Promise) -> AwaitedLine:
    """Return the line of a promise, with the part that made it if that is known."""
    maker = next((part for part in series.instalments if part.item == promise.made_by), None)
    return AwaitedLine(
        series=series.title,
        source=series.source,
        quote=promise.quote,
        promised_at=promise.made_at,
        part=promise.part,
        title=promise.title,
        topic=promise.topic,
        promised_in=maker.part if maker else None,
        url=maker.url if maker else None,
    )


def part_line(line: ItemLine, series: Series, instalment: Instalment, *, new: Collection[ItemId]) -> PartLine:
    """Return the line of a new instalment, with the oldest promise it keeps and where its series stands."""
    kept = [promise for promise in series.promises if promise.kept_by == instalment.item]
    oldest = min(kept, key=lambda promise: promise.made_at, default=None)
    return PartLine(
        item=line,
        series=series.title,
        part=instalment.part,
        kept=awaited_line(series, oldest) if oldest else None,
        parts=part_marks(series, new=new),
    )


def part_marks(series: Series, *, new: Collection[ItemId]) -> tuple[PartMark, ...]:
    """Return the dots of a series in part order, a number once; `new` are the items first told in this message."""
    placed = sorted([*_appeared(series, new), *_to_come(series)], key=lambda place: place[0])
    marks: dict[object, PartMark] = {}
    for place, mark in placed:
        key = mark.part if mark.part is not None else (place, mark.at, mark.url)
        if key not in marks or mark.state == "new":
            marks[key] = mark
    return tuple(marks.values())


def reading_order(series: Series) -> tuple[Instalment, ...]:
    """Return the instalments as one would read them: by number, those without one by time."""
    return tuple(part for _, part in sorted(_places(series), key=lambda placed: placed[0]))


def awaited(series: Series) -> tuple[Promise, ...]:
    """Return the promises still open, oldest first; one whose part has appeared is not open."""
    still = (p for p in series.promises if p.state is PromiseState.AWAITED and p.part not in series.numbers)
    return tuple(sorted(still, key=lambda promise: promise.made_at))


def _appeared(series: Series, new: Collection[ItemId]) -> Iterator[tuple[float, PartMark]]:
    for place, part in _places(series):
        yield place, PartMark(part.part, "new" if part.item in new else "read", part.at, part.url)


def _places(series: Series) -> Iterator[tuple[float, Instalment]]:
    """Place each instalment by its number; one without stands behind the number that came before it in time."""
    number = 0
    for part in sorted(series.instalments, key=lambda part: part.at):
        number = part.part if part.part is not None else number
        yield number + (0.5 if part.part is None else 0), part


def _to_come(series: Series) -> Iterator[tuple[float, PartMark]]:
    """Place each awaited part by its number, those without one at the end."""
    for promise in awaited(series):
        yield promise.part or math.inf, PartMark(promise.part, "awaited", promise.made_at)


def _reading_minutes(text: str) -> int:
    signs = len(_UNSPACED.findall(text))
    words = len(_UNSPACED.sub(" ", text).split())
    return max(1, round(words / _WORDS_A_MINUTE + signs / _SIGNS_A_MINUTE))
