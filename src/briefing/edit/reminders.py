"""What is worth telling because nothing came: a promised part that is overdue, a part that was passed over.

Apart from `alert`, which tells of what arrives. Keys are stable: each is told once, whatever comes after.
"""

from dataclasses import replace
from datetime import datetime

from briefing.edit.lines import awaited_line
from briefing.model import Event, EventKind, GapLine, Instalment, PartMark, Promise, Series


def overdue(series: Series, promise: Promise, *, title: str | None, now: datetime) -> Event:
    """Return the one reminder of a promise."""
    line = replace(awaited_line(series, promise), overdue=True)
    key = overdue_key(series, promise)
    subjects = (f"promise:{promise.id}", f"series:{series.id}")
    return replace(_event(EventKind.OVERDUE, key, series, title, now), promise=line, condition=key, subjects=subjects)


def overdue_key(series: Series, promise: Promise) -> str:
    """Return the key under which a promise is told as overdue."""
    return f"overdue:{series.story}:{promise.id}"


def passed_over(
    series: Series, part: int, before: Instalment, after: Instalment, *, title: str | None, now: datetime
) -> Event:
    """Return the event of a part that is missing between two others."""
    line = GapLine(series.title, series.source, part, _mark(before), _mark(after))
    key = f"gap:{series.story}:{series.id}:{part}"
    return replace(_event(EventKind.GAP, key, series, title, now), gap=line, subjects=(f"series:{series.id}",))


def _event(kind: EventKind, key: str, series: Series, title: str | None, now: datetime) -> Event:
    return Event(kind, key, now, story=series.story, story_title=title, feed=series.feed)


def _mark(part: Instalment) -> PartMark:
    return PartMark(part.part, "read", part.at, part.url)
