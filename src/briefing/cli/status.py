"""status: four lines that say whether all is well."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, open_config, open_store

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.model import FeedState, Issue, Series

LATE = timedelta(minutes=10)  # a poll overdue by more than this: nobody is polling, or too slowly
NAMED = 5  # feeds of one kind that are named in a line


def status(config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Say how feeds, awaited parts, issues and deliveries stand; exits 0 whenever it could be told."""
    facts = gather(config, database)
    if json:
        output.as_json(facts)
        return
    now = facts["now"]
    output.say(f"feeds      {_feeds(facts['feeds'], now)}")
    for row in facts["awaited"]:
        output.say(output.plain(f"awaited    {_awaited(row, now)}"))
    if not facts["awaited"]:
        output.say("awaited    nothing")
    for row in facts["issues"]:
        output.say(f"issues     {_issue(row, now)}")
    output.say(f"deliveries {_deliveries(facts['deliveries'])}")


def gather(config: Path, database: str) -> dict[str, Any]:
    """Return everything that status shows, as `--json` prints it."""
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.model import StoryId
    from briefing.store import feeds, issues, outbox, stories

    checked, now = open_config(config), utc_now()
    with open_store(database) as store, store.reading() as session:
        states = {state.id: state for state in feeds.states(session)}
        ledgers = {name: stories.ledger(session, story=StoryId(name)) for name in checked.stories}
        last = {name: issues.last(session, digest=name) for name in checked.digests}
        counts = outbox.counts(session)
    return {
        "now": now,
        "feeds": _health([states.get(feed) for feed in effective.feeds(checked)], now),
        "awaited": _promised(ledgers),
        "issues": [_row(name, last[name], checked, now) for name in checked.digests],
        "deliveries": {str(state): count for state, count in counts.items()},
    }


def _health(states: "Sequence[FeedState | None]", now: datetime) -> dict[str, Any]:
    held = [state for state in states if state is not None]
    polled = [state for state in held if not (state.gone or state.paused)]
    return {
        "ok": sum(state.last_ok_at is not None and not state.failures for state in polled),
        "new": sum(state is None or (state.last_poll_at is None and not state.paused) for state in states),
        "paused": sum(state.paused and not state.gone for state in held),
        "late": sum(state.last_poll_at is not None and state.next_poll_at < now - LATE for state in polled),
        "failing": [
            {"feed": s.id, "error": s.error, "since": s.down_since, "next_try": s.next_poll_at}
            for s in polled
            if s.failures
        ],
        "gone": [state.id for state in held if state.gone],
    }


def _promised(ledgers: "Mapping[str, Sequence[Series]]") -> list[dict[str, Any]]:
    return [
        {"story": name, "part": p.part, "title": p.title, "topic": p.topic, "promised_at": p.made_at}
        for name, ledger in ledgers.items()
        for series in ledger
        for p in series.promises
        if p.state == "awaited"
    ]


def _row(name: str, last: "Issue | None", checked: "Config", now: datetime) -> dict[str, Any]:
    from briefing.config import effective
    from briefing.edit import schedule

    zone = effective.zone(checked, checked.digests[name])
    rule = schedule.rule_of(checked.digests[name], zone)
    return {
        "digest": name,
        "number": last.number if last else None,
        "written_at": last.until if last else None,
        "next": schedule.next_due(rule, after=now).due,
        "zone": zone,
    }


def _feeds(facts: dict[str, Any], now: datetime) -> str:
    failing, gone = facts["failing"], facts["gone"]
    parts = [f"{facts['ok']} ok"]
    parts += [f"{facts['new']} not polled yet"] if facts["new"] else []
    parts += [f"{facts['paused']} paused"] if facts["paused"] else []
    parts += [f"{facts['late']} late (briefing run polls them)"] if facts["late"] else []
    parts += [f"{len(failing)} failing ({_failing(failing, now)})"] if failing else []
    parts += [f"{len(gone)} gone ({_named(gone)})"] if gone else []
    return " · ".join(parts)


def _failing(rows: list[dict[str, Any]], now: datetime) -> str:
    if len(rows) > 1:
        return f"{_named([row['feed'] for row in rows])}; briefing feeds list"
    (row,) = rows
    since = f" for {output.span(now - row['since'])}" if row["since"] else ""
    again = "due" if row["next_try"] <= now else output.ago(row["next_try"], now)
    return output.plain(f"{row['feed']}: {row['error']}{since}, next try {again}")


def _named(feeds: Sequence[str]) -> str:
    return ", ".join(feeds[:NAMED]) + (f" and {len(feeds) - NAMED} more" if len(feeds) > NAMED else "")


def _awaited(row: dict[str, Any], now: datetime) -> str:
    what = f"Part {row['part']}" if row["part"] else row["title"] or row["topic"] or "the next part"
    return f"{row['story']} {what} (promised {output.ago(row['promised_at'], now)})"


def _issue(row: dict[str, Any], now: datetime) -> str:
    last = f"No. {row['number']} written {output.ago(row['written_at'], now)}" if row["number"] else "none yet"
    zone = ZoneInfo(row["zone"])
    return f"{row['digest']} {last} · next {_day(row['next'].astimezone(zone), now.astimezone(zone))} {row['zone']}"


def _day(then: datetime, now: datetime) -> str:
    """Say a coming moment as people do, on the clock of its zone."""
    days = (then.date() - now.date()).days
    named = {0: "today", 1: "tomorrow"}.get(days) or (f"{then:%A}" if days < 7 else f"{then:%d %B}".lstrip("0"))
    return f"{named} {then:%H:%M}"


def _deliveries(counts: dict[str, int]) -> str:
    waiting = counts["pending"] + counts["retry"] + counts["sending"]
    hint = " (briefing deliveries list --failed)" if counts["dead"] else ""
    return f"{waiting:,} waiting · {counts['sent']:,} sent · {counts['dead']:,} dead{hint}"
