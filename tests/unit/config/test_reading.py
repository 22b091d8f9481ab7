"""YAML itself: what is no YAML is one problem with a place, whatever it is."""

from pathlib import Path

import pytest

from briefing.config import reading
from briefing.config.load import load
from briefing.config.reading import parse


@pytest.mark.parametrize("name", ["missing.yaml", ".", "no\0name"])
def test_a_file_that_is_none_is_a_problem(name: str, tmp_path: Path) -> None:
    loaded = load(tmp_path / name, {})
    assert [p.severity for p in loaded.problems] == ["error"]


def test_aliases_that_multiply_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_VALUES", 20_000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    told = [problem.message for problem in parse("\n".join(lines), "x").problems]
    assert told == ["more than 20000 values, aliases unfolded"]


VALUES = (
    ("a time of day stays text", "10:30", "10:30"),
    ("no is a word", "no", "no"),
    ("on is a word", "on", "on"),
    ("a date stays text", "2026-01-05", "2026-01-05"),
    ("leading zeros count as ten", "0755", 755),
    ("hexadecimal", "0x1F", 31),
    ("a whole number", "1_000", 1000),
    ("a number with a fraction", "1.5", 1.5),
    ("true", "true", True),
    ("nothing", "~", None),
    ("a number too long for one", "9" * 5000, "9" * 5000),
    ("text by tag", "!!str 5", "5"),
)


@pytest.mark.parametrize(("written", "value"), [c[1:] for c in VALUES], ids=[c[0] for c in VALUES])
def test_a_scalar_is_read_by_yaml_1_2(written: str, value: object) -> None:
    assert parse(f"a: {written}\n", "x").values == {"a": value}


def test_a_byte_order_mark_shifts_no_column(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\r\nsite: {from: a@example.org}\r\nrutes: []\r\n")
    assert [(p.line, p.col, p.source) for p in load(path, {}).problems] == [(3, 1, "rutes: []")]


OFFSETS = (
    ("plain", "q: abc", 5),
    ("single quotes", "q: 'abc'", 6),
    ("single quotes doubled before it", "q: '''bc'", 7),
    ("double quotes", 'q: "abc"', 6),
    ("escapes: the value's start", 'q: "\\x41bc"', 4),
    ("a block: the value's start", "q: |\n  abc\n", 4),
)


@pytest.mark.parametrize(("text", "col"), [c[1:] for c in OFFSETS], ids=[c[0] for c in OFFSETS])
def test_an_offset_into_a_value_is_a_column(text: str, col: int) -> None:
    assert parse(text, "x").problem("error", ("q",), "", offset=1).col == col
