"""What a request never gives away: credentials, cookies, the operator's own headers."""

import asyncio
import base64

import pytest
from aiohttp import web

from briefing.model import Failed, Fetched, Request
from tests.integration.loopback import FEED, NOW, Answer, fetch, fetcher, get, page, redirect, serving

SECRET = "s3cr3t"
BASIC = "Basic " + base64.b64encode(f"desk:{SECRET}".encode()).decode()


def secrets(request: web.Request) -> tuple[str | None, str | None]:
    return request.headers.get("Authorization"), request.headers.get("X-Key")


def test_secrets_stay_within_the_origin() -> None:
    outcome, site = fetch(
        {"/feed": redirect(302, "/new"), "/new": page()}, auth=("desk", SECRET), headers=(("X-Key", SECRET),)
    )
    assert isinstance(outcome, Fetched)
    assert [secrets(request) for request in site.asked] == [(BASIC, SECRET)] * 2


def test_secrets_do_not_cross_to_another_origin_nor_come_home_from_it() -> None:
    async def exchange() -> None:
        async with serving({}) as home, serving({}) as abroad:
            home.answers |= {"/feed": redirect(301, abroad.url("/trap")), "/secret": page()}
            abroad.answers |= {"/trap": redirect(301, home.url("/secret"))}
            request = Request(home.url(), auth=("desk", SECRET), headers=(("X-Key", SECRET),))
            outcome = await get(request)
            assert isinstance(outcome, Fetched)
            assert [secrets(r) for r in home.asked] == [(BASIC, SECRET), (None, None)]
            assert [secrets(r) for r in abroad.asked] == [(None, None)]
            # A move that would be adopted would take the secrets along at the next poll.
            assert outcome.moved_to is None

    asyncio.run(exchange())


@pytest.mark.parametrize(
    ("key", "stays"),
    [
        pytest.param(f"?token={SECRET}", True, id="a key"),
        pytest.param(f"?a=1&api_key={SECRET}", True, id="a key among others"),
        pytest.param("?format=rss", False, id="no key"),
    ],
)
def test_a_move_to_an_address_with_a_key_is_followed_but_never_adopted_for_that_is_stored(
    key: str, stays: bool
) -> None:
    outcome, site = fetch({"/feed": redirect(301, f"/new{key}"), "/new": page()})
    assert isinstance(outcome, Fetched)
    assert outcome.moved_to == (None if stays else site.url(f"/new{key}"))


def test_credentials_in_the_address_are_sent_as_basic_auth_and_shown_to_nobody() -> None:
    async def exchange() -> None:
        async with serving({"/feed": page()}) as site:
            outcome = await get(Request(f"http://desk:{SECRET}@127.0.0.1:{site.port}/feed"))
            assert isinstance(outcome, Fetched)
            assert secrets(site.asked[0]) == (BASIC, None)
            assert SECRET not in repr(outcome)
            failed = await get(Request(f"http://desk:{SECRET}@127.0.0.1:1/feed?token={SECRET}"))
            assert failed == Failed("the connection was refused")

    asyncio.run(exchange())


def test_cookies_are_not_kept_between_hops_or_requests() -> None:
    async def exchange() -> None:
        crumbs = {"Set-Cookie": "crumb=1; Path=/"}
        answers: dict[str, Answer] = {
            "/feed": web.Response(status=302, headers={"Location": "/new", **crumbs}),
            "/new": web.Response(body=FEED, headers=crumbs),
        }
        async with serving(answers) as site, fetcher() as way_out:
            for _ in range(2):
                await way_out.get(Request(site.url(host="localhost"), allow_private=True), now=NOW)
            assert site.paths == ["/feed", "/new"] * 2
            assert not any("Cookie" in request.headers for request in site.asked)

    asyncio.run(exchange())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def exchange() -> None:
        async with serving({"/feed": page()}) as site, serving({"/feed": page()}) as proxy:
            for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url(""))
            assert isinstance(await get(Request(site.url())), Fetched)
            assert (len(site.asked), len(proxy.asked)) == (1, 0)

    asyncio.run(exchange())
