"""Subscribers as an operator moves them: CSV in, CSV out, and one who asks to be forgotten."""

import json
import re
import stat
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email

from briefing.cli import sheet
from briefing.cli.failure import Exit
from briefing.enrol import EnrolError, normalised
from briefing.model import Subscription, SubscriptionState
from briefing.store import audience
from briefing.store.engine import Store
from tests import databases
from tests.integration.command import call, write_config

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = "address,list,state,consent,since,suppressed,locale\n"
MAY = "2026-05-03T00:00:00+00:00"
TO = ("--list", "guild", "--consent", "form")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a feeds.yaml of one list, and two empty databases."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path)
    for name in ("briefing.db", "elsewhere.db"):
        databases.put(tmp_path / name)
    return tmp_path


def bring(text: str | bytes, *more: str) -> dict[str, Any]:
    """Import a file and return what was told."""
    Path("people.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    told = call("subscribers", "import", "people.csv", "--json", *more)
    assert told.exit_code == Exit.DONE, told.stderr
    return dict(json.loads(told.stdout))


def stored(*more: str) -> list[tuple[str, str, str, str]]:
    """Return who is stored: address, state, consent, day."""
    rows = json.loads(call("subscribers", "list", "--json", *more).stdout)
    return [(row["address"], row["state"], row["consent"], row["since"][:10]) for row in rows]


TODAY = "the day it is read"


def today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        pytest.param("address\nann@example.org\n", ("ann@example.org", "form", TODAY), id="one column"),
        pytest.param("ann@example.org\n", ("ann@example.org", "form", TODAY), id="no header"),
        pytest.param("\n\nann@example.org", ("ann@example.org", "form", TODAY), id="empty lines, no end"),
        pytest.param("E-Mail;Name\r\nann@example.org;Ann\r\n", ("ann@example.org", "form", TODAY), id="semicolons"),
        pytest.param("Name\tMAIL\nAnn\tann@example.org\n", ("ann@example.org", "form", TODAY), id="tabs"),
        pytest.param(b"\xef\xbb\xbfemail\nann@example.org\n", ("ann@example.org", "form", TODAY), id="a BOM"),
        pytest.param(
            'address,consent,since\n"ann@example.org","form, page 2\nand 3",2026-05-03\n',
            ("ann@example.org", "form, page 2\nand 3", "2026-05-03"),
            id="quotes over two lines",
        ),
        pytest.param(
            "address,since\nann@example.org,2026-05-03T01:00:00+02:00\n",
            ("ann@example.org", "form", "2026-05-02"),
            id="a zone",
        ),
        pytest.param(f"address,x\nann@example.org,{'x' * 10**6}\n", ("ann@example.org", "form", TODAY), id="1 MB"),
        pytest.param("address\nünï@bücher.example\n", ("ünï@bücher.example", "form", TODAY), id="not ASCII"),
    ],
)  # fmt: skip
def test_a_file_is_read_however_it_is_written(text: str | bytes, who: tuple[str, str, str]) -> None:
    began = today()
    told = bring(text, *TO)
    address, consent, since = who
    assert (told["new"], told["bad"]) == (1, 0)
    days = {began, today()} if since == TODAY else {since}
    assert stored() in [[(address, "confirmed", consent, day)] for day in days]


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        pytest.param(
            "address\nann@\n\nbob@example.org\nno,body\n",
            TO,
            ['people.csv:2: address "ann@" is not an e-mail address: ', "people.csv:5: 2 cells under 1 columns"],
            id="two of three rows",
        ),
        pytest.param(
            'address,since\n"a@example.org","\n2026-05-03"\nb@example.org,soon\nc@example.org,2999-01-01\n',
            TO,
            ['people.csv:4: since "soon" is not a date', 'people.csv:5: since "2999-01-01" is in the future'],
            id="lines of a row that spans two",
        ),
        pytest.param("mail,list\na@example.org,gild\n", TO, ['people.csv:2: list "gild" is', '"guild"?'], id="list"),
        pytest.param("address,state\na@example.org,gone\n", TO, ['state "gone" is not confirmed'], id="state"),
        pytest.param("mail,suppressed\na@example.org,eh\n", TO, ['suppressed "eh" is not'], id="suppressed"),
        pytest.param("mail,locale\na@example.org,xx\n", TO, ['locale "xx" is none of ours'], id="locale"),
        pytest.param("a@example.org\n", (), ["no column list", "no column consent"], id="no list, no consent"),
        pytest.param("a,b\n1,2\n", TO, ["people.csv:1: the first line names no column address"], id="no address"),
        pytest.param("mail,e-mail\na@example.org,\n", TO, ["two columns say address"], id="two addresses"),
        pytest.param('address\n"a@example.org\n', TO, ["people.csv:2: cannot be read as CSV"], id="an open quote"),
        pytest.param("address\na\0b@example.org\n", TO, ['people.csv:2: address "a b@example.org" is not'], id="NUL"),
        pytest.param(b"address\n\xe9@example.org\n", TO, ["people.csv:2: not UTF-8"], id="Latin-1"),
        pytest.param("address\na@example.org\n".encode("utf-16"), TO, ["people.csv:1: not UTF-8"], id="UTF-16"),
        pytest.param(f"address\n{'x' * 10**6}@example.org\n", TO, ["longer than 320"], id="1 MB of address"),
        pytest.param("", TO, ["people.csv:1: the first line names no column"], id="an empty file"),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_line_and_nothing_is_imported(
    text: str | bytes, more: tuple[str, ...], said: list[str]
) -> None:
    Path("people.csv").write_bytes(text.encode() if isinstance(text, str) else text)

    told = call("subscribers", "import", "people.csv", *more)

    assert told.exit_code == Exit.FAILED
    assert [words for words in said if words not in told.stderr] == []
    assert "nothing was imported" in told.stderr
    assert len(told.stderr) < 2000
    assert stored() == []


def test_of_many_mistakes_fifty_are_told_and_the_rest_counted() -> None:
    told = call("subscribers", "import", "-", *TO, typed="address\n" + "nobody\n" * 70)
    assert told.stderr.count("-:") == 50
    assert "and 20 mistakes more" in told.stderr


def test_the_right_rows_of_a_file_with_mistakes_are_imported_if_that_is_asked_for() -> None:
    told = call("subscribers", "import", "-", *TO, "--skip-bad", typed="address\nnobody\nann@example.org\n")
    assert told.exit_code == Exit.PARTLY
    assert "1 new" in told.stdout
    assert "-:2: address" in told.stderr
    assert len(stored()) == 1


def test_again_is_harmless_and_a_dry_run_says_the_same_and_writes_nothing() -> None:
    text = "address,list\nAnn@Example.org,guild\nann@example.org,\n"
    dry = bring(text, *TO, "--dry-run")
    assert stored() == []
    first, second = bring(text, *TO), bring(text, *TO)
    assert dry | {"dry_run": False} == first
    assert (first["new"], first["known"], first["repeated"]) == (1, 0, 1)
    assert (second["new"], second["known"], second["repeated"]) == (0, 1, 1)
    assert [address for address, *_ in stored()] == ["Ann@example.org"]


@pytest.mark.parametrize(
    ("row", "more", "outcome"),
    [
        pytest.param("ann@example.org,,", (), "unsubscribed", id="they left"),
        pytest.param("ann@example.org,,2999", (), "unsubscribed", id="whatever the date"),
        pytest.param("ann@example.org,,", ("--resubscribe",), "unsubscribed", id="a consent without a date"),
        pytest.param("ann@example.org,,2001", ("--resubscribe",), "unsubscribed", id="an older consent"),
        pytest.param("ann@example.org,,2999", ("--resubscribe",), "resubscribed", id="a newer consent"),
        pytest.param("ann@example.org,unsubscribed,2999", ("--resubscribe",), "unsubscribed", id="they left again"),
    ],
)
def test_whoever_unsubscribed_stays_so(row: str, more: tuple[str, ...], outcome: str) -> None:
    bring("address,since\nann@example.org,2001-01-01", *TO)
    left = "2002-02-02T00:00:00Z" if "2999" in row else ""
    bring(f"address,state,since\nann@example.org,unsubscribed,{left}", *TO)
    row = row.replace("2999", "2003-03-03").replace("2001", "2001-01-01")

    told = bring(f"address,state,since\n{row}\n", *TO, *more)

    assert told["unsubscribed"] == (["ann@example.org"] if outcome == "unsubscribed" else [])
    assert told["resubscribed"] == (outcome == "resubscribed")
    assert stored()[0][1] == ("confirmed" if outcome == "resubscribed" else "unsubscribed")


def test_a_no_in_the_file_counts_and_one_that_is_older_than_the_yes_does_not() -> None:
    bring("address,since\nann@example.org,2026-05-03\nbob@example.org,2026-05-03", *TO)
    head = "address,state,since\n"
    bring(head + "ann@example.org,unsubscribed,2026-05-02\nbob@example.org,unsubscribed,2026-05-04\n", *TO)
    assert [(address, state) for address, state, *_ in stored()] == [
        ("ann@example.org", "confirmed"),
        ("bob@example.org", "unsubscribed"),
    ]


def test_a_suppressed_address_is_imported_and_gets_no_mail() -> None:
    told = bring("address,suppressed\nann@example.org,yes\nbob@example.org,no\n", *TO)
    assert (told["new"], told["suppressed"]) == (2, 1)
    store = Store("sqlite:///briefing.db")
    with store.reading() as session:
        assert [one.address for one in audience.recipients(session, list="guild")] == ["bob@example.org"]
    store.close()


def test_a_language_is_asked_for_by_name_and_only_one_that_we_speak() -> None:
    assert call("subscribers", "add", "ann@example.org", *TO, "--locale", "fa").exit_code == Exit.DONE
    refused = call("subscribers", "add", "bob@example.org", *TO, "--locale", "fr")
    assert refused.exit_code == Exit.USAGE
    assert "known: de, en, fa" in " ".join(refused.stderr.split())
    bring("cid@example.org\n", *TO, "--locale", "de")
    rows = call("subscribers", "export").stdout.splitlines()[1:]
    assert {row.partition(",")[0]: row.rpartition(",")[2] for row in rows} == {
        "ann@example.org": "fa",
        "cid@example.org": "de",
    }


def test_what_goes_out_comes_back_the_same_elsewhere() -> None:
    rows = [
        f"ann@example.org,guild,confirmed,'=cmd|' /C calc'!A0,{MAY},,fa",
        f"'+bob@example.org,guild,confirmed,''=quoted,{MAY},yes,",
        f'cid@example.org,guild,unsubscribed,"a, b\nc ""d""",{MAY},,de-AT',
        f"dan@example.org,guild,unconfirmed,'-,{MAY},,",
    ]
    bring(HEAD + "\n".join(rows))
    out = call("subscribers", "export").stdout
    elsewhere = ("--database", "sqlite:///elsewhere.db")
    bring(out, *elsewhere)

    assert call("subscribers", "export", *elsewhere).stdout == out
    assert sorted(out.replace(HEAD, "").splitlines()) == sorted("\n".join(rows).splitlines())
    consents = {address: consent for address, _, consent, _ in stored(*elsewhere)}
    assert consents["ann@example.org"] == "=cmd|' /C calc'!A0"
    assert consents["+bob@example.org"] == "'=quoted"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx", "'=1", "''=1", "'1", "1", "'", ""])
def test_no_cell_goes_out_as_a_formula_and_each_comes_back_as_it_was(cell: str) -> None:
    one = Subscription("a@example.org", "guild", SubscriptionState.CONFIRMED, cell.strip() or "form", NOW)
    out = StringIO()
    sheet.write(out, [one])
    assert not re.search(r'(^|,)"?[=+\-@\t\r]', out.getvalue())
    back = sheet.read(StringIO(out.getvalue(), newline=""), "-", sheet.Given(["guild"], NOW))
    assert [row.consent for row in back.wanted.values()] == [one.consent]


def test_an_exported_file_is_its_owners_alone_and_never_overwrites(folder: Path) -> None:
    bring("ann@example.org\n", *TO)
    target = folder / "out.csv"
    assert call("subscribers", "export", "out.csv").exit_code == Exit.DONE
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_text("mine")
    refused = call("subscribers", "export", "out.csv")
    assert (refused.exit_code, target.read_text()) == (Exit.USAGE, "mine")
    call("subscribers", "export", "out.csv", "--force", "--list", "guild")
    assert target.read_text().startswith(HEAD)
    assert sorted(path.name for path in folder.glob(".*")) == []


def test_whoever_is_erased_is_left_out_of_later_files_and_told_of_where_the_config_names_them(folder: Path) -> None:
    config = folder / "feeds.yaml"
    config.write_text(config.read_text().replace("me@example.org", "Ann@example.org") + "\n# for ann@example.org\n")
    (folder / "outbox").mkdir()
    (folder / "outbox" / "1.eml").write_text("To: ann@example.org\n")
    bring("ann@example.org\nbob@example.org\n", *TO)
    assert "nothing was erased" in call("subscribers", "erase", "ann@example.org", typed="n\n").stderr
    assert len(stored()) == 2

    told = json.loads(call("subscribers", "erase", "ANN@example.org", "--yes", "--json").stdout)

    assert told["removed"]["subscriptions"] == 1
    lines = [n for n, line in enumerate(config.read_text().splitlines(), 1) if "nn@example.org" in line]
    assert told["still_in"] == [f"feeds.yaml:{n}" for n in lines] + [str(folder / "outbox" / "1.eml")]
    assert bring("ann@example.org\nbob@example.org\n", *TO)["erased"] == ["ann@example.org"]
    assert [address for address, *_ in stored()] == ["bob@example.org"]
    again = call("subscribers", "add", "ann@example.org", "--list", "guild", "--consent", "a new form")
    assert "it had been erased" in again.stdout
    assert bring("ann@example.org\n", *TO)["known"] == 1


@pytest.mark.parametrize(
    "address",
    ["ann@example.org", "Ann.Lee+x@EXAMPLE.org", "INFO@example.org", "a..b@example.org", ".a@example.org", "a@b",
     "a b@c.de",
     "a" * 64 + "@example.org", "a" * 65 + "@example.org", "a@" + "b." * 100 + "org", "ünï@bücher.example", "@", "a@",
     "a@xn--bcher-kva.example", "a@localhost", "a@[127.0.0.1]", "a@ex_ample.org", "a@-x.org", "", "a@b@example.org"],
)  # fmt: skip
def test_the_short_way_to_judge_an_address_agrees_with_the_library(address: str) -> None:
    try:
        expected = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        with pytest.raises(EnrolError):
            normalised(address)
    else:
        assert normalised(address) == expected
