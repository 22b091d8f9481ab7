"""The import rules bite: for each of them, one deliberate violation in a copy of the source turns it red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FLOORS = "Floors: imports go down only"
PURE = "The core is pure"
VIOLATIONS = {
    "a stage imports a sibling": ("detect/text.py", "from briefing.store import engine", FLOORS),
    "a shell imports a sibling": ("poll.py", "from briefing import publish", FLOORS),
    "the vocabulary imports a stage": ("model/ids.py", "from briefing.detect import text", FLOORS),
    "the clock imports the model": ("clock.py", "from briefing import model", FLOORS),
    "a stage imports a shell": ("store/items.py", "from briefing import poll", FLOORS),
    "a shell imports the doctor": ("check.py", "from briefing import doctor", FLOORS),
    "the scheduler imports the command line": ("scheduler.py", "from briefing import cli", FLOORS),
    "a new module at the top stands on no floor": ("utilities.py", "", FLOORS),
    "editing touches the network": ("edit/alert.py", "import httpx", PURE),
    "rendering opens a socket": ("render/mime.py", "import socket", PURE),
    "detecting reads the database": ("detect/series.py", "import sqlalchemy", PURE),
    "feedparser outside its home": ("collect/fetch.py", "import feedparser", "One home: feedparser"),
    "jinja2 outside render": ("publish.py", "import jinja2", "One home: jinja2"),
    "httpx outside collect and send": ("relay.py", "import httpx", "One home: httpx"),
    "SQLAlchemy in a shell": ("publish.py", "import sqlalchemy", "One home: SQLAlchemy"),
    "dnspython outside its home": ("doctor/mail.py", "import dns.resolver", "One home: dnspython"),
    "fastapi outside web": ("app.py", "import fastapi", "One home: fastapi"),
    "itsdangerous outside its home": ("answer.py", "import itsdangerous", "One home: itsdangerous"),
    "apscheduler outside the scheduler": ("publish.py", "import apscheduler", "One home: apscheduler"),
}


def broken(folder: Path, file: str, line: str) -> str:
    """Copy the source, add a line to a file, and return what the linter says is broken."""
    copy = folder / "src" / "briefing"
    shutil.copytree(ROOT / "src" / "briefing", copy, ignore=shutil.ignore_patterns("__pycache__", "templates"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode != 0, linted.stdout
    return linted.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_a_violation_turns_its_contract_red(tmp_path: Path, file: str, line: str, contract: str) -> None:
    said = broken(tmp_path, file, line)

    verdicts = [line for line in said.splitlines() if line.startswith(contract)]
    assert any("BROKEN" in line for line in verdicts), said
