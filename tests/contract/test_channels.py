"""Every vendor alike: payloads its far end takes, hostile words made harmless, answers understood, secrets kept."""

import asyncio
import importlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from briefing.answer import cleaned
from briefing.config.alerts import Channel
from briefing.model import (
    Acknowledgement,
    AcknowledgementId,
    Dead,
    Delivered,
    EventKind,
    Link,
    Notice,
    Retry,
    Verdict,
)
from briefing.outlet import FarEnds, Outlet, Posting
from briefing.render.notice import notice as notice_of
from briefing.send.channels import CHANNELS, Vendor
from briefing.send.http import Poster
from briefing.send.text import visible
from briefing.send.verdict import Answer, Unreachable
from demo.chat_sink import SECRET, ChatSink
from demo.chat_vendors import BOT, FAR_ENDS, TOPIC
from demo.chat_vendors import KEY as PATH_SECRET
from tests.cases import every
from tests.contract import apps
from tests.contract.headlines import HEADLINES
from tests.contract.notices import KEY, KINDS, LINKS, NOTICES, NOW, hostile, notice
from tests.contract.rows import ROWS, channel
from tests.unit.render import samples

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u202a-\u202e\u2060\u3164\ufeff\U000e0000-\U000e007f]")
OK = {"https://ok.example/", "https://ok.example/context", "https://ok.example/action"}


@pytest.fixture(params=sorted(CHANNELS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def vendor(name: str) -> Vendor:
    return CHANNELS[name]


def test_every_channel_has_a_row() -> None:
    assert ROWS.keys() == CHANNELS.keys()
    assert FAR_ENDS.keys() == CHANNELS.keys() - {"slack", "webhook"}


async def post(name: str, sink: ChatSink, words: Notice, poster: Poster) -> Verdict:
    payload = json.loads(json.dumps(CHANNELS[name].payload(words, KEY)))  # as it comes back from the outbox
    ends = FarEnds("desk@example.org", Path("outbox"), None, {name: cast("Channel", channel(name, sink))})
    return await Outlet(ends, poster=poster, clock=lambda: NOW).post(Posting(name, payload, "msg_1"))


def test_the_far_end_takes_every_payload(name: str) -> None:
    async def run() -> None:
        async with ChatSink() as sink, Poster() as poster:
            for what, words in NOTICES.items():
                verdict = await post(name, sink, words, poster)
                assert isinstance(verdict, Delivered), (what, sink.posts[-1].faults)
            assert sink.invalid == 0
            shown = {"slack": sink.slack, "webhook": sink.hooks}.get(name) or sink.shown(name)
            assert len(shown) == len(NOTICES)

    asyncio.run(run())


# links that answer


PRESSED = {"en": ["Acknowledge", "Mute"], "de": ["Übernehmen", "Stummschalten"], "fa": ["تأیید", "بی‌صدا کردن"]}


@pytest.mark.parametrize("locale", PRESSED)
def test_an_alert_can_be_answered_from_every_channel(name: str, vendor: Vendor, locale: str) -> None:
    told = samples.event(EventKind.CORROBORATED, item=None, development=samples.SEVERAL)
    words = notice_of(told, locale=locale, zone="UTC", answers=LINKS)
    payload = vendor.payload(words, KEY)
    assert {LINKS.acknowledge, LINKS.mute} <= ROWS[name].read(payload).links
    assert [link.text for link in words.actions][-2:] == PRESSED[locale]
    if name == "webhook":
        assert (payload["data"]["acknowledge_url"], payload["data"]["mute_url"]) == (LINKS.acknowledge, LINKS.mute)


@every("headline", HEADLINES)
def test_whoever_acknowledged_makes_no_link_and_no_mention(name: str, vendor: Vendor, headline: str) -> None:
    by = Acknowledgement(AcknowledgementId(1), "s", KEY, NOW, "desk", cleaned(headline))
    plain = samples.event(EventKind.CORROBORATED, item=None, development=samples.SEVERAL)
    read = ROWS[name].read
    events = (replace(plain, acknowledged=by), plain)
    shown, usual = (read(vendor.payload(notice_of(one, locale="en", zone="UTC"), KEY)) for one in events)
    assert shown.links == usual.links
    assert "Acknowledged by" in readable(shown.text)
    if vendor.READ_BY_PEOPLE:
        assert not UNSEEN.search(shown.text)


# words


@pytest.mark.parametrize("words", KINDS.values(), ids=KINDS.keys())
def test_all_that_is_told_is_shown(name: str, vendor: Vendor, words: Notice) -> None:
    shown = ROWS[name].read(vendor.payload(words, KEY))
    lines = [words.headline, *words.sentences, *(link.text for link in words.context), words.source, words.story]
    text = readable(shown.text)
    assert [line for line in lines if line and readable(line) not in text] == []
    links = {link.url for link in (*words.context, *words.actions) if link.url}
    assert shown.links >= (set() if name == "ntfy" else links)  # a notification has one address, and its buttons
    assert ROWS[name].size(vendor.payload(words, KEY)) <= vendor.LIMITS[ROWS[name].limit] if name != "discord" else True


@every("headline", HEADLINES)
def test_a_hostile_headline_makes_no_link_no_mention_and_no_markup(name: str, vendor: Vendor, headline: str) -> None:
    payload = vendor.payload(hostile(headline), KEY)
    shown = ROWS[name].read(payload)
    if name == "webhook":  # a program reads that, and gets the words as they are
        assert headline in shown.words
    else:
        assert shown.links <= OK
        assert not UNSEEN.search("".join(strings(payload)))
        assert all(closed(text) for text in strings(payload))
        assert [found[0] for text in shown.live if (found := apps.AUTO.search(text))] == []
        assert readable(visible(headline))[:60] in readable(shown.text)


def test_there_are_sixty_hostile_headlines_and_each_would_do_something_somewhere() -> None:
    assert len(set(HEADLINES)) == 60


def strings(value: object) -> Iterator[str]:
    """Yield every text within a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def closed(text: str) -> bool:
    """Tell whether every isolate in a text ends in it."""
    return sum(map(text.count, "\u2066\u2067\u2068")) <= text.count("\u2069")


def readable(text: str) -> str:
    """Return what a reader sees of a text, whether its brackets are round or square."""
    unseen = dict.fromkeys(map(ord, "\u200b\u2066\u2067\u2068\u2069"))
    return " ".join(text.translate(unseen | {ord("["): "(", ord("]"): ")"}).split())


# limits

EDGES = [(name, limit) for name, row in ROWS.items() for limit in row.edges]


@pytest.mark.parametrize(("name", "limit"), EDGES, ids=["-".join(edge) for edge in EDGES])
def test_what_is_at_a_limit_is_whole_and_what_is_over_it_is_cut(name: str, limit: str) -> None:
    field, where = ROWS[name].edges[limit]
    most = CHANNELS[name].LIMITS[limit]

    def shown(length: int) -> str:
        return where(CHANNELS[name].payload(notice(**{field: "x" * length}), KEY))

    assert shown(most) == "x" * most
    cut = shown(most + 1)
    assert most - 4 < len(cut) <= most
    assert cut == "x" * (len(cut) - 1) + "…"


def test_lines_that_do_not_fit_are_counted(name: str, vendor: Vendor) -> None:
    row, most = ROWS[name], vendor.LIMITS[ROWS[name].limit]
    line, whole = "w" * 190, 0

    def message(count: int) -> dict[str, object]:
        return vendor.payload(notice(context=(Link(line),) * count), KEY)

    while row.read(message(whole + 1)).text.count(line) == whole + 1:
        whole += 1
        assert row.size(message(whole)) <= most
    assert whole >= 10
    assert row.size(message(whole)) > most - 600, "room for another line was left"
    for count in (whole + 1, whole + 12, 300):
        payload = message(count)
        text = row.read(payload).text
        (left_out,) = re.findall(r"(\d+) more", text)
        assert text.count(line) + int(left_out) == count
        assert row.size(payload) <= most
        assert "Part 2 is out" in text
        assert notice().url in row.read(payload).links


def test_a_count_that_was_there_grows(name: str, vendor: Vendor) -> None:
    lines = (*(Link("w" * 190) for _ in range(200)), Link("5 more"))
    text = ROWS[name].read(vendor.payload(notice(context=lines, rest=5), KEY)).text
    (left_out,) = re.findall(r"(\d+) more", text)
    assert text.count("w" * 190) + int(left_out) == 205


# answers

ANSWERS: list[tuple[int, Verdict]] = [
    (200, Delivered("answered 200 OK")),
    (204, Delivered("answered 204 No Content")),
    (302, Dead("answered 302 Found; redirects are not followed, give the final address")),
    (400, Dead("answered 400 Bad Request")),
    (408, Retry("answered 408 Request Timeout")),
    (410, Dead("answered 410 Gone", stop_channel=True)),
    (413, Dead("answered 413 Request Entity Too Large")),
    (429, Retry("answered 429 Too Many Requests", stop_channel=True)),
    (500, Retry("answered 500 Internal Server Error", down=True)),
    (502, Retry("answered 502 Bad Gateway", down=True)),
    (503, Retry("answered 503 Service Unavailable", down=True)),
    (504, Retry("answered 504 Gateway Timeout", down=True)),
]


@every("status, verdict", ANSWERS)
def test_every_answer_means_the_same_to_every_vendor(vendor: Vendor, status: int, verdict: Verdict) -> None:
    assert vendor.verdict(Answer(status), NOW) == verdict


@every("status", [400, 401, 403, 404, 405, 410, 413, 422])
def test_a_vendor_says_which_refusals_end_the_channel(name: str, vendor: Vendor, status: int) -> None:
    verdict = vendor.verdict(Answer(status), NOW)
    assert isinstance(verdict, Dead)
    assert verdict.stop_channel == (status in ROWS[name].stops)


@every("body", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 60_000, b'{"code": []}', b"\xff"])
@every("status", [200, 400, 404, 429, 500])
def test_an_answer_that_nobody_expects_is_judged_by_its_status(vendor: Vendor, status: int, body: bytes) -> None:
    assert vendor.verdict(Answer(status, {}, body), NOW) == vendor.verdict(Answer(status), NOW)


def test_no_answer_is_tried_again_and_a_refused_address_is_not(vendor: Vendor) -> None:
    assert vendor.verdict(Unreachable("no answer within 20 s"), NOW) == Retry("no answer within 20 s", down=True)
    assert vendor.verdict(Unreachable("inside", refused=True), NOW) == Dead("inside")


def test_what_a_far_end_does_comes_over_the_wire(name: str) -> None:
    """Too much, too often, broken, silent, hung up, mended: each as the real one would."""
    if name == "apprise":
        importlib.import_module(name)  # takes as long as we wait for an answer here

    async def run() -> None:
        async with ChatSink() as sink, Poster(deadline=timedelta(seconds=0.5)) as poster:
            sink.answer(400, FAR_ENDS[name].refused[1] if name in FAR_ENDS else "invalid_payload")
            sink.answer(413)
            sink.answer(429, "slow down", {"Retry-After": "30"})
            sink.answer(503)
            sink.keep_silent()
            sink.hang_up()
            refused, large, often, broken, silent, reset, mended = [
                await post(name, sink, notice(), poster) for _ in range(7)
            ]
            assert isinstance(refused, Dead)
            assert not refused.stop_channel
            assert large == Dead("answered 413 Request Entity Too Large")
            asked = None if name == "apprise" else timedelta(seconds=30)  # the library does not tell
            assert often == Retry("answered 429 Too Many Requests", asked, stop_channel=True)
            assert broken == Retry("answered 503 Service Unavailable", down=True)
            assert silent == Retry("no answer within 0.5 s", down=True)
            assert isinstance(reset, Retry)
            assert reset.down
            assert isinstance(mended, Delivered)

    asyncio.run(run())


# secrets


def test_no_secret_is_in_a_verdict_a_payload_a_log_or_a_requests_text(
    name: str, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> list[str]:
        async with ChatSink() as sink, Poster() as poster:
            secrets = f"{sink.slack_url} {sink.webhook_url} {SECRET} {TOPIC} {BOT} {PATH_SECRET}"
            told = dict.fromkeys(("message", "description", "error", "id", "code", "status_code", "http"), secrets)
            for status in (200, 400, 404, 429, 500):
                sink.answer(status, f"Cannot POST {secrets}")
                sink.answer(status, json.dumps(told | {"error": {"code": secrets}}))
                sink.answer(status, json.dumps(told))
            seen = [repr(await post(name, sink, notice(), poster)) for _ in range(15)]
            seen.append(repr(vendor.request(channel(name, sink), {}, "msg_1", NOW)))
            seen.append(repr(channel(name, sink)) if name != "telegram" else "")
            seen.append(json.dumps(vendor.payload(notice(), KEY)))
            unheard = sink
        async with Poster() as poster:
            return [*seen, repr(await post(name, unheard, notice(), poster))]

    with caplog.at_level(logging.DEBUG):
        seen = asyncio.run(run())
    for text in (*seen, caplog.text):
        assert [secret for secret in (PATH_SECRET, "/hook", SECRET, TOPIC, BOT) if secret in text] == []


def test_a_payload_is_the_same_each_time_and_may_be_stored(vendor: Vendor) -> None:
    payload = vendor.payload(notice(), KEY)
    assert payload == vendor.payload(replace(notice()), KEY) == json.loads(json.dumps(payload))
