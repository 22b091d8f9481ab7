"""What an edit of feeds.yaml would have changed: the same items through the old file and the new one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import call

OLD = """\
version: 1
site: {from: "Desk <desk@example.org>"}
feeds:
  review: {url: "https://review.example.org/rss", title: The Review}
  post: {url: "https://post.example.net/rss"}
stories:
  lanterns: {title: Lanterns, query: "lantern* AND strike", series: {}}
digests:
  daily: {stories: [lanterns], at: "07:00", to: [me@example.org]}
channels:
  room: {type: slack, url: "https://hooks.example.org/x"}
routes:
  - {when: {event: instalment}, to: [room]}
"""
PART = {
    "id": "one", "title": "The Lantern Contingency, Part 1", "summary": "The strike of lantern makers.",
    "source": "The Review", "published": "2026-11-05T08:00:00Z", "lang": "en",
}  # fmt: skip
OTHER = {
    "id": "two", "title": "Lantern makers meet", "url": "https://www.post.example.net/two", "source": "The Post of Lon",
    "published": "2026-11-06T08:00:00Z", "lang": "en",
}  # fmt: skip
STRANGE = {"id": "three", "title": "A lantern strike elsewhere", "source": "Nobody's", "published": "2026-11-06"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a configuration and some items."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.yaml").write_text(OLD, encoding="utf-8")
    pieces = map(json.dumps, (OTHER, PART, STRANGE))
    (tmp_path / "items.jsonl").write_text("\n".join(pieces), encoding="utf-8")
    return tmp_path


def differences(new: str) -> tuple[list[dict[str, Any]], str]:
    Path("new.yaml").write_text(new, encoding="utf-8")
    ended = call("replay", "items.jsonl", "--config", "new.yaml", "--diff", "--json")
    assert ended.exit_code == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr


def test_a_wider_query_tells_one_more_item_on_its_day() -> None:
    found, said = differences(OLD.replace("lantern* AND strike", "lantern*"))
    assert found == [
        {"only": "new", "at": "2026-11-07T07:00:00Z", "to": "daily", "by": "issue", "item": "two",
         "title": "Lantern makers meet"}
    ]  # fmt: skip
    assert "2 the same; 0 only by feeds.yaml; 1 only by new.yaml" in said
    assert "1 item of the file come from no feed of feeds.yaml" in said


@pytest.mark.slow
def test_a_route_that_goes_is_an_alert_that_only_the_old_file_sends() -> None:
    found, _ = differences(OLD[: OLD.index("channels:")])
    assert [(one["only"], one["to"], one["by"], one["item"], one["at"]) for one in found] == [
        ("old", "room", "instalment", "one", "2026-11-05T08:00:00Z")
    ]


@pytest.mark.slow
def test_a_feed_that_goes_takes_its_items_along() -> None:
    found, said = differences(OLD.replace('  review: {url: "https://review.example.org/rss", title: The Review}\n', ""))
    assert {(one["only"], one["item"]) for one in found} == {("old", "one")}
    assert "2 items of the file come from no feed of new.yaml" in said


@pytest.mark.slow
def test_nothing_is_left_behind_and_the_database_is_not_asked(folder: Path) -> None:
    differences(OLD.replace("lantern*", "lanterns"))
    assert sorted(path.name for path in folder.iterdir()) == ["feeds.yaml", "items.jsonl", "new.yaml"]


def test_a_file_is_not_compared_with_itself() -> None:
    ended = call("replay", "items.jsonl", "--diff")
    assert ended.exit_code == 2
    assert "--config new.yaml --diff" in ended.stderr


def test_mistakes_in_the_new_file_are_explained() -> None:
    Path("new.yaml").write_text(OLD.replace("query", "qeury"), encoding="utf-8")
    ended = call("replay", "items.jsonl", "--config", "new.yaml", "--diff")
    assert ended.exit_code == 2
    assert 'did you mean "query"?' in ended.stderr
