"""Feed documents: what they say, whatever they are written in, and what bodies that are none look like."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from briefing.collect import parse
from briefing.collect.dates import moment
from briefing.collect.repair import repaired
from briefing.errors import ParseError
from briefing.model import ParsedFeed, ParsedItem, Rest

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
URL = "https://feeds.example/outlet"
ODD = ("", "0", "-1", "+1", "3.5", "12abc", "1e3", "٣", "10000", "1" + "0" * 30, "0" * 5000 + "1")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def read(name: str, content_type: str | None = None) -> ParsedFeed:
    return parse.feed((FEEDS / name).read_bytes(), content_type, URL)


def rss(*items: str, head: str = '<?xml version="1.0"?>', channel: str = "") -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"><channel><title>T</title>{channel}{inner}</channel></rss>'.encode()


def only(body: bytes, content_type: str | None = None) -> ParsedItem:
    (item,) = parse.feed(body, content_type, URL).items
    return item


def test_an_rss_feed_says_what_it_is() -> None:
    feed = read("outlet.rss")
    assert (feed.title, feed.url, feed.lang) == ("The Harbour Gazette", "https://gazette.example/", "en-GB")
    assert feed.ttl == timedelta(minutes=30)
    assert (feed.damaged, feed.dropped, len(feed.items)) == (False, 0, 3)


def test_an_rss_item_comes_clean_and_complete() -> None:
    item = read("outlet.rss").items[0]
    assert item.title == "The Harbour Papers: What the Ledger Says & Hides"
    assert item.guid == "gazette-7"
    assert item.url == "https://gazette.example/2026/03/harbour-papers?utm_source=rss&id=7"
    assert item.canonical_url == "https://gazette.example/2026/03/harbour-papers?id=7"
    assert item.published == at(2026, 3, 3, 7, 30)
    assert (item.authors, item.categories, item.credit) == (("Ann Example",), ("Harbour",), "Example Wire")
    assert '<a href="https://gazette.example/ledger" rel=' in item.html
    assert "<td>4.1m</td>" in item.html
    assert "script" not in item.html
    assert "Year  Paid\n----  ----\n2021  4.1m" in item.text
    assert item.text.endswith("The quay at night\n\nComing up in Part 2: The Quay Office.")
    assert item.excerpt == (
        "For eleven years the authority kept a second ledger.",
        "It is said to be blue.",
    )


def test_a_permalink_guid_is_the_link_and_a_year_first_date_is_read() -> None:
    item = read("outlet.rss").items[1]
    assert item.url == item.guid == "https://gazette.example/tides"
    assert item.published == at(2026, 3, 1, 6)
    assert item.html == "High water at noon <b>every</b> day."


def test_an_item_without_a_title_is_called_by_its_first_sentence() -> None:
    assert read("outlet.rss").items[2].title == "A note without a headline."


def test_an_atom_entry_is_read_as_its_types_say() -> None:
    feed = read("outlet.atom")
    (item,) = feed.items
    assert (feed.title, feed.lang, feed.url) == ("A bold outlet", "fa", "https://fa.outlet.example/")
    assert item.title == "a <b> c"
    assert item.guid == "item/1"
    assert item.url == "https://fa.outlet.example/news/items/1"
    assert item.published == item.updated == at(2026, 3, 3, 8)
    assert (item.authors, item.credit, item.lang) == (("The desk",), "Another outlet", "fa")
    assert 'href="https://fa.outlet.example/more"' in item.html
    assert item.text == "متن خبر"


def test_an_rdf_feed_is_read_with_its_own_words_for_time() -> None:
    feed = read("outlet.rdf")
    assert (feed.title, feed.ttl) == ("Café", timedelta(hours=6))
    assert (feed.items[0].guid, feed.items[0].published) == ("https://rdf.example/1", at(2026, 3, 3, 8))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Tue, 03 Mar 2026 08:30:00 +0100", at(2026, 3, 3, 7, 30), id="mail"),
        pytest.param("3 Mar 26 08:30 EST", at(2026, 3, 3, 13, 30), id="old mail"),
        pytest.param("2026-03-03T08:30:00.123456789Z", at(2026, 3, 3, 8, 30), id="nanoseconds"),
        pytest.param("2026-03-03 08:30:00", at(2026, 3, 3, 8, 30), id="no zone"),
        pytest.param("2026-03-03T24:00:00Z", at(2026, 3, 4), id="midnight at the end"),
        pytest.param("Sat, 31 Dec 2016 23:59:60 GMT", at(2016, 12, 31, 23, 59, 59), id="leap second"),
        pytest.param("Sat, Dec 16 2023 02:02:33 PM", at(2023, 12, 16, 14, 2, 33), id="American"),
        pytest.param("2026/3/1 6:00:00", at(2026, 3, 1, 6), id="slashes, year first"),
        pytest.param("2026年3月1日", at(2026, 3, 1), id="Chinese"),
        pytest.param("3/1/2026", None, id="March or January"),
        pytest.param("32/13/2026", None, id="no such month"),
        pytest.param("Sun, 29 Feb 2026 08:00:00 GMT", None, id="no such day"),
        pytest.param("Sat, 99 Nov 2026 99:99:99 XYZ", None, id="nonsense"),
        pytest.param("Mon, 01 Jan 0001 00:00:00 GMT", None, id="no year"),
        pytest.param("yesterday", None, id="a word"),
        pytest.param("1" * 100_000, None, id="a flood"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_time_is_certain_or_unknown(text: str | None, expected: datetime | None) -> None:
    found = moment(text)
    assert (found and found.astimezone(UTC).replace(microsecond=0)) == expected


@pytest.mark.parametrize("year", [pytest.param("1970", id="unset clock"), pytest.param("9999", id="typing error")])
def test_a_time_in_an_absurd_year_is_unknown(year: str) -> None:
    assert only(rss(f"<title>t</title><pubDate>Thu, 01 Jan {year} 00:00:00 GMT</pubDate>")).published is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("R&amp;amp;D", "R&D", id="escaped twice"),
        pytest.param("Caf&eacute; R&D &mdash; x", "Café R&D — x", id="entities of HTML, a bare ampersand"),
        pytest.param("a &lt; b, if x&lt;y then", "a < b, if x<y then", id="comparisons"),
        pytest.param("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move", id="tags"),
        pytest.param("&lt;script&gt;x&lt;/script&gt;News", "News", id="script"),
        pytest.param("&amp;lt;b&amp;gt;", "<b>", id="tags shown as text"),
        pytest.param("<![CDATA[a ]]]]><![CDATA[> b]]>", "a ]]> b", id="CDATA in two"),
        pytest.param("Hello&#13;&#10;Bcc: x", "Hello Bcc: x", id="line ends"),
        pytest.param("a\u202eb\x0bc&#27;d&#xD83D;&#xDE00;e&#xD83D;", "abcd😀e\ufffd", id="controls and surrogates"),
        pytest.param("\n  a\n  b ", "a b", id="white space"),
    ],
)
def test_a_title_is_one_plain_line(written: str, expected: str) -> None:
    assert only(rss(f"<title>{written}</title>")).title == expected


def test_titles_guids_and_names_are_bounded() -> None:
    long = "x" * 5000
    item = only(
        rss(f"<title>{long}</title><guid>{long}</guid><author>{long}</author><link>https://a.example/{long}</link>")
    )
    assert (len(item.title), item.title[-1]) == (1000, "…")
    assert item.guid is not None
    assert item.guid.startswith("sha256:")
    assert len(item.authors[0]) <= 200
    assert item.url is None


def test_of_too_many_items_the_newest_are_kept_in_their_order() -> None:
    items = [f"<title>{day}</title><pubDate>{day:02} Mar 2026 08:00 GMT</pubDate>" for day in range(1, 10)]
    feed = parse.feed(rss(*items), None, URL, max_items=3)
    assert [item.title for item in feed.items] == ["7", "8", "9"]
    assert feed.dropped == 6


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param("<link>a/1</link>", "https://site.example/a/1", id="stands against the site, not the feed"),
        pytest.param(
            '<link uri="at://x">https://a.example/1</link>', "https://a.example/1", id="text beside an attribute"
        ),
        pytest.param(
            '<enclosure url="https://a.example/1.mp3"/>', "https://a.example/1.mp3", id="enclosed, if nothing else"
        ),
        pytest.param("<link>javascript:alert(1)</link>", None, id="no address"),
        pytest.param('<guid isPermaLink="false">https://a.example/1</guid>', None, id="a guid that is none, it says"),
    ],
)
def test_an_item_leads_to_its_page(links: str, expected: str | None) -> None:
    assert only(rss(f"<title>t</title>{links}", channel="<link>https://site.example/</link>")).url == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            '<link href="/a"/><link rel="alternate" type="text/html" href="/b"/>', "/b", id="the page said last"
        ),
        pytest.param(
            '<link rel="self" href="/a"/><link rel="enclosure" href="/b"/><link href="/c"/>', "/c", id="alternate"
        ),
        pytest.param('<link hreflang="en" href="/a"/><link hreflang="de" href="/b"/>', "/a", id="first language"),
        pytest.param('<link type="application/pdf" href="/a.pdf"/>', "/a.pdf", id="an alternate of another type"),
    ],
)
def test_an_atom_entry_leads_to_its_alternate(entry: str, expected: str) -> None:
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><id>urn:1</id>{entry}</entry></feed>'
    assert only(body.encode()).url == f"https://feeds.example{expected}"


WORD = "Überraschung — 日本語"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        pytest.param(rss(f"<title>{WORD}</title>"), "text/xml; charset=iso-8859-1", WORD, id="a wrong header"),
        pytest.param(rss(f"<title>{WORD}</title>").decode().encode("utf-16"), None, WORD, id="UTF-16"),
        pytest.param(rss(f"<title>{WORD}</title>").decode().encode("utf-32"), None, WORD, id="UTF-32"),
        pytest.param(
            rss("<title>Новости</title>", head='<?xml version="1.0" encoding="windows-1251"?>')
            .decode()
            .encode("cp1251"),
            "application/rss+xml; charset=utf-8",
            "Новости",
            id="declared, against the header",
        ),
        pytest.param(
            rss("<title>伊朗</title>", head="").decode().encode("gb18030"),
            "x; charset=gb2312",
            "伊朗",
            id="header alone",
        ),
        pytest.param(
            rss("<title>連載</title>", head='<?xml version="1.0" encoding="iso-2022-jp"?>')
            .decode()
            .encode("iso2022_jp"),
            None,
            "連載",
            id="shifting",
        ),
        pytest.param(
            rss("<title>x</title>", head='<?xml version="1.0" encoding="x-klingon"?>'), None, "x", id="unknown"
        ),
        pytest.param(
            rss("<title>+ADw-b+AD4-</title>", head='<?xml version="1.0" encoding="utf-7"?>'),
            None,
            "+ADw-b+AD4-",
            id="UTF-7",
        ),
        pytest.param(rss("<title>Café</title>").decode().encode("latin-1"), None, "Café", id="undeclared Latin-1"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(body: bytes, content_type: str | None, expected: str) -> None:
    assert only(body, content_type).title == expected


def test_white_space_and_comments_before_the_declaration_do_no_harm() -> None:
    feed = parse.feed(b"\n <!-- a warning -->\n" + rss("<title>t</title>"), None, URL)
    assert (len(feed.items), feed.damaged) == (1, False)


def test_an_item_cut_off_at_the_end_waits_for_the_next_poll() -> None:
    whole = rss("<title>one</title><guid>1</guid>", "<title>two</title><guid>2</guid>")
    feed = parse.feed(whole[: whole.index(b"<guid>2")], None, URL)
    assert [item.title for item in feed.items] == ["one"]
    assert feed.damaged


def test_items_inside_items_are_not_items() -> None:
    inner = "<title>outer</title><item><title>inner</title><link>https://a.example/</link></item><guid>1</guid>"
    assert [item.title for item in parse.feed(rss(inner, "<title>next</title>"), None, URL).items] == ["outer", "next"]


def test_items_that_are_never_closed_are_all_kept() -> None:
    body = b'<rss version="2.0"><channel><item><title>one</title><item><title>two</title></channel></rss>'
    assert [item.title for item in parse.feed(body, None, URL).items] == ["one", "two"]


def test_a_well_formed_feed_is_not_touched_by_repairs() -> None:
    body = (FEEDS / "outlet.rdf").read_bytes()
    assert repaired(body) == body


def test_no_file_and_no_address_is_opened() -> None:
    entity = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert "root:" not in repr(
        parse.feed(rss("<title>&x;</title><description>&x;</description>", head=entity), None, URL)
    )
    with pytest.raises(ParseError):
        parse.feed(b"/etc/passwd", None, URL)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "the body is empty", id="empty"),
        pytest.param(b" \n\n", "the body is empty", id="white space"),
        pytest.param(
            b"<!doctype html><title>Log in</title>",
            f"this is an HTML page (“Log in”), not a feed; try: briefing follow {URL}",
            id="page",
        ),
        pytest.param(
            b"<?xml version='1.0'?><html><body><item>x</item></body></html>",
            f"this is an HTML page, not a feed; try: briefing follow {URL}",
            id="page with an item in it",
        ),
        pytest.param(
            b'<?xml version="1.0"?><opml><body/></opml>', "this is an OPML list of feeds, not a feed", id="OPML"
        ),
        pytest.param(b'<?xml version="1.0"?><svg/>', "this is XML with the root <svg>, not a feed", id="XML"),
        pytest.param(b'{"error": "slow down"}', "this is JSON, but not a JSON Feed", id="JSON"),
        pytest.param(b'{"items": [', "this is broken JSON", id="broken JSON"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this is a PNG image, not a feed", id="image"),
        pytest.param(b"Service unavailable", "this is not a feed", id="words"),
    ],
)
def test_what_is_no_feed_is_told_by_what_it_looks_like(body: bytes, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse.feed(body, "application/rss+xml", URL)
    assert str(caught.value) == words


def test_an_empty_feed_is_healthy() -> None:
    assert parse.feed(rss(), None, URL).items == ()


EPISODE = "<title>A</title><itunes:episode>{}</itunes:episode>"
ITUNES = '<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/x" '


def podcast(item: str) -> bytes:
    return rss(item).replace(b"<rss ", ITUNES.encode())


@pytest.mark.parametrize(
    ("item", "number"),
    [
        pytest.param(EPISODE.format(12), 12, id="itunes:episode"),
        pytest.param(EPISODE.format(" 007 "), 7, id="zeros and white space"),
        pytest.param(EPISODE.format(12) + "<itunes:episodeType>full</itunes:episodeType>", 12, id="a full episode"),
        pytest.param(EPISODE.format(12) + "<itunes:episodeType> Bonus</itunes:episodeType>", None, id="a bonus"),
        pytest.param(EPISODE.format(12) + "<itunes:episodeType>trailer</itunes:episodeType>", None, id="a trailer"),
        pytest.param("<title>A</title><podcast:episode>15</podcast:episode>", 15, id="podcast:episode"),
        pytest.param("<title>A</title><podcast:episode>3.5</podcast:episode>", None, id="half an episode"),
        pytest.param(EPISODE.format(12) + "<podcast:episode>15</podcast:episode>", 12, id="itunes wins"),
        pytest.param("<title>A</title>", None, id="none"),
        *(pytest.param(EPISODE.format(odd), None, id=odd[:12] or "empty") for odd in ODD),
    ],
)
def test_the_number_that_a_feed_gives_an_item_is_a_small_whole_one(item: str, number: int | None) -> None:
    assert only(podcast(item)).number == number


SKIPS = "<skipHours>{}</skipHours><skipDays>{}</skipDays>"


@pytest.mark.parametrize(
    ("hours", "days", "rest"),
    [
        pytest.param(["5", " 0 ", "23"], ["Saturday", " sunday "], Rest((0, 5, 23), (5, 6)), id="some of each"),
        pytest.param(["24", "07"], [], Rest((0, 7)), id="midnight is 24 in RSS 0.91"),
        pytest.param(["25", "-1", "x", "", "1e1", "\u0663"], ["Caturday", ""], Rest(), id="no such hours and days"),
        pytest.param([str(hour) for hour in range(24)], list(DAYS), Rest(), id="all hours and days say nothing"),
        pytest.param(["5"] * 5000, ["Monday"] * 5000, Rest((5,), (0,)), id="one many times"),
    ],
)
def test_skipped_hours_and_days_are_read(hours: list[str], days: list[str], rest: Rest) -> None:
    told = ("".join(f"<{name}>{one}</{name}>" for one in many) for name, many in (("hour", hours), ("day", days)))
    item = "<title>A</title><hour>9</hour><description>&lt;skipHours&gt;&lt;hour&gt;9&lt;/hour&gt;</description>"
    feed = parse.feed(rss(item, channel=SKIPS.format(*told)), None, URL)
    assert (feed.rest, len(feed.items)) == (rest, 1)
