"""The command line called in this process: what it prints, where, and with which exit status; nothing is fetched."""

import json
import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy.exc import OperationalError

from briefing.cli import app
from briefing.cli.failure import Exit, refused
from briefing.errors import StoreError
from briefing.store.engine import Store
from tests import databases
from tests.integration.command import LITERALS, SECRETS, call, write_config

CONFIGURED = (
    "config show", "status", "run --once", "poll", "stories", "preview", "send --yes", "channels list",
    "channels test x", "channels enable x", "feeds list", "feeds add http://127.0.0.1:9/x", "feeds remove x",
    "feeds test x",
    "feeds pause x", "feeds resume x", "subscribers add a@example.org --list x --consent y", "items --feed x",
    "series list", "series show s1", "series confirm s1", "series reject p1", "series lapse p1", "series mark s1 2 x",
    "series watch x y", "routes test event=item",
)  # fmt: skip
READING = (
    "check", "schema", "config show", "status", "items", "stories", "deliveries list", "deliveries retry --all",
    "channels list", "feeds list", "feeds pause wire", "feeds resume wire", "subscribers list", "db upgrade", "version",
    "subscribers add a@example.org --list guild --consent form", "series list", "series watch lanterns Keeper",
    "routes test event=item",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def config(folder: Path) -> Path:
    databases.put(folder / "briefing.db")
    return write_config(folder)


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command with its words."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("words", "command"), [pytest.param(w, c, id=w) for w, c in commands()])
def test_help_explains_every_option_json_among_them_and_gives_an_example_that_would_run(
    words: str, command: Any
) -> None:
    told = call(*words.split(), "--help")

    assert told.exit_code == Exit.DONE
    assert command.epilog in " ".join(told.stdout.split())
    assert "--json" in told.stdout
    assert [parameter.name for parameter in command.params if not parameter.help] == []
    example = shlex.split(command.epilog.removeprefix("Example: briefing ").partition(" > ")[0])
    assert " ".join(example).startswith(words)
    with command.make_context(words, example[len(words.split()) :]):
        pass


@pytest.mark.parametrize("words", READING)
def test_json_is_all_there_is_on_standard_output(words: str, config: Path) -> None:
    told = call(*words.split(), "--json")

    assert told.exit_code == Exit.DONE, told.stderr
    assert json.loads(told.stdout) is not None


@pytest.mark.parametrize("words", CONFIGURED)
def test_without_a_feeds_yaml_every_command_names_it_and_the_ways_to_one(words: str, folder: Path) -> None:
    told = call(*words.split(), "--config", "desk.yaml")

    assert told.exit_code == Exit.USAGE
    assert "desk.yaml: no such file" in told.stderr
    assert "briefing init --config desk.yaml" in told.stderr
    assert "briefing follow URL" in told.stderr
    assert not told.stdout


def test_a_failure_is_json_too_when_json_was_asked_for(folder: Path) -> None:
    told = call("stories", "--json")

    assert told.exit_code == Exit.USAGE
    (error,) = json.loads(told.stdout)["errors"]
    assert error["message"] == "feeds.yaml: no such file"
    assert error["hint"].startswith("briefing init")


def test_mistakes_in_feeds_yaml_are_json_with_their_places(config: Path) -> None:
    config.write_text(config.read_text().replace("query", "qery"))

    told = call("stories", "--json")

    (error,) = json.loads(told.stdout)["errors"]
    assert (error["file"], error["path"]) == ("feeds.yaml", "stories.lanterns.qery")
    assert 'did you mean "query"?' in told.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("poll revew", "review"),
        ("feeds pause wir", "wire"),
        ("feeds resume wir", "wire"),
        ("feeds remove revew", "review"),
        ("feeds test revew", "review"),
        ("items --feed revew", "review"),
        ("items --story lantern", "lanterns"),
        ("stories lantern", "lanterns"),
        ("preview dayly", "daily"),
        ("send dayly", "daily"),
        ("preview --as htm", "html"),
        ("channels test hok", "hook"),
        ("channels enable hok", "hook"),
        ("subscribers add a@example.org --list gild --consent x", "guild"),
        ("subscribers list --list gild", "guild"),
        ("series list lantern", "lanterns"),
        ("series watch lantern Keeper", "lanterns"),
    ],
)
def test_an_unknown_id_asks_what_was_meant(words: str, meant: str, config: Path) -> None:
    write_config(config.parent, more=LITERALS)

    told = call(*words.split(), **SECRETS)

    assert told.exit_code == Exit.USAGE
    assert f'did you mean "{meant}"?' in told.stderr


def refusals(folder: Path) -> None:
    """Put up what cannot be read."""
    (folder / "folder").mkdir()
    (folder / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "text.db").write_text("a text that is long enough to be taken for a database's header" * 9)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("stories -c folder", Exit.USAGE, "folder:1:1: error: not a file"),
        ("stories -c bytes.yaml", Exit.USAGE, "not UTF-8 text"),
        ("check bytes.yaml", Exit.FAILED, ""),
        ("follow http://127.0.0.1:9/ -c bytes.yaml", Exit.USAGE, "not UTF-8 text"),
        ("follow http://127.0.0.1:9/", Exit.FAILED, "--allow-private, if you mean it"),
        ("follow http://127.0.0.1:9/review.rss", Exit.FAILED, "is followed already, as review"),
        ("follow example.org", Exit.USAGE, "an address begins with https://"),
        ("follow http://127.0.0.1:9/ --to nobody", Exit.USAGE, "is not an e-mail address"),
        ("init -c feeds.yaml/x.yaml", Exit.FAILED, "feeds.yaml/x.yaml: not a directory"),
        ("init -c nowhere/feeds.yaml", Exit.FAILED, "nowhere/feeds.yaml: no such file or directory"),
        ("init", Exit.USAGE, "feeds.yaml is there already"),
        ("status -d sqlite:///text.db", Exit.FAILED, "text.db: the database refused: file is not a database"),
        ("poll -d sqlite:///text.db", Exit.FAILED, "file is not a database"),
        ("items -d sqlite:///folder", Exit.FAILED, "folder: is a folder, not a database"),
        ("items -d sqlite:///nowhere/x.db", Exit.FAILED, "nowhere/x.db: there is no folder nowhere"),
        ("items -d sqlite:////proc/x.db", Exit.FAILED, "/proc/x.db: "),
        ("items -d nonsense", Exit.FAILED, "the database URL cannot be read"),
        ("items -d postgresql://u:hidden@127.0.0.1:9/x", Exit.FAILED, "connection"),
        ("deliveries retry", Exit.USAGE, "name the deliveries, or say --all"),
        ("deliveries retry 99", Exit.FAILED, "none of these is dead"),
        ("subscribers add nobody --list guild --consent x", Exit.USAGE, "is not an e-mail address"),
        ("subscribers remove a@example.org", Exit.FAILED, "is not subscribed"),
        ("series confirm 7", Exit.USAGE, '"7" is no id of a series or a promise hint: briefing series list'),
        ("series lapse s1", Exit.USAGE, "s1 is a series, and a promise is asked for"),
        ("series mark p1 2 https://a.example/", Exit.USAGE, "p1 is a promise, and a series is asked for"),
        ("series mark s1 0 https://a.example/", Exit.USAGE, "greater than or equal to 1"),
        ("series mark s9 2 https://a.example/", Exit.FAILED, "no series s9"),
        ("series show p9", Exit.FAILED, "no promise p9"),
        ("series reject p9", Exit.FAILED, "no promise p9"),
        ("series watch lanterns …", Exit.USAGE, "words of the title are needed"),
        ("series watch lanterns Keeper --series s9", Exit.FAILED, "no series s9"),
        ("preview", Exit.FAILED, "daily has nothing to say now"),
        ("send --dry-run", Exit.FAILED, "daily has nothing to say now"),
        ("feeds add http://127.0.0.1:9/review.rss", Exit.FAILED, "review has this address already"),
        ("feeds add nonsense --id x", Exit.USAGE, 'feeds.yaml:9:12: error: "nonsense" is not an address'),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_so_in_words(words: str, status: Exit, said: str, config: Path) -> None:
    refusals(config.parent)
    before = config.read_text()

    told = call(*words.split())

    assert (told.exit_code, "Traceback" in told.stderr) == (status, False), told.stderr
    assert said in " ".join(told.stderr.split())
    assert "hidden" not in told.output
    assert config.read_text() == before
    assert sorted(path.name for path in config.parent.glob(".*")) == []


def test_a_database_that_is_locked_for_longer_than_we_wait_means_try_again(folder: Path) -> None:
    url = folder / "held.db"
    with sqlite3.connect(url, isolation_level=None) as holder, sqlite3.connect(url, timeout=0) as other:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as locked:
            other.execute("BEGIN IMMEDIATE")
    holder.close()
    other.close()
    error = StoreError("the database refused: database is locked")
    error.__cause__ = OperationalError("BEGIN IMMEDIATE", {}, locked.value)

    assert refused(error).code == Exit.AGAIN


def test_while_the_service_runs_reading_and_previewing_go_on_and_polling_is_asked_to_wait(config: Path) -> None:
    store = Store("sqlite:///briefing.db")
    with store.lock():
        assert call("status").exit_code == Exit.DONE
        assert "nothing to say" in call("preview").stderr
    store.close()


def test_config_and_database_come_from_options_or_the_environment(folder: Path) -> None:
    desk = write_config(folder).rename(folder / "desk.yaml")
    at = {"BRIEFING_CONFIG": str(desk), "BRIEFING_DATABASE_URL": "sqlite:///by-environment.db"}

    assert call("status", **at).exit_code == Exit.DONE
    assert call("status", "--database", "sqlite:///by-option.db", **at).exit_code == Exit.DONE
    assert sorted(path.name for path in folder.glob("*.db")) == ["by-environment.db", "by-option.db"]
    assert "nope.yaml" in call("status", "--config", "nope.yaml", **at).stderr


def test_a_new_database_is_told_of_once_lest_its_url_is_a_slip(config: Path) -> None:
    assert "made brefing.db: there was no database" in call("items", "-d", "sqlite:///brefing.db").stderr
    assert "made" not in call("items", "-d", "sqlite:///brefing.db").stderr


def test_status_before_the_first_poll_counts_what_the_configuration_names(config: Path) -> None:
    lines = call("status").stdout.splitlines()

    assert lines[0] == "feeds      0 ok · 2 not polled yet"
    assert lines[1] == "awaited    nothing"
    assert lines[2].startswith("issues     daily none yet · next to")
    assert lines[2].endswith("07:00 Europe/London")
    assert lines[3] == "deliveries 0 waiting · 0 sent · 0 dead"


def test_a_paused_feed_says_so_until_it_is_resumed(config: Path) -> None:
    call("feeds", "pause", "wire")
    assert call("status").stdout.startswith("feeds      0 ok · 1 not polled yet · 1 paused\n")
    assert call("feeds", "list").stdout.splitlines()[1].split()[:2] == ["wire", "paused"]

    call("feeds", "resume", "wire")
    assert call("status").stdout.startswith("feeds      0 ok · 2 not polled yet\n")


def test_subscribers_come_and_go(config: Path) -> None:
    call("subscribers", "add", "Ann@Example.org", "--list", "guild", "--consent", "form of 3 May")

    (row,) = json.loads(call("subscribers", "list", "--json").stdout)
    assert (row["list"], row["state"], row["consent"]) == ("guild", "confirmed", "form of 3 May")
    assert "form of 3 May" in call("subscribers", "list", "--list", "guild").stdout
    assert json.loads(call("subscribers", "remove", "ann@example.org", "--json").stdout)["lists"] == 1


def test_status_tells_of_an_edit_that_was_not_taken_up_and_of_all_else(config: Path) -> None:
    config.write_text(config.read_text().replace("query", "qery"))

    told = call("status")

    assert told.exit_code == Exit.DONE
    assert "config     feeds.yaml:" in told.stdout
    assert "not taken up" in told.stdout
    assert "deliveries 0 waiting" in told.stdout


def test_status_alive_fails_where_nothing_runs(config: Path) -> None:
    told = call("status", "--alive")

    assert told.exit_code == Exit.FAILED
    assert "never started" in told.stderr


@pytest.mark.parametrize("words", ["items", "deliveries list", "subscribers list", "schema", "version", "config show"])
def test_every_command_takes_both_config_and_database(words: str, config: Path) -> None:
    databases.put(Path("other.db"))
    told = call(*words.split(), "--config", str(config), "--database", "sqlite:///other.db", "--json")

    assert told.exit_code == Exit.DONE, told.stderr
