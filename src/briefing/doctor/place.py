"""Questions about the place: the file and the templates in it, the disk beside it, the service at work, its feeds.

Apart from `database` and `mail`, whose questions are about what stands beside us.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime
from importlib import metadata

from briefing.collect.health import Health, health
from briefing.config import effective
from briefing.config.hints import render
from briefing.doctor.case import Case
from briefing.errors import RenderError
from briefing.model import WELL, FeedState, Finding, Level, notes
from briefing.render.email import check_template

MB, GB = 10**6, 10**9
_NAMED = 3  # feeds that are named in a line


def config(case: Case) -> Finding:
    """Ask whether feeds.yaml is right."""
    if isinstance(case.checked, Finding):
        return case.checked
    wrong = [problem for problem in case.checked.problems if problem.severity == "error"]
    if wrong:
        fact = f"{_count(len(wrong), 'error')}; the first: {render(wrong[0]).splitlines()[0]}"
        return Finding("config", Level.FAIL, fact, "briefing check shows each in its place")
    fact, doubts = f"{case.place.config} is right", len(case.checked.problems)
    if doubts:
        return Finding("config", Level.WARN, f"{fact}, with {_count(doubts, 'warning')}", "briefing check tells which")
    return Finding("config", Level.OK, fact)


def templates(case: Case) -> Finding:
    """Ask whether a sample renders with every template in use."""
    own = case.place.folder / "templates"
    for name in sorted({digest.template for digest in case.config.digests.values()} | {"alert"}):
        try:
            check_template(name, own if own.is_dir() else None)
        except RenderError as error:
            return Finding("templates", Level.FAIL, str(error), f"mend {own / name}, or remove it to have ours")
    return Finding("templates", Level.OK, "a sample of every message renders")


def zones(case: Case) -> Finding:
    """Ask which time zones are in use, and by which rules; an unknown one is a mistake in feeds.yaml."""
    digests = case.config.digests.values()
    used = {case.config.site.timezone, *(effective.zone(case.config, digest) for digest in digests)}
    return Finding("zones", Level.OK, f"{', '.join(sorted(used))}; rules of tzdata {metadata.version('tzdata')}")


def disk(case: Case) -> Finding:
    """Ask for the room beside the database; where that is a server's, beside feeds.yaml."""
    path = None if isinstance(case.looked, Finding) else case.looked.path
    folder = path.resolve().parent if path else case.place.folder
    total, _, free = shutil.disk_usage(folder)
    fact = f"{size(free)} free of {size(total)} at {folder}"
    if free >= GB and free >= total / 10:
        return Finding("disk", Level.OK, fact)
    return Finding("disk", Level.WARN if free >= 100 * MB else Level.FAIL, fact, "make room, or move the database")


def service(case: Case) -> Finding:
    """Ask whether `briefing run` is at work, with the configuration that stands in the file."""
    told = case.notes
    last = datetime.fromisoformat(told.beat) if told.beat else None
    if not notes.alive(told.beat, told.at):
        fact = f"not at work since {last:%Y-%m-%d %H:%M} UTC" if last else "was never at work"
        return Finding("service", Level.WARN, fact, "briefing run; nothing, if cron starts briefing run --once")
    if told.refused:
        fact = f"at work, but an edit of the file was not taken up: {told.refused.splitlines()[0]}"
        return Finding("service", Level.WARN, fact, "mend the file; it is taken up once it is right")
    return Finding("service", Level.OK, f"at work, last beat {last:%H:%M:%S} UTC")


def feeds(case: Case) -> Finding:
    """Ask how the last polls went."""
    known = {state.id: state for state in case.notes.feeds}
    found = health([known.get(feed) for feed in effective.feeds(case.config)], case.now)
    fact = _told(found)
    if found.failing or found.gone:
        level = Level.WARN if found.ok else Level.FAIL
        return Finding("feeds", level, fact, "briefing feeds list tells why, briefing feeds test FEED tries one")
    if found.late:
        return Finding("feeds", Level.WARN, fact, "briefing run polls them")
    return Finding("feeds", Level.OK, fact)


def channels(case: Case) -> Finding | None:
    """Ask whether every channel takes messages; None where there is none."""
    known = case.notes.channels
    standings = {name: known.get(name, WELL) for name in case.config.channels}
    gone = [f"{name}: {one.reason}" for name, one in standings.items() if one.disabled_at]
    failing = [f"{name}: {one.reason}" for name, one in standings.items() if one.since and not one.disabled_at]
    if gone:
        mend = "give each its new address, or mend its far end and say briefing channels enable CHANNEL"
        return Finding("channels", Level.FAIL, f"{len(gone)} disabled ({'; '.join(gone[:_NAMED])})", mend)
    if failing:
        fact = f"{len(failing)} failing ({'; '.join(failing[:_NAMED])})"
        return Finding("channels", Level.WARN, fact, "briefing channels list tells since when, and what waits")
    return Finding("channels", Level.OK, f"{len(standings)} live") if standings else None


def _told(found: Health) -> str:
    counted = {"ok": found.ok, "not polled yet": found.new, "paused": found.paused, "late": found.late}
    told = [f"{count} {kind}" for kind, count in counted.items() if count]
    for kind, states in (("failing", found.failing), ("gone", found.gone)):
        told += [f"{len(states)} {kind} ({_named(states)})"] if states else []
    return " · ".join(told) or "none is configured"


def _named(states: Sequence[FeedState]) -> str:
    names = ", ".join(state.id for state in states[:_NAMED])
    return names + (f" and {len(states) - _NAMED} more" if len(states) > _NAMED else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)


def size(count: int) -> str:
    """Write a number of bytes for people."""
    return f"{count / GB:,.1f} GB" if count >= GB else f"{count / MB:,.1f} MB"
