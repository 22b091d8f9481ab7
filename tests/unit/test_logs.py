"""How lines of the log reach standard error."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from briefing.cli import logs


class Unbuffered(io.StringIO):
    """A standard error that passes on each write by itself, as with PYTHONUNBUFFERED."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = list[str]()

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_is_one_write_so_that_a_kill_leaves_it_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    err = Unbuffered()
    monkeypatch.setattr(sys, "stderr", err)
    logs.keep_quiet()
    for number in range(2):
        structlog.get_logger().error("broke", number=number, exc_info=ValueError("no"))
    assert [line.endswith("\n") and json.loads(line)["number"] for line in err.writes] == [0, 1]
