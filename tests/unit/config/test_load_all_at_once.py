"""One run tells everything that is wrong, each at its place."""

from pathlib import Path

from briefing.check import check

BAD = Path(__file__).parents[2] / "data" / "config" / "bad.yaml"

EXPECTED = """
1:10 error version
2:64 error site.timezone
3:26 error defaults.poll.every
3:45 error defaults.poll.jitter
5:44 error feeds.analysis.evry
6:15 error feeds.wire.url
6:60 error feeds.wire.independent
7:3 error feeds.wire
8:3 error feeds.Farsi Feed
8:21 error feeds.Farsi Feed.url
11:12 error stories.irgc-coup.title
12:13 error stories.irgc-coup.feeds.0
13:26 error stories.irgc-coup.query
14:28 error stories.irgc-coup.series.remind_after
16:21 error digests.daily.stories.0
16:36 error digests.daily.at
16:52 error digests.daily.days.0
16:64 error digests.daily.to.0
16:69 error digests.daily.to.1.list
16:70 error digests.daily.to.1.lst
17:43 error digests.weekly.cron
17:64 error digests.weekly.template
17:83 error digests.weekly.to.list
17:83 warning digests.weekly.to.list
17:101 error digests.weekly.max_items
18:3 error digests.never
20:20 error channels.newsroom.type
20:32 error channels.newsroom.url
21:71 error channels.archive.secret
21:71 warning channels.archive.secret
23:10 error routes.0.to
24:5 warning routes.1
24:20 error routes.1.when.event
25:1 error rutes
"""


def test_every_mistake_of_a_file_is_told_in_one_run_with_its_line_and_column() -> None:
    checked = check(BAD, {})
    told = [f"{p.line}:{p.col} {p.severity} {p.path}" for p in checked.problems]
    assert told == EXPECTED.strip().splitlines()


def test_a_file_with_errors_gives_no_configuration() -> None:
    assert check(BAD, {}).config is None


def test_no_message_or_source_line_shows_a_secret() -> None:
    shown = " ".join(p.message + p.source + p.hint for p in check(BAD, {}).problems)
    assert "aGVsbG8" not in shown
