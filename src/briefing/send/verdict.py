"""What an answer means for a delivery: the one table for HTTP and the one for SMTP.

Pure. Apart from `http` and `smtp`, which get the answers and decide nothing.

No reason given here repeats the body of an answer or the path of an address: both can hold a secret.
"""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import Any

from briefing import retry
from briefing.model import Dead, Delivered, Retry, Verdict

WAIT_LIMIT = timedelta(hours=24)  # no answer may park a delivery for longer
_TRANSIENT = frozenset({408, 425, 429})  # and every 5xx
# RFC 3463 section 3.2: the subjects that are about the recipient's mailbox; x.1.7 and x.1.8 are about the sender's.
_NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown (user|recipient|mailbox)|no such (user|recipient|mailbox|address|person)"
    r"|(user|recipient|mailbox|account|address) (was )?(not found|does ?n[o']t exist)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{1,20}")  # 64 bits
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP; header names are lower-case, the body is cut at its cap."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer came; `refused` says that our own address guard did not let us ask."""

    reason: str
    refused: bool = False


class Phase(StrEnum):
    """The SMTP command that a reply answers; END is the dot after the message."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    END = "end of data"


def by_status(
    answer: Answer | Unreachable, now: datetime, *, stops: Collection[int] = (), said: str | None = None
) -> Verdict:
    """Judge an answer as Standard Webhooks asks: only 2xx is success, a redirect is not, 410 ends the channel.

    So do the statuses in `stops`; 429 puts off all that goes there. `said` is what the vendor names as the reason, in
    words that hold no secret.
    """
    if isinstance(answer, Unreachable):
        return Dead(answer.reason) if answer.refused else Retry(answer.reason, down=True)
    words = f"answered {_named(answer.status)}" + (f" ({said})" if said else "")
    if 200 <= answer.status < 300:
        return Delivered(words)
    if answer.status in _TRANSIENT or answer.status >= 500:
        often, down = answer.status == HTTPStatus.TOO_MANY_REQUESTS, answer.status >= 500
        return Retry(words, _wait(answer, now), stop_channel=often, down=down)
    if 300 <= answer.status < 400:
        words += "; redirects are not followed, give the final address"
    return Dead(words, stop_channel=answer.status == HTTPStatus.GONE or answer.status in stops)


def in_body(answer: Answer | Unreachable, *path: str) -> Any:
    """Return what stands at a place of a JSON answer; None if nothing does, or if it is no JSON."""
    if isinstance(answer, Unreachable):
        return None
    try:
        found = json.loads(answer.body)
        for step in path:
            found = found[step]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return found


def referring(verdict: Verdict, reference: Any) -> Verdict:
    """Return the verdict with what an answer calls the message, if it is a number; some write that as a string."""
    known = isinstance(reference, int | str) and _NUMBER.fullmatch(str(reference))
    return replace(verdict, reference=str(reference)) if known and isinstance(verdict, Delivered) else verdict


def as_named(answer: Answer | Unreachable, status: Any) -> Answer | Unreachable:
    """Return the answer with the error that its body names, where its own status claims success."""
    if isinstance(answer, Unreachable) or not 200 <= answer.status < 300:
        return answer
    named = isinstance(status, int) and 400 <= status < 600
    return replace(answer, status=status) if named else answer


def by_reply(phase: Phase, code: int, text: str) -> Verdict:
    """Judge a mail server's reply (RFC 5321 section 4.2): 2xx after the dot is success, 4xx is later, 5xx never."""
    words = f"{phase}: {code} {text}".rstrip()
    if phase is Phase.END and 200 <= code < 300:
        return Delivered(words)
    if code < 500:
        return Retry(words)
    if phase is Phase.MAIL and not _too_big(code, text):
        # The server refuses us, not this message: the rows wait until an operator has mended it.
        return Retry(words, stop_channel=True)
    return Dead(words, suppress=phase is Phase.RCPT and _nobody_there(code, text))


def _nobody_there(code: int, text: str) -> bool:
    enhanced = _ENHANCED.match(text)
    if enhanced:
        return enhanced[1] in _NO_SUCH_MAILBOX
    return code in (550, 551, 553) and _UNKNOWN_USER.search(text) is not None


def _too_big(code: int, text: str) -> bool:
    enhanced = _ENHANCED.match(text)
    return code == 552 or (enhanced is not None and enhanced[1] in ("5.3.4", "5.2.3"))


@cache
def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _wait(answer: Answer, now: datetime) -> timedelta | None:
    said = retry.retry_after(answer.headers.get("retry-after"), now)
    if said is None:
        said = _wait_in_body(answer)
    return None if said is None else min(said, WAIT_LIMIT)


def _wait_in_body(answer: Answer) -> timedelta | None:
    """Read `retry_after`, seconds, from a JSON answer, as Discord gives it, and Telegram among its parameters."""
    found = (in_body(answer, "retry_after"), in_body(answer, "parameters", "retry_after"))
    seconds = next((one for one in found if one is not None), None)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return None
    return timedelta(seconds=min(max(seconds, 0), WAIT_LIMIT.total_seconds()))
