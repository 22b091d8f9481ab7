"""The demo is the end-to-end test: real HTTP, SMTP, SQLite, one fake clock, and facts it checks itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_demo_tells_its_story_and_all_its_facts_hold() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "demo"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert played.returncode == 0, played.stdout + played.stderr
    assert "NOT TRUE" not in played.stdout
    assert list((ROOT / "demo" / "out" / "inbox").glob("*.eml"))
    assert list((ROOT / "demo" / "out" / "chat").glob("*-slack.json"))
