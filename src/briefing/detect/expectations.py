"""What a person awaits although no item promised it: at the command line, or by `series.expect` in feeds.yaml.

Apart from `rulings`, which judges what is in the ledger: this opens promises in it, and gives up those that feeds.yaml
asks for no more. A line of feeds.yaml is known again by its key.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from briefing.detect.keeping import named_alike, telling
from briefing.detect.rulings import awaited, placed
from briefing.detect.text import words
from briefing.model import Promise, PromiseState, Ruling, Series, StoryId

UNEXPECTED = "feeds.yaml expects it no more"


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of feeds.yaml expects: a part by its number or words of its title, in a series of this title."""

    match: str | None
    title: str | None
    part: int | None

    @property
    def key(self) -> str:
        """What the line is known by at the next start: of the same words, the same key."""
        said = "\n".join((self.match or "", self.title or "", str(self.part or "")))
        return f"expect:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def watch(
    story: StoryId,
    name: str,
    *,
    now: datetime,
    title: str | None = None,
    part: int | None = None,
    key: str | None = None,
) -> Series:
    """Await a part of a series of which no more is known than its `name`, or words of the part's title."""
    return add(Series(story, "", name), title, now=now, part=part, key=key)


def add(series: Series, title: str | None, *, now: datetime, part: int | None, key: str | None = None) -> Series:
    """Await a part of a series, by its number, words of its title or both.

    A promise that is awaited already, of this number or in these words, is taken for it.
    """
    for promise in series.promises:
        if promise.state is PromiseState.AWAITED and _is_meant(promise, title, part):
            known = replace(promise, title=promise.title or title, key=key or promise.key)
            return placed(series, replace(known, by_hand=promise.by_hand or key is None))
    opened = Promise("", now, part, title, title, opened_at=now, key=key, by_hand=key is None)
    return placed(series, opened)


def expect(ledger: Sequence[Series], story: StoryId, line: Line, *, now: datetime) -> Series | None:
    """Await what a line of feeds.yaml expects, in the series it means; None if that is done, or the part is out."""
    if any(promise.key == line.key for series in ledger for promise in series.promises):
        return None
    meant = [series for series in ledger if series.ruling is not Ruling.REJECTED and _is_of(series, line)]
    if not meant:
        return watch(story, line.match or line.title or "", now=now, title=line.title, part=line.part, key=line.key)
    if line.part in meant[-1].numbers:
        return None
    return add(meant[-1], line.title, now=now, part=line.part, key=line.key)


def unexpected(series: Series, keys: Collection[str], *, now: datetime) -> Series:
    """Give up what a line of feeds.yaml asked for that is not among `keys` any more, and await again what came back.

    Not what an item announced as well, nor what a person decided since.
    """
    return replace(series, promises=tuple(_by_file(promise, keys, now) for promise in series.promises))


def _by_file(promise: Promise, keys: Collection[str], now: datetime) -> Promise:
    if promise.key is None or promise.by_hand:
        return promise
    asked = promise.key in keys
    if not asked and promise.state is PromiseState.AWAITED and promise.made_by is None:
        return replace(promise, state=PromiseState.LAPSED, lapsed_at=now, evidence=UNEXPECTED)
    if asked and promise.state is PromiseState.LAPSED and promise.evidence == UNEXPECTED:
        return replace(awaited(promise), by_hand=False)
    return promise


def _is_of(series: Series, line: Line) -> bool:
    if line.match is not None:
        return named_alike(line.match, series)
    awaited_now = (one for one in series.promises if one.state is PromiseState.AWAITED)
    return any(_is_meant(one, line.title, line.part) for one in awaited_now)


def _is_meant(promise: Promise, title: str | None, part: int | None) -> bool:
    """Say whether a promise is of this part: by its number where both have one and no words say otherwise."""
    if part is not None and promise.part is not None and part != promise.part:
        return False
    wanted = set(telling(title or ""))
    if wanted and (promise.title or promise.topic):
        return wanted <= set(words(f"{promise.title or ''} {promise.topic or ''}"))
    return part is not None and part == promise.part
