"""briefing db: what an operator is told when a backup is made, restored, held, or cannot be; and space given back."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

from briefing.clock import utc_now
from briefing.store import engine
from briefing.store.engine import Store
from tests.contract.seeds import ADDED, REVISIONS, sow
from tests.integration.command import call

pytestmark = pytest.mark.slow

ROWS = 1 + sum(len(rows) for added in ADDED for rows in added.rows.values())  # and when it was made


WHY = "restored from a backup made before 2"
LOOK = "look: briefing deliveries list --failed; send: briefing deliveries retry --all\n"


@pytest.fixture
def stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a database with rows in every table, named as by default, in the current folder."""
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///briefing.db")
    store.upgrade()
    with store.transaction() as session:
        sow(session.connection(), REVISIONS[-1])
    store.close()
    return store


def db(*args: str, typed: str = "") -> Result:
    return call("db", *args, typed=typed)


def test_a_backup_and_the_way_back(stood: Store) -> None:
    made = db("backup", "b.db")
    assert (made.exit_code, made.stdout[:15]) == (0, "wrote      b.db")
    restored = db("restore", "b.db")
    assert restored.exit_code == 0, restored.output
    assert f"restored   {ROWS} rows from b.db, made 2" in restored.stdout
    assert "not sent   4 messages that waited then; they may have been sent since" in restored.stdout
    (kept,) = Path().glob("briefing.db.before-restore-*Z")
    assert f"undo: briefing db restore {kept} --resend" in restored.stderr
    assert call("deliveries", "list", "--failed", "--json").stdout.count("restored from a backup of 2") == 6
    undone = db("restore", str(kept), "--resend")
    assert "waiting    4 messages; briefing run sends them, some perhaps again" in undone.stdout
    found = json.loads(call("deliveries", "list", "--json").stdout)
    assert [one["state"] for one in found[:2]] == ["silenced", "pending"]


def test_a_program_reads_the_same_as_json(stood: Store) -> None:
    made = json.loads(db("backup", "b.db", "--json").stdout)
    assert made == {"file": "b.db", "bytes": Path("b.db").stat().st_size}
    restored = json.loads(db("restore", "b.db", "--json").stdout)
    assert {name: restored[name] for name in ("file", "rows", "waiting", "undo", "resend")} == {
        "file": "b.db",
        "rows": ROWS,
        "waiting": 4,
        "undo": True,
        "resend": False,
    }
    assert Path(restored["kept"]).exists()
    space = json.loads(db("vacuum", "--json").stdout)
    assert space["before"] >= space["after"] == Path("briefing.db").stat().st_size


@pytest.fixture
def put_back(stood: Store, database: str) -> str:
    """Return the URL of a database that was put back, and says nothing of it: by cp, or by pg_restore."""
    if not database:
        shutil.copy("briefing.db", "copied.db")
        return "sqlite:///copied.db"
    with closing(Store(database)) as store, store.transaction() as session:
        sow(session.connection(), REVISIONS[-1])
    return database


def failed(url: str) -> str:
    return call("deliveries", "list", "--failed", "--json", "--database", url).stdout


def test_what_waits_in_a_database_that_was_put_back_is_held_once_one_agrees(put_back: str) -> None:
    url = ("--database", put_back)
    asked = db("hold", *url, typed="n\n")
    assert (asked.exit_code, "nothing was held\n  hint: --yes does not ask" in asked.stderr) == (1, True)
    assert "Hold 4 messages, which may have been sent? [y/N]" in asked.stderr
    assert WHY not in failed(put_back)

    held = db("hold", *url, typed="y\n")
    said = "held       4 messages that waited; they may have been sent since the copy was made\n"
    assert (held.exit_code, held.stdout, held.stderr.endswith(LOOK)) == (0, said, True), held.output
    assert failed(put_back).count(WHY) == 6

    again = db("hold", *url)
    assert (again.exit_code, again.stdout, again.stderr) == (0, "held       nothing: no message waits\n", "")
    assert call("deliveries", "retry", "--all", *url).stdout == "4 put back; briefing run sends them\n"


def test_a_program_has_it_held_without_a_question(put_back: str) -> None:
    url = ("--database", put_back, "--yes", "--json")
    assert json.loads(db("hold", *url).stdout) == {"held": 4}
    assert json.loads(db("hold", *url).stdout) == {"held": 0}
    assert failed(put_back).count(WHY) == 6


def _remove(_: Store) -> None:
    Path("briefing.db").unlink()


def _stamp(_: Store) -> None:
    with closing(sqlite3.connect("b.db")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()


def _nothing(_: Store) -> None:
    pass


REFUSALS: dict[str, tuple[Callable[[Store], None], list[str], int, str]] = {
    "a file that is there": (_nothing, ["backup", "b.db"], 2, "b.db is there already\n  hint: --force replaces it"),
    "no folder": (_nothing, ["backup", "no/b.db"], 2, "no/b.db: there is no folder no"),
    "a folder": (_nothing, ["backup", "."], 2, ".: is a folder"),
    "over itself": (_nothing, ["backup", "briefing.db", "--force"], 2, "briefing.db is the database itself"),
    "no database": (_remove, ["backup", "new.db"], 1, "briefing.db: there is no database"),
    "no database to hold": (_remove, ["hold", "--yes"], 1, "briefing.db: there is no database"),
    "no database to vacuum": (_remove, ["vacuum"], 1, "briefing.db: there is no database"),
    "restored from itself": (_nothing, ["restore", "briefing.db"], 2, "briefing.db is the database itself"),
    "no such backup": (_nothing, ["restore", "no.db"], 1, "no.db: no such file or directory"),
    "no backup": (
        lambda _: Path("no.db").write_text("x") and None,
        ["restore", "no.db"],
        1,
        "no.db: not a backup of ours\n  hint: give a file that briefing db backup wrote",
    ),
    "a newer backup": (_stamp, ["restore", "b.db"], 1, "b.db: the database has schema 9999, made by a newer version"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_done_is_said_and_nothing_changes(stood: Store, name: str) -> None:
    spoil, args, status, said = REFUSALS[name]
    assert db("backup", "b.db").exit_code == 0
    spoil(stood)
    before = sorted((path.name, path.read_bytes()) for path in Path().iterdir() if path.is_file())
    refused = db(*args)
    assert (refused.exit_code, said in refused.stderr) == (status, True), refused.stderr
    after = [(path.name, path.read_bytes()) for path in Path().iterdir() if path.is_file()]
    assert sorted(one for one in after if not one[0].endswith(("-wal", "-shm", ".lock"))) == before


@pytest.mark.parametrize("words", ["restore b.db", "hold --yes"])
def test_nothing_is_restored_or_held_under_a_service_that_runs(stood: Store, words: str) -> None:
    db("backup", "b.db")
    with stood.lock():
        refused = db(*words.split())
    assert (refused.exit_code, "briefing.db is in use by process" in refused.stderr) == (75, True)
    assert "restored from" not in failed("sqlite:///briefing.db")


def test_a_beat_in_a_file_of_sqlite_is_that_of_the_service_it_was_copied_from(stood: Store) -> None:
    with stood.transaction() as session:
        engine.note(session, name="beat", value=utc_now().isoformat())
    assert db("hold", "--yes").exit_code == 0


def test_a_database_that_others_write_to_is_vacuumed_later(stood: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_SQLITE_CONNECT", ("PRAGMA busy_timeout=50", *engine._SQLITE_CONNECT[1:]))
    with closing(sqlite3.connect("briefing.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert db("vacuum").exit_code == 75
    assert db("vacuum").exit_code == 0


@pytest.mark.postgres
def test_a_postgresql_database_is_replaced_only_if_one_says_so_and_no_service_is_at_work(
    stood: Store, empty_postgres: str
) -> None:
    url = ("--database", empty_postgres)
    db("backup", "b.db")
    assert db("restore", "b.db", *url).exit_code == 0
    asked = db("restore", "b.db", *url, typed="n\n")
    assert (asked.exit_code, "nothing was restored" in asked.stderr) == (1, True)
    assert db("restore", "b.db", *url, typed="y\n").exit_code == 0
    with closing(Store(empty_postgres)) as store, store.transaction() as session:
        engine.note(session, name="beat", value=utc_now().isoformat())
    at_work = db("restore", "b.db", *url, "--yes")
    assert (at_work.exit_code, "a service is at work" in at_work.stderr) == (75, True)
    unheld = db("hold", *url, "--yes")
    assert (unheld.exit_code, "a service is at work" in unheld.stderr) == (75, True)
    assert db("backup", "p.db", *url).exit_code == 0
    assert db("vacuum", *url).exit_code == 0
