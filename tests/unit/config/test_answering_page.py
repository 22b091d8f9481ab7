"""What docs/answering.md shows is true: its configuration is right, and figures are the code's."""

import re
from pathlib import Path

import pytest

from briefing.answer import LENGTHS
from briefing.check import check
from briefing.web import guard, pages, server

PAGE = (Path(__file__).parents[3] / "docs" / "answering.md").read_text(encoding="utf-8")
(SAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_sample_is_right_and_says_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(f"version: 1\n{SAMPLE}", encoding="utf-8")
    checked = check(path, {})
    assert checked.problems == ()
    assert checked.config is not None
    fields = type(checked.config.site).model_fields
    assert checked.config.site.listen == fields["listen"].default
    assert checked.config.site.answer_within == fields["answer_within"].default


def test_the_figures_are_the_codes() -> None:
    limits = (f"{guard.LONGEST_URL:,}", f"{pages.LONGEST_BODY // 1024} KB", f"{server.SECONDS:.0f} seconds")
    for figure in (*limits, f"most {server.AT_ONCE} at once", "every ten seconds", "8 hours, 1 day or 7 days"):
        assert figure in PAGE
    assert (server.AGAIN_SECONDS, [*LENGTHS]) == (10, ["8h", "1d", "7d"])


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1:", ":8080", "127.0.0.1:0", "127.0.0.1:65536", "h:٨٠"])
def test_a_place_that_is_none_is_refused(listen: str, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(f'version: 1\nsite: {{from: a@example.org, listen: "{listen}"}}\n', encoding="utf-8")
    (problem,) = check(path, {}).problems
    assert "write HOST:PORT" in problem.message


@pytest.mark.parametrize("address", ["https://a@b.example", "https://b.example/?x=1", "https://b.example/#x"])
def test_a_public_address_with_more_than_a_path_is_refused(address: str, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(f'version: 1\nsite: {{from: a@example.org, base_url: "{address}"}}\n', encoding="utf-8")
    (problem,) = check(path, {}).problems
    assert "no user, no ? and no #" in problem.message
