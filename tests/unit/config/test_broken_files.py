"""Every mistake in a broken configuration is told in one run, in the right file, at its line and column."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import CliRunner, Result

from briefing.check import check
from briefing.cli import app
from tests.broken_files import Broken, marked, odd
from tests.broken_reference import ENVIRON, MAIN, REFERENCE, mutated

COMMAND = typer.main.get_command(app)  # made once, for it takes longer than most of the files
MADE = [*marked(), *odd()]
MUTATED = [*mutated(32)]


def briefing_check(case: Broken, folder: Path, *more: str) -> Result:
    ended = CliRunner().invoke(COMMAND, ["check", str(case.write(folder)), *more], env=case.environ)
    assert isinstance(ended.exception, SystemExit), case.name
    assert ended.exit_code == 1, case.name
    return ended


@pytest.mark.parametrize("cases", [MADE, MUTATED], ids=["made by hand", "mutated"])
def test_every_mistake_is_told_at_its_place_and_nothing_else(cases: Sequence[Broken], tmp_path: Path) -> None:
    """In one test, for a hundred and fifty take longer to begin than to run."""
    wrong = {}
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        told = json.loads(briefing_check(case, folder, "--json").stdout.replace(f"{folder}/", ""))["errors"]
        if differing := difference(case, told):
            wrong[case.name] = differing
    assert wrong == {}


def difference(case: Broken, told: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what was told too much, too little or in other words."""
    left = [f"{one['file']}:{one['line']}:{one['col']}: {one['message']} → {one['hint']}" for one in told]
    missed = []
    for one in case.mistakes:
        at = f"{one.file}:{one.line}:{one.col}: "
        found = next((each for each in left if each.startswith(at) and one.words in each and one.hint in each), None)
        if found:
            left.remove(found)
        else:
            missed.append(f"not told: {at}{one.words} → {one.hint}")
    return [*missed, *left]


@pytest.mark.parametrize("name", ["an unknown key at every level", "mistakes in several files"])
def test_a_person_is_told_the_same_places(name: str, tmp_path: Path) -> None:
    case = next(case for case in MADE if case.name == name)
    ended = briefing_check(case, tmp_path)
    said = ended.output.replace(f"{tmp_path}/", "")
    assert "Traceback" not in said
    assert [f"{one.file}:{one.line}:{one.col}: error: " in said for one in case.mistakes] == [True] * len(case.mistakes)
    assert f"{MAIN}: {len(case.mistakes)} errors" in said


def test_what_a_variable_holds_is_not_told(tmp_path: Path) -> None:
    case = next(case for case in MADE if "not shown" in case.name)
    problems = check(case.write(tmp_path), case.environ).problems
    assert "hunter2" not in "".join(problem.message + problem.source + problem.hint for problem in problems)


def test_the_reference_is_right_before_it_is_mutated(tmp_path: Path) -> None:
    assert check(Broken("", {MAIN: REFERENCE.encode()}).write(tmp_path), ENVIRON).ok


def test_there_are_a_hundred_files_and_more_and_no_two_alike() -> None:
    assert len(MADE) >= 100
    assert len({(case.name, *case.files.values()) for case in [*MADE, *MUTATED]}) == len(MADE) + len(MUTATED)
