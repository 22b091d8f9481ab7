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


def test_keys_are_left_as_they_are(tmp_path: Path) -> None:
    document = parse("${NAME}: 1\n", "feeds.yaml")
    interpolate(document, ENV, tmp_path)
    assert document.values == {"${NAME}": 1}
