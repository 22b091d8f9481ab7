"""What a shell is offered after `briefing`: by its own completion, and by the protocol that the scripts speak."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from briefing.cli import completion
from tests.integration.command import LITERALS, call, write_config

DATA = Path(__file__).parents[1] / "data" / "config"
INLINE = "  more: {title: More, feeds: [wire, 'https://inline.example/rss']}\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    completion.prepare()
    path = write_config(tmp_path, more=LITERALS)
    path.write_text(path.read_text().replace("digests:", INLINE + "digests:"))
    return path


def offered(*words: str, **environ: str) -> list[str]:
    """Ask as the script of bash does; the last word is the one being typed."""
    line = "\n".join(("briefing", *words))
    told = call(_BRIEFING_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words)), **environ)
    assert (told.exit_code, told.stderr) == (0, "")
    return told.stdout.split()


IDS = {
    "poll ": ["review", "wire", "inline-example-rss"],
    "poll review w": ["wire"],
    "feeds remove r": ["review"],
    "feeds test w": ["wire"],
    "items --feed i": ["inline-example-rss"],
    "items --story ": ["lanterns", "more"],
    "stories l": ["lanterns"],
    "preview ": ["daily"],
    "send d": ["daily"],
    "channels test ": ["hook", "room"],
    "subscribers add ann@example.org --list ": ["guild"],
    "subscribers remove ann@example.org --list g": ["guild"],
    "completion ": ["bash", "zsh", "fish"],
    "doctor ": ["config", "database", "service", "feeds", "channels", "mail"],
    "doctor m": ["mail"],
    "db h": ["hold"],
    "opml im": ["import"],
    "feeds add --al": ["--allow-private"],
}


@pytest.mark.parametrize(("line", "expected"), IDS.items())
def test_commands_options_and_ids_are_offered(line: str, expected: list[str]) -> None:
    assert offered(*line.split(" ")) == expected


def test_all_commands_are_offered_at_once() -> None:
    assert {"run", "feeds", "opml", "completion", "status"} <= set(offered(""))


def test_ids_come_from_the_file_that_was_named_and_those_it_includes(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("feeds: {included: {url: 'https://a.example/'}}")
    (tmp_path / "other.yaml").write_text("include: [more.yaml]\nfeeds: {own: {url: 'https://b.example/'}}")

    assert offered("feeds", "remove", "-c", "other.yaml", "") == ["own", "included"]
    assert offered("feeds", "remove", "", BRIEFING_CONFIG="other.yaml") == ["own", "included"]


BROKEN = {
    "no file": None,
    "nothing": b"",
    "no YAML": b"feeds: {a",
    "not text": b"\xff\xfe\x00",
    "a list": b"- a",
    "feeds that are none": b"feeds: [a]\nstories: x",
    "a number": b"feeds: 3",
    "an id for a shell to run": b'feeds: {"$(touch ran)": {}, "a b": {}, "`x`": {}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_offers_nothing_and_says_nothing(content: bytes | None, config: Path) -> None:
    config.unlink()
    if content is not None:
        config.write_bytes(content)

    assert offered("feeds", "remove", "") == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_whatever_a_file_holds_no_shell_is_told_of_it(path: Path) -> None:
    for noun in ("feeds remove", "stories", "channels test"):
        offered(*noun.split(), "", BRIEFING_CONFIG=str(path))


@pytest.mark.parametrize(("shell", "says"), [("zsh", '"review"'), ("fish", "review")])
def test_the_other_shells_are_answered_in_their_own_way(shell: str, says: str) -> None:
    asked = {"_BRIEFING_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": "briefing feeds remove re"}

    assert says in call(**asked, _TYPER_COMPLETE_FISH_ACTION="get-args").stdout


@pytest.mark.parametrize("shell", completion.Shell)
def test_a_script_is_one_that_its_shell_can_read(shell: completion.Shell, tmp_path: Path) -> None:
    script = call("completion", shell).stdout

    assert completion.VARIABLE in script
    if program := shutil.which(shell):
        (tmp_path / "script").write_text(script)
        checked = subprocess.run([program, "-n", "script"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_bash_completes_by_the_script(tmp_path: Path) -> None:
    """The whole way: a bash that sourced the script asks the real command, and keeps what it is told."""
    (tmp_path / "script").write_text(call("completion", "bash").stdout)
    (tmp_path / "briefing").write_text(f"#!{sys.executable}\nfrom briefing.cli import main\n\nmain()\n")
    (tmp_path / "briefing").chmod(0o755)
    words = (
        "source ./script; complete -p briefing; "
        'COMP_WORDS=(briefing feeds remove ""); COMP_CWORD=3; _briefing_completion ./briefing; echo "${COMPREPLY[@]}"'
    )

    told = subprocess.run(["bash", "-c", words], cwd=tmp_path, capture_output=True, text=True, check=False)

    registered, ids = told.stdout.splitlines()
    assert registered == "complete -o default -F _briefing_completion briefing"
    assert ids.split() == ["review", "wire", "inline-example-rss"]
    assert told.stderr == ""
