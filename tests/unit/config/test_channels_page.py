"""What docs/channels.md shows is true: its configurations are right, every channel is named, figures are the code's."""

import re
from pathlib import Path

import pytest

from briefing.check import check
from briefing.send.channels import CHANNELS

PAGE = (Path(__file__).parents[3] / "docs" / "channels.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ADDRESS = dict.fromkeys(
    ("SLACK_URL", "DISCORD_URL", "TEAMS_URL", "MATTERMOST_URL", "GOOGLE_CHAT_URL"), "https://c.example/x"
)
ENVIRON = ADDRESS | {
    "TELEGRAM_TOKEN": "1:x",
    "APPRISE_URL": "json://c.example/x",
    "NTFY_TOPIC": "x",
    "NTFY_TOKEN": "x",
    "HOOK_SECRET": "whsec_" + "A" * 32,
    "OLD_HOOK_SECRET": "whsec_" + "B" * 32,
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_right(sample: str, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    name = sample.split()[1].rstrip(":")
    path.write_text(f"version: 1\nsite: {{from: a@example.org}}\n{sample}routes: [{{to: {name}}}]\n", encoding="utf-8")
    assert check(path, ENVIRON).problems == ()


def test_every_channel_has_its_sample_and_its_line_in_both_tables() -> None:
    shown = re.findall(r"type: (\w+)", "".join(SAMPLES))
    assert sorted(shown) == sorted([*CHANNELS, "mail"])
    for name, vendor in CHANNELS.items():
        first, bounds = re.findall(rf"^\| `{name}` \|(.*)$", PAGE, re.MULTILINE)
        assert ("secret" in first) == (name != "webhook")
        figures = {int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", bounds)}
        assert figures & set(vendor.LIMITS.values())
