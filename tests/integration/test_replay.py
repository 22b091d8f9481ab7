"""Items of a file, played as if they arrived: stories, copies, developments; nothing is fetched or stored."""

import json
from pathlib import Path
from typing import Any

import pytest

from briefing.cli.failure import Exit
from tests.integration.command import call

WIRE = (
    "NORTHPORT (AP) — Dock workers in Northport walked out on Monday after talks over pay with the harbour authority"
    " collapsed, leaving eleven container ships at anchor. The union said the strike would last until the authority"
    " withdraws its plan to cut night shifts. Mayor Ida Falk called both sides back to the table."
)
OWN = (
    "Eleven container ships are waiting off Northport. Dock workers there stopped work on Monday in a dispute over"
    " night shifts with the harbour authority. The mayor, Ida Falk, denied that troops would be sent to unload them."
)
PIECES: list[dict[str, Any]] = [
    {"id": "rain", "title": "Rain ends the drought in Lowvale", "summary": "Farmers in Lowvale welcomed the rain.",
     "source": "Valley News", "published": "2026-11-02T09:00:00Z", "lang": "en"},
    {"id": "wire", "title": "Northport dock workers walk out over night shifts", "summary": f"<p>{WIRE}</p>",
     "source": "AP", "published": "2026-11-02T10:00:00Z", "lang": "en"},
    {"id": "copy", "title": "Northport dock workers walk out over night shifts", "summary": WIRE,
     "source": "Evening Star", "published": "2026-11-02T11:00:00Z", "lang": "en"},
    {"id": "own", "title": "Ships wait as Northport dock workers strike", "summary": OWN,
     "source": "Harbour Gazette", "published": "2026-11-02T13:00:00+01:00", "lang": "en"},
    {"id": "old", "title": "No date, no summary"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, *pieces: dict[str, Any]) -> str:
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, pieces)) + "\n\n", encoding="utf-8")
    return "items.jsonl"


def played(source: str, *more: str, typed: str = "") -> dict[str, dict[str, Any]]:
    ended = call("replay", source, "--json", *more, typed=typed)
    assert ended.exit_code == 0, ended.stderr
    return {row["id"]: row for row in map(json.loads, ended.stdout.splitlines())}


def test_a_copy_folds_into_its_original_and_another_report_joins_the_development(folder: Path) -> None:
    found = played(written(folder, *PIECES))
    assert [*found] == ["old", "rain", "wire", "copy", "own"]
    assert {name: row["copy_of"] for name, row in found.items() if row["copy_of"]} == {"copy": "wire"}
    assert found["wire"]["development"] == found["copy"]["development"] == found["own"]["development"] == "wire"
    assert {found["rain"]["development"], found["old"]["development"]} == {"rain", "old"}
    assert found["own"]["stories"] == ["all"]


def test_the_order_of_the_file_does_not_matter_where_there_are_dates(folder: Path) -> None:
    assert played(written(folder, *PIECES)) == played(written(folder, *reversed(PIECES)))


def test_people_are_told_who_reports_what_and_that_it_is_denied(folder: Path) -> None:
    told = call("replay", written(folder, *PIECES)).stdout
    assert "reported by 3 publishers, 2 origins, denied" in told
    assert "confirmed" not in told
    assert len(told.splitlines()) == 1


def test_the_stories_are_those_of_feeds_yaml(folder: Path) -> None:
    config = folder / "feeds.yaml"
    stories = '{docks: {title: Docks, query: "dock*"}, rain: {title: Rain, query: "rain", exclude: "drought"}}'
    config.write_text(f"version: 1\nsite: {{from: a@example.org}}\nfeeds: {{}}\nstories: {stories}\n")
    found = played("-", typed="\n".join(map(json.dumps, PIECES)))
    assert {name: row["stories"] for name, row in found.items()} == {
        "old": [], "rain": [], "wire": ["docks"], "copy": ["docks"], "own": ["docks"],
    }  # fmt: skip
    assert found["rain"]["development"] is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "items.jsonl:2: not JSON"),
        ("[]", "items.jsonl:2: not an object with an id and a title"),
        ('{"id": 1}', "items.jsonl:2: not an object with an id and a title"),
        ('{"id": 1, "title": "a", "url": 7}', "items.jsonl:2: url is no text"),
        ('{"id": 1, "title": "a", "number": 1.5}', "items.jsonl:2: number is no whole number"),
        ('{"id": 1, "title": "a", "published": "soon"}', "items.jsonl:2: Invalid isoformat"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(folder: Path, line: str, words: str) -> None:
    (folder / "items.jsonl").write_text(f"{json.dumps(PIECES[0])}\n{line}\n", encoding="utf-8")
    ended = call("replay", "items.jsonl")
    assert ended.exit_code == Exit.USAGE
    assert words in ended.stderr


def test_names_and_publishers_of_feeds_yaml_are_known(folder: Path) -> None:
    persian = {"id": "fa", "title": "اعتصاب کارگران اسکله در نورث‌پورت", "source": "روزنامه", "lang": "fa",
               "summary": "یازده کشتی در نورث‌پورت منتظرند. فالک، شهردار، خواستار گفت‌وگو شد.",
               "published": "2026-11-02T12:30:00Z"}  # fmt: skip
    source = written(folder, *PIECES, persian)
    assert played(source)["fa"]["development"] == "fa"
    (folder / "feeds.yaml").write_text(
        "version: 1\nsite: {from: a@example.org}\n"
        "stories: {all: {title: All, terms: {Northport: [نورث‌پورت], Falk: [فالک]}}}\n"
        "publishers: {harbour-group: {names: [Harbour Gazette, Evening Star]}}\n"
    )
    assert played(source)["fa"]["development"] == "wire"
    assert "reported by 3 publishers, 3 origins" in call("replay", source).stdout
