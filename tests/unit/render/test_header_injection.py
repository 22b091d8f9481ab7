"""Over 200 payloads in every header that strangers feed, on the way each really takes: composed, rendered, sealed.

What comes out is parsed again by Python's reader and by hand, for one of them may be wrong.
"""

import asyncio
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import product

import pytest

from briefing.errors import RenderError
from briefing.model import Delivery, DeliveryId, DeliveryState, EventKind, Issue, IssueId, Recipient
from briefing.post import Letters
from briefing.render import mime
from briefing.render.email import Desk, Renderer
from briefing.render.notice import notice
from tests.cases import every
from tests.unit.render import samples

READER = Recipient("reader@example.com", "iran")
WHEN = datetime(2025, 11, 22, 7, tzinfo=UTC)
RENDERER = Renderer()
NAMES = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("In-Reply-To", "References", "MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe"),
}
BREAKS = ["\r\n", "\n", "\r", "\n\r", "\0\n", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]
FIELDS = ["Bcc: e@x.org", "To: e@x.org", "Subject: b", "Content-Type: text/html", " folded", "\r\n<h1>body</h1>"]
CHARSETS = ["utf-8", "us-ascii", "iso-8859-1", "utf-7", "unknown-8bit", "utf-8*en", "x-none"]
QUOTED = ["a=0D=0ABcc:_e@x.org", "=0ATo:_e@x.org", "=0D=0A=0D=0Abody", "a=00=0DBcc:_e", "=3D=3Fq=3F=0A"]
BASED = ["SGkNCkJjYzogZUB4", "DQpCY2M6IGVAeA==", "Cg==", "DQoNCmJvZHk=", "AA0K"]
ENCODED = [
    *(f"=?{charset}?{kind}?{words}?=" for charset, kind, words in product(CHARSETS, "qQ", QUOTED)),
    *(f"=?{charset}?{kind}?{words}?=" for charset, kind, words in product(CHARSETS, "bB", BASED[:2])),
    *(f"x =?utf-8?b?{words}?= y" for words in BASED),
]
LITERAL = [f"a{cut}{name}" for cut, name in product(BREAKS, FIELDS)]
SPLIT = [
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:_e@x?=",
    "==?utf-8?q?=0ABcc:_e@x?=?=",
    *(f"={mark}?utf-8?q?=0D=0ABcc:_e@x?=" for mark in ("\0", "\u200b", "\ufeff", "\u202e", "\u2060", "\xad", "\t")),
    *(f"=?utf-8?q?=0D=0ABcc:_e@x?{mark}=" for mark in ("\0", "\u200b", "\ufeff", "\u202e", "\u2066")),
    "＝？utf-8？q？=0ABcc:_e@x？＝",
]
MAILBOXES = [
    '"x" <e@x.org>, ',
    "a, e@x.org",
    "a <e@x.org>",
    "a> BCC:<e@y.org",
    "g: b@x.org;",
    'a" <e@x.org> "',
    "a\\",
    'a\\" <e@x.org>',
    "(comment) e@x.org",
    "<>",
    "@x.org",
]
SHAPES = ["x" * 5_000, "ن" * 5_000, "🦉" * 5_000, "a b " * 3_000, "e\u0301" * 2_000, "%0d%0aBcc: e@x", "?="]
PAYLOADS = list(dict.fromkeys([*ENCODED, *LITERAL, *SPLIT, *MAILBOXES, *SHAPES]))


def desk(**more: str) -> Desk:
    values = {"digest_title": "Iran", "site_name": "Briefing", "sender": "Briefing <briefing@example.org>"}
    return Desk(**{**values, "unsubscribe": "leave@example.org", **more})  # type: ignore[arg-type]


def delivery(**more: object) -> Delivery:
    key = mime.message_id(b"secret", "key", "example.org")
    held = more or {"issue": IssueId(1)}
    return Delivery(
        DeliveryId(1),
        "mail",
        key,
        DeliveryState.SENDING,
        1,
        1,
        WHEN,
        WHEN,
        READER,
        **held,  # type: ignore[arg-type]
    )


def sealed(speaker: Desk, issue: Issue | None, **more: object) -> EmailMessage:
    """Take a delivery the way the relay does; return the message read again, its headers and mailboxes checked."""

    async def stored(_wanted: IssueId) -> Issue | None:
        return issue

    letters = Letters(RENDERER, speaker, {}, stored)
    return intact(asyncio.run(letters.sealed(delivery(**more), READER)))


def intact(message: bytes) -> EmailMessage:
    top, _, body = message.partition(b"\r\n\r\n")
    lines = [line for line in top.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    by_hand = [line.partition(b":")[0].decode("ascii") for line in lines]
    parsed = BytesParser(policy=policy.default).parsebytes(top, headersonly=True)
    assert isinstance(parsed, EmailMessage)
    headers = parsed.items()
    assert [name for name, _ in headers] == by_hand
    assert set(by_hand) <= NAMES
    assert len(by_hand) == len(set(by_hand))
    assert [a.addr_spec for a in dict(headers)["To"].addresses] == [READER.address]
    assert [a.addr_spec for a in dict(headers)["From"].addresses] == ["briefing@example.org"]
    for name, value in headers:
        assert not re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", str(value)), name
    assert body.lstrip().startswith(b"--=_")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", message)
    parts = list(message_from_bytes(message).walk())[1:]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    return parsed


def test_there_are_over_two_hundred() -> None:
    assert len(PAYLOADS) >= 200


@every("payload", PAYLOADS)
def test_the_title_of_an_item_in_an_alerts_subject(payload: str) -> None:
    event = samples.event(EventKind.ITEM, item=samples.item(payload))
    mail = RENDERER.notice_mail(notice(event, locale="en", zone="UTC"), desk=desk())
    words = {"subject": mail.subject, "text": mail.text, "html": mail.html, "preheader": mail.preheader}
    root = mime.root_id("iran", "example.org")
    sealed(desk(), None, payload={**words, "root": root})


@every("payload", PAYLOADS)
def test_the_title_of_an_item_in_an_issues_subject(payload: str) -> None:
    lines = (samples.item(payload, source=payload),)
    issue = samples.issue(samples.story(items=lines))
    sealed(desk(), issue)


@every("payload", PAYLOADS)
def test_the_title_of_a_list_in_its_list_id(payload: str) -> None:
    parsed = sealed(desk(digest_title=payload), samples.issue(samples.story()))
    assert str(parsed["List-Id"]).endswith("<iran.example.org>")


@every("payload", PAYLOADS)
def test_the_name_of_a_site_in_its_sender(payload: str) -> None:
    """A name that leaves no address of ours is refused; no other sender ever comes of it."""
    try:
        sealed(desk(sender=f"{payload} <briefing@example.org>", site_name=payload), samples.issue(samples.story()))
    except RenderError:
        assert "<" in payload or "@" in payload


@every("payload", PAYLOADS)
def test_the_key_of_a_message_id(payload: str) -> None:
    """Keys hold feed ids, guids and addresses; only their digest is ever written."""
    key = payload.encode("utf-8", "replace").decode()
    written = mime.message_id(b"secret", key, "example.org")
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", written)
    headers = mime.MailHeaders("Briefing <briefing@example.org>", READER.address, written, WHEN)
    assert intact(mime.build(samples_mail(), headers))["Message-ID"] == written


@every("payload", PAYLOADS)
def test_a_message_id_that_is_none_is_refused(payload: str) -> None:
    headers = mime.MailHeaders("briefing@example.org", READER.address, f"<{payload}@example.org>", WHEN)
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,800}", payload):
        with pytest.raises(RenderError):
            mime.build(samples_mail(), headers)


def samples_mail() -> mime.Mail:
    return mime.Mail("A subject", "Words.\n", "<p>Words.</p>\n")
