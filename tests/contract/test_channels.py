"""Every vendor alike: payloads its far end takes, hostile words made harmless, answers understood, secrets kept."""

import asyncio
import importlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

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
from tests.contract.apps import UNSEEN, balanced, readable
from tests.contract.headlines import HEADLINES
from tests.contract.notices import KEY, KINDS, LINKS, NOTICES, NOW, OK, hostile, notice
from tests.contract.rows import COUNTS, ROWS, SHARED, WORDS, Total, address, channel
from tests.unit.render import samples


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
        assert all(balanced(text) for text in strings(payload))
        assert [found[0] for text in shown.live if (found := apps.AUTO.search(text))] == []
        assert readable(visible(headline))[:60] in readable(shown.text)


RAW: dict[str, Callable[[str], dict[str, str]]] = {  # a text as it stands, where an app reads markup
    "discord": lambda text: {"content": text},
    "mattermost": lambda text: {"text": text},
    "telegram": lambda text: {"text": text},
    "ntfy": lambda text: {"title": "", "message": text},
}


def test_there_are_sixty_hostile_headlines() -> None:
    assert len(set(HEADLINES)) == 60


@every("headline", HEADLINES)
def test_each_hostile_headline_would_do_something_somewhere(headline: str) -> None:
    assert any(acts(name, headline) for name in RAW)


def test_words_that_are_words_would_do_nothing_anywhere() -> None:
    assert not any(acts(name, "Part 2 is out: a guard’s dilemma, at 12:30") for name in RAW)


def acts(name: str, text: str) -> bool:
    """Tell whether an app makes more of a text than words, or less."""
    try:
        shown = ROWS[name].read(RAW[name](text))
    except (AssertionError, KeyError):  # markup that is not ours, an entity that is none
        return True
    found = [apps.AUTO.search(one) or UNSEEN.search(one) or not balanced(one) for one in shown.live]
    return bool(shown.links) or any(found) or text not in shown.live


def strings(value: object) -> Iterator[str]:
    """Yield every text within a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


# limits

EDGES = [(name, limit) for name, row in ROWS.items() for limit in row.edges]
SPANS = [
    (name, limit, field)
    for name, row in ROWS.items()
    for limit in CHANNELS[name].LIMITS
    for field in (*SHARED.get(limit, ()), *row.bounds.get(limit, ()))
]
KEYED = [(name, limit) for name, row in ROWS.items() for limit in row.keys]
COUNTED = [(name, limit) for name in ROWS for limit in COUNTS if limit in CHANNELS[name].LIMITS]
LINE = "w" * 190


def is_cut_at(most: int, shown: Callable[[int], str]) -> None:
    """Hold that `shown` of so many letters shows them all at the limit, and one less and a mark beyond it."""
    assert shown(most) == "x" * most
    cut = shown(most + 1)
    assert most - 4 < len(cut) <= most
    assert cut == "x" * (len(cut) - 1) + "…"


@pytest.mark.parametrize(("name", "limit"), EDGES, ids=["-".join(edge) for edge in EDGES])
def test_what_is_at_a_limit_is_whole_and_what_is_over_it_is_cut(name: str, limit: str) -> None:
    field, where = ROWS[name].edges[limit]
    vendor = CHANNELS[name]
    is_cut_at(vendor.LIMITS[limit], lambda length: where(vendor.payload(notice(**{field: "x" * length}), KEY)))


@pytest.mark.parametrize(("name", "limit", "field"), SPANS, ids=["-".join(span) for span in SPANS])
def test_words_are_whole_at_the_limit_that_bounds_them_and_cut_over_it(name: str, limit: str, field: str) -> None:
    vendor, read = CHANNELS[name], ROWS[name].read

    def shown(length: int) -> str:
        payload = vendor.payload(notice(**WORDS[field]("x" * length)), KEY)
        return max(re.findall("x+…?", read(payload).text), key=len)

    is_cut_at(vendor.LIMITS[limit], shown)


@pytest.mark.parametrize(("name", "limit"), KEYED, ids=["-".join(edge) for edge in KEYED])
def test_the_key_of_an_event_is_whole_at_its_limit_and_cut_over_it(name: str, limit: str) -> None:
    vendor, where = CHANNELS[name], ROWS[name].keys[limit]
    is_cut_at(vendor.LIMITS[limit], lambda length: where(vendor.payload(notice(), "x" * length)))


@pytest.mark.parametrize("field", ["url", "context", "actions"])
def test_an_address_is_a_link_at_its_limit_and_none_over_it(name: str, vendor: Vendor, field: str) -> None:
    headline = "A headline that goes on and on " * 8  # Slack links one that its header has no room for

    def links(length: int) -> set[str]:
        url = address(length)
        leads = {"url": None, "context": (), "actions": (), field: url if field == "url" else (Link("words", url),)}
        return ROWS[name].read(vendor.payload(notice(headline=headline, **leads), KEY)).links

    most = vendor.LIMITS["url"]
    assert links(most) == ({address(most)} if field in ROWS[name].linked else set())
    assert links(most + 1) == set()


@pytest.mark.parametrize(("name", "limit"), COUNTED, ids=["-".join(edge) for edge in COUNTED])
def test_so_many_can_be_pressed_and_no_more(name: str, limit: str) -> None:
    most = CHANNELS[name].LIMITS[limit]

    def pressed(count: int) -> list[str]:
        actions = tuple(Link(f"press {one}", f"https://ok.example/{one}") for one in range(count))
        payload = CHANNELS[name].payload(notice(url=None, context=(), actions=actions), KEY)
        return [said for said, _ in ROWS[name].read(payload).linked]

    assert pressed(most) == pressed(most + 1) == [f"press {one}" for one in range(most)]


def lines(name: str) -> int:
    """Return how many lines a message of a vendor has room for."""
    count, read = 0, ROWS[name].read
    while read(lined(name, count + 1)).text.count(LINE) == count + 1:
        count += 1
    return count


def lined(name: str, count: int) -> dict[str, Any]:
    return CHANNELS[name].payload(notice(context=(Link(LINE),) * count), KEY)


TOTALS = [(name, limit) for name, row in ROWS.items() for limit in (row.limit, *row.totals)]


@pytest.mark.parametrize(("name", "limit"), TOTALS, ids=["-".join(edge) for edge in TOTALS])
def test_a_message_that_is_full_is_whole_and_one_letter_more_costs_what_is_last(name: str, limit: str) -> None:
    row, most = ROWS[name], CHANNELS[name].LIMITS[limit]
    by_lines = Total(row.size, {"context": (Link(LINE),) * (lines(name) - 1)})
    total = {row.limit: by_lines, **row.totals}[limit]

    def message(length: int) -> dict[str, Any]:
        return CHANNELS[name].payload(notice(sentences=("s" * length,), **total.holds), KEY)

    def shown(payload: dict[str, Any]) -> tuple[int, int, int]:
        seen = row.read(payload)
        return len(max(re.findall("s*", seen.text), key=len)), seen.text.count("w"), len(seen.links)

    length = 1 + most - total.size(message(1))
    _, *rest = shown(message(1))
    assert total.size(message(length)) == most
    assert shown(message(length)) == (length, *rest)
    assert total.size(message(length + 1)) <= most
    assert shown(message(length + 1)) < (length + 1, *rest)


def test_lines_that_do_not_fit_are_counted(name: str, vendor: Vendor) -> None:
    row, most, whole = ROWS[name], vendor.LIMITS[ROWS[name].limit], lines(name)
    assert whole >= 10
    assert most - 600 < row.size(lined(name, whole)) <= most, "room for another line was left"
    for count in (whole + 1, whole + 12, 300):
        payload = lined(name, count)
        shown = row.read(payload)
        (left_out,) = re.findall(r"(\d+) more", shown.text)
        assert shown.text.count(LINE) + int(left_out) == count
        assert row.size(payload) <= most
        assert "Part 2 is out" in shown.text
        assert leads(name, shown) == notice().url


def leads(name: str, shown: apps.Shown) -> str | None:
    """Return where the line leads that counts what is not shown; in a notification, where a tap on that leads."""
    if name == "ntfy":
        assert re.search(r"\d+ more$", shown.text, re.MULTILINE)
        return next((url for said, url in shown.linked if said in shown.text.splitlines()), None)
    return next((url for said, url in shown.linked if re.fullmatch(r"\d+ more", readable(said))), None)


@every("what", ["an issue's news", "a summary"])
def test_the_line_that_counts_leads_to_what_a_message_is_about(name: str, vendor: Vendor, what: str) -> None:
    shown = ROWS[name].read(vendor.payload(KINDS[what], KEY))
    assert re.search(r"\b[35] more\b", shown.text)
    assert leads(name, shown) == KINDS[what].url  # what was missed is about several things, and leads nowhere


def test_every_limit_is_tried_at_its_edge(name: str, vendor: Vendor) -> None:
    row = ROWS[name]
    tried = {*row.edges, *row.totals, *row.keys, row.limit, "url", *(limit for one, limit, _ in SPANS if one == name)}
    assert tried | {*COUNTS} & vendor.LIMITS.keys() == vendor.LIMITS.keys()


def test_a_count_that_was_there_grows(name: str, vendor: Vendor) -> None:
    many = (*(Link(LINE) for _ in range(200)), Link("5 more"))
    text = ROWS[name].read(vendor.payload(notice(context=many, rest=5), KEY)).text
    (left_out,) = re.findall(r"(\d+) more", text)
    assert text.count(LINE) + int(left_out) == 205


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
    assert isinstance(verdict, Retry if status in ROWS[name].waits else Dead)
    assert verdict == replace(verdict, stop_channel=status in ROWS[name].stops | ROWS[name].waits)


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
