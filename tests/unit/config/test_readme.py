"""What the README shows is true: its configuration is right, and its mistake is explained in these words."""

import re
from pathlib import Path

from briefing.check import check
from briefing.config.hints import render

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
SAMPLE, ALERTS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
ENVIRON = {"SLACK_URL": "https://hooks.slack.example/x", "HOOK_SECRET": "whsec_" + "A" * 32}


def test_the_sample_is_right(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(SAMPLE, encoding="utf-8")
    assert check(path, {}).problems == ()


def test_the_sample_with_alerts_is_right(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(SAMPLE + ALERTS, encoding="utf-8")
    assert check(path, ENVIRON).problems == ()


def test_the_mistake_is_explained_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(SAMPLE.replace("series: {}                    # watch for promised parts", "seires: {}"))
    (problem,) = check(path, {}).problems
    assert render(problem).replace(str(tmp_path) + "/", "") in README
