"""From an address to a feeds.yaml that follows it: a page or feed on loopback in, a configuration and a preview out."""

import asyncio
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from briefing import follow
from briefing.check import Checked, amend, check
from briefing.compiled import matcher
from briefing.config import effective
from briefing.errors import ConfigError, FeedError
from briefing.follow import Found, Trial
from briefing.model import Request
from tests.integration.documents import HTML, LONG, Entry, page, rss
from tests.integration.world import NOON, Feeds

PROMISE = "Coming up in Part 2: The Keeper of the Lanterns."
LINK = '<link rel="alternate" type="application/rss+xml" title="All of it" href="/feed.rss">'
TITLES = ("The Lantern Contingency: A Way Out", "Lantern makers of Qazvin on strike", "Rain in Lisbon")


def put_site(feeds: Feeds) -> None:
    """Put up a front page that announces a feed of excerpts, whose first article ends with a promise."""
    feeds.put("/", page("The Review", "Welcome.", head=LINK), content_type=HTML)
    entries = [Entry(str(n), title, NOON - timedelta(hours=n + 1), f"{title} …") for n, title in enumerate(TITLES)]
    feeds.put("/feed.rss", rss(*entries, title="The Review", base=feeds.url))
    feeds.put("/0", page(TITLES[0], LONG, PROMISE), content_type=HTML)


def look(path: str = "/", put: Callable[[Feeds], None] = put_site, **how: bool) -> Found:
    async def looked() -> Found:
        async with Feeds() as feeds:
            put(feeds)
            return await follow.look(feeds.url + path, clock=lambda: NOON, **{"allow_private": True, **how})

    return asyncio.run(looked())


def accepted(path: Path) -> Checked:
    checked = check(path, {})
    assert checked.config is not None, checked.problems
    assert [problem.message for problem in checked.problems if problem.severity == "error"] == []
    return checked


@pytest.fixture(scope="module")
def found() -> Found:
    return look()


def test_a_page_leads_to_its_feed(found: Found) -> None:
    assert found.url.endswith("/feed.rss")
    assert [item.title for item in found.feed.items] == list(TITLES)


def test_the_address_of_a_feed_is_taken_as_it_is() -> None:
    assert look("/feed.rss").url.endswith("/feed.rss")


def test_it_says_what_it_found_and_what_is_promised(found: Found) -> None:
    said = "\n".join(follow.words(found))
    assert "The Review · 3 items · newest 05 Nov 2026" in said
    assert "promise    Part 2: The Keeper of the Lanterns (in “The Lantern Contingency: A Way Out”)" in said


def test_the_suggested_query_matches_something(found: Found) -> None:
    assert found.query
    assert TITLES[0] in {item.title for item in found.matching}


def test_it_writes_a_short_feeds_yaml_that_check_accepts(found: Found, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(follow.followed(found, None, to="reader@example.org", zone="Europe/London"))
    story = follow.story_of(found)
    config = accepted(path).config
    assert config is not None
    assert [(str(feed.url), feed.allow_private) for feed in effective.feeds(config).values()] == [(found.url, True)]
    assert config.stories[story].title == "The Review"
    assert config.stories[story].series is not None
    assert [digest.to for digest in config.digests.values()] == [["reader@example.org"]]
    assert len(path.read_text().splitlines()) < 25
    assert [one.name for one in tmp_path.iterdir()] == ["feeds.yaml"]


STANDING = """# Mine, with care.
version: 1
site: {from: me@example.org}   # nobody else
feeds:
  # the first one
  one: {url: https://one.example/feed, title: "One"}   # daily
stories:
  all: {title: All of it, feeds: [one]}
"""


def test_it_adds_to_a_standing_file_and_leaves_every_other_line_as_it_was(found: Found, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(STANDING)
    path.chmod(0o600)
    text = follow.followed(found, STANDING, to="reader@example.org")
    story, config = follow.story_of(found), amend(path, lambda _: text, {}).config
    assert config is not None
    assert list(config.stories) == ["all", story]
    assert list(effective.feeds(config)) == ["one", story]
    assert config.digests[story].to == ["reader@example.org"]
    lines = path.read_text().splitlines()
    assert [line for line in lines if line in STANDING.splitlines()] == STANDING.splitlines()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_feed_that_is_followed_already_is_refused(found: Found) -> None:
    text = follow.followed(found, None, to=None)
    with pytest.raises(ConfigError):
        follow.followed(found, text, to=None)


def test_the_preview_shows_the_items_and_what_is_awaited(found: Found) -> None:
    mail = follow.preview(found, NOON)
    for shown in (mail.html, mail.text):
        flat = " ".join(shown.split())
        assert TITLES[0] in flat
        assert "The Keeper of the Lanterns" in flat
        assert "still awaited" in flat.casefold()


def nothing(feeds: Feeds) -> None:
    feeds.put("/", page("A page", "No feed here."), content_type=HTML)


def broken(feeds: Feeds) -> None:
    feeds.put("/", page("A page", "It announces a feed that is none.", head=LINK), content_type=HTML)


TROUBLE = [
    ("a page without a feed", "/", nothing, "an HTML page (“A page”), not a feed"),
    ("a page whose feed is away", "/", broken, "an HTML page (“A page”), not a feed"),
    ("a page that is away", "/none", nothing, "404"),
]


@pytest.mark.parametrize(("path", "put", "words"), [row[1:] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
def test_what_cannot_be_followed_is_said_in_words(path: str, put: Callable[[Feeds], None], words: str) -> None:
    with pytest.raises(FeedError) as error:
        look(path, put)
    assert words in str(error.value)


def test_a_private_address_is_not_looked_at_unasked() -> None:
    with pytest.raises(FeedError, match="may not be dialled"):
        look(allow_private=False)


def test_what_a_page_or_feed_links_to_is_not_looked_at_in_private_networks() -> None:
    async def looked() -> tuple[Feeds, Feeds, Found]:
        async with Feeds() as feeds, Feeds() as stranger:
            elsewhere = LINK.replace('href="', f'href="{stranger.url}')
            feeds.put("/", page("The Review", "Welcome.", head=elsewhere + LINK), content_type=HTML)
            links = [f"{stranger.url}/1", f"{feeds.url}/2"]
            entries = [Entry(link, f"Report of {link[-1]}", NOON, "An excerpt …", link) for link in links]
            for server in (feeds, stranger):
                server.put("/feed.rss", rss(*entries))
            return feeds, stranger, await follow.look(feeds.url, allow_private=True, clock=lambda: NOON)

    feeds, stranger, found = asyncio.run(looked())
    assert stranger.requests == []
    assert found.url == f"{feeds.url}/feed.rss"
    assert feeds.asked("/2") == [404]


AUTHORISED = """
version: 1
site: {from: me@example.org}
feeds:
  one: {url: "URL/", allow_private: true, headers: {X-Key: a secret}, auth: {user: me, password: another}}
stories:
  all: {title: All of it, query: lantern*}
"""


def test_a_trial_shows_what_would_match_and_keeps_the_feeds_secrets_at_home(tmp_path: Path) -> None:
    async def tried() -> tuple[Feeds, Feeds, tuple[Trial, ...]]:
        async with Feeds() as feeds, Feeds() as stranger:
            put_site(feeds)
            head = LINK.replace('href="', f'href="{stranger.url}') + LINK
            feeds.put("/", page("The Review", "Welcome.", head=head), content_type=HTML)
            path = tmp_path / "feeds.yaml"
            path.write_text(AUTHORISED.replace("URL", feeds.url))
            config = accepted(path).config
            assert config is not None
            return feeds, stranger, await follow.trial(config, "one", matcher(config))

    feeds, stranger, trials = asyncio.run(tried())
    assert stranger.heard == []
    assert all(headers["X-Key"] == "a secret" for _, headers in feeds.heard)
    assert [(row.title, len(row.matches)) for row in trials] == list(zip(TITLES, (1, 1, 0), strict=True))


def test_a_server_that_was_not_named_is_given_no_secret() -> None:
    named = Request("https://one.example/", headers=(("X-Key", "a secret"),), auth=("me", "another"))
    scout = follow.Scout(named)
    assert scout._to("https://ONE.example/feed") == replace(named, url="https://ONE.example/feed")
    assert scout._to("https://two.example/feed") == Request("https://two.example/feed")


def test_items_from_the_future_and_without_a_date_are_shown_too() -> None:
    def put(feeds: Feeds) -> None:
        late = Entry("1", "Lanterns from the future", NOON + timedelta(days=400))
        feeds.put("/", rss(late, Entry("2", "Lanterns of no date"), base=feeds.url))

    text = follow.preview(look("/", put), NOON).text
    assert "Lanterns from the future" in text
    assert "Lanterns of no date" in text
