"""What a configuration comes to, every default settled."""

from datetime import timedelta
from typing import Any

import pytest

from briefing.config import effective
from briefing.config.grammar import Config, FullText, Rights
from briefing.model import FeedId, StoryId

A, B, C = "https://a.org/rss", "https://b.org/rss", "https://www.c.org/analysis/rss"


def config(**sections: Any) -> Config:
    return Config.model_validate({"version": 1, "site": {"from": "Name <a@example.org>"}} | sections)


def story(**options: Any) -> dict[str, Any]:
    return {"title": "S"} | options


def test_an_address_named_by_a_story_is_a_feed_with_a_lasting_id() -> None:
    made = config(feeds={"a": {"url": A}}, stories={"s": story(feeds=["a", C]), "t": story(feeds=[C])})
    assert {name: str(feed.url) for name, feed in effective.feeds(made).items()} == {"a": A, "c-org-analysis-rss": C}
    assert effective.story_feeds(made, StoryId("s")) == ("a", "c-org-analysis-rss")
    assert effective.story_feeds(made, StoryId("t")) == ("c-org-analysis-rss",)


def test_an_address_that_a_feed_has_is_that_feed() -> None:
    made = config(feeds={"a": {"url": A}}, stories={"s": story(feeds=["HTTPS://A.org:443/rss", "a"])})
    assert list(effective.feeds(made)) == ["a"]
    assert effective.story_feeds(made, StoryId("s")) == ("a",)


def test_a_story_that_names_no_feeds_reads_all_of_them() -> None:
    made = config(feeds={"a": {"url": A}, "b": {"url": B}}, stories={"s": story(), "t": story(feeds=[C])})
    assert effective.story_feeds(made, StoryId("s")) == ("a", "b", "c-org-analysis-rss")


def test_an_id_that_is_taken_gets_a_mark() -> None:
    made = config(feeds={"c-org-analysis-rss": {"url": A}}, stories={"s": story(feeds=[C])})
    (_, name) = effective.feeds(made)
    assert name.startswith("c-org-analysis-rss-")


IDS = (
    ("host and path", "https://example.org/analysis/rss", "example-org-analysis-rss"),
    ("www is left out", "https://www.example.org/", "example-org"),
    ("a query adds a mark", "https://example.org/feed?q=iran", "example-org-feed-q-iran-5f5a1fd9"),
    ("another query is another id", "https://example.org/feed?q=irak", "example-org-feed-q-irak-"),
    ("at most 64 characters", "https://example.org/" + "long/" * 40, "example-org-long-long"),
    ("letters outside ASCII", "https://example.org/اخبار", "example-org"),
)


@pytest.mark.parametrize(("url", "start"), [c[1:] for c in IDS], ids=[c[0] for c in IDS])
def test_an_address_gives_an_id(url: str, start: str) -> None:
    name = effective.id_of(url)
    assert name.startswith(start[:20])
    assert len(name) <= 64


def test_a_feed_takes_its_own_values_then_the_defaults() -> None:
    made = config(
        defaults={"poll": {"every": "10m", "timeout": "5s"}, "rights": "full", "user_agent": "ours"},
        feeds={"a": {"url": A, "every": "2m", "rights": "excerpt"}, "b": {"url": B, "user_agent": "its own"}},
    )
    a, b = (effective.settings(made, FeedId(name)) for name in "ab")
    assert (a.every, a.deadline, a.rights, a.user_agent) == (
        timedelta(minutes=2), timedelta(seconds=5), Rights.EXCERPT, "ours",
    )  # fmt: skip
    assert (b.every, b.rights, b.user_agent) == (timedelta(minutes=10), Rights.FULL, "its own")


def test_the_user_agent_says_whom_to_ask() -> None:
    assert effective.user_agent(config()).endswith("(+a@example.org)")
    made = config(site={"from": "a@example.org", "contact": "https://example.org/about"})
    assert effective.user_agent(made).endswith("(+https://example.org/about)")


FULL_TEXTS = (
    ("auto, in a story with a series", {}, {"series": {}}, FullText.AUTO),
    ("auto, in a story with series: true", {}, {"series": True}, FullText.AUTO),
    ("auto, in a story without", {}, {}, FullText.NEVER),
    ("never, in a story with a series", {"full_text": "never"}, {"series": {}}, FullText.NEVER),
    ("always, in a story without", {"full_text": "always"}, {}, FullText.ALWAYS),
)


@pytest.mark.parametrize(("feed", "options", "wanted"), [c[1:] for c in FULL_TEXTS], ids=[c[0] for c in FULL_TEXTS])
def test_pages_are_read_where_a_series_is_followed(
    feed: dict[str, Any], options: dict[str, Any], wanted: FullText
) -> None:
    made = config(feeds={"a": {"url": A} | feed}, stories={"s": story(feeds=["a"], **options)})
    assert effective.settings(made, FeedId("a")).full_text is wanted


def test_secrets_are_in_the_clear_and_never_printed() -> None:
    feed = {"url": A, "headers": {"Authorization": "hunter2"}, "auth": {"user": "u", "password": "hunter2"}}
    settings = effective.settings(config(feeds={"a": feed}), FeedId("a"))
    assert settings.headers == (("Authorization", "hunter2"),)
    assert settings.auth == ("u", "hunter2")
    assert "hunter2" not in repr(settings)


def test_a_digest_falls_back_on_the_site() -> None:
    digest = {"stories": ["s"], "to": ["a@example.org", {"list": "l"}], "at": "07:00"}
    made = config(
        site={"from": "a@example.org", "timezone": "Asia/Tehran"},
        stories={"s": story()},
        digests={"d": digest, "e": digest | {"timezone": "Europe/London"}},
    )
    assert [effective.zone(made, made.digests[name]) for name in "de"] == ["Asia/Tehran", "Europe/London"]


def test_service_notices_go_to_the_sender_unless_told_otherwise() -> None:
    assert effective.operator(config()) == "a@example.org"
    assert (
        effective.operator(config(site={"from": "a@example.org", "operator": "ops@example.org"})) == "ops@example.org"
    )


def test_the_id_of_an_address_holds_no_key() -> None:
    name = effective.id_of("https://x.example/rss?token=abcdef123456&lang=fa")
    assert "abcdef" not in name
    assert name.startswith("x-example-rss-token-lang-fa-")
