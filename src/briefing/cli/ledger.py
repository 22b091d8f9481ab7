"""The ledger in lines for a terminal: a series, its parts, what it owes, what was passed over.

Apart from `series` and `reading`, whose commands print these lines. What can be said something of has its id first.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from briefing.cli import output

if TYPE_CHECKING:
    from briefing.config.series import SeriesRule
    from briefing.model import Instalment, Promise, Series

MARKS = {"awaited": "◌", "kept": "●", "lapsed": "×", "rejected": "×"}


def heading(series: "Series") -> str:
    """Say what a series is: id, title, source, rhythm, and what a person said of it."""
    from briefing.detect import rhythm

    usual = rhythm.rhythm(series)
    source = series.source or "awaited, from any source"
    facts = [f"s{series.id}  {series.title} — {source}"]
    facts += [f"every {output.span(usual)}"] if usual else []
    facts += [f"{series.ruling} by hand"] if series.ruling else []
    return " · ".join(facts)


def lines(series: "Series", rule: "SeriesRule | None", now: datetime) -> Iterator[str]:
    """Yield the parts in reading order, those that were passed over, and the promises that are not kept by one."""
    from briefing.detect import rhythm

    after = rule.remind_after if rule else None
    parts = {part.item: part for part in series.instalments}
    rows = [(part.part or 0, part.at, _part(part, series, now)) for part in series.instalments]
    owed = {one.part for one in series.promises if one.state == "awaited"}
    missing = (gap for gap in rhythm.gaps(series) if gap.part not in owed)
    rows += [(gap.part, gap.after.at, f"-  ◌ missing  part {gap.part}") for gap in missing]
    others = (one for one in series.promises if one.kept_by not in parts)
    rows += [(one.part or 10**6, one.made_at, promise(series, one, after, now)) for one in others]
    yield from (line for _, _, line in sorted(rows, key=lambda row: row[:2]))
    yield from (f"-  × item {item} is no part of it · by hand" for item in sorted(series.refused))


def promise(series: "Series", one: "Promise", remind_after: timedelta | None, now: datetime) -> str:
    """Say how a promise stands: id, state, part, words, age, and why."""
    from briefing.detect import rhythm

    late = now - rhythm.overdue_at(series, one, remind_after)
    facts = [f"p{one.id}  {MARKS[one.state]} {one.state}  {_name(one)}", _since(one, now)]
    facts += [f"overdue since {output.span(late)}"] if rhythm.is_overdue(series, one, remind_after, now) else []
    facts += [one.kept_url] if one.kept_url else []
    facts += [_why(one)] if one.evidence else []
    facts += ["by hand"] if one.by_hand and not one.evidence else []
    return " · ".join(facts)


def _since(one: "Promise", now: datetime) -> str:
    if one.kept_at:
        return f"kept {output.ago(one.kept_at, now)}"
    return (
        f"promised {output.ago(one.made_at, now)}" if one.quote else f"awaited since {output.span(now - one.made_at)}"
    )


def _part(part: "Instalment", series: "Series", now: datetime) -> str:
    kept = next((one for one in series.promises if one.kept_by == part.item), None)
    facts = [f"{f'p{kept.id}' if kept else '-'}  ● part {part.part or '?'}  {part.title}", output.ago(part.at, now)]
    facts += [f"promised {output.ago(kept.made_at, now)}, {_why(kept)}"] if kept else []
    facts += ["by hand"] if part.by_hand and not kept else []
    return " · ".join(facts) + (f"  {part.url}" if part.url else "")


def _name(one: "Promise") -> str:
    names = [f"part {one.part}"] if one.part else []
    names += [words] if (words := one.title or one.topic) else []
    return "  ".join(names) or "the next part"


def _why(one: "Promise") -> str:
    sure = f" ({one.score} of 100)" if one.score is not None else ""
    return f"{one.evidence}{sure}"
