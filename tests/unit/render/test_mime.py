"""What strangers write never becomes a header; what is sent is what was meant."""

import re
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser, Parser

import pytest

from briefing.errors import RenderError
from briefing.model import Mail
from briefing.render import mime
from tests.cases import every

WHEN = datetime(2025, 11, 22, 7, 0, tzinfo=UTC)
ID = mime.message_id(b"secret", "issue:12", "example.org")
MAIL = Mail("Part 2 is out", "Plain words.\n", "<p>Words.</p>\n")
ALWAYS = ["From", "To", "Subject", "Date", "Message-ID"]
AUTO = ["Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"]
THREAD = ["In-Reply-To", "References"]
LIST = ["List-Id", "List-Unsubscribe"]

ENCODED = [
    "=?utf-8?q?Hi=0D=0ABcc:_e@x?=",
    "=?utf-8?q?Hi=0D=0A=0D=0A<h1>body</h1>?=",
    "=?utf-8?Q?=0ABcc:_e@x?=",
    "=?utf-8?Q?=0DBcc:_e@x?=",
    "=?utf-8?b?SGkNCkJjYzogZUB4?=",
    "=?utf-8?B?DQpCY2M6IGVAeA==?=",
    "=?us-ascii?q?a=0D=0ATo:_v@x?=",
    "=?iso-8859-1?q?a=0D=0ASubject:_b?=",
    "=?utf-8*en?q?a=0D=0ABcc:_e@x?=",
    "x =?utf-8?q?a=0D=0ABcc:_e@x?= y",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc:_e@x?=",
    "==?utf-8?q?a=0D=0ABcc:_e@x?=?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0ABcc:e@x=3F=3D?=",
    "=?utf-8?q?a=00b=0D=0ABcc:_e@x?=",
    "=?unknown-8bit?q?=0D=0ABcc:_e@x?=",
    "=?utf-7?q?+AA0ACg-Bcc:_e@x?=",
    "=?utf-16?b?DQAKAEIAYwBjADoA?=",
    "=?utf-8?q?a=0D=0A_continued?=",
    "=?\x00utf-8?q?a=0D=0ABcc:_e@x?=",
    "=\u200b?utf-8?q?a=0D=0ABcc:_e@x?=",
    "=\ufeff?utf-8?q?a=0D=0ABcc:_e@x?=",
    "=\u202e?utf-8?q?a=0D=0ABcc:_e@x?=",
]
LITERAL = [
    "a\r\nBcc: e@x",
    "a\nBcc: e@x",
    "a\rBcc: e@x",
    "a\r\n\r\nbody",
    "a\r\n Bcc: e@x",
    "a\x00b",
    "a\x0bBcc: e@x",
    "a\x0cBcc: e@x",
    "a\x1cBcc: e@x",
    "a\x1dBcc: e@x",
    "a\x1eBcc: e@x",
    "a\x85Bcc: e@x",
    "a\u2028Bcc: e@x",
    "a\u2029Bcc: e@x",
    "a\x7fb",
    "a\x1b[31mred",
    "a\ud800b",
    "a\udcffb",
]
ADDRESSES = [
    '"x" <e@x>, ',
    "a, e@x",
    "a <e@x>",
    "a> BCC:<e@y.org",
    "a; b: e@x;",
    'a" <e@x> "',
    "a\\",
    'a\\" <e@x>',
    "(comment) e@x",
    "group: a@x, b@x;",
    "@everyone",
]
SHAPES = [
    "",
    " ",
    "=?",
    "?=",
    "=?=?=?",
    "x" * 5_000,
    "ن" * 5_000,
    "🦉" * 5_000,
    "a b " * 3_000,
    "مرز " * 3_000,
    "e\u0301" * 2_000,
    "\u2068fenced\u2069",
    "Subject: Subject: x",
    "%0d%0aBcc: e@x",
    "\\r\\nBcc: e@x",
    "&#13;&#10;Bcc: e@x",
]
HOSTILE = [*ENCODED, *LITERAL, *ADDRESSES, *SHAPES]


def headers(**more: object) -> mime.MailHeaders:
    values: dict[str, object] = {
        "sender": "Briefing <briefing@example.org>",
        "recipient": "reader@example.com",
        "message_id": ID,
        "date": WHEN,
    }
    return mime.MailHeaders(**(values | more))  # type: ignore[arg-type]


def read(message: bytes) -> EmailMessage:
    parsed = BytesParser(policy=policy.default).parsebytes(message)
    assert isinstance(parsed, EmailMessage)
    return parsed


def bodies(message: bytes) -> list[str]:
    return [part.get_content().replace("\r\n", "\n") for part in read(message).iter_parts()]


def assert_intact(message: bytes, names: list[str]) -> EmailMessage:
    parsed = read(message)
    assert parsed.keys() == names
    assert [a.addr_spec for a in parsed["To"].addresses] == ["reader@example.com"]
    assert [a.addr_spec for a in parsed["From"].addresses] == ["briefing@example.org"]
    assert not re.search(r"[\x00-\x1f\x7f]", str(parsed["Subject"]))
    assert bodies(message) == [MAIL.text, MAIL.html]
    return parsed


@every("hostile", HOSTILE)
def test_a_hostile_subject_stays_one_subject(hostile: str) -> None:
    message = mime.build(Mail(hostile, MAIL.text, MAIL.html), headers())
    assert_intact(message, [*ALWAYS, *AUTO])


@every("hostile", HOSTILE)
def test_a_hostile_list_title_stays_in_its_list_id(hostile: str) -> None:
    value = mime.list_id(hostile, "iran", "example.org")
    parsed = assert_intact(
        mime.build(MAIL, headers(list_id=value, list_unsubscribe="leave@example.org")), [*ALWAYS, *LIST, *AUTO]
    )
    assert str(parsed["List-Id"]).endswith("<iran.example.org>")


@every("hostile", HOSTILE)
def test_a_hostile_sender_name_never_makes_another_sender(hostile: str) -> None:
    try:
        message = mime.build(MAIL, headers(sender=f"{hostile} <briefing@example.org>"))
    except RenderError:
        return
    assert_intact(message, [*ALWAYS, *AUTO])


@every("hostile", [f"reader@example.com{tail}" for tail in HOSTILE if tail.strip()] + ["", "reader"])
def test_only_one_valid_address_is_written_to(hostile: str) -> None:
    with pytest.raises(RenderError):
        mime.build(MAIL, headers(recipient=hostile))


@pytest.mark.parametrize(
    "field",
    [
        {"message_id": "<a@x>\r\nBcc: e@x"},
        {"message_id": "no brackets@x"},
        {"message_id": "<=?utf-8?q?=0D=0ABcc:_e@x?=>"},
        {"references": ("<a@x.org>", "<b@x.org>\nBcc: e@x")},
        {"references": (f"<{'a' * 2000}@x.org>",)},
        {"list_unsubscribe": "mailto:a@x.org>\r\nBcc: e@x"},
        {"list_unsubscribe": "https://x.org/u"},
        {"list_unsubscribe": "javascript:alert(1)"},
        {"list_id": "no brackets"},
        {"list_id": "Iran <iran.example.org>\r\nBcc: e@x"},
        {"sender": "Briefing <a@x.org, b@x.org>"},
        {"sender": ""},
        {"sender": "ünï@example.org"},
        {"sender": "Briefing <ünï@example.org>"},
        {"list_unsubscribe": "ünï@example.org"},
        {"message_id": "<ünï@example.org>"},
        {"references": ("<ünï@example.org>",)},
        {"recipient": "=?utf-8?q?a?=@example.org"},  # an address by the letter, an encoded word to who reads it
        {"recipient": "=?utf-8?q?=0A?=@example.org"},
    ],
    ids=lambda field: "-".join(f"{k}-{str(v)[:24]!a}" for k, v in field.items()),
)
def test_what_is_ours_to_write_must_have_its_form(field: dict[str, object]) -> None:
    with pytest.raises(RenderError):
        mime.build(MAIL, headers(**field))


def test_a_list_mail_carries_exactly_these_headers() -> None:
    roots = tuple(mime.root_id(story, "example.org") for story in ("moscow-contingency", "caspian"))
    parsed = read(
        mime.build(
            MAIL,
            headers(
                references=roots,
                list_id=mime.list_id("Iran", "iran", "example.org"),
                list_unsubscribe="mailto:leave@example.org?subject=unsubscribe%20iran",
            ),
        )
    )
    assert parsed.keys() == [*ALWAYS, *THREAD, *LIST, *AUTO]
    assert parsed["In-Reply-To"] == "<story.moscow-contingency@example.org>"
    assert parsed["References"] == " ".join(roots)
    assert parsed["List-Id"] == '"Iran" <iran.example.org>'
    assert parsed["List-Unsubscribe"] == "<mailto:leave@example.org?subject=unsubscribe%20iran>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Date"].datetime == WHEN
    assert str(parsed["From"]) == "Briefing <briefing@example.org>"


@pytest.mark.parametrize("stories", [1, 5, 40])
def test_many_and_long_ids_survive_folding(stories: int) -> None:
    """A header folded in the middle of an id would thread nowhere."""
    roots = tuple(mime.root_id("s" * 60 + str(n), "news.a-rather-long-domain.example.org") for n in range(stories))
    message = mime.build(MAIL, headers(references=roots))
    assert b"=?" not in message.partition(b"Content-Type")[0]
    assert read(message)["References"] == " ".join(roots)


def test_names_and_titles_in_other_scripts_are_read_as_written() -> None:
    subject = "بخش ۲ منتشر شد — «معمای گارد» و ادامهٔ گزارش‌های تازه از فرودگاه مهرآباد در هفتهٔ گذشته"
    message = mime.build(
        Mail(subject, MAIL.text, MAIL.html),
        headers(sender="خلاصه <briefing@example.org>", list_id=mime.list_id("ایران", "iran", "example.org")),
    )
    parsed = read(message)
    assert parsed["Subject"] == subject
    assert parsed["From"].addresses[0].display_name == "خلاصه"
    assert parsed["List-Id"] == "ایران <iran.example.org>"
    assert message.isascii()


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert b"reader@xn--bcher-kva.example" in mime.build(MAIL, headers(recipient="reader@bücher.example"))


WORDY = {
    "жанна@пример.рф": "жанна@xn--e1afmkfd.xn--p1ai",
    "مثال@موقع.وزارة": "مثال@xn--4gbrim.xn--mgbexc3i",
    "用户@example.org": "用户@example.org",
    "u\u0308nï@example.org": "ünï@example.org",
    "o'ж+{tag}%1/2=3@example.org": "o'ж+{tag}%1/2=3@example.org",
    "ж@" + "x." * 100 + "org": "ж@" + "x." * 100 + "org",
}


@every("address, meant", WORDY.items())
def test_an_address_outside_ascii_is_written_in_utf8_and_nothing_else_is(address: str, meant: str) -> None:
    mail, rest = Mail("Вышла вторая часть", MAIL.text, MAIL.html), {"list_id": "Иран <iran.example.org>"}
    message = mime.build(mail, headers(recipient=address, sender="Сводка <briefing@example.org>", **rest))
    ascii_copy = mime.build(mail, headers(sender="Сводка <briefing@example.org>", **rest))
    assert message == ascii_copy.replace(b"reader@example.com", meant.encode())
    parsed = Parser(EmailMessage, policy=policy.SMTPUTF8).parsestr(message.decode())
    assert [each.addr_spec for each in parsed["To"].addresses] == [meant]
    assert parsed.keys() == read(message).keys() == read(ascii_copy).keys()


LOCALS = [*(f"ж{one}" for one in HOSTILE), *(f"{one}ж" for one in HOSTILE), *(f"ж{one}ж" for one in HOSTILE)]
TURNED = ["\u202e", "\u2066", "\u200e", "\u061c", "\ufeff", "\u200b", "\xad", "\x85", "\u2028", "\x9f", "\xa0", "\0"]
LOOSE = [
    "＠e",
    "，e",
    "；e",
    "＜e＞",
    "：e",
    "（e）",
    "\u037ee",
    "＝？utf-8？q？=0A？＝",
    "=?utf-8?q?=0A?=",
    "=?utf-8?q?a?=",
]


@every("local", [*LOCALS, *(f"ж{one}ж" for one in TURNED), *(f"ж{one}" for one in LOOSE)])
def test_a_hostile_address_outside_ascii_is_refused(local: str) -> None:
    if local in {"ж", "жж", "ж?=", "?=ж", "ж?=ж"}:  # what HOSTILE makes of nothing at all, and half an encoded word
        assert read(mime.build(MAIL, headers(recipient=f"{local}@example.com"))).keys() == [*ALWAYS, *AUTO]
        return
    with pytest.raises(RenderError):
        mime.build(MAIL, headers(recipient=f"{local}@example.com"))


@every(
    "tail", [*(one for one in HOSTILE if one.strip()), ", e@example.org", "> <e@example.org", "\r\nTo: e@example.org"]
)
def test_only_one_valid_address_outside_ascii_is_written_to(tail: str) -> None:
    with pytest.raises(RenderError):
        mime.build(MAIL, headers(recipient=f"ж@example.com{tail}"))


@pytest.mark.parametrize(
    "meant",
    [
        *(Address("", f"ж{one}", "example.org") for one in TURNED),
        Address("", "ж", "example.org, e@example.org"),
        Address("", "ж", "example.org> <e@example.org"),
        Address("", "=?utf-8?q?=D0=B6?=ж", "example.org"),
        Address("", "=?utf-8?q?=0A?= ж", "example.org"),
        Address("", "ж" * 600, "example.org"),
    ],
    ids=ascii,
)
def test_the_guard_alone_stops_an_address_that_is_not_read_as_meant(
    meant: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the check of addresses had let it through."""
    monkeypatch.setattr(mime.safe, "address", lambda value, *_, **__: meant)
    own = mime._own(headers())
    with pytest.raises(RenderError):
        mime._check_top("".join(f"{name}: {field.line}\r\n" for name, field in own.items()).encode(), own)


def test_the_guard_lets_no_other_header_out_of_ascii() -> None:
    meant = {"To": mime._field("To", Address("", "ж", "example.org")), "Subject": mime._Field("Жанна", "Жанна")}
    top = "".join(f"{name}: {field.line}\r\n" for name, field in meant.items())
    with pytest.raises(RenderError, match="a header in ASCII"):
        mime._check_top(top.encode(), meant)


@pytest.mark.parametrize(
    ("words", "encoding"),
    [("Plain words, and a dash — here.\n", "quoted-printable"), ("گزارش‌ها از رفت‌وآمد\n" * 20, "base64")],
    ids=["english", "persian"],
)
def test_each_body_takes_the_shorter_encoding(words: str, encoding: str) -> None:
    message = mime.build(Mail("s", words, "<p>x</p>\n"), headers())
    assert next(iter(read(message).iter_parts()))["Content-Transfer-Encoding"] == encoding
    assert bodies(message)[0] == words


@pytest.mark.parametrize(
    "words",
    ["a\rb", "a\r\nb", "a\0b", "a\ud800b", ".\n.\n", "\n", "", "From x\n", "--=_\n", "=?utf-8?q?x?=", "x" * 5_000],
    ids=ascii,
)
def test_any_body_is_clean_crlf_and_reads_back(words: str) -> None:
    message = mime.build(Mail("s", words, words), headers())
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", message)
    assert max(map(len, message.split(b"\r\n"))) <= 998
    assert not read(message).defects


def test_plain_text_comes_first_and_the_same_mail_is_the_same_bytes() -> None:
    first, again = mime.build(MAIL, headers()), mime.build(MAIL, headers())
    assert first == again
    assert [p.get_content_type() for p in read(first).iter_parts()] == ["text/plain", "text/html"]


def test_a_message_id_is_stable_and_keyed() -> None:
    assert mime.message_id(b"secret", "issue:12", "example.org") == ID
    assert mime.message_id(b"other", "issue:12", "example.org") != ID
    assert mime.message_id(b"secret", "issue:13", "example.org") != ID
