"""What each answer of an HTTP receiver and each reply of a mail server means."""

from datetime import UTC, datetime, timedelta

import pytest

from briefing.model import Dead, Delivered, Retry, Verdict
from briefing.send.verdict import WAIT_LIMIT, Answer, Phase, Unreachable, by_reply, by_status

NOW = datetime(2026, 11, 22, 8, 12, tzinfo=UTC)

STATUSES: dict[int, type[Verdict]] = (
    dict.fromkeys((200, 201, 202, 204), Delivered)
    | dict.fromkeys((300, 301, 302, 303, 304, 307, 308), Dead)
    | dict.fromkeys((400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 451), Dead)
    | dict.fromkeys((408, 425, 429, 500, 501, 502, 503, 504, 520, 599), Retry)
)


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_every_status_has_its_verdict(status: int, kind: type[Verdict]) -> None:
    verdict = by_status(Answer(status), NOW)
    assert isinstance(verdict, kind)
    if isinstance(verdict, Dead):
        assert verdict.stop_channel == (status == 410)
        assert not verdict.suppress


def test_no_answer_is_tried_again_and_a_refused_address_is_not() -> None:
    assert by_status(Unreachable("no answer within 20 s"), NOW) == Retry("no answer within 20 s", down=True)
    assert by_status(Unreachable("inside", refused=True), NOW) == Dead("inside")


WAITS = {
    "seconds": (Answer(429, {"retry-after": "30"}), 30),
    "a date": (Answer(503, {"retry-after": "Sun, 22 Nov 2026 08:13:00 GMT"}), 60),
    "in the body": (Answer(429, {}, b'{"retry_after": 1.5}'), 1.5),
    "among parameters": (Answer(429, {}, b'{"parameters": {"retry_after": 34}}'), 34),
    "the header before the body": (Answer(429, {"retry-after": "9"}, b'{"retry_after": 1}'), 9),
    "not said": (Answer(500), None),
    "nonsense": (Answer(429, {"retry-after": "soon"}, b"<html>"), None),
    "a list": (Answer(429, {}, b"[1]"), None),
    "true": (Answer(429, {}, b'{"retry_after": true}'), None),
    "not a number": (Answer(429, {}, b'{"retry_after": NaN}'), None),
    "infinite": (Answer(429, {}, b'{"retry_after": Infinity}'), None),
    "negative": (Answer(429, {}, b'{"retry_after": -5}'), 0),
    "for ever": (Answer(429, {"retry-after": "999999999"}), WAIT_LIMIT.total_seconds()),
    "for ever in the body": (Answer(429, {}, b'{"retry_after": 1e300}'), WAIT_LIMIT.total_seconds()),
    "too deep": (Answer(429, {}, b"[" * 60_000), None),
}


@pytest.mark.parametrize(("answer", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_the_wait_that_was_asked_for_is_kept_within_reason(answer: Answer, seconds: float | None) -> None:
    verdict = by_status(answer, NOW)
    assert isinstance(verdict, Retry)
    assert verdict.after == (None if seconds is None else timedelta(seconds=seconds))


REPLIES = {
    "taken": (Phase.END, 250, "2.0.0 queued", Delivered),
    "taken means the dot alone": (Phase.DATA, 250, "what?", Retry),
    "unreadable": (Phase.MAIL, -1, "", Retry),
    "mailbox full for now": (Phase.RCPT, 452, "4.2.2 full", Retry),
    "mailbox full": (Phase.RCPT, 552, "5.2.2 full", Dead),
    "sender needs a login": (Phase.MAIL, 530, "5.7.0 log in first", Retry),
    "message too big": (Phase.MAIL, 552, "size", Dead),
    "spam": (Phase.END, 550, "5.7.1 spam", Dead),
}


@pytest.mark.parametrize(("phase", "code", "text", "kind"), REPLIES.values(), ids=REPLIES.keys())
def test_a_mail_servers_reply_has_its_verdict(phase: Phase, code: int, text: str, kind: type[Verdict]) -> None:
    assert isinstance(by_reply(phase, code, text), kind)


REFUSED = {
    "550 5.1.1 no such user": True,
    "550 5.1.2 no such domain": True,
    "553 5.1.3 bad syntax": True,
    "556 5.1.10 domain takes no mail": True,
    "550 User unknown": True,
    "550 No such user here": True,
    "551 mailbox does not exist": True,
    "550 5.1.0 sender rejected": False,
    "553 5.1.8 sender's domain unknown": False,
    "550 5.7.1 User unknown to this policy": False,
    "554 User unknown": False,
    "550 mailbox unavailable": False,
    "552 5.2.2 mailbox full": False,
}


@pytest.mark.parametrize(("reply", "suppress"), REFUSED.items())
def test_only_an_address_that_is_not_there_is_suppressed(reply: str, suppress: bool) -> None:
    code, _, text = reply.partition(" ")
    assert by_reply(Phase.RCPT, int(code), text) == Dead(f"RCPT TO: {reply}", suppress=suppress)


def test_the_recipient_is_not_blamed_for_what_the_message_did() -> None:
    assert by_reply(Phase.END, 550, "5.1.1 user unknown") == Dead("end of data: 550 5.1.1 user unknown")
