"""status: four lines that say whether all is well."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from briefing.cli import output
from briefing.cli.channels import facts as channel_facts
from briefing.cli.channels import said
from briefing.cli.failure import Exit, Failure
from briefing.cli.options import CONFIG, DATABASE, ConfigPath, Database, Json, open_config, open_store

if TYPE_CHECKING:
    from briefing.config.grammar import Config
    from briefing.model import FeedId, FeedState, Issue, Series

NAMED = 5  # feeds of one kind that are named in a line


def status(
    config: ConfigPath = CONFIG,
    database: Database = DATABASE,
    alive: Annotated[
        bool, typer.Option("--alive", help="Exit 1 unless `briefing run` is at work, for health checks.")
    ] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Write Prometheus's text format, for node_exporter's textfile collector.")
    ] = False,
    json: Json = False,
) -> None:
    """Say how feeds, awaited parts, issues and deliveries stand; exits 0 whenever it could be told."""
    if metrics and (alive or json):
        raise Failure("--metrics stands alone", hint="ask without --alive and --json", code=Exit.USAGE)
    if alive:
        raise typer.Exit(_alive(database, json=json))
    facts = gather(config, database)
    if metrics:
        from briefing.cli.metrics import exposed

        output.say(exposed(facts).removesuffix("\n"))
    elif json:
        output.as_json(facts)
    else:
        _print(facts)


def _print(facts: dict[str, Any]) -> None:
    for line in facts["refused"]:
        output.say(output.plain(f"config     {line}"))
    if facts["refused"]:
        output.say("           not taken up; a service that runs goes on with the configuration before it")
    now = facts["now"]
    output.say(f"feeds      {_feeds(facts['feeds'], now)}")
    for row in facts["awaited"]:
        output.say(output.plain(f"awaited    {_awaited(row, now)}"))
    if not facts["awaited"] and not facts["refused"]:
        output.say("awaited    nothing")
    for row in facts["missing"]:
        since = output.ago(row["since"], now)
        output.say(
            output.plain(f"missing    {row['story']} Part {row['part']} of {row['series']} (passed over {since})")
        )
    for row in facts["issues"]:
        output.say(f"issues     {_issue(row, now)}")
    if not facts["issues"] and not facts["refused"]:
        output.say("issues     no digest is configured")
    output.say(f"deliveries {_deliveries(facts['deliveries'])}")
    for row in facts["channels"]:
        if row["state"] != "live":
            hint = f" (briefing channels enable {row['channel']})" if row["disabled_at"] else ""
            output.say(output.plain(f"channel    {row['channel']} {said(row, now)} · {row['waiting']:,} waiting{hint}"))


def _alive(database: str, *, json: bool) -> Exit:
    """Tell by its last beat whether the service is at work."""
    from briefing.clock import utc_now
    from briefing.model import notes
    from briefing.store import engine

    with open_store(database) as store, store.reading() as session:
        beat = engine.noted(session, name=notes.BEAT)
    now = utc_now()
    since, alive = notes.silence(beat, now), notes.alive(beat, now)
    if json:
        output.as_json({"alive": alive, "last_beat": beat})
    elif not alive:
        output.note("not at work: " + (f"last beat {output.span(since)} ago" if since else "never started"))
    return Exit.DONE if alive else Exit.FAILED


def gather(config: Path, database: str) -> dict[str, Any]:
    """Return everything that status shows, as `--json` prints it."""
    from briefing.clock import utc_now
    from briefing.config import effective
    from briefing.model import StoryId, notes
    from briefing.store import channels, engine, feeds, issues, outbox, stories

    now = utc_now()
    checked, wrong = _config(config)
    with open_store(database) as store, store.reading() as session:
        states = {state.id: state for state in feeds.states(session)}
        ledgers = {
            name: stories.standing(session, story=StoryId(name)) for name in (checked.stories if checked else ())
        }
        last = {name: issues.last(session, digest=name) for name in (checked.digests if checked else ())}
        counts = outbox.counts(session)
        stored = channels.standings(session), channels.waiting(session)
        refused = engine.noted(session, name=notes.REFUSED) or ""
        beat, reloaded = (engine.noted(session, name=name) for name in (notes.BEAT, notes.RELOADED))
    polled = effective.feeds(checked) if checked else states
    return {
        "now": now,
        "refused": refused.splitlines() or wrong,
        "reloaded": datetime.fromisoformat(reloaded) if reloaded else None,
        "beat": datetime.fromisoformat(beat) if beat else None,
        "feeds": _health([states.get(feed) for feed in polled], now),
        "awaited": _promised(ledgers, checked, states, now),
        "missing": _missing(ledgers),
        "issues": [_row(name, last[name], checked, now) for name in last if checked],
        "deliveries": {str(state): count for state, count in counts.items()},
        "channels": [channel_facts(name, checked, *stored) for name in checked.channels] if checked else [],
    }


def _config(path: Path) -> "tuple[Config | None, list[str]]":
    """Return the configuration; where an edit broke it, none, and what is wrong, for the rest can still be told."""
    from briefing.config.hints import render

    try:
        return open_config(path), []
    except Failure as failure:
        if not failure.problems:
            raise
        return None, [render(problem).splitlines()[0] for problem in failure.problems]


def _health(states: "Sequence[FeedState | None]", now: datetime) -> dict[str, Any]:
    from briefing.collect.health import health

    found = health(states, now)
    return {
        "ok": found.ok,
        "new": found.new,
        "paused": found.paused,
        "late": found.late,
        "failing": [
            {"feed": s.id, "error": s.error, "since": s.down_since, "next_try": s.next_poll_at} for s in found.failing
        ],
        "gone": [state.id for state in found.gone],
    }


def _promised(
    ledgers: "Mapping[str, Sequence[Series]]",
    checked: "Config | None",
    states: "Mapping[FeedId, FeedState]",
    now: datetime,
) -> list[dict[str, Any]]:
    from briefing.detect import rhythm

    rules = {name: story.series for name, story in checked.stories.items()} if checked else {}
    return [
        {
            "id": p.id,
            "story": name,
            "series": series.title,
            "part": p.part,
            "title": p.title,
            "topic": p.topic,
            "promised_at": p.made_at,
            "by_hand": p.made_by is None,
            "overdue": rhythm.is_overdue(series, p, rule.remind_after if rule else None, now),
            "polled_every": _pace(states.get(series.feed)) if series.feed else None,
        }
        for name, ledger in ledgers.items()
        for series in ledger
        for p in series.promises
        if rhythm.is_awaited(series, p)
        for rule in (rules.get(name),)
    ]


def _pace(state: "FeedState | None") -> timedelta | None:
    """Return how long a feed waits from its last poll to the next; None while it fails or is held."""
    if state is None or state.last_poll_at is None or state.failures or state.paused or state.gone:
        return None
    return state.next_poll_at - state.last_poll_at


def _missing(ledgers: "Mapping[str, Sequence[Series]]") -> list[dict[str, Any]]:
    from briefing.detect import rhythm

    return [
        {"story": name, "series": series.title, "part": gap.part, "since": gap.after.at}
        for name, ledger in ledgers.items()
        for series in ledger
        for gap in rhythm.gaps(series)
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
    since = output.span(now - row["promised_at"])
    facts = [f"awaited for {since}" if row["by_hand"] else f"promised {since} ago"] + ["overdue"] * row["overdue"]
    facts += [f"polled every {output.span(row['polled_every'])}"] if row["polled_every"] else []
    return f"{row['story']} {what} ({', '.join(facts)})"


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
    muted = f" · {counts['silenced']:,} silenced (briefing silences list)" if counts["silenced"] else ""
    return f"{waiting:,} waiting · {counts['sent']:,} sent · {counts['dead']:,} dead{hint}{muted}"
