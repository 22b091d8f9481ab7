"""Whether an item is what a promise announced, and why we think so.

Apart from `series`, which keeps the ledger: here one item meets one promise. Evidence is the number, the title or the
topic, in this order; each is put in words that an operator can check.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from briefing.detect.bylines import comes_from
from briefing.detect.markers import Marker, marker
from briefing.detect.rhythm import AFTERLIFE
from briefing.detect.text import spaced, words
from briefing.detect.tongue import straight, visible
from briefing.detect.tongues import TONGUES
from briefing.model import Item, Promise, PromiseState, Series

_DATE_ONLY = timedelta(days=1)
_LEAD = 1_000  # characters of a text in which it says what it is about
_BODY = 20_000  # characters of a text that count at all
_SIMILAR = 88  # rapidfuzz ratio, 0 to 100, from which two titles are one
_SIMILAR_PROMISED = 85
_TOPIC_SHARE = 0.75  # of a topic's weight that must come back
_ACRONYM = re.compile(r"\b(?:[A-Z]{2,}[0-9]*|(?<!^)[A-Z][\w'’-]+)\b")

_COMMON = frozenset[str]().union(*(tongue.common for tongue in TONGUES))
_WEAK = frozenset[str]().union(*(tongue.weak for tongue in TONGUES))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an item is what was promised, and how sure that is: `score` of 100."""

    score: int
    words: str


def evidence(item: Item, mark: Marker | None, text: str, series: Series, promise: Promise) -> Evidence | None:
    """Say why `item` keeps `promise` of `series` (of its own source, or its author); None if it does not.

    Nothing older than the promise keeps it, nor what only repeats it, nor a part of another number. A number is sure
    enough to forgive a feed that gives no more than the day. An author's piece at another outlet must name the series
    or bear the title: on the same matter writers write all the time.
    """
    age = promise.made_at - item.at
    if not _is_open(promise, item) or promise.made_by == item.id or age > _DATE_ONLY:
        return None
    if mark and mark.part is not None and not mark.by_feed and promise.part not in {None, mark.part}:
        return None
    at_home = comes_from(series, item)
    if by_number := _by_number(item, mark, text if at_home else "", series, promise):
        return by_number
    if age > timedelta(0) or (promise.quote and spaced(promise.quote) in spaced(text)):
        return None
    by_title = _by_title(item, mark, promise)
    return by_title or (_by_topic(item, mark, text, series, promise) if at_home else None)


def _is_open(promise: Promise, item: Item) -> bool:
    """Say whether a promise can be kept: while it is awaited, and for a time after it lapsed by itself."""
    if promise.state is not PromiseState.LAPSED:
        return promise.state is PromiseState.AWAITED
    if promise.lapsed_at is None or promise.made_by is None or promise.by_hand:
        return False
    return item.at <= promise.lapsed_at + AFTERLIFE


def same_title(one: str, other: str) -> bool:
    """Say whether two series titles are one: alike but for drift, or one the beginning of the other."""
    first, second = spaced(one), spaced(other)
    if not first or not second or set(re.findall(r"\d+", first)) != set(re.findall(r"\d+", second)):
        return False
    short, long = sorted((first, second), key=len)
    begins = f"{long} ".startswith(f"{short} ") and len(telling(short)) >= 2
    return begins or fuzz.ratio(first, second) >= _SIMILAR


def telling(text: str) -> tuple[str, ...]:
    """List the folded words of `text` that tell what it is about, once each."""
    return tuple(dict.fromkeys(word for word in words(text) if word not in _COMMON and len(word) > 1))


def named_alike(title: str, series: Series) -> bool:
    """Say whether `title` is the title of `series`, or that of its first part."""
    return same_title(title, series.title) or any(same_title(title, part.title) for part in series.instalments[:1])


# --- the three ways -------------------------------------------------------------------------------------------------


def _by_number(item: Item, mark: Marker | None, text: str, series: Series, promise: Promise) -> Evidence | None:
    if mark is None or mark.part is None or mark.part < 2:
        return None
    if mark.series_title and named_alike(mark.series_title, series):
        return Evidence(95, f"it is part {mark.part} of the same series, “{series.title}”")
    if mark.series_title or promise.part != mark.part:
        return None
    says = f"its feed numbers it {mark.part}" if mark.by_feed else f"it says it is part {mark.part}"
    if _touches(item, text, series, promise):
        return Evidence(80, f"{says} and speaks of the same matter")
    if mark.by_feed and comes_from(series, item) and _is_next(series, promise, mark.part):
        return Evidence(75, f"{says}, which follows the last part")
    return None


def _is_next(series: Series, promise: Promise, part: int) -> bool:
    """Say whether a feed's number alone tells a part: it follows the last one, and no title was to tell it."""
    titled = bool(promise.title) or any(marker(one.title) for one in series.instalments)
    return part - 1 in series.numbers and not titled


def _touches(item: Item, text: str, series: Series, promise: Promise) -> bool:
    """Say whether an item that only gives its number speaks of the series: two telling words of it, or half of them."""
    expected = set(telling(f"{series.title} {promise.title or ''} {promise.topic or ''}"))
    named = expected & set(words(item.title))
    said = expected & {*named, *words(text[:_BODY])}
    return len(named) >= 2 or 2 * len(said) >= len(expected) > 0


def _by_title(item: Item, mark: Marker | None, promise: Promise) -> Evidence | None:
    if not promise.title:
        return None
    wanted = telling(promise.title)
    for title in _titles(item, mark):
        ratio = fuzz.token_sort_ratio(spaced(title), spaced(promise.title))
        held = len(wanted) >= 2 and set(wanted) <= set(words(title))
        alike = ratio >= _SIMILAR_PROMISED and (len(wanted) >= 2 or spaced(title) == spaced(promise.title))
        if held or alike:
            return Evidence(round(70 + ratio / 5), f"its title matches the promised “{promise.title}”")
    return None


def _titles(item: Item, mark: Marker | None) -> tuple[str, ...]:
    """List what may be the title of this part within the item's title."""
    pieces = re.split(r"\s*[:|—–]\s+|\s+-\s+|—", item.title)
    own = (mark.own_title, mark.series_title) if mark else ()
    return tuple(title for title in (item.title, *own, *pieces) if title)


def _by_topic(item: Item, mark: Marker | None, text: str, series: Series, promise: Promise) -> Evidence | None:
    if not promise.topic or (mark and mark.series_title and not named_alike(mark.series_title, series)):
        return None  # a part of another series
    weights = _weights(promise.topic)
    if len(weights) < 2:
        return None
    # What is only expected yet may come from anywhere, so a passing word of it in some text is not enough.
    for statement in (item.title, *(() if series.expected else _lead(item, text))):
        held = {word for word in weights if _speaks_of(word, words(statement))}
        share = sum(weights[word] for word in held) / sum(weights.values())
        if share >= _TOPIC_SHARE and len(held) >= 2 and _beyond_names(held, weights):
            shown = ", ".join(_as_written(promise.topic, held))
            return Evidence(round(60 * share), f"it speaks of what was promised: {shown}")
    return None


def _weights(topic: str) -> dict[str, float]:
    """Weigh a topic's telling words: names double, words it may come back without by half."""
    names = {word for name in _ACRONYM.findall(topic) for word in words(name)}
    return {word: 2.0 if word in names else 0.5 if word in _WEAK else 1.0 for word in telling(topic)}


def _beyond_names(held: set[str], weights: dict[str, float]) -> bool:
    """Ask for more than names where the topic has more: what happens, not only whom it concerns."""
    plain = {word for word, weight in weights.items() if weight == 1.0}
    return not plain or bool(held & plain)


def _speaks_of(word: str, spoken: tuple[str, ...]) -> bool:
    """Say whether a word comes back, in singular or plural."""
    return any(other == word or (len(word) > 3 and _stem(other) == _stem(word)) for other in spoken)


def _stem(word: str) -> str:
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + instead
    return word


def _lead(item: Item, text: str) -> tuple[str, ...]:
    """List the first sentences of an item, lines that lead to other reading left out."""
    lines = [line for line in visible(text).splitlines() if not _is_aside(line)]
    start = "\n".join(lines)[:_LEAD]
    return tuple(sentence for sentence in (*item.excerpt, *re.split(r"(?<=[.!?…])\s+|\n+", start)) if sentence)


def _is_aside(line: str) -> bool:
    return any(tongue.aside.match(straight(line)) for tongue in TONGUES)


def _as_written(topic: str, held: set[str]) -> list[str]:
    return [word for word in re.findall(r"[^\W_][\w'’-]*", topic) if set(words(word)) & held]
