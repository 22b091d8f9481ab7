"""Edits of feeds.yaml that leave everything else as it was."""

import difflib
import re
import time
from pathlib import Path

import pytest

from briefing.config import edit
from briefing.config.load import load
from briefing.config.reading import parse
from briefing.errors import ConfigError

DATA = Path(__file__).parents[2] / "data" / "config"
FULL = (DATA / "full.yaml").read_text()


def lines(before: str, after: str) -> list[str]:
    diff = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in diff if line[0] in "+-"]


def test_a_feed_is_one_more_line_and_nothing_else() -> None:
    after = edit.add_feed(FULL, "new", "https://new.example.org/rss", "The New")
    assert lines(FULL, after) == ["+   new: {url: https://new.example.org/rss, title: The New}"] or (
        lines(FULL, after) == ['+   new: {url: https://new.example.org/rss, title: "The New"}']
    )


def test_a_feed_that_is_taken_out_leaves_its_neighbours_and_their_comments() -> None:
    after = edit.remove_feed(FULL, "wire")
    (line,) = lines(FULL, after)
    assert line.startswith("-   wire:")


def test_an_entry_of_several_lines_is_taken_out_whole() -> None:
    after = edit.remove_feed(FULL, "members")
    assert [line.strip("- ")[:8] for line in lines(FULL, after)] == ["members:", "url: htt", "headers:"]


def test_added_and_taken_out_again_the_text_is_the_same() -> None:
    assert edit.remove_feed(edit.add_feed(FULL, "new", "https://new.example.org"), "new") == FULL


def test_a_story_over_feeds_and_addresses() -> None:
    after = edit.add_story(
        FULL, "oil", title='The "oil" story', feeds=["wire", "https://oil.example.org/rss"], query='oil OR "crude oil"'
    )
    assert parse(after, "x").values["stories"]["oil"] == {
        "title": 'The "oil" story',
        "feeds": ["wire", "https://oil.example.org/rss"],
        "query": 'oil OR "crude oil"',
        "series": {},
    }
    assert all(line[0] == "+" for line in lines(FULL, after))


def test_a_digest_is_added_beside_the_others() -> None:
    after = edit.add_digest(FULL, "evening", stories=["irgc-coup"], at="19:00", to=["a@example.org"])
    assert lines(FULL, after) == ['+   evening: {stories: [irgc-coup], at: "19:00", to: [a@example.org]}']


SHAPES = (
    ("no such section", "version: 1\n", "version: 1\n\nfeeds:\n  new: {url: https://n.io}\n"),
    ("no break at the end", "version: 1", "version: 1\n\nfeeds:\n  new: {url: https://n.io}\n"),
    ("an empty section", "feeds:  # none\nlists: {}\n", "feeds:\n  new: {url: https://n.io}  # none\nlists: {}\n"),
    ("an empty section in braces", "feeds: {}\n", "feeds:\n  new: {url: https://n.io}\n"),
    ("a section in braces", "feeds: {a: {url: x}}\n", "feeds: {a: {url: x}, new: {url: https://n.io}}\n"),
    ("wide indents", "feeds:\n    a: {url: x}\n", "feeds:\n    a: {url: x}\n    new: {url: https://n.io}\n"),
    ("a comment behind the last", "feeds:\n  a: 1 # x\n# y\n", "feeds:\n  a: 1 # x\n  new: {url: https://n.io}\n# y\n"),
    ("lines of text", "feeds:\n  a: |\n    x\n\nb: 1\n", "feeds:\n  a: |\n    x\n  new: {url: https://n.io}\n\nb: 1\n"),
    ("breaks of Windows", "feeds:\r\n  a: 1\r\nb: 2\r\n", "feeds:\r\n  a: 1\r\n  new: {url: https://n.io}\r\nb: 2\r\n"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [c[1:] for c in SHAPES], ids=[c[0] for c in SHAPES])
def test_a_feed_fits_into_any_shape(before: str, after: str) -> None:
    assert edit.add_feed(before, "new", "https://n.io") == after


@pytest.mark.parametrize(("before", "after"), [c[1:] for c in SHAPES], ids=[c[0] for c in SHAPES])
def test_many_feeds_in_one_edit_are_as_each_in_its_own(before: str, after: str) -> None:
    at_once = edit.add_feeds(before, {"new": ("https://n.io", None), "more": ("https://m.io", "More")})

    one_by_one = edit.add_feed(after, "more", "https://m.io", "More")
    assert parse(at_once, "x").values == parse(one_by_one, "x").values
    assert at_once.count("\r\n") == one_by_one.count("\r\n")
    assert re.findall("#.*", at_once) == re.findall("#.*", after)


def test_five_hundred_feeds_are_added_in_a_moment() -> None:
    feeds = {f"feed-{n}": (f"https://h{n}.example.org/rss", f"Title {n}") for n in range(500)}
    began = time.process_time()

    after = edit.add_feeds(FULL, feeds)

    assert time.process_time() - began < 4
    assert len(lines(FULL, after)) == 500


def test_a_blank_file_holds_and_takes_feeds(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(edit.add_feeds(edit.blank(address="me@example.org", zone="UTC"), {"a": ("https://a.io", "A")}))
    found = load(path, {})
    assert found.problems == ()
    assert found.config is not None
    assert [*found.config.feeds] == ["a"]


OUT = (
    ("the first in braces", "feeds: {new: {url: x}, b: 1}\n", "feeds: {b: 1}\n"),
    ("the last in braces", "feeds: {b: 1, new: {url: x}}\n", "feeds: {b: 1}\n"),
    ("the only one in braces", "feeds: {new: {url: x}}\n", "feeds: {}\n"),
    ("the only one on lines", "feeds:\n  new:\n    url: x\nb: 1\n", "feeds: {}\nb: 1\n"),
    ("the last without a break", "feeds:\n  b: 1\n  new: 2", "feeds:\n  b: 1\n"),
)


@pytest.mark.parametrize(("before", "after"), [c[1:] for c in OUT], ids=[c[0] for c in OUT])
def test_a_feed_is_taken_out_of_any_shape(before: str, after: str) -> None:
    assert edit.remove_feed(before, "new") == after


REFUSED = (
    ("an id that is taken", "feeds: {n: 1}", "is there already"),
    ("a section that is text", "feeds: x", "must hold keys and values"),
    ("a file in braces", "{feeds: {}}", "a line each"),
    ("no YAML", "feeds: [", "not YAML"),
    ("keys merged in", "a: &a {x: 1}\nfeeds: *a\n", "only a person can edit"),
)


@pytest.mark.parametrize(("text", "message"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_what_cannot_be_edited_safely_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        edit.add_feed(text, "n", "https://n.io")


def test_a_feed_that_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(ConfigError, match='no "n" under feeds'):
        edit.remove_feed(FULL, "n")


TITLES = ("plain", "It's $5", 'a "b" c', "x: y # z", "- [a]", "yes", "12", "سپاه", "a\nb", "${HOME}", "\x1b[2J", "'")


@pytest.mark.parametrize("title", TITLES)
def test_any_words_survive_being_written(title: str, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(edit.add_feed("version: 1\nsite: {from: a@example.org}\n", "n", "https://n.io", title))
    config = load(path, {}).config
    assert config is not None
    assert config.feeds["n"].title == title.replace("\x1b", "")


@pytest.mark.parametrize("query", [None, 'coup OR "power struggle"', "سپاه"])
def test_the_starter_is_short_and_right(query: str | None, tmp_path: Path) -> None:
    text = edit.starter(
        url="https://example.org/feed?x=1", feed_title='The "Example"', story="iran", story_title="Iran: after",
        query=query, address="me@example.org", zone="Europe/London",
    )  # fmt: skip
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    loaded = load(path, {})
    assert loaded.problems == ()
    assert loaded.config is not None
    assert loaded.config.stories["iran"].query == query
    assert len(text.splitlines()) < 25
