"""What the command line reads in a title or a sentence, and how it refuses what it cannot read."""

import json
from pathlib import Path
from typing import Any

import pytest

from briefing.cli.failure import Exit
from tests.integration.command import call

TITLE, SENTENCE = "The Harbour Files, Part 2 of 5: Who Pays", "Coming up in Part 3: The Night Shift—the strike."
NOTHING = {
    "is_instalment": False,
    "part_number": None,
    "total_parts": None,
    "series_title": None,
    "is_promise": False,
    "promised_part": None,
    "promised_title": None,
}
PART = NOTHING | {"is_instalment": True, "part_number": 2, "total_parts": 5, "series_title": "The Harbour Files"}
PROMISE = NOTHING | {"is_promise": True, "promised_part": 3, "promised_title": "The Night Shift"}


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize(
    ("text", "options", "answer"),
    [
        (TITLE, (), PART),
        (SENTENCE, (), PROMISE),
        (TITLE, ("--unit", "title"), PART),
        (TITLE, ("--unit", "sentence"), NOTHING),
        (SENTENCE, ("--unit", "sentence"), PROMISE),
        ("پرونده‌های بندر - قسمت دوم", (), PART | {"total_parts": None, "series_title": "پرونده‌های بندر"}),
        ("第三部分将介绍夜班工人。", ("--unit", "sentence"), PROMISE | {"promised_title": "夜班工人"}),
        ("Rain ends the drought", (), NOTHING),
        ("", (), NOTHING),
    ],
)
def test_a_text_is_answered_as_json(text: str, options: tuple[str, ...], answer: dict[str, Any]) -> None:
    ended = call("explain", text, *options, "--json")
    assert (ended.exit_code, lines(ended.stdout)) == (Exit.DONE, [{"id": None, **answer}])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TITLE, ["part 2 of 5", "“The Harbour Files”", "“Who Pays”"]),
        (SENTENCE, ["promises part 3", "“The Night Shift”", "the strike", SENTENCE]),
        ("Part 2 will appear next week.", ["promises part 2", "due: next week"]),
        ("The Harbour Files: The Final Part", ["the last", "“The Harbour Files”"]),
        ("Part 4: Night", ["part 4", "does not name the series"]),
        ("Rain ends the drought", ["no part of a series"]),
    ],
)
def test_a_text_is_explained_in_words(text: str, words: list[str]) -> None:
    ended = call("explain", text)
    assert ended.exit_code == Exit.DONE
    assert all(word in ended.stdout for word in words)


def test_a_file_is_answered_line_by_line(tmp_path: Path) -> None:
    rows = [
        {"id": "t", "text": TITLE, "unit": "title"},
        {"id": 7, "text": SENTENCE, "unit": "sentence", "note": "more"},
        {"text": f"{TITLE}\u2028{SENTENCE}", "unit": None},
        {"id": "n", "text": SENTENCE, "unit": "title"},
    ]
    file = tmp_path / "texts.jsonl"
    file.write_text("\ufeff" + "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    ended = call("explain", "--jsonl", str(file), "--json")
    assert ended.exit_code == Exit.DONE
    told = lines(ended.stdout)
    assert [row["id"] for row in told] == ["t", 7, None, "n"]
    assert told[:2] == [{"id": "t", **PART}, {"id": 7, **PROMISE}]
    assert told[3] == {"id": "n", **NOTHING}


def test_standard_input_is_read() -> None:
    ended = call("explain", "--jsonl", "-", "--json", typed=json.dumps({"id": 1, "text": TITLE}) + "\n")
    assert lines(ended.stdout) == [{"id": 1, **PART}]


def test_lines_in_words_begin_with_the_id(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(json.dumps({"id": "a1", "text": TITLE}), encoding="utf-8")
    assert call("explain", "--jsonl", str(file)).stdout.startswith("a1: part 2 of 5")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not an object with a text"),
        (b'{"id": 1}', "not an object with a text"),
        (b'{"text": 4}', "not an object with a text"),
        (b'{"text": "x", "unit": "novel"}', "unit is neither"),
        (b'{"text": "x", "unit": []}', "unit is neither"),
        (b'{"text": "x", "id": []}', "id is neither"),
        (b'{"text": "x", "number": "4"}', "number is no whole number"),
        (b'{"text": "x", "number": true}', "number is no whole number"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: bytes, reason: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(b'{"text": "Rain"}\n' + line)
    ended = call("explain", "--jsonl", str(file))
    assert ended.exit_code == Exit.USAGE
    assert f"{file}:2: {reason}" in ended.stderr
    assert "hint: briefing explain --help" in ended.stderr


@pytest.mark.parametrize("options", [(), (TITLE, "--jsonl", "texts.jsonl"), (TITLE, "--item", "1")])
def test_one_thing_is_explained(options: tuple[str, ...]) -> None:
    ended = call("explain", *options)
    assert ended.exit_code == Exit.USAGE
    assert "one of TEXT, --jsonl FILE and --item ID" in ended.stderr


def test_the_number_that_a_feed_gives_counts_in_a_named_series_alone() -> None:
    texts = ("Port Tax Learning Series: Night Shifts", "Night Shifts", TITLE)
    typed = "\n".join(json.dumps({"text": text, "number": 4}) for text in texts)
    ended = call("explain", "--jsonl", "-", "--json", typed=typed)
    assert [line["part_number"] for line in lines(ended.stdout)] == [4, None, 2]
