"""`briefing doctor` among servers on loopback that work and that fail: what it finds, and the mend it names."""

import json
import os
import shutil
import socket
import sqlite3
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from briefing.config import smtp as config
from briefing.config.smtp import StartTls
from briefing.doctor import database, examine, mail
from briefing.doctor.case import Case, Installation, Records, TroubleError, read_config, read_database
from briefing.errors import StoreError
from briefing.model import Condition, FeedId, Finding, Level, Polled, Schema, notes
from briefing.send.probe import probe
from briefing.store import condition, engine, feeds
from briefing.store.engine import Store
from demo.smtp_sink import SmtpSink
from tests import databases
from tests.integration.command import LITERALS, SECRETS, call, write_config
from tests.integration.name_server import SERVFAIL, SILENCE, Alias, Named, NameServer, Texts

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL
NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
TLS = Path(__file__).parents[1] / "data" / "tls"
VALID, EXPIRED = [(TLS / f"{name}.pem", TLS / f"{name}.key") for name in ("localhost", "expired")]
RECORDS: Mapping[str, Texts] = {
    "news.net": ['"\\255 unrelated"', '"v=spf1 mx " "-all"'],
    "_dmarc.news.net": ['"v=DMARC1; p=reject"'],
    "s1._domainkey.news.net": Alias("s1.keys.provider.net"),
    "s1.keys.provider.net": [f'"v=DKIM1; p=" "{"MIII" * 50}" "{"MIII" * 48}"'],
}


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Return an installation in which all is well, but that it has no mail server."""
    path = tmp_path / "briefing.db"
    databases.put(path)
    installation = Installation(
        write_config(tmp_path), f"sqlite:///{path}", {}, offline=True, clock=lambda: NOW, seconds=20
    )
    write(installation, beat=NOW - timedelta(seconds=20))
    return installation


@contextmanager
def opened(place: Installation) -> Iterator[engine.Session]:
    with closing(Store(place.database)) as store, store.transaction() as session:
        yield session


def write(place: Installation, *, beat: datetime | None = None, refused: str = "") -> None:
    with opened(place) as session:
        if beat:
            engine.note(session, name=notes.BEAT, value=beat.isoformat())
        engine.note(session, name=notes.REFUSED, value=refused)


def polled(place: Installation, *, at: datetime = NOW, failing: int = 0, gone: int = 0, fine: int = 0) -> None:
    """Put feeds into file and database, with how their last poll went."""
    named = {
        f"{kind}{n}": kind for kind, count in (("bad", failing), ("gone", gone), ("good", fine)) for n in range(count)
    }
    text = place.config.read_text().replace(
        "feeds:\n", "feeds:\n" + "".join(f"  {n}: {{url: 'http://127.0.0.1:9/{n}'}}\n" for n in named)
    )
    place.config.write_text(text)
    with opened(place) as session:
        feeds.sync(session, feeds={FeedId(n): f"http://127.0.0.1:9/{n}" for n in named}, now=at)
        for name, kind in named.items():
            outcome = "new" if kind == "good" else "failed"
            ok, later = kind == "good", at + timedelta(hours=1)
            feeds.polled(session, Polled(FeedId(name), at, later, ok, outcome, error="503", gone=kind == "gone"))


def diagnosis(place: Installation) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine.examine(place)}


def ask(place: Installation, question: str) -> Finding:
    """Ask one question alone, for the price of one."""
    found = examine.QUESTIONS[question](Case(place, read_config(place), read_database(place), place.clock()))
    assert found is not None
    return found


def configure(place: Installation, **site: object) -> Installation:
    """Say more under `site`, and have the network asked."""
    sender = {"from": "desk@news.net", "timezone": "Europe/London", **site}
    text = place.config.read_text()
    old = next(line for line in text.splitlines() if line.startswith("site:"))
    place.config.write_text(text.replace(old, f"site: {json.dumps(sender)}"))
    return replace(place, offline=False)


def test_where_all_is_well_nothing_is_to_mend_but_what_a_beginner_has_not_done(place: Installation) -> None:
    found = diagnosis(place)

    wrong = {name: finding.level for name, finding in found.items() if finding.level is not OK}
    assert wrong == {"smtp": WARN, "domain": WARN}
    assert "outbox" in found["smtp"].fact
    assert "example.org is a domain for examples" in found["domain"].fact
    assert {"spf", "dkim", "dmarc"}.isdisjoint(found)
    assert "Europe/London" in found["zones"].fact
    assert found["service"].fact == "at work, last beat 11:59:40 UTC"
    assert found["feeds"].fact == "2 not polled yet"


def test_the_command_prints_a_line_a_finding_with_its_mend_and_as_json_the_same(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.config.parent)
    told, same = call("doctor", "--offline"), call("doctor", "--offline", "--json")

    assert told.exit_code == same.exit_code == 0
    assert "database   ok    briefing.db: " in told.stdout
    assert "service    warn  not at work since 2026-11-05 11:59 UTC\n" + " " * 17 + "mend: briefing run" in told.stdout
    shown = json.loads(same.stdout)
    assert shown["ok"] is True
    assert [finding["name"] for finding in shown["findings"]] == [
        line.split()[0] for line in told.stdout.splitlines() if not line.startswith(" ")
    ]
    failed = call("doctor", "--offline", "--database", "sqlite:////nowhere/x.db")
    assert failed.exit_code == 1
    assert "/nowhere/x.db: there is no such folder" in failed.stdout


AREAS = {
    "config": ["config", "templates", "zones"],
    "database": ["clock", "disk", "database", "migrations"],
    "service": ["service"],
    "feeds": ["feeds"],
    "channels": ["channels"],
    "mail": ["smtp", "domain", "spf", "dkim", "dmarc", "ptr"],
}


def told(*words: str) -> list[str]:
    """Return which questions `briefing doctor` answers."""
    return [finding["name"] for finding in json.loads(call("doctor", *words, "--json").stdout)["findings"]]


@pytest.mark.parametrize("area", AREAS)
def test_an_area_is_asked_about_alone(place: Installation, monkeypatch: pytest.MonkeyPatch, area: str) -> None:
    monkeypatch.chdir(place.config.parent)
    place.config.write_text(place.config.read_text() + LITERALS.replace("${HOOK}", SECRETS["HOOK"]))
    monkeypatch.setenv("SLACK", SECRETS["SLACK"])
    with NameServer(HERE | RECORDS | {BACK: Named("PTR", ("mail.news.net.",))}) as names:
        configure(place, smtp={"host": "mail.news.net", "port": 9, "starttls": "off"}, dkim_selector="s1")
        monkeypatch.setattr(mail, "probe", lambda *_, **__: Finding("smtp", OK, "lets us in"))
        asked = ("--nameserver", names.address)
        found = told(area, *asked)
        everything = told(*asked)

    assert found == [name for name in AREAS[area] if name != "domain"]
    assert everything == [name for names in AREAS.values() for name in names if name != "domain"]
    assert list(examine.QUESTIONS) == [name for names in AREAS.values() for name in names]


def test_mail_is_asked_about_without_a_database_and_without_the_network_if_it_is_to_be(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.config.parent)
    nowhere = ("--database", "sqlite:////nowhere/x.db")
    assert call("doctor", *nowhere, "mail", "--offline").exit_code == 0
    assert told("mail", *nowhere, "--offline") == ["smtp", "domain"]

    configure(place, smtp={"host": "mail.news.net"})
    nothing = call("doctor", "mail", "--offline")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "nothing to ask about mail offline\n")
    assert json.loads(call("doctor", "mail", "--offline", "--json").stdout) == {"ok": True, "findings": []}


def test_what_an_area_waits_for_is_told_before_it(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.config.parent)
    assert told("feeds", "--database", "sqlite:////nowhere/x.db") == ["database", "feeds"]

    place.config.write_text(place.config.read_text().replace("query:", "qery:"))
    assert told("mail") == ["config", *AREAS["mail"]]
    assert told("database") == AREAS["database"]
    assert told("config") == AREAS["config"]
    assert call("doctor", "mail").exit_code == 1
    assert call("doctor", "database").exit_code == 0


def test_an_area_that_there_is_not_is_refused_with_those_there_are(place: Installation) -> None:
    refused = call("doctor", "mial")
    assert refused.exit_code == 2
    assert f"'mial' is not one of {', '.join(map(repr, AREAS))}." in " ".join(refused.stderr.split())


def test_without_a_right_feeds_yaml_the_rest_is_told(place: Installation) -> None:
    write(place, refused="feeds.yaml:3:1: error: unknown key\nanother")
    place.config.write_text(place.config.read_text().replace("query:", "qery:"))
    found = diagnosis(place)

    assert found["config"].level is FAIL
    assert "1 error; the first: " in found["config"].fact
    assert 'unknown key "qery"' in found["config"].fact
    assert {name for name, finding in found.items() if "because of config" in finding.fact} == {
        "templates", "zones", "feeds", "channels", "smtp", "domain", "spf", "dkim", "dmarc", "ptr",
    }  # fmt: skip
    assert found["database"].level is found["migrations"].level is found["disk"].level is OK
    assert (
        found["service"].fact == "at work, but an edit of the file was not taken up: feeds.yaml:3:1: error: unknown key"
    )

    place.config.unlink()
    missing = diagnosis(place)["config"]
    assert (missing.level, missing.fact) == (FAIL, f"{place.config}: no such file")
    assert "briefing init" in missing.mend


def test_a_template_that_breaks_is_named(place: Installation) -> None:
    own = place.config.parent / "templates" / "alert"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("{{ nothing.there }}")
    found = ask(place, "config")

    assert found.level is FAIL
    assert "alert/body.txt:1" in found.fact


def test_no_database_is_made_by_looking_for_one(place: Installation, tmp_path: Path) -> None:
    (tmp_path / "briefing.db").unlink()
    found = diagnosis(place)

    assert (found["database"].level, found["database"].mend) == (WARN, "briefing run makes it")
    assert {name for name, finding in found.items() if "because of database" in finding.fact} == {
        "migrations", "service", "feeds", "channels",
    }  # fmt: skip
    assert found["clock"].level is found["disk"].level is OK
    with pytest.raises(StoreError, match="unable to open"):
        condition.file(tmp_path / "briefing.db", seconds=1)
    assert [path.name for path in tmp_path.iterdir()] == ["feeds.yaml"]


def test_tables_of_another_version_are_told_and_left_alone(place: Installation) -> None:
    with closing(Store(place.database)) as store:
        store.downgrade("0001")
        behind = diagnosis(place)
        assert store.revision() == "0001"
        assert (behind["migrations"].level, behind["service"].level) == (WARN, WARN)
        assert "briefing db upgrade" in behind["migrations"].mend
        assert "because of migrations" in behind["feeds"].fact

        with store.transaction() as session:
            session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        newer = ask(place, "migrations")
        assert (newer.level, newer.fact) == (FAIL, "tables are at 9999, which a newer version made")

        nothing = place.config.parent / "empty.db"
        nothing.touch()
        empty = ask(replace(place, database=f"sqlite:///{nothing}"), "migrations")
        assert "tables are at nothing" in empty.fact


def test_a_file_that_is_no_database_and_one_that_is_damaged_fail(place: Installation, tmp_path: Path) -> None:
    path = tmp_path / "briefing.db"
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'items'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    at = (root - 1) * size
    path.write_bytes(whole[:at] + b"\xff" * size + whole[at + size :])
    damaged = diagnosis(place)["database"]
    assert damaged.level is FAIL
    assert "damaged" in damaged.fact or "malformed" in damaged.fact

    path.write_bytes(b"no database, whatever its name says" * 100)
    found = diagnosis(place)
    assert (found["database"].level, "not a database" in found["database"].fact) == (FAIL, True)
    assert "because of database" in found["service"].fact

    folder = diagnosis(replace(place, database=f"sqlite:///{tmp_path}"))["database"]
    assert (folder.level, "unable to open" in folder.fact) == (FAIL, True)


def test_what_cannot_be_written_is_told(place: Installation, tmp_path: Path) -> None:
    path = tmp_path / "briefing.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        locked = ask(place, "database")
    assert (locked.level, "another process" in locked.fact) == (WARN, True)

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    assert "not WAL" in ask(place, "database").fact
    assert ask(place, "database").level is OK  # what read the notes has turned it on, as every command does


CONDITIONS = {
    "sound": (Condition(1, wal=True), None),
    "damaged": (Condition(1, flaw="row 1 missing from index", wal=True), (FAIL, "row 1 missing")),
    "read-only": (Condition(1, refusal="attempt to write a readonly database", wal=True), (FAIL, "readonly")),
    "locked": (Condition(1, refusal="database is locked", wal=True), (WARN, "another process")),
    "damaged and read-only": (Condition(1, refusal="readonly", flaw="page 3", wal=True), (FAIL, "page 3")),
    "an old server": (Condition(1, version=13), (FAIL, "14 or newer")),
    "a server": (Condition(1, version=14), None),
    "a standby": (Condition(1, refusal="it is a standby", version=16), (FAIL, "standby")),
}


@pytest.mark.parametrize(("found", "expected"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_the_worst_of_a_database_is_told(found: Condition, expected: tuple[Level, str] | None) -> None:
    trouble = database.trouble(found)

    assert (trouble and trouble[0]) == (expected and expected[0])
    assert expected is None or (trouble is not None and expected[1] in trouble[1])


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /mnt/with\\040space nfs4 rw 0 0
/dev/sdb1 /mnt/with\\040space/local xfs rw 0 0
//host/share /srv/share cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/briefing.db", None),
        ("/mnt/with space/briefing.db", "nfs4"),
        ("/mnt/with space/local/briefing.db", None),
        ("/srv/share/deep/briefing.db", "cifs"),
        ("/srv/shared/briefing.db", None),
    ],
)
def test_network_file_systems_are_told_by_where_they_are_mounted(path: str, kind: str | None) -> None:
    assert condition.remote(Path(path), MOUNTS) == kind
    assert condition.remote(Path(path), "") is None


def test_a_search_for_damage_ends_in_time(place: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "_STEPS", 1)
    found = condition.file(tmp_path / "briefing.db", seconds=-1)
    assert (found.searched, found.flaw, found.wal) == (False, None, True)


CLOCKS = {"as recorded": (0, OK), "a little behind": (60, WARN), "an hour behind": (3600, FAIL)}


@pytest.mark.parametrize(("behind", "level"), CLOCKS.values(), ids=CLOCKS.keys())
def test_a_clock_behind_what_was_recorded_is_told(place: Installation, behind: int, level: Level) -> None:
    polled(place, at=NOW + timedelta(seconds=behind), fine=1)
    found = ask(place, "clock")

    assert found.level is level, found
    assert level is OK or f"{timedelta(seconds=behind)} behind what was recorded at" in found.fact


ROOM = {
    "enough": (500, 100, OK), "less than a tenth": (500, 49, WARN), "less than a gigabyte": (5, 0.9, WARN),
    "next to nothing": (500, 0.09, FAIL),
}  # fmt: skip


@pytest.mark.parametrize(("total", "free", "level"), ROOM.values(), ids=ROOM.keys())
def test_room_on_the_disk(
    place: Installation, monkeypatch: pytest.MonkeyPatch, total: float, free: float, level: Level
) -> None:
    blocks = SimpleNamespace(f_blocks=total * 1e6, f_frsize=1000, f_bfree=free * 1e6, f_bavail=free * 1e6)
    monkeypatch.setattr(os, "statvfs", lambda _: blocks)
    found = ask(place, "disk")

    assert found.level is level, found
    assert f"free of {total:,.1f} GB at {place.config.parent}" in found.fact


FEEDS = {
    "all fine": ({"fine": 2}, OK, "2 ok · 2 not polled yet"),
    "some fail": ({"fine": 1, "failing": 5}, WARN, "5 failing (bad0, bad1, bad2 and 2 more)"),
    "one is gone": ({"fine": 1, "gone": 1}, WARN, "1 gone (gone0)"),
    "all fail": ({"failing": 1}, FAIL, "1 failing (bad0)"),
}


@pytest.mark.parametrize(("how", "level", "words"), FEEDS.values(), ids=FEEDS.keys())
def test_the_last_polls(place: Installation, how: dict[str, int], level: Level, words: str) -> None:
    polled(place, **how)
    found = ask(place, "feeds")

    assert (found.level, words in found.fact) == (level, True), found


def test_feeds_that_nobody_polls_are_late(place: Installation) -> None:
    polled(place, fine=1)
    later = replace(place, clock=lambda: NOW + timedelta(hours=2))
    found = ask(later, "feeds")

    assert (found.level, found.mend) == (WARN, "briefing run polls them")
    assert ask(later, "service").fact == "not at work since 2026-11-05 11:59 UTC"


def test_a_mail_server_and_records_that_are_right(place: Installation) -> None:
    with SmtpSink(users={"me": "hunter2"}) as sink, NameServer(RECORDS) as names:
        server = {"host": sink.host, "port": sink.port, "starttls": "off", "user": "me", "password": "hunter2"}
        asking = replace(configure(place, smtp=server, dkim_selector="s1"), nameserver=names.address)
        found = diagnosis(asking)
        offline = diagnosis(replace(asking, offline=True))

    assert {name: found[name].level for name in ("smtp", "spf", "dkim", "dmarc")} == dict.fromkeys(
        ("smtp", "spf", "dkim", "dmarc"), OK
    ), found
    assert "took the login, not encrypted, mail up to 34 MB" in found["smtp"].fact
    assert sink.commands == ["EHLO", "AUTH", "QUIT"]
    assert {"smtp", "spf", "dkim", "dmarc", "domain"}.isdisjoint(offline)
    assert sorted(names.asked) == ["_dmarc.net", "_dmarc.news.net", "news.net", "s1._domainkey.news.net"]


def test_a_refused_login_is_told_without_the_password(place: Installation) -> None:
    echo = "535 5.7.8 no: AG1lAGh1bnRlcjI="  # what AUTH PLAIN sent: user and password
    with SmtpSink(users={"me": "right"}) as sink, NameServer({}) as names:
        sink.fail("AUTH", echo, times=5)
        server = {"host": sink.host, "port": sink.port, "starttls": "off", "user": "me", "password": "hunter2"}
        found = diagnosis(replace(configure(place, smtp=server), nameserver=names.address))

    assert (found["smtp"].level, "refused the login: 535" in found["smtp"].fact) == (FAIL, True)
    assert "hunter2" not in str(found)
    assert "AG1lAGh1bnRlcjI" not in str(found)
    assert (found["spf"].level, found["dmarc"].level) == (WARN, WARN)
    assert "site.dkim_selector" in found["dkim"].mend


def test_a_database_url_is_told_without_its_password(place: Installation) -> None:
    found = diagnosis(replace(place, database="postgresql://me:hunter2@127.0.0.1:9/briefing"))

    assert found["database"].level is FAIL
    assert "refused" in found["database"].fact
    assert "hunter2" not in str(found)
    assert found["disk"].level is OK

    url = "postgresql://me:hunter2@db.news.net/briefing?password=hunter2"
    server = Records(None, Condition(10**7, version=16, now=NOW), Schema("1", "1", known=True), NOW)
    told = Case(replace(place, database=url), read_config(place), server, NOW)
    expected = "PostgreSQL 16 at postgresql://***@db.news.net/briefing?password=***: 10.0 MB"
    assert database.database(told) == Finding("database", OK, expected)

    apart = Case(place, read_config(place), replace(server, at=NOW + timedelta(minutes=6)), NOW)
    assert (database.clock(apart).level, "0:06:00 apart from the database" in database.clock(apart).fact) == (
        FAIL,
        True,
    )


def test_a_mail_server_that_is_not_there_and_one_that_never_answers(place: Installation) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        server = {"host": "127.0.0.1", "port": port, "starttls": "off"}
        asking = replace(configure(place, smtp=server), seconds=0.25)
        assert "Connection refused" in ask(asking, "smtp").fact
        silent.listen()
        found = ask(asking, "smtp")
    assert (found.level, found.fact) == (FAIL, f"the mail server 127.0.0.1:{port} did not answer within 0.2 s")


def test_a_name_server_that_fails_is_not_taken_for_missing_records(place: Installation) -> None:
    silent: Mapping[str, Texts] = {"news.net": SILENCE, "_dmarc.news.net": SERVFAIL}
    with NameServer(silent) as names:
        asking = replace(configure(place, dkim_selector="s1"), nameserver=names.address, seconds=0.25)
        for question, fact in {
            "spf": "not checked: no name server told within 0.2 s what texts news.net has",
            "dmarc": "not checked: the name servers fail on _dmarc.news.net: SERVFAIL",
        }.items():
            with pytest.raises(TroubleError) as trouble:
                ask(asking, question)
            assert (trouble.value.level, str(trouble.value)) == (WARN, fact)
        assert ask(asking, "dkim").fact == "there is no key at s1._domainkey.news.net"


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])


def test_a_certificate_that_ends_soon_is_told_and_one_that_ended_fails() -> None:
    end = datetime(2126, 10, 30, tzinfo=UTC)
    with SmtpSink(certificate=VALID) as sink:
        server = config.Smtp(host="localhost", port=sink.port)
        early = probe(server, now=end - timedelta(days=15), seconds=3, tls=trusting(VALID))
        late = probe(server, now=end - timedelta(days=13), seconds=3, tls=trusting(VALID))
        careless = probe(server.model_copy(update={"starttls": StartTls.OPTIONAL}), now=end, seconds=3)
    with SmtpSink(certificate=EXPIRED) as sink:
        server = config.Smtp(host="localhost", port=sink.port)
        ended = probe(server, now=end, seconds=3, tls=trusting(EXPIRED))

    assert (early.level, "TLSv1.3, certificate valid until 2126-10-30" in early.fact) == (OK, True), early
    assert (late.level, late.fact.endswith("ends on 2126-10-30")) == (WARN, True)
    assert (careless.level, "with an unchecked certificate" in careless.fact) == (OK, True), careless
    assert (ended.level, "certificate has expired" in ended.fact) == (FAIL, True), ended


def test_an_outbox_that_takes_no_file_fails(place: Installation) -> None:
    (place.config.parent / "outbox").write_text("in the way")
    assert ask(place, "smtp").level is FAIL


def test_a_question_that_breaks_and_one_that_hangs_are_findings_and_no_more(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:  # takes connections and says nothing, as a server behind a broken proxy
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/briefing"
        monkeypatch.setattr(shutil, "disk_usage", lambda _: 1 / 0)
        found = diagnosis(replace(place, database=url, seconds=1))

    assert (found["database"].level, found["database"].fact) == (FAIL, "no answer within 1 s")
    assert (found["disk"].level, found["disk"].fact) == (FAIL, "the question broke: ZeroDivisionError")
    assert found["domain"].level is WARN


ADDRESS, BACK = "93.184.215.14", "14.215.184.93.in-addr.arpa"
HERE: Mapping[str, Texts] = {"mail.news.net": Named("A", (ADDRESS,))}


@pytest.mark.parametrize(
    ("names", "level", "fact"),
    [
        pytest.param(HERE | {BACK: Named("PTR", ("mail.news.net.",))}, OK, "is mail.news.net, and back", id="named"),
        pytest.param(HERE, WARN, "has no name that leads back to it", id="nameless"),
        pytest.param(
            HERE | {BACK: Named("PTR", ("other.news.net.",)), "other.news.net": Named("A", ("93.184.215.15",))},
            WARN,
            "has no name that leads back to it",
            id="a name that leads elsewhere",
        ),
    ],
)
def test_a_mail_servers_public_address_has_a_name_that_leads_back(
    place: Installation, names: Mapping[str, Texts], level: Level, fact: str
) -> None:
    with NameServer(names) as server:
        asking = replace(configure(place, smtp={"host": "mail.news.net"}), nameserver=server.address)
        found = ask(asking, "ptr")
    assert (found.level, fact in found.fact, ADDRESS in found.fact) == (level, True, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.9", "mailserver", "unknown.news.net"])
def test_of_a_private_mail_server_no_name_is_asked(place: Installation, host: str) -> None:
    with NameServer({}) as server:
        asking = replace(configure(place, smtp={"host": host}), nameserver=server.address)
        assert mail.ptr(Case(asking, read_config(asking), read_database(asking), NOW)) is None
        assert not [name for name in server.asked if name.endswith("arpa")]
