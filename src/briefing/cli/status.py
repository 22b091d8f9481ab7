"""status: four lines that say whether all is well."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from briefing.cli import output
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, open_config, open_store

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.model import FeedState


def status(config: ConfigPath = CONFIG, database: Database = DATABASE, json: Json = False) -> None:
    """Say how feeds, awaited parts, issues and deliveries stand."""
    facts = gather(config, database)
    if json:
        output.as_json(facts)
        return
    output.say(f"feeds      {_feeds(facts['feeds'])}")
    for line in facts["awaited"] or ["nothing"]:
        output.say(f"awaited    {line if isinstance(line, str) else _awaited(line)}")
    for row in facts["issues"]:
        output.say(f"issues     {_issue(row)}")
    output.say(f"deliveries {_deliveries(facts['deliveries'])}")


def gather(config: Path, database: str) -> dict[str, Any]:
    """Return everything that status shows, as `--json` prints it."""
    from briefing.clock import utc_now
    from briefing.model import StoryId
    from briefing.store import feeds, issues, outbox, stories

    checked, now = open_config(config), utc_now()
    with open_store(database) as store, store.reading() as session:
        states = feeds.states(session)
        ledgers = {name: stories.ledger(session, story=StoryId(name)) for name in checked.stories}
        last = {name: issues.last(session, digest=name) for name in checked.digests}
        counts = outbox.counts(session)
    return {
        "now": now,
        "feeds": _health(states),
        "awaited": [
            {"story": name, "part": p.part, "title": p.title, "topic": p.topic, "promised_at": p.made_at}
            for name, ledger in ledgers.items()
            for series in ledger
            for p in series.promises
            if p.state == "awaited"
        ],
        "issues": [_row(name, last[name], checked, now) for name in checked.digests],
        "deliveries": {str(state): count for state, count in counts.items()},
    }


def _health(states: "tuple[FeedState, ...]") -> dict[str, Any]:
    failing = [s for s in states if s.failures and not s.gone]
    return {
        "ok": sum(s.last_ok_at is not None and not (s.failures or s.gone or s.paused) for s in states),
        "new": sum(s.last_poll_at is None for s in states),
        "paused": sum(s.paused for s in states),
        "gone": [s.id for s in states if s.gone],
        "failing": [
            {"feed": s.id, "error": s.error, "since": s.down_since, "next_try": s.next_poll_at} for s in failing
        ],
    }


def _row(name: str, last: Any, config: "Config", now: datetime) -> dict[str, Any]:
    from briefing.config import effective
    from briefing.edit import schedule

    zone = effective.zone(config, config.digests[name])
    rule = schedule.rule_of(config.digests[name], zone)
    return {
        "digest": name,
        "number": last.number if last else None,
        "written_at": last.until if last else None,
        "next": schedule.next_due(rule, after=now).due,
        "zone": zone,
    }


def _feeds(facts: dict[str, Any]) -> str:
    parts = [f"{facts['ok']} ok"]
    parts += [f"{facts['new']} not polled yet"] if facts["new"] else []
    parts += [f"{facts['paused']} paused"] if facts["paused"] else []
    parts += [f"{len(facts['failing'])} failing ({_failing(facts['failing'])})"] if facts["failing"] else []
    parts += [f"{len(facts['gone'])} gone ({', '.join(facts['gone'])})"] if facts["gone"] else []
    return " · ".join(parts)


def _failing(rows: list[dict[str, Any]]) -> str:
    if len(rows) > 1:
        return ", ".join(row["feed"] for row in rows[:5]) + (" …" if len(rows) > 5 else "") + "; briefing feeds list"
    (row,) = rows
    since = f" since {row['since']:%H:%M}" if row["since"] else ""
    return f"{row['feed']}: {row['error']}{since}, next try {row['next_try']:%H:%M} UTC"


def _awaited(row: dict[str, Any]) -> str:
    from briefing.clock import utc_now

    what = f"Part {row['part']}" if row["part"] else row["title"] or row["topic"] or "the next part"
    return f"{row['story']} {what} (promised {output.ago(row['promised_at'], utc_now())})"


def _issue(row: dict[str, Any]) -> str:
    last = f"No. {row['number']} written {row['written_at']:%d %b %H:%M} UTC" if row["number"] else "none yet"
    local = row["next"].astimezone(ZoneInfo(row["zone"]))
    return f"{row['digest']}: {last} · next {local:%a %d %b %H:%M} {row['zone']}"


def _deliveries(counts: dict[str, int]) -> str:
    waiting = counts.get("pending", 0) + counts.get("retry", 0) + counts.get("sending", 0)
    dead = counts.get("dead", 0)
    hint = " (briefing deliveries list --failed)" if dead else ""
    return f"{waiting} waiting · {counts.get('sent', 0)} sent · {dead} dead{hint}"
