"""The commands that write, check, show and edit feeds.yaml; nothing is fetched."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from briefing.check import amend
from briefing.cli.failure import Exit
from briefing.config import edit
from tests.integration.command import CONFIG, LITERALS, SECRETS, call, write_config


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config(folder: Path) -> Path:
    return write_config(folder)


def test_init_writes_a_configuration_that_holds_and_never_overwrites(folder: Path) -> None:
    told = call("init", "--json")

    assert json.loads(told.stdout) == {"config": "feeds.yaml"}
    assert call("check").stdout == "feeds.yaml: ok · 1 feed · 1 story · 1 digest\n"
    assert call("init").exit_code == Exit.USAGE


def test_check_tells_errors_and_warnings_apart(config: Path) -> None:
    config.write_text(config.read_text().replace("to: [me@example.org]", "to: {list: guild}"))

    told = call("check", "--json")

    assert told.exit_code == Exit.DONE
    facts = json.loads(told.stdout)
    assert (facts["ok"], facts["errors"]) == (True, [])
    assert facts["warnings"][0]["path"] == "digests.daily.to.list"


def test_config_show_masks_every_secret(folder: Path) -> None:
    write_config(folder, "http://user:url-secret@127.0.0.1:9", LITERALS)

    for told in (call("config", "show", **SECRETS), call("config", "show", "--json", **SECRETS)):
        assert "review.rss" in told.stdout
        assert "secret@" not in told.stdout
        assert not [word for word in ("-secret", "aG9vay", "T1") if word in told.stdout]


def test_a_feed_is_added_and_removed_and_the_rest_of_the_file_stays(config: Path) -> None:
    config.chmod(0o600)
    added = call("feeds", "add", "http://127.0.0.1:9/new.rss", "--id", "new", "--title", "New", "--allow-private")

    line = '  new: {url: "http://127.0.0.1:9/new.rss", title: New, allow_private: true}'
    assert (added.exit_code, line in config.read_text().splitlines()) == (Exit.DONE, True)
    assert config.stat().st_mode & 0o777 == 0o600
    assert call("feeds", "remove", "new").exit_code == Exit.DONE
    assert config.read_text() == CONFIG.format(url="http://127.0.0.1:9")


def test_edits_made_at_once_are_all_kept(tmp_path: Path) -> None:
    path = write_config(tmp_path)

    def add(worker: int) -> None:
        for number in range(4):
            change = partial(edit.add_feed, feed=f"w{worker}-{number}", url=f"https://x.example/{worker}/{number}")
            assert amend(path, lambda text, change=change: change(text or ""), {}).config is not None

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(add, range(3)))
    written = path.read_text(encoding="utf-8")
    assert all(f"w{worker}-{number}:" in written for worker in range(3) for number in range(4))
    assert [one.name for one in tmp_path.iterdir()] == ["feeds.yaml"]
