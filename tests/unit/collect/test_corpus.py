"""Feeds of the world, where a collection of them is at hand: none raises, none of the whole ones is miscounted."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from briefing.collect import parse
from briefing.errors import ParseError

CORPUS = Path(os.environ.get("BRIEFING_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus") / "feeds"

pytestmark = pytest.mark.skipif(not (CORPUS / "expected.jsonl").exists(), reason="no collection of feeds here")


def rows(kind: str) -> Iterator[dict[str, Any]]:
    for line in (CORPUS / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["file"].startswith(kind):
            yield row


def count(name: str) -> int:
    try:
        return len(parse.feed((CORPUS / name).read_bytes(), None, "https://feed.example/x", max_items=100_000).items)
    except ParseError:
        return 0


@pytest.mark.slow
def test_whole_feeds_have_the_items_that_five_other_parsers_find() -> None:
    found = {row["file"]: (row["entries"], count(row["file"])) for row in rows("real")}
    assert {name: both for name, both in found.items() if both[0] != both[1]} == {}


def test_unit_cases_of_other_parsers_differ_only_in_items_that_say_nothing() -> None:
    wrong = [row["file"] for row in rows("synthetic") if row["entries"] != count(row["file"])]
    assert len(wrong) <= 14


@pytest.mark.slow
def test_guids_and_links_of_whole_feeds_are_as_written_or_absolute() -> None:
    for row in rows("real"):
        feed = parse.feed((CORPUS / row["file"]).read_bytes(), None, "https://feed.example/x")
        first, expected = feed.items[0], row["first"]
        if expected["id"] is not None:
            assert first.guid == expected["id"]
        if (expected["link"] or "").startswith("http"):
            assert first.url == expected["link"]
