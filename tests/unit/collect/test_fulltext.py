"""Web pages: their text to the last line, their feeds, and whether they may be read."""

from pathlib import Path

import pytest

from briefing.collect import fulltext
from briefing.errors import ParseError
from briefing.model import ParsedFeed, ParsedItem

PAGE = (Path(__file__).parents[2] / "data" / "feeds" / "article.html").read_text()
URL = "https://gazette.example/2026/harbour"
PROMISE = "Coming up in Part 2: The Quay Office – who signed, and who was told to forget it."
WRITTEN = f"<p><em>{PROMISE}</em></p>"


def test_a_page_gives_its_title_language_and_text() -> None:
    page = fulltext.page(PAGE.encode(), "text/html", URL)
    assert page.title == "The Harbour Papers: What the Ledger Says – Example Gazette"
    assert page.lang == "en"
    assert "the harbour authority kept a second ledger" in page.text
    assert "| 2022 | 5.0m | 2.4m |" in page.text
    assert "We use cookies" not in page.text


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(WRITTEN, id="emphasis"),
        pytest.param(f'<div class="next-part"><em>{PROMISE}</em></div>', id="a box"),
        pytest.param(f'<p class="promo">{PROMISE}</p>', id="a promotion"),
        pytest.param(f'<div class="related"><p>{PROMISE}</p></div>', id="among the related"),
        pytest.param(f"<hr><h4>{PROMISE}</h4>", id="a heading"),
        pytest.param(f"<blockquote><p>{PROMISE}</p></blockquote>", id="a quotation"),
        pytest.param(f'</div><footer class="entry-footer"><p>{PROMISE}</p></footer><div>', id="the article's foot"),
        pytest.param(f'<aside class="teaser"><p>{PROMISE}</p></aside>', id="an aside"),
        pytest.param(PROMISE, id="bare words"),
    ],
)
def test_the_last_line_of_the_article_is_kept_however_it_is_set(written: str) -> None:
    assert WRITTEN in PAGE
    assert PROMISE in fulltext.page(PAGE.replace(WRITTEN, written).encode(), "text/html", URL).text


def test_feeds_are_found_in_the_head_first_and_comments_are_no_news() -> None:
    assert fulltext.page(PAGE.encode(), "text/html", URL).feeds == (
        ("Example Gazette", "https://gazette.example/feed/"),
        ("RSS", "https://gazette.example/rss.xml"),
        ("Atom feed", "https://gazette.example/feed/atom/"),
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            '<link rel="ALTERNATE home" type="application/atom+xml" href="a">',
            "https://gazette.example/2026/a",
            id="atom",
        ),
        pytest.param(
            '<link rel=alternate type="application/feed+json" href="//f.example/j">', "https://f.example/j", id="json"
        ),
        pytest.param(
            '<base href="https://b.example/x/"><link rel=alternate type=application/rss+xml href=f>',
            "https://b.example/x/f",
            id="base",
        ),
    ],
)
def test_announced_feeds_are_resolved(head: str, expected: str) -> None:
    page = fulltext.page(f"<html><head>{head}</head><body><p>x</p></body></html>".encode(), None, URL)
    assert [url for _, url in page.feeds] == [expected]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('<link rel="alternate" hreflang="de" href="/de">', id="a translation"),
        pytest.param('<link rel="alternate" type="application/rss+xml" href="javascript:x">', id="a script"),
        pytest.param('<link rel="stylesheet" type="text/css" href="/feed.css">', id="a style sheet"),
    ],
)
def test_other_links_are_no_feeds(head: str) -> None:
    assert fulltext.page(f"<html><head>{head}</head><body>x</body></html>".encode(), None, URL).feeds == ()


def test_the_charset_of_the_header_is_honoured() -> None:
    body = "<html><title>Новости</title><body><p>текст</p></body></html>".encode("cp1251")
    assert fulltext.page(body, "text/html; charset=windows-1251", URL).title == "Новости"


def test_nothing_is_no_page() -> None:
    with pytest.raises(ParseError):
        fulltext.page(b"", "text/html", URL)


def feed(*texts: str) -> ParsedFeed:
    return ParsedFeed("T", None, tuple(ParsedItem(str(n), None, "t", text=text) for n, text in enumerate(texts)))


LONG = "A whole sentence of an article that goes on. " * 40


@pytest.mark.parametrize(
    ("texts", "excerpts"),
    [
        pytest.param([LONG, LONG, LONG], False, id="whole articles"),
        pytest.param([LONG, LONG, "A note."], False, id="one short note among them"),
        pytest.param(["First lines.", "More lines.", LONG], True, id="mostly short"),
        pytest.param([LONG + "And then […]", LONG + "So [...]"], True, id="marks of cutting"),
        pytest.param([LONG + "Continue reading The Story →"] * 2, True, id="an invitation"),
        pytest.param([LONG + "The post The Story appeared first on Site."] * 2, True, id="a footer"),
        pytest.param(["", ""], True, id="titles alone"),
        pytest.param([], False, id="no items"),
    ],
)
def test_a_feed_of_teasers_is_recognised(texts: list[str], excerpts: bool) -> None:
    assert fulltext.ships_excerpts(feed(*texts)) is excerpts


ROBOTS = "User-agent: *\nDisallow: /private/\n\nUser-agent: briefing\nDisallow: /members/\n"


@pytest.mark.parametrize(
    ("robots", "path", "agent", "allowed"),
    [
        pytest.param("", "/a", "briefing/1", True, id="no rules"),
        pytest.param(ROBOTS, "/members/a", "briefing/1.0 (+https://a.example)", False, id="our own rule"),
        pytest.param(ROBOTS, "/private/a", "briefing/1.0", True, id="our own rule replaces the general one"),
        pytest.param(ROBOTS, "/private/a", "other", False, id="the general rule"),
        pytest.param("<html>not found</html>", "/a", "briefing", True, id="unreadable"),
    ],
)
def test_robots_txt_is_obeyed(robots: str, path: str, agent: str, allowed: bool) -> None:
    assert fulltext.robots_allow(robots, f"https://gazette.example{path}", agent) is allowed


def test_robots_txt_stands_at_the_root_of_the_host() -> None:
    assert fulltext.robots_url("https://a.example:8443/x/y?z#w") == "https://a.example:8443/robots.txt"
