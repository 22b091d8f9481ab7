"""Mail over a real loopback connection: what was handed over, and what every kind of trouble means for it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from briefing.config import smtp as config
from briefing.model import Dead, Delivered, Retry, Verdict
from briefing.send.smtp import Smtp
from demo.smtp_sink import END, SmtpSink

TLS = Path(__file__).parents[1] / "data" / "tls"
CERTIFICATE = (TLS / "localhost.pem", TLS / "localhost.key")
MESSAGE = b"From: desk@example.org\r\nTo: me@example.org\r\nSubject: Hello\r\n\r\n.one dot\r\n..two\r\nend\r\n"


def settings(sink: SmtpSink, **changes: object) -> config.Smtp:
    return config.Smtp.model_validate({"host": sink.host, "port": sink.port, "starttls": "off", **changes})


@contextmanager
def client(sink: SmtpSink, *, trusted: bool = True, timeout: float = 5, **changes: object) -> Iterator[Smtp]:
    tls = ssl.create_default_context(cafile=CERTIFICATE[0]) if trusted else None
    smtp = Smtp(settings(sink, **changes), timeout=timeout, end_timeout=timeout, tls=tls)
    try:
        yield smtp
    finally:
        smtp.close()


def send(smtp: Smtp, recipient: str = "me@example.org", message: bytes = MESSAGE) -> Verdict:
    return smtp.send(message, sender="desk@example.org", recipient=recipient)


@pytest.fixture(params=[False, True], ids=["one by one", "at once"])
def sink(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    """Return a server that takes commands one by one, or all of a message at once."""
    with SmtpSink(pipelining=request.param) as server:
        yield server


def test_bytes_arrive_as_they_were_dots_included(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        assert isinstance(send(smtp), Delivered)
    (got,) = sink.received
    assert (got.content, got.sender, got.recipients) == (MESSAGE, "desk@example.org", ("me@example.org",))


def test_ten_messages_use_one_connection(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        assert all(isinstance(send(smtp), Delivered) for _ in range(10))
    assert (sink.connections, len(sink.received)) == (1, 10)
    assert sink.commands.count("RSET") == 0


TROUBLE = [
    ("MAIL", "451 4.3.0 later", Retry("MAIL FROM: 451 4.3.0 later")),
    ("MAIL", "553 5.7.1 not your address", Retry("MAIL FROM: 553 5.7.1 not your address", stop_channel=True)),
    ("MAIL", "552 5.3.4 too big", Dead("MAIL FROM: 552 5.3.4 too big")),
    ("RCPT", "450 4.2.1 greylisted", Retry("RCPT TO: 450 4.2.1 greylisted")),
    ("RCPT", "550 5.1.1 no such user", Dead("RCPT TO: 550 5.1.1 no such user", suppress=True)),
    ("RCPT", "550 User unknown", Dead("RCPT TO: 550 User unknown", suppress=True)),
    ("RCPT", "554 5.7.1 relay access denied", Dead("RCPT TO: 554 5.7.1 relay access denied")),
    ("DATA", "451 4.3.0 later", Retry("DATA: 451 4.3.0 later")),
    ("DATA", "554 5.6.0 no", Dead("DATA: 554 5.6.0 no")),
    (END, "451 4.7.1 scanned too slowly", Retry("end of data: 451 4.7.1 scanned too slowly")),
    (END, "554 5.7.1 spam", Dead("end of data: 554 5.7.1 spam")),
]


@pytest.mark.parametrize(("command", "reply", "verdict"), TROUBLE, ids=[f"{c} {r}" for c, r, _ in TROUBLE])
def test_a_refusal_gets_its_verdict_and_the_next_message_the_same_connection(
    sink: SmtpSink, command: str, reply: str, verdict: Verdict
) -> None:
    sink.fail(command, reply)
    with client(sink) as smtp:
        assert send(smtp) == verdict
        assert isinstance(send(smtp), Delivered)
    assert (sink.connections, len(sink.received)) == (1, 1)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", END])
def test_after_421_the_next_message_gets_a_new_connection(sink: SmtpSink, command: str) -> None:
    sink.fail(command, "421 4.3.2 shutting down")
    with client(sink) as smtp:
        verdict = send(smtp)
        assert isinstance(verdict, Retry)
        assert "421" in verdict.reason
        assert isinstance(send(smtp), Delivered)
    assert sink.connections == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_dot_has_handed_nothing_over(sink: SmtpSink, command: str) -> None:
    sink.fail(command)
    with client(sink) as smtp:
        verdict = send(smtp)
        assert isinstance(verdict, Retry)
        assert "nothing was handed over" in verdict.reason
        assert isinstance(send(smtp), Delivered)
    assert len(sink.received) == 1


def test_a_connection_that_breaks_after_the_dot_may_have_handed_it_over(sink: SmtpSink) -> None:
    sink.fail(END)
    with client(sink) as smtp:
        verdict = send(smtp)
        assert isinstance(verdict, Retry)
        assert "may come twice" in verdict.reason
    assert len(sink.received) == 1


def test_an_answer_that_is_late_after_the_dot_is_waited_for_as_long_as_it_says(sink: SmtpSink) -> None:
    sink.fail(END, "250 2.0.0 at last", delay=0.3)
    smtp = Smtp(settings(sink), timeout=0.1, end_timeout=5)
    assert isinstance(send(smtp), Delivered)
    smtp.close()


def test_silence_before_the_dot_is_a_retry(sink: SmtpSink) -> None:
    sink.fail("RCPT", "250 too late", delay=0.4)
    with client(sink, timeout=0.1) as smtp:
        verdict = send(smtp)
    assert isinstance(verdict, Retry)
    assert "timed out" in verdict.reason
    assert "nothing was handed over" in verdict.reason


def test_a_kept_connection_that_died_is_opened_again_without_a_lost_attempt(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        send(smtp)
        sink.hang_up()
        assert isinstance(send(smtp), Delivered)
    assert (sink.connections, len(sink.received)) == (2, 2)


def test_a_kept_connection_that_says_421_is_opened_again_without_a_lost_attempt(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        send(smtp)
        sink.fail("MAIL", "421 4.4.2 idle for too long")
        assert isinstance(send(smtp), Delivered)
    assert (sink.connections, len(sink.received)) == (2, 2)


def test_a_second_connection_that_dies_too_is_a_retry_and_not_a_loop(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        send(smtp)
        sink.fail("MAIL", times=2)
        assert isinstance(send(smtp), Retry)
    assert sink.connections == 2


@pytest.mark.parametrize("command", ["RSET", "QUIT"])
def test_trouble_after_the_message_was_taken_changes_nothing(sink: SmtpSink, command: str) -> None:
    sink.fail(command)
    with client(sink) as smtp:
        assert isinstance(send(smtp), Delivered)
    assert len(sink.received) == 1


def test_a_server_that_cannot_reset_is_left(sink: SmtpSink) -> None:
    sink.fail("RCPT", "550 5.1.1 nobody")
    sink.fail("RSET")
    with client(sink) as smtp:
        assert send(smtp) == Dead("RCPT TO: 550 5.1.1 nobody", suppress=True)
        assert isinstance(send(smtp), Delivered)
    assert sink.connections == 2


def test_a_server_that_awaits_a_message_for_nobody_gets_an_empty_one_and_then_the_next() -> None:
    with SmtpSink(pipelining=True) as sink, client(sink) as smtp:
        sink.fail("RCPT", "550 5.1.1 nobody")
        sink.fail("DATA", "354 go on")
        assert send(smtp) == Dead("RCPT TO: 550 5.1.1 nobody", suppress=True)
        assert isinstance(send(smtp), Delivered)
        assert (sink.connections, len(sink.received)) == (1, 1)


def test_a_message_in_pieces_arrives_whole_dots_included(sink: SmtpSink) -> None:
    pieces = MESSAGE[: MESSAGE.index(b"..two")], MESSAGE[MESSAGE.index(b"..two") :], b".\r\n" * 4096
    with client(sink) as smtp:
        assert isinstance(smtp.send(*pieces, sender="desk@example.org", recipient="me@example.org"), Delivered)
        torn = smtp.send(b"a\r", b"\nb\r\n", sender="desk@example.org", recipient="me@example.org")
        assert isinstance(torn, Dead)
    assert [one.content for one in sink.received] == [b"".join(pieces)]


def test_starttls_is_required_and_there_is_no_way_back_to_plain_text(sink: SmtpSink) -> None:
    with client(sink, starttls="required", user="me", password="hunter2") as smtp:
        verdict = send(smtp)
    assert isinstance(verdict, Retry)
    assert "STARTTLS" in verdict.reason
    assert verdict.stop_channel
    assert sink.received == []
    assert "AUTH" not in sink.commands


@pytest.mark.parametrize("starttls", ["required", "optional", "implicit"])
def test_mail_goes_encrypted(starttls: str) -> None:
    with SmtpSink(certificate=CERTIFICATE, implicit=starttls == "implicit") as sink:
        with client(sink, starttls=starttls) as smtp:
            assert isinstance(send(smtp), Delivered)
        assert sink.received[0].tls


def test_a_server_that_refuses_starttls_gets_no_mail_even_if_it_was_optional() -> None:
    with SmtpSink(certificate=CERTIFICATE) as sink:
        sink.fail("STARTTLS", "454 4.7.0 not now")
        with client(sink, starttls="optional") as smtp:
            assert isinstance(send(smtp), Retry)
        assert sink.received == []


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    with SmtpSink(certificate=CERTIFICATE) as sink:
        with client(sink, trusted=False, starttls="required") as smtp:
            verdict = send(smtp)
        assert isinstance(verdict, Retry)
        assert "certificate" in verdict.reason
        assert sink.received == []


def test_optional_encryption_takes_any_certificate() -> None:
    with SmtpSink(certificate=CERTIFICATE) as sink:
        with client(sink, trusted=False, starttls="optional") as smtp:
            assert isinstance(send(smtp), Delivered)
        assert sink.received[0].tls


def test_a_login_is_made_once_a_connection() -> None:
    with SmtpSink(users={"me": "hunter2"}) as sink:
        with client(sink, user="me", password="hunter2") as smtp:
            assert isinstance(send(smtp), Delivered)
            assert isinstance(send(smtp), Delivered)
        assert len(sink.logins) == 1


def test_a_refused_login_keeps_the_message_and_names_neither_password_nor_its_code() -> None:
    with SmtpSink(users={"me": "right"}) as sink:
        sink.fail("AUTH", "535 5.7.8 no, not aHVudGVyMg== at all", times=5)
        with client(sink, user="me", password="hunter2") as smtp:
            verdict = send(smtp)
        assert isinstance(verdict, Retry)
        assert verdict.stop_channel
        assert "refused the login: 535" in verdict.reason
        assert "hunter2" not in verdict.reason
        assert "aHVudGVyMg" not in verdict.reason
        assert sink.received == []


def test_a_server_without_login_is_a_retry(sink: SmtpSink) -> None:
    sink.fail("EHLO", "250 localhost")
    with client(sink, user="me", password="hunter2") as smtp:
        verdict = send(smtp)
    assert isinstance(verdict, Retry)
    assert "AUTH" in verdict.reason


def test_a_password_that_cannot_be_sent_is_a_retry() -> None:
    with SmtpSink(users={"me": "x"}) as sink, client(sink, user="me", password="пароль") as smtp:
        verdict = send(smtp)
    assert isinstance(verdict, Retry)
    assert "cannot be sent" in verdict.reason


def test_a_server_that_is_not_there_is_a_retry_that_stops_the_channel() -> None:
    with SmtpSink() as sink:
        gone = settings(sink)
    verdict = send(Smtp(gone, timeout=2))
    assert verdict == Retry(
        f"the mail server 127.0.0.1:{gone.port} cannot be used: Connection refused", stop_channel=True
    )


ADDRESSES = {
    "line feed": "me@example.org\nRCPT TO:<evil@example.org>",
    "carriage return": "me@example.org\r",
    "angle bracket": "me>@example.org",
    "two addresses": "me@example.org, you@example.org",
    "no domain": "me",
    "empty": "",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_what_is_no_address_is_never_spoken(sink: SmtpSink, address: str) -> None:
    with client(sink) as smtp:
        verdict = send(smtp, address)
        assert isinstance(verdict, Dead)
        assert not verdict.suppress
    assert sink.connections == 0


@pytest.mark.parametrize(
    "message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r.\r", b"a\0\r\n"], ids=["bare LF", "bare CR", "CR dot CR", "NUL"]
)
def test_a_message_that_could_be_read_two_ways_is_not_sent(sink: SmtpSink, message: bytes) -> None:
    with client(sink) as smtp:
        assert isinstance(send(smtp, message=message), Dead)
    assert sink.connections == 0


def test_a_domain_outside_ascii_goes_in_its_ascii_form(sink: SmtpSink) -> None:
    with client(sink) as smtp:
        assert isinstance(send(smtp, "me@bücher.example"), Delivered)
    assert sink.received[0].recipients == ("me@xn--bcher-kva.example",)
    assert not any(option.upper() == "SMTPUTF8" for option in sink.received[0].options)


def test_a_name_outside_ascii_needs_a_server_that_can() -> None:
    with SmtpSink() as able, client(able) as smtp:
        assert isinstance(send(smtp, "فارسی@example.org"), Delivered)
        assert able.received[0].recipients == ("فارسی@example.org",)
    with SmtpSink(utf8=False) as unable, client(unable) as smtp:
        refused = send(smtp, "فارسی@example.org")
        assert isinstance(refused, Dead)
        assert "does not offer SMTPUTF8" in refused.reason
        assert "briefing deliveries retry" in refused.reason
        assert isinstance(send(smtp), Delivered)


def test_settings_do_not_show_the_password() -> None:
    assert "hunter2" not in repr(config.Smtp(host="mail.example.org", password=SecretStr("hunter2")))
