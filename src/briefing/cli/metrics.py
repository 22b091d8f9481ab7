"""status --metrics: what status knows in Prometheus's text format; the only file that knows prometheus_client.

Apart from `status`, which gathers: here facts become samples, and what is not known has none. A registry of our own, so
that nothing of this short process is told as if it were the service's.
"""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, Info, generate_latest

from briefing import __version__


def exposed(facts: Mapping[str, Any]) -> str:
    """Return the text for what `status.gather` found."""
    registry = CollectorRegistry()
    Info("briefing_build", "The version that wrote this.", registry=registry).info({"version": __version__})
    _config(registry, facts)
    _feeds(registry, facts["feeds"])
    _states(registry, "briefing_deliveries", "Deliveries by state.", facts["deliveries"])
    if facts["beat"]:
        words = "When briefing run was last at work."
        _gauge(registry, "briefing_beat_timestamp_seconds", words, facts["beat"].timestamp())
    if not facts["refused"]:  # else stories and digests are not known
        _gauge(
            registry, "briefing_promises_awaited", "Parts that were promised and have not come.", len(facts["awaited"])
        )
        _issues(registry, facts["issues"])
        _channels(registry, facts["channels"])
    return generate_latest(registry).decode()


def _config(registry: CollectorRegistry, facts: Mapping[str, Any]) -> None:
    words = "1 if feeds.yaml was taken up when it was last read, 0 if the one before it stays."
    _gauge(registry, "briefing_config_last_reload_successful", words, not facts["refused"])
    if facts["reloaded"]:
        words = "When briefing run last read feeds.yaml, right or wrong."
        _gauge(registry, "briefing_config_last_reload_timestamp_seconds", words, facts["reloaded"].timestamp())


def _feeds(registry: CollectorRegistry, facts: Mapping[str, Any]) -> None:
    counts = {state: facts[state] for state in ("ok", "new", "paused")}
    counts |= {state: len(facts[state]) for state in ("failing", "gone")}
    _states(registry, "briefing_feeds", "Feeds by state.", counts)
    _gauge(registry, "briefing_feeds_late", "Feeds whose poll is overdue.", facts["late"])


def _issues(registry: CollectorRegistry, rows: list[dict[str, Any]]) -> None:
    words = "When a digest's last issue was written."
    gauge = Gauge("briefing_issue_last_timestamp_seconds", words, ["digest"], registry=registry)
    for row in rows:
        if row["written_at"]:
            gauge.labels(row["digest"]).set(row["written_at"].timestamp())


def _channels(registry: CollectorRegistry, rows: list[dict[str, Any]]) -> None:
    words = "1 if a channel takes messages, 0 if it fails, -1 if it is disabled."
    live = Gauge("briefing_channel_live", words, ["channel"], registry=registry)
    waiting = Gauge("briefing_channel_waiting", "Deliveries that wait for a channel.", ["channel"], registry=registry)
    for row in rows:
        live.labels(row["channel"]).set({"live": 1, "failing": 0, "disabled": -1}[row["state"]])
        waiting.labels(row["channel"]).set(row["waiting"])


def _states(registry: CollectorRegistry, name: str, words: str, counts: Mapping[str, int]) -> None:
    gauge = Gauge(name, words, ["state"], registry=registry)
    for state, count in counts.items():
        gauge.labels(state).set(count)


def _gauge(registry: CollectorRegistry, name: str, words: str, value: float) -> None:
    Gauge(name, words, registry=registry).set(value)
