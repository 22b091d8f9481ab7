"""What is filled in from outside, and what happens when it is not there."""

from pathlib import Path

import pytest

from briefing.config.interpolation import interpolate
from briefing.config.reading import parse

ENV = {"NAME": "value", "EMPTY": "", "YAML": "a: [b, !!x", "ODD": "a\udcffb", "DOLLAR": "${NAME}"}

FILLED = (
    ("a variable", "${NAME}", "value"),
    ("a variable amid text", "Bearer ${NAME}!", "Bearer value!"),
    ("two of them", "${NAME}${NAME}", "valuevalue"),
    ("a default not needed", "${NAME:-other}", "value"),
    ("a default needed", "${NONE:-other}", "other"),
    ("a default for an empty variable", "${EMPTY:-other}", "other"),
    ("an empty default", "${NONE:-}", ""),
    ("a default with a colon", "${NONE:-https://example.org/?a=b}", "https://example.org/?a=b"),
    ("a dollar sign", "5 $$", "5 $"),
    ("a reference meant as text", "$${NAME}", "${NAME}"),
    ("a lone dollar sign", "US$5", "US$5"),
    ("a value is never YAML", "${YAML}", "a: [b, !!x"),
    ("a value is filled in once", "${DOLLAR}", "${NAME}"),
    ("a file", "${file:secret}", "s3cret"),
    ("a file amid text", "x${file:secret}y", "xs3crety"),
)


@pytest.mark.parametrize(("written", "value"), [c[1:] for c in FILLED], ids=[c[0] for c in FILLED])
def test_a_value_is_filled_in(written: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    document = parse(f"a: '{written}'\n", "feeds.yaml")
    interpolate(document, ENV, tmp_path)
    assert document.values == {"a": value}
    assert document.problems == []


FAILED = (
    ("an unset variable", "x ${NONE}", 7, "environment variable NONE is not set", "export NONE=…"),
    ("an empty variable", "${EMPTY}", 5, "environment variable EMPTY is empty", "export EMPTY=…"),
    ("a missing file", "${file:none}", 5, "file none does not exist", "mount the secret"),
    ("a folder", "${file:.}", 5, "file . is not a file", "mount the secret"),
    ("a file that is no text", "${file:binary}", 5, "file binary is not UTF-8 text", ""),
    ("a file too large", "${file:large}", 5, "larger than 64 KiB", ""),
    ("a variable that is no text", "${ODD}", 5, "holds an unprintable character", ""),
    ("a name that is none", "${1A}", 5, "is neither ${NAME}", "$$"),
    ("the second of two", "${NAME} ${NONE}", 13, "NONE is not set", ""),
)


@pytest.mark.parametrize(("written", "col", "message", "hint"), [c[1:] for c in FAILED], ids=[c[0] for c in FAILED])
def test_what_cannot_be_filled_in_is_told_at_its_place(
    written: str, col: int, message: str, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large").write_text("x" * 70_000)
    document = parse(f"a: '{written}'\n", "feeds.yaml")
    found = interpolate(document, ENV, tmp_path)
    assert [(p.col, message in p.message, hint in p.hint) for p in document.problems] == [(col, True, True)]
    assert found.failed == {("a",)}


def test_keys_are_left_as_they_are(tmp_path: Path) -> None:
    document = parse("${NAME}: 1\n", "feeds.yaml")
    interpolate(document, ENV, tmp_path)
    assert document.values == {"${NAME}": 1}
