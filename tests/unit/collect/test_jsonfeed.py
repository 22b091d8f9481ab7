"""JSON Feed 1.0 and 1.1, as they are written and as they are mistyped."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from briefing.collect import parse
from briefing.errors import ParseError
from briefing.model import ParsedFeed

FEED = Path(__file__).parents[2] / "data" / "feeds" / "outlet.json"


def read() -> ParsedFeed:
    return parse.feed(FEED.read_bytes(), "application/feed+json", "https://json.example/feed.json")


def test_the_feed_says_what_it_is() -> None:
    feed = read()
    assert (feed.title, feed.url, feed.lang) == ("JSON outlet", "https://json.example/", "en")
    assert len(feed.items) == 3


def test_an_item_comes_clean_and_complete() -> None:
    item = read().items[0]
    assert (item.guid, item.url, item.title) == ("1", "https://json.example/a/1", "First <b>literally</b>")
    assert item.html == "<p>Body</p>"
    assert item.published == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert item.updated == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert (item.authors, item.categories) == (("Ann Example",), ("one", "two"))


def test_plain_text_keeps_its_lines_and_its_angle_brackets() -> None:
    item = read().items[1]
    assert item.html == "<p>Plain &lt;text&gt;<br>of two lines</p>"
    assert (item.url, item.authors) == ("https://elsewhere.example/2", ("The desk",))


def test_what_has_the_wrong_type_is_taken_for_absent() -> None:
    item = read().items[2]
    assert (item.html, item.published, item.lang, item.authors) == ("5", None, "de", ("Old style",))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(b"\xef\xbb\xbf" + FEED.read_bytes(), 3, id="byte order mark"),
        pytest.param(b'{"title": "T", "items": []}', 0, id="no version but a title"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1"}]}', 1, id="an id alone"),
    ],
)
def test_lesser_feeds_are_read_too(body: bytes, found: int) -> None:
    assert len(parse.feed(body, None, "").items) == found


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b'{"items": [1]}', id="items of something else"),
        pytest.param(b'{"title": "T", "items": {}}', id="items of the wrong type"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b'{"title": "T", "items": [{"id": ' + b"1" * 10_000 + b"}]}", id="a number beyond reason"),
    ],
)
def test_other_json_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match="JSON"):
        parse.feed(body, "application/json", "")


def test_any_content_type_will_do() -> None:
    body = json.dumps({"title": "T", "items": [{"id": "1", "title": "t"}]}).encode()
    assert parse.feed(body, "text/plain", "").items[0].title == "t"
