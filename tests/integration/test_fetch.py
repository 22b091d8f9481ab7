"""What a request brings back over a real loopback server, and where redirects lead."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from briefing.model import Failed, Fetched, FetchOutcome, Gone, NotModified, Request, Throttled, Validators
from tests.integration.loopback import FEED, Answer, fetch, get, page, redirect, serving


def test_a_new_body_comes_with_what_to_remember() -> None:
    answer = page(ETag='"a"', Last_Modified="Sun, 22 Nov 2026 11:00:00 GMT", Cache_Control="max-age=60")
    answer.content_type = "application/rss+xml"
    outcome, site = fetch({"/feed": answer}, "/feed?all=1#top")
    assert isinstance(outcome, Fetched)
    assert outcome.url == site.url("/feed?all=1")
    assert (outcome.body, outcome.content_type) == (FEED, "application/rss+xml")
    assert (outcome.validators.etag, outcome.validators.last_modified) == ('"a"', "Sun, 22 Nov 2026 11:00:00 GMT")
    assert (outcome.fresh_for, outcome.moved_to) == (timedelta(minutes=1), None)


def test_the_request_says_who_asks_and_takes_only_what_we_unpack() -> None:
    _, site = fetch({"/feed": page()}, user_agent="briefing/0.1 (+https://desk.example)")
    headers = site.asked[0].headers
    assert headers.getall("User-Agent") == ["briefing/0.1 (+https://desk.example)"]
    assert headers.getall("Accept-Encoding") == ["gzip, deflate"]
    assert not headers.keys() & {"If-None-Match", "If-Modified-Since", "Cookie", "Authorization"}


def test_an_operator_cannot_ask_for_an_encoding_we_refuse() -> None:
    _, site = fetch({"/feed": page()}, headers=(("accept-encoding", "br"), ("X-Key", "k")))
    assert site.asked[0].headers.getall("Accept-Encoding") == ["gzip, deflate"]
    assert site.asked[0].headers["X-Key"] == "k"


def test_known_validators_are_sent_and_a_304_is_not_modified() -> None:
    known = Validators('"a"', "Sun, 22 Nov 2026 11:00:00 GMT", "1:00")
    outcome, site = fetch({"/feed": web.Response(status=304, headers={"ETag": '"b"'})}, validators=known)
    assert outcome == NotModified(replace(known, etag='"b"'))
    assert site.asked[0].headers["If-None-Match"] == '"a"'
    assert site.asked[0].headers["If-Modified-Since"] == "Sun, 22 Nov 2026 11:00:00 GMT"


def test_the_same_body_again_is_not_modified_though_the_server_has_no_validators() -> None:
    first, _ = fetch({"/feed": page()})
    assert isinstance(first, Fetched)
    again, _ = fetch({"/feed": page(Cache_Control="max-age=60")}, validators=first.validators)
    assert again == NotModified(first.validators, timedelta(minutes=1))
    other, _ = fetch({"/feed": page(FEED + b" ")}, validators=first.validators)
    assert isinstance(other, Fetched)


def test_another_parser_gets_the_same_body_again() -> None:
    async def exchange() -> None:
        async with serving({"/feed": page(ETag='"a"')}) as site:
            first = await get(Request(site.url()), parser_version="1")
            assert isinstance(first, Fetched)
            known = Request(site.url(), validators=first.validators)
            assert isinstance(await get(known, parser_version="1"), NotModified)
            assert isinstance(await get(known, parser_version="2"), Fetched)
            assert "If-None-Match" not in site.asked[-1].headers

    asyncio.run(exchange())


STATUSES = {
    "gone": (web.Response(status=410), Gone("/feed")),
    "throttled by seconds": (
        web.Response(status=429, headers={"Retry-After": "120"}),
        Throttled(429, timedelta(minutes=2)),
    ),
    "throttled by date": (
        web.Response(status=503, headers={"Retry-After": "Sun, 22 Nov 2026 13:00:00 GMT"}),
        Throttled(503, timedelta(hours=1)),
    ),
    "throttled without a word": (web.Response(status=503), Throttled(503, None)),
    "not found": (web.Response(status=404), Failed("HTTP 404 Not Found", 404)),
    "unauthorized": (web.Response(status=401), Failed("HTTP 401 Unauthorized", 401)),
    "broken": (web.Response(status=500, reason="<b>oops"), Failed("HTTP 500 Internal Server Error", 500)),
    "unheard of": (web.Response(status=599), Failed("HTTP 599", 599)),
    "no content": (web.Response(status=204), Failed("HTTP 204 No Content", 204)),
    "a part": (web.Response(status=206, body=b"x"), Failed("HTTP 206 Partial Content", 206)),
    "unchanged, unasked": (web.Response(status=304), Failed("HTTP 304 Not Modified", 304)),
    "a redirect to nowhere": (web.Response(status=302), Failed("HTTP 302 Found", 302)),
    "a choice": (web.Response(status=300, headers={"Location": "/x"}), Failed("HTTP 300 Multiple Choices", 300)),
}


@pytest.mark.parametrize(("answer", "expected"), STATUSES.values(), ids=STATUSES.keys())
def test_a_status_becomes_its_outcome(answer: web.Response, expected: FetchOutcome) -> None:
    outcome, site = fetch({"/feed": answer})
    assert outcome == (Gone(site.url()) if isinstance(expected, Gone) else expected)


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        pytest.param([301], True, id="301"),
        pytest.param([308], True, id="308"),
        pytest.param([301, 308, 301], True, id="an unbroken chain"),
        pytest.param([302], False, id="302"),
        pytest.param([303], False, id="303"),
        pytest.param([307], False, id="307"),
        pytest.param([301, 302], False, id="a chain that ends in 302"),
        pytest.param([301, 302, 301], False, id="a chain with a 302 in it"),
        pytest.param([307, 301], False, id="a chain that begins with 307"),
    ],
)
def test_only_an_unbroken_permanent_chain_is_a_move(statuses: list[int], moved: bool) -> None:
    answers: dict[str, Answer] = {f"/{n}": redirect(status, f"/{n + 1}") for n, status in enumerate(statuses)}
    last = f"/{len(statuses)}"
    outcome, site = fetch({**answers, last: page()}, "/0")
    assert isinstance(outcome, Fetched)
    assert outcome.url == site.url(last)
    assert outcome.moved_to == (site.url(last) if moved else None)


def test_a_move_is_told_with_an_unchanged_body_too() -> None:
    known = Validators(etag='"a"')
    outcome, site = fetch({"/feed": redirect(301, "/new"), "/new": web.Response(status=304)}, validators=known)
    assert outcome == NotModified(known, moved_to=site.url("/new"))


def test_a_feed_is_gone_for_good_only_where_it_moved_for_good() -> None:
    outcome, site = fetch({"/feed": redirect(301, "/new"), "/new": web.Response(status=410)})
    assert outcome == Gone(site.url("/new"))
    outcome, _ = fetch({"/feed": redirect(302, "/new"), "/new": web.Response(status=410)})
    assert outcome == Failed("HTTP 410 Gone", 410)


def test_a_loop_ends_at_the_cap() -> None:
    outcome, site = fetch({"/feed": redirect(302, "/back"), "/back": redirect(302, "/feed")}, max_redirects=5)
    assert outcome == Failed("more than 5 redirects")
    assert len(site.asked) == 6


BAD_TARGETS = {
    "a file": "file:///etc/passwd",
    "a file without slashes": "file:/etc/passwd",
    "a file in capitals": "FILE:///etc/passwd",
    "ftp": "ftp://127.0.0.1/feed",
    "gopher": "gopher://127.0.0.1:70/",
    "script": "javascript:alert(1)",
    "data": "data:text/xml,<rss/>",
    "a user name": "http://user@127.0.0.1/",
    "user name and password": "http://user:pass@127.0.0.1/",
    "a backslash that hides a user name": "http://example.org\\@127.0.0.1/",
    "no address": "http://[::1/",
    "a port beyond all": "http://127.0.0.1:99999/",
    "a name with a NUL": "http://127.0.0.1%00.example.org/",
}


@pytest.mark.parametrize("target", BAD_TARGETS.values(), ids=BAD_TARGETS.keys())
def test_a_redirect_to_what_is_no_plain_web_address_fails(target: str) -> None:
    outcome, site = fetch({"/feed": redirect(301, target)})
    assert isinstance(outcome, Failed)
    assert site.paths == ["/feed"]
    assert "pass" not in outcome.reason
