"""The figures of `status` as Prometheus reads them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from briefing import __version__
from briefing.cli.failure import Exit
from briefing.cli.metrics import exposed
from tests.integration.command import call, write_config

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "now": NOW,
    "refused": [],
    "reloaded": NOW,
    "beat": NOW,
    "feeds": {"ok": 3, "new": 1, "paused": 2, "late": 4, "failing": [{"feed": "a"}], "gone": ["b", "c"]},
    "awaited": [{}, {}],
    "issues": [{"digest": "daily", "written_at": NOW}, {"digest": "weekly", "written_at": None}],
    "deliveries": {"pending": 1, "sending": 2, "sent": 3, "retry": 4, "dead": 5},
    "channels": [
        {"channel": name, "state": state, "waiting": waiting}
        for name, state, waiting in (("hook", "live", 0), ("desk", "failing", 3), ("room", "disabled", 7))
    ],
}
CHANNELS = {
    f'briefing_channel_{what}{{channel="{name}"}}': value
    for name, live, waiting in (("hook", 1, 0), ("desk", 0, 3), ("room", -1, 7))
    for what, value in (("live", live), ("waiting", waiting))
}
KNOWN = {
    f'briefing_build_info{{version="{__version__}"}}': 1,
    "briefing_config_last_reload_successful": 1,
    "briefing_config_last_reload_timestamp_seconds": NOW.timestamp(),
    **{
        f'briefing_feeds{{state="{state}"}}': count
        for state, count in (("ok", 3), ("new", 1), ("paused", 2), ("failing", 1), ("gone", 2))
    },
    "briefing_feeds_late": 4,
    **{f'briefing_deliveries{{state="{state}"}}': count for state, count in FACTS["deliveries"].items()},
    "briefing_promises_awaited": 2,
    "briefing_beat_timestamp_seconds": NOW.timestamp(),
    'briefing_issue_last_timestamp_seconds{digest="daily"}': NOW.timestamp(),
    **CHANNELS,
}
OF_STORIES = ("briefing_promises_awaited", 'briefing_issue_last_timestamp_seconds{digest="daily"}', *CHANNELS)


def samples(text: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def test_every_fact_is_a_sample_and_nothing_else_is() -> None:
    assert samples(exposed(FACTS)) == KNOWN


def test_what_a_refused_configuration_hides_has_no_sample() -> None:
    told = samples(exposed(FACTS | {"refused": ["feeds.yaml:1:1: error"], "awaited": [], "issues": []}))

    hidden = {name: value for name, value in KNOWN.items() if name not in OF_STORIES}
    assert told == hidden | {"briefing_config_last_reload_successful": 0}


def test_a_service_that_never_ran_has_no_times() -> None:
    told = samples(exposed(FACTS | {"reloaded": None, "beat": None, "issues": []}))

    assert [name for name in told if "timestamp" in name] == []


def test_status_prints_them_from_the_database_and_ends_with_a_line_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)

    told = call("status", "--metrics")

    assert told.exit_code == Exit.DONE
    assert told.stdout.endswith("\n")
    assert not told.stdout.endswith("\n\n")
    assert samples(told.stdout)['briefing_feeds{state="new"}'] == 2


@pytest.mark.parametrize("also", ["--json", "--alive"])
def test_metrics_stand_alone(also: str) -> None:
    assert call("status", "--metrics", also).exit_code == Exit.USAGE
