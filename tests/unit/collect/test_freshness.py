"""What headers let us not ask, and not read again."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.collect import freshness
from briefing.model import Validators

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOON, TWO = "Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 14:00:00 GMT"
HOUR, ZERO = timedelta(hours=1), timedelta(0)

FRESH = {
    "nothing said": ({}, None),
    "max-age": ({"cache-control": "public, max-age=3600"}, HOUR),
    "max-age in quotes and capitals": ({"cache-control": 'Max-Age="3600"'}, HOUR),
    "max-age that is no number": ({"cache-control": "max-age=soon"}, None),
    "max-age below zero": ({"cache-control": "max-age=-1"}, None),
    "max-age beyond reason": ({"cache-control": "max-age=" + "9" * 400}, timedelta(seconds=10**9)),
    "Expires by the server's clock": ({"expires": TWO, "date": NOON}, 2 * HOUR),
    "Expires by ours": ({"expires": TWO}, 2 * HOUR),
    "Expires in the past": ({"expires": NOON, "date": TWO}, ZERO),
    "Expires of zero": ({"expires": "0"}, ZERO),
    "the longer of both": ({"cache-control": "max-age=3600", "expires": TWO, "date": NOON}, 2 * HOUR),
    "no-cache": ({"cache-control": "no-cache, max-age=3600", "expires": TWO}, ZERO),
    "no-store": ({"cache-control": "No-Store"}, ZERO),
    "other directives": ({"cache-control": "private, must-revalidate"}, None),
}


@pytest.mark.parametrize(("headers", "span"), FRESH.values(), ids=FRESH.keys())
def test_freshness_is_what_the_headers_say(headers: dict[str, str], span: timedelta | None) -> None:
    assert freshness.fresh_for(headers, NOW) == span


def test_only_validators_that_exist_are_sent() -> None:
    assert freshness.conditions(Validators(), "1") == {}
    assert freshness.conditions(Validators(etag="", last_modified=""), "1") == {}
    assert freshness.conditions(Validators(etag='"a"'), "1") == {"If-None-Match": '"a"'}
    assert freshness.conditions(Validators(last_modified=NOON), "1") == {"If-Modified-Since": NOON}


def test_a_body_that_another_parser_read_is_asked_for_again() -> None:
    known = Validators(etag='"a"', body_hash="1:00")
    assert freshness.conditions(known, "1")
    assert freshness.conditions(known, "2") == {}


@pytest.mark.parametrize("etag", ["", "x" * 2000, '"\N{SNOWMAN}"', '"a\x7f"'])
def test_a_validator_that_could_not_be_sent_back_is_dropped(etag: str) -> None:
    assert freshness.validators({"etag": etag}, "1:00") == Validators(body_hash="1:00")


def test_a_confirmation_renews_what_it_names_and_keeps_the_rest() -> None:
    known = Validators('"a"', NOON, "1:00")
    assert freshness.confirmed(known, {}) == known
    assert freshness.confirmed(known, {"etag": '"b"'}) == Validators('"b"', NOON, "1:00")
