"""What is particular to one vendor: how its message reads, and what its answers mean beside the status."""

import asyncio
import json
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import BaseModel, TypeAdapter
from slack_sdk.models.blocks import Block
from standardwebhooks import Webhook

from briefing.check import check
from briefing.config.alerts import Channel
from briefing.model import Dead, Delivered, Notice, Retry, Verdict
from briefing.send import longtail
from briefing.send.channels import CHANNELS
from briefing.send.text import as_json
from briefing.send.verdict import Answer, Unreachable
from demo.chat_sink import SECRET, ChatSink, slack_faults
from demo.chat_vendors import KEY as KEY_IN_PATH
from tests.cases import every
from tests.contract.apps import elements
from tests.contract.notices import KEY, NOTICES, NOW, notice
from tests.contract.rows import ROWS, channel

# Slack alone


@pytest.mark.parametrize("words", NOTICES.values(), ids=NOTICES.keys())
def test_slacks_own_library_reads_every_message(words: Notice) -> None:
    payload = CHANNELS["slack"].payload(words, KEY)
    blocks = Block.parse_all(payload["blocks"])
    assert len(blocks) == len(payload["blocks"]) <= 5
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
    assert [block["type"] for block in payload["blocks"]] == ["header", *["rich_text"] * 3, "context"]
    header, said, context, actions, _ = payload["blocks"]
    assert header["block_id"] == KEY
    assert said["elements"][0]["elements"][0]["text"] == "One sentence from the article. And a second."
    assert context["elements"][0]["elements"][0]["url"] == "https://review.example/part-1"
    assert actions["elements"][0]["elements"][0]["url"] == "https://review.example/part-2"
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
        (b"keep_this_to_yourself", "answered 410 Gone"),
        (b'{"ok": false, "error": "channel_is_archived"}', "answered 410 Gone (channel_is_archived)"),
        (b'{"ok": false, "error": "keep_this_to_yourself"}', "answered 410 Gone"),
        (b'{"ok": false, "error": ["channel_is_archived"]}', "answered 410 Gone"),
    ],
    ids=["its code", "a sentence", "too much", "a token", "words like a code", "in JSON", "words in JSON", "a list"],
)
def test_slacks_error_code_is_told_and_nothing_else_of_its_answer(body: bytes, reason: str) -> None:
    assert CHANNELS["slack"].verdict(Answer(410, {}, body), NOW) == Dead(reason, stop_channel=True)


SLACK_ENDS = (
    *("no_team", "team_disabled", "user_not_found", "channel_not_found", "channel_is_archived", "no_active_hooks"),
    *("no_service", "no_service_id", "invalid_token", "action_prohibited", "posting_to_general_channel_denied"),
)
SLACK_REFUSES = (
    *("invalid_payload", "no_text", "too_many_attachments", "invalid_blocks", "invalid_blocks_format"),
    *("msg_blocks_too_long", "missing_text_or_fallback_or_attachments"),
)


@every("status", [200, 400, 403, 404, 410])
def test_what_slack_says_of_the_webhook_or_its_channel_ends_it_whatever_the_status(status: int) -> None:
    for code in SLACK_ENDS:
        judged = CHANNELS["slack"].verdict(Answer(status, {}, code.encode()), NOW)
        assert isinstance(judged, Dead), code
        assert (judged.stop_channel, judged.reason.endswith(f"({code})")) == (True, True), code


@every("status", [200, 400])
def test_what_slack_says_of_a_message_is_final_for_that_alone(status: int) -> None:
    for code in SLACK_REFUSES:
        judged = CHANNELS["slack"].verdict(Answer(status, {}, code.encode()), NOW)
        assert judged == Dead(f"answered 400 Bad Request ({code})"), code


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
            "acknowledge_url": None,
            "mute_url": None,
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


def test_during_a_rotation_both_keys_sign_and_either_is_enough() -> None:
    old = "whsec_" + "b2xk" * 8
    webhook, payload = CHANNELS["webhook"], {"type": "x"}
    sent = webhook.request(channel("webhook", ChatSink(), old_secret=old), payload, "msg_1", datetime.now(UTC))
    for secret in (SECRET, old):
        assert Webhook(secret).verify(sent.body, dict(sent.headers)) == payload
    assert len(sent.headers["webhook-signature"].split()) == 2


# answers

SAID: dict[str, tuple[str, Answer, Verdict]] = {
    "Slack takes it": ("slack", Answer(200, {}, b"ok"), Delivered("answered 200 OK")),
    "Slack takes it in JSON": ("slack", Answer(200, {}, b'{"ok": true}'), Delivered("answered 200 OK")),
    "Slack's webhook is gone behind a 200": (
        "slack",
        Answer(200, {}, b"invalid_token"),
        Dead("answered 403 Forbidden (invalid_token)", stop_channel=True),
    ),
    "Slack refuses behind a 200, in words of its own": (
        "slack",
        Answer(200, {}, b'{"ok": false, "error": "what_nobody_knows"}'),
        Dead("answered 400 Bad Request"),
    ),
    "Slack throttles behind a 200": (
        "slack",
        Answer(200, {"retry-after": "30"}, b"rate_limited"),
        Retry("answered 429 Too Many Requests (rate_limited)", timedelta(seconds=30), stop_channel=True),
    ),
    "Slack itself fails behind a 200": (
        "slack",
        Answer(200, {}, b"rollup_error"),
        Retry("answered 500 Internal Server Error (rollup_error)", down=True),
    ),
    "a receiver knows another secret": (
        "webhook",
        Answer(401, {}, b"no matching signature found"),
        Dead("answered 401 Unauthorized", stop_channel=True),
    ),
    "what stands before a receiver may refuse the words of one message": (
        "webhook",
        Answer(403, {}, b"<h1>blocked</h1>"),
        Retry("answered 403 Forbidden", stop_channel=True),
    ),
    "Discord names its wait in the body": (
        "discord",
        Answer(429, {}, b'{"message": "You are being rate limited.", "retry_after": 0.65, "global": false}'),
        Retry("answered 429 Too Many Requests", timedelta(seconds=0.65), stop_channel=True),
    ),
    "Discord's webhook is gone": (
        "discord",
        Answer(404, {}, b'{"message": "Unknown Webhook", "code": 10015}'),
        Dead("answered 404 Not Found (10015)", stop_channel=True),
    ),
    "Discord finds a mistake": (
        "discord",
        Answer(400, {}, b'{"message": "Invalid Form Body", "code": 50035}'),
        Dead("answered 400 Bad Request (50035)"),
    ),
    "a workflow takes it": ("teams", Answer(202), Delivered("answered 202 Accepted")),
    "a workflow is off or deleted": (
        "teams",
        Answer(400, {}, b'{"error": {"code": "WorkflowTriggerIsNotEnabled", "message": "state \'Deleted\'"}}'),
        Dead("answered 400 Bad Request (WorkflowTriggerIsNotEnabled)", stop_channel=True),
    ),
    "a workflow is closed to webhooks": (
        "teams",
        Answer(401, {}, b'{"error": {"code": "DirectApiAuthorizationRequired"}}'),
        Dead("answered 401 Unauthorized (DirectApiAuthorizationRequired)", stop_channel=True),
    ),
    "Teams refuses behind a 200": (
        "teams",
        Answer(
            200, {}, b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413"
        ),
        Dead("answered 413 Request Entity Too Large"),
    ),
    "Teams throttles behind a 200": (
        "teams",
        Answer(200, {}, b"failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0"),
        Retry("answered 429 Too Many Requests", stop_channel=True),
    ),
    "Mattermost refuses behind a 200": (
        "mattermost",
        Answer(200, {}, b'{"id": "api.context.invalid", "status_code": 404}'),
        Dead("answered 404 Not Found", stop_channel=True),
    ),
    "Mattermost does not know the webhook": (
        "mattermost",
        Answer(400, {}, b'{"id": "web.incoming_webhook.invalid.app_error", "status_code": 400}'),
        Dead("answered 400 Bad Request", stop_channel=True),
    ),
    "Mattermost cannot read the message": (
        "mattermost",
        Answer(400, {}, b'{"id": "web.incoming_webhook.parse.app_error", "status_code": 400}'),
        Dead("answered 400 Bad Request"),
    ),
    "Google Chat refuses behind a 200": (
        "google_chat",
        Answer(200, {}, b'{"error": {"code": 403, "status": "PERMISSION_DENIED"}}'),
        Dead("answered 403 Forbidden", stop_channel=True),
    ),
    "Telegram names its wait among its parameters": (
        "telegram",
        Answer(429, {}, b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 34}}'),
        Retry("answered 429 Too Many Requests", timedelta(seconds=34), stop_channel=True),
    ),
    "Telegram has no such chat": (
        "telegram",
        Answer(400, {}, b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}'),
        Dead("answered 400 Bad Request (chat not found)", stop_channel=True),
    ),
    "Telegram cannot read the message": (
        "telegram",
        Answer(400, {}, b'{"ok": false, "error_code": 400, "description": "Bad Request: can\'t parse entities"}'),
        Dead("answered 400 Bad Request"),
    ),
    "the bot was thrown out": (
        "telegram",
        Answer(403, {}, b'{"ok": false, "error_code": 403, "description": "Forbidden: bot was kicked"}'),
        Dead("answered 403 Forbidden", stop_channel=True),
    ),
    "Telegram refuses behind a 200": (
        "telegram",
        Answer(200, {}, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'),
        Dead("answered 401 Unauthorized", stop_channel=True),
    ),
    "ntfy has had enough for now": (
        "ntfy",
        Answer(429, {}, b'{"code": 42901, "http": 429, "error": "limit reached: too many requests"}'),
        Retry("answered 429 Too Many Requests (42901)", stop_channel=True),
    ),
    "ntfy's topic is closed": (
        "ntfy",
        Answer(403, {}, b'{"code": 40301, "http": 403, "error": "forbidden"}'),
        Dead("answered 403 Forbidden (40301)", stop_channel=True),
    ),
    "ntfy refuses behind a 200": (
        "ntfy",
        Answer(200, {}, b'{"code": 50701, "http": 507, "error": "insufficient storage"}'),
        Retry("answered 507 Insufficient Storage (50701)", down=True),
    ),
}


@pytest.mark.parametrize(("name", "answer", "verdict"), SAID.values(), ids=SAID.keys())
def test_what_a_vendor_says_beside_the_status_counts(name: str, answer: Answer, verdict: Verdict) -> None:
    assert CHANNELS[name].verdict(answer, NOW) == verdict


# and where a message goes


def query(name: str, **more: Any) -> dict[str, str]:
    sent = CHANNELS[name].request(channel(name, ChatSink(), **more), {}, "msg_1", NOW)
    return dict(parse_qsl(urlsplit(sent.url).query))


def test_discord_is_asked_to_save_first_and_may_post_in_a_thread() -> None:
    assert query("discord") == {"wait": "true", "thread_id": "42"}
    assert query("discord", thread=None, url="https://d.example/x?wait=false&y=%2F") == {"wait": "true", "y": "/"}


def test_google_chat_keeps_its_key_and_answers_in_the_storys_thread() -> None:
    asked = query("google_chat")
    assert asked["messageReplyOption"] == "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
    assert (asked["key"], asked["token"]) == ("sample", "sample")
    threads = [CHANNELS["google_chat"].payload(notice(thread=thread), KEY)["thread"] for thread in ("iran", None)]
    assert threads == [{"threadKey": "iran"}, {"threadKey": KEY}]


def test_a_telegram_message_names_its_chat_and_topic_and_shows_no_preview() -> None:
    telegram = CHANNELS["telegram"]
    payload = telegram.payload(notice(), KEY)
    sent = json.loads(telegram.request(channel("telegram", ChatSink()), payload, "msg_1", NOW).body)
    assert (sent["chat_id"], sent["message_thread_id"]) == ("-1001234567890", 7)
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert "chat_id" not in payload


def test_an_ntfy_token_is_a_bearers_and_the_topic_stays_out_of_the_outbox() -> None:
    ntfy = CHANNELS["ntfy"]
    payload = ntfy.payload(notice(), KEY)
    sent = ntfy.request(channel("ntfy", ChatSink(), token="tk_1"), payload, "msg_1", NOW)
    assert sent.headers["authorization"] == "Bearer tk_1"
    assert "topic" not in payload
    assert payload["click"] == "https://review.example/part-2"


def test_the_longest_ntfy_topic_takes_no_more_room_than_is_left_for_it() -> None:
    ntfy = CHANNELS["ntfy"]
    payload = ntfy.payload(notice(), KEY)
    sent = ntfy.request(channel("ntfy", ChatSink(), topic="t" * 64), payload, "msg_1", NOW)
    assert len(as_json(payload)) < len(sent.body) <= ROWS["ntfy"].totals["total"].size(payload)


# Apprise


def test_apprise_splits_what_a_service_takes_in_parts_and_tells_when_nobody_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    async def story() -> None:
        async with ChatSink() as sink:
            url, body = f"json://127.0.0.1:{sink.port}/apprise/{KEY_IN_PATH}", "word " * 300
            monkeypatch.setattr(NotifyJSON, "body_maxlen", 400)
            assert await longtail.notify(url, as_json({"title": "T", "body": body}), seconds=5) == Answer(200)
            parts = [post.json["message"] for post in sink.posts]
            assert len(parts) >= 4
            assert "".join(parts).replace(" ", "").count("word") == 300
        assert await longtail.notify(url, as_json({"title": "T", "body": "B"}), seconds=5) == Unreachable(
            "Apprise could not hand it over, and tells no status"
        )

    asyncio.run(story())


def test_apprise_leaves_no_thread_behind_that_a_stop_would_wait_for() -> None:
    async def story() -> None:
        async with ChatSink() as sink:
            sink.keep_silent()
            before = set(threading.enumerate())
            url = f"json://127.0.0.1:{sink.port}/apprise/{KEY_IN_PATH}?rto=2"
            silent = await longtail.notify(url, as_json({"title": "T", "body": "B"}), seconds=0.3)
            assert silent == Unreachable("no answer within 0.3 s")
            begun = set(threading.enumerate()) - before
            assert [(one.name, one.daemon) for one in begun] == [("apprise", True)]

    asyncio.run(story())


def test_apprise_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    path = tmp_path / "feeds.yaml"
    path.write_text(
        "version: 1\nsite: {from: a@example.org}\nchannels:\n  one: {type: apprise, url: '${URL}'}\n"
        "routes: [{to: one}]\n"
    )
    (problem,) = check(path, {"URL": "json://h/x"}).problems
    assert (problem.path, problem.message) == (
        "channels.one.url",
        'it needs Apprise: pip install "briefing[apprise]"',
    )
    gone = asyncio.run(longtail.notify("json://h/x", as_json({"title": "T", "body": "B"}), seconds=5))
    assert gone == Unreachable('it needs Apprise: pip install "briefing[apprise]"')
