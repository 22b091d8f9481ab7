"""Every vendor alike: payloads its far end takes, hostile words made harmless, answers understood, secrets kept."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from slack_sdk.models.blocks import Block

from briefing.config.alerts import Channel
from briefing.model import Dead, Delivered, EventKind, Link, Notice, Retry, Verdict
from briefing.send.channels import CHANNELS, Vendor
from briefing.send.http import Poster
from briefing.send.text import as_json
from briefing.send.verdict import Answer, Unreachable
from demo.chat_sink import SECRET, ChatSink, slack_faults

NOW = datetime(2026, 11, 22, 8, 12, tzinfo=UTC)
KEY = "instalment:moscow-contingency:2"
HOSTILE = "<!channel> @everyone <https://evil.example|Read> <@U123> &lt; *bold* `code` :skull: https://evil.example"
PATH_SECRET = "sample"


def notice(**changes: Any) -> Notice:
    words = {
        "kind": EventKind.INSTALMENT,
        "headline": "Part 2 is out: The Praetorian Guard's Dilemma — Caspian Review, 2 min ago",
        "url": "https://review.example/part-2",
        "at": NOW,
        "source": "Caspian Review",
        "story": "The Moscow Contingency",
        "sentences": ("One sentence from the article.", "And a second."),
        "context": (Link("promised 5 November in Part 1", "https://review.example/part-1"),),
        "actions": (Link("Read", "https://review.example/part-2"),),
        "lang": "en",
    }
    return Notice(**(words | changes))


NOTICES = {
    "the usual": notice(),
    "the least": Notice(EventKind.TEST, "A test"),
    "no words": notice(headline="", sentences=("",), source="", context=(Link("", None),), actions=(Link("", "x"),)),
    "hostile": notice(
        headline=HOSTILE,
        sentences=(HOSTILE, HOSTILE),
        source=HOSTILE,
        story=HOSTILE,
        context=(Link(HOSTILE, "javascript:alert(1)"), Link(HOSTILE, "https://ok.example/>|<!channel>")),
        actions=(Link(HOSTILE, "https://ok.example/"), Link(HOSTILE, "file:///etc/passwd")),
    ),
    "far too long": notice(
        headline="word " * 4000,
        url="https://review.example/" + "x" * 5000,
        source="s" * 3000,
        story="s" * 3000,
        sentences=("word " * 3000,) * 60,
        context=(Link("word " * 1000, "https://review.example/" + "x" * 2900),) * 60,
        actions=(Link("word " * 100, "https://review.example/" + "x" * 2900),) * 60,
    ),
    "Persian": notice(headline="سپاه پاسداران، بخش دوم " * 60, sentences=("سپاه " * 3000,) * 9, lang="fa"),
    "quotes and controls": notice(headline='"\\\n\x00' * 900, sentences=('"\\\x01' * 5000,) * 9),
    "no encoding": notice(headline="half \ud83d of an emoji"),
}


@pytest.fixture(params=sorted(CHANNELS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def vendor(name: str) -> Vendor:
    return CHANNELS[name]


def channel(name: str, sink: ChatSink) -> BaseModel:
    settings: dict[str, dict[str, Any]] = {
        "slack": {"url": sink.slack_url},
        "webhook": {"url": sink.webhook_url, "secret": SECRET, "headers": {"X-Desk": "iran"}},
    }
    read: TypeAdapter[BaseModel] = TypeAdapter(Channel)
    return read.validate_python({"type": name, "allow_private": True, **settings[name]})


async def post(name: str, sink: ChatSink, words: Notice) -> Verdict:
    vendor = CHANNELS[name]
    payload = json.loads(json.dumps(vendor.payload(words, KEY)))  # as it comes back from the outbox
    url, body, headers = vendor.request(channel(name, sink), payload, "msg_1", NOW)
    async with Poster() as poster:
        return vendor.verdict(await poster.post(url, body, headers, allow_private=True), NOW)


@pytest.mark.parametrize("words", NOTICES.values(), ids=NOTICES.keys())
def test_the_far_end_takes_every_payload(name: str, words: Notice) -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            verdict = await post(name, sink, words)
            assert isinstance(verdict, Delivered), sink.posts[0].faults
            assert sink.invalid == 0

    asyncio.run(run())


ANSWERS: list[tuple[int, Verdict]] = [
    (200, Delivered("answered 200 OK")),
    (204, Delivered("answered 204 No Content")),
    (302, Dead("answered 302 Found; redirects are not followed, give the final address")),
    (400, Dead("answered 400 Bad Request")),
    (408, Retry("answered 408 Request Timeout")),
    (410, Dead("answered 410 Gone", stop_channel=True)),
    (413, Dead("answered 413 Request Entity Too Large")),
    (429, Retry("answered 429 Too Many Requests")),
    (500, Retry("answered 500 Internal Server Error")),
    (502, Retry("answered 502 Bad Gateway")),
    (503, Retry("answered 503 Service Unavailable")),
    (504, Retry("answered 504 Gateway Timeout")),
]


@pytest.mark.parametrize(("status", "verdict"), ANSWERS, ids=[str(status) for status, _ in ANSWERS])
def test_every_answer_means_the_same_to_every_vendor(vendor: Vendor, status: int, verdict: Verdict) -> None:
    assert vendor.verdict(Answer(status), NOW) == verdict


@pytest.mark.parametrize(
    ("status", "stops"), [(403, {"slack"}), (404, {"slack"}), (410, {"slack", "webhook"}), (400, set())]
)
def test_a_vendor_says_which_refusals_end_the_channel(name: str, vendor: Vendor, status: int, stops: set[str]) -> None:
    verdict = vendor.verdict(Answer(status), NOW)
    assert isinstance(verdict, Dead)
    assert verdict.stop_channel == (name in stops)


def test_the_wait_asked_for_comes_over_the_wire(name: str) -> None:
    async def run() -> None:
        async with ChatSink() as sink:
            sink.answer(429, "slow down", {"Retry-After": "30"})
            assert await post(name, sink, notice()) == Retry("answered 429 Too Many Requests", timedelta(seconds=30))

    asyncio.run(run())


def test_no_answer_is_tried_again_and_a_refused_address_is_not(vendor: Vendor) -> None:
    assert vendor.verdict(Unreachable("no answer within 20 s"), NOW) == Retry("no answer within 20 s")
    assert vendor.verdict(Unreachable("inside", refused=True), NOW) == Dead("inside")


def test_no_secret_is_in_a_verdict_a_payload_or_a_requests_text(name: str, vendor: Vendor) -> None:
    async def run() -> list[str]:
        async with ChatSink() as sink:
            echo = f"Cannot POST {sink.slack_url} {sink.webhook_url} {SECRET}"
            for status in (400, 404, 429, 500):
                sink.answer(status, echo)
            seen = [repr(await post(name, sink, notice())) for _ in range(4)]
            seen.append(repr(vendor.request(channel(name, sink), {}, "msg_1", NOW)))
            seen.append(json.dumps(vendor.payload(notice(), KEY)))
            unheard = sink
        return [*seen, repr(await post(name, unheard, notice()))]

    for text in asyncio.run(run()):
        assert PATH_SECRET not in text
        assert "/hook" not in text
        assert SECRET not in text


def test_a_payload_is_the_same_each_time_and_may_be_stored(vendor: Vendor) -> None:
    payload = vendor.payload(notice(), KEY)
    assert payload == vendor.payload(notice(), KEY) == json.loads(json.dumps(payload))


# Slack alone


def elements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object within a payload."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from elements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from elements(inner)


@pytest.mark.parametrize("words", NOTICES.values(), ids=NOTICES.keys())
def test_slacks_own_library_reads_every_message(words: Notice) -> None:
    payload = CHANNELS["slack"].payload(words, KEY)
    blocks = Block.parse_all(payload["blocks"])
    assert len(blocks) == len(payload["blocks"])
    for block in blocks:
        block.validate_json()
    assert slack_faults(as_json(payload)) == ()
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) < 13_000


@pytest.mark.parametrize("words", NOTICES.values(), ids=NOTICES.keys())
def test_the_only_markup_slack_reads_is_our_own_date(words: Notice) -> None:
    payload = CHANNELS["slack"].payload(words, KEY)
    markup = [part["text"] for part in elements(payload) if part.get("type") == "mrkdwn"]
    assert all(re.fullmatch(r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[\d: -]+ UTC>", text) for text in markup)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", payload["text"])


def test_a_hostile_headline_makes_no_link_and_no_mention() -> None:
    payload = CHANNELS["slack"].payload(NOTICES["hostile"], KEY)
    links = {part["url"] for part in elements(payload) if "url" in part}
    assert links == {"https://ok.example/"}
    kinds = {part["type"] for part in elements(payload["blocks"]) if "type" in part}
    assert kinds.isdisjoint({"user", "usergroup", "channel", "broadcast", "team", "section", "markdown", "emoji"})
    assert not any(part.get("emoji") for part in elements(payload))


def test_slack_shows_the_words_in_the_order_of_an_alert() -> None:
    payload = CHANNELS["slack"].payload(notice(), KEY)
    assert payload["text"] == "Part 2 is out: The Praetorian Guard's Dilemma — Caspian Review, 2 min ago"
    assert [block["type"] for block in payload["blocks"]] == ["header", "rich_text", "context"]
    header, words, _ = payload["blocks"]
    assert header["block_id"] == KEY
    assert words["elements"][0]["elements"][0]["text"] == "One sentence from the article. And a second."
    assert words["elements"][1]["elements"][0]["url"] == "https://review.example/part-1"
    assert words["elements"][2]["elements"][0]["url"] == "https://review.example/part-2"
    assert payload["unfurl_links"] is False


def test_a_headline_too_long_for_the_header_stands_whole_below_it() -> None:
    headline = "A headline that goes on and on " * 8
    header, words, *_ = CHANNELS["slack"].payload(notice(headline=headline.strip()), KEY)["blocks"]
    assert header["text"]["text"].endswith("…")
    assert words["elements"][0]["elements"][0]["text"] == headline.strip()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"channel_is_archived", "answered 410 Gone (channel_is_archived)"),
        (b"see https://hooks.slack.example/services/T0/B0/secret", "answered 410 Gone"),
        (b"x" * 60_000, "answered 410 Gone"),
        (b"KeepThisToYourself", "answered 410 Gone"),
    ],
    ids=["its code", "a sentence", "too much", "a token"],
)
def test_slacks_error_code_is_told_and_nothing_else_of_its_answer(body: bytes, reason: str) -> None:
    assert CHANNELS["slack"].verdict(Answer(410, {}, body), NOW) == Dead(reason, stop_channel=True)


# The webhook alone


def test_a_webhook_body_has_its_type_its_time_and_the_whole_notice() -> None:
    assert CHANNELS["webhook"].payload(notice(), KEY) == {
        "type": "briefing.instalment",
        "timestamp": "2026-11-22T08:12:00Z",
        "data": {
            "id": KEY,
            "kind": "instalment",
            "headline": "Part 2 is out: The Praetorian Guard's Dilemma — Caspian Review, 2 min ago",
            "url": "https://review.example/part-2",
            "source": "Caspian Review",
            "story": "The Moscow Contingency",
            "lang": "en",
            "sentences": ["One sentence from the article.", "And a second."],
            "context": [{"text": "promised 5 November in Part 1", "url": "https://review.example/part-1"}],
            "actions": [{"text": "Read", "url": "https://review.example/part-2"}],
        },
    }


@pytest.mark.parametrize("words", NOTICES.values(), ids=NOTICES.keys())
def test_a_webhook_body_is_at_most_20_kb(words: Notice) -> None:
    assert len(as_json(CHANNELS["webhook"].payload(words, KEY))) <= 20_000


def test_a_retry_is_signed_anew_under_the_same_id_over_the_same_bytes() -> None:
    webhook, sink = CHANNELS["webhook"], ChatSink()
    payload = webhook.payload(notice(), KEY)
    first, second = (
        webhook.request(channel("webhook", sink), payload, "msg_1", NOW + n * timedelta(1)) for n in (0, 1)
    )
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "msg_1"
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.headers["x-desk"] == "iran"


def test_an_operators_header_does_not_replace_the_signature() -> None:
    read: TypeAdapter[BaseModel] = TypeAdapter(Channel)
    settings = {"url": "https://h.example", "secret": SECRET, "headers": {"Webhook-Signature": "v1,forged"}}
    sent = CHANNELS["webhook"].request(read.validate_python({"type": "webhook", **settings}), {}, "msg_1", NOW)
    assert [name for name in sent.headers if name.lower() == "webhook-signature"] == ["webhook-signature"]
    assert sent.headers["webhook-signature"] != "v1,forged"
