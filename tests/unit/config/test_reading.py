"""YAML itself: what is no YAML is one problem with a place, whatever it is."""

from pathlib import Path

import pytest

from briefing.config.load import load
from briefing.config.reading import MAX_VALUES, parse

BROKEN = (
    ("a tab", b"a:\n\tb: 1\n", "2:1", "a tab where YAML takes spaces"),
    ("two colons", b"title: Iran: the war\n", "1:12", 'a second ": "'),
    ("an open quote", b'a: 1\nb: "x\n', "2:4", "a quote that is never closed"),
    ("an open bracket", b"a: [1, 2\nb: 3\n", "2:2", "a [ that is not closed"),
    ("a lost dedent", b"a:\n  b: 1\n c: 2\n", "3:2", "indented unlike its neighbours"),
    ("an unknown alias", b"a: *b\n", "1:4", "an alias (*name) without its anchor"),
    ("a key without a colon", b"a: 1\nbc\n", "3:1", 'a key without ": "'),
    ("two documents", b"a: 1\n---\nb: 2\n", "2:1", "a second document"),
    ("an escape beyond Unicode", b'a: "\\U00110000"\n', "1:1", "not YAML"),
    ("a NUL", b"a: \0\n", "1:4", "unprintable character (U+0000)"),
    ("deep brackets", b"[" * 1000, "1:1", "nested too deeply"),
    ("deep but closed brackets", b"a: " + b"[" * 60 + b"]" * 60, "1:43", "nested deeper than 40 levels"),
    ("binary", bytes(range(128, 256)) * 10, "1:1", "not UTF-8 text"),
    ("another encoding", "a: é\n".encode("latin-1"), "1:1", "byte 0xe9 on line 1"),
    ("a list", b"- a\n- b\n", "1:1", "must hold keys and values at its top"),
    ("a word", b"hello", "1:1", "must hold keys and values at its top"),
    ("nothing", b"", "1:1", "the file is empty"),
    ("a comment alone", b"# feeds\n", "1:1", "the file is empty"),
    ("ten megabytes", b"a: 1\n" * 2_000_000, "1:1", "larger than 1024 KiB"),
)


@pytest.mark.parametrize(("content", "at", "message"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_what_cannot_be_read_is_a_problem_with_a_place(content: bytes, at: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(content)
    loaded = load(path, {})
    told = [(f"{p.line}:{p.col}", p.message) for p in loaded.problems]
    assert loaded.config is None
    assert any(a == at and message in m for a, m in told), told


@pytest.mark.parametrize("name", ["missing.yaml", ".", "no\0name"])
def test_a_file_that_is_none_is_a_problem(name: str, tmp_path: Path) -> None:
    loaded = load(tmp_path / name, {})
    assert [p.severity for p in loaded.problems] == ["error"]


def test_aliases_that_multiply_without_end_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert [p.message for p in parse("\n".join(lines), "x").problems] == [
        f"more than {MAX_VALUES} values, aliases unfolded"
    ]


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
