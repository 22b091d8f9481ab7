"""URLs: shown safely, compared by what they lead to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefing.collect import urls

BASE = "https://news.example/world/today"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://a.example/x?y=1#z", "https://a.example/x?y=1#z", id="absolute stays as it is"),
        pytest.param("../a", "https://news.example/a", id="relative"),
        pytest.param("//cdn.example/a", "https://cdn.example/a", id="without scheme"),
        pytest.param(" https://a.example/ \n", "https://a.example/", id="white space around"),
        pytest.param("https://a.example/b c", "https://a.example/b%20c", id="space inside"),
        pytest.param("HTTPS://A.Example:443/X", "https://a.example/X", id="upper case and default port"),
        pytest.param("http://a.example:8080/", "http://a.example:8080/", id="other port"),
        pytest.param("https://user:secret@a.example/", "https://a.example/", id="credentials go"),
        pytest.param("https://good.example\\@evil.example/", "https://good.example/@evil.example/", id="backslash"),
        pytest.param("https://раypal.example/", "https://xn--ypal-43d9g.example/", id="look-alike letters"),
        pytest.param("http://[2001:db8::1]/a", "http://[2001:db8::1]/a", id="IPv6"),
        pytest.param('https://a.example/"><b>', "https://a.example/%22%3E%3Cb%3E", id="markup"),
        pytest.param("/a\u200cb\u00ad/é", "https://news.example/a%E2%80%8Cb%C2%AD/é", id="what cannot be seen"),
        pytest.param("javascript:alert(1)", None, id="javascript"),
        pytest.param("JaVa\tScRiPt:alert(1)", None, id="javascript in pieces"),
        pytest.param("\x01javascript:alert(1)", None, id="javascript behind a control character"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("https://", None, id="no host"),
        pytest.param("https:///path", None, id="empty host"),
        pytest.param("https://a.example:99999/", None, id="impossible port"),
        pytest.param("https://a b.example/", None, id="space in the host"),
        pytest.param("https://[::1", None, id="half a bracket"),
        pytest.param("https://a.example/" + "x" * 2000, None, id="too long"),
        pytest.param("https://a.example/" + "^" * 700, None, id="too long once it is escaped"),
        pytest.param("tag:a.example,2026:1", None, id="a tag is no address"),
        pytest.param("", None, id="empty"),
    ],
)
def test_only_web_addresses_are_shown(url: str, expected: str | None) -> None:
    assert urls.absolute(url, BASE) == expected


def test_a_relative_url_without_a_base_leads_nowhere() -> None:
    assert urls.absolute("/a/1") is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        pytest.param("/a?utm_source=x&id=1&fbclid=2", "https://news.example/a?id=1", id="trackers go"),
        pytest.param("/a?mc_cid=1", "https://news.example/a", id="nothing but trackers"),
        pytest.param("/a?b=2&a=1", "https://news.example/a?b=2&a=1", id="order stays"),
        pytest.param("mailto:desk@a.example?subject=x&bcc=y", "mailto:desk@a.example", id="a mail address alone"),
        pytest.param("mailto:a@b.example,c@d.example", None, id="several addresses"),
        pytest.param("tel:+1", None, id="telephone"),
    ],
)
def test_links_lead_where_they_say_and_tell_nobody(href: str, expected: str | None) -> None:
    assert urls.link(href, BASE) == expected


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(("https://a.example/x", "http://a.example/x"), id="http and https"),
        pytest.param(("https://a.example/x", "https://A.EXAMPLE:443/x/"), id="case, port, slash"),
        pytest.param(("https://a.example", "https://a.example/#top"), id="root and fragment"),
        pytest.param(("https://a.example/x?a=1&b=2", "https://a.example/x?b=2&utm_medium=rss&a=1"), id="query order"),
        pytest.param(("https://a.example/x", "https://a.example/x/amp/"), id="amp folder"),
        pytest.param(("https://a.example/x.html", "https://a.example/x.amp.html?amp=1"), id="amp file"),
        pytest.param(("https://a.example/%7Ex", "https://a.example/~x"), id="needless escapes"),
    ],
)
def test_spellings_of_one_address_have_one_canonical_form(same: tuple[str, str]) -> None:
    assert urls.canonical(same[0]) == urls.canonical(same[1]) is not None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("https://a.example/x?id=1", "https://a.example/x?id=2"), id="query"),
        pytest.param(("https://a.example/x", "https://b.example/x"), id="host"),
        pytest.param(("https://a.example/X", "https://a.example/x"), id="case of the path"),
        pytest.param(("https://a.example/sample", "https://a.example/s"), id="a word that ends in amp-le"),
    ],
)
def test_different_addresses_stay_apart(other: tuple[str, str]) -> None:
    assert urls.canonical(other[0]) != urls.canonical(other[1])


PIECES = st.sampled_from([*"abcé/?&=#%:@.\\ \t[]", "utm_x=1", "amp", ".amp", "//", "%41", "https://a.example/"])


@given(st.lists(PIECES, max_size=14).map("".join))
def test_doing_it_twice_changes_nothing(text: str) -> None:
    for once in (urls.absolute, urls.canonical, urls.link):
        found = once(text if text.startswith("http") else f"https://a.example/{text}")
        if found is not None:
            assert once(found) == found
            assert found.startswith(("http://", "https://"))
